"""Each person has the days off of their own country, by their own clock; the functions those of the company."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.public_holidays import country_of, hours_for, office_hours
from bot.settings import Settings, read_settings
from dialogs.catalog import Promise
from dialogs.working_time import due, opening, quiet_until

pytestmark = pytest.mark.usefixtures("alone")
AUTUMN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def settings(**given: object) -> Settings:
    return read_settings(**given)


def off(zone: str | None, day: date, **given: object) -> bool:
    """Tell whether somebody of that zone is left in peace for all of a working day."""
    hours = hours_for(settings(**given), lambda: AUTUMN)(zone)
    return day in hours.days_off or day.weekday() not in hours.weekdays


@pytest.mark.parametrize(
    ("zone", "day", "is_off"),
    [
        ("Europe/Paris", date(2026, 11, 11), True),
        ("America/New_York", date(2026, 11, 26), True),  # Thanksgiving
        ("America/New_York", date(2026, 7, 14), False),
        ("Africa/Casablanca", date(2026, 11, 18), True),  # Independence Day
        ("Africa/Casablanca", date(2026, 11, 11), False),
        ("Asia/Riyadh", date(2026, 11, 20), True),  # a Friday
        ("Asia/Riyadh", date(2026, 11, 22), False),  # a Sunday
        ("Asia/Calcutta", date(2027, 1, 26), True),  # a zone's former name; Republic Day
        ("US/Eastern", date(2026, 11, 26), True),
        ("Etc/UTC", date(2026, 11, 11), True),  # no country: the company's
        ("UTC", date(2026, 11, 11), True),
        (None, date(2026, 11, 11), True),
        ("Mars/Olympus", date(2026, 11, 11), True),
        ("Europe", date(2026, 11, 11), True),
        ("../etc/passwd", date(2026, 11, 11), True),
    ],
)
def test_a_person_has_the_days_off_of_the_country_of_their_zone(zone: str | None, day: date, is_off: bool) -> None:
    assert off(zone, day) is is_off


def test_in_the_companys_own_zone_its_own_country_holds() -> None:
    belgian = {"country": "BE", "timezone": "Europe/Paris"}
    assert off("Europe/Paris", date(2026, 7, 21), **belgian)
    assert not off("Europe/Paris", date(2026, 7, 14), **belgian)
    assert not off(None, date(2026, 7, 14), **belgian)
    assert off("Europe/Brussels", date(2026, 7, 21))


def test_a_part_of_a_country_may_have_days_off_of_its_own() -> None:
    assert off("Europe/Paris", date(2026, 4, 3), country="FR-57")  # Good Friday, in Moselle
    assert not off("Europe/Paris", date(2026, 4, 3), country="FR")


def test_people_are_awake_by_the_clock_of_their_own_zone() -> None:
    hours = hours_for(settings(quiet_hours="20:30-07:15"), lambda: AUTUMN)
    paris, unknown = hours("Europe/Paris"), hours("Mars/Olympus")
    assert (paris.timezone, paris.opens, paris.closes) == ("Europe/Paris", time(7, 15), time(20, 30))
    assert unknown == paris
    assert quiet_until(hours("America/New_York"), AUTUMN) == datetime(2026, 11, 20, 12, 15, tzinfo=UTC)
    assert quiet_until(paris, AUTUMN) is None


def test_years_go_by() -> None:
    clock = [AUTUMN]
    hours = hours_for(settings(), lambda: clock[0])
    assert date(2036, 5, 8) not in hours(None).days_off
    clock[0] += timedelta(days=3_653)
    assert date(2036, 5, 8) in hours(None).days_off


def test_the_offices_keep_the_companys_days_off_around_the_time_that_matters() -> None:
    hours = office_hours(settings(working_hours="8:30-17:30"))
    christmas_eve = datetime(2026, 12, 24, 20, 0, tzinfo=UTC)
    around = hours(christmas_eve)
    assert (around.timezone, around.opens, around.closes) == ("Europe/Paris", time(8, 30), time(17, 30))
    assert opening(around, christmas_eve) == datetime(2026, 12, 28, 7, 30, tzinfo=UTC)
    assert due(around, christmas_eve, Promise(time=5, unit="working_days")) == datetime(2027, 1, 5, 7, 30, tzinfo=UTC)  # New Year's Day is off too
    assert date(2035, 5, 8) in hours(datetime(2035, 1, 1, tzinfo=UTC)).days_off


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Paris", "FR"),
        ("Africa/Casablanca", "MA"),
        ("Australia/Lord_Howe", "AU"),
        ("Asia/Saigon", "VN"),
        ("UTC", None),
        ("Mars/Olympus", None),
    ],
)
def test_a_zone_lies_in_a_country(zone: str, country: str | None) -> None:
    assert country_of(zone) == country
