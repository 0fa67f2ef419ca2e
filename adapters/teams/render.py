"""Messages and forms to Teams' JSON: Adaptive Cards 1.5, pure functions to plain dicts.

Words are shown as they stand. A TextBlock and a Fact read a subset of Markdown, a TextRun none: whatever can be a run is one, and what must be a
fact is escaped. Limits: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from adapters.port import NO_ATTACHMENTS
from adapters.teams.parse import ACTION_KEY, FORM_KEY, INPUT_PREFIX, MESSAGE_KEY
from dialogs.actions import Action
from dialogs.attachment import Attachment
from dialogs.messages import (
    BUTTON_LIMIT,
    Block,
    Bullets,
    Button,
    Buttons,
    Choice,
    FieldError,
    Fields,
    File,
    Form,
    Input,
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
from dialogs.packing import opens_form, pack

SIZE_LIMIT = 28 * 1024  # bytes of a message's JSON in UTF-8 (platforms.md)
ACTIONS_LIMIT = 6  # actions that Teams shows in one row
QUIET_LIMIT = 3  # quiet buttons that fit beside each other in a chat's width
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")  # a no-break space stays: French has one before its colon
HEADLINE_LIMIT = 120  # characters; one line of a notification
EXPANDED_LIMIT = 5  # options that are shown all at once rather than in a list to unfold
TOOLTIP_LIMIT = 200  # characters of what a screen reader says of a step
RATING_LIMIT = 6  # steps of a scale that fit beside each other in a chat's width
PICTURE_LIMIT = 1024 * 1024  # bytes, https://learn.microsoft.com/microsoftteams/platform/resources/bot-v3/bots-message-format#picture-messages
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})
CARD_TYPE = "application/vnd.microsoft.card.adaptive"

Json: TypeAlias = dict[str, Any]

_NO_PICTURES: Mapping[str, str] = {}
_LOOSE, _DENSE = False, True  # whether the lines of a text are elements, each with its weight, or one
_SHAPES = ((None, _LOOSE), (None, _DENSE), (4000, _DENSE), (1000, _DENSE), (300, _DENSE), (80, _DENSE))  # with the most characters of one text
_ANYWHERE = re.compile(r"([\\`*_\[\]~&<>])")
_AT_START = re.compile(r"^(\d*)([-+#.)])")
_SCHEMES = frozenset({"https", "http", "mailto"})


def activity(message: Message, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS) -> Json:
    """Render a message as an activity to post, at most `SIZE_LIMIT` bytes as `encode` writes it, without what travels beside its card.

    Pictures stand in the card where there's room for them, as they are; else they follow it, in what doesn't count (base64 images, up to
    `PICTURE_LIMIT` each: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages), and the card tells them in words.
    Neither needs a permission, in a channel as in a chat. What can't be shown is told in words alone.

    It has a summary for the notification and no text: Teams splits a text and a card into two messages and then returns no id
    (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages).
    """
    summary = headline(message)
    pictures = _pictures(message, attachments)
    if not pictures:
        return _wrapped(card(message), summary, message.language)
    whole = _wrapped(_card([element for block in message.blocks for element in _block(block, None, pictures=pictures)]), summary, message.language)
    if len(encode(whole)) <= SIZE_LIMIT:
        return whole
    alone = _wrapped(card(message), summary, message.language)
    beside = [{"contentType": attachments[key].content_type, "contentUrl": uri, "name": attachments[key].name} for key, uri in pictures.items()]
    return alone | {"attachments": [*alone["attachments"], *beside]}


def card(message: Message) -> Json:
    """Render a message as a card, small enough for `activity`.

    Of a list of short lines, the words are a small part of the weight: rather than any word, the lines' own elements go first. What must be left out
    after that goes by length, then from the end.
    """
    room = SIZE_LIMIT - len(encode(_wrapped(_card([]), headline(message), message.language)))
    for limit, dense in _SHAPES:
        body = [element for block in message.blocks for element in _block(block, limit, dense=dense)]
        if sum(map(_weight, body)) <= room:
            return _card(body or [_words("…")])
    return _card(list(_fitting(body, room)))


def form_activity(form: Form, errors: Sequence[FieldError] = ()) -> Json:
    """Render a form as a message, for a client that has no dialogs and so taps its button as a plain submission."""
    return _wrapped(form_card(form, errors), _clip(form.title, HEADLINE_LIMIT), form.language)


def form_card(form: Form, errors: Sequence[FieldError] = (), *, message_id: str | None = None) -> Json:
    """Render a form as a card, each error below its input. `message_id` is the message whose button opened it, and comes back with it."""
    ids = {block.id for block in form.blocks if isinstance(block, Input | Choice)}
    body = [_error(error) for error in errors if error.input not in ids]
    for block in form.blocks:
        match block:
            case Text():
                body.extend(_block(block, None))
            case Input() | Choice():
                body.append(_input(block) if isinstance(block, Input) else _choice(block))
                body.extend(_error(error) for error in errors if error.input == block.id)
    kept = {ACTION_KEY: pack(form.action), FORM_KEY: "1"} | ({MESSAGE_KEY: message_id} if message_id else {})
    submit = {"type": "Action.Submit", "title": _label(form.submit), "style": "positive", "data": kept}
    return _card(body) | {"actions": [submit]}


def task(form: Form, errors: Sequence[FieldError] = (), *, message_id: str | None = None) -> Json:
    """Render a form as the response to `task/fetch` or, with its errors, to `task/submit`. Teams' own cross cancels it."""
    return {
        "task": {
            "type": "continue",
            "value": {
                "title": _clip(form.title, HEADLINE_LIMIT),
                "height": "medium",
                "width": "medium",
                "card": {"contentType": CARD_TYPE, "content": form_card(form, errors, message_id=message_id)},
            },
        }
    }


def task_message(text: str) -> Json:
    """Render the response to a dialog's invoke that shows a short text in place of the form."""
    return {"task": {"type": "message", "value": text}}


def replacement(message: Message) -> Json:
    """Render the response to `adaptiveCard/action` that puts a card in place of the one that was tapped."""
    return {"statusCode": 200, "type": CARD_TYPE, "value": card(message)}


def acknowledgement(text: str) -> Json:
    """Render the response to `adaptiveCard/action` that leaves the card as it is; an empty one is shown as an error (botbuilder-js#4445)."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def headline(message: Message) -> str:
    """Say a message in one line."""
    lines = (line for text in plain_text(message).splitlines() if (line := " ".join(text.split())))
    return _clip(next(lines, "…"), HEADLINE_LIMIT)


def encode(rendered: Json) -> bytes:
    """Write JSON as it travels."""
    return json.dumps(rendered, ensure_ascii=False, separators=(",", ":")).encode()


def _wrapped(content: Json, summary: str, language: str) -> Json:
    return {"type": "message", "summary": summary, "locale": language, "attachments": [{"contentType": CARD_TYPE, "content": content}]}


def _card(body: list[Json]) -> Json:
    return {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.5", "body": body}


def _weight(element: Json) -> int:
    return len(encode(element)) + 1  # its comma


def _fitting(body: Iterable[Json], room: int) -> Iterator[Json]:
    cut = _words("…", isSubtle=True)
    room -= _weight(cut)
    for element in body:
        if (weight := _weight(element)) <= room:
            room -= weight
            yield element
    yield cut


def _pictures(message: Message, attachments: Mapping[str, Attachment]) -> dict[str, str]:
    """Return the pictures that can be shown, as data URIs, by key."""
    shown: dict[str, str] = {}
    for block in message.blocks if attachments else ():
        held = attachments.get(block.attachment) if isinstance(block, Picture) else None
        if isinstance(block, Picture) and held is not None and held.content_type in PICTURE_TYPES and len(held.content) <= PICTURE_LIMIT:
            shown[block.attachment] = f"data:{held.content_type};base64,{base64.b64encode(held.content).decode()}"
    return shown


def _block(block: Block, limit: int | None, *, dense: bool = False, pictures: Mapping[str, str] = _NO_PICTURES) -> Iterator[Json]:
    match block:
        case Title(text=text, badge=badge):
            if badge:
                yield _words(_line(_clip(badge, limit)), weight="bolder", color="accent", size="small")
            yield _words(_clip(text, limit), weight="bolder", size="large") | ({"spacing": "none"} if badge else {})
        case Text(text=text, strong=strong):
            yield from _paragraphs(_clip(text, limit), dense=dense, **({"weight": "bolder"} if strong else {}))
        case Note(text=text):
            yield from _paragraphs(_clip(text, limit), dense=dense, isSubtle=True, size="small")
        case Fields(fields=fields) if fields:
            facts = [{"title": _literal(_clip(field.label, limit)), "value": _literal(_clip(field.value, limit))} for field in fields]
            yield {"type": "FactSet", "facts": facts}
        case Bullets(items=items):
            for item in items:
                yield _words(f"• {_line(_clip(item, limit))}") | {"spacing": "small"}
        case Items(items=items):
            yield from (_item(item, limit) for item in items)
        case Buttons(buttons=buttons, quiet=quiet):
            yield from _quiet_rows(buttons) if quiet else _rows(buttons)
        case Rating(buttons=buttons) if buttons:
            yield from _rating(block)
        case Picture(attachment=attachment, alt=alt):
            if attachment in pictures:
                yield {"type": "Image", "url": pictures[attachment], "altText": alt, "size": "stretch"}
            else:
                yield from _paragraphs(_clip(alt, limit), dense=dense)
        case File(name=name):
            yield _words(_line(_clip(name, limit)), isSubtle=True, size="small")
        case _:
            return


def _paragraphs(text: str, *, dense: bool, **look: Any) -> Iterator[Json]:
    """One element a line, since clients differ on line breaks inside a run; one for all where they'd be too many (`dense`)."""
    if dense and (shown := "\n".join(line for line in text.splitlines() if line.strip())):
        yield _words(shown, **look)
        return
    opens = True
    for line in text.splitlines():
        if line.strip():
            yield _words(line, **look) | ({} if opens else {"spacing": "none"})
            opens = False
        else:
            opens = True


def _words(text: str, **look: Any) -> Json:
    return {"type": "RichTextBlock", "inlines": [_run(text, **look)]}


def _run(text: str, **look: Any) -> Json:
    return {"type": "TextRun", "text": text, **look}


def _item(item: Item, limit: int | None) -> Json:
    said = [_words(_line(_clip(item.title, limit)), weight="bolder")]
    if item.detail:
        said.append(_words(_line(_clip(item.detail, limit)), isSubtle=True) | {"spacing": "none"})
    opens = {"type": "ActionSet", "actions": [_tapped(item.open, item.action)]}
    return {
        "type": "ColumnSet",
        "columns": [
            {"type": "Column", "width": "stretch", "verticalContentAlignment": "center", "items": said},
            {"type": "Column", "width": "auto", "verticalContentAlignment": "center", "items": [opens]},
        ],
    }


def _rows(buttons: Sequence[Button | Link]) -> Iterator[Json]:
    actions = [action | ({"style": "positive"} if button.primary else {}) for button, action in _actions(buttons)]
    for start in range(0, len(actions), ACTIONS_LIMIT):
        yield {"type": "ActionSet", "actions": actions[start : start + ACTIONS_LIMIT]}


def _quiet_rows(buttons: Sequence[Button | Link]) -> Iterator[Json]:
    columns = [
        {"type": "Column", "width": "auto", "selectAction": action, "items": [_words(_label(button.label), isSubtle=True, size="small")]}
        for button, action in _actions(buttons)
    ]
    for start in range(0, len(columns), QUIET_LIMIT):
        first = {"separator": True} if start == 0 else {"spacing": "small"}
        yield {"type": "ColumnSet", "columns": columns[start : start + QUIET_LIMIT], **first}


def _rating(scale: Rating) -> Iterator[Json]:
    """Show the steps as boxes of one width, in rows as even as can be, then what the two ends mean, each on its side."""
    first, last = (f"{_label(button.label)} = {_line(said)}" for button, said in ((scale.buttons[0], scale.low), (scale.buttons[-1], scale.high)))
    steps = [_step(button, f"{first} · {last}") for button in scale.buttons]
    rows = -(-len(steps) // RATING_LIMIT)
    width = -(-len(steps) // rows)
    for start in range(0, len(steps), width):
        row = steps[start : start + width]
        empty = [{"type": "Column", "width": "stretch", "items": []} for _ in range(width - len(row))]
        yield {"type": "ColumnSet", "columns": row + empty, "spacing": "small"}
    yield {
        "type": "ColumnSet",
        "spacing": "small",
        "columns": [
            {"type": "Column", "width": "stretch", "items": [_words(first, isSubtle=True, size="small")]},
            {"type": "Column", "width": "stretch", "items": [_words(last, isSubtle=True, size="small") | {"horizontalAlignment": "right"}]},
        ],
    }


def _step(button: Button, ends: str) -> Json:
    said = _words(_label(button.label), weight="bolder") | {"horizontalAlignment": "center"}
    return {
        "type": "Column",
        "width": "stretch",
        "style": "emphasis",
        "verticalContentAlignment": "center",
        "selectAction": _tapped(button.label, button.action) | {"tooltip": _clip(f"{_label(button.label)} ({ends})", TOOLTIP_LIMIT)},
        "items": [said],
    }


def _actions(buttons: Sequence[Button | Link]) -> Iterator[tuple[Button | Link, Json]]:
    for button in buttons:
        match button:
            case Link(label=label, url=url):
                if _is_web(url):
                    yield button, {"type": "Action.OpenUrl", "title": _label(label), "url": url}
            case Button(label=label, action=action):
                yield button, _tapped(label, action)


def _tapped(label: str, action: Action) -> Json:
    """Execute lets the response replace the card; only Submit can open a dialog."""
    chosen: Json = {ACTION_KEY: pack(action)}
    if opens_form(action):
        return {"type": "Action.Submit", "title": _label(label), "data": chosen | {"msteams": {"type": "task/fetch"}}}
    return {"type": "Action.Execute", "title": _label(label), "verb": action.kind, "data": chosen}


def _input(asked: Input) -> Json:
    optional = {key: value for key, value in (("placeholder", asked.placeholder), ("value", asked.value)) if value}
    shape = {"isMultiline": asked.multiline, "maxLength": max(asked.limit, 1)}
    return {"type": "Input.Text", **_asked(asked), **shape, **optional}


def _choice(asked: Choice) -> Json:
    options = [{"title": _label(option.label), "value": option.value} for option in asked.options]
    optional = {"value": asked.value} if asked.value is not None else {}
    style = "expanded" if len(options) <= EXPANDED_LIMIT else "compact"
    return {"type": "Input.ChoiceSet", **_asked(asked), "style": style, "wrap": True, "choices": options, **optional}


def _asked(asked: Input | Choice) -> Json:
    """Leave a required input to the dialog, which says what is missing in its own words; the client has no better text than the label."""
    return {"id": INPUT_PREFIX + asked.id, "label": asked.label}


def _error(error: FieldError) -> Json:
    return _words(_line(error.text), color="attention", weight="bolder") | {"spacing": "none"}


def _label(text: str) -> str:
    return _clip(_line(text), BUTTON_LIMIT) or "…"


def _line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip(" ")


def _clip(text: str, limit: int | None) -> str:
    return text if limit is None or len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _literal(text: str) -> str:
    return _AT_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\1", _line(text)))


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in _SCHEMES and bool(parts.netloc or parts.path)
