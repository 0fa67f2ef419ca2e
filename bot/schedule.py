"""The schedule: which coarse jobs there are, and how often the clock asks for each."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import time, timedelta
from functools import partial
from typing import Final

from bot.clock import Timekeeper
from bot.metrics import Metrics
from bot.runner import Job, Runner
from storage import deliveries
from storage.database import Database

EXPIRE: Final = "expire"  # claims whose lease went by become unknown
RECONCILE: Final = "reconcile"  # what is unknown is looked for
SWEEP: Final = "sweep"  # replies that a crash held back go to the ledger
REQUESTS: Final = "requests"  # experts and owners are reminded
PROMPTS: Final = "prompts"  # what isn't answered on a closing message is asked apart, after a while
CORRECTIONS: Final = "corrections"  # whoever proposed one hears that it was taken
PUBLISH: Final = "publish"  # the scores of what is over for good are published
FIGURES: Final = "figures"  # the ledger's counts go to /metrics
EXPORTS: Final = "exports"  # the files that were asked for in chat are made
VOICES: Final = "voices"  # what was said without a name is passed on, once enough of it has come together
RETENTION: Final = "retention"  # what has been kept for its time goes
THEMES: Final = "themes"  # the comments of a published period are grouped
WARNINGS: Final = "warnings"  # a function hears that its trace falls, or that a problem is mentioned more
WEEKLY: Final = "weekly"  # each function's channel hears of its traces, once a week
DIGESTS: Final = "digests"  # each function's channel hears what waits for it, once a day

_SECONDS: Final[Mapping[str, float]] = {EXPIRE: 5, EXPORTS: 5, RECONCILE: 30, PUBLISH: 3600}
_EVERY: Final = 60.0  # seconds, of all others
_NIGHT: Final = time(3)
_NIGHT_LATE: Final = timedelta(hours=20)  # a process that is off at night lets go when it starts
_DIGEST_LATE: Final = timedelta(hours=3)  # a start soon after the hour still sends the day's; the evening is too late for it


def job(work: Callable[[], Awaitable[None]]) -> Job:
    """Return a job that has no key."""

    async def keyless(_key: str) -> None:
        await work()

    return keyless


def figures(database: Database, metrics: Metrics) -> Job:
    """Return the job that shows how the ledger stands."""

    async def show() -> None:
        metrics.show_ledger(await database.read(deliveries.counts))

    return job(show)


def keep_time(timekeeper: Timekeeper, runner: Runner, jobs: Mapping[str, Job], *, digest_at: time, timezone: str) -> None:
    """Have the clock ask for each job; those of the day at their time."""
    for name in jobs:
        if name in (DIGESTS, VOICES, WEEKLY, WARNINGS):
            timekeeper.daily(digest_at, timezone, partial(runner.defer, name), name, late=_DIGEST_LATE)
        elif name == RETENTION:
            timekeeper.daily(_NIGHT, timezone, partial(runner.defer, name), name, late=_NIGHT_LATE)
        else:
            timekeeper.every(_SECONDS.get(name, _EVERY), partial(runner.defer, name), name)
