"""The departure: the embedded database that an installation leaves, used by nobody else, and held until it's gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage import deployment, processes, schema
from storage.address import is_sqlite, parse, shown
from storage.deployment import Deployment
from storage.errors import MoveError, TooNewError, told_as_unavailable
from storage.processes import Process
from storage.sqlite import engine_of
from storage.tables import DeploymentRow, ProcessRow

_SHOWN: Final = 5  # processes by name
_TO_DO: Final = "stop it, then move; one that was killed is forgotten after 10 seconds"


def look(url: str) -> Deployment | None:
    """Return the installation that may leave this database, None where it has no name yet; change nothing.

    Raises MoveError where there's no database, where it isn't SQLite, and where it's of another version; UnavailableError.
    """
    address = parse(url)
    if not is_sqlite(address):
        raise MoveError(f"the installation is on {shown(address)} already, by POURQUI_DATABASE_URL: only an embedded one (SQLite) can be moved")
    if not Path(address.database or "").is_file():
        raise MoveError(f"there's no database {address.database} yet, so nothing to move: set POURQUI_DATABASE_URL to the new one, and start")
    with reading(url) as connection, Session(connection) as session:
        there = inspect(connection).get_table_names()
        if "alembic_version" not in there:
            raise MoveError(f"{address.database} holds nothing of pourqui: is POURQUI_DATA the folder that you meant?")
        revision = schema.revision_now(session)
        if revision not in schema.revisions():
            raise TooNewError(
                f"the database has revision {revision}, this version of pourqui knows {schema.head()} at most: install the later version"
            )
        return deployment.found(session) if DeploymentRow.__tablename__ in there else None


def refuse_used(url: str, at: datetime) -> None:
    """Raise MoveError, which says who it is, where any other process has the database open.

    SQLite leaves WAL mode only for somebody who is alone with the file: https://www.sqlite.org/pragma.html#pragma_journal_mode
    """
    with reading(url) as connection:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
        except OperationalError as error:
            raise MoveError(f"{_named(_alive(connection, at))} at work on {parse(url).database}: {_TO_DO}") from error
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


@contextmanager
def held(url: str, at: datetime) -> Iterator[Connection]:
    """Bring the database to this version, name the installation, and shut every other writer out until the end of the block, which commits.

    Raises MoveError where a process is at work on it, or was until a moment ago; UnavailableError.
    """
    with writing(url) as connection, Session(connection) as session:
        deployment.of(session, at)  # committed at once: by this name the target knows us again
    with writing(url) as connection:
        if found := _alive(connection, at):
            raise MoveError(f"{_named(found)} at work on {parse(url).database}: {_TO_DO}")
        yield connection


@contextmanager
def writing(url: str) -> Iterator[Connection]:
    """Bring the database to this version, and be its only writer until the end of the block, which commits. Raises UnavailableError."""
    schema.upgrade(url)
    address = parse(url)
    engine = engine_of(address, "foreign_keys = ON", begin="BEGIN IMMEDIATE")
    try:
        with engine.connect() as connection:
            with told_as_unavailable(f"another process writes to {address.database}, perhaps another move; let it end"):
                transaction = connection.begin()
            with transaction:
                yield connection
    finally:
        engine.dispose()


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """Read the database as it is. Raises UnavailableError."""
    address = parse(url)
    engine = engine_of(address, "query_only = ON")
    try:
        with told_as_unavailable(f"{shown(address)} doesn't answer"), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _alive(connection: Connection, at: datetime) -> list[Process]:
    if not inspect(connection).has_table(str(ProcessRow.__tablename__)):
        return []
    with Session(connection) as session:
        return processes.alive(session, at)


def _named(found: list[Process]) -> str:
    if not found:
        return "another program is"
    names = [f"{one.role} on {one.host} (process {one.pid}, since {one.started_at:%Y-%m-%d %H:%M} UTC)" for one in found[:_SHOWN]]
    return ", ".join(names) + (" is" if len(found) == 1 else " are")
