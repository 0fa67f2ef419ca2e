"""PostgreSQL goes away and comes back: the queue goes on by itself, nothing runs twice for it, and nobody is told more than once."""

import asyncio
import signal
from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from structlog.testing import capture_logs

from bot.schedule import DIGESTS, REQUESTS
from storage import schema
from storage.errors import UnavailableError
from storage.queue import STALLED
from storage.queue_schema import conninfo
from tests.bot.queueing import NOTHING_QUEUED, Work, running, until, until_figures
from tests.databases import Server, find_programs, start_again, stop_server

ASKED_IN_VAIN = "the clock can't reach the queue; what it asks for is asked again"
STOPPED = "the queue's workers stopped; they're started again"


async def stop(server: Server) -> None:
    server.process.send_signal(signal.SIGINT)  # what was committed is kept, without fsync too
    await asyncio.to_thread(server.process.wait, 10)


async def start(server: Server) -> Server:
    programs = find_programs()
    assert programs is not None
    return await asyncio.to_thread(start_again, programs, server.folder)


async def test_jobs_go_on_by_themselves_once_postgresql_is_back_and_what_ran_through_it_is_not_run_again(postgresql_to_stop: Server) -> None:
    url = postgresql_to_stop.make("pourqui")
    schema.upgrade(url, queue=True)
    hour, long, work = timedelta(hours=1), Work(), Work().go()
    jobs = {REQUESTS: long, DIGESTS: work}
    with capture_logs() as told:
        async with running(url, jobs, grace=20) as one, running(url, jobs, grace=20):
            await one.defer(REQUESTS, "long")
            await until(lambda: long.begun == ["long"])
            await stop(postgresql_to_stop)
            daily = asyncio.get_running_loop().create_task(one.ask(DIGESTS, hour))
            for _ in range(3):
                await one.ask(REQUESTS, hour)
            with pytest.raises(UnavailableError):
                await one.defer(DIGESTS)
            await asyncio.sleep(STALLED.total_seconds() + 1)  # nobody could say for so long that he's alive
            server = await start(postgresql_to_stop)
            await daily  # it asks until somebody hears it: the next time would be tomorrow
            await until(lambda: work.ended == [""])
            await asyncio.sleep(2.5)
            assert long.begun == ["long"]
            long.go()
            await until_figures(url, lambda figures: figures == NOTHING_QUEUED)
        stop_server(server)
    assert long.begun == ["long"]
    assert Counter(line["event"] for line in told) == {ASKED_IN_VAIN: 1, STOPPED: 2}  # one of each process


async def test_connections_that_are_cut_cost_nothing(queue_url: str) -> None:
    work = Work().go()
    async with running(queue_url, {REQUESTS: work}) as runner:
        for number in range(3):
            await runner.defer(REQUESTS, f"{number}")
            await until(lambda number=number: len(work.ended) > number)  # type: ignore[misc]
            with psycopg.connect(conninfo(queue_url), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        await runner.defer(REQUESTS, "last")
        await until(lambda: "last" in work.ended)
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
