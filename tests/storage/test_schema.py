"""Migrations: they lead to the tables, from wherever one comes, on both databases."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import NullPool, create_engine, text

from storage import schema
from storage.address import is_sqlite, parse
from storage.database import Database
from storage.errors import AddressError, TooNewError, UnavailableError
from storage.sqlite import BUSY_SECONDS, engine_of
from storage.tables import Row


def differences(url: str) -> list[object]:
    engine = create_engine(parse(url), poolclass=NullPool)
    with engine.connect() as connection:
        found: list[object] = compare_metadata(MigrationContext.configure(connection), Row.metadata)
    return found


@pytest.mark.parametrize("start", [None, *schema.revisions()])
def test_the_migrations_lead_to_the_tables_from_empty_and_from_each_revision(empty_database_url: str, start: str | None) -> None:
    assert schema.revision_of(empty_database_url) is None
    if start is not None:
        assert schema.upgrade(empty_database_url, start) == start
        assert schema.revision_of(empty_database_url) == start
    assert schema.upgrade(empty_database_url) == schema.head()
    assert schema.revision_of(empty_database_url) == schema.head()
    assert differences(empty_database_url) == []


def test_a_table_that_no_migration_makes_is_noticed(empty_database_url: str) -> None:
    schema.upgrade(empty_database_url)
    engine = create_engine(parse(empty_database_url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE vector"))
    assert len(differences(empty_database_url)) == 1


def test_processes_that_migrate_at_once_all_succeed(empty_database_url: str) -> None:
    code = f"from storage.schema import upgrade; print(upgrade({empty_database_url!r}))"
    processes = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate()[0].strip() for process in processes]
    assert told == [schema.head()] * 3
    assert differences(empty_database_url) == []


def test_a_database_of_a_later_version_is_refused_and_left_as_it_is(database_url: str) -> None:
    engine = create_engine(parse(database_url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(TooNewError, match="9999"):
        schema.upgrade(database_url)
    assert schema.revision_of(database_url) == "9999"


def test_the_revision_is_told_while_somebody_writes(database_url: str) -> None:
    address = parse(database_url)
    engine = engine_of(address, begin="BEGIN IMMEDIATE") if is_sqlite(address) else create_engine(address, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        began = time.monotonic()
        assert schema.revision_of(database_url) == schema.head()
        assert time.monotonic() - began < BUSY_SECONDS / 2


def test_asking_for_the_revision_of_a_missing_file_makes_none(tmp_path: Path) -> None:
    assert schema.revision_of(f"sqlite:///{tmp_path}/pourqui.db") is None
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_migrated_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no folder"):
        schema.upgrade(f"sqlite:///{tmp_path}/missing/pourqui.db")
    with pytest.raises(UnavailableError, match="doesn't answer"):
        schema.upgrade(f"postgresql://pourqui@/pourqui?host={tmp_path}")
    with pytest.raises(AddressError):
        schema.upgrade("sqlite://")


def test_the_next_revision_is_drafted_from_the_tables(tmp_path: Path) -> None:
    migrations = tmp_path / "migrations"
    shutil.copytree(Path(schema.__file__).parent / "migrations", migrations, ignore=shutil.ignore_patterns("__pycache__"))
    draft = schema.draft("Who may see what", migrations)
    number = f"{len(schema.revisions()) + 1:04}"
    assert draft == migrations / "versions" / f"r{number}_who_may_see_what.py"
    written = draft.read_text()
    assert f'revision = "{number}"' in written
    assert f'down_revision = "{schema.head()}"' in written
    assert re.search(r"def upgrade\(\).*\n.*\n.*\n +pass", written)  # the tables say nothing that the revisions don't


async def test_the_time_of_a_server_is_its_own(database: Database, database_url: str) -> None:
    told = await database.read(schema.time_of)
    if database_url.startswith("sqlite"):
        assert told is None
    else:
        with psycopg.connect(database_url) as connection:
            later = connection.execute("SELECT clock_timestamp()").fetchall()[0][0]
        assert told is not None
        assert 0 <= (later - told).total_seconds() < 60
