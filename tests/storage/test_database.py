"""Bodies read and write, one at a time in a conversation, all or nothing, on both databases."""

import asyncio
import sqlite3
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage import conversations, people
from storage import sqlite as sqlite_module
from storage.database import Database
from storage.errors import AddressError, ClosedError, UnavailableError
from storage.locks import lock_key
from storage.tables import EventRow, IdentityRow, StateRow
from tests.company import NOON
from tests.conversation import CHANNEL, said
from tests.databases import Server, stop_server


def count_one(session: Session) -> int:
    row = session.get(StateRow, "counter") or StateRow(state_key="counter", dialog="count", version=0, kept="{}", changed_at=NOON)
    row.version += 1
    session.add(row)
    return row.version


def one(session: Session) -> object:
    return session.connection().exec_driver_sql("SELECT 1").scalar()


def kill_connections(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pourqui'")


def wait_for_somebody_to_wait(other: psycopg.Connection) -> None:
    while not other.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchall():
        time.sleep(0.001)


def counted(session: Session) -> int:
    return session.exec(select(StateRow.version).where(col(StateRow.state_key) == "counter")).first() or 0


async def test_two_hundred_people_who_count_at_once_lose_no_count(database: Database) -> None:
    told = await asyncio.gather(*(database.write("counter", count_one) for _ in range(200)))
    assert sorted(told) == list(range(1, 201))
    assert await database.read(counted) == 200


async def test_two_processes_that_count_at_once_lose_no_count(database: Database, database_url: str) -> None:
    async with await Database.open(database_url) as other:
        await database.write("counter", count_one)
        await asyncio.gather(*(each.write("counter", count_one) for each in (database, other) * 40))
    assert await database.read(counted) == 81


async def test_an_event_delivered_four_times_at_once_is_taken_once(database: Database) -> None:
    event = said("mon portable est mort")

    def take(session: Session) -> bool:
        if conversations.replies_to(session, event) is not None:
            return False
        conversations.remember(session, event, (), None, NOON, former=None)
        return True

    taken = await asyncio.gather(*(database.write(event.reference.key, take) for _ in range(4)))
    assert sorted(taken) == [False, False, False, True]
    assert await database.read(lambda session: session.exec(select(EventRow.key)).all()) == [event.key]


async def test_a_newcomer_who_writes_in_two_conversations_at_once_becomes_one_person(database: Database) -> None:
    events = [said("bonjour"), said("bonjour", where=CHANNEL)] * 5
    met = await asyncio.gather(*(database.write(event.reference.key, partial(people.meet, event=event, now=NOON)) for event in events))
    assert len({known.person.id for known in met}) == 1
    assert len(await database.read(lambda session: session.exec(select(IdentityRow.user)).all())) == 1


async def test_a_body_that_fails_leaves_nothing_and_its_neighbours_stay(database: Database) -> None:
    def fail(session: Session) -> int:
        count_one(session)
        session.flush()
        raise LookupError("no such thing")

    def break_a_rule(session: Session) -> None:
        session.add(IdentityRow(platform="slack", tenant="T", user="U", person_id="nobody"))

    told = await asyncio.gather(
        database.write("counter", count_one),
        database.write("counter", fail),
        database.write("other", break_a_rule),
        database.write("counter", count_one),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [int, LookupError, IntegrityError, int]
    assert await database.read(counted) == 2
    assert await database.write("counter", count_one) == 3


async def test_a_body_that_ends_like_a_generator_keeps_nobody_waiting(database: Database) -> None:
    def fail(session: Session) -> None:
        session.add(StateRow(state_key="counter", dialog="count", version=9, kept="{}", changed_at=NOON))
        next(iter(()))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await database.write("counter", fail)
    assert await database.read(counted) == 0


async def test_what_was_asked_before_closing_is_done_and_nothing_after(database_url: str) -> None:
    database = await Database.open(database_url)
    async with asyncio.TaskGroup() as group:
        writes = [group.create_task(database.write("counter", count_one)) for _ in range(20)]
        await asyncio.sleep(0)  # lets each of them ask
        await database.close()
    assert sorted(write.result() for write in writes) == list(range(1, 21))
    with pytest.raises(ClosedError, match="closed"):
        await database.write("counter", count_one)
    with pytest.raises(ClosedError):
        await database.read(counted)
    async with await Database.open(database_url) as again:
        assert await again.read(counted) == 20


async def test_a_read_that_fails_leaves_the_database_usable(database: Database) -> None:
    def fail(session: Session) -> None:
        counted(session)
        raise LookupError("no such thing")

    with pytest.raises(LookupError):
        await database.read(fail)
    assert await database.read(counted) == 0


async def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as told:
        await Database.open(f"postgresql://pourqui:s3cret@/pourqui?host={tmp_path}")
    assert "s3cret" not in str(told.value)
    with pytest.raises(UnavailableError, match="no folder"):
        await Database.open(f"sqlite:///{tmp_path}/missing/pourqui.db")
    (tmp_path / "letter.txt").write_text("Dear all, this is long enough not to be a database." * 100)
    with pytest.raises(UnavailableError, match="can't open"):
        await Database.open(f"sqlite:///{tmp_path}/letter.txt")
    with pytest.raises(AddressError):
        await Database.open("mysql://localhost/pourqui")


async def test_a_server_that_is_gone_is_told(postgresql_to_stop: Server) -> None:
    async with await Database.open(postgresql_to_stop.url("postgres")) as database:
        assert await database.read(one) == 1
        stop_server(postgresql_to_stop)
        with pytest.raises(UnavailableError, match="doesn't answer"):
            await database.read(one)
        with pytest.raises(UnavailableError, match="doesn't answer"):
            await database.write("any", one)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
class TestSqlite:
    """What only SQLite does: one thread that writes, groups, a file that others may hold."""

    async def test_bodies_that_wait_are_committed_together_and_one_that_fails_is_lost_alone(self, database: Database) -> None:
        go, begun = threading.Event(), threading.Event()

        def hold(_session: Session) -> None:
            begun.set()
            go.wait()

        runs: list[str] = []

        def fail(session: Session) -> None:
            runs.append("with its group, or alone")
            session.add(IdentityRow(platform="slack", tenant="T", user="U", person_id="nobody"))

        async with asyncio.TaskGroup() as group:
            group.create_task(database.write("hold", hold))
            await asyncio.to_thread(begun.wait)
            others = [group.create_task(database.write("counter", count_one)) for _ in range(3)]
            failing = asyncio.gather(database.write("fails", fail), return_exceptions=True)
            last = group.create_task(database.write("counter", count_one))
            await asyncio.sleep(0)
            go.set()
            told = await failing
        assert [type(error) for error in told] == [IntegrityError]
        assert len(runs) == 2
        assert [write.result() for write in (*others, last)] == [1, 2, 3, 4]
        assert await database.read(counted) == 4

    async def test_a_caller_who_left_before_its_turn_writes_nothing(self, database: Database) -> None:
        go, begun = threading.Event(), threading.Event()

        def hold(_session: Session) -> None:
            begun.set()
            go.wait()

        async with asyncio.TaskGroup() as group:
            group.create_task(database.write("hold", hold))
            await asyncio.to_thread(begun.wait)
            left = group.create_task(database.write("counter", count_one))
            stays = group.create_task(database.write("counter", count_one))
            await asyncio.sleep(0)
            left.cancel()
            await asyncio.sleep(0)
            go.set()
        assert left.cancelled()
        assert stays.result() == 1

    async def test_a_caller_who_left_during_its_turn_is_served_whole(self, database: Database) -> None:
        go, begun = threading.Event(), threading.Event()

        def count_slowly(session: Session) -> int:
            begun.set()
            go.wait()
            return count_one(session)

        async with asyncio.TaskGroup() as group:
            left = group.create_task(database.write("counter", count_slowly))
            await asyncio.to_thread(begun.wait)
            left.cancel()
            go.set()
        assert left.cancelled()
        assert await database.write("counter", count_one) == 2

    async def test_a_file_that_another_process_holds_for_too_long_is_told(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_module, "BUSY_SECONDS", 0.05)
        async with await Database.open(database_url) as database:
            other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(UnavailableError, match="locked"):
                await database.write("counter", count_one)
            assert await database.read(counted) == 0  # reading goes on meanwhile
            other.execute("ROLLBACK")
            other.close()
            assert await database.write("counter", count_one) == 1

    async def test_a_body_that_only_reads_cannot_write(self, database: Database) -> None:
        def write(session: Session) -> None:
            count_one(session)
            session.flush()

        with pytest.raises(UnavailableError, match="readonly"):
            await database.read(write)
        assert await database.read(counted) == 0

    async def test_the_file_is_in_wal_mode_and_its_writer_keeps_the_rules(self, database: Database) -> None:
        def pragmas(session: Session) -> list[object]:
            names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            return [session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

        assert await database.write("pragmas", pragmas) == ["wal", 1, 1, 10_000]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
class TestPostgresql:
    """What only PostgreSQL does: conversations side by side, connections that die."""

    async def test_a_conversation_that_waits_holds_up_no_other(self, database: Database, database_url: str) -> None:
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [lock_key("busy")])
            async with asyncio.TaskGroup() as group:
                waiting = [group.create_task(database.write("busy", count_one)) for _ in range(30)]
                assert await database.write("free", counted) == 0
                assert not any(write.done() for write in waiting)
                other.execute("SELECT pg_advisory_unlock(%s)", [lock_key("busy")])
        assert sorted(write.result() for write in waiting) == list(range(1, 31))

    async def test_a_caller_who_left_while_waiting_writes_nothing(self, database: Database, database_url: str) -> None:
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [lock_key("counter")])
            async with asyncio.TaskGroup() as group:
                left = group.create_task(database.write("counter", count_one))
                await asyncio.to_thread(wait_for_somebody_to_wait, other)
                left.cancel()
            assert left.cancelled()
            other.execute("SELECT pg_advisory_unlock(%s)", [lock_key("counter")])
        assert await asyncio.gather(*(database.write("counter", count_one) for _ in range(20))) == list(range(1, 21))

    async def test_a_caller_who_left_while_a_connection_is_opened_leaves_it_to_the_next(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[psycopg.AsyncConnection[Any]] = []
        is_second = asyncio.Event()
        connect = psycopg.AsyncConnection.connect

        async def connect_slowly(*args: Any, **options: Any) -> psycopg.AsyncConnection[Any]:
            connection = await connect(*args, **options)
            opened.append(connection)
            if len(opened) == 2:
                is_second.set()
            await asyncio.sleep(0.05)
            return connection

        monkeypatch.setattr(psycopg.AsyncConnection, "connect", connect_slowly)
        with psycopg.connect(database_url, autocommit=True) as other:
            async with await Database.open(database_url) as database, asyncio.TaskGroup() as group:
                other.execute("SELECT pg_advisory_lock(%s)", [lock_key("busy")])
                busy = group.create_task(database.write("busy", count_one))
                await asyncio.to_thread(wait_for_somebody_to_wait, other)
                left = group.create_task(database.write("counter", count_one))
                await is_second.wait()
                left.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await left
                assert await database.write("free", counted) == 0
                assert len(opened) == 2
                other.execute("SELECT pg_advisory_unlock(%s)", [lock_key("busy")])
        assert busy.result() == 1

    async def test_connections_that_died_while_idle_are_replaced_unseen(self, database: Database, database_url: str) -> None:
        await asyncio.gather(*(database.write("counter", count_one) for _ in range(5)))
        kill_connections(database_url)
        assert await database.write("counter", count_one) == 6
        kill_connections(database_url)
        assert await database.read(counted) == 6

    async def test_a_body_whose_connection_dies_is_run_again(self, database: Database, database_url: str) -> None:
        runs: list[int] = []

        def count_and_die_once(session: Session) -> int:
            number = count_one(session)
            session.flush()
            runs.append(number)
            if len(runs) == 1:
                kill_connections(database_url)
                counted(session)
            return number

        assert await database.write("counter", count_and_die_once) == 1
        assert runs == [1, 1]
        assert await database.read(counted) == 1

    async def test_a_commit_that_may_be_lost_is_told_and_not_tried_again(self, database: Database, database_url: str) -> None:
        runs: list[int] = []

        def count_and_die_at_the_end(session: Session) -> None:
            runs.append(count_one(session))
            session.flush()
            kill_connections(database_url)

        with pytest.raises(UnavailableError, match="whether it was kept is unknown"):
            await database.write("counter", count_and_die_at_the_end)
        assert runs == [1]
        assert await database.write("counter", count_one) == 1
