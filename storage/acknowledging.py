"""Acknowledging: what became of a delivery that was claimed is kept, by whoever claimed it (delivery.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from dialogs.delivery import Ended, Reason, Status
from storage import bindings, ledger, plain
from storage.errors import StorageError
from storage.reach import bury
from storage.tables import DeliveryRow, WorkspaceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """It's there; `message_id` is the platform's, where it gave one."""

    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """It certainly isn't there. `not_before` is when to try again, None for never; `dead` marks the conversation as one that can't be written to.

    `pause` keeps the whole workspace still until then (429).
    """

    detail: str
    reason: Reason = Reason.REFUSED
    not_before: datetime | None = None
    pause: datetime | None = None
    dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """Nobody knows whether it's there."""

    detail: str


Outcome: TypeAlias = Sent | NotSent | Doubtful


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A delivery that is there, by whoever claimed it; `message_id` is the platform's, where it gave one."""

    key: UUID
    claim: UUID
    message_id: str | None


class NotTogetherError(StorageError):
    """Of those that were to be acknowledged together one can't be, so none is: each by itself can."""


def acknowledge(session: Session, key: UUID, claim_id: UUID, outcome: Outcome, at: datetime) -> Ended | None:
    """Keep what became of a delivery, by whoever claimed it; None where it isn't theirs any more, or it's planned again.

    Only from `sending` or `unknown`. A change that waited for it to be sent is due at once.
    """
    if isinstance(outcome, Sent) and (arrived := ledger.arrive(session, key, claim_id, outcome.message_id, at)) is not None:
        return arrived
    mine = select(DeliveryRow).where(
        col(DeliveryRow.key) == key,
        col(DeliveryRow.claim) == claim_id,
        col(DeliveryRow.status).in_([Status.SENDING.value, Status.UNKNOWN.value]),
    )
    row = session.exec(ledger.held(mine)).first()
    if row is None:
        return None
    match outcome:
        case Sent(message_id=message_id):
            row.message_id = message_id
            ended = ledger.end(row, Status.SENT, at)
        case Doubtful(detail=detail):
            ended = ledger.end(row, Status.UNKNOWN, at, reason=Reason.UNANSWERED, detail=detail)
        case NotSent():
            return _not_sent(session, row, outcome, at)
        case _:
            assert_never(outcome)
    session.flush()
    return ended


def arrive_together(session: Session, several: Sequence[Arrived], at: datetime) -> None:
    """Keep that several deliveries are there, of which nothing follows, as `acknowledge` would. Raises NotTogetherError, which undoes it all."""
    if not ledger.arrive_together(session, [(each.key, each.claim, each.message_id) for each in several], at):
        raise NotTogetherError("a delivery isn't its claim's any more, is being changed, or is held by another process")


def _not_sent(session: Session, row: DeliveryRow, outcome: NotSent, at: datetime) -> Ended | None:
    if outcome.not_before is None:
        ended: Ended | None = ledger.end(row, Status.FAILED, at, reason=outcome.reason, detail=outcome.detail)
    else:
        ended = ledger.again(session, row, outcome.not_before, at, outcome.detail)
    session.flush()
    if outcome.dead and row.reference is not None:
        reference = plain.read_reference(row.reference)
        if row.person_id is None:
            bindings.mark_dead(session, reference, outcome.detail)
        else:
            bury(session, row.person_id, reference, outcome.detail, at)
    if outcome.pause is not None:
        row.attempts -= 1  # the workspace is at its limit, whatever the message
        here = (col(WorkspaceRow.platform) == row.platform, col(WorkspaceRow.tenant) == row.tenant)
        shorter = or_(col(WorkspaceRow.paused_until).is_(None), col(WorkspaceRow.paused_until) < outcome.pause)
        session.exec(update(WorkspaceRow).where(*here, shorter).values(paused_until=outcome.pause))
    return ended
