"""Deliveries: everything that the bot says on its own initiative is one row of one ledger."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from dialogs.events import Reference
from dialogs.messages import Message


class Kind(StrEnum):
    """What a message is, which says what it spends of the attention budget and whether it keeps quiet hours."""

    REPLY = "reply"  # answers that a crash held back, a human's words, what becomes of a request
    PROMPT = "prompt"
    REMINDER = "reminder"
    CAMPAIGN = "campaign"
    DIGEST = "digest"  # to a function's channel, at its hour
    ALERT = "alert"  # to a function's channel


class Status(StrEnum):
    """Where a delivery stands; at any time, targeted = planned + sending + sent + failed + skipped + unknown."""

    PLANNED = "planned"
    SENDING = "sending"  # claimed: one process is about to send it, or has just sent it
    SENT = "sent"
    FAILED = "failed"  # the platform said no for good, or too often
    SKIPPED = "skipped"  # not sent, on purpose
    UNKNOWN = "unknown"  # it may have arrived: never sent again blindly


class Reason(StrEnum):
    """Why a delivery failed, was skipped, or is unknown."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"  # its deadline went by
    UNREACHABLE = "unreachable"  # no live conversation with that person, or that conversation is dead
    REFUSED = "refused"  # the platform said no for good
    EXHAUSTED = "exhausted"  # the platform failed too often
    NOT_ARRIVED = "not_arrived"  # the platform was asked: it isn't there, and it mustn't be sent after those that followed it
    OFF = "off"  # the platform is switched off here
    BUDGET = "budget"  # that person's attention is spent for now
    PAUSED = "paused"  # that person doesn't want to be asked, or taught
    ANSWERED = "answered"  # what it'd have asked was answered meanwhile
    UNANSWERED = "unanswered"  # the call ended without an answer
    INTERRUPTED = "interrupted"  # the process that sent it ended, or froze
    ALREADY_THERE = "already_there"  # that person is at the step's stage already, or fulfilled its exit
    OVER = "over"  # its campaign had ended
    NOT_FOR_THEM = "not_for_them"  # that person left the directory, or is a guest


class Doubt(StrEnum):
    """What becomes of an unknown delivery on a platform that nobody can ask (Teams)."""

    HOLD = "hold"  # it stays unknown
    RESEND = "resend"  # two are better than none


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one conversation, planned in the transaction of what caused it.

    `key` comes from the cause (`uuid5`), so that planning twice plans once. `cause_kind` and `cause_id` name the cause. `to` is a person's id, who is
    reached where they last spoke to the bot, or chose; or a conversation. `not_before` and `deadline` (UTC) bound when it's sent: past the deadline
    it's skipped. `function` is whose message it is, for what it spends of somebody's attention; `step`, `variant`: those of a campaign's message,
    `priority` is above 0 for what goes before other campaigns' messages, below for what goes after. `urgent` says that a human waits for it: it goes
    first, and keeps no quiet hours. The deliveries of one `lane` are sent in the order in which they were planned, each at most once. `under` is the
    key of the delivery in whose thread it goes. `user` and `tapped` are the platform's ids of the person and of the tapped message, for a reply that
    a crash held back.
    """

    key: UUID
    kind: Kind
    cause_kind: str
    cause_id: str
    to: str | Reference
    message: Message
    not_before: datetime | None = None
    deadline: datetime | None = None
    function: str | None = None
    step: str | None = None
    variant: str | None = None
    priority: int = 0
    urgent: bool = False
    lane: str | None = None
    under: UUID | None = None
    doubt: Doubt = Doubt.HOLD
    user: str | None = None
    tapped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a delivery came to, for what must follow from it. `message_id` is the platform's, once it's sent."""

    key: UUID
    kind: Kind
    cause_kind: str
    cause_id: str
    status: Status
    reason: Reason | None = None
    detail: str | None = None  # the platform's own words
    reference: Reference | None = None
    person: str | None = None
    message_id: str | None = None


HELD_BACK: Final = "event"  # the cause of a reply that a crash held back; the cause's id is the event key


def reply_key(event_key: UUID, index: int) -> UUID:
    """Return the key of an event's reply: it's stamped on what is posted directly, and found again by whoever looks whether it was."""
    return uuid5(event_key, f"reply|{index}")
