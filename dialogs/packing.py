"""Packing: an action as the short text that a platform's button carries, and back."""

import json
from dataclasses import fields
from typing import Literal, get_args, get_origin

from dialogs.actions import Action, FormAction

PACKED_LIMIT = 2000  # characters; Slack's limit for a button's value, the smallest of the platforms'


class UnreadableActionError(ValueError):
    """A packed action that this version doesn't know: too old, too new, or not ours."""


_BY_KIND: dict[str, type[Action]] = {get_args(cls.__annotations__["kind"])[0]: cls for cls in get_args(Action)}


def opens_form(action: Action) -> bool:
    """Tell whether a tap on this action must be answered by a form (Teams needs to know before the tap)."""
    return isinstance(action, FormAction)


def pack(action: Action) -> str:
    """Return the action as a short text that fits a platform's button.

    Raises ValueError past `PACKED_LIMIT` characters: a programming error, since texts are clipped before they enter an action.
    """
    values = {field.name: getattr(action, field.name) for field in fields(action) if field.name != "kind"}
    packed = json.dumps([action.kind, values], ensure_ascii=False, separators=(",", ":"))
    if len(packed) > PACKED_LIMIT:
        raise ValueError(f"action {action.kind} is {len(packed)} characters long once packed; the limit is {PACKED_LIMIT}")
    return packed


def unpack(packed: str) -> Action:
    """Read an action back. Raises UnreadableActionError for whatever `pack` of this version couldn't have written."""
    try:
        kind, values = json.loads(packed)
        cls = _BY_KIND[kind]
        action = cls(**values)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnreadableActionError(f"not a packed action: {packed[:80]!r}") from error
    for field in fields(cls):
        value, named = getattr(action, field.name), _named(field.type)
        if not (isinstance(value, str) or (value is None and type(None) in get_args(field.type))):
            raise UnreadableActionError(f"{kind} needs a text as its {field.name}")
        if named and value is not None and value not in named:
            raise UnreadableActionError(f"{kind} knows no {field.name} {value!r}")
    return action


def _named(annotation: object) -> tuple[str, ...]:
    """Return the words that a field of named words takes (`Literal`, which may be optional), nothing for free text."""
    literal = annotation if get_origin(annotation) is Literal else next((each for each in get_args(annotation) if get_origin(each) is Literal), None)
    return get_args(literal)
