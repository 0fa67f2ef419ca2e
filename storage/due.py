"""What is due: which deliveries may be claimed next, each where its person can be reached now."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    ScalarSelect,
    Select,
    String,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    tuple_,
    union_all,
)
from sqlalchemy import select as select_columns
from sqlmodel import Session, and_, col, or_, select

from dialogs.campaign import CAMPAIGN, CampaignStatus
from dialogs.delivery import Kind, Status
from dialogs.events import Reference
from storage import ledger, plain
from storage.reach import reach
from storage.tables import CampaignRow, DeliveryRow, WorkspaceRow, table_of

# built once: SQLAlchemy takes longer to make an alias of the ledger than SQLite to run the statement
_EARLIER, _RECENT, _SENDING = (table_of(DeliveryRow).alias(name).c for name in ("earlier", "recent", "sending"))
_PLANNED: Final = ledger.is_(col(DeliveryRow.status), Status.PLANNED)
_UNDER_WAY: Final = or_(_PLANNED, ledger.is_(col(DeliveryRow.status), Status.SENDING))
_ONE_ROW: Final = literal_column("1", Integer)
_BUSY_PLACES: Final = select_columns(_SENDING.place).where(ledger.is_(_SENDING.status, Status.SENDING))
_PAUSED: Final = select_columns(table_of(CampaignRow).c.name).where(table_of(CampaignRow).c.status == CampaignStatus.PAUSED.value)

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


# in literals, which the partial indexes are of
_CAUSE: Final = literal_column(f"'{CAMPAIGN}'", String)
_KINDS: Final = [literal_column(f"'{kind.value}'", String) for kind in (Kind.CAMPAIGN, Kind.PROMPT)]


def _is_of_others(delivery: FromClause) -> ColumnElement[bool]:
    return or_(delivery.c.cause_kind != _CAUSE, delivery.c.kind.not_in(_KINDS))


def _is_of_campaign(delivery: FromClause) -> ColumnElement[bool]:
    """It's what a campaign's step says or asks; what somebody asked to have again is a reply like others.

    Not said by what its cause equals: SQLite without statistics would take the index of all causes.
    """
    return ~_is_of_others(delivery)


_OF_CAMPAIGN, _OF_OTHERS = _is_of_campaign(table_of(DeliveryRow)), _is_of_others(table_of(DeliveryRow))


def _waiting() -> CTE:
    """Return the campaigns of which anything is planned: each is looked for behind the one before, not among all of its rows."""
    first, next_ = (table_of(DeliveryRow).alias(name) for name in ("first", "next"))
    found, behind = (
        # not min(), for which PostgreSQL may read them all
        select_columns(each.c.cause_id)
        .where(ledger.is_(each.c.status, Status.PLANNED), _is_of_campaign(each))
        .order_by(each.c.cause_id, each.c.platform, each.c.tenant)  # in the order of their index, so that it's taken
        .limit(1)
        for each in (first, next_)
    )
    names = select_columns(found.scalar_subquery().label("name")).cte("waiting", recursive=True)
    following = behind.where(next_.c.cause_id > names.c.name).scalar_subquery()
    return names.union_all(select_columns(following).where(names.c.name.is_not(None)))


_WAITING: Final = _waiting()
_NAME: Final = _WAITING.c.name
_RUNNING: Final = select_columns(_NAME).where(_NAME.is_not(None), _NAME.not_in(_PAUSED))
_ONE: Final = table_of(DeliveryRow).alias("one")


_AT: Final = bindparam("at", type_=table_of(DeliveryRow).c.not_before.type)
_HERE: Final[tuple[ColumnElement[Any], ...]] = (bindparam("platform"), bindparam("tenant"))


def _first_of(what: ColumnElement[Any], *after: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Return what is asked of the first that a campaign planned there, or behind it; NULL where there's none.

    By comparing rows in the order of their index: asked for what equals these, PostgreSQL without statistics takes another index, and sorts all. The
    first one may be another campaign's, or another workspace's. It isn't joined: with statistics, PostgreSQL would read the whole ledger for a hash.
    """
    order = (_ONE.c.cause_id, _ONE.c.platform, _ONE.c.tenant, _ONE.c.not_before, _ONE.c.number)
    known = (_NAME, *_HERE, *after)
    wanted = tuple_(*order[: len(known)])
    behind = wanted > tuple_(*known) if after else wanted >= tuple_(*known)
    is_theirs = and_(*(column == value for column, value in zip(order, (_NAME, *_HERE), strict=False)))
    planned = select_columns(case((is_theirs, what))).where(ledger.is_(_ONE.c.status, Status.PLANNED), _is_of_campaign(_ONE), behind)
    return planned.order_by(*order).limit(1).correlate(_WAITING).scalar_subquery()


def _due_of_campaigns() -> Select[tuple[str, int]]:
    """Return the campaigns of which anything is due in a workspace, with their priority."""
    soonest = _first_of(case((_ONE.c.not_before <= _AT, _ONE.c.priority))).label("priority")
    found = select_columns(_NAME.label("name"), soonest).where(_NAME.not_in(_PAUSED)).subquery("found")
    return select_columns(found.c.name, found.c.priority).where(found.c.priority.is_not(None))


_OF_CAMPAIGNS: Final = _due_of_campaigns()


def _due_here() -> CompoundSelect[str | None, int | None]:
    """Return the campaigns of which anything is due in a workspace, and a row without a name where something of others is."""
    other = table_of(DeliveryRow).alias("other")
    here = (other.c.platform == _HERE[0], other.c.tenant == _HERE[1])
    is_due = exists().where(ledger.is_(other.c.status, Status.PLANNED), _is_of_others(other), *here, other.c.not_before <= _AT)
    return union_all(_OF_CAMPAIGNS, select_columns(null(), null()).where(is_due))


_DUE_HERE: Final = _due_here()


def _next() -> Select[tuple[bool, bool, datetime | None, datetime | None]]:
    """Return whether something of others, and of campaigns, is due in a workspace, and when the next of each is: each part by an index of its own."""
    other = table_of(DeliveryRow).alias("other")
    here = (other.c.platform == _HERE[0], other.c.tenant == _HERE[1])
    theirs = (ledger.is_(other.c.status, Status.PLANNED), _is_of_others(other), *here)
    following = select_columns(func.min(_first_of(_ONE.c.not_before, _AT))).select_from(_WAITING).where(_NAME.not_in(_PAUSED))
    return select_columns(
        exists().where(*theirs, other.c.not_before <= _AT).label("other"),
        _OF_CAMPAIGNS.exists().label("campaigns"),
        select_columns(func.min(other.c.not_before)).where(*theirs, other.c.not_before > _AT).scalar_subquery().label("other_later"),
        following.scalar_subquery().label("campaigns_later"),
    )


_NEXT: Final = _next()


def due_here(session: Session, platform: str, tenant: str, at: datetime) -> tuple[bool, Mapping[str, int]]:
    """Tell whether anything of others is due in a workspace, and of which campaigns that aren't paused, with their priority."""
    found = session.connection().execute(_DUE_HERE, {"platform": platform, "tenant": tenant, "at": at}).all()
    campaigns = {row.name: row.priority for row in found if row.name is not None}
    return len(campaigns) < len(found), campaigns


def is_any_due(session: Session, at: datetime, *here: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether anything is due `here`, a workspace: it's planned for then, or for earlier, no campaign that's paused, first of its lane.

    Each half by an index of its own, so that neither reads what it leaves out; `LIMIT` keeps PostgreSQL from reading all of it for a hash.
    """
    halves = [and_(_is_other_due(at), ~IS_BEHIND)]
    if campaigns := session.connection().execute(_RUNNING).scalars().all():
        halves.append(_is_due_of(campaigns, at))  # a campaign's message has no lane
    first = (select_columns(_ONE_ROW).where(*here, half).limit(1).correlate(table_of(WorkspaceRow)).scalar_subquery() for half in halves)
    return or_(*(each.is_not(None) for each in first))


def _is_other_due(at: datetime) -> ColumnElement[bool]:
    return and_(_PLANNED, _OF_OTHERS, col(DeliveryRow.not_before) <= at)


def _is_due_of(campaigns: Collection[str], at: datetime) -> ColumnElement[bool]:
    return and_(_PLANNED, _OF_CAMPAIGN, col(DeliveryRow.cause_id).in_(sorted(campaigns)), col(DeliveryRow.not_before) <= at)


def hold(
    session: Session,
    platform: str,
    tenant: str,
    at: datetime,
    *,
    spacing: timedelta,
    limit: int,
    others: bool = True,
    campaigns: Mapping[str, int] | None = None,
    turn: int = 0,
) -> list[DeliveryRow]:
    """Return what is due in a workspace, and hold it until the transaction ends: the urgent first, then in planned order, then these campaigns.

    `others` tells whether to look for anything but campaigns' messages.
    Those of one priority (`campaigns`, by name) take turns, one message each; `turn` says which begins. Left out: what another transaction holds,
    what is behind in its lane, and what goes where something goes now, or went less than `spacing` ago.
    """
    # counted place by place: for an anti-join PostgreSQL reads the whole ledger, where its statistics know of nothing sent since; `< 1` as it takes
    # `= 0`, or NULL, for so rare that it'd sort all that is due
    lately = select_columns(func.count()).where(_RECENT.place == col(DeliveryRow.place), _RECENT.sent_at > at - spacing)
    is_free = lately.correlate(table_of(DeliveryRow)).scalar_subquery() < 1
    free = (_in(platform, tenant), ~IS_BEHIND, is_free, col(DeliveryRow.place).not_in(_BUSY_PLACES))
    found: list[DeliveryRow] = []
    if others:
        rows = select(DeliveryRow).where(*free, _is_other_due(at)).order_by(col(DeliveryRow.urgent).desc(), col(DeliveryRow.number)).limit(limit)
        found += _first_of_lanes(session, session.exec(ledger.held(rows, skip_locked=True)).all())
    for group in _by_priority(campaigns or {}, turn):
        room = limit - len(found)
        if room <= 0:
            break
        each = -(-room // len(group))
        taken = []
        for name in group[:room]:
            # by the time from which it's due, as the index has it: 100,000 that are due needn't be sorted
            of_it = select(DeliveryRow).where(*free, _PLANNED, _OF_CAMPAIGN, col(DeliveryRow.cause_id) == name, col(DeliveryRow.not_before) <= at)
            of_it = of_it.where(col(DeliveryRow.cause_id).not_in(_PAUSED)).order_by(col(DeliveryRow.not_before), col(DeliveryRow.number)).limit(each)
            taken.append(session.exec(ledger.held(of_it, skip_locked=True)).all())
        found += [row for row in chain.from_iterable(zip_longest(*taken)) if row is not None]
    return found


def _by_priority(campaigns: Mapping[str, int], turn: int) -> Iterator[list[str]]:
    """Yield the campaigns of each priority, the highest first, each beginning with the one whose turn it is."""
    of = defaultdict(list)
    for name in sorted(campaigns):
        of[campaigns[name]].append(name)
    for priority in sorted(of, reverse=True):
        first = turn % len(of[priority])
        yield of[priority][first:] + of[priority][:first]


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
        if row.reference != (written := plain.write_reference(reference)):
            row.reference = written
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
    """Tell whether anything is due in a workspace, no campaign that's paused, and when the next will be of what isn't yet, None for nothing."""
    row = session.connection().execute(_NEXT, {"platform": platform, "tenant": tenant, "at": at}).one()
    is_left: bool = row.other or row.campaigns
    return is_left, min((date for date in (row.other_later, row.campaigns_later) if date is not None), default=None)
