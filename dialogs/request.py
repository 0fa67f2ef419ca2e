"""Requests: what is handed to a human of the right function, and what the two sides say to each other about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias
from uuid import UUID

from dialogs.catalog import Language
from dialogs.events import Reference

REQUEST: Final = "request"  # the cause of a delivery about a request (its card, what became of it); the cause's id is the request's
WORD: Final = "word"  # the cause of a delivery that carries somebody's words; its key is the word's id, the cause's id is the request's
BINDING: Final = "binding"  # the cause of the message that a channel is greeted with; the cause's id is the function's slug

Side: TypeAlias = Literal["client", "expert"]


class RequestStatus(StrEnum):
    """Where a request stands."""

    OPEN = "open"  # nobody has taken it
    CLAIMED = "claimed"
    WAITING = "waiting"  # for the client's word
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a request ended."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT_SOLVED = "not_solved"
    NOT_OURS = "not_ours"
    WITHDRAWN = "withdrawn"  # by the client


class Step(StrEnum):
    """What was done to a request; each leaves a dated line of its history."""

    OPENED = "opened"
    CLAIMED = "claimed"
    RELEASED = "released"
    ANSWERED = "answered"  # a human's word to the client
    ASKED_BACK = "asked_back"
    ADDED = "added"  # the client's word
    HANDED = "handed"  # to another function
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    REMINDED = "reminded"  # the promise went by, the channel was reminded
    ESCALATED = "escalated"  # the owner was told
    REROUTED = "rerouted"  # the channel couldn't be written to
    PLACED = "placed"  # its card is in the channel, whose thread is known from then on


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody, as the other side may see them; `id` is the person's. `language` is what they read, where somebody has to write to them."""

    id: str
    name: str | None = None
    site: str | None = None
    department: str | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a function's experts work: the conversation that was bound to it, or to one of its services.

    `language` is that of whoever bound it. `dead` says, in the platform's words, why it can't be written to any more.
    """

    function: str
    service: str | None
    reference: Reference
    language: Language
    dead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one side said to the other. Its id is also the key of the delivery that carries it.

    `proposed` waits for somebody with the mandate; `dropped` was refused by them; `deleted` was taken back by its author. `source` is the key of
    the conversation it was written in and the platform's id of the message there, both None for what was typed into a form.
    """

    id: UUID
    request: str
    side: Side
    author: Party
    text: str
    at: datetime
    state: Literal["sent", "proposed", "dropped", "deleted"] = "sent"
    source: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A question in human hands.

    `tried` are the ids of the sheets that the bot had shown. `discreet` hides the client from the experts. `language` is the client's. `desk` is the
    conversation that holds it: a channel, or the private one of `keeper`, a person who stands in for a channel that isn't there. `card` is the key of
    the delivery of its card, `thread` the platform's id of that card once it's there. `due_at` is when somebody should have taken it. `reply_to` is
    the message of a campaign that it replies to (its campaign and step, with a slash between), None for a survey, which all its people get. Times are
    UTC.
    """

    id: str
    exchange: str
    function: str
    client: Party
    question: str
    language: Language
    opened_at: datetime
    due_at: datetime
    sheet: str | None = None
    tried: tuple[str, ...] = ()
    discreet: bool = False
    status: RequestStatus = RequestStatus.OPEN
    expert: Party | None = None
    claimed_at: datetime | None = None
    first_word_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    hops: int = 0
    reopened: int = 0
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    desk: Reference | None = None
    desk_language: Language = "fr"
    keeper: str | None = None
    card: UUID | None = None
    thread: str | None = None
    words: tuple[Word, ...] = ()
    reply_to: str | None = None

    @property
    def closed(self) -> bool:
        """Whether it's over, until somebody reopens it."""
        return self.status is RequestStatus.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The request in whose thread an event happened, and on which side of it."""

    request: str
    side: Side


def desk_for(desks: Mapping[tuple[str, str | None], Desk], function: str, service: str | None) -> Desk | None:
    """Return where a request goes: to the service's own channel, else to the function's; None where neither can be written to."""
    for key in ((function, service), (function, None)):
        desk = desks.get(key)
        if desk is not None and desk.dead is None:
            return desk
    return None


def lane_to_client(request: str) -> str:
    """Return the lane of all that goes to the client about a request."""
    return f"request|{request}|client"


def lane_to_desk(request: str) -> str:
    """Return the lane of all that goes to the experts about a request."""
    return f"request|{request}|desk"
