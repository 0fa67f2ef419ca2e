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


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Say why this sheet answered this question."""

    id: str
    exchange: str
    question: str
    kind: Literal["why"] = "why"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGaps:
    """Show the questions that a function couldn't answer; without a function, those of every function that the person may read.

    The empty slug stands for the questions of no function yet. `start` is how many of the most asked are left out, in digits: the next card.
    """

    slug: str | None = None
    start: str | None = None
    kind: Literal["gaps"] = "gaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGap:
    """Show one gap: its questions, what is nearest, what can be done."""

    gap: str
    kind: Literal["gap"] = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreGap:
    """Settle a gap without doing anything about it."""

    gap: str
    kind: Literal["gap_ignore"] = "gap_ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPhrasing:
    """Open the form that adds a gap's question to a sheet, as one of its phrasings."""

    gap: str
    id: str
    kind: Literal["gap_phrasing"] = "gap_phrasing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGap:
    """Open the form that sends a gap to another function."""

    gap: str
    kind: Literal["gap_send"] = "gap_send"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSheet:
    """Open the form of a service or an entry: to correct the one of this id, or to write a new entry for a function.

    A new one may be for a `gap`, or be made of a `request` that an expert answered. `base` is a digest of the sheet that the form was opened on: two
    people who correct it at once don't undo each other's work unseen.
    """

    slug: str
    id: str | None = None
    gap: str | None = None
    request: str | None = None
    base: str | None = None
    kind: Literal["sheet"] = "sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContent:
    """List what a function has written, for those who may correct or remove it; without a function, choose one.

    `after` is the sheet that comes before the first line, "" the beginning: the list is then turned like a page, in its place.
    """

    slug: str | None = None
    after: str | None = None
    to: Literal["correct", "remove"] = "correct"
    kind: Literal["content"] = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSheet:
    """Open the form that asks whether a service or an entry is really to go."""

    id: str
    kind: Literal["sheet_remove"] = "sheet_remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """Begin the interview that drafts a function's profile; without a function, choose one."""

    slug: str | None = None
    kind: Literal["interview"] = "interview"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewStep:
    """Move in an interview: start it, leave a question out, go back to the one before, or stop (what was said is kept).

    `question` is the one that the button stands below: a button further up in the conversation, or a second tap, moves nothing unseen.
    """

    slug: str
    move: Literal["start", "skip", "back", "stop"]
    question: str = ""
    kind: Literal["interview_step"] = "interview_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProfile:
    """Open the form of a function's drafted profile, both languages side by side; `base` tells what it was opened on."""

    slug: str
    base: str | None = None
    kind: Literal["profile_edit"] = "profile_edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishProfile:
    """Make a function's drafted profile the one that everybody reads, if it still is the one of this digest, which was read."""

    slug: str
    base: str
    kind: Literal["profile_publish"] = "profile_publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskHuman:
    """Open the form that hands a question to a human. `slug` is the function, `id` the sheet, `exchange` the exchange it comes from, where known."""

    question: str = ""
    slug: str | None = None
    id: str | None = None
    exchange: str | None = None
    kind: Literal["human"] = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequests:
    """List the person's own requests, or those that wait for a function."""

    slug: str | None = None
    kind: Literal["requests"] = "requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRequest:
    """Show a request, as its client sees it."""

    request: str
    kind: Literal["request"] = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToRequest:
    """Open the form in which the client writes to the experts."""

    request: str
    kind: Literal["request_add"] = "request_add"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRequest:
    """The client needs nobody any more."""

    request: str
    kind: Literal["request_withdraw"] = "request_withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenRequest:
    """A closed request isn't over: for its client, or for an expert."""

    request: str
    kind: Literal["request_reopen"] = "request_reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotForThem:
    """Words that went to a human were a question for the bot: take them back, and answer."""

    word: str
    request: str
    question: str
    kind: Literal["word_mine"] = "word_mine"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAgain:
    """Send words again that may not have arrived."""

    word: str
    request: str
    kind: Literal["word_again"] = "word_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """Take a request; `over` says that somebody else has it, and that it's taken over all the same."""

    request: str
    over: Literal["yes"] | None = None
    kind: Literal["request_claim"] = "request_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """Give a request back to all the experts."""

    request: str
    kind: Literal["request_release"] = "request_release"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """Open the form in which an expert answers the client, or asks back."""

    request: str
    kind: Literal["request_answer"] = "request_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandRequest:
    """Open the form that hands a request to another function."""

    request: str
    kind: Literal["request_hand"] = "request_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRequest:
    """Open the form that closes a request with its outcome."""

    request: str
    kind: Literal["request_close"] = "request_close"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveWord:
    """Send a proposed answer: for those who hold the mandate. `seen` tells which text they read, which its author may change meanwhile."""

    word: str
    request: str
    seen: str | None = None
    kind: Literal["word_approve"] = "word_approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropWord:
    """Don't send a proposed answer: for those who hold the mandate, or its author."""

    word: str
    request: str
    kind: Literal["word_drop"] = "word_drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseRequest:
    """Open the form that adds a request's question to a sheet, as one of its phrasings."""

    request: str
    id: str
    kind: Literal["request_phrasing"] = "request_phrasing"


@dataclass(frozen=True, slots=True, kw_only=True)
class BindChannel:
    """Bind the conversation in which this is said to a function, or to one of its services; without a function, say what is bound."""

    slug: str | None = None
    service: str | None = None
    kind: Literal["bind"] = "bind"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbindChannel:
    """Unbind the conversation in which this is said."""

    kind: Literal["unbind"] = "unbind"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkExchange:
    """Open the form that says of a human conversation that it was a support exchange.

    `place` is the key of that conversation, `message` the platform's id of the message it's said of, `user` that of its author.
    """

    place: str
    message: str
    user: str
    kind: Literal["exchange_mark"] = "exchange_mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReach:
    """Choose where the bot writes of its own accord; None is where one last spoke to it."""

    platform: Literal["slack", "teams"] | None = None
    kind: Literal["reach"] = "reach"


FormAction = (
    ReportWrong
    | WriteQuestion
    | AddPhrasing
    | SendGap
    | WriteSheet
    | RemoveSheet
    | EditProfile
    | AskHuman
    | AddToRequest
    | AnswerRequest
    | HandRequest
    | CloseRequest
    | PhraseRequest
    | MarkExchange
)
Action = (
    Home
    | Help
    | ListFunctions
    | ShowFunction
    | ListServices
    | Show
    | NoneOfThese
    | NotMine
    | ForMe
    | Preferences
    | SetLanguage
    | Why
    | ShowGaps
    | ShowGap
    | IgnoreGap
    | ListContent
    | Interview
    | InterviewStep
    | PublishProfile
    | ListRequests
    | ShowRequest
    | WithdrawRequest
    | ReopenRequest
    | NotForThem
    | SendAgain
    | ClaimRequest
    | ReleaseRequest
    | ApproveWord
    | DropWord
    | BindChannel
    | UnbindChannel
    | SetReach
    | FormAction
)
# what is done to one request, or with several, by a tap that opens no form
OfRequest = ListRequests | ShowRequest | WithdrawRequest | ReopenRequest | SendAgain | ClaimRequest | ReleaseRequest | ApproveWord | DropWord
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
    if isinstance(action, InterviewStep) and action.move not in ("start", "skip", "back", "stop"):
        raise UnreadableActionError(f"unknown move {action.move!r}")
    if isinstance(action, ClaimRequest) and action.over not in (None, "yes"):
        raise UnreadableActionError(f"unknown answer {action.over!r}")
    if isinstance(action, SetReach) and action.platform not in (None, "slack", "teams"):
        raise UnreadableActionError(f"unknown platform {action.platform!r}")
    if isinstance(action, ListContent) and action.to not in ("correct", "remove"):
        raise UnreadableActionError(f"unknown purpose {action.to!r}")
    return action
