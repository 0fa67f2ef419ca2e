"""The runner of several machines: what is deferred runs, each job once at a time, over all the processes that share the queue."""

import asyncio
from datetime import timedelta

import pytest

from bot.queue_runner import look_at
from bot.runner import Job
from bot.schedule import CHUNK, DIGESTS, REQUESTS
from storage.errors import UnavailableError
from storage.queue import QueueFigures
from tests.bot.queueing import NOTHING_QUEUED, Work, running, until, until_figures
from tests.databases import Server


async def test_a_deferred_job_runs_and_leaves_nothing_in_the_queue(queue_url: str) -> None:
    work = Work().go()
    async with running(queue_url, {REQUESTS: work}) as runner:
        await runner.defer(REQUESTS, "it")
        await until(lambda: work.ended == ["it"])
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)


async def test_jobs_are_looked_up_when_they_run_since_they_are_wired_after_the_runner(queue_url: str) -> None:
    work = Work().go()
    jobs: dict[str, Job] = {}
    async with running(queue_url, jobs) as runner:
        jobs[REQUESTS] = work
        await runner.defer(REQUESTS)
        await until(lambda: work.ended == [""])


async def test_one_that_waits_stands_for_those_that_are_asked_for_meanwhile(queue_url: str) -> None:
    work, on_duty = Work().go(), False
    async with running(queue_url, {REQUESTS: work}, on_duty=lambda: on_duty) as runner:
        for _ in range(3):
            await runner.defer(REQUESTS, "it")
        await runner.defer(REQUESTS, "finance")
        figures = await runner.figures()
        assert figures.waiting == {REQUESTS: 2}
        assert figures.oldest_seconds is not None
        on_duty = True
        await until(lambda: sorted(work.ended) == ["finance", "it"])
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
    assert sorted(work.begun) == ["finance", "it"]


async def test_one_that_runs_is_run_once_more_since_it_may_have_looked_already(queue_url: str) -> None:
    work = Work()
    async with running(queue_url, {REQUESTS: work}) as runner:
        await runner.defer(REQUESTS, "it")
        await until(lambda: work.begun == ["it"])
        for _ in range(3):
            await runner.defer(REQUESTS, "it")
        await asyncio.sleep(1.2)  # a worker looks each second
        assert work.begun == ["it"]
        assert (await runner.figures()).running == {REQUESTS: 1}
        work.go()
        await until(lambda: work.ended == ["it", "it"])
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
    assert work.most_at_once["it"] == 1


async def test_two_processes_share_the_work_and_never_do_the_same_at_once(queue_url: str) -> None:
    work = Work()
    async with running(queue_url, {REQUESTS: work}, at_once=2) as one, running(queue_url, {REQUESTS: work}, at_once=2) as other:
        for runner in (one, other):
            for key in ("a", "b", "c", "d", "e"):
                await runner.defer(REQUESTS, key)
        await until(lambda: work.at_once[""] == 4)
        for key in ("a", "b", "c", "d", "e"):
            await other.defer(REQUESTS, key)
        work.go()
        await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
    assert work.most_at_once == {"": 4, "a": 1, "b": 1, "c": 1, "d": 1, "e": 1}
    assert sorted(set(work.begun)) == ["a", "b", "c", "d", "e"]


async def test_each_process_does_one_chunk_at_a_time_and_its_other_jobs_beside_it(queue_url: str) -> None:
    chunks, work = Work(), Work().go()
    jobs = {CHUNK: chunks, REQUESTS: work}
    async with running(queue_url, jobs) as one, running(queue_url, jobs):
        for number in range(4):
            await one.defer(CHUNK, f"hello|{number}")
        await until(lambda: chunks.at_once.get("") == 2)
        await one.defer(REQUESTS)
        await until(lambda: work.ended == [""])
        chunks.go()
        await until(lambda: len(chunks.ended) == 4)
    assert chunks.most_at_once[""] <= 2


async def test_off_duty_it_does_nothing_and_on_duty_again_it_goes_on(queue_url: str) -> None:
    work, on_duty = Work().go(), True
    async with running(queue_url, {REQUESTS: work}, on_duty=lambda: on_duty) as runner:
        await runner.defer(REQUESTS, "first")
        await until(lambda: work.ended == ["first"])
        on_duty = False
        await asyncio.sleep(4)
        await runner.defer(REQUESTS, "second")
        await asyncio.sleep(1.5)
        assert work.begun == ["first"]
        on_duty = True
        await until(lambda: work.ended == ["first", "second"])


async def test_a_job_that_nobody_registered_is_an_error_that_names_the_others(queue_url: str) -> None:
    async with running(queue_url, {REQUESTS: Work()}, on_duty=lambda: False) as runner:
        with pytest.raises(LookupError, match="no job is called 'report': there are requests"):
            await runner.defer("report")
        with pytest.raises(LookupError, match="no job is called 'report'"):
            await runner.ask("report", timedelta(minutes=1))


async def test_the_clocks_of_all_processes_ask_once_and_so_do_those_of_a_process_that_starts_again(queue_url: str) -> None:
    work, hour = Work().go(), timedelta(hours=1)
    for _ in range(2):
        async with running(queue_url, {DIGESTS: work}) as one, running(queue_url, {DIGESTS: work}) as other:
            await asyncio.gather(*(runner.ask(DIGESTS, hour) for runner in (one, other, one, other)))
            await until(lambda: work.ended == [""])
            await until_figures(queue_url, lambda figures: figures == NOTHING_QUEUED)
            await one.ask(DIGESTS, hour)
            assert await other.figures() == NOTHING_QUEUED
    async with running(queue_url, {DIGESTS: work}) as later:
        await later.ask(DIGESTS, timedelta(0))
        await until(lambda: work.ended == ["", ""])


async def test_the_figures_are_told_without_an_application(queue_url: str, postgresql: Server, postgresql_template: str) -> None:
    async with running(queue_url, {REQUESTS: Work()}, on_duty=lambda: False) as runner:
        await runner.defer(REQUESTS)
    told = await look_at(queue_url)
    assert told.oldest_seconds is not None
    assert told == QueueFigures(waiting={REQUESTS: 1}, running={}, stalled=0, oldest_seconds=told.oldest_seconds)
    without = postgresql.make("without_queue", postgresql_template)
    with pytest.raises(UnavailableError, match="pourqui db upgrade makes them"):
        await look_at(without)
    postgresql.drop("without_queue")
