"""What owners and reporters hear of their own accord: the digest of each function, and that a correction was taken."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from bot.gaps import Gaps
from bot.telling import Telling, working_day
from dialogs.correction import told
from dialogs.digest import digest, planned
from dialogs.relay import route
from storage import Session, bindings, corrections, deliveries, gaps, requests, roles

TOLD_WITHIN: Final = timedelta(days=7)  # a correction that's older would only puzzle
_TELLING: Final = "corrections"  # the key under which reporters are told

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass
class Digests(Telling):
    """Two coarse jobs: the digest of each day, and that a correction was taken."""

    async def send(self) -> None:
        """Plan the digest of each function for which something waits: to its channel, else to its owner. On days off, nothing."""
        at = self.clock()
        today = working_day(self.office(at), at)
        if today is None:
            return
        await Gaps(self.database, self.knowledge).gather()
        count = await self.database.write("digests", lambda session: self._plan(session, at, today))
        if count:
            _LOG.info("digests planned", count=count)
            self.planned()

    async def tell(self) -> None:
        """Tell the authors of corrections that were taken."""
        at = self.clock()
        count = await self.database.write(_TELLING, lambda session: self._tell(session, at))
        if count:
            _LOG.info("corrections told", count=count)
            self.planned()

    def _plan(self, session: Session, at: datetime, today: date) -> int:
        catalogue = self.knowledge.current.catalogue
        desks, keepers = bindings.desks(session), roles.keepers(session, catalogue, self.admins)
        found, count = gaps.open_gaps(session), 0
        for function in catalogue.functions:
            way = route(desks, {function.slug: keepers.get(function.slug, ())}, function.slug, None, self.language)
            to = way.desk or way.keeper
            if to is None:
                continue
            waiting = len(requests.waiting_for(session, function.slug))
            theirs = [gap for gap in found if gap.function == function.slug]
            message = digest(self.texts[way.language], function, theirs, waiting, today)
            delivery = planned(catalogue, function.slug, to, message, today) if message else None
            count += delivery is not None and deliveries.plan(session, delivery, at)
        return count

    def _tell(self, session: Session, at: datetime) -> int:
        found = corrections.taken(session, at - TOLD_WITHIN)
        for taken in found:
            language = taken.language or self.language
            delivery = told(self.texts, self.knowledge.current.catalogue, taken.report, taken.person, taken.sheet, language)
            deliveries.plan(session, delivery, at)
        corrections.mark_told(session, [taken.report for taken in found], at)
        return len(found)
