"""The runner: coarse jobs (reconcile, remind, sweep…), each found again from our tables, so that one that was lost is only late."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeAlias

import structlog

Job: TypeAlias = Callable[[str], Awaitable[None]]  # idempotent; the key says on what it works

_LOG = structlog.stdlib.get_logger(__name__)


class Runner(Protocol):
    """Who runs coarse jobs: this process, or workers of their own."""

    async def defer(self, job: str, key: str = "") -> None:
        """Have a job run soon, by its name; the same job and key never run twice at once. Raises LookupError for a name that nobody registered."""


class InProcessRunner:
    """Runs jobs in this process. A job that fails is logged, and run again when somebody asks for it: at the clock's next tick."""

    def __init__(self, jobs: Mapping[str, Job], spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._jobs = jobs
        self._spawn = spawn
        self._running: set[tuple[str, str]] = set()
        self._again: set[tuple[str, str]] = set()

    async def defer(self, job: str, key: str = "") -> None:
        """Run a job in the background; one that runs already is run once more after it, since it may have looked already."""
        if job not in self._jobs:
            raise LookupError(f"no job is called {job!r}: there are {', '.join(sorted(self._jobs))}")
        if (job, key) in self._running:
            self._again.add((job, key))
            return
        self._running.add((job, key))
        self._spawn(self._run(job, key))

    async def _run(self, job: str, key: str) -> None:
        one = (job, key)
        try:
            again = True
            while again:
                try:
                    await self._jobs[job](key)
                except Exception:
                    _LOG.exception("job failed; it's run again at the next tick", job=job, key=key)
                again = one in self._again
                self._again.discard(one)
        finally:
            self._running.discard(one)
