"""Workers that end: what they have under way ends first, or is done by another process; be they closed, or killed."""

import asyncio
import subprocess
import sys
import time

from structlog.testing import capture_logs

from bot.schedule import REQUESTS
from storage.queue import STALLED
from tests.bot.queueing import NOTHING_QUEUED, Work, running, until, until_figures


def a_process(url: str, *keys: str) -> "subprocess.Popen[str]":
    """Start a process that does a job for each key, and never ends one; return it once it began them all."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bot.queueing", url, *keys], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert sorted(process.stdout.readline().strip() for _ in keys) == sorted(keys)
    return process


async def test_what_a_killed_process_had_under_way_another_one_does_once(queue_url: str) -> None:
    doomed = await asyncio.to_thread(a_process, queue_url, "a", "b", "c")
    work = Work()
    with capture_logs() as told:
        async with running(queue_url, {REQUESTS: work}) as one, running(queue_url, {REQUESTS: work}):
            await one.defer(REQUESTS, "a")  # it waits for the one that runs
            await asyncio.sleep(2)
            assert work.begun == []
            doomed.kill()
            killed = time.monotonic()
            await asyncio.to_thread(doomed.communicate)
            await until(lambda: sorted(work.begun) == ["a", "b", "c"])
            assert time.monotonic() - killed < 12
            work.go()
            await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
    assert sorted(work.begun) == ["a", "b", "c"]
    assert sum(line["jobs"] for line in told if line["event"] == "jobs whose worker is gone are run again") == 3


async def test_closing_lets_what_runs_end_and_nobody_takes_it_for_dead_meanwhile(queue_url: str) -> None:
    work, elsewhere = Work(), Work().go()
    others_turn = False
    async with running(queue_url, {REQUESTS: elsewhere}, on_duty=lambda: others_turn):
        async with running(queue_url, {REQUESTS: work}) as runner:
            await runner.defer(REQUESTS, "long")
            await until(lambda: work.begun == ["long"])
            others_turn = True
            closing = asyncio.get_running_loop().create_task(runner.__aexit__(None, None, None))
            await asyncio.sleep(STALLED.total_seconds() + 4)  # a second until it's on duty, five until it rescues, two until it looks again
            assert not closing.done()
            work.go()
            await closing
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
    assert (work.ended, elsewhere.begun) == (["long"], [])


async def test_what_does_not_end_in_time_goes_back_to_the_queue(queue_url: str) -> None:
    work = Work()
    with capture_logs() as told:
        async with running(queue_url, {REQUESTS: work}, grace=0.2) as runner:
            await runner.defer(REQUESTS, "endless")
            await until(lambda: work.begun == ["endless"])
            await runner.defer(REQUESTS, "endless")
    assert work.ended == []
    assert [line["event"] for line in told] == ["job cut short, since its worker ends; another one runs it again"]
    await until_figures(queue_url, lambda figures: (figures.waiting, figures.running) == ({REQUESTS: 1}, {}))
    work.go()
    async with running(queue_url, {REQUESTS: work}):
        await until(lambda: work.ended == ["endless"])
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
