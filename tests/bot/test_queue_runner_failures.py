"""A job of the queue that fails is told and costs no other; a daily one is run again soon, and one of a later version is left to it."""

import asyncio
from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from structlog.testing import capture_logs

from bot.schedule import DIGESTS, REQUESTS
from storage import queue
from storage.database import Database
from storage.queue import JOBS, Queued
from storage.queue_schema import conninfo
from tests.bot.queueing import NOTHING_QUEUED, Work, running, until, until_figures


class Fails:
    """A job that fails so many times, then works."""

    def __init__(self, times: int) -> None:
        self._times = times
        self.runs = 0

    async def __call__(self, _key: str) -> None:
        self.runs += 1
        if self.runs <= self._times:
            raise ValueError("broken")


async def execute(url: str, statements: str) -> None:
    """Do this in a thread: it may wait for a lock that a transaction of this very event loop holds."""
    await asyncio.to_thread(_execute, url, statements)


def _execute(url: str, statements: str) -> None:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        connection.execute(statements.encode())


async def a_while_later(url: str) -> None:
    """Let the time pass that a job waits before it's run again."""
    await asyncio.to_thread(_a_while_later, url)


def _a_while_later(url: str) -> None:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        waits = connection.execute("SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs").fetchone()
        assert waits is not None
        assert 0 < waits[0] <= 60
        connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")


async def test_a_job_that_fails_is_told_and_runs_again_when_it_is_asked_for(queue_url: str) -> None:
    broken, work = Fails(1), Work().go()
    with capture_logs() as told:
        async with running(queue_url, {REQUESTS: broken, "voices": work}) as runner:
            await runner.defer(REQUESTS, "it")
            await until(lambda: broken.runs == 1)
            await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
            await runner.defer("voices")
            await until(lambda: work.ended == [""])
            await runner.defer(REQUESTS, "it")
            await until(lambda: broken.runs == 2)
    assert [(line["event"], line["job"], line["key"]) for line in told] == [("job failed; it's run again at the next tick", REQUESTS, "it")]


async def test_a_daily_one_is_run_again_after_a_minute_thrice_at_most(queue_url: str) -> None:
    broken = Fails(99)
    with capture_logs() as told:
        async with running(queue_url, {DIGESTS: broken}) as runner:
            await runner.defer(DIGESTS)
            for runs in (1, 2, 3):
                await until(lambda runs=runs: broken.runs == runs)  # type: ignore[misc]
                await until_figures(queue_url, lambda figures: figures.waiting == {DIGESTS: 1} and not figures.running)
                await a_while_later(queue_url)
            await until(lambda: broken.runs == 4)
            await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
    again, given_up = "job failed; it's run again in a minute", "job failed; it's run again at the next tick"
    assert [line["event"] for line in told] == [again, again, again, given_up]


async def test_a_daily_one_that_works_the_second_time_is_done(queue_url: str) -> None:
    broken = Fails(1)
    async with running(queue_url, {DIGESTS: broken}) as runner:
        await runner.defer(DIGESTS)
        await until(lambda: broken.runs == 1)
        await until_figures(queue_url, lambda figures: figures.waiting == {DIGESTS: 1} and not figures.running)
        await a_while_later(queue_url)
        await until(lambda: broken.runs == 2)
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)


async def put(url: str, queued: Queued) -> None:
    async with await Database.open(url, connections=1) as database:
        await database.write("test", lambda session: queue.put(session, queued))


async def test_a_job_of_a_later_version_is_left_to_a_process_that_knows_it(queue_url: str) -> None:
    work = Work().go()
    with capture_logs() as told:
        async with running(queue_url, {REQUESTS: Work()}):
            await put(queue_url, Queued(job="coming", key="it", queue=JOBS))
            await until_figures(queue_url, lambda figures: figures.waiting == {"coming": 1} and not figures.running and bool(told))
        await a_while_later(queue_url)
        async with running(queue_url, {"coming": work}):
            await until(lambda: work.ended == ["it"])
    assert [(line["event"], line["job"]) for line in told] == [("no job has this name here; it's left to a later version", "coming")]


async def test_one_that_nobody_knows_is_dropped_after_a_few_times(queue_url: str) -> None:
    with capture_logs() as told:
        async with running(queue_url, {REQUESTS: Work()}):
            await put(queue_url, Queued(job="gone", key="it", queue=JOBS, tries=5))
            await until(lambda: bool(told))
            await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
    assert [line["log_level"] for line in told] == ["error"]
    assert "no other process took it" in told[0]["event"]


REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION refuse()
"""


async def test_a_daily_one_that_fails_while_nothing_can_be_put_back_is_not_lost(queue_url: str) -> None:
    runs = 0

    async def work(_key: str) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            await execute(queue_url, REFUSE)
            raise ValueError("broken")

    async with running(queue_url, {DIGESTS: work}) as runner:
        await runner.defer(DIGESTS)
        await until_figures(queue_url, lambda figures: runs == 1 and figures == NOTHING_QUEUED)
        await execute(queue_url, "DROP TRIGGER refuse ON procrastinate_jobs")
        await until(lambda: runs == 2)
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)


async def test_one_that_is_cut_short_while_nothing_can_be_put_back_is_done_by_another_process(queue_url: str) -> None:
    endless, elsewhere = Work(), Work().go()
    async with running(queue_url, {DIGESTS: endless}, grace=0.2) as runner:
        await runner.defer(DIGESTS)
        await until(lambda: endless.begun == [""])
        await execute(queue_url, REFUSE)
    await execute(queue_url, "DROP TRIGGER refuse ON procrastinate_jobs")
    async with running(queue_url, {DIGESTS: elsewhere}):
        await until(lambda: elsewhere.ended == [""])
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)


async def test_without_its_tables_the_queue_waits_for_them_and_says_so_once(queue_url: str) -> None:
    work, long = Work().go(), Work()
    with capture_logs() as told:
        async with running(queue_url, {REQUESTS: work, DIGESTS: long}) as runner:
            await runner.defer(DIGESTS)
            await until(lambda: long.begun == [""])
            await execute(queue_url, "ALTER SCHEMA procrastinate RENAME TO away")
            await runner.ask(REQUESTS, timedelta(minutes=1))
            await until(lambda: any("workers stopped" in line["event"] for line in told))
            long.go()
            await asyncio.sleep(3)
            await execute(queue_url, "ALTER SCHEMA away RENAME TO procrastinate")
            await runner.ask(REQUESTS, timedelta(minutes=1))
            await until(lambda: work.ended == [""])
    assert Counter(line["event"] for line in told) == {
        "the clock can't reach the queue; what it asks for is asked again": 1,
        "the queue's workers stopped; they're started again": 1,
    }


async def test_a_pooler_that_drops_what_a_connection_asks_for_at_its_start_costs_nothing(queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.queue_runner.conninfo", lambda url: make_conninfo(conninfo(url), options=""))
    work = Work().go()
    async with running(queue_url, {REQUESTS: work}) as runner:
        await runner.defer(REQUESTS, "it")
        await until(lambda: work.ended == ["it"])
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
