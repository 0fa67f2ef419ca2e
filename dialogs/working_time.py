"""Working time: when an office works, when a person is left in peace, and when a promise falls due.

All arithmetic is done by the clock on the wall of the office's zone. Where that clock jumps forward, a time that doesn't exist stands for the first
real one after it; where it goes back, a time that exists twice stands for the first of the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from dialogs.catalog import Promise, Unit

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
# what is promised for later than in about ten years falls due then: no calendar runs out, and no day is counted in vain
_LONGEST: Final[Mapping[Unit, float]] = {"minutes": 5_256_000, "hours": 87_600, "working_hours": 20_000, "days": 3_650, "working_days": 2_500}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """The hours of an office: `weekdays` from 0 (Monday), `days_off` its public holidays, `opens` and `closes` by the clock of `timezone` (IANA).

    An office that closes no later than it opens closes on the next day. Raises ValueError without a weekday: it would never open.
    """

    timezone: str
    opens: time
    closes: time
    weekdays: frozenset[int] = frozenset(range(5))
    days_off: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse an office that never opens."""
        if not self.weekdays & frozenset(range(7)):
            raise ValueError("an office works on one day of the week at least (0 is Monday, 6 is Sunday)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """One working day: from `begins` (by the office's clock), which is `opens`, to `closes` (UTC)."""

    begins: datetime
    opens: datetime
    closes: datetime


COMPANY_HOURS: Final = WorkingHours(timezone="Europe/Paris", opens=time(9), closes=time(18))


def is_open(hours: WorkingHours, at: datetime) -> bool:
    """Tell whether the office works at that time (aware)."""
    return next(_spans(hours, at)).opens <= at


def opening(hours: WorkingHours, at: datetime) -> datetime:
    """Return `at` where the office works then, else when it opens next (UTC)."""
    return max(next(_spans(hours, at)).opens, at.astimezone(UTC))


def due(hours: WorkingHours, start: datetime, promise: Promise) -> datetime:
    """Return when a promise made at `start` falls due (UTC), in the office's own time.

    Minutes and hours are real time, days are those of the calendar: the same time on the clock, so many days later. Working hours count while the
    office is open; working days end at the same time on the clock, so many working days later. What is promised while it's closed counts from the
    next opening. A later start, or a longer promise, never falls due earlier.
    """
    length = min(promise.time, _LONGEST[promise.unit])
    match promise.unit:
        case "minutes":
            return start.astimezone(UTC) + timedelta(minutes=length)
        case "hours":
            return start.astimezone(UTC) + timedelta(hours=length)
        case "days":
            zone = ZoneInfo(hours.timezone)
            return _instant(zone, _wall(zone, start) + timedelta(days=length))
        case "working_hours":
            return _after_open_time(hours, start, timedelta(hours=length))
        case "working_days":
            return _after_working_days(hours, start, length)
        case _:
            assert_never(promise.unit)


def shown_at(timezone: str, wall: datetime) -> datetime:
    """Return when (UTC) the clock of an IANA zone shows that time (naive)."""
    return _instant(ZoneInfo(timezone), wall)


def quiet_until(hours: WorkingHours, at: datetime) -> datetime | None:
    """Return until when (UTC) somebody who lives by these hours is left in peace, None where they aren't at `at`."""
    opens = opening(hours, at)
    return opens if opens > at else None


def _after_open_time(hours: WorkingHours, start: datetime, left: timedelta) -> datetime:
    spans = _spans(hours, start)
    span = next(spans)
    begins = max(span.opens, start.astimezone(UTC))
    while left > span.closes - begins:
        left -= span.closes - begins
        span = next(spans)
        begins = span.opens
    return begins + left


def _after_working_days(hours: WorkingHours, start: datetime, days: float) -> datetime:
    spans = _spans(hours, start)
    first = next(spans)
    length = _ends(hours, first.begins) - first.begins
    whole = int(days)
    begins = _wall(ZoneInfo(hours.timezone), max(first.opens, start))
    into = min(begins - first.begins, length) + (days - whole) * length
    if into > length:  # half a working day after noon ends on the next one
        whole, into = whole + 1, into - length
    last = first if whole == 0 else next(islice(spans, whole - 1, None))
    return min(_instant(ZoneInfo(hours.timezone), last.begins + into), last.closes)


def _spans(hours: WorkingHours, at: datetime) -> Iterator[_Span]:
    """Yield the working days that aren't over at `at`, in order, without end."""
    zone = ZoneInfo(hours.timezone)
    day = at.astimezone(zone).date() - _DAY  # the day before may last beyond midnight
    while True:
        if day.weekday() in hours.weekdays and day not in hours.days_off:
            begins = datetime.combine(day, hours.opens)
            opens, closes = _instant(zone, begins), _instant(zone, _ends(hours, begins))
            if opens < closes and at < closes:  # hours that the clock jumped over are no working day
                yield _Span(begins=begins, opens=opens, closes=closes)
        day += _DAY


def _ends(hours: WorkingHours, begins: datetime) -> datetime:
    ends = datetime.combine(begins.date(), hours.closes)
    return ends if ends > begins else ends + _DAY


def _instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """Return when (UTC) the clock on the wall shows that time: the first time it does, and the first moment after it where it never does."""
    there = wall.replace(tzinfo=zone)
    at = there.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    return _change(zone, there.replace(fold=1).astimezone(UTC), at)


def _wall(zone: ZoneInfo, at: datetime) -> datetime:
    """Return what the clock on the wall shows, but held at the end of an hour while that hour passes again: later is never shown as earlier."""
    there = at.astimezone(zone)
    if not there.fold:
        return there.replace(tzinfo=None)
    before = there.replace(fold=0)
    offset = before.utcoffset() or timedelta()
    return (_change(zone, before.astimezone(UTC), at.astimezone(UTC)) + offset).replace(tzinfo=None)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return when, between two times (UTC), the zone's clock was changed: the first second of the later offset."""
    low, high = before.replace(microsecond=0), after.replace(microsecond=0)
    offset = high.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high
