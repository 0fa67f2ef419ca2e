"""The ledger's rows: how each comes in, and goes from one status to the next, whoever sees to it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, SQLColumnExpression, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from dialogs.delivery import Ended, Kind, Reason, Status
from storage import plain
from storage.tables import DeliveryRow, DeliveryTallyRow, WorkspaceRow, table_of

_Insert: TypeAlias = Callable[[Table], postgresql.Insert | sqlite.Insert]

EDIT: Final = "edit"  # what `DeliveryRow.change` says
RECALL: Final = "recall"
_DELIVERY, _TALLY, _WORKSPACE = table_of(DeliveryRow), table_of(DeliveryTallyRow), table_of(WorkspaceRow)


def _add(insert: _Insert) -> Executable:
    return insert(_DELIVERY).on_conflict_do_nothing(index_elements=["key"]).returning(_DELIVERY.c.kind)


def _count(insert: _Insert) -> Executable:
    tally = insert(_TALLY)
    return tally.on_conflict_do_update(index_elements=["kind"], set_={"targeted": _TALLY.c.targeted + tally.excluded.targeted})


def _make_known(insert: _Insert) -> Executable:
    return insert(_WORKSPACE).on_conflict_do_nothing(index_elements=["platform", "tenant"])


# `ON CONFLICT` is each dialect's own, though they read the same; built once, since turns plan
_INSERTS: Final[Mapping[str, _Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ADD, _COUNT, _MAKE_KNOWN = ({name: make(insert) for name, insert in _INSERTS.items()} for make in (_add, _count, _make_known))


def is_(column: SQLColumnExpression[str], status: Status) -> ColumnElement[bool]:
    """Compare a status with a literal: a partial index serves what is written out only, not a parameter."""
    return column == literal_column(f"'{status.value}'")


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add the rows whose key is new, and count them in their kinds' tallies; return how many they are."""
    if not rows:
        return 0
    dialect = session.connection().dialect.name
    kinds = Counter(session.connection().execute(_ADD[dialect], rows).scalars())
    for kind, number in sorted(kinds.items()):  # in one order, so that two who plan several kinds don't wait for each other in a circle
        session.connection().execute(_COUNT[dialect], {"kind": kind, "targeted": number})
    return kinds.total()


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
