"""Where an installation can't leave from, or come to: a reason, what to do, and nothing changed."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from storage import arrival, departure, deployment, moving, processes, schema
from storage.database import Database
from storage.errors import AddressError, MovedError, MoveError, StorageError, TooNewError, UnavailableError
from tests.databases import Server
from tests.processes import process
from tests.storage.installation import AT, Mover, between, fill, use

SERVING = process("atlas", AT)


@pytest.fixture
def mover(tmp_path: Path, sqlite_template: Path, postgresql: Server) -> Iterator[Mover]:
    with between(sqlite_template, tmp_path, postgresql) as one:
        yield one


def refused(mover: Mover, kind: type[StorageError], reason: str) -> None:
    """See that it's refused, by the move as by the weighing where that looks so far, and that nothing was told as done."""
    with pytest.raises(kind, match=reason):
        mover.move()
    assert mover.told == []


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_a_source_that_isn_t_there(mover: Mover, tmp_path: Path) -> None:
    refused(replace(mover, source=f"sqlite:///{tmp_path / 'none.sqlite3'}"), MoveError, "there's no database .*none.sqlite3 yet")
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_source_without_anything_of_ours(mover: Mover, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as other:
        other.execute("CREATE TABLE t (x)")
    refused(replace(mover, source=f"sqlite:///{tmp_path / 'other.sqlite3'}"), MoveError, "holds nothing of pourqui")


def test_a_source_that_is_no_database(mover: Mover, tmp_path: Path) -> None:
    (tmp_path / "torn.sqlite3").write_bytes(b"torn " * 1000)
    refused(replace(mover, source=f"sqlite:///{tmp_path / 'torn.sqlite3'}"), UnavailableError, "torn.sqlite3 doesn't answer: file is not a database")


def test_a_source_on_postgresql_already(mover: Mover) -> None:
    refused(replace(mover, source=mover.target), MoveError, "is on postgresql.* already")


def test_a_source_of_a_later_version(mover: Mover) -> None:
    use(mover.source, lambda session: session.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    refused(mover, TooNewError, "revision 9999")


def test_a_source_on_which_a_process_is_at_work_says_which(mover: Mover) -> None:
    use(mover.source, lambda session: processes.note(session, SERVING))
    refused(mover, MoveError, r"serve on atlas \(process 4711, since 2026-11-20 09:30 UTC\) is at work on .*: stop it")


async def test_a_source_that_any_program_has_open(mover: Mover) -> None:
    async with await Database.open(mover.source):
        refused(mover, MoveError, "another program is at work on .*pourqui.sqlite3: stop it")
    mover.move()


def test_a_source_that_moved_elsewhere(mover: Mover) -> None:
    use(mover.source, lambda session: deployment.of(session, AT))
    use(mover.source, lambda session: deployment.leave(session, "postgresql://elsewhere/p", AT))
    refused(mover, MovedError, "moved to postgresql://elsewhere/p on 2026-11-20 09:30 UTC")
    with pytest.raises(MovedError):
        moving.weigh(mover.source, mover.target)


def test_a_source_that_moved_there_already(mover: Mover) -> None:
    mover.move()
    mover.told.clear()
    refused(mover, MovedError, "moved to postgresql")


def test_a_target_where_it_lives_already_after_it_was_called_back(mover: Mover) -> None:
    mover.move()
    mover.told.clear()
    moving.cancel(mover.source, lambda session: None)
    refused(mover, MoveError, "came to arrival_.* on 2026-11-20 09:30 UTC and may live there since")


def test_a_target_that_isn_t_postgresql(mover: Mover, tmp_path: Path) -> None:
    refused(replace(mover, target=f"sqlite:///{tmp_path / 'other.db'}"), AddressError, "moves to postgresql://")


def test_a_target_that_can_t_be_reached_doesn_t_tell_the_password(mover: Mover) -> None:
    with pytest.raises(UnavailableError, match=r"bob:\*\*\*@") as caught:
        replace(mover, target="postgresql://bob:secret@127.0.0.1:1/none").move()
    assert "secret" not in str(caught.value)


def test_a_target_with_tables_of_somebody_else(mover: Mover) -> None:
    execute(mover.target, "CREATE TABLE invoice (x int)")
    refused(mover, MoveError, r"tables that aren't pourqui's \(invoice\)")


def test_a_target_with_rows_of_ours(mover: Mover) -> None:
    schema.upgrade(mover.target)
    execute(mover.target, "INSERT INTO tick VALUES ('send', now())")
    refused(mover, MoveError, "isn't empty: it has rows in tick")


def test_a_target_with_another_installation(mover: Mover) -> None:
    schema.upgrade(mover.target)
    use(mover.target, lambda session: deployment.begin(session, "another", AT))
    refused(mover, MoveError, "that of another installation, made on 2026-11-20")


def test_a_target_of_a_later_version(mover: Mover) -> None:
    schema.upgrade(mover.target)
    execute(mover.target, "UPDATE alembic_version SET version_num = '9999'")
    refused(mover, TooNewError, "revision 9999")


def test_an_empty_target_that_was_prepared_already(mover: Mover) -> None:
    schema.upgrade(mover.target)
    mover.move()


def test_a_role_that_may_not_make_tables(mover: Mover, postgresql: Server) -> None:
    role = f"reader_{mover.target.split('/')[3].split('?')[0]}"
    postgresql.execute(f"CREATE ROLE {role} LOGIN")
    try:
        weak = replace(mover, target=mover.target.replace("postgres@", f"{role}@"))
        refused(weak, MoveError, f"the role {role} may not make tables in arrival_.*: GRANT USAGE, CREATE ON SCHEMA public TO {role}")
    finally:
        postgresql.execute(f"DROP ROLE {role}")


def test_a_database_in_another_encoding(mover: Mover, postgresql: Server) -> None:
    postgresql.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        refused(replace(mover, target=postgresql.url("latin")), MoveError, "encoded as LATIN1: make one with ENCODING 'UTF8'")
    finally:
        postgresql.drop("latin")


def test_two_moves_to_one_place(mover: Mover) -> None:
    with arrival.locked(mover.target):
        refused(mover, MoveError, "another move to .* is under way")


def test_two_moves_from_one_place(mover: Mover, postgresql: Server) -> None:
    other = postgresql.make("arrival_other")
    try:
        with departure.held(mover.source, AT):
            refused(replace(mover, target=other), MoveError, "is at work on")
    finally:
        postgresql.drop("arrival_other")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE person SET name = 'a' || char(0) || 'b' WHERE email LIKE 'bob@%'", r"the table person, id=\S+: its name has a NUL character"),
        ("UPDATE exchange SET sheet_ids = '[\"\\u0000\"]' WHERE id = 'x-bob'", r"the table exchange, id=x-bob: unsupported Unicode escape sequence"),
        ("UPDATE exchange SET sheet_ids = '[\"\\ud800\"]' WHERE id = 'x-bob'", r"the table exchange, id=x-bob: invalid input syntax for type json"),
        ("UPDATE exchange SET sheet_ids = '{' WHERE id = 'x-bob'", r"the table exchange, id=x-bob: invalid input syntax for type json"),
        ("UPDATE request SET hops = 3000000000 WHERE id = 'r-bob'", r"the table request, id=r-bob: value .* is out of range for type integer"),
    ],
)
def test_a_row_that_postgresql_refuses_is_named_and_once_mended_the_move_goes_on(mover: Mover, statement: str, reason: str) -> None:
    fill(mover.source)
    execute_here(mover, statement)
    with pytest.raises(MoveError, match=reason):
        mover.move()
    use(mover.source, deployment.refuse_moved)
    for mended in ("UPDATE person SET name = 'b' WHERE email LIKE 'bob@%'", "UPDATE exchange SET sheet_ids = '[]'", "UPDATE request SET hops = 0"):
        execute_here(mover, mended)
    mover.move()


def test_the_guide_s_statement_takes_a_nul_character_out_and_nothing_else(mover: Mover) -> None:
    fill(mover.source)
    execute_here(mover, "UPDATE person SET name = 'Zoé' || char(0) || ' Fau' || char(0) || 'ré' WHERE email LIKE 'bob@%'")
    with pytest.raises(MoveError, match=r"the table person, id=(\S+): its name") as told:
        mover.move()
    key = str(told.value).partition("id=")[2].partition(":")[0]
    guide = (Path(__file__).parents[2] / "docs" / "moving.md").read_text(encoding="utf-8")
    (statement,) = re.findall(r'^sqlite3 data/pourqui\.sqlite3 "(.+)"$', guide, re.MULTILINE)
    for _ in range(3):  # once more than there are such characters: it does no harm
        execute_here(mover, statement.replace("…", key))
    with closing(sqlite3.connect(mover.source.removeprefix("sqlite:///"))) as file:
        assert file.execute("SELECT name FROM person WHERE id = ?", (key,)).fetchone() == ("Zoé Fauré",)
    mover.move()


def execute_here(mover: Mover, statement: str) -> None:
    with closing(sqlite3.connect(mover.source.removeprefix("sqlite:///"))) as file, file:
        file.execute(statement)
