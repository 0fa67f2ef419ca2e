"""Ticks: of all the clocks that ask for a job, one is enough."""

from datetime import timedelta

from storage import ticks
from storage.database import Database
from tests.company import NOON

MINUTE = timedelta(minutes=1)


async def is_fresh(database: Database, job: str, after: timedelta) -> bool:
    return await database.read(lambda session: ticks.is_fresh(session, job, MINUTE, NOON + after))


async def test_a_job_that_a_clock_asked_for_is_fresh_until_its_next_tick_nearly(database: Database) -> None:
    assert not await is_fresh(database, "digests", timedelta())
    await database.write("test", lambda session: ticks.mark(session, "digests", NOON))
    assert await is_fresh(database, "digests", timedelta())
    assert await is_fresh(database, "digests", MINUTE * 0.89)
    assert not await is_fresh(database, "digests", MINUTE * 0.9)  # a clock that ticks a little early isn't told to wait for another minute
    assert not await is_fresh(database, "weekly", timedelta())


async def test_the_latest_tick_counts(database: Database) -> None:
    await database.write("test", lambda session: ticks.mark(session, "digests", NOON))
    await database.write("test", lambda session: ticks.mark(session, "digests", NOON + MINUTE))
    assert await is_fresh(database, "digests", MINUTE)


async def test_what_a_clock_that_ran_ahead_noted_keeps_no_other_waiting(database: Database) -> None:
    await database.write("test", lambda session: ticks.mark(session, "digests", NOON + timedelta(hours=2)))
    assert not await is_fresh(database, "digests", timedelta())
