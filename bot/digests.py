"""What owners and reporters hear of their own accord: the digest of each function, and that a correction was taken."""

from collections.abc import Callable, Mapping, Set
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.gaps import Gaps
from bot.knowledge import Knowledge
from dialogs.catalog import Language
from dialogs.correction import told
from dialogs.digest import digest, planned
from dialogs.relay import route
from dialogs.texts import Texts
from dialogs.working_time import WorkingHours, opening
from storage import Session, bindings, corrections, deliveries, gaps, requests, roles
from storage.database import Database

TOLD_WITHIN: Final = timedelta(days=7)  # a correction that's older would only puzzle
_TELLING: Final = "corrections"  # the key under which reporters are told

_LOG = structlog.stdlib.get_logger(__name__)


class Digests:
    """Two coarse jobs, each of which may be done twice, by several processes at once, to no effect.

    `office` returns the company's working hours around a time; `planned` is called when something was planned.
    """

    def __init__(
        self,
        database: Database,
        knowledge: Knowledge,
        texts: Mapping[Language, Texts],
        *,
        language: Language,
        office: Callable[[datetime], WorkingHours],
        clock: Clock,
        planned: Callable[[], None],
        admins: Set[str] = frozenset(),
    ) -> None:
        self._database = database
        self._knowledge = knowledge
        self._gaps = Gaps(database, knowledge)
        self._texts = texts
        self._language = language
        self._office = office
        self._clock = clock
        self._planned = planned
        self._admins = admins

    async def send(self) -> None:
        """Plan the digest of each function for which something waits: to its channel, else to its owner. On days off, nothing."""
        at = self._clock()
        today = working_day(self._office(at), at)
        if today is None:
            return
        await self._gaps.gather()
        count = await self._database.write("digests", lambda session: self._plan(session, at, today))
        if count:
            _LOG.info("digests planned", count=count)
            self._planned()

    async def tell(self) -> None:
        """Tell the authors of corrections that were taken."""
        at = self._clock()
        count = await self._database.write(_TELLING, lambda session: self._tell(session, at))
        if count:
            _LOG.info("corrections told", count=count)
            self._planned()

    def _plan(self, session: Session, at: datetime, today: date) -> int:
        catalogue = self._knowledge.current.catalogue
        desks, keepers = bindings.desks(session), roles.keepers(session, catalogue, self._admins)
        found, count = gaps.open_gaps(session), 0
        for function in catalogue.functions:
            way = route(desks, {function.slug: keepers.get(function.slug, ())}, function.slug, None, self._language)
            to = way.desk or way.keeper
            if to is None:
                continue
            waiting = len(requests.waiting_for(session, function.slug))
            theirs = [gap for gap in found if gap.function == function.slug]
            message = digest(self._texts[way.language], function, theirs, waiting, today)
            delivery = planned(catalogue, function.slug, to, message, today) if message else None
            count += delivery is not None and deliveries.plan(session, delivery, at)
        return count

    def _tell(self, session: Session, at: datetime) -> int:
        found = corrections.taken(session, at - TOLD_WITHIN)
        for taken in found:
            language = taken.language or self._language
            delivery = told(self._texts, self._knowledge.current.catalogue, taken.report, taken.person, taken.sheet, language)
            deliveries.plan(session, delivery, at)
        corrections.mark_told(session, [taken.report for taken in found], at)
        return len(found)


def working_day(office: WorkingHours, at: datetime) -> date | None:
    """Return the day of a time by the office's clock, None where it's a day off."""
    here = at.astimezone(ZoneInfo(office.timezone))
    first = opening(office, here.replace(hour=0, minute=0, second=0, microsecond=0)).astimezone(here.tzinfo)
    return here.date() if first.date() == here.date() else None
