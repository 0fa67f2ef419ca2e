"""Prompts: a question of its own about an exchange, where the row on its closing message wasn't used; the one reminder, and the second look."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from dialogs.catalog import Function
from dialogs.delivery import Delivery, Kind
from dialogs.feedback import EXPIRES, FEEDBACK, Feedback, Occasion
from dialogs.feedback_actions import ChoosePause
from dialogs.feedback_row import feedback_id, solved_row
from dialogs.messages import Block, Button, Buttons, Message, Note, Text, Title, clipped
from dialogs.sheet import badge, short_name
from dialogs.texts import Texts

REMIND_AFTER: Final = timedelta(days=3)
LOOK_AGAIN_AFTER: Final = timedelta(days=30)
LOOK_AGAIN_ONE_IN: Final = 10
VOLUME_WITHIN: Final = timedelta(days=30)
# a function that closes fewer than so many exchanges a month asks apart about all of them, about one in three, and one in ten above
FEW: Final = 100
MANY: Final = 1_000
_ONE_IN_SOME: Final = 3
_ONE_IN_MANY: Final = 10
_NAMESPACE: Final = UUID("5c0a0b36-7d2c-5d7b-9a84-3f0f4d0f9f21")
_QUOTED: Final = 100  # characters of the question

# what happened elsewhere and the second look have no closing message of ours: only a prompt that was sent asks about them
APART_ONLY: Final = (Occasion.OUTSIDE, Occasion.LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whom a prompt is for: their texts, and the IANA zone of their clock."""

    t: Texts
    timezone: str


def is_asked_apart(feedback: str, volume: int) -> bool:
    """Tell whether a closing is of the sample that is asked about apart; `volume` is how many its function closed in the last 30 days."""
    if volume < FEW:
        return True
    return _is_sampled(feedback, "prompt", _ONE_IN_SOME if volume < MANY else _ONE_IN_MANY)


def is_looked_at_again(feedback: str) -> bool:
    """Tell whether a closing is of the sample that is asked about once more, a month on."""
    return _is_sampled(feedback, "look again", LOOK_AGAIN_ONE_IN)


def second_look(former: Feedback, at: datetime) -> Feedback:
    """Return the question asked a month on: what was recorded of the exchange, nothing of the former response."""
    return replace(
        former,
        id=feedback_id(former.id, Occasion.LATER),
        occasion=Occasion.LATER,
        asked_at=at,
        expires_at=at + EXPIRES,
        solved=None,
        trace=None,
        item=None,
        value=None,
        comment=None,
        shared=None,
        answered_at=None,
        voided_at=None,
    )


def prompt_key(exchange: str, feedback: str) -> UUID:
    """Return the key of the prompt about a closing."""
    return uuid5(_NAMESPACE, f"{exchange}|prompt|{feedback}")


def reminder_key(exchange: str, feedback: str) -> UUID:
    """Return the key of the reminder about a closing."""
    return uuid5(_NAMESPACE, f"{exchange}|reminder|{feedback}")


def prompt(reader: Reader, function: Function, client: str, feedback: Feedback, at: datetime) -> Delivery:
    """Ask apart about a closing, or once more about an exchange a month on."""
    key = prompt_key(feedback.exchange, feedback.id)
    return _delivery(key, Kind.PROMPT, client, feedback, at, _message(reader, function, feedback))


def reminder(reader: Reader, function: Function, client: str, feedback: Feedback, at: datetime) -> Delivery:
    """Ask a last time about a closing."""
    key = reminder_key(feedback.exchange, feedback.id)
    last = Note(text=reader.t("One tap is enough. I won't ask again about this one."))
    return _delivery(key, Kind.REMINDER, client, feedback, at, _message(reader, function, feedback, last))


def _delivery(key: UUID, kind: Kind, client: str, feedback: Feedback, at: datetime, message: Message) -> Delivery:
    return Delivery(
        key=key,
        kind=kind,
        cause_kind=FEEDBACK,
        cause_id=feedback.exchange,
        to=client,
        message=message,
        not_before=at,
        deadline=feedback.expires_at,
        function=feedback.function,
    )


def _message(reader: Reader, function: Function, feedback: Feedback, *more: Block) -> Message:
    t = reader.t
    leave = Button(label=t("Be left in peace"), action=ChoosePause(slug=function.slug))
    blocks: tuple[Block, ...] = (
        Title(text=t("A month on") if feedback.occasion is Occasion.LATER else t("How did it end?"), badge=badge(function, t.language)),
        Text(text=_about(reader, function, feedback)),
        *more,
        *solved_row(t, feedback.id, "prompt"),
        Buttons(buttons=(leave,), quiet=True),
    )
    return Message(language=t.language, blocks=blocks)


def _about(reader: Reader, function: Function, feedback: Feedback) -> str:
    t = reader.t
    when = t.moment(feedback.opened_at, reader.timezone)
    question = clipped(" ".join(feedback.question.split()), _QUOTED)
    match feedback.occasion:
        case Occasion.LATER if question:
            return t("About your question “{question}” of {when}: a month on, is it still solved?", question=question, when=when)
        case Occasion.LATER:
            return t("About your exchange with {function} of {when}: a month on, is it still solved?", function=_name(t, function), when=when)
        case _ if question:
            return t("About your question “{question}” of {when}.", question=question, when=when)
        case _:
            closed = t.moment(feedback.asked_at, reader.timezone)
            return t("About your exchange with {function}, closed on {when}.", function=_name(t, function), when=closed)


def _name(t: Texts, function: Function) -> str:
    return short_name(function, t.language)


def _is_sampled(feedback: str, what: str, one_in: int) -> bool:
    digest = hashlib.blake2b(f"{what}|{feedback}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % one_in == 0
