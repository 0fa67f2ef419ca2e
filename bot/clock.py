"""The clock: the one place that asks what time it is, and what asks for regular work."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage import schema
from storage.database import Database
from storage.errors import StorageError

Clock: TypeAlias = Callable[[], datetime]  # aware, UTC
Sleep: TypeAlias = Callable[[float], Awaitable[None]]  # seconds

_TRUSTED = timedelta(seconds=1)  # an answer that took longer says little about what time it is there
_TRIES = 5

_LOG = structlog.stdlib.get_logger(__name__)


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


class DatabaseClock:
    """A clock corrected to the database's, so that processes on several machines agree on what is due and on whose lease went by."""

    def __init__(self, clock: Clock = now) -> None:
        self._clock = clock
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        """Return the database's time, as far as was measured: this machine's own until then, and with SQLite."""
        return self._clock() + self._offset

    async def set(self, database: Database) -> None:
        """Measure the offset at a start, some times where the database answers late: who goes by a wrong clock takes those who are there for gone."""
        for _ in range(_TRIES):
            if await self._measured(database):
                return

    async def measure(self, database: Database) -> None:
        """Measure the offset anew; where the database doesn't answer, or answers late, the former one stands."""
        await self._measured(database)

    async def _measured(self, database: Database) -> bool:
        asked = self._clock()
        try:
            told = await database.read(schema.time_of)
        except StorageError as error:
            _LOG.warning("the database's time couldn't be measured", reason=str(error))
            return False
        took = self._clock() - asked
        if told is not None and took <= _TRUSTED:
            self._offset = told - (asked + took / 2)
        return told is None or took <= _TRUSTED


class Timekeeper:
    """Asks for regular work, and does none itself: each process has its own, and nothing about it is kept (an APScheduler job store is never shared).

    What it calls must be idempotent, and find its work in our tables: every process calls it.
    """

    def __init__(self) -> None:
        # late is better than never, and once is enough for all that were missed
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})

    def every(self, seconds: float, tick: Callable[[], Awaitable[None]], name: str) -> None:
        """Call `tick` at the start, then every so many seconds."""
        self._scheduler.add_job(tick, "interval", seconds=seconds, id=name, next_run_time=now())

    def daily(self, at: time, timezone: str, tick: Callable[[], Awaitable[None]], name: str, *, late: timedelta) -> None:
        """Call `tick` each day at that time by the clock of `timezone` (IANA); at the start too, where today's is `late` at most."""
        here = now().astimezone(ZoneInfo(timezone))
        missed = timedelta(0) <= here - datetime.combine(here.date(), at, here.tzinfo) <= late
        first = {"next_run_time": here} if missed else {}
        self._scheduler.add_job(tick, "cron", hour=at.hour, minute=at.minute, timezone=timezone, id=name, **first)

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing from now on."""
        self._scheduler.shutdown(wait=False)
