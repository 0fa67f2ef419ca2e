"""procrastinate's schema: made once, brought up from any earlier form of it, and left alone where it's somebody else's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import procrastinate
import psycopg
import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from storage import schema
from storage.address import parse
from storage.errors import AddressError, AnotherDeploymentError, TooNewError
from storage.queue_schema import bring_up, conninfo
from tests.databases import Server

FILES = sorted((Path(procrastinate.__file__).parent / "sql" / "migrations").glob("*.sql"))
# what there is of it; PostgreSQL gives columns and values of a type that were added later another place, which nobody sees
CATALOG = """
SELECT 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = 'procrastinate'
UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'procrastinate'
UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'procrastinate'::regnamespace
UNION ALL SELECT 'function', regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g') FROM pg_proc WHERE pronamespace = 'procrastinate'::regnamespace
UNION ALL SELECT 'trigger', pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
  WHERE c.relnamespace = 'procrastinate'::regnamespace AND NOT tgisinternal
UNION ALL SELECT 'type', typname || ' ' || enumlabel FROM pg_enum JOIN pg_type t ON t.oid = enumtypid
  WHERE typnamespace = 'procrastinate'::regnamespace
"""


@contextmanager
def transaction(url: str) -> Iterator[Connection]:
    engine = create_engine(parse(url), poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


@pytest.fixture
def empty(postgresql: Server) -> Iterator[str]:
    yield postgresql.make("to_queue")
    postgresql.drop("to_queue")


def catalog(url: str) -> set[str]:
    with transaction(url) as connection:
        return {f"{kind} {told}" for kind, told in connection.execute(text(CATALOG))}


def noted(url: str) -> str:
    with transaction(url) as connection:
        return str(connection.execute(text("SELECT migration FROM procrastinate.pourqui_applied")).scalar_one())


def make_as_of(url: str, last: Path) -> None:
    """Make the schema as the version of the library did whose last migration this is; each in a transaction of its own, as they came out."""
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA procrastinate")
        for file in FILES[: FILES.index(last) + 1]:
            connection.execute(file.read_bytes())
        connection.execute("CREATE TABLE pourqui_applied (migration text PRIMARY KEY)")
        connection.execute("INSERT INTO pourqui_applied VALUES (%s)", [last.stem])


def test_it_is_made_once_beside_our_own_tables(empty: str) -> None:
    schema.upgrade(empty)
    with transaction(empty) as connection:
        assert connection.execute(text("SELECT to_regnamespace('procrastinate')")).scalar() is None
    schema.upgrade(empty, queue=True)
    made = catalog(empty)
    assert noted(empty) == FILES[-1].stem
    assert any("procrastinate_jobs.queueing_lock" in line for line in made)
    assert schema.upgrade(empty, queue=True) == schema.head()
    assert catalog(empty) == made
    with transaction(empty) as connection:
        strays = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%'"
        assert connection.execute(text(strays)).scalar() == 0


@pytest.mark.parametrize("last", [file for file in FILES if file.stem >= "03.00.00_50"], ids=lambda file: file.stem)
def test_it_is_brought_up_from_an_earlier_form(postgresql: Server, queue_url: str, empty: str, last: Path) -> None:
    make_as_of(empty, last)
    with transaction(empty) as connection:
        bring_up(connection)
    assert noted(empty) == FILES[-1].stem
    assert catalog(empty) == catalog(queue_url)


def test_a_later_form_is_refused_and_left_as_it_is(queue_url: str) -> None:
    with transaction(queue_url) as connection:
        connection.execute(text("UPDATE procrastinate.pourqui_applied SET migration = '09.00.00_01_pre_something'"))
    with pytest.raises(TooNewError, match=r"09\.00\.00_01_pre_something.*install the later version of pourqui"):
        schema.upgrade(queue_url, queue=True)
    assert noted(queue_url) == "09.00.00_01_pre_something"


def test_the_queue_of_another_program_is_refused_and_left_as_it_is(empty: str) -> None:
    with psycopg.connect(conninfo(empty), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA procrastinate")
        connection.execute("CREATE TABLE procrastinate_jobs (id bigint)")
    with pytest.raises(AnotherDeploymentError, match="give pourqui a database of its own"):
        schema.upgrade(empty, queue=True)
    assert catalog(empty) == {"column procrastinate_jobs.id bigint YES "}


def test_it_is_undone_with_the_transaction_that_makes_it(empty: str) -> None:
    def made_in_vain() -> None:
        with transaction(empty) as connection:
            bring_up(connection)
            raise RuntimeError("the migration failed")

    with pytest.raises(RuntimeError):
        made_in_vain()
    with transaction(empty) as connection:
        assert connection.execute(text("SELECT to_regnamespace('procrastinate')")).scalar() is None


def test_the_queue_needs_postgresql(tmp_path: Path) -> None:
    with pytest.raises(AddressError):
        conninfo(f"sqlite:///{tmp_path}/pourqui.db")


def test_the_driver_is_told_what_the_url_says() -> None:
    told = psycopg.conninfo.conninfo_to_dict(
        conninfo("postgresql://ann:s3%40cret@db.example:6432/pourqui?sslmode=require&options=-cstatement_timeout%3D5s")
    )
    assert told == {
        "user": "ann",
        "password": "s3@cret",
        "host": "db.example",
        "port": "6432",
        "dbname": "pourqui",
        "sslmode": "require",
        "options": "-cstatement_timeout=5s -csearch_path=procrastinate,public",
    }
    told = psycopg.conninfo.conninfo_to_dict(conninfo("postgresql://postgres@/pourqui?host=/run/postgresql&port=5432"))
    assert told == {
        "user": "postgres",
        "host": "/run/postgresql",
        "port": "5432",
        "dbname": "pourqui",
        "options": "-csearch_path=procrastinate,public",
    }
