"""What we say: a small neutral language; a block exists only if both platforms show it well."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, assert_never

from dialogs.actions import Action, FormAction

BUTTON_LIMIT = 75  # characters of a label; Slack's limit, the smaller one


class Place(StrEnum):
    """Where a message goes."""

    HERE = "here"  # the conversation of the event; in a channel, the thread of the question
    PRIVATE = "private"  # the sender's own conversation with the bot
    UPDATE = "update"  # in place of the message that was tapped
    HOME = "home"  # the bot's home tab, where a platform has one; elsewhere as HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """The first line of a card; `badge` says which function speaks."""

    text: str
    badge: str | None = None
    kind: Literal["title"] = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Plain words, in paragraphs (blank line between two); no markup: what looks like markup is shown as it stands."""

    text: str
    strong: bool = False
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A short label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Labelled short facts, such as the promise and the price."""

    fields: tuple[Field, ...]
    kind: Literal["fields"] = "fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A bulleted list of plain words."""

    items: tuple[str, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of a list that can be opened: what it is, a word about it, the action that its button (labelled `open`) takes."""

    title: str
    detail: str | None
    open: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list whose lines can be opened."""

    items: tuple[Item, ...]
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button that takes an action."""

    label: str
    action: Action
    primary: bool = False
    kind: Literal["button"] = "button"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A button that opens a web page."""

    label: str
    url: str
    primary: bool = False
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """A row of buttons; a `quiet` row is shown small, below the rest."""

    buttons: tuple[Button | Link, ...]
    quiet: bool = False
    kind: Literal["buttons"] = "buttons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A scale of buttons, none of which is chosen; `low` and `high` say what its two ends mean, each beside its end."""

    buttons: tuple[Button, ...]
    low: str
    high: str
    kind: Literal["rating"] = "rating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that was kept as an attachment under this key; `alt` says in words all that it shows."""

    attachment: str
    alt: str
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was kept as an attachment under this key; a message has one at most, in a private conversation."""

    attachment: str
    name: str
    kind: Literal["file"] = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Small print."""

    text: str
    kind: Literal["note"] = "note"


Block = Title | Text | Fields | Bullets | Items | Buttons | Rating | Picture | File | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in one language, ready to be rendered; `blocks` is never empty."""

    language: Literal["fr", "en"]
    blocks: tuple[Block, ...]
    place: Place = Place.HERE
    kind: Literal["message"] = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Free words in a form; `value` is what to show in it at first."""

    id: str
    label: str
    placeholder: str = ""
    value: str = ""
    multiline: bool = False
    required: bool = False
    limit: int = 2000
    kind: Literal["input"] = "input"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of a choice's possibilities."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several, in a form; `value` None means nothing is chosen yet."""

    id: str
    label: str
    options: tuple[Option, ...]
    value: str | None = None
    required: bool = False
    kind: Literal["choice"] = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A modal (Slack) or task module (Teams); it is a response value, never a send. `action` comes back with the submission."""

    language: Literal["fr", "en"]
    title: str
    blocks: tuple[Text | Input | Choice, ...]
    action: FormAction
    submit: str
    cancel: str
    kind: Literal["form"] = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one input, for the person who filled it in."""

    input: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormErrors:
    """The submission isn't right yet: what to mend, and the form again with what was typed."""

    form: Form
    errors: tuple[FieldError, ...]
    kind: Literal["form_errors"] = "form_errors"


Reply = Message | Form | FormErrors


def plain_text(message: Message) -> str:
    """Say a message without any card: the fallback of notifications, of `pourqui ask`, and of clients that show no cards."""
    colon = "\N{NO-BREAK SPACE}:" if message.language == "fr" else ":"
    return "\n".join(_lines(message.blocks, colon)).strip()


def clipped(text: str, limit: int) -> str:
    """Return the text within `limit` characters, with an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _lines(blocks: tuple[Block, ...], colon: str) -> Iterator[str]:
    for block in blocks:
        match block:
            case Title(text=text, badge=badge):
                yield f"[{badge}] {text}" if badge else text
            case Text(text=text) | Note(text=text):
                yield text
            case Fields(fields=fields):
                yield from (f"{field.label}{colon} {field.value}" for field in fields)
            case Bullets(items=items):
                yield from (f"• {item}" for item in items)
            case Items(items=lines):
                yield from (f"• {line.title}" + (f" ({line.detail})" if line.detail else "") for line in lines)
            case Buttons(buttons=buttons):
                yield " ".join(f"[{button.label}]" + (f" {button.url}" if isinstance(button, Link) else "") for button in buttons)
            case Rating(buttons=scale, low=low, high=high):
                yield f"{low} " + " ".join(f"[{button.label}]" for button in scale) + f" {high}"
            case Picture(alt=alt):
                yield alt
            case File(name=name):
                yield name
            case _:
                assert_never(block)
