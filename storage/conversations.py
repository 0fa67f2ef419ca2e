"""Conversations: what was heard, what was replied, what a dialog remembers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, update
from sqlmodel import Session, col, select

from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, Gesture, Reference
from dialogs.messages import Reply
from dialogs.turn import State
from storage import plain
from storage.tables import EventRow, StateRow, table_of

SWEEPING: Final = "sweep"  # the key under which held back replies are taken
CLAIM: Final = timedelta(seconds=50)  # below the minute between two sweeps of one process, so that what failed is tried again by the next

# A turn's statements are built once and run on the connection: SQLAlchemy takes longer to build one, or to look for entities in it, than SQLite
# to run it.
_REPLIES: Final = select(EventRow.replies).where(col(EventRow.key) == bindparam("event_key"))
_STATE: Final = select(StateRow.dialog, StateRow.version, StateRow.kept).where(col(StateRow.state_key) == bindparam("of"))
_HEAR: Final = insert(table_of(EventRow))
_KEEP: Final = insert(table_of(StateRow))
_CHANGE: Final = update(table_of(StateRow)).where(col(StateRow.state_key) == bindparam("of"))
_FORGET: Final = delete(table_of(StateRow)).where(col(StateRow.state_key) == bindparam("of"))
_ANSWERED: Final = (
    update(table_of(EventRow))
    .where(col(EventRow.key) == bindparam("event_key"), col(EventRow.answered_at).is_(None))
    .values(answered_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A turn whose replies may not have been posted, because the process ended in between.

    `user` is the platform's id of the person, `message_id` that of the tapped message, if any.
    """

    key: UUID
    reference: Reference
    user: str
    message_id: str | None
    replies: tuple[Reply, ...]
    heard_at: datetime


def replies_to(session: Session, event: Event) -> tuple[Reply, ...] | None:
    """Return what was replied to this event when it was first taken, None where it's new."""
    replies = session.connection().execute(_REPLIES, {"event_key": event.key}).scalar()
    return None if replies is None else plain.read_replies(replies)


def recall(session: Session, event: Event) -> State | None:
    """Return what a dialog remembers of this conversation with this person."""
    row = session.connection().execute(_STATE, {"of": event.state_key}).first()
    return None if row is None else State(dialog=row.dialog, version=row.version, kept=plain.read_kept(row.kept))


def remember(session: Session, event: Event, replies: tuple[Reply, ...], state: State | None, now: datetime, *, former: State | None) -> None:
    """Keep the event with its replies, and the new state (None forgets it); `former` is what `recall` told in the same body.

    Raises IntegrityError where the event was taken already: ask `replies_to` first, in the same body.
    """
    tapped = event.message_id if isinstance(event, ActionTaken | FormAsked | FormSubmitted) else None
    session.connection().execute(_HEAR, {**_heard(event, replies, now), "message_id": tapped})
    if state == former:
        return  # most turns remember nothing, before and after
    if state is None:
        session.connection().execute(_FORGET, {"of": event.state_key})
        return
    values = {"dialog": state.dialog, "version": state.version, "kept": plain.write_kept(state.kept), "changed_at": now}
    if former is None:
        session.connection().execute(_KEEP, {"state_key": event.state_key, **values})
    else:
        session.connection().execute(_CHANGE, {"of": event.state_key, **values})


def hear_once(session: Session, gesture: Gesture, now: datetime) -> bool:
    """Keep a gesture that asks for no turn; tell whether it's heard for the first time. Write it under its conversation's key."""
    if session.connection().execute(_REPLIES, {"event_key": gesture.key}).first() is not None:
        return False
    session.connection().execute(_HEAR, {**_heard(gesture, (), now), "answered_at": now})
    return True


def _heard(event: Event | Gesture, replies: tuple[Reply, ...], now: datetime) -> dict[str, object]:
    return {
        "key": event.key,
        "conversation_key": event.reference.key,
        "platform": event.reference.platform,
        "gesture": event.id,
        "user": event.sender.user,
        "reference": plain.write_reference(event.reference),
        "replies": plain.write_replies(replies),
        "heard_at": now,
    }


def mark_answered(session: Session, key: UUID, now: datetime) -> None:
    """Note that the replies to this event were posted, or can never be."""
    session.connection().execute(_ANSWERED, {"event_key": key, "at": now})


def claim_unanswered(session: Session, before: datetime, not_before: datetime, now: datetime, limit: int = 100) -> list[HeldBack]:
    """Take the events heard from `not_before` until `before` whose replies may not have been posted, the oldest first, at most `limit`.

    What is taken is nobody else's for `CLAIM`: of several processes that sweep at once, one posts. Write it under the key `SWEEPING`.
    """
    waiting = (col(EventRow.answered_at).is_(None), col(EventRow.heard_at) >= not_before, col(EventRow.heard_at) < before)
    free = or_(col(EventRow.swept_at).is_(None), col(EventRow.swept_at) < now - CLAIM)
    rows = session.exec(select(EventRow).where(*waiting, free).order_by(col(EventRow.heard_at)).limit(limit)).all()
    for row in rows:
        row.swept_at = now
    session.flush()
    return [
        HeldBack(
            key=row.key,
            reference=plain.read_reference(row.reference),
            user=row.user,
            message_id=row.message_id,
            replies=plain.read_replies(row.replies),
            heard_at=row.heard_at,
        )
        for row in rows
    ]


def give_up_on(session: Session, older_than: datetime, now: datetime) -> list[UUID]:
    """Let go of the events heard before `older_than` that nobody could answer; return their keys, for the log."""
    waiting = (col(EventRow.answered_at).is_(None), col(EventRow.heard_at) < older_than)
    keys = list(session.exec(select(EventRow.key).where(*waiting).order_by(col(EventRow.heard_at))))
    if keys:
        session.exec(update(EventRow).where(*waiting).values(answered_at=now, given_up=True))
    return keys
