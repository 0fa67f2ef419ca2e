"""Feedback: what leaves with each closing message, and what the client gives back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from dialogs.catalog import Language

FEEDBACK: Final = "feedback"  # the cause of a prompt or a reminder; the cause's id is the exchange's
EXPIRES: Final = timedelta(days=7)  # after which a tap is refused, and the period it belongs to may be published
QUESTION: Final = 300  # characters of the question that are kept, to say what is asked about

Solved: TypeAlias = Literal["yes", "partly", "no"]
Shared: TypeAlias = Literal["no", "unnamed", "named"]  # whether a comment may be shown to the function as thanks


class Occasion(StrEnum):
    """Which closing the question is about."""

    ANSWER = "answer"  # the bot's answer
    REQUEST = "request"  # a human closed the request
    OUTSIDE = "outside"  # it happened elsewhere: a tool told of it, or somebody marked it
    LATER = "later"  # the same exchange, a month on


class Item(StrEnum):
    """The one question more, of which each response gets at most one."""

    EFFORT = "effort"  # CES, 1 to 7
    RECOMMENDATION = "recommendation"  # NPS, 0 to 10
    RELIABILITY = "reliability"  # the five of SERVQUAL, 1 to 5
    ASSURANCE = "assurance"
    TANGIBLES = "tangibles"
    EMPATHY = "empathy"
    RESPONSIVENESS = "responsiveness"
    REASON = "reason"  # why that score: words that depend on it
    LOST_TIME = "lost_time"
    ELSEWHERE = "elsewhere"  # did you go elsewhere?


POSTURE: Final = (Item.RELIABILITY, Item.ASSURANCE, Item.TANGIBLES, Item.EMPATHY, Item.RESPONSIVENESS)
GOOD_REASONS: Final = ("clear", "fast", "kind", "complete", "competent")
BAD_REASONS: Final = ("slow", "unclear", "sent_around", "unsolved", "tone", "incomplete")
LOST_TIMES: Final = ("none", "under_hour", "half_day", "day", "more")
ELSEWHERES: Final = ("no", "colleague", "outside", "gave_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One closing message, and the response to it so far.

    What is above `expected` was recorded when the message left, so that later changes don't rewrite it: who helped (`helper`, a person's id; None for
    the bot and for a `tool`), which `service` (a sheet's id) and function, where, for whom (`client`, a person's id, None once they were erased).
    `question` is theirs, cut short. `channel` is the conversation's scope, `outside` for what happened elsewhere. `due_at` is the promise,
    `first_word_at` when a human first answered, `hops` how often it was handed on, `outcome` how the expert closed it. Times are UTC.

    `trace` is 1 to 5, `item` the question more that was asked, `value` its answer (`values_of`), each None until then; nothing is ever pre-filled.
    """

    id: str
    exchange: str
    occasion: Occasion
    function: str
    client: str | None
    question: str
    language: Language
    channel: str
    opened_at: datetime
    asked_at: datetime
    expires_at: datetime
    service: str | None = None
    request: str | None = None
    helper: str | None = None
    tool: str | None = None
    platform: str | None = None
    site: str | None = None
    department: str | None = None
    due_at: datetime | None = None
    first_word_at: datetime | None = None
    hops: int = 0
    outcome: str | None = None
    expected: int | None = None
    solved: Solved | None = None
    trace: int | None = None
    item: Item | None = None
    value: str | None = None
    comment: str | None = None
    shared: Shared | None = None
    answered_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a tap or a comment adds to a response; None leaves what was said before. The last tap wins."""

    solved: Solved | None = None
    trace: int | None = None
    item: Item | None = None
    value: str | None = None
    comment: str | None = None
    shared: Shared | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A person is left in peace by a function, or (None) by all, until then; None is for good."""

    function: str | None
    until: datetime | None


def values_of(item: Item) -> tuple[str, ...]:
    """Return what one may answer to an item, in the order of its scale."""
    match item:
        case Item.EFFORT:
            return tuple(str(value) for value in range(1, 8))
        case Item.RECOMMENDATION:
            return tuple(str(value) for value in range(11))
        case Item.REASON:
            return (*GOOD_REASONS, *BAD_REASONS)
        case Item.LOST_TIME:
            return LOST_TIMES
        case Item.ELSEWHERE:
            return ELSEWHERES
        case _:
            return tuple(str(value) for value in range(1, 6))
