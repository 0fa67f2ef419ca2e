"""The ledger's rows: how each comes in, and goes from one status to the next, whoever sees to it."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, SQLColumnExpression, Table, bindparam, literal_column, or_, update
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from dialogs.delivery import Ended, Kind, Reason, Status
from storage import plain
from storage.at_once import Columns, Insertion
from storage.tables import DeliveryRow, DeliveryTallyRow, WorkspaceRow, table_of

_Insert: TypeAlias = Callable[[Table], postgresql.Insert | sqlite.Insert]

EDIT: Final = "edit"  # what `DeliveryRow.change` says
RECALL: Final = "recall"
_DELIVERY, _TALLY, _WORKSPACE = table_of(DeliveryRow), table_of(DeliveryTallyRow), table_of(WorkspaceRow)
_FREE_ONE: Final = _DELIVERY.alias("free")


def _count(insert: _Insert) -> Executable:
    tally = insert(_TALLY)
    return tally.on_conflict_do_update(index_elements=["kind"], set_={"targeted": _TALLY.c.targeted + tally.excluded.targeted})


def _make_known(insert: _Insert) -> Executable:
    return insert(_WORKSPACE).on_conflict_do_nothing(index_elements=["platform", "tenant"])


# `ON CONFLICT` is each dialect's own, though they read the same; built once, since turns plan
_INSERTS: Final[Mapping[str, _Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_COUNT, _MAKE_KNOWN = ({name: make(insert) for name, insert in _INSERTS.items()} for make in (_count, _make_known))
_WHOSE: Final = ("key", "kind", "cause_kind", "cause_id", "function", "step", "variant", "priority", "person_id")
_WHERE: Final = ("platform", "tenant", "place", "reference", "message", "urgent", "lane", "under", "doubt", "user", "tapped")
_STANDING: Final = ("status", "reason", "planned_at", "not_before", "deadline", "attempts", "ended_at", "change_attempts")
_OWN: Final = ("key", "person_id", "place", "reference")
_ADD: Final = Insertion(_DELIVERY, (*_WHOSE, *_WHERE, *_STANDING), own=_OWN, unless="key")

_AS_SENT: Final[Mapping[str, object]] = {
    "status": Status.SENT.value,
    "reason": None,
    "detail": None,
    "message_id": bindparam("as_message"),
    "sent_at": bindparam("then"),
    "ended_at": bindparam("then"),
    "lease_until": None,
}
# how nearly each ends, in one statement, without its message: the rows are wide, and several hundred a second are acknowledged
_ARRIVED: Final = (
    update(_DELIVERY)
    .where(
        _DELIVERY.c.key == bindparam("of_key"),
        _DELIVERY.c.claim == bindparam("of_claim"),
        _DELIVERY.c.status.in_([Status.SENDING.value, Status.UNKNOWN.value]),
        _DELIVERY.c.change.is_(None),
    )
    .values(_AS_SENT)
    .returning(_DELIVERY.c.kind, _DELIVERY.c.cause_kind, _DELIVERY.c.cause_id, _DELIVERY.c.reference, _DELIVERY.c.person_id)
)


def is_(column: SQLColumnExpression[str], status: Status) -> ColumnElement[bool]:
    """Compare a status with a literal: a partial index serves what is written out only, not a parameter."""
    return column == literal_column(f"'{status.value}'")


# the same for several at once. What somebody else holds is left out: who doesn't wait can't wait in a circle, however many are held by then
_FREE: Final = (
    select_columns(_FREE_ONE.c.number)
    .where(
        _FREE_ONE.c.key == bindparam("of_key"),
        _FREE_ONE.c.claim == bindparam("of_claim"),
        or_(is_(_FREE_ONE.c.status, Status.SENDING), is_(_FREE_ONE.c.status, Status.UNKNOWN)),
        _FREE_ONE.c.change.is_(None),
    )
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_ARRIVED_TOGETHER: Final = update(_DELIVERY).where(_DELIVERY.c.number == _FREE).values(_AS_SENT).execution_options(preserve_rowcount=True)


def add(session: Session, columns: Columns) -> int:
    """Add the rows whose key is new, and count them in their kinds' tallies; return how many they are. Told by column, each with as many values."""
    dialect, kinds, first = session.connection().dialect.name, Counter[str](), 0
    for kind, alike in groupby(map(str, columns["kind"])):  # in the order in which they're planned
        last = first + sum(1 for _ in alike)
        kinds[kind] += _ADD.add(session, {name: values[first:last] for name, values in columns.items()})
        first = last
    for kind, number in sorted(kinds.items()):  # in one order, so that two who plan several kinds don't wait for each other in a circle
        if number:
            session.connection().execute(_COUNT[dialect], {"kind": kind, "targeted": number})
    return kinds.total()


def change_kind(session: Session, keys: Collection[UUID], former: Kind, kind: Kind) -> None:
    """Make what is planned of one kind another; the tallies follow, so that their identity holds."""
    those = (_DELIVERY.c.key.in_(keys), _DELIVERY.c.kind == former.value, is_(_DELIVERY.c.status, Status.PLANNED))
    connection = session.connection()
    number = connection.execute(update(_DELIVERY).where(*those).values(kind=kind.value)).rowcount
    for each, more in sorted(((former.value, -number), (kind.value, number))):
        connection.execute(_COUNT[connection.dialect.name], {"kind": each, "targeted": more})


def make_known(session: Session, platform: str, tenant: str, at: datetime) -> None:
    """Make a workspace known to the pump. One that is known is left as it is: the pump holds its row."""
    connection = session.connection()
    connection.execute(_MAKE_KNOWN[connection.dialect.name], {"platform": platform, "tenant": tenant, "next_at": at})


def hold(session: Session, key: UUID) -> DeliveryRow | None:
    """Return a delivery as it is now, and stays until the transaction ends; None for no such delivery."""
    return session.exec(held(select(DeliveryRow).where(col(DeliveryRow.key) == key))).first()


def held(rows: SelectOfScalar[DeliveryRow], *, skip_locked: bool = False) -> SelectOfScalar[DeliveryRow]:
    """Have rows as they are now, until the transaction ends; `skip_locked` leaves out what others hold."""
    return rows.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)


def end(row: DeliveryRow, status: Status, at: datetime, *, reason: Reason | None = None, detail: str | None = None) -> Ended:
    """Say what a delivery came to. A change that waited for it to be sent is due now, or pointless where it never will be."""
    row.status, row.reason, row.detail = status, reason, detail
    row.ended_at, row.lease_until = at, None
    if status is Status.SENT:
        row.sent_at = at
    if row.change is not None and status is Status.SENT and row.message_id is not None:
        row.change_not_before, row.change_attempts = at, 0
    elif status is not Status.UNKNOWN:
        drop_change(row)
    return ended(row)


def arrive(session: Session, key: UUID, claim_id: UUID, message_id: str | None, at: datetime) -> Ended | None:
    """Keep that a delivery is there, by whoever claimed it; None for one that isn't theirs any more, or for which a change waits."""
    values = {"of_key": key, "of_claim": claim_id, "as_message": message_id, "then": at}
    row = session.connection().execute(_ARRIVED, values).first()
    if row is None:
        return None
    return Ended(
        key=key,
        kind=Kind(row.kind),
        cause_kind=row.cause_kind,
        cause_id=row.cause_id,
        status=Status.SENT,
        reference=None if row.reference is None else plain.read_reference(row.reference),
        person=row.person_id,
        message_id=message_id,
    )


def arrive_together(session: Session, several: Sequence[tuple[UUID, UUID, str | None]], at: datetime) -> bool:
    """Keep that several are there, each told by its key, its claim, the platform's id; tell whether it's all of them, as the caller needs.

    Left out is what isn't that claim's any more, what a change waits for, and what another transaction holds.
    """
    values = [{"of_key": key, "of_claim": claim_id, "as_message": message_id, "then": at} for key, claim_id, message_id in several]
    return session.connection().execute(_ARRIVED_TOGETHER, values).rowcount == len(values)


def again(session: Session, row: DeliveryRow, not_before: datetime, at: datetime, detail: str | None = None) -> Ended | None:
    """Plan a delivery again that isn't there, as it was changed meanwhile; None where it's planned.

    One that was taken back meanwhile is skipped; one that others of its lane have overtaken failed: after them, it'd be out of order.
    """
    if row.change == RECALL:
        return end(row, Status.SKIPPED, at, reason=Reason.CANCELLED, detail=detail)
    if row.lane is not None and _is_overtaken(session, row):
        return end(row, Status.FAILED, at, reason=Reason.NOT_ARRIVED, detail=detail)
    if row.change == EDIT and row.change_message is not None:
        row.message = row.change_message
    drop_change(row)
    row.status, row.reason, row.detail, row.not_before = Status.PLANNED, None, detail, not_before
    row.claim = row.lease_until = row.ended_at = row.looked_at = None
    return None


def _is_overtaken(session: Session, row: DeliveryRow) -> bool:
    """Tell whether later ones of a lane may be there already.

    They are held meanwhile, the planned ones too: whoever claims one looks at its lane once it's held, so sees that this one is planned.
    """
    later = select(DeliveryRow.status).where(col(DeliveryRow.lane) == row.lane, col(DeliveryRow.number) > row.number)
    statuses = session.exec(later.order_by(col(DeliveryRow.number)).with_for_update()).all()
    return any(status in (Status.SENDING, Status.SENT, Status.UNKNOWN) for status in statuses)


def drop_change(row: DeliveryRow) -> None:
    """Forget the change that waits."""
    row.change = row.change_message = row.change_not_before = None
    row.change_attempts = 0


def ended(row: DeliveryRow) -> Ended:
    """Return what a delivery came to."""
    return Ended(
        key=row.key,
        kind=Kind(row.kind),
        cause_kind=row.cause_kind,
        cause_id=row.cause_id,
        status=Status(row.status),
        reason=None if row.reason is None else Reason(row.reason),
        detail=row.detail,
        reference=None if row.reference is None else plain.read_reference(row.reference),
        person=row.person_id,
        message_id=row.message_id,
    )
