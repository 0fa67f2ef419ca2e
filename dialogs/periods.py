"""Periods: a grid of weeks on which scores are published; months and quarters are made of whole weeks, so that everything nests.

A week begins on Monday. It belongs to the month, and to the quarter, in which its Thursday lies, as ISO 8601 tells to which year it belongs.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from dialogs.feedback import EXPIRES
from dialogs.scores import Grain
from dialogs.texts import Texts

HISTORY: Final = timedelta(weeks=13)  # before a quarter, by which its grain is chosen
WEEKLY: Final = 390  # responses in that time from which on a function is read by the week: 30 each
MONTHLY: Final = 60  # by the month: 20 each
_WEEK: Final = timedelta(weeks=1)
_TO_THURSDAY: Final = timedelta(days=3)
_MONTHS: Final = {"month": 1, "quarter": 3}


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def period(grain: Grain, day: date) -> tuple[date, date]:
    """Return the period that a day lies in: its first Monday, and the Monday after its end."""
    monday = week_of(day)
    if grain == "week":
        return monday, monday + _WEEK
    thursday, length = monday + _TO_THURSDAY, _MONTHS[grain]
    first = thursday.year * 12 + (thursday.month - 1) // length * length
    return _first_monday(first), _first_monday(first + length)


def _first_monday(months: int) -> date:
    """Return where a month begins: the Monday of the week of its first Thursday; months are counted from the year 0."""
    first = date(months // 12, months % 12 + 1, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7) - _TO_THURSDAY


def starts(day: date, timezone: str) -> datetime:
    """Return when a day begins by the clock of an IANA zone (UTC)."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def day_of(at: datetime, timezone: str) -> date:
    """Return the day of a time by the clock of an IANA zone."""
    return at.astimezone(ZoneInfo(timezone)).date()


def publishable_at(ends: date, timezone: str) -> datetime:
    """Return from when on a period that ends before that day may be published: the last of its questions can't be answered any more."""
    return starts(ends, timezone) + EXPIRES


def grain_for(asked: int, answered: int) -> Grain:
    """Return how fine a function is read in a quarter, by how many were asked and responded before it; by the month, if nobody was asked."""
    if answered >= WEEKLY:
        return "week"
    return "month" if answered >= MONTHLY or not asked else "quarter"


def name(t: Texts, grain: Grain, begins: date) -> str:
    """Say a period: `week of 16 Nov 2026`, `November 2026`, `quarter 4 of 2026`."""
    thursday = begins + _TO_THURSDAY
    match grain:
        case "week":
            return t("week of {day}", day=t.day(begins))
        case "month":
            return t.month(thursday)
        case "quarter":
            return t("quarter {number} of {year}", number=(thursday.month + 2) // 3, year=thursday.year)
        case _:
            assert_never(grain)
