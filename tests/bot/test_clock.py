"""The clock: corrected to the database's, and asking for regular work."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from bot import clock
from bot.clock import DatabaseClock, Timekeeper, now
from storage.database import Database
from tests.databases import Kind

OFF = timedelta(minutes=3)


async def test_this_machines_clock_is_corrected_to_the_database_servers(database: Database, database_kind: Kind) -> None:
    ours = DatabaseClock(lambda: now() - OFF)
    assert abs(ours() - now() + OFF) < timedelta(seconds=1)
    await ours.measure(database)
    corrected = timedelta(0) if database_kind == "postgresql" else OFF  # SQLite has this machine's clock
    assert abs(now() - ours() - corrected) < timedelta(seconds=1)


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_an_answer_that_came_late_corrects_nothing(database: Database) -> None:
    ticks = iter(range(100))
    slow = DatabaseClock(lambda: datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=2 * next(ticks)))
    await slow.measure(database)
    assert slow() == datetime(2026, 11, 22, 0, 0, 4, tzinfo=UTC)


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_at_a_start_it_is_measured_again_where_the_answer_came_late(database: Database) -> None:
    late = iter([timedelta(0), timedelta(seconds=2)] * 2)
    ours = DatabaseClock(lambda: now() - OFF + next(late, timedelta(0)))
    await ours.set(database)
    assert abs(now() - ours()) < timedelta(seconds=1)


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_database_that_is_away_leaves_the_correction_as_it_was(database: Database) -> None:
    ours = DatabaseClock(lambda: now() - OFF)
    await ours.measure(database)
    await database.close()
    with capture_logs() as told:
        await ours.measure(database)
    assert [line["event"] for line in told] == ["the database's time couldn't be measured"]
    assert abs(now() - ours()) < timedelta(seconds=1)


@asynccontextmanager
async def kept() -> AsyncIterator[Timekeeper]:
    keeper = Timekeeper()
    yield keeper
    keeper.stop()
    await asyncio.sleep(0)


def ticking() -> tuple[asyncio.Event, Callable[[], Any]]:
    ticked = asyncio.Event()

    async def tick() -> None:
        ticked.set()

    return ticked, tick


async def test_regular_work_is_asked_for_at_the_start_and_then_at_its_interval() -> None:
    async with kept() as keeper:
        ticked, tick = ticking()
        keeper.every(60, tick, "sweep")
        keeper.start()
        async with asyncio.timeout(10):
            await ticked.wait()
        (job,) = keeper._scheduler.get_jobs()
        assert timedelta(seconds=50) < job.next_run_time - now() <= timedelta(seconds=60)
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)


@pytest.mark.parametrize(
    ("here", "at_once"),
    [("08:59", False), ("09:00", True), ("11:59", True), ("12:01", False), ("23:30", False)],
)
async def test_daily_work_comes_at_its_hour_and_at_a_start_that_is_not_too_late_for_it(
    here: str, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour, minute = map(int, here.split(":"))
    there = ZoneInfo("Europe/Paris")
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 3, 2, hour, minute, tzinfo=there).astimezone(UTC))
    keeper = Timekeeper()
    _, tick = ticking()
    keeper.daily(time(9), "Europe/Paris", tick, "digests", late=timedelta(hours=3))
    (job,) = keeper._scheduler.get_jobs()
    if at_once:
        assert job.next_run_time == datetime(2027, 3, 2, hour, minute, tzinfo=there)
    assert hasattr(job, "next_run_time") == at_once  # else it's reckoned when the scheduler starts, by its own clock
    assert job.trigger.get_next_fire_time(None, datetime(2027, 3, 27, 12, tzinfo=UTC)) == datetime(2027, 3, 28, 9, tzinfo=there)


def test_nothing_about_regular_work_is_kept() -> None:
    keeper = Timekeeper()
    assert isinstance(keeper._scheduler, AsyncIOScheduler)
    assert keeper._scheduler._jobstores == {}  # the default one, in memory, is made at the start
