"""The runner: a coarse job runs soon, never twice at once, and its failure is told and costs no other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.runner import InProcessRunner
from bot.tasks import Tasks
from storage.errors import UnavailableError


class Work:
    """A job that waits until it's let go, and counts."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.at_once = self.most_at_once = 0
        self.gate = asyncio.Event()

    async def __call__(self, key: str) -> None:
        self.begun.append(key)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.gate.wait()
        self.at_once -= 1


def running(job: Callable[[str], Awaitable[None]]) -> tuple[InProcessRunner, Tasks]:
    tasks = Tasks()
    return InProcessRunner({"digest": job}, tasks.spawn), tasks


async def test_a_job_runs_in_the_background() -> None:
    work = Work()
    runner, tasks = running(work)
    await runner.defer("digest", "it")
    await asyncio.sleep(0)
    assert work.begun == ["it"]
    work.gate.set()
    await tasks.idle()


async def test_the_same_job_and_key_never_run_twice_at_once_and_what_was_asked_meanwhile_is_done_after() -> None:
    work = Work()
    runner, tasks = running(work)
    for _ in range(3):
        await runner.defer("digest", "it")
        await asyncio.sleep(0)
    assert work.begun == ["it"]
    work.gate.set()
    await tasks.idle()
    assert work.begun == ["it", "it"]  # one may have looked already when the others asked; two need no third
    assert work.most_at_once == 1


async def test_jobs_of_different_keys_run_side_by_side() -> None:
    work = Work()
    runner, tasks = running(work)
    await runner.defer("digest", "it")
    await runner.defer("digest", "finance")
    await asyncio.sleep(0)
    assert work.most_at_once == 2
    work.gate.set()
    await tasks.idle()


async def test_a_job_that_fails_is_told_and_runs_again_when_it_is_asked_for() -> None:
    runs = 0

    async def fails_once(_key: str) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError("broken")

    runner, tasks = running(fails_once)
    with capture_logs() as told:
        for _ in range(2):
            await runner.defer("digest")
            await tasks.idle()
    assert runs == 2
    assert [(line["event"], line["job"]) for line in told] == [("job failed; it's run again at the next tick", "digest")]


async def test_a_database_that_is_away_is_told_once_without_a_traceback_and_again_when_it_goes_again() -> None:
    states = iter((True, True, False, True, True))
    away = False

    async def look(_key: str) -> None:
        if away:
            raise UnavailableError("the database doesn't answer")

    tasks = Tasks()
    runner = InProcessRunner(dict.fromkeys(("digest", "report"), look), tasks.spawn)

    async def tick() -> None:
        nonlocal away
        away = next(states)
        for job in ("digest", "report"):
            await runner.ask(job, timedelta(seconds=5))
        await tasks.idle()

    with capture_logs() as told:
        for _ in range(5):
            await tick()
    once = {"event": "jobs can't reach the database; they're run again once they can", "log_level": "warning", "job": "digest", "key": ""}
    assert told == [once | {"reason": "the database doesn't answer"}] * 2


async def test_what_is_asked_for_once_a_day_is_tried_again_until_the_database_is_back() -> None:
    states, done = iter((True, True, False)), []

    async def look(_: str) -> None:
        if next(states):
            raise UnavailableError("the database doesn't answer")
        done.append("sent")

    tasks = Tasks()
    runner = InProcessRunner({"digest": look}, tasks.spawn, anew=0.0)
    await runner.ask("digest", timedelta(hours=3))
    await tasks.idle()
    assert done == ["sent"]


async def test_what_begins_at_once_waits_in_no_queue() -> None:
    runner, _ = running(Work())
    assert await runner.figures() is None


async def test_a_job_that_nobody_registered_is_an_error_that_names_the_others() -> None:
    runner, _ = running(Work())
    with pytest.raises(LookupError, match="no job is called 'report': there are digest"):
        await runner.defer("report")


async def test_while_a_process_is_off_duty_its_jobs_are_left_to_whoever_asks_next() -> None:
    work, tasks, on_duty = Work(), Tasks(), [False]
    work.gate.set()
    runner = InProcessRunner({"digest": work}, tasks.spawn, on_duty=lambda: on_duty[0])
    await runner.defer("digest", "it")
    await runner.ask("digest", timedelta(minutes=1))
    await tasks.idle()
    assert work.begun == []
    with pytest.raises(LookupError, match="no job is called 'digst'"):
        await runner.defer("digst")
    on_duty[0] = True
    await runner.ask("digest", timedelta(minutes=1))
    await tasks.idle()
    assert work.begun == [""]
