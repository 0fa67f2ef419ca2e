"""Telling: what the coarse jobs share that tell functions something of the bot's own accord."""

from collections.abc import Callable, Mapping, Set
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.knowledge import Knowledge
from dialogs.catalog import Language
from dialogs.texts import Texts
from dialogs.working_time import WorkingHours, opening
from storage.database import Database


@dataclass
class Telling:
    """What such a job is given. Each may be done twice, by several processes at once, to no effect.

    `language` is the company's. `office` returns its working hours around a time; `planned` is called when something was planned.
    """

    database: Database
    knowledge: Knowledge
    texts: Mapping[Language, Texts]
    _: KW_ONLY
    language: Language
    office: Callable[[datetime], WorkingHours]
    clock: Clock
    planned: Callable[[], None]
    admins: Set[str] = frozenset()


def working_day(office: WorkingHours, at: datetime) -> date | None:
    """Return the day of a time by the office's clock, None where it's a day off."""
    here = at.astimezone(ZoneInfo(office.timezone))
    first = opening(office, here.replace(hour=0, minute=0, second=0, microsecond=0)).astimezone(here.tzinfo)
    return here.date() if first.date() == here.date() else None
