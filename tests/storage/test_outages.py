"""A PostgreSQL that doesn't serve: what is wrong and what to do, on a real server; and without a password."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session

from storage import outages, postgresql, schema
from storage.database import Database
from storage.errors import UnavailableError
from tests.databases import Server, running_server

SECONDS = 30


def one(session: Session) -> object:
    return session.connection().exec_driver_sql("SELECT 1").scalar()


def add(session: Session) -> None:
    session.connection().execute(text("INSERT INTO seen (number) VALUES (1)"))


async def refusal(url: str) -> str:
    """Return what is told to whoever opens a database that can't be."""
    with pytest.raises(UnavailableError) as told:
        await Database.open(url)
    return str(told.value)


@pytest.fixture
def small_server() -> Iterator[Server]:
    """A server that takes few connections."""
    with running_server(max_connections="8", superuser_reserved_connections="0") as server:
        yield server


async def test_a_server_that_takes_no_more_says_which_numbers_to_change(small_server: Server) -> None:
    small_server.execute("CREATE TABLE seen (number integer)")
    url = small_server.url("postgres")
    async with await Database.open(url) as database:
        with ExitStack() as stack:
            while True:
                try:
                    stack.enter_context(psycopg.connect(url))
                except psycopg.OperationalError:
                    break
            told = await refusal(url)
            assert told.startswith("postgresql://postgres@/postgres")
            assert "PostgreSQL takes no more connections: raise its max_connections, or lower POURQUI_DATABASE_CONNECTIONS" in told
            assert "too many clients" in told
            with pytest.raises(UnavailableError, match="takes no more connections"):  # the one that's held is taken by the first
                await asyncio.gather(*(database.read(lambda session: session.connection().exec_driver_sql("SELECT pg_sleep(0.2)")) for _ in range(2)))
            with pytest.raises(UnavailableError, match="takes no more connections"):
                schema.upgrade(url)
        assert await database.read(one) == 1  # by itself, once there's room


async def test_a_role_with_a_limit_of_its_own_says_so(postgresql_to_stop: Server) -> None:
    postgresql_to_stop.execute("CREATE ROLE few LOGIN CONNECTION LIMIT 1")
    url = postgresql_to_stop.url("postgres").replace("postgres@", "few@")
    with psycopg.connect(url):
        assert "takes no more connections" in await refusal(url)


async def test_a_process_whose_connections_are_all_busy_says_so_and_goes_on(postgresql_to_stop: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "BUSY_SECONDS", 0.05)
    async with await Database.open(postgresql_to_stop.url("postgres"), connections=2) as database:

        def slow(session: Session) -> None:
            session.connection().exec_driver_sql("SELECT pg_sleep(0.5)")

        busy = [asyncio.get_running_loop().create_task(database.write(f"slow {number}", slow)) for number in range(2)]
        await asyncio.sleep(0.2)
        for asked in (partial(database.read, one), partial(database.write, "mine", one)):
            with pytest.raises(UnavailableError) as told:
                await asked()
            assert "all 2 connections of this process to postgresql://postgres@/postgres" in str(told.value)
            assert "were busy for 0.05 s: raise POURQUI_DATABASE_CONNECTIONS" in str(told.value)
        await asyncio.gather(*busy)
        assert await database.write("mine", one) == 1


async def test_a_server_that_stops_is_told_to_whoever_comes_and_to_whoever_was_there(postgresql_to_stop: Server) -> None:
    url = postgresql_to_stop.url("postgres")
    async with await Database.open(url) as database:
        postgresql_to_stop.process.send_signal(signal.SIGTERM)  # it waits for those who are connected
        await _told(url, "stopping or recovering")
        postgresql_to_stop.process.send_signal(signal.SIGINT)  # and now it doesn't
        await asyncio.to_thread(postgresql_to_stop.process.wait, SECONDS)
        with pytest.raises(UnavailableError, match="there's nobody there: see that the server runs"):
            await database.read(one)


async def _answer(url: str) -> str:
    try:
        async with await Database.open(url):
            return ""
    except UnavailableError as error:
        return str(error)


async def _told(url: str, meant: str) -> str:
    """Open the database until it says this, which the server does once it has taken a change of its own up."""
    async with asyncio.timeout(SECONDS):
        while True:
            if meant in (told := await _answer(url)):
                return told
            await asyncio.sleep(0.01)


async def test_a_database_that_only_reads_names_the_way_to_the_one_that_writes(postgresql_to_stop: Server) -> None:
    url = postgresql_to_stop.make("standby")
    with psycopg.connect(url, autocommit=True) as keeper:
        keeper.execute("CREATE TABLE seen (number integer)")
        keeper.execute("ALTER DATABASE standby SET default_transaction_read_only = on")
    async with await Database.open(url) as database:
        assert await database.read(one) == 1
        with pytest.raises(UnavailableError, match=r"only reads there, .*target_session_attrs=read-write"):
            await database.write("any", add)
    with pytest.raises(UnavailableError, match="only reads there"):
        schema.upgrade(url)
    assert "only reads there" in await refusal(f"{url}&target_session_attrs=read-write")


async def test_a_wrong_password_is_told_and_never_shown(postgresql_to_stop: Server) -> None:
    postgresql_to_stop.execute("CREATE ROLE pourqui LOGIN PASSWORD 'right'")
    rules = postgresql_to_stop.folder / "cluster" / "pg_hba.conf"
    rules.write_text(f"local all pourqui scram-sha-256\n{rules.read_text()}")
    postgresql_to_stop.execute("SELECT pg_reload_conf()")
    url = postgresql_to_stop.url("postgres")
    told = await _told(url.replace("postgres@", "pourqui:hunter2@"), "doesn't let this user in")
    assert "correct the name and the password in POURQUI_DATABASE_URL" in told
    assert "hunter2" not in told
    assert "doesn't let this user in" in await refusal(url.replace("postgres@", "nobody@"))
    assert await _answer(url.replace("postgres@", "pourqui:right@")) == ""


async def test_a_database_that_is_not_there_is_to_be_made(postgresql_to_stop: Server) -> None:
    assert "the server has no such database: make it, empty, or correct its name" in await refusal(postgresql_to_stop.url("missing"))


def test_a_role_that_may_make_no_tables_is_told(postgresql_to_stop: Server) -> None:
    postgresql_to_stop.execute("CREATE ROLE guest LOGIN")
    postgresql_to_stop.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    with pytest.raises(UnavailableError, match="doesn't give this user the right: make it the database's owner"):
        schema.upgrade(postgresql_to_stop.url("postgres").replace("postgres@", "guest@"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("server closed the connection unexpectedly", "starting, stopping or recovering"),
        ("FATAL:  désolé, trop de clients sont déjà connectés", "takes no more connections"),
        ("FATAL:  le système de bases de données se lance", "starting, stopping or recovering"),
        ("FATAL:  le système de base de données s'arrête", "starting, stopping or recovering"),
        ("FATAL:  authentification par mot de passe échouée pour l'utilisateur  « pourqui »", "doesn't let this user in"),
        ("FATAL:  la base de données « pourqui » n'existe pas", "no such database"),
        ("FATAL:  the database system is starting up", "starting, stopping or recovering"),
    ],
)
def test_a_server_that_speaks_french_is_understood(said: str, meant: str) -> None:
    assert meant in (outages.told(psycopg.OperationalError(f"connection failed: {said}")) or "")


def test_what_is_not_known_is_left_to_its_own_words() -> None:
    assert outages.told(psycopg.OperationalError("something else")) is None
