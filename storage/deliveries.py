"""Deliveries: what is planned, changed, taken back and counted. What is sent, and how, is `storage.sending`'s."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.delivery import Delivery, Kind, Reason, Status
from dialogs.events import Reference
from dialogs.messages import Message
from storage import ledger, plain
from storage.at_once import Columns
from storage.reach import reach
from storage.reconciling import DOUBT
from storage.tables import DeliveryRow, DeliveryTallyRow, table_of

AT_ONCE: Final = 10_000  # rows of one planning transaction (delivery.md)
_PAGE: Final = 1_000
_STATUSES: Final = frozenset(status.value for status in Status)
_DELIVERY, _TALLY = table_of(DeliveryRow), table_of(DeliveryTallyRow).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the ledger, as operators read it: no words of the message."""

    key: UUID
    kind: str
    cause_kind: str
    cause_id: str
    person_id: str | None
    platform: str
    tenant: str
    status: str
    reason: str | None
    detail: str | None
    attempts: int
    planned_at: datetime
    not_before: datetime
    sent_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many deliveries stand so: by status and reason."""

    status: str
    reason: str | None
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imbalance:
    """A kind of which more or fewer rows exist than were ever planned, or that has rows of no known status (they aren't among its `rows`)."""

    kind: str
    targeted: int
    rows: int


def plan(session: Session, delivery: Delivery, at: datetime) -> bool:
    """Plan a delivery, whose workspace is made known to the pump; tell whether it's new. A key that exists changes nothing.

    A person is reached on the platform they chose, else where they last spoke to the bot; where nobody knows, it's planned for no workspace, and
    found unreachable when it's due.
    """
    return plan_all(session, (delivery,), at) == 1


def plan_all(session: Session, deliveries: Sequence[Delivery], at: datetime, *, places: Mapping[str, Reference] | None = None) -> int:
    """Plan many, at most `AT_ONCE`, in a few statements; return how many are new. A message that several share is written once.

    `places` are where their people can be reached, where that was read before.
    """
    if len(deliveries) > AT_ONCE:
        raise ValueError(f"{len(deliveries)} deliveries are too many for one transaction: plan {AT_ONCE} at a time")
    here = _places(session, deliveries, places)
    new = ledger.add(session, _planned(deliveries, here, at))
    if new:
        for platform, tenant in sorted({_workspace(place) for place in here}):
            ledger.make_known(session, platform, tenant, at)
    return new


def plan_unknown(session: Session, delivery: Delivery, at: datetime) -> bool:
    """Take in what may have been sent already without the ledger (a reply that a crash held back): it's unknown, to be looked for at once.

    Where nobody knows the conversation, it can't have been sent: it's planned.
    """
    (place,) = here = _places(session, (delivery,), None)
    unknown = {"status": (Status.UNKNOWN.value,), "reason": (Reason.INTERRUPTED.value,), "ended_at": (at - DOUBT,)} if place else {}
    new = ledger.add(session, {**_planned((delivery,), here, at), **unknown}) == 1
    if new:
        ledger.make_known(session, *_workspace(place), at)
    return new


def _places(session: Session, deliveries: Sequence[Delivery], known: Mapping[str, Reference] | None) -> list[Reference | None]:
    reached = reach(session, {delivery.to for delivery in deliveries if isinstance(delivery.to, str)}) if known is None else known
    return [reached.get(delivery.to) if isinstance(delivery.to, str) else delivery.to for delivery in deliveries]


def _workspace(place: Reference | None) -> tuple[str, str]:
    return ("", "") if place is None else (place.platform, place.tenant)


def _planned(deliveries: Sequence[Delivery], places: Sequence[Reference | None], at: datetime) -> Columns:
    """Return what is planned as columns of the ledger."""
    shared = {id(each.message): each.message for each in deliveries}
    written = {key: plain.write_message(message) for key, message in shared.items()}
    number = len(deliveries)
    return {
        "key": [each.key for each in deliveries],
        "kind": [each.kind.value for each in deliveries],
        "cause_kind": [each.cause_kind for each in deliveries],
        "cause_id": [each.cause_id for each in deliveries],
        "function": [each.function for each in deliveries],
        "step": [each.step for each in deliveries],
        "variant": [each.variant for each in deliveries],
        "priority": [each.priority for each in deliveries],
        "person_id": [each.to if isinstance(each.to, str) else None for each in deliveries],
        "platform": ["" if place is None else place.platform for place in places],
        "tenant": ["" if place is None else place.tenant for place in places],
        "place": ["" if place is None else place.whole.key for place in places],
        "reference": [None if place is None else plain.write_reference(place) for place in places],
        "message": [written[id(each.message)] for each in deliveries],
        "urgent": [each.urgent for each in deliveries],
        "lane": [each.lane for each in deliveries],
        "under": [each.under for each in deliveries],
        "doubt": [each.doubt.value for each in deliveries],
        "user": [each.user for each in deliveries],
        "tapped": [each.tapped for each in deliveries],
        "status": [Status.PLANNED.value] * number,
        "reason": [None] * number,
        "planned_at": [at] * number,
        "not_before": [each.not_before or at for each in deliveries],
        "deadline": [each.deadline for each in deliveries],
        "attempts": [0] * number,
        "ended_at": [None] * number,
        "change_attempts": [0] * number,
    }


def edit(session: Session, key: UUID, message: Message, at: datetime) -> Status | None:
    """Change what a delivery says: before it's sent, else in place once it is. Return how it stood, None for no such delivery."""
    row = ledger.hold(session, key)
    if row is None:
        return None
    stood = Status(row.status)
    if stood is Status.PLANNED:
        row.message = plain.write_message(message)
    elif _can_change(row, stood) and row.change != ledger.RECALL:
        _change(row, ledger.EDIT, plain.write_message(message), at)
    session.flush()
    return stood


def recall(session: Session, key: UUID, at: datetime) -> Status | None:
    """Take a delivery back: skipped where it's only planned, deleted where it was, once it is. Return how it stood, None for no such delivery."""
    row = ledger.hold(session, key)
    if row is None:
        return None
    stood = Status(row.status)
    if stood is Status.PLANNED:
        ledger.end(row, Status.SKIPPED, at, reason=Reason.CANCELLED)
    elif _can_change(row, stood) and row.change != ledger.RECALL:
        _change(row, ledger.RECALL, None, at)
    session.flush()
    return stood


def _can_change(row: DeliveryRow, stood: Status) -> bool:
    """Tell whether it's there, or may be, and hasn't been taken back; a platform that gave it no id can't be told to change it."""
    if stood is Status.SENT:
        return row.message_id is not None and row.reason is None
    return stood in (Status.SENDING, Status.UNKNOWN)


def _change(row: DeliveryRow, change: str, message: str | None, at: datetime) -> None:
    row.change, row.change_message, row.change_attempts = change, message, 0
    row.change_not_before = at if row.status == Status.SENT else None  # due once it's sent


def cancel(session: Session, cause_kind: str, cause_id: str, kinds: Sequence[Kind], at: datetime) -> int:
    """Skip what is still planned for a cause, of these kinds; return how many."""
    planned = update(_DELIVERY).where(
        _DELIVERY.c.cause_kind == cause_kind,
        _DELIVERY.c.cause_id == cause_id,
        _DELIVERY.c.kind.in_([kind.value for kind in kinds]),
        ledger.is_(_DELIVERY.c.status, Status.PLANNED),
    )
    skipped = planned.values(status=Status.SKIPPED.value, reason=Reason.CANCELLED.value, ended_at=at)
    return session.connection().execute(skipped).rowcount


def counts(session: Session) -> list[Count]:
    """Count the ledger by status and reason."""
    status, reason = col(DeliveryRow.status), col(DeliveryRow.reason)
    found = session.exec(select(status, reason, func.count()).group_by(status, reason))
    return sorted((Count(status=row[0], reason=row[1], number=row[2]) for row in found), key=lambda count: (count.status, count.reason or ""))


def imbalances(session: Session) -> list[Imbalance]:
    """Check the ledger's identity, kind by kind: targeted = planned + sending + sent + failed + skipped + unknown. Return where it doesn't hold."""
    targeted = {row.kind: row.targeted for row in session.connection().execute(select_columns(_TALLY.kind, _TALLY.targeted))}
    standing, astray = Counter[str](), Counter[str]()
    counted = select_columns(_DELIVERY.c.kind, _DELIVERY.c.status, func.count().label("number")).group_by(_DELIVERY.c.kind, _DELIVERY.c.status)
    for row in session.connection().execute(counted):
        (standing if row.status in _STATUSES else astray)[row.kind] += row.number
    return [
        Imbalance(kind=kind, targeted=targeted.get(kind, 0), rows=standing[kind])
        for kind in sorted({*targeted, *standing, *astray})
        if standing[kind] != targeted.get(kind, 0) or astray[kind]
    ]


def lines(session: Session, status: str | None = None, limit: int | None = None) -> Iterator[Line]:
    """Yield the ledger's rows, the newest first."""
    columns = _DELIVERY.c
    wanted = select_columns(columns.number, *(columns[name] for name in Line.__slots__)).order_by(columns.number.desc())
    if status is not None:
        wanted = wanted.where(columns.status == status)
    page, left = wanted, limit
    while left is None or left > 0:
        # in pages: neither the whole ledger in memory, nor a cursor that PostgreSQL would keep open between transactions
        rows = session.connection().execute(page.limit(_PAGE if left is None else min(left, _PAGE))).all()
        for row in rows:
            yield Line(**{name: getattr(row, name) for name in Line.__slots__})
        if len(rows) < _PAGE:
            return
        left = None if left is None else left - len(rows)
        page = wanted.where(columns.number < rows[-1].number)


def by_status(found: Sequence[Count]) -> Mapping[tuple[str, str], int]:
    """Return counts by status and reason, an empty reason for none."""
    return {(each.status, each.reason or ""): each.number for each in found}
