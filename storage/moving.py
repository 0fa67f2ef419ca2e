"""The move: an embedded installation to PostgreSQL, whole, checked on both sides, and gone on with where it was interrupted."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

import psycopg
from sqlalchemy import Connection, Table, delete, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from storage import arrival, departure, deployment, schema
from storage.address import parse, shown
from storage.checksums import Checksum, Page, checksum_of, key_of, pages, read_key, write_key
from storage.errors import MovedError, MoveError, UnavailableError
from storage.tables import DeploymentRow, MoveRow, ProcessRow, Row, TickRow, table_of

_STAY: Final = frozenset(table_of(row).name for row in (ProcessRow, TickRow, DeploymentRow, MoveRow))  # about processes, and about the move itself
TABLES: Final = tuple(table for table in Row.metadata.sorted_tables if table.name not in _STAY)

Clock: TypeAlias = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a table is: so many of its rows have come; `checked` once both databases hold the same."""

    table: str
    rows: int
    of: int
    checked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What had come before isn't what the source holds now, as somebody used it in between: it's taken out, and the move starts again."""

    table: str


Told: TypeAlias = Callable[[Step | Again], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What would move: the rows of each table, and the size of the file in bytes."""

    rows: dict[str, int]
    size: int


def weigh(source: str, target: str) -> Load:
    """Say what would move, and change nothing. Raises what `move` raises before it copies."""
    _refuse_gone(source, target)
    with _told(source, target), arrival.locked(target) as to:
        known = departure.look(source)
        arrival.look(to, known.id if known else None)
        with departure.reading(source) as connection:
            there = inspect(connection).get_table_names()
            rows = {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES if table.name in there}
    return Load(rows=rows, size=Path(parse(source).database or "").stat().st_size)


def move(source: str, target: str, *, clock: Clock, note: Callable[[Session], None], tell: Told) -> None:
    """Copy the installation, see that both databases hold the same, and let the target take over from the source. Blocking, for minutes.

    `note` is written to the target together with the mark that it's complete. Interrupted anywhere, the same call goes on. First the source is
    marked as gone, then the target as complete: at no moment may both be served. Raises MoveError, MovedError, TooNewError, AddressError,
    UnavailableError; what they say leaves the source as it was.
    """
    _refuse_gone(source, target)
    with _told(source, target), arrival.locked(target) as to:
        known = departure.look(source)
        arrival.look(to, known.id if known else None)
        to.rollback()
        departure.refuse_used(source, clock())
        with departure.held(source, clock()) as origin:
            schema.upgrade(target)
            with Session(origin) as session:
                leaving = deployment.of(session, clock())
            with Session(to) as session:
                if deployment.found(session) is None:
                    deployment.begin(session, leaving.id, clock())
                session.commit()
            _copy_all(origin, to, clock, tell)
            with Session(origin) as session:
                deployment.leave(session, goal(target), clock())
        with Session(to) as session:
            note(session)
            deployment.complete(session, clock())
            session.commit()


def cancel(source: str, note: Callable[[Session], None]) -> deployment.Deployment:
    """Take an installation that moved away into use again; return where it had gone. Raises MoveError where it hadn't, UnavailableError."""
    departure.look(source)
    with _told(source, source), departure.writing(source) as connection, Session(connection) as session:
        former = deployment.come_back(session)
        if former is None:
            raise MoveError("this installation hasn't moved: there's nothing to cancel")
        note(session)
    return former


def goal(target: str) -> str:
    """Return where it goes, without the password. Raises AddressError."""
    return shown(parse(target))


def _refuse_gone(source: str, target: str) -> None:
    """Refuse an installation that went elsewhere; one whose move to this very target lacks only its last stroke may go on."""
    known = departure.look(source)
    if known is None or known.moved_to is None:
        return
    if known.moved_to == goal(target):
        with _told(source, target), arrival.locked(target) as to:
            if arrival.is_partial(to, known.id):
                return
    raise MovedError(deployment.gone(known))


def _copy_all(origin: Connection, to: Connection, clock: Clock, tell: Told) -> None:
    """Copy every table, those first that others point to, and compare them."""
    if (changed := _changed_since(origin, to)) is not None:
        tell(Again(table=changed))
        arrival.clear(to)
        to.commit()
    for table in TABLES:
        _copy(origin, to, table, clock, tell)


def _changed_since(origin: Connection, to: Connection) -> str | None:
    """Return the first table of which the source doesn't hold any more what had come of it before, None where all go on."""
    for table in TABLES:
        progress = _progress(to, table)
        if progress is None:
            continue
        done = progress.done_at is not None
        upto = None if done or progress.last_key is None else read_key(table, progress.last_key)
        if checksum_of(origin, table, upto) != Checksum.read(progress.rows, progress.checksum):
            return table.name
    return None


def _copy(origin: Connection, to: Connection, table: Table, clock: Clock, tell: Told) -> None:
    of = origin.execute(select(func.count()).select_from(table)).scalar_one()
    progress = _progress(to, table) or MoveRow(table_name=table.name, rows=0, checksum=Checksum().text)
    if progress.done_at is None:
        come = Checksum.read(progress.rows, progress.checksum)
        after = None if progress.last_key is None else read_key(table, progress.last_key)
        for page in pages(origin, table, after=after, in_order=True):
            come.add(page.canonical)
            _bring(to, table, page, come)
            tell(Step(table=table.name, rows=come.rows, of=of))
        arrival.count_on(to, table)
        _keep(to, MoveRow(table_name=table.name, rows=come.rows, checksum=come.text, done_at=clock()))
        to.commit()
        arrival.learn(to, table)
        to.commit()
    _compare(origin, to, table)
    tell(Step(table=table.name, rows=of, of=of, checked=True))


def _bring(to: Connection, table: Table, page: Page, come: Checksum) -> None:
    """Write a page and how far that is, in one transaction."""
    progress = MoveRow(table_name=table.name, last_key=write_key(key_of(table, page.rows[-1])), rows=come.rows, checksum=come.text)
    try:
        with to.begin():
            arrival.copy_in(to, table, page.rows)
            _keep(to, progress)
    except psycopg.OperationalError:
        raise
    except (psycopg.Error, UnicodeError) as error:
        raise _refused(to, table, page, error) from error


def _refused(to: Connection, table: Table, page: Page, error: Exception) -> MoveError:
    """Find the row that PostgreSQL refuses, and say how to mend it."""
    for row in page.rows:
        if (reason := arrival.refusal(to, table, row)) is not None:
            key = ", ".join(f"{column.name}={part!s}" for column, part in zip(table.primary_key.columns, key_of(table, row), strict=True))
            to.rollback()
            return MoveError(
                f"PostgreSQL refuses a row of the table {table.name}, {key}: {reason}. Mend that row in the old database (docs/moving.md), then run "
                "the move again: it goes on"
            )
    return MoveError(f"PostgreSQL refuses rows of the table {table.name}: {error}")


def _compare(origin: Connection, to: Connection, table: Table) -> None:
    """Read both sides again, and see that they're the same."""
    here, there = checksum_of(origin, table), checksum_of(to, table)
    to.rollback()
    if here != there:
        raise MoveError(
            f"the table {table.name} isn't the same on both sides: {here.rows} rows, {here.text} here; {there.rows} rows, {there.text} there. "
            "Something else writes to the new database: make an empty one, and move again; the old one is as it was"
        )


def _progress(to: Connection, table: Table) -> MoveRow | None:
    with Session(to) as session:
        row = session.get(MoveRow, table.name)
        if row is not None:
            session.expunge(row)
    to.rollback()
    return row


def _keep(to: Connection, progress: MoveRow) -> None:
    kept = table_of(MoveRow)
    to.execute(delete(kept).where(kept.c.table_name == progress.table_name))
    to.execute(kept.insert().values(**progress.model_dump()))


@contextmanager
def _told(source: str, target: str) -> Iterator[None]:
    """Tell which of the two databases failed, and that the same move goes on; COPY's errors come from the driver itself."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        name = shown(parse(source if isinstance(cause, sqlite3.Error) else target))
        raise UnavailableError(f"{name} failed: {cause}; run the move again: it goes on") from error
