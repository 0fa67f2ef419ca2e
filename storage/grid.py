"""The grid: which periods of a function are next, of which grain, and how many were asked and responded in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, get_args

from sqlalchemy import ColumnElement, func, insert, select
from sqlmodel import Session

from dialogs.periods import HISTORY, day_of, grain_for, period, starts
from dialogs.scores import Grain
from storage.tables import FeedbackRow, GrainRow, PublishedPeriodRow, table_of

_FEEDBACK, _GRAIN, _PERIOD = table_of(FeedbackRow).c, table_of(GrainRow), table_of(PublishedPeriodRow).c
_GRAINS: Final[tuple[Grain, ...]] = get_args(Grain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period of a function: `ends` is the Monday after it; `opens` and `closes` are its two ends as times (UTC)."""

    function: str
    grain: Grain
    begins: date
    ends: date
    timezone: str

    @property
    def opens(self) -> datetime:
        """When it begins."""
        return starts(self.begins, self.timezone)

    @property
    def closes(self) -> datetime:
        """When it ends."""
        return starts(self.ends, self.timezone)


def functions(session: Session) -> list[str]:
    """Return the functions about which anybody was asked, in their order."""
    return list(session.execute(select(_FEEDBACK.function).distinct().order_by(_FEEDBACK.function)).scalars())


def following(session: Session, function: str, timezone: str) -> Iterator[Span]:
    """Yield the periods that aren't published yet, the first one first, for ever; none where nobody was asked since the last one was published."""
    latest = select(_PERIOD.begins, _PERIOD.grain).where(_PERIOD.function == function).order_by(_PERIOD.begins.desc()).limit(1)
    last = session.execute(latest).first()
    day = period(grain_of(last.grain), last.begins)[1] if last else None
    since = () if day is None else (_FEEDBACK.asked_at >= starts(day, timezone),)
    first = session.execute(select(func.min(_FEEDBACK.asked_at)).where(_FEEDBACK.function == function, *since)).scalar()
    if first is None:
        return
    day = day or day_of(first, timezone)
    while True:
        grain = _grain(session, function, day, timezone)
        begins, ends = period(grain, day)
        yield Span(function=function, grain=grain, begins=begins, ends=ends, timezone=timezone)
        day = ends


def settle_grain(session: Session, span: Span) -> None:
    """Keep the grain of a period for the rest of its quarter: it's chosen once, with the first of them that is published."""
    quarter = period("quarter", span.begins)[0]
    if session.get(GrainRow, (span.function, quarter)) is None:
        session.connection().execute(insert(_GRAIN).values(function=span.function, quarter=quarter, grain=span.grain))


def counted(session: Session, function: str, opens: datetime, closes: datetime) -> tuple[int, int]:
    """Return how many were asked about a function between two times, and how many of them responded."""
    found = select(func.count(), func.count(_FEEDBACK.answered_at)).where(*asked_between(function, opens, closes))
    asked, answered = session.execute(found).one()
    return asked, answered


def reached(session: Session, function: str, opens: datetime, closes: datetime) -> int:
    """Return how many people were asked about a function between two times, but for those who were erased since."""
    return int(session.execute(select(func.count(_FEEDBACK.person_id.distinct())).where(*asked_between(function, opens, closes))).scalar_one())


def asked_between(function: str, opens: datetime, closes: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what selects the closings about a function that were asked between two times, but for those that were taken back."""
    return (_FEEDBACK.function == function, _FEEDBACK.asked_at >= opens, _FEEDBACK.asked_at < closes, _FEEDBACK.voided_at.is_(None))


def grain_of(written: str) -> Grain:
    """Return a grain as it was written."""
    return next(grain for grain in _GRAINS if grain == written)


def _grain(session: Session, function: str, day: date, timezone: str) -> Grain:
    """Return the grain of the quarter that a day lies in: the one that was settled, else by who responded before."""
    quarter = period("quarter", day)[0]
    settled = session.get(GrainRow, (function, quarter))
    if settled is not None:
        return grain_of(settled.grain)
    return grain_for(*counted(session, function, starts(quarter - HISTORY, timezone), starts(quarter, timezone)))
