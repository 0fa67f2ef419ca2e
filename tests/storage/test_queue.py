"""The queue's rows: one job of a name and key waits at most, and what runs nowhere any more is put back once."""

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest

from storage import queue
from storage.database import Database
from storage.queue import CHUNKS, JOBS, STALLED, Queued
from storage.queue_schema import conninfo


@dataclass(frozen=True, slots=True)
class Library:
    """What procrastinate's workers do, by the functions that they do it with."""

    connection: psycopg.Connection

    def worker(self) -> int:
        return self._one("SELECT worker_id FROM procrastinate_register_worker_v1()")

    def fetch(self, worker: int) -> int:
        return self._one("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", worker)

    def give_up(self, number: int, how: str) -> None:
        self.connection.execute("SELECT procrastinate_finish_job_v1(%s, %s, false)", [number, how])

    def passes(self, seconds: float) -> None:
        """Let time pass for the queue, in which nobody says that he's alive."""
        self.connection.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - make_interval(secs => %s)", [seconds])
        self.connection.execute("UPDATE procrastinate_events SET at = at - make_interval(secs => %s)", [seconds])

    def forget(self, worker: int) -> None:
        self.connection.execute("SELECT procrastinate_unregister_worker_v1(%s)", [worker])

    def rows(self) -> list[tuple[str, str, str, dict[str, object]]]:
        return self.connection.execute("SELECT queue_name, lock, status::text, args FROM procrastinate_jobs ORDER BY id").fetchall()

    def _one(self, query: str, *values: int) -> int:
        row = self.connection.execute(query.encode(), values).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def library(queue_url: str) -> Iterator[Library]:
    with psycopg.connect(conninfo(queue_url), autocommit=True) as connection:
        yield Library(connection)


@pytest.fixture
def database_url(queue_url: str) -> str:
    """The queue is PostgreSQL's."""
    return queue_url


def job(key: str = "", *, tries: int = 0) -> Queued:
    return Queued(job="digests", key=key, queue=JOBS, tries=tries)


async def put(database: Database, queued: Queued) -> bool:
    return await database.write("test", lambda session: queue.put(session, queued))


async def rescue(database: Database, name: str = "test", mine: Collection[int] = (), running: Collection[int] = ()) -> int:
    return await database.write(name, lambda session: queue.rescue(session, mine, running))


SILENT = STALLED.total_seconds() + 1


async def test_one_job_of_a_name_and_key_waits(database: Database, library: Library) -> None:
    assert await put(database, job("it"))
    assert not await put(database, job("it"))
    assert await put(database, job("finance"))
    assert await put(database, Queued(job="chunk", key="it", queue=CHUNKS))
    assert [row[:3] for row in library.rows()] == [
        ("jobs", "digests|it", "todo"),
        ("jobs", "digests|finance", "todo"),
        ("chunks", "chunk|it", "todo"),
    ]


async def test_two_that_ask_at_once_leave_one(queue_url: str, library: Library) -> None:
    async with await Database.open(queue_url) as one, await Database.open(queue_url) as other:
        told = await asyncio.gather(
            *(database.write(f"name {n}", lambda session: queue.put(session, job())) for n in range(4) for database in (one, other))
        )
    assert sorted(told) == [False] * 7 + [True]
    assert len(library.rows()) == 1


async def test_while_one_runs_another_may_wait(database: Database, library: Library) -> None:
    await put(database, job())
    library.fetch(library.worker())
    assert await put(database, job())
    assert [status for _, _, status, _ in library.rows()] == ["doing", "todo"]


async def test_a_job_of_a_worker_that_went_silent_is_put_back_as_it_was(database: Database, library: Library) -> None:
    await put(database, job("it", tries=2))
    library.fetch(library.worker())
    assert await rescue(database) == 0
    library.passes(SILENT)
    assert await rescue(database) == 1
    assert library.rows() == [("jobs", "digests|it", "todo", {"job": "digests", "key": "it", "tries": 2})]
    assert await rescue(database) == 0


async def test_a_job_of_a_worker_that_is_gone_is_put_back(database: Database, library: Library) -> None:
    await put(database, job())
    worker = library.worker()
    library.fetch(worker)
    library.forget(worker)
    assert await rescue(database) == 1
    assert [status for _, _, status, _ in library.rows()] == ["todo"]


async def test_where_one_waits_already_it_stands_for_the_one_that_was_lost(database: Database, library: Library) -> None:
    await put(database, job())
    library.fetch(library.worker())
    await put(database, job())
    library.passes(SILENT)
    assert await rescue(database) == 1
    assert [status for _, _, status, _ in library.rows()] == ["todo"]


async def test_rescuers_that_look_at_once_put_each_back_once(queue_url: str, library: Library) -> None:
    keys = [f"{number:02}" for number in range(20)]
    async with await Database.open(queue_url) as one, await Database.open(queue_url) as other:
        for key in keys:
            await put(one, job(key))
        worker = library.worker()
        for _ in keys:
            library.fetch(worker)
        for key in keys[::2]:
            await put(one, job(key))
        library.passes(SILENT)
        rescued = await asyncio.gather(*(rescue(database, name) for database, name in ((one, "a"), (other, "b"), (one, "c"), (other, "d"))))
    assert sum(rescued) == len(keys)
    assert sorted((row[1], row[2]) for row in library.rows()) == [(f"digests|{key}", "todo") for key in keys]


async def test_a_job_that_its_living_worker_knows_nothing_of_is_put_back_after_a_while(database: Database, library: Library) -> None:
    await put(database, job())
    worker = library.worker()
    number = library.fetch(worker)
    assert await rescue(database, mine=[worker]) == 0  # it's on its way to the worker
    library.passes(SILENT)
    await database.write("test", lambda session: queue.beat(session, [worker]))
    assert await rescue(database) == 0  # another process can't know
    assert await rescue(database, mine=[worker], running=[number]) == 0
    assert await rescue(database, mine=[worker]) == 1
    assert [status for _, _, status, _ in library.rows()] == ["todo"]


@pytest.mark.parametrize("how", ["failed", "aborted"])
async def test_what_a_worker_gave_up_without_putting_it_back_is_put_back_once(database: Database, library: Library, how: str) -> None:
    await put(database, job("it"))
    library.give_up(library.fetch(library.worker()), how)
    assert await database.read(queue.figures) == queue.QueueFigures(waiting={}, running={}, stalled=0, oldest_seconds=None)
    assert sorted(await asyncio.gather(rescue(database, "one"), rescue(database, "other"))) == [0, 1]
    assert [row[1:3] for row in library.rows()] == [("digests|it", "todo")]


async def test_the_figures_tell_what_waits_what_runs_and_what_runs_nowhere(database: Database, library: Library) -> None:
    for key in ("a", "b", "c"):
        await put(database, job(key))
    await put(database, Queued(job="chunk", key="it|1", queue=CHUNKS))
    await put(database, Queued(job="chunk", key="it|2", queue=CHUNKS, later=timedelta(hours=1)))
    library.fetch(library.worker())
    library.passes(SILENT)
    library.fetch(library.worker())
    told = await database.read(queue.figures)
    assert (told.waiting, told.running, told.stalled) == ({"digests": 1, "chunk": 2}, {"digests": 2}, 1)
    assert told.oldest_seconds is not None
    assert SILENT <= told.oldest_seconds < SILENT + 60


async def test_what_waits_for_its_time_is_not_old(database: Database) -> None:
    await put(database, Queued(job="digests", key="", queue=JOBS, later=timedelta(hours=1)))
    told = await database.read(queue.figures)
    assert (told.waiting, told.oldest_seconds) == ({"digests": 1}, None)
