"""The time machine: a clock that can be set forward, and what must be done on the way; for the demo alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from adapters.playground.travel import Arrival, Journey, Skip
from bot.app import Application
from bot.clock import now
from bot.schedule import CAMPAIGNS, ON_DEMAND, VERDICTS, daily_at
from storage import upcoming

_HOPS: Final = 40  # that one skip makes at most: each is what happens next
_MOMENT: Final = timedelta(seconds=1)
_Work: TypeAlias = Callable[[], Awaitable[None]]


class TimeMachine:
    """A clock that is ahead of this machine's by what was skipped."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Return the time, aware, in UTC."""
        return now() + self._ahead

    def set_forward(self, to: datetime) -> None:
        """Skip to a time; one that's past already changes nothing."""
        self._ahead += max(to - self(), timedelta(0))


class Travels:
    """Skips time from one event to the next, so that what follows from each comes in its time.

    `digest_at` is when the digests of a day are sent, by the clock of `timezone`; `set_out` is awaited before a skip, `on_the_way`
    after each of those events.
    """

    def __init__(self, machine: TimeMachine, application: Application, *, digest_at: time, timezone: str, set_out: _Work, on_the_way: _Work) -> None:
        self._machine, self._application = machine, application
        self._digest_at, self._zone = digest_at, ZoneInfo(timezone)
        self._set_out, self._on_the_way = set_out, on_the_way
        self._travelling = asyncio.Lock()

    async def __call__(self, skip: Skip, journey: Journey) -> Arrival:
        """Skip an hour, a day, or to the next message that whoever skips gets."""
        async with self._travelling:
            await self._set_out()
            await self._application.tasks.idle()
            before = await self._sent()
            idle = not await self._to_the_next(journey) if skip == "next" else False
            if skip != "next":
                await self._until(self._machine() + (timedelta(hours=1) if skip == "hour" else timedelta(days=1)), journey)
            return Arrival(at=self._machine(), sent=await self._sent() - before, idle=idle)

    async def _until(self, end: datetime, journey: Journey) -> None:
        for _ in range(_HOPS):
            upcoming_at = await self._upcoming()
            if upcoming_at is None or upcoming_at > end:
                break
            await self._arrive(upcoming_at, journey)
        await self._arrive(end, journey)

    async def _to_the_next(self, journey: Journey) -> bool:
        """Hop until a message has come; tell whether there's anything left to hope for: one may lie further away than so many hops."""
        for _ in range(_HOPS):
            upcoming_at = await self._upcoming()
            if upcoming_at is None:
                return False
            await self._arrive(upcoming_at, journey)
            if journey.is_reached():
                return True
        return True

    async def _arrive(self, at: datetime, journey: Journey) -> None:
        left = self._machine()
        self._machine.set_forward(at + _MOMENT)
        journey.passes(self._machine())
        jobs = self._application.jobs
        times = {name: daily_at(name, self._digest_at) for name in jobs if name not in (CAMPAIGNS, VERDICTS, *ON_DEMAND)}
        due = [name for name, of_day in times.items() if of_day is None or self._passed(of_day, left)]
        for name in (*due, CAMPAIGNS):
            await jobs[name]("")
        await self._application.pump.drain()
        await self._on_the_way()
        for name in (CAMPAIGNS, VERDICTS):  # what follows from what was just sent, and from what just ended
            await jobs[name]("")
        await self._application.pump.drain()

    def _passed(self, daily: time, left: datetime) -> bool:
        """Tell whether a time of the day, by the company's clock, lies between when we left and now."""
        here = self._machine().astimezone(self._zone)
        today = here.replace(hour=daily.hour, minute=daily.minute, second=0, microsecond=0)
        return left < (today if today <= here else today - timedelta(days=1))

    async def _upcoming(self) -> datetime | None:
        at = self._machine()
        return await self._application.database.read(lambda session: upcoming.next_at(session, at))

    async def _sent(self) -> int:
        return await self._application.database.read(upcoming.sent)
