"""The running application: it sends what is due without being asked, its jobs are asked for, and it ends without losing what is in flight."""

import asyncio
from pathlib import Path

import pytest

from bot.app import opened
from bot.clock import now
from bot.metrics import Metrics
from bot.schedule import (
    CAMPAIGNS,
    CORRECTIONS,
    DIGESTS,
    EVIDENCE,
    EXPIRE,
    EXPORTS,
    FIGURES,
    PROMPTS,
    PUBLISH,
    RECONCILE,
    REQUESTS,
    RETENTION,
    STANDINGS,
    SWEEP,
    THEMES,
    VERDICTS,
    VOICES,
    WARNINGS,
    WEEKLY,
    figures,
    job,
)
from bot.settings import read_settings
from storage import deliveries
from storage.database import Database
from tests.bot.encoders import LetterEncoder
from tests.bot.program import execute, furnish
from tests.bot.simulated import Time, adapters, channel, plan, pump, slack, standing, to_say
from tests.bot.watched import until

pytestmark = pytest.mark.usefixtures("alone")


async def test_the_application_sends_what_is_due_and_runs_its_jobs(database: Database, tmp_path: Path) -> None:
    await furnish(database)
    platform = slack(Time(now()))
    async with opened(read_settings(data_folder=tmp_path), database, adapters([platform]), encoder=LetterEncoder()) as application:
        often = {EXPIRE, RECONCILE, SWEEP, REQUESTS, PROMPTS, CORRECTIONS, THEMES, FIGURES, PUBLISH, EXPORTS, EVIDENCE, CAMPAIGNS, VERDICTS}
        assert set(application.jobs) == {*often, DIGESTS, WEEKLY, WARNINGS, VOICES, RETENTION, STANDINGS}
        await plan(database, now(), to_say("hello", channel("C1")))
        application.pump.nudge()
        await until(lambda: platform.texts() == ["hello"])
        await application.idle()
        for run in application.jobs.values():
            await run("")
    assert await standing(database) == {"hello": ("sent", None)}


async def test_at_its_end_what_is_in_flight_is_kept_and_nothing_more_is_claimed(database: Database) -> None:
    time = Time()
    platform = slack(time)
    written, let_go = asyncio.Event(), asyncio.Event()
    sender = pump(database, platform, time=time)

    async def hang(_seconds: float) -> None:
        written.set()
        await let_go.wait()

    await plan(database, time(), to_say("hello"), to_say("waits for its slot"))
    sender._sleep = hang
    running = asyncio.get_running_loop().create_task(sender.run())
    await written.wait()
    closing = asyncio.get_running_loop().create_task(sender.close(10))
    await plan(database, time(), to_say("too late"))
    let_go.set()
    await closing
    await running
    assert platform.texts() == ["hello"]
    assert await standing(database) == {"hello": ("sent", None), "waits for its slot": ("planned", None), "too late": ("planned", None)}


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_database_that_goes_away_is_awaited(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time()
    platform = slack(time)
    monkeypatch.setattr("bot.delivery.TICK", 0.01)
    await plan(database, time(), to_say("hello"))
    await database.write("test", lambda session: execute(session, "ALTER TABLE workspace RENAME TO elsewhere"))
    sender = pump(database, platform, time=time)
    running = asyncio.get_running_loop().create_task(sender.run())
    await until(lambda: sender._away)
    await database.write("test", lambda session: execute(session, "ALTER TABLE elsewhere RENAME TO workspace"))
    await until(lambda: platform.texts() == ["hello"])
    await sender.close(10)
    await running
    assert not sender._away


async def test_the_ledgers_figures_follow_it(database: Database) -> None:
    time, metrics = Time(), Metrics()
    show = figures(database, metrics)

    def shown(status: str) -> float | None:
        return metrics.registry.get_sample_value("pourqui_deliveries", {"status": status, "reason": ""})

    await plan(database, time(), to_say("hello"), to_say("other"))
    await show("")
    assert (shown("planned"), shown("sent")) == (2, None)
    await pump(database, slack(time), time=time).drain()
    await show("")
    assert (shown("planned"), shown("sent")) == (None, 2)
    assert len(await database.read(deliveries.counts)) == 1


async def test_a_job_without_a_key_is_done_whatever_its_key() -> None:
    done: list[bool] = []

    async def work() -> None:
        done.append(True)

    await job(work)("")
    assert done == [True]
