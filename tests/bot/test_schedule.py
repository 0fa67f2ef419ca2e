"""The running application: it sends what is due without being asked, its jobs are asked for, and it ends without losing what is in flight."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.app import opened
from bot.clock import now
from bot.schedule import (
    CAMPAIGNS,
    CHUNK,
    CORRECTIONS,
    DIGESTS,
    EVIDENCE,
    EXPIRE,
    EXPORTS,
    FIGURES,
    FLEET,
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
    job,
)
from bot.settings import read_settings
from storage import Session, processes, sending
from storage.database import Database
from storage.tables import WorkspaceRow
from tests.bot.encoders import LetterEncoder
from tests.bot.program import execute, furnish
from tests.bot.simulated import Time, adapters, channel, plan, pump, slack, standing, to_say
from tests.bot.watched import until

pytestmark = pytest.mark.usefixtures("alone")


async def test_the_application_sends_what_is_due_and_runs_its_jobs(database: Database, tmp_path: Path) -> None:
    await furnish(database)
    platform = slack(Time(now()))
    async with opened(read_settings(data_folder=tmp_path), database, adapters([platform]), encoder=LetterEncoder()) as application:
        often = {EXPIRE, RECONCILE, SWEEP, REQUESTS, PROMPTS, CORRECTIONS, THEMES, FIGURES, FLEET, PUBLISH, EXPORTS, EVIDENCE, CAMPAIGNS, VERDICTS}
        asked_for = {*often, DIGESTS, WEEKLY, WARNINGS, VOICES, RETENTION, STANDINGS}
        assert set(application.jobs) == {*asked_for, CHUNK}
        await plan(database, now(), to_say("hello", channel("C1")))
        application.pump.nudge()
        await until(lambda: platform.texts() == ["hello"])
        await application.idle()
        for name in sorted(asked_for):
            await application.jobs[name]("")
    assert await standing(database) == {"hello": ("sent", None)}


async def test_an_application_that_ends_gives_its_workspaces_back_and_leaves(database: Database, tmp_path: Path) -> None:
    await furnish(database)
    platform = slack(Time(now()))
    async with opened(read_settings(data_folder=tmp_path), database, adapters([platform]), encoder=LetterEncoder()) as application:
        await plan(database, now(), to_say("hello", channel("C1")))
        application.pump.nudge()
        await until(lambda: platform.texts() == ["hello"])
        assert await database.read(lambda session: sending.own(session, "another", now())) == []
        assert await database.read(owners) == {application.registry.id}
        assert await database.read(lambda session: len(processes.alive(session, now()))) == 1
        application.registry.retire()
        await plan(database, now(), to_say("later", channel("C2")))
        application.pump.nudge()
    assert platform.texts() == ["hello"]
    assert await database.read(owners) == {None}
    assert await database.read(lambda session: processes.alive(session, now())) == []


def owners(session: Session) -> set[str | None]:
    """Return who has the workspaces in which something was sent."""
    return set(session.exec(select(WorkspaceRow.owner).where(col(WorkspaceRow.platform) == "slack")))


async def test_one_that_was_overtaken_by_a_later_version_sends_nothing(database: Database, tmp_path: Path) -> None:
    await furnish(database)
    platform = slack(Time(now()))
    async with opened(read_settings(data_folder=tmp_path), database, adapters([platform]), encoder=LetterEncoder()) as application:
        await database.write("test", lambda session: execute(session, "UPDATE alembic_version SET version_num = '9999'"))
        await application.registry.beat()
        await plan(database, now(), to_say("hello", channel("C1")))
        await application.idle()
    assert platform.texts() == []


async def test_at_its_end_what_is_in_flight_is_kept_and_nothing_more_is_claimed(database: Database) -> None:
    time = Time()
    platform = slack(time)
    written, let_go = asyncio.Event(), asyncio.Event()

    async def hang(_seconds: float) -> None:
        written.set()
        await let_go.wait()

    await plan(database, time(), to_say("hello"), to_say("waits for its slot"))
    sender = pump(database, platform, time=time, sleep=hang)
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


async def test_a_job_without_a_key_is_done_whatever_its_key() -> None:
    done: list[bool] = []

    async def work() -> None:
        done.append(True)

    await job(work)("")
    assert done == [True]
