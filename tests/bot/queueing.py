"""Processes that share a queue: several runners in one, and real ones that a test kills: `python -m tests.bot.queueing URL KEY…`."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.clock import DatabaseClock
from bot.queue_runner import QueueRunner
from bot.runner import Job
from bot.schedule import CHUNK, REQUESTS
from bot.tasks import Tasks
from storage import queue
from storage.database import Database
from storage.queue import QueueFigures

NOTHING_QUEUED = QueueFigures(waiting={}, running={}, stalled=0, oldest_seconds=None)
SECONDS = 15.0


@dataclass(slots=True)
class Work:
    """A job that waits until it's let go, and counts, over all the runners that have it."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    at_once: dict[str, int] = field(default_factory=dict)
    most_at_once: dict[str, int] = field(default_factory=dict)

    async def __call__(self, key: str) -> None:
        self.begun.append(key)
        for name in {key, ""}:
            self.at_once[name] = self.at_once.get(name, 0) + 1
            self.most_at_once[name] = max(self.most_at_once.get(name, 0), self.at_once[name])
        try:
            await self.gate.wait()
            self.ended.append(key)
        finally:
            for name in {key, ""}:
                self.at_once[name] -= 1

    def go(self) -> "Work":
        self.gate.set()
        return self


@asynccontextmanager
async def running(
    url: str, jobs: Mapping[str, Job], *, on_duty: Callable[[], bool] = lambda: True, at_once: int = 4, grace: float = 10.0
) -> AsyncIterator[QueueRunner]:
    """Run a runner as the application does: it's closed first, then whatever still runs is cancelled."""
    tasks = Tasks()
    async with await Database.open(url) as database:
        try:
            async with QueueRunner(
                url, database, jobs, clock=DatabaseClock(), at_once=at_once, on_duty=on_duty, singly={CHUNK}, grace=grace
            ) as runner:
                tasks.spawn(runner.run())
                yield runner
        finally:
            await tasks.close(0.0)


async def until(holds: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait until something holds: these are real processes, with real seconds."""
    late = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < late, "it didn't come to it"
        await asyncio.sleep(0.02)


async def until_figures(url: str, holds: Callable[[QueueFigures], bool], seconds: float = SECONDS) -> QueueFigures:
    """Wait until the queue stands so."""
    late = time.monotonic() + seconds
    async with await Database.open(url, connections=1) as database:
        while not holds(figures := await database.read(queue.figures)):
            assert time.monotonic() < late, f"it didn't come to it: {figures}"
            await asyncio.sleep(0.05)
    return figures


async def _hang(url: str, keys: list[str]) -> None:
    """Defer a job for each key, and begin each without ever ending it; say which were begun."""
    begun = asyncio.Event()

    async def forever(key: str) -> None:
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()
        await begun.wait()

    async with running(url, {REQUESTS: forever}) as runner:
        for key in keys:
            await runner.defer(REQUESTS, key)
        await begun.wait()


if __name__ == "__main__":
    asyncio.run(_hang(sys.argv[1], sys.argv[2:]))
