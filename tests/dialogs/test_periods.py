"""The grid of periods: everything nests, nothing overlaps."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.po import both_languages
from dialogs.periods import day_of, grain_for, name, period, publishable_at, starts, week_of
from dialogs.scores import Grain

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
T = both_languages()["en"]


def weeks_in(begins: date, ends: date) -> list[date]:
    return [begins + timedelta(weeks=number) for number in range((ends - begins).days // 7)]


@given(DAYS)
def test_a_day_lies_in_a_week_in_a_month_in_a_quarter(day: date) -> None:
    week, month, quarter = (period(grain, day) for grain in ("week", "month", "quarter"))
    assert quarter[0] <= month[0] <= week[0] <= day < week[1] <= month[1] <= quarter[1]
    assert all(each.weekday() == 0 for each in (*week, *month, *quarter))
    assert week_of(day) == week[0]
    assert week[1] - week[0] == timedelta(weeks=1)
    assert len(weeks_in(*month)) in (4, 5)
    assert len(weeks_in(*quarter)) in (12, 13, 14)


@given(DAYS, st.sampled_from(["week", "month", "quarter"]))
def test_what_follows_a_period_begins_where_it_ends(day: date, grain: Grain) -> None:
    begins, ends = period(grain, day)
    assert period(grain, begins) == period(grain, ends - timedelta(days=1)) == (begins, ends)
    assert period(grain, ends)[0] == ends


@given(DAYS)
def test_a_week_belongs_to_the_month_and_year_of_its_thursday(day: date) -> None:
    thursday = week_of(day) + timedelta(days=3)
    begins, ends = period("month", day)
    assert {(monday + timedelta(days=3)).month for monday in weeks_in(begins, ends)} == {thursday.month}
    assert day.isocalendar().year == thursday.year


def test_a_month_of_whole_weeks() -> None:
    assert period("month", date(2026, 11, 20)) == (date(2026, 11, 2), date(2026, 11, 30))
    assert period("month", date(2026, 11, 1)) == (date(2026, 9, 28), date(2026, 11, 2))
    assert period("quarter", date(2027, 1, 2)) == (date(2026, 9, 28), date(2027, 1, 4))  # the last week of ISO's year 2026


def test_a_day_begins_by_the_companys_clock() -> None:
    assert starts(date(2026, 11, 16), "Europe/Paris") == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert day_of(datetime(2026, 11, 15, 23, tzinfo=UTC), "Europe/Paris") == date(2026, 11, 16)
    assert publishable_at(date(2026, 10, 26), "Europe/Paris") == datetime(2026, 11, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "answered", "grain"),
    [(0, 0, "month"), (10, 2, "quarter"), (200, 59, "quarter"), (200, 60, "month"), (900, 389, "month"), (900, 390, "week")],
)
def test_the_more_respond_the_finer_the_grain(asked: int, answered: int, grain: Grain) -> None:
    assert grain_for(asked, answered) == grain


def test_periods_are_called_by_their_names() -> None:
    assert name(T, "week", date(2026, 11, 16)) == "week of 16 Nov 2026"
    assert name(T, "month", date(2026, 9, 28)) == "October 2026"
    assert name(T, "quarter", date(2026, 9, 28)) == "quarter 4 of 2026"
