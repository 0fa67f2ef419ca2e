"""Typed buttons: each action carries all that its tap needs, so a card a month old still works."""

import json
from dataclasses import dataclass, fields
from typing import Literal, get_args

PACKED_LIMIT = 2000  # characters; Slack's limit for a button's value, the smallest of the platforms'
QUESTION_LIMIT = 512  # characters of a question that an action carries along


class UnreadableActionError(ValueError):
    """A packed action that this version doesn't know: too old, too new, or not ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Show the home card."""

    kind: Literal["home"] = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Say what the bot can do."""

    kind: Literal["help"] = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFunctions:
    """List every function."""

    kind: Literal["functions"] = "functions"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFunction:
    """Show a function's profile."""

    slug: str
    kind: Literal["function"] = "function"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListServices:
    """List every service that a function has for this person."""

    slug: str
    kind: Literal["services"] = "services"


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Show a service or an entry; `exchange` is the exchange that offered it, if any."""

    id: str
    exchange: str | None = None
    kind: Literal["show"] = "show"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOfThese:
    """None of the questions offered was mine."""

    exchange: str
    question: str = ""
    kind: Literal["none"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMine:
    """The answer shown isn't what I asked."""

    id: str
    exchange: str
    kind: Literal["not_mine"] = "not_mine"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForMe:
    """Answer this question again, in private, for the person who taps."""

    question: str
    kind: Literal["for_me"] = "for_me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Show the preferences and what the bot knows about the person."""

    kind: Literal["preferences"] = "preferences"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    """Choose the language of the replies; None follows the messages again."""

    language: Literal["fr", "en"] | None
    kind: Literal["language"] = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWrong:
    """Open the form that says what is wrong or missing in an answer."""

    id: str
    exchange: str
    kind: Literal["wrong"] = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteQuestion:
    """Open the form in which to write a question, to one function or (None) to all."""

    slug: str | None = None
    kind: Literal["write"] = "write"


FormAction = ReportWrong | WriteQuestion
Action = Home | Help | ListFunctions | ShowFunction | ListServices | Show | NoneOfThese | NotMine | ForMe | Preferences | SetLanguage | FormAction
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
        value = getattr(action, field.name)
        if not (isinstance(value, str) or (value is None and type(None) in get_args(field.type))):
            raise UnreadableActionError(f"{kind} needs a text as its {field.name}")
    if action.kind != kind:
        raise UnreadableActionError(f"{kind} can't call itself {action.kind!r}")
    if isinstance(action, SetLanguage) and action.language not in (None, "fr", "en"):
        raise UnreadableActionError(f"unknown language {action.language!r}")
    return action
