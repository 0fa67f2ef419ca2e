"""Messages to Slack's JSON, within Slack's limits whatever they hold.

Neutral words are never mrkdwn: they travel in plain_text objects and rich_text elements, where what looks like markup stands as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from types import MappingProxyType
from typing import Any, Final

from adapters.slack import limits
from adapters.slack.limits import clip, split
from adapters.slack.mrkdwn import escape
from dialogs.catalog import Language
from dialogs.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Fields,
    File,
    Item,
    Items,
    Link,
    Message,
    Note,
    Picture,
    Rating,
    Text,
    Title,
    plain_text,
)
from dialogs.packing import pack

JSON = dict[str, Any]

_FIELDS_LINE = 90  # characters; about what one line shows on a desktop client


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A file as Slack has it: its id, and its page, where Slack tells it."""

    id: str
    permalink: str | None = None


NOTHING: Final[Mapping[str, Uploaded]] = MappingProxyType({})


def message(said: Message, uploaded: Mapping[str, Uploaded] = NOTHING) -> JSON:
    """Return `{blocks, text}` for chat.postMessage and chat.update; `text` is what notifications and screen readers say.

    `uploaded` are the files of its pictures and of its file, by their attachments' keys; a picture that isn't there is told in its own words.
    """
    groups = _groups(said, uploaded)
    return {
        "blocks": _fitted(groups, limits.MESSAGE_BLOCKS, limits.MESSAGE_WEIGHT) or [context("…")],
        "text": escape(plain_text(said) or "…", limits.FALLBACK),
    }


def home(said: Message) -> JSON:
    """Return the view of the home tab for views.publish."""
    return {"type": "home", "blocks": _fitted(_groups(said), limits.VIEW_BLOCKS, None) or [context("…")]}


def literal(text: str) -> JSON:
    """Return a text object that shows the words as they stand."""
    return {"type": "plain_text", "text": text, "emoji": False}


def context(text: str) -> JSON:
    """Return a block of small print."""
    return {"type": "context", "elements": [literal(text)]}


def paragraphs(text: str, *, strong: bool = False) -> list[JSON]:
    """Return blocks that show plain words."""
    return [_rich([_section([_words(piece, strong=strong)])]) for piece in split(text, limits.SECTION)]


def _groups(said: Message, uploaded: Mapping[str, Uploaded] = NOTHING) -> list[list[JSON]]:
    """Return Slack's blocks of each of ours, quiet rows last."""
    ids = count(1)
    quiet = [block for block in said.blocks if isinstance(block, Buttons) and block.quiet]
    return [_blocks(block, said.language, ids, uploaded) for block in chain((block for block in said.blocks if block not in quiet), quiet)]


def _blocks(block: Block, language: Language, ids: Iterator[int], uploaded: Mapping[str, Uploaded]) -> list[JSON]:
    match block:
        case Title():
            return _title(block)
        case Text(text=text, strong=strong):
            return paragraphs(text, strong=strong)
        case Fields():
            return _fields(block, language)
        case Bullets(items=items):
            return _bullets(items)
        case Items(items=items):
            return [_item(item, next(ids)) for item in items]
        case Buttons():
            return _rows(block, ids)
        case Rating():
            return _rating(block, ids)
        case Picture(attachment=attachment, alt=alt):
            return _picture(uploaded.get(attachment), alt)
        case File(attachment=attachment, name=name):
            return _file(uploaded.get(attachment), name, ids)
        case Note(text=text):
            return [context(piece) for piece in split(text, limits.CONTEXT)]


def _title(title: Title) -> list[JSON]:
    badge = [context(clip(title.badge, limits.CONTEXT))] if title.badge and title.badge.strip() else []
    if len(title.text) > limits.HEADER:
        return badge + paragraphs(title.text, strong=True)
    return [*badge, {"type": "header", "text": literal(clip(title.text, limits.HEADER))}]


def _fields(block: Fields, language: Language) -> list[JSON]:
    """Show labels in bold: on one line when they're short, else one line each. (A section's fields could bold them only through mrkdwn.)"""
    colon = "\N{NO-BREAK SPACE}: " if language == "fr" else ": "
    shown = [(clip(field.label, limits.BUTTON) + colon, clip(field.value, limits.CONTEXT)) for field in block.fields]
    between = " · " if sum(len(label) + len(value) for label, value in shown) <= _FIELDS_LINE else "\n"
    elements = [part for label, value in shown for part in (_words(between), _words(label, strong=True), _words(value))][1:]
    return [_rich([_section(elements)])] if elements else []


def _bullets(items: tuple[str, ...]) -> list[JSON]:
    entries = [_section([_words(piece)]) for item in items for piece in split(item, limits.SECTION)]
    return [_rich([{"type": "rich_text_list", "style": "bullet", "elements": entries}])] if entries else []


def _item(item: Item, id_: int) -> JSON:
    said = f"{item.title.strip()}\n{item.detail.strip()}" if item.detail and item.detail.strip() else item.title
    button = _button(Button(label=item.open, action=item.action), id_) | {"accessibility_label": clip(f"{item.open} · {item.title}", limits.BUTTON)}
    return {"type": "section", "text": literal(clip(said, limits.SECTION)), "accessory": button}


def _rows(block: Buttons, ids: Iterator[int]) -> list[JSON]:
    """Return the buttons in rows; a link that Slack wouldn't take as a button is shown as words."""
    shown = [_link(button, next(ids)) if isinstance(button, Link) else _button(button, next(ids)) for button in block.buttons]
    if block.quiet:
        for button in shown:
            button.pop("style", None)
    buttons = [button for button in shown if button["type"] == "button"]
    rows: list[JSON] = [{"type": "actions", "elements": buttons[at : at + limits.ROW]} for at in range(0, len(buttons), limits.ROW)]
    return rows + [block for block in shown if block["type"] != "button"]


def _rating(block: Rating, ids: Iterator[int]) -> list[JSON]:
    """Show what the two ends mean, then the scale; each button says the whole to those who don't see it."""
    if not block.buttons:
        return []
    ends = f"{block.buttons[0].label} = {block.low} · {block.buttons[-1].label} = {block.high}"
    shown = [_button(button, next(ids)) | {"accessibility_label": clip(f"{button.label} ({ends})", limits.BUTTON)} for button in block.buttons]
    rows: list[JSON] = [{"type": "actions", "elements": shown[at : at + limits.ROW]} for at in range(0, len(shown), limits.ROW)]
    return [context(clip(ends, limits.CONTEXT)), *rows]


def _picture(uploaded: Uploaded | None, alt: str) -> list[JSON]:
    if uploaded is None:
        return paragraphs(alt)
    return [{"type": "image", "slack_file": {"id": uploaded.id}, "alt_text": clip(alt, limits.ALT)}]


def _file(uploaded: Uploaded | None, name: str, ids: Iterator[int]) -> list[JSON]:
    if uploaded is None or uploaded.permalink is None:
        return [context(clip(name, limits.CONTEXT))]
    return _rows(Buttons(buttons=(Link(label=name, url=uploaded.permalink),)), ids)


def _button(button: Button, id_: int) -> JSON:
    shown = {"type": "button", "action_id": f"tap-{id_}", "text": literal(clip(button.label, limits.BUTTON)), "value": pack(button.action)}
    return shown | {"style": "primary"} if button.primary else shown


def _link(link: Link, id_: int) -> JSON:
    if len(link.url) > limits.URL or not link.url.startswith(("https://", "http://")):
        return context(clip(f"{link.label} {link.url}", limits.CONTEXT))
    shown = {"type": "button", "action_id": f"link-{id_}", "text": literal(clip(link.label, limits.BUTTON)), "url": link.url}
    return shown | {"style": "primary"} if link.primary else shown


def _rich(elements: list[JSON]) -> JSON:
    return {"type": "rich_text", "elements": elements}


def _section(elements: list[JSON]) -> JSON:
    return {"type": "rich_text_section", "elements": elements}


def _words(text: str, *, strong: bool = False) -> JSON:
    return {"type": "text", "text": text} | ({"style": {"bold": True}} if strong else {})


def _fitted(groups: list[list[JSON]], limit: int, weight: int | None) -> list[JSON]:
    """Return all blocks, at most `limit` of them and `weight` characters of text in all: the longest list is cut first, then the end."""
    excess = sum(map(len, groups)) - limit
    if excess > 0:
        longest = max(groups, key=len)
        kept = max(len(longest) - excess - 1, 0)
        longest[kept:] = [context(f"… (+{len(longest) - kept})")]
    flat = list(chain.from_iterable(groups))
    shown: list[JSON] = []
    heavy = 0
    for place, block in enumerate(flat):
        heavy += _weight(block)
        last = place == len(flat) - 1
        if (weight is not None and heavy > weight) or (len(shown) == limit - 1 and not last):
            return [*shown, context(f"… (+{len(flat) - place})")]
        shown.append(block)
    return shown


def _weight(value: object) -> int:
    """Return the characters of all texts in a block."""
    if isinstance(value, dict):
        return sum(len(inner) if name == "text" and isinstance(inner, str) else _weight(inner) for name, inner in value.items())
    return sum(map(_weight, value)) if isinstance(value, list) else 0
