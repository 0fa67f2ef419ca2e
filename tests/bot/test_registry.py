"""Several processes at one database: who is on duty, who is refused, who has been overtaken."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot import registry
from bot.registry import Registry, Role
from bot.settings import Settings, read_settings
from storage import Session, processes, schema
from storage.database import Database
from storage.errors import AnotherDeploymentError, MovedError
from storage.processes import ALIVE, Process
from storage.tables import DeploymentRow
from tests.bot.program import execute
from tests.bot.simulated import Time
from tests.bot.watched import until
from tests.databases import Kind
from tests.processes import process

pytestmark = pytest.mark.usefixtures("alone")
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"])
SECRET = "the deployment's key"
SLACK = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s1"}


@pytest.fixture
def time() -> Time:
    """The clock of every process; it passes when told."""
    return Time()


@pytest.fixture
def embedded(database_url: str, tmp_path: Path) -> Settings:
    """A process that does its coarse jobs itself."""
    return read_settings(database_url=database_url, data_folder=tmp_path, secret_key=SECRET, **SLACK)


@pytest.fixture
def queued(embedded: Settings) -> Settings:
    """One that leaves them to workers."""
    return embedded.model_copy(update={"runner": "procrastinate"})


async def joined(database: Database, settings: Settings, time: Time, role: Role = "serve", secret: str | None = SECRET) -> Registry:
    one = Registry(database, settings, secret, time, role=role)
    await one.join()
    return one


async def there(database: Database, time: Time) -> list[Process]:
    return await database.read(lambda session: processes.alive(session, time()))


async def now_at(database: Database, revision: str | None) -> None:
    def upgrading(session: Session) -> None:
        execute(session, "DELETE FROM alembic_version")
        if revision is not None:
            session.connection().execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})

    await database.write("test", upgrading)


async def noted(database: Database, process: Process) -> None:
    await database.write(processes.JOINING, lambda session: processes.note(session, process))


@asynccontextmanager
async def watching(one: Registry, monkeypatch: pytest.MonkeyPatch, every: float = 0.005) -> AsyncIterator[None]:
    monkeypatch.setattr(registry, "EVERY", every)
    watch = asyncio.get_running_loop().create_task(one.watch())
    yield
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch


async def test_a_process_says_who_it_is_and_leaves_nothing_behind(database: Database, embedded: Settings, time: Time) -> None:
    one = await joined(database, embedded, time)
    (seen,) = await there(database, time)
    assert (seen.id, seen.role, seen.runner, seen.host, seen.pid) == (one.id, "serve", "embedded", socket.gethostname(), os.getpid())
    assert (seen.started_at, seen.seen_at, seen.on_duty) == (time(), time(), True)
    assert seen.version
    assert SECRET not in seen.fingerprint
    await one.leave()
    assert await there(database, time) == []


async def test_it_stays_alive_by_its_signs_of_life_and_is_forgotten_without_them(database: Database, embedded: Settings, time: Time) -> None:
    one = await joined(database, embedded, time)
    for _ in range(10):
        time.passes(seconds=2)
        await one.beat()
    assert [each.id for each in await there(database, time)] == [one.id]
    time.passes(seconds=11)
    assert await there(database, time) == []
    time.passes(days=2)
    await one.beat()
    assert [each.id for each in await there(database, time)] == [one.id], "a server that slept is there again"


@on_postgresql
async def test_who_serves_sends_until_a_worker_is_there_and_again_once_it_has_gone(database: Database, queued: Settings, time: Time) -> None:
    serve = await joined(database, queued, time)
    assert serve.on_duty()
    with capture_logs() as logs:
        worker = await joined(database, queued, time, "worker")
        await serve.beat()
        assert (serve.on_duty(), worker.on_duty()) == (False, True)
        late = await joined(database, queued, time)
        assert not late.on_duty(), "it sees the worker as it joins"
        await worker.leave()
        await serve.beat()
        assert serve.on_duty()
        await serve.beat()
    assert [line["event"] for line in logs] == ["off duty: there's a worker"] * 2 + ["on duty: there's no worker"]


@on_postgresql
async def test_a_worker_that_falls_silent_is_missed_after_ten_seconds(database: Database, queued: Settings, time: Time) -> None:
    await joined(database, queued, time, "worker")
    serve = await joined(database, queued, time)
    time.at += ALIVE
    await serve.beat()
    assert not serve.on_duty()
    time.passes(microseconds=1)
    await serve.beat()
    assert serve.on_duty()


@on_postgresql
async def test_a_worker_that_is_about_to_end_has_others_send_before_it_has_gone(
    database: Database, queued: Settings, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await joined(database, queued, time, "worker")
    serve = await joined(database, queued, time)
    beats = counted(monkeypatch)
    async with watching(worker, monkeypatch, every=3600):
        worker.retire()
        assert not worker.on_duty()

        await until(lambda: beats() == 1)
    await serve.beat()
    assert serve.on_duty()
    assert len(await there(database, time)) == 2


async def test_those_that_do_their_jobs_themselves_are_all_on_duty(database: Database, embedded: Settings, time: Time) -> None:
    first = await joined(database, embedded, time)
    second = await joined(database, embedded, time)
    await first.beat()
    assert first.on_duty()
    assert second.on_duty()


async def test_the_first_to_come_knows_that_it_was_alone(database: Database, embedded: Settings, time: Time, database_kind: Kind) -> None:
    first = await joined(database, embedded, time)
    assert first.alone_since == time()
    second = await joined(database, embedded, time)
    # on one machine, what has this process's number and hasn't left is what it was before it was killed
    assert (second.alone_since is not None) is (database_kind == "sqlite")
    time.passes(seconds=11)
    assert (await joined(database, embedded, time)).alone_since is not None
    await first.beat()
    assert first.alone_since is not None, "what comes later changes nothing about it"


@on_postgresql
async def test_what_is_heard_while_it_still_starts_is_somebody_elses_to_answer(database: Database, embedded: Settings, time: Time) -> None:
    built = time()
    first = Registry(database, embedded, SECRET, time, role="serve")
    time.passes(seconds=3)
    await first.join()
    joined_at = time()
    time.passes(seconds=3)  # another one joins, and hears something
    second = await joined(database, embedded, time)
    assert first.alone_since == joined_at > built
    assert second.alone_since is None


@on_sqlite
async def test_with_the_embedded_database_whoever_was_killed_is_known_to_be_gone_at_once(database: Database, embedded: Settings, time: Time) -> None:
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await killed.wait()
    former = process("former", time(), host=socket.gethostname(), pid=killed.pid, fingerprint="of other credentials")
    await noted(database, former)
    assert (await joined(database, embedded, time)).alone_since is not None
    assert "former" not in [each.id for each in await there(database, time)]
    for still_there in (replace(former, pid=os.getppid()), replace(former, pid=1), replace(former, host="another")):
        await noted(database, still_there)
        with pytest.raises(AnotherDeploymentError):
            await joined(database, embedded, time)


@pytest.mark.parametrize(
    "differs",
    [
        {"slack_signing_secret": "s2"},
        {"slack_signing_secret": None, "slack_app_token": "s2"},
        {"slack_signing_secret": None},
        {"teams_app_id": "a"},
    ],
    ids=["another signing secret", "an app token", "no Slack", "Teams too"],
)
@on_postgresql
async def test_another_deployment_on_the_same_database_is_refused_and_told_why(
    database: Database, embedded: Settings, time: Time, differs: dict[str, str | None]
) -> None:
    one = await joined(database, embedded, time)
    other = read_settings(**{**embedded.model_dump(), **differs})
    with pytest.raises(AnotherDeploymentError) as refused:
        await joined(database, other, time)
    told = str(refused.value)
    assert f"`pourqui serve` on {socket.gethostname()} (process {os.getpid()}), since 2026-" in told
    assert "a database of its own" in told
    assert "forgotten after 10 seconds" in told
    assert " more" not in told
    assert [each.id for each in await there(database, time)] == [one.id], "the first goes on, and the second wasn't there"
    await joined(database, embedded, time, "worker")
    with pytest.raises(AnotherDeploymentError, match="and 1 more"):
        await joined(database, other, time)


@on_postgresql
async def test_another_key_is_another_deployment_and_another_token_of_the_same_app_is_not(database: Database, embedded: Settings, time: Time) -> None:
    await joined(database, embedded, time)
    with pytest.raises(AnotherDeploymentError):
        await joined(database, embedded, time, secret="another key")
    with pytest.raises(AnotherDeploymentError):
        await joined(database, embedded, time, secret=None)
    await joined(database, read_settings(**{**embedded.model_dump(), "slack_bot_token": "xoxb-2"}), time)


@on_postgresql
async def test_a_credential_that_was_changed_is_accepted_once_the_former_processes_have_ended(
    database: Database, embedded: Settings, time: Time
) -> None:
    former, killed = await joined(database, embedded, time), await joined(database, embedded, time)
    changed = embedded.model_copy(update={"teams_app_id": "a"})
    await former.leave()
    with pytest.raises(AnotherDeploymentError, match=r"\(process"):
        await joined(database, changed, time)
    time.passes(seconds=11)
    assert (await joined(database, changed, time)).alone_since is not None
    await killed.beat()  # it wasn't dead, only frozen: nobody notices any more, and nobody is stopped


@on_postgresql
async def test_of_two_deployments_that_come_at_once_one_is_refused(database: Database, embedded: Settings, time: Time) -> None:
    others = [embedded, embedded.model_copy(update={"teams_app_id": "a"})]
    ends = await asyncio.gather(*(joined(database, each, time) for each in others), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["AnotherDeploymentError", "Registry"]


@on_postgresql
async def test_two_versions_work_side_by_side(database: Database, queued: Settings, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    older = await joined(database, queued, time, "worker")
    monkeypatch.setattr(registry, "version", lambda _: "99.0")
    newer = await joined(database, queued, time, "worker")
    await older.beat()
    assert (older.on_duty(), newer.on_duty(), older.outdated, newer.outdated) == (True, True, None, None)
    assert len({each.version for each in await there(database, time)}) == 2


async def test_an_installation_that_moved_is_refused(database: Database, embedded: Settings, time: Time) -> None:
    gone = DeploymentRow(id="d1", made_at=time(), moved_to="postgresql://elsewhere/pourqui", moved_at=time())
    await database.write("test", lambda session: session.add(gone))
    with pytest.raises(MovedError, match="postgresql://elsewhere/pourqui"):
        await joined(database, embedded, time)
    assert await there(database, time) == []


async def test_a_later_version_overtakes_those_that_run(database: Database, embedded: Settings, time: Time) -> None:
    one = await joined(database, embedded, time)
    waiting = asyncio.get_running_loop().create_task(one.found_outdated())
    await asyncio.sleep(0)
    await now_at(database, "9999")
    with capture_logs() as logs:
        await one.beat()
        await one.beat()
    assert one.outdated == await waiting
    assert "revision 9999" in one.outdated
    assert "install the later version" in one.outdated
    assert not one.on_duty()
    assert [(line["event"], line["log_level"]) for line in logs] == [("this process mustn't work any more", "error")]
    assert await one.found_outdated() == one.outdated
    (seen,) = await there(database, time)
    assert not seen.on_duty, "the others needn't count on it"


async def test_a_backup_that_was_restored_stops_the_work_until_it_is_brought_up(database: Database, embedded: Settings, time: Time) -> None:
    one = await joined(database, embedded, time)
    for revision, said in ((schema.revisions()[-2], "was a backup restored?"), (None, "at revision none")):
        await now_at(database, revision)
        await one.beat()
        assert said in str(one.outdated)
        assert not one.on_duty()
    await now_at(database, schema.head())
    await one.beat()
    assert (one.outdated, one.on_duty()) == (None, True)


@pytest.mark.parametrize("rename", ["process", "alembic_version"])
@on_postgresql
async def test_an_outage_is_told_once_survived_and_what_was_known_holds(
    database: Database, queued: Settings, time: Time, monkeypatch: pytest.MonkeyPatch, rename: str
) -> None:
    worker = await joined(database, queued, time, "worker")
    serve = await joined(database, queued, time)
    beats = counted(monkeypatch)
    async with watching(serve, monkeypatch):
        for _ in range(2):
            with capture_logs() as logs:
                await database.write("test", lambda session: execute(session, f"ALTER TABLE {rename} RENAME TO elsewhere"))
                await three_more(beats)
                time.passes(seconds=60)
                assert not serve.on_duty(), "for all it knows the worker is there"
                await database.write("test", lambda session: execute(session, f"ALTER TABLE elsewhere RENAME TO {rename}"))
                await until(serve.on_duty)
            told = [line["event"] for line in logs]
            assert told == ["the registry can't be reached; what was known last holds", "on duty: there's no worker"]
            await worker.beat()
            await until(lambda: not serve.on_duty())


async def three_more(beats: Callable[[], int]) -> None:
    since = beats()
    await until(lambda: beats() >= since + 3)


def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the signs of life that all processes gave, or tried to."""
    beat, times = Registry.beat, [0]

    async def counting(one: Registry) -> None:
        try:
            await beat(one)
        finally:
            times[0] += 1

    monkeypatch.setattr(Registry, "beat", counting)
    return lambda: times[0]


@on_sqlite
async def test_the_registry_of_a_database_that_is_away_is_left_without_a_word_to_it(database: Database, embedded: Settings, time: Time) -> None:
    one = await joined(database, embedded, time)
    await database.write("test", lambda session: execute(session, "DROP TABLE process"))
    with capture_logs() as logs:
        await one.leave()
    assert [line["event"] for line in logs] == ["the registry couldn't be left; the others find this process silent"]


def test_signs_of_life_come_often_enough() -> None:
    assert timedelta(seconds=5 * registry.EVERY) <= ALIVE
