"""Arrivals: what reached its conversation is kept in one transaction with what does so at the same time."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.clock import Clock
from storage import acknowledging
from storage.acknowledging import Arrived
from storage.database import Database
from storage.errors import StorageError

GATHERING: Final = 0.025  # seconds that the first waits for others: what a crash leaves in doubt grows by what is sent meanwhile
_GROUP_LIMIT: Final = 64  # in one transaction

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    arrived: Arrived
    kept: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Arrivals:
    """Keeps that deliveries are there, of which nothing follows; `owner` names this process among all that share the database."""

    def __init__(self, database: Database, clock: Clock, owner: str) -> None:
        self._database, self._clock, self._owner = database, clock, owner
        self._waiting: list[_Waiting] = []
        self._writing = asyncio.Lock()
        self._hurry = asyncio.Event()

    async def keep(self, arrived: Arrived, *, at_once: bool) -> bool:
        """Keep that a delivery is there; return once that is durable, True, or False for what its caller must see to by itself.

        That is what isn't the claim's any more, what a change waits for, what somebody else holds now, and all of a group of which one was such.
        `at_once` tells that somebody waits for this one: the group is written without waiting for others.
        """
        waiting = _Waiting(arrived)
        self._waiting.append(waiting)
        if at_once or len(self._waiting) >= _GROUP_LIMIT:
            self._hurry.set()
        async with self._writing:
            if not waiting.kept.done():
                await self._write()
        return waiting.kept.result()

    async def _write(self) -> None:
        """Write what waits, once nobody else comes; whoever waits is told, even where this caller is cancelled."""
        group: list[_Waiting] = []
        kept = False
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHERING):
                    await self._hurry.wait()
            self._hurry.clear()
            group, self._waiting = self._waiting, []
            kept = await self._keep_together([waiting.arrived for waiting in group])
        finally:
            for waiting in group:
                waiting.kept.set_result(kept)

    async def _keep_together(self, several: Sequence[Arrived]) -> bool:
        at = self._clock()
        try:
            await self._database.write(f"arrivals|{self._owner}", lambda session: acknowledging.arrive_together(session, several, at))
        except StorageError:
            return False  # whatever is in the way, each by itself meets it, and tells
        except Exception:
            _LOG.exception("those that arrived together couldn't be kept so; each is by itself", number=len(several))
            return False
        return True
