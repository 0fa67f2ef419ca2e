"""What is due: which deliveries may be claimed next, each where its person can be reached now."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, and_, col, or_, select

from dialogs.delivery import Status
from dialogs.events import Reference
from storage import ledger, plain
from storage.reach import reach
from storage.tables import DeliveryRow, table_of

# built once: SQLAlchemy takes longer to make an alias of the ledger than SQLite to run the statement
_EARLIER, _RECENT, _SENDING = (table_of(DeliveryRow).alias(name).c for name in ("earlier", "recent", "sending"))
_PLANNED: Final = ledger.is_(col(DeliveryRow.status), Status.PLANNED)
_UNDER_WAY: Final = or_(_PLANNED, ledger.is_(col(DeliveryRow.status), Status.SENDING))
_BUSY_PLACES: Final = select_columns(_SENDING.place).where(ledger.is_(_SENDING.status, Status.SENDING))

# an earlier one of its lane is planned or being sent
IS_BEHIND: Final = (
    exists()
    .where(
        _EARLIER.lane == col(DeliveryRow.lane),
        _EARLIER.number < col(DeliveryRow.number),
        or_(ledger.is_(_EARLIER.status, Status.PLANNED), ledger.is_(_EARLIER.status, Status.SENDING)),
    )
    .correlate(table_of(DeliveryRow))
)


def is_due(at: datetime) -> ColumnElement[bool]:
    """It's planned for then, or for earlier."""
    return and_(_PLANNED, col(DeliveryRow.not_before) <= at)


def hold(session: Session, platform: str, tenant: str, at: datetime, *, spacing: timedelta, limit: int) -> list[DeliveryRow]:
    """Return what is due in a workspace, the urgent first, then in planned order, and hold it until the transaction ends.

    Left out: what another transaction holds, what is behind in its lane, and what goes where something goes now, or went less than `spacing` ago.
    """
    spaced = exists().where(_RECENT.place == col(DeliveryRow.place), _RECENT.sent_at > at - spacing).correlate(table_of(DeliveryRow))
    rows = select(DeliveryRow).where(_in(platform, tenant), is_due(at), ~IS_BEHIND, ~spaced, col(DeliveryRow.place).not_in(_BUSY_PLACES))
    rows = rows.order_by(col(DeliveryRow.urgent).desc(), col(DeliveryRow.number)).limit(limit)
    return _first_of_lanes(session, session.exec(ledger.held(rows, skip_locked=True)).all())


def _in(platform: str, tenant: str) -> ColumnElement[bool]:
    return and_(col(DeliveryRow.platform) == platform, col(DeliveryRow.tenant) == tenant)


def _first_of_lanes(session: Session, rows: Sequence[DeliveryRow]) -> list[DeliveryRow]:
    """Leave out what isn't the first of its lane, as the lanes are now that the rows are held: an earlier one may have been planned again since."""
    lanes = sorted({row.lane for row in rows if row.lane is not None})
    if not lanes:
        return list(rows)
    number, lane = col(DeliveryRow.number), col(DeliveryRow.lane)
    first = set(session.exec(select(func.min(number)).where(lane.in_(lanes), _UNDER_WAY).group_by(lane)))
    return [row for row in rows if row.lane is None or row.number in first]


def reached(session: Session, rows: Sequence[DeliveryRow], at: datetime) -> list[tuple[DeliveryRow, Reference | None]]:
    """Return where each goes now, under what it belongs to, None where nobody knows; what goes to another workspace is moved there, and left out."""
    places = reach(session, {row.person_id for row in rows if row.person_id is not None})
    anchors = _anchors(session, {row.under for row in rows if row.under is not None})
    here: list[tuple[DeliveryRow, Reference | None]] = []
    for row in rows:
        reference = _current(row, places.get(row.person_id) if row.person_id is not None else None)
        if reference is None:
            here.append((row, None))
            continue
        row.place = reference.whole.key
        if row.under is not None:
            place, message_id = anchors.get(row.under, ("", ""))
            reference = reference.under(message_id) if place == row.place else reference.whole
        row.reference = plain.write_reference(reference)
        if (reference.platform, reference.tenant) == (row.platform, row.tenant):
            here.append((row, reference))
        else:
            row.platform, row.tenant = reference.platform, reference.tenant
            ledger.make_known(session, row.platform, row.tenant, at)
    return here


def _current(row: DeliveryRow, person_at: Reference | None) -> Reference | None:
    if row.person_id is not None:
        return person_at
    return None if row.reference is None else plain.read_reference(row.reference)


def _anchors(session: Session, keys: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return the place and the platform's id of these deliveries, where they're sent and have one."""
    if not keys:
        return {}
    sent = select(DeliveryRow.key, DeliveryRow.place, DeliveryRow.message_id).where(col(DeliveryRow.key).in_(keys))
    rows = session.exec(sent.where(col(DeliveryRow.status) == Status.SENT.value))
    return {key: (place, message_id) for key, place, message_id in rows if message_id is not None}


def next_due(session: Session, platform: str, tenant: str, at: datetime) -> tuple[bool, datetime | None]:
    """Tell whether anything is due in a workspace, and when the next will be of what isn't yet, None for nothing."""
    later = select_columns(func.min(col(DeliveryRow.not_before))).where(_in(platform, tenant), _PLANNED, col(DeliveryRow.not_before) > at)
    row = session.execute(select_columns(exists().where(_in(platform, tenant), is_due(at)), later.scalar_subquery())).one()
    return bool(row[0]), row[1]
