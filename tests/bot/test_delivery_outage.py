"""A database that goes away while a message is on its way: what became of it is kept once it's back, or found out."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.delivery import ACKNOWLEDGE_SECONDS, HUSH
from storage.database import Database
from storage.errors import UnavailableError
from storage.reconciling import DOUBT
from storage.sending import DELIVERY_LEASE
from tests.bot.simulated import Mortal, Time, channel, plan, pump, reconciler, slack, standing, to_say
from tests.company import NOON


class Outage:
    """The database is away for some seconds, from the first time on that something is to be acknowledged."""

    def __init__(self, time: Time, seconds: float) -> None:
        self._time, self._seconds = time, seconds
        self._until: float | None = None

    def __call__(self, step: str) -> None:
        if step in ("before arrivals", "before acknowledged") and self._until is None:
            self._until = self._time.monotonic() + self._seconds
        if self._until is not None and self._time.monotonic() < self._until:
            raise UnavailableError("the database doesn't answer")


async def test_what_became_of_a_message_is_kept_once_the_database_is_back(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("word", channel("C1")), to_say("next", channel("C1"), lane="a"))
    with capture_logs() as told:
        await pump(Mortal(database, Outage(time, ACKNOWLEDGE_SECONDS - 1)), platform, time=time).drain()
    assert platform.texts() == ["word", "next"]
    assert await standing(database) == {"word": ("sent", None), "next": ("sent", None)}
    assert [line["event"] for line in told] == ["the pump can't reach the database; it goes on once it can"]


async def test_an_outage_that_lasts_leaves_it_unknown_and_it_is_looked_for(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("word"))
    sender = pump(Mortal(database, Outage(time, ACKNOWLEDGE_SECONDS + 60)), platform, time=time)
    with capture_logs() as told:
        with pytest.raises(UnavailableError):
            await sender.drain()
        time.passes(seconds=DELIVERY_LEASE.total_seconds() + 60)
        look = reconciler(database, platform, time=time)
        await look.expire()
        assert await standing(database) == {"word": ("unknown", "interrupted")}
        time.passes(seconds=DOUBT.total_seconds())
        await look.look()
        await sender.drain()
    assert await standing(database) == {"word": ("sent", None)}
    assert platform.texts() == ["word"]
    assert "what became of a delivery couldn't be kept" in [line["event"] for line in told]


async def test_who_may_just_have_been_apologised_to_gets_nothing_else_at_once(database: Database) -> None:
    time = Time()
    platform = slack(time)
    failures = iter([UnavailableError("the database doesn't answer")])

    def away_once(_step: str) -> None:
        for failure in failures:
            raise failure

    await plan(database, time(), to_say("word"))
    sender = pump(Mortal(database, away_once), platform, time=time)
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        group.create_task(sender.run())
        while not platform.posted:
            sender.nudge()
            await asyncio.sleep(0.01)
        await sender.close(5.0)  # not cancelled: what is cut off while it connects would leave its connection open
    assert (platform.posted[0].asked_at - NOON).total_seconds() == HUSH
    assert next(failures, None) is None
