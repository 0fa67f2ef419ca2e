"""Readings: what is published of a function, for those who may read it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import takewhile
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlmodel import Session

from dialogs.masking import Names, masked, names_of
from dialogs.scores import COMMENT_FLOOR, DIMENSIONS, SCORE_FLOOR, AnonymityClass, OpenPeriod, Published, Reading, Theme
from dialogs.working_time import COMPANY_HOURS
from storage import gaps, improvements, themes
from storage.grid import Span, counted, following, grain_of, reached
from storage.tables import AnonymityClassRow, FeedbackRow, PublishedMeasureRow, PublishedPeriodRow, table_of

HELD: Final = 9  # published periods at once
COMMENTS: Final = 20  # of a period, at most
_UNDER_WAY: Final = 3  # periods that aren't published yet, at most

_FEEDBACK, _PERIOD = table_of(FeedbackRow).c, table_of(PublishedPeriodRow)
_CLASS, _MEASURE = table_of(AnonymityClassRow), table_of(PublishedMeasureRow)


def readings(
    session: Session,
    functions: Collection[str],
    at: datetime,
    *,
    begins: date | None = None,
    timezone: str = COMPANY_HOURS.timezone,
    whole: bool = False,
) -> Mapping[str, Reading]:
    """Return all that may be read of these functions, with the comments of the period that begins then (None: the latest published one).

    Of the periods, `HELD` at most are there, that one among them; only its classes are told apart, those of the others are put together into one.
    With `whole`, every period is there, with its classes. `timezone` is the company's.
    """
    return {function: _reading(session, function, at, begins, timezone, whole=whole) for function in functions}


def _reading(session: Session, function: str, at: datetime, begins: date | None, timezone: str, *, whole: bool) -> Reading:
    heads = list(session.execute(select(_PERIOD).where(_PERIOD.c.function == function).order_by(_PERIOD.c.begins.desc())))
    chosen = next((number for number, head in enumerate(heads) if head.begins == begins), 0)
    held = heads if whole else heads[max(0, chosen - HELD + 1) :][:HELD]
    days = [head.begins for head in held]
    apart = set(days) if whole else {heads[chosen].begins} if heads else set[date]()
    classes, measures, spoken = _classes(session, function, apart), _measures(session, function, days), themes.of(session, function)
    return Reading(
        function=function,
        published=tuple(_published(head, classes.get(head.begins), measures.get(head.begins, {}), spoken.get(head.begins, ())) for head in held),
        under_way=tuple(_under_way(session, function, at, timezone)),
        improvements=tuple(improvements.of(session, function)),
        comments=_comments(session, function, heads[chosen].begins) if heads else (),
    )


def _published(
    head: Row[Any], classes: Sequence[AnonymityClass] | None, measures: Mapping[str, tuple[int, Mapping[str, int]]], spoken: tuple[Theme, ...]
) -> Published:
    if classes is None:
        classes = (_together(head),) if head.shown else ()
    return Published(
        begins=head.begins,
        grain=grain_of(head.grain),
        asked=head.asked,
        answered=head.answered,
        people=head.people,
        shown=head.shown,
        classes=tuple(classes),
        measures=measures,
        themes=spoken,
    )


def _together(head: Row[Any]) -> AnonymityClass:
    return AnonymityClass(
        id=f"{head.function}|{head.begins.isoformat()}",
        told={},
        people=head.people,
        answered=head.answered,
        solved=head.solved,
        traces=head.traces,
        promised=head.promised,
        late=head.late,
    )


def _classes(session: Session, function: str, days: Collection[date]) -> Mapping[date, Sequence[AnonymityClass]]:
    found: dict[date, list[AnonymityClass]] = {day: [] for day in days}
    for row in session.execute(select(_CLASS).where(_CLASS.c.function == function, _CLASS.c.begins.in_(days)).order_by(_CLASS.c.id)):
        found[row.begins].append(
            AnonymityClass(
                id=row.id,
                told={dimension: value for dimension in DIMENSIONS if (value := getattr(row, dimension)) is not None},
                people=row.people,
                answered=row.answered,
                solved=row.solved,
                traces=row.traces,
                promised=row.promised,
                late=row.late,
            )
        )
    return found


def _measures(session: Session, function: str, days: Collection[date]) -> Mapping[date, Mapping[str, tuple[int, Mapping[str, int]]]]:
    found: dict[date, dict[str, tuple[int, Mapping[str, int]]]] = defaultdict(dict)
    for row in session.execute(select(_MEASURE).where(_MEASURE.c.function == function, _MEASURE.c.begins.in_(days)).order_by(_MEASURE.c.measure)):
        # by its number: a row's `values` is a method
        found[row.begins][row.measure] = (row.people, row[_MEASURE.c.keys().index("values")])
    return found


def _under_way(session: Session, function: str, at: datetime, timezone: str) -> list[OpenPeriod]:
    """Return the periods that have begun and aren't published yet, the latest first; not those in which hardly anybody was asked."""
    begun = list(takewhile(lambda span: span.opens <= at, following(session, function, timezone)))
    return [_open(session, span) for span in reversed(begun[-_UNDER_WAY:]) if reached(session, function, span.opens, span.closes) >= SCORE_FLOOR]


def _open(session: Session, span: Span) -> OpenPeriod:
    asked, answered = counted(session, span.function, span.opens, span.closes)
    return OpenPeriod(begins=span.begins, grain=span.grain, asked=asked, answered=answered)


def _comments(session: Session, function: str, begins: date) -> tuple[str, ...]:
    """Return some comments of a published period, masked, in an order that says nothing of who wrote them; none where too few people wrote any.

    What somebody wrote who was erased since is told no more.
    """
    asked = (
        select(_FEEDBACK.id, _FEEDBACK.comment)
        .join(_CLASS, _CLASS.c.id == _FEEDBACK.class_id)
        .where(_CLASS.c.function == function, _CLASS.c.begins == begins, _FEEDBACK.comment != "", _FEEDBACK.person_id.is_not(None))
    )
    written = asked.subquery()
    authors = select(func.count(_FEEDBACK.person_id.distinct())).join(written, written.c.id == _FEEDBACK.id)
    if session.execute(authors).scalar_one() < COMMENT_FLOOR:
        return ()
    rows = sorted(session.execute(asked), key=lambda row: sha256(row.id.encode()).digest())[:COMMENTS]
    names = _names(tuple(gaps.people_names(session)))
    return tuple(masked(row.comment, names) for row in rows)


@lru_cache(maxsize=1)
def _names(people: tuple[str, ...]) -> Names:
    """Return the names of the directory as `masked` looks for them: a second's work for 50,000 people, until one of them changes."""
    return names_of(people)
