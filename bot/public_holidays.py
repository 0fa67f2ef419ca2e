"""Public holidays: the hours of the company's offices, and of each person, with the days off of their country (library `holidays`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clock import Clock, now
from bot.settings import Settings
from dialogs.working_time import WorkingHours

_BEFORE, _AFTER = 1, 3  # years around a time whose holidays are known: a promise may reach beyond New Year's


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    weekdays: frozenset[int]
    days_off: frozenset[date]


def hours_for(settings: Settings, now: Clock = now) -> Callable[[str | None], WorkingHours]:
    """Return a function from a person's zone to when they may be written to: outside the quiet hours, on the working days of their country.

    That is the zone's country; the company's own where nobody knows the zone or its country, and in the company's zone.
    """
    quiet_from, quiet_to = settings.quiet_hours
    _calendar(settings.country, now().year)  # as for the offices

    def of_zone(zone: str | None) -> WorkingHours:
        known = zone if zone is not None and _is_zone(zone) else settings.timezone
        country = None if known == settings.timezone else country_of(known)
        calendar = _calendar(country or settings.country, now().year)
        return WorkingHours(timezone=known, opens=quiet_to, closes=quiet_from, weekdays=calendar.weekdays, days_off=calendar.days_off)

    return of_zone


def office_hours(settings: Settings) -> Callable[[datetime], WorkingHours]:
    """Return a function from a time to the working hours of the functions around it, with the days off of the company's country."""
    opens, closes = settings.working_hours
    _calendar(settings.country, now().year)  # the library's 0.4 s are spent here rather than in the first turn

    def around(at: datetime) -> WorkingHours:
        calendar = _calendar(settings.country, at.year)
        return WorkingHours(timezone=settings.timezone, opens=opens, closes=closes, weekdays=calendar.weekdays, days_off=calendar.days_off)

    return around


def country_of(zone: str) -> str | None:
    """Return the country (ISO 3166) in which the tz database places a zone, by its present or a former name; None for `UTC` and its like."""
    countries, names = _places()
    return countries.get(zone) or countries.get(names.get(zone, ""))


@lru_cache(maxsize=1)
def _places() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return each zone's country (`zone.tab`), and the present names of zones by their former ones (the links of `tzdata.zi`)."""
    folder = files("tzdata").joinpath("zoneinfo")  # the package's own: many systems have no zone.tab
    table = [line.split("\t") for line in folder.joinpath("zone.tab").read_text("utf-8").splitlines() if not line.startswith("#")]
    links = [line.split() for line in folder.joinpath("tzdata.zi").read_text("utf-8").splitlines() if line.startswith("L ")]
    return {zone: country for country, _, zone, *_ in table}, {former: present for _, present, former in links}


@lru_cache(maxsize=512)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, such as Europe, is an OSError
        return False
    return True


@lru_cache(maxsize=512)
def _calendar(country: str, year: int) -> _Calendar:
    import holidays  # 0.4 s with its first country, that commands which send nothing spare

    name, _, subdivision = country.partition("-")
    found = holidays.country_holidays(name, subdiv=subdivision or None, years=range(year - _BEFORE, year + _AFTER + 1))
    return _Calendar(weekdays=frozenset(range(7)) - frozenset(found.weekend), days_off=frozenset(found))
