"""Working time by the clock on the wall: opening hours, promises, peace at night; also on the two days a year when that clock is changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogs.catalog import Promise, Unit
from dialogs.working_time import COMPANY_HOURS, WorkingHours, due, is_open, opening, quiet_until

MINUTE = timedelta(minutes=1)
PARIS, NEW_YORK, CASABLANCA, LORD_HOWE = ZONES = ("Europe/Paris", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe")
EVERY_DAY = frozenset(range(7))


def at(zone: str, text: str, *, again: bool = False) -> datetime:
    """Return a time said by a zone's clock; `again`, the second time that it shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=int(again)).astimezone(UTC)


def office(zone: str = PARIS, opens: str = "09:00", closes: str = "18:00", **more: frozenset[int] | frozenset[date]) -> WorkingHours:
    return WorkingHours(timezone=zone, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes), **more)  # type: ignore[arg-type]


def promised(hours: WorkingHours, start: datetime, length: float, unit: Unit) -> str:
    """Return when a promise falls due, by the office's clock."""
    return due(hours, start, Promise(time=length, unit=unit)).astimezone(ZoneInfo(hours.timezone)).isoformat()[:19]


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ("2026-11-20T09:00", "2026-11-20T09:00"),
        ("2026-11-20T17:59:59", "2026-11-20T17:59:59"),
        ("2026-11-20T18:00", "2026-11-23T09:00"),  # Friday evening
        ("2026-11-22T12:00", "2026-11-23T09:00"),
        ("2026-11-23T08:59:59", "2026-11-23T09:00"),
        ("2026-11-10T19:00", "2026-11-12T09:00"),  # the 11th is a day off
    ],
)
def test_an_office_opens_on_its_working_days(said: str, opens: str) -> None:
    hours = office(days_off=frozenset({date(2026, 11, 11)}))
    start = at(PARIS, said)
    assert opening(hours, start) == at(PARIS, opens)
    assert opening(hours, start.astimezone(ZoneInfo("Asia/Tokyo"))) == at(PARIS, opens)  # whoever asks, and where
    assert opening(hours, start).tzinfo is UTC
    assert is_open(hours, start) is (said == opens)
    assert quiet_until(hours, start) == (None if said == opens else at(PARIS, opens))


def test_an_office_that_closes_after_midnight_belongs_to_the_day_on_which_it_opened() -> None:
    hours = office(opens="22:00", closes="06:00")
    assert is_open(hours, at(PARIS, "2026-11-21T05:59"))  # Saturday morning, since Friday evening
    assert opening(hours, at(PARIS, "2026-11-21T06:00")) == at(PARIS, "2026-11-23T22:00")
    assert not is_open(hours, at(PARIS, "2026-11-23T05:00"))  # Monday morning: nobody came on Sunday
    assert promised(hours, at(PARIS, "2026-11-20T23:00"), 8, "working_hours") == "2026-11-23T23:00:00"
    assert promised(hours, at(PARIS, "2026-11-21T02:00"), 1, "working_days") == "2026-11-24T02:00:00"


def test_an_office_that_never_opens_is_no_office() -> None:
    with pytest.raises(ValueError, match="one day of the week"):
        office(weekdays=frozenset())
    assert opening(office(weekdays=frozenset({6})), at(PARIS, "2026-11-20T12:00")) == at(PARIS, "2026-11-22T09:00")


@pytest.mark.parametrize(
    ("start", "length", "unit", "end"),
    [
        ("2026-11-20T17:00", 90, "minutes", "2026-11-20T18:30:00"),
        ("2026-11-20T17:00", 48, "hours", "2026-11-22T17:00:00"),
        ("2026-11-20T17:00", 3, "days", "2026-11-23T17:00:00"),
        ("2026-11-20T17:00", 0.5, "days", "2026-11-21T05:00:00"),
        ("2026-11-20T17:00", 1, "working_hours", "2026-11-20T18:00:00"),
        ("2026-11-20T17:00", 2, "working_hours", "2026-11-23T10:00:00"),
        ("2026-11-20T17:00", 19, "working_hours", "2026-11-24T18:00:00"),
        ("2026-11-21T17:00", 4, "working_hours", "2026-11-23T13:00:00"),
        ("2026-11-20T17:00", 1, "working_days", "2026-11-23T17:00:00"),
        ("2026-11-20T17:00", 5, "working_days", "2026-11-27T17:00:00"),
        ("2026-11-20T20:00", 1, "working_days", "2026-11-24T09:00:00"),  # counts from Monday's opening
        ("2026-11-20T17:00", 0, "working_days", "2026-11-20T17:00:00"),
        ("2026-11-20T10:00", 0.5, "working_days", "2026-11-20T14:30:00"),
        ("2026-11-20T17:00", 0.5, "working_days", "2026-11-23T12:30:00"),
        ("2026-11-09T10:00", 2, "working_days", "2026-11-12T10:00:00"),  # the 11th is a day off
        ("2026-11-10T17:00", 2, "working_hours", "2026-11-12T10:00:00"),
    ],
)
def test_a_promise_falls_due_in_the_offices_own_time(start: str, length: float, unit: Unit, end: str) -> None:
    assert promised(office(days_off=frozenset({date(2026, 11, 11)})), at(PARIS, start), length, unit) == end


@pytest.mark.parametrize(
    ("start", "length", "unit", "end"),
    [
        # the last Sunday of March has 23 hours, that of October 25
        ("2026-03-28T12:00", 1, "days", "2026-03-29T12:00:00"),
        ("2026-03-28T12:00", 24, "hours", "2026-03-29T13:00:00"),
        ("2026-10-24T12:00", 1, "days", "2026-10-25T12:00:00"),
        ("2026-10-24T12:00", 24, "hours", "2026-10-25T11:00:00"),
        ("2026-03-27T17:00", 4, "working_hours", "2026-03-30T12:00:00"),
        ("2026-10-23T17:00", 4, "working_hours", "2026-10-26T12:00:00"),
        ("2026-03-27T17:00", 1, "working_days", "2026-03-30T17:00:00"),
        # 02:30 isn't there on 29 March
        ("2026-03-28T02:30", 1, "days", "2026-03-29T03:00:00"),
    ],
)
def test_the_clocks_changes_between_do_not_move_what_was_promised(start: str, length: float, unit: Unit, end: str) -> None:
    assert promised(office(), at(PARIS, start), length, unit) == end


def test_four_working_hours_of_a_night_in_which_the_clock_is_changed_are_four_real_ones() -> None:
    night = office(opens="00:00", closes="08:00", weekdays=EVERY_DAY)
    assert promised(night, at(PARIS, "2026-03-29T00:30"), 4, "working_hours") == "2026-03-29T05:30:00"
    assert promised(night, at(PARIS, "2026-10-25T00:30"), 4, "working_hours") == "2026-10-25T03:30:00"


def test_an_opening_time_that_does_not_exist_is_the_first_real_one_after_it() -> None:
    hours = office(opens="02:30", closes="10:00", weekdays=EVERY_DAY)
    assert opening(hours, at(PARIS, "2026-03-29T01:00")) == at(PARIS, "2026-03-29T03:00")
    assert promised(hours, at(PARIS, "2026-03-29T01:00"), 1, "working_hours") == "2026-03-29T04:00:00"
    half_an_hour = office(LORD_HOWE, opens="02:10", closes="10:00", weekdays=EVERY_DAY)  # its clock jumps from 02:00 to 02:30
    assert opening(half_an_hour, at(LORD_HOWE, "2026-10-04T01:00")) == at(LORD_HOWE, "2026-10-04T02:30")


def test_a_time_that_exists_twice_is_the_first_of_the_two() -> None:
    hours = office(opens="02:30", closes="10:00", weekdays=EVERY_DAY)
    assert opening(hours, at(PARIS, "2026-10-25T01:00")) == at(PARIS, "2026-10-25T02:30")
    assert is_open(hours, at(PARIS, "2026-10-25T02:10", again=True))  # since the first 02:30, an hour has nearly gone by
    closing = office(opens="00:00", closes="02:30", weekdays=EVERY_DAY)
    assert not is_open(closing, at(PARIS, "2026-10-25T02:30"))
    assert opening(closing, at(PARIS, "2026-10-25T02:10", again=True)) == at(PARIS, "2026-10-26T00:00")


def test_what_is_promised_in_an_hour_that_passes_again_falls_due_after_what_was_promised_before() -> None:
    assert promised(office(), at(PARIS, "2026-10-25T02:59"), 1, "days") == "2026-10-26T02:59:00"
    assert promised(office(), at(PARIS, "2026-10-25T02:10", again=True), 1, "days") == "2026-10-26T03:00:00"
    hours = office(opens="00:00", closes="02:30", weekdays=EVERY_DAY)
    assert promised(hours, at(PARIS, "2026-10-25T02:29"), 1, "working_days") == "2026-10-26T02:29:00"


def test_hours_that_the_clock_jumped_over_are_no_working_day() -> None:
    assert opening(office(opens="02:10", closes="02:50", weekdays=EVERY_DAY), at(PARIS, "2026-03-28T12:00")) == at(PARIS, "2026-03-30T02:10")
    samoa = office("Pacific/Apia")  # had no 30 December 2011, a Friday
    assert promised(samoa, at("Pacific/Apia", "2011-12-29T17:00"), 1, "working_days") == "2012-01-02T17:00:00"


def test_a_promise_that_nobody_could_keep_in_ten_years_falls_due_then() -> None:
    start = at(PARIS, "2026-11-20T12:00")
    units: tuple[Unit, ...] = ("minutes", "hours", "working_hours", "days", "working_days")
    for unit in units:
        assert 2034 <= due(COMPANY_HOURS, start, Promise(time=1_000_000_000, unit=unit)).year <= 2037


def test_people_are_left_in_peace_at_night_by_their_own_clock() -> None:
    awake = office(NEW_YORK, opens="08:00", closes="19:00")
    assert quiet_until(awake, at(PARIS, "2026-11-20T10:00")) == at(NEW_YORK, "2026-11-20T08:00")
    assert quiet_until(awake, at(NEW_YORK, "2026-11-20T08:00")) is None
    assert quiet_until(awake, at(NEW_YORK, "2026-11-20T19:00")) == at(NEW_YORK, "2026-11-23T08:00")


# Weeks in which a clock is changed, the week of a long holiday, and any other
_WEEKS = [datetime(2026, month, day, tzinfo=UTC) for month, day in ((2, 13), (3, 6), (3, 20), (3, 27), (4, 3), (10, 2), (10, 23), (10, 30), (12, 23))]
_STARTS = st.one_of(
    st.builds(lambda week, minutes: week + minutes * MINUTE, st.sampled_from(_WEEKS), st.integers(0, 7 * 24 * 60)),
    st.integers(0, 6 * 365 * 24 * 3600).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
)
_TIMES = st.builds(time, st.integers(0, 23), st.sampled_from((0, 10, 15, 30, 59)))
_OFFICES = st.builds(
    WorkingHours,
    timezone=st.sampled_from(ZONES),
    opens=_TIMES,
    closes=_TIMES,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    days_off=st.frozensets(st.sampled_from([date(2026, 12, 25), date(2026, 4, 6), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 11)])),
)
_UNITS: tuple[Unit, ...] = ("minutes", "hours", "working_hours", "days", "working_days")
_LENGTHS = st.one_of(st.integers(0, 30), st.floats(0, 30)).map(float)


@given(hours=_OFFICES, start=_STARTS)
def test_the_next_opening_is_open_and_not_before(hours: WorkingHours, start: datetime) -> None:
    opens = opening(hours, start)
    assert opens >= start
    assert is_open(hours, opens)
    assert (opens == start) is is_open(hours, start)
    assert opens == start or not is_open(hours, opens - timedelta(seconds=1))
    assert quiet_until(hours, start) == (None if opens == start else opens)


@given(hours=_OFFICES, start=_STARTS, later=st.integers(0, 3 * 24 * 60), unit=st.sampled_from(_UNITS), length=_LENGTHS, longer=_LENGTHS)
@example(hours=office(), start=at(PARIS, "2026-10-25T02:59"), later=10, unit="days", length=1.0, longer=0.0)
@example(hours=office(), start=at(PARIS, "2026-03-28T02:30"), later=0, unit="days", length=0.999, longer=0.001)
@example(hours=office(closes="02:30", opens="22:00"), start=at(PARIS, "2026-10-23T02:20"), later=10, unit="working_days", length=0.99, longer=0.01)
def test_what_is_promised_later_or_for_longer_never_falls_due_earlier(
    hours: WorkingHours, start: datetime, later: int, unit: Unit, length: float, longer: float
) -> None:
    first = due(hours, start, Promise(time=length, unit=unit))
    assert first >= start
    assert due(hours, start + later * MINUTE, Promise(time=length, unit=unit)) >= first
    assert due(hours, start, Promise(time=length + longer, unit=unit)) >= first
    if unit.startswith("working"):
        assert is_open(hours, first) or is_open(hours, first - timedelta(microseconds=1))  # at the very latest when it closes


def shows_open(hours: WorkingHours, minute: datetime) -> bool:
    """Tell from the clock's face alone whether the office works in this minute. It mustn't open or close while the clock is changed."""
    wall = minute.astimezone(ZoneInfo(hours.timezone))
    works = wall.weekday() in hours.weekdays and wall.date() not in hours.days_off
    return works and hours.opens <= wall.time() < hours.closes


_BY_DAY = st.builds(
    WorkingHours,
    timezone=st.sampled_from(ZONES),
    opens=st.builds(time, st.sampled_from((0, 4, 7, 9, 11)), st.sampled_from((0, 30))),
    closes=st.builds(time, st.integers(12, 22), st.sampled_from((0, 30))),
    weekdays=st.frozensets(st.integers(0, 6), min_size=3),
    days_off=st.frozensets(st.sampled_from([date(2026, 12, 25), date(2026, 4, 6), date(2026, 3, 29), date(2026, 10, 25)])),
)


@given(hours=_BY_DAY, week=st.sampled_from(_WEEKS), minutes=st.integers(0, 7 * 24 * 60), left=st.integers(1, 40 * 60))
def test_working_hours_are_those_that_one_counts_minute_by_minute(hours: WorkingHours, week: datetime, minutes: int, left: int) -> None:
    start = week + minutes * MINUTE
    minute, counted = start, 0
    while counted < left:
        counted += shows_open(hours, minute)
        minute += MINUTE
    assert abs(due(hours, start, Promise(time=left / 60, unit="working_hours")) - minute) <= timedelta(seconds=1)  # an hour's 60th isn't exact
