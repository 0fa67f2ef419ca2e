"""Evidence from our own tables: cards opened, questions that went to the right function, services used; and stages that are lost."""

from datetime import timedelta
from typing import Final

from bot.clock import Clock
from storage import Session, evidence, evidence_sources
from storage.database import Database
from storage.evidence_sources import Mark

GATHERING: Final = "evidence"  # the keys under which each table is read, one page a transaction
LOSING: Final = "standings"
_AT_ONCE: Final = 500  # standings of one transaction


class Gathering:
    """Two coarse jobs, each of which may be done twice to no effect. `lasts` is how long a stage holds without new evidence."""

    def __init__(self, database: Database, clock: Clock, *, lasts: timedelta) -> None:
        self._database, self._clock, self._lasts = database, clock, lasts

    async def gather(self) -> None:
        """Take in what was done since the last look."""
        for source in evidence_sources.SOURCES:
            mark = await self._page(source, None)
            while mark is not None:
                mark = await self._page(source, mark)

    async def lose(self) -> None:
        """Move down whoever left no evidence for too long."""
        at = self._clock()

        def losing(session: Session) -> int:
            return evidence.lose(session, at, _AT_ONCE, lasts=self._lasts)

        while await self._database.write(LOSING, losing):
            pass

    async def _page(self, source: str, begins: Mark | None) -> Mark | None:
        def taking_in(session: Session) -> Mark | None:
            return evidence_sources.take_in(session, source, begins, self._clock(), lasts=self._lasts)

        return await self._database.write(f"{GATHERING}|{source}", taking_in)
