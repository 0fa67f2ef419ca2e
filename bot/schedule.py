"""The schedule: which coarse jobs there are, and how often the clock asks for each."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import time, timedelta
from functools import partial
from typing import Final

from bot.clock import Timekeeper
from bot.runner import Job, Runner

EXPIRE: Final = "expire"  # claims whose lease went by become unknown
RECONCILE: Final = "reconcile"  # what is unknown is looked for
SWEEP: Final = "sweep"  # replies that a crash held back go to the ledger
REQUESTS: Final = "requests"  # experts and owners are reminded
PROMPTS: Final = "prompts"  # what isn't answered on a closing message is asked apart, after a while
CORRECTIONS: Final = "corrections"  # whoever proposed one hears that it was taken
PUBLISH: Final = "publish"  # the scores of what is over for good are published
FIGURES: Final = "figures"  # the ledger's counts go to /metrics
FLEET: Final = "fleet"  # so does who is alive, how old the leases are, what is queued
EXPORTS: Final = "exports"  # the files that were asked for in chat are made
VOICES: Final = "voices"  # what was said without a name is passed on, once enough of it has come together
RETENTION: Final = "retention"  # what has been kept for its time goes
THEMES: Final = "themes"  # the comments of a published period are grouped
WARNINGS: Final = "warnings"  # a function hears that its trace falls, or that a problem is mentioned more
WEEKLY: Final = "weekly"  # each function's channel hears of its traces, once a week
EVIDENCE: Final = "evidence"  # what people did of their own accord shows where they stand
STANDINGS: Final = "standings"  # whoever left no evidence for too long moves down
CAMPAIGNS: Final = "campaigns"  # campaigns begin, are planned, move on, end
CHUNK: Final = "chunk"  # one chunk of a campaign's audience is planned; its key is CAMPAIGN|NUMBER
VERDICTS: Final = "verdicts"  # what a campaign came to is posted to its function's channel
DIGESTS: Final = "digests"  # each function's channel hears what waits for it, once a day

_SECONDS: Final[Mapping[str, float]] = {EXPIRE: 5, EXPORTS: 5, FLEET: 5, CAMPAIGNS: 10, RECONCILE: 30, PUBLISH: 3600}
_EVERY: Final = 60.0  # seconds, of all others
_MORNINGS: Final = (DIGESTS, VOICES, WEEKLY, WARNINGS)
_NIGHTLY: Final = (RETENTION, STANDINGS)
ON_DEMAND: Final = (CHUNK,)  # no clock asks for these
LOCAL: Final = (FIGURES, FLEET)  # each process does these for itself
_NIGHT: Final = time(3)
_NIGHT_LATE: Final = timedelta(hours=20)  # a process that is off at night lets go when it starts
_DIGEST_LATE: Final = timedelta(hours=3)  # a start soon after the hour still sends the day's; the evening is too late for it


def daily_at(name: str, digest_at: time) -> time | None:
    """Return at what time of the day a job is asked for, None for one that's asked for all day long."""
    if name in _NIGHTLY:
        return _NIGHT
    return digest_at if name in _MORNINGS else None


def job(work: Callable[[], Awaitable[None]]) -> Job:
    """Return a job that has no key."""

    async def keyless(_key: str) -> None:
        await work()

    return keyless


def keep_time(timekeeper: Timekeeper, runner: Runner, local: Runner, jobs: Mapping[str, Job], *, digest_at: time, timezone: str) -> None:
    """Have the clock ask for each job, those of the day at their time: `runner`, or `local` for what each process does for itself."""
    for name in jobs:
        if name in ON_DEMAND:
            continue
        at, asked = daily_at(name, digest_at), local if name in LOCAL else runner
        if at is None:
            seconds = _SECONDS.get(name, _EVERY)
            timekeeper.every(seconds, partial(asked.ask, name, timedelta(seconds=seconds)), name)
        else:
            late = _NIGHT_LATE if name in _NIGHTLY else _DIGEST_LATE
            timekeeper.daily(at, timezone, partial(asked.ask, name, late), name, late=late)
