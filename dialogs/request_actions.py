"""Typed buttons of requests: what their client and their experts may do, and where requests come."""

from dataclasses import dataclass
from typing import Literal


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
