"""Reconciling: the deliveries of which nobody knows whether they arrived, when each is looked for, and what becomes of it (delivery.md)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select

from dialogs.delivery import Doubt, Ended, Reason, Status
from dialogs.events import Reference
from dialogs.messages import Message
from storage import ledger, plain
from storage.tables import DeliveryRow, WorkspaceRow

DOUBT: Final = timedelta(minutes=2)  # how long the reconciler waits before it looks: the platform's history may lag behind
LOOK_AGAIN: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A delivery of which nobody knows whether it arrived, to be looked for, or settled by its policy."""

    key: UUID
    reference: Reference
    message: Message
    cause_kind: str
    cause_id: str
    doubt: Doubt
    lane: str | None
    user: str | None
    tapped: str | None


def expire(session: Session, at: datetime, limit: int = 100) -> list[Ended]:
    """Turn claims whose lease went by into unknown deliveries."""
    late = select(DeliveryRow).where(ledger.is_(col(DeliveryRow.status), Status.SENDING), col(DeliveryRow.lease_until) <= at)
    rows = session.exec(ledger.held(late.order_by(col(DeliveryRow.lease_until)).limit(limit), skip_locked=True)).all()
    ended = [ledger.end(row, Status.UNKNOWN, at, reason=Reason.INTERRUPTED) for row in rows]
    session.flush()
    return ended


def in_doubt(session: Session, at: datetime, *, served: Collection[str], asked: Collection[str]) -> list[tuple[str, str]]:
    """Return the workspaces (platform, tenant) of these platforms that have unknown deliveries to settle now. `asked` are those that can be asked."""
    wanted = select(col(DeliveryRow.platform), col(DeliveryRow.tenant)).where(*_to_settle(at, asked), col(DeliveryRow.platform).in_(sorted(served)))
    return [(platform, tenant) for platform, tenant in session.exec(wanted.distinct())]


def doubted(session: Session, platform: str, tenant: str, at: datetime, *, asked: Collection[str], limit: int) -> list[Unknown]:
    """Take, for `LOOK_AGAIN`, what is to be settled of a workspace, so that one process looks for each."""
    here = (col(DeliveryRow.platform) == platform, col(DeliveryRow.tenant) == tenant)
    # what somebody waits for comes first; those that couldn't be settled come round last, so that they never stand before what can be
    before = (col(DeliveryRow.urgent).desc(), col(DeliveryRow.looked_at).is_not(None), col(DeliveryRow.looked_at))
    order = (*before, col(DeliveryRow.ended_at), col(DeliveryRow.number))
    unknown = select(DeliveryRow).where(*_to_settle(at, asked), *here).order_by(*order).limit(limit)
    rows = session.exec(ledger.held(unknown, skip_locked=True)).all()
    for row in rows:
        row.looked_at = at
    session.flush()
    return [_unknown(row, row.reference) for row in rows if row.reference is not None]


def take_turn(session: Session, platform: str, tenant: str, at: datetime, *, apart: timedelta) -> datetime | None:
    """Take a turn of looking in a workspace, `apart` from the one before, of whichever process; None where it was taken, else when to ask again.

    A pause ends first. Whoever sends there leaves room for it (`Batch.looked_at`).
    """
    here = (col(WorkspaceRow.platform) == platform, col(WorkspaceRow.tenant) == tenant)
    row = session.exec(select(WorkspaceRow).where(*here).with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return None
    opens = max(at, row.paused_until or at, at if row.looked_at is None else row.looked_at + apart)
    if opens > at:
        return opens
    row.looked_at = at
    session.flush()
    return None


def _to_settle(at: datetime, asked: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Unknown deliveries that are `DOUBT` old (at once for what a crash held back): those that can be looked for, or that may be sent twice."""
    resent = and_(col(DeliveryRow.doubt) == Doubt.RESEND.value, col(DeliveryRow.lane).is_(None))
    return (
        ledger.is_(col(DeliveryRow.status), Status.UNKNOWN),
        col(DeliveryRow.ended_at) <= at - DOUBT,
        or_(col(DeliveryRow.looked_at).is_(None), col(DeliveryRow.looked_at) <= at - LOOK_AGAIN),
        or_(col(DeliveryRow.platform).in_(sorted(asked)), resent),
    )


def _unknown(row: DeliveryRow, reference: str) -> Unknown:
    return Unknown(
        key=row.key,
        reference=plain.read_reference(reference),
        message=plain.read_message(row.message),
        cause_kind=row.cause_kind,
        cause_id=row.cause_id,
        doubt=Doubt(row.doubt),
        lane=row.lane,
        user=row.user,
        tapped=row.tapped,
    )


def found(session: Session, key: UUID, message_id: str, at: datetime) -> Ended | None:
    """An unknown delivery is there after all: it's sent. None where it isn't unknown any more."""
    row = _hold_unknown(session, key)
    if row is None:
        return None
    row.message_id = message_id
    ended = ledger.end(row, Status.SENT, at)
    session.flush()
    return ended


def missed(session: Session, key: UUID, at: datetime) -> Ended | None:
    """An unknown delivery isn't there: planned again, or failed where others of its lane have gone since (`NOT_ARRIVED`). None for planned again.

    One that was taken back meanwhile is skipped. None, too, where it isn't unknown any more.
    """
    row = _hold_unknown(session, key)
    if row is None:
        return None
    ended = ledger.again(session, row, at, at)
    session.flush()
    return ended


def resend(session: Session, key: UUID, at: datetime) -> bool:
    """Plan an unknown delivery again although nobody knows; tell whether it was unknown. One of a lane, sent at most once, stays as it is."""
    row = _hold_unknown(session, key)
    if row is None or row.lane is not None:
        return False
    ledger.again(session, row, at, at)
    session.flush()
    return True


def _hold_unknown(session: Session, key: UUID) -> DeliveryRow | None:
    row = ledger.hold(session, key)
    return row if row is not None and row.status == Status.UNKNOWN else None
