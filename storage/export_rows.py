"""The rows of an export, streamed: published responses by their class, comments apart from them, or every response as it is.

To be read in one snapshot (`Database.snapshot`): rows that are read later than others would tell of another time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, false, func, or_, select
from sqlmodel import Session

from dialogs import periods
from dialogs.export_filters import Filters
from dialogs.scores import COMMENT_FLOOR, DIMENSIONS, SCORE_FLOOR, Grain
from storage.tables import AnonymityClassRow, FeedbackRow, PersonRow, PublishedMeasureRow, table_of

_AT_ONCE: Final = 1_000  # rows in memory
_GRAINS: Final[Mapping[str, Grain]] = {"week": "week", "month": "month", "quarter": "quarter"}
_FEEDBACK, _CLASS = table_of(FeedbackRow), table_of(AnonymityClassRow)
_MEASURE, _PERSON, _HELPER = table_of(PublishedMeasureRow), table_of(PersonRow), table_of(PersonRow).alias("helper")
# what somebody wrote who was erased since is told no more
_COMMENTED: Final = and_(_FEEDBACK.c.comment != "", _FEEDBACK.c.person_id.is_not(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedResponse:
    """A response as its class tells it; a dimension that's None is generalised.

    `person` is None once they were erased, and where fewer than `SCORE_FLOOR` people of the class gave as many responses: whoever knows how often
    somebody was helped would know them by the number.
    """

    anonymity_class: str
    person: str | None
    function: str
    period_begins: date
    period_ends: date
    service: str | None
    department: str | None
    site: str | None
    platform: str | None
    channel: str | None
    occasion: str | None
    solved: str | None
    trace: int | None
    item: str | None
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedComment:
    """A comment that may be read, as it was written: nothing is masked. `language` is None in a period of which few people commented in another."""

    function: str
    period_begins: date
    period_ends: date
    language: str | None
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeResponse:
    """A response as it is, with the names of whoever gave it and of whoever helped; nothing is masked. Times are UTC."""

    person: str | None
    person_name: str | None
    person_email: str | None
    helper_name: str | None
    function: str
    service: str | None
    department: str | None
    site: str | None
    platform: str | None
    channel: str
    occasion: str
    language: str
    opened_at: datetime
    due_at: datetime | None
    first_word_at: datetime | None
    asked_at: datetime
    answered_at: datetime
    hops: int
    outcome: str | None
    tool: str | None
    question: str
    expected: int | None
    solved: str | None
    trace: int | None
    item: str | None
    value: str | None
    comment: str | None
    shared: str | None


def functions(session: Session) -> Sequence[str]:
    """Return the functions of which something is published, in their order."""
    found = select(_CLASS.c.function).where(_CLASS.c.people >= SCORE_FLOOR).distinct().order_by(_CLASS.c.function)
    return session.connection().execute(found).scalars().all()


def has_published(session: Session, filters: Filters) -> bool:
    """Tell whether a class of enough people is left by these filters."""
    return session.connection().execute(select(_CLASS.c.id).where(*_wanted(session, filters)).limit(1)).first() is not None


def has_responses(session: Session, filters: Filters, timezone: str) -> bool:
    """Tell whether any response is left by these filters, published or not; a day is one of that IANA zone."""
    return session.connection().execute(select(_FEEDBACK.c.id).where(*_whole(filters, timezone)).limit(1)).first() is not None


def published_responses(session: Session, filters: Filters) -> Iterator[PublishedResponse]:
    """Yield every response of the classes that the filters leave, in an order that's another each time.

    A filter takes a class or leaves it: classes are made once, so that no two exports differ by fewer people than the floor. Whether it was solved,
    and the trace, are told where the class tells them; the question more, where its measure was published for the period.
    """
    of_measure = and_(
        _MEASURE.c.function == _CLASS.c.function,
        _MEASURE.c.begins == _CLASS.c.begins,
        _MEASURE.c.measure == _FEEDBACK.c.item,
        _MEASURE.c.people >= SCORE_FLOOR,
    )
    measured = and_(_MEASURE.c.measure.is_not(None), _FEEDBACK.c.value.is_not(None))
    wanted = (
        select(
            _CLASS.c.id,
            _FEEDBACK.c.person_id,
            func.count().over(partition_by=(_CLASS.c.id, _FEEDBACK.c.person_id)).label("given"),
            _CLASS.c.function,
            _CLASS.c.begins,
            _CLASS.c.grain,
            *(_CLASS.c[name] for name in DIMENSIONS),
            _FEEDBACK.c.solved,
            _FEEDBACK.c.trace,
            case((measured, _FEEDBACK.c.item)).label("item"),
            case((measured, _FEEDBACK.c.value)).label("value"),
        )
        .select_from(_CLASS)
        .join(_FEEDBACK, _FEEDBACK.c.class_id == _CLASS.c.id)
        .outerjoin(_MEASURE, of_measure)
        .where(*_wanted(session, filters))
        .order_by(func.random())
    )
    ends, unsaid, alike = _Ends(), _unsaid(session, filters), _alike(session, filters)
    for row in _streamed(session, wanted):
        yield PublishedResponse(
            anonymity_class=row.id,
            person=row.person_id if row.given == 1 or (row.id, row.given) in alike else None,
            function=row.function,
            period_begins=row.begins,
            period_ends=ends[row.begins, row.grain],
            service=row.service,
            department=row.department,
            site=row.site,
            platform=row.platform,
            channel=row.channel,
            occasion=row.occasion,
            solved=None if ("solved", row.id) in unsaid else row.solved,
            trace=None if ("traces", row.id) in unsaid else row.trace,
            item=row.item,
            value=row.value,
        )


def published_comments(session: Session, filters: Filters) -> Iterator[PublishedComment]:
    """Yield the comments of the periods in which enough people commented, in an order that's another each time.

    They know nothing of classes: where the filters name a dimension, there are none.
    """
    if filters.told:
        return
    enough, languages = _enough_commented(), _languages(session, filters)
    wanted = (
        select(_CLASS.c.function, _CLASS.c.begins, _CLASS.c.grain, _FEEDBACK.c.language, _FEEDBACK.c.comment)
        .select_from(_CLASS)
        .join(_FEEDBACK, _FEEDBACK.c.class_id == _CLASS.c.id)
        .join(enough, and_(enough.c.function == _CLASS.c.function, enough.c.begins == _CLASS.c.begins))
        .where(*_wanted(session, filters), _COMMENTED)
        .order_by(func.random())
    )
    ends = _Ends()
    for row in _streamed(session, wanted):
        yield PublishedComment(
            function=row.function,
            period_begins=row.begins,
            period_ends=ends[row.begins, row.grain],
            language=row.language if (row.function, row.begins) in languages else None,
            comment=row.comment,
        )


def whole_responses(session: Session, filters: Filters, timezone: str) -> Iterator[WholeResponse]:
    """Yield every response as it is, published or not, in the order in which they were asked for; a day is one of that IANA zone."""
    wanted = (
        select(
            *(_FEEDBACK.c[name] for name in WholeResponse.__slots__ if name in _FEEDBACK.c),
            _FEEDBACK.c.person_id.label("person"),
            _PERSON.c.name.label("person_name"),
            _PERSON.c.email.label("person_email"),
            _HELPER.c.name.label("helper_name"),
        )
        .select_from(_FEEDBACK)
        .outerjoin(_PERSON, _PERSON.c.id == _FEEDBACK.c.person_id)
        .outerjoin(_HELPER, _HELPER.c.id == _FEEDBACK.c.helper_id)
        .where(*_whole(filters, timezone))
        .order_by(_FEEDBACK.c.asked_at, _FEEDBACK.c.id)
    )
    for row in _streamed(session, wanted):
        yield WholeResponse(**row._mapping)


def _streamed(session: Session, wanted: Select[tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield rows as the database makes them: PostgreSQL keeps them behind a cursor, SQLite makes one at a time."""
    yield from session.connection().execute(wanted, execution_options={"yield_per": _AT_ONCE})


def _wanted(session: Session, filters: Filters) -> Iterator[ColumnElement[bool]]:
    """Yield what a class must be. Its floor is said once more, where it matters most."""
    yield _CLASS.c.people >= SCORE_FLOOR
    if filters.function is not None:
        yield _CLASS.c.function == filters.function
    for name, value in filters.told.items():
        yield _CLASS.c[name] == value
    if filters.since is not None:
        yield _CLASS.c.begins >= filters.since
    if filters.until is not None:
        yield or_(false(), *_ended(session, filters.until))


def _ended(session: Session, until: date) -> Iterator[ColumnElement[bool]]:
    """Yield, for each grain, which periods were over by then: their ends come in the order of their beginnings."""
    ends, latest = _Ends(), dict[str, date]()
    for begins, grain in session.connection().execute(select(_CLASS.c.begins, _CLASS.c.grain).distinct()):
        if ends[begins, grain] <= until:
            latest[grain] = max(begins, latest.get(grain, begins))
    for grain, begins in latest.items():
        yield and_(_CLASS.c.grain == grain, _CLASS.c.begins <= begins)


def _unsaid(session: Session, filters: Filters) -> frozenset[tuple[str, str]]:
    """Return what some classes don't tell, since too few people of their period said it; most tell all."""
    counted = select(_CLASS.c.id, _CLASS.c.solved, _CLASS.c.traces).where(*_wanted(session, filters))
    return frozenset((name, row.id) for row in _streamed(session, counted) for name in ("solved", "traces") if not row._mapping[name])


def _alike(session: Session, filters: Filters) -> frozenset[tuple[str, int]]:
    """Return, for each class, how many responses are given by enough people each to tell which are one person's; one alone tells nothing."""
    given = (
        select(_CLASS.c.id, func.count().label("given"))
        .join(_FEEDBACK, _FEEDBACK.c.class_id == _CLASS.c.id)
        .where(*_wanted(session, filters), _FEEDBACK.c.person_id.is_not(None))
        .group_by(_CLASS.c.id, _FEEDBACK.c.person_id)
        .having(func.count() > 1)
        .subquery("given")
    )
    counted = select(given.c.id, given.c.given).group_by(given.c.id, given.c.given).having(func.count() >= SCORE_FLOOR)
    return frozenset((row.id, row.given) for row in _streamed(session, counted))


def _languages(session: Session, filters: Filters) -> frozenset[tuple[str, date]]:
    """Return the periods whose comments tell in which language they were asked for: enough people wrote one in each."""
    counted = (
        select(_CLASS.c.function, _CLASS.c.begins, func.count(_FEEDBACK.c.person_id.distinct()).label("people"))
        .join(_FEEDBACK, _FEEDBACK.c.class_id == _CLASS.c.id)
        .where(*_wanted(session, filters), _COMMENTED)
        .group_by(_CLASS.c.function, _CLASS.c.begins, _FEEDBACK.c.language)
        .subquery("spoken")
    )
    enough = select(counted.c.function, counted.c.begins).group_by(counted.c.function, counted.c.begins)
    found = session.connection().execute(enough.having(func.min(counted.c.people) >= SCORE_FLOOR))
    return frozenset((row.function, row.begins) for row in found)


def _enough_commented() -> Subquery:
    """Select the periods in which enough people commented, by the same rule as `storage.readings`."""
    return (
        select(_CLASS.c.function, _CLASS.c.begins)
        .join(_FEEDBACK, _FEEDBACK.c.class_id == _CLASS.c.id)
        .where(_COMMENTED)
        .group_by(_CLASS.c.function, _CLASS.c.begins)
        .having(func.count(_FEEDBACK.c.person_id.distinct()) >= COMMENT_FLOOR)
        .subquery("enough")
    )


def _whole(filters: Filters, timezone: str) -> Iterator[ColumnElement[bool]]:
    yield _FEEDBACK.c.answered_at.is_not(None)
    if filters.function is not None:
        yield _FEEDBACK.c.function == filters.function
    for name, value in filters.told.items():
        yield _FEEDBACK.c[name] == value
    if filters.since is not None:
        yield _FEEDBACK.c.asked_at >= periods.starts(filters.since, timezone)
    if filters.until is not None:
        yield _FEEDBACK.c.asked_at < periods.starts(filters.until + timedelta(days=1), timezone)


class _Ends(dict[tuple[date, str], date]):
    """The last day of each period, by its first day and grain, each computed once."""

    def __missing__(self, period: tuple[date, str]) -> date:
        begins, grain = period
        self[period] = last = periods.period(_GRAINS[grain], begins)[1] - timedelta(days=1)
        return last
