"""The runner: coarse jobs (reconcile, remind, sweep…), each found again from our tables, so that one that was lost is only late."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol, TypeAlias

import structlog

from storage.errors import UnavailableError
from storage.queue import QueueFigures

Job: TypeAlias = Callable[[str], Awaitable[None]]  # idempotent; the key says on what it works

_SELDOM: Final = timedelta(hours=1)  # between two ticks, from which on a job that met an outage doesn't wait for the next one
_ANEW: Final = 60.0  # seconds after which it's tried again

_LOG = structlog.stdlib.get_logger(__name__)


class Runner(Protocol):
    """Who runs coarse jobs: this process, or workers of their own."""

    async def defer(self, job: str, key: str = "") -> None:
        """Have a job run soon, by its name; the same job and key never run twice at once. Raises LookupError for a name that nobody registered."""

    async def ask(self, job: str, apart: timedelta) -> None:
        """Have a job run that a clock asks for, unless one asked less than `apart` ago, nearly: every process has its clock."""

    async def figures(self) -> QueueFigures | None:
        """Return how the queue stands that all processes share, None where there's none. Raises UnavailableError."""


class InProcessRunner:
    """Runs jobs in this process. A job that fails is logged, and run again when somebody asks for it: at the clock's next tick.

    While it isn't `on_duty`, what is asked for is left to whoever asks next. A database that goes away is logged once, until a job is done again:
    twenty jobs that tick would say it twenty times. What is asked for once a day is tried again, `anew` seconds later, until it's back.
    """

    def __init__(
        self,
        jobs: Mapping[str, Job],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        *,
        on_duty: Callable[[], bool] = lambda: True,
        anew: float = _ANEW,
    ) -> None:
        self._jobs = jobs
        self._spawn = spawn
        self._on_duty = on_duty
        self._anew = anew
        self._seldom: set[str] = set()
        self._running: set[tuple[str, str]] = set()
        self._again: set[tuple[str, str]] = set()
        self._refusals = 0  # how often the database was away
        self._away = False

    async def defer(self, job: str, key: str = "") -> None:
        """Run a job in the background; one that runs already is run once more after it, since it may have looked already."""
        if job not in self._jobs:
            raise LookupError(f"no job is called {job!r}: there are {', '.join(sorted(self._jobs))}")
        if not self._on_duty():
            return
        if (job, key) in self._running:
            self._again.add((job, key))
            return
        self._running.add((job, key))
        self._spawn(self._run(job, key))

    async def ask(self, job: str, apart: timedelta) -> None:
        """Run a job in the background: there's one clock here, which keeps its time."""
        if apart >= _SELDOM:
            self._seldom.add(job)
        await self.defer(job)

    async def figures(self) -> QueueFigures | None:
        """Return that there's no queue: a job begins as soon as it's asked for."""
        return None

    async def _run(self, job: str, key: str) -> None:
        one = (job, key)
        try:
            again = True
            while again:
                is_done = await self._do(job, key)
                again = one in self._again
                self._again.discard(one)
                if not is_done and job in self._seldom:
                    await asyncio.sleep(self._anew)
                    again = True
        finally:
            self._running.discard(one)

    async def _do(self, job: str, key: str) -> bool:
        """Do a job; tell whether it could be tried at all: False where the database is away."""
        refusals = self._refusals
        try:
            await self._jobs[job](key)
        except UnavailableError as error:
            self._refusals += 1
            if not self._away:
                _LOG.warning("jobs can't reach the database; they're run again once they can", job=job, key=key, reason=str(error))
            self._away = True
            return False
        except Exception:
            _LOG.exception("job failed; it's run again at the next tick", job=job, key=key)
        else:
            if refusals == self._refusals:  # one that had read before the database went proves nothing
                self._away = False
        return True
