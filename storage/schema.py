"""The database's schema: which revision it has, which one this version needs, and how it gets there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, NullPool, create_engine, inspect, text
from sqlmodel import Session

from storage.address import folder_of, is_sqlite, parse, shown
from storage.errors import TooNewError, UnavailableError, told_as_unavailable
from storage.locks import lock_key
from storage.sqlite import engine_of

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def head() -> str:
    """Return the revision that this version of pourqui needs."""
    return revisions()[-1]


def revisions() -> list[str]:
    """Return every revision, the oldest first; the files are named for them."""
    found = sorted(file.name[1:5] for file in (_MIGRATIONS / "versions").glob("r[0-9][0-9][0-9][0-9]_*.py"))
    if not found:
        raise LookupError(f"no revision in {_MIGRATIONS}: the installation is incomplete")
    return found


def revision_of(url: str) -> str | None:
    """Return the revision of a database, None for an empty one. Blocking. Raises AddressError, UnavailableError."""
    address = parse(url)
    if is_sqlite(address) and not Path(address.database or "").exists():
        return None
    with _open(address) as connection:  # no lock: it's asked while others write, or upgrade
        return _revision(connection)


def upgrade(url: str, to: str | None = None, *, queue: bool = False) -> str:
    """Bring a database, which may be empty, to `to` (this version's revision where None); return the revision it has then. Blocking.

    With `queue`, procrastinate's own schema too, to the installed version's form (PostgreSQL only).
    All or nothing, and one process at a time: a second one waits, then finds nothing left to do. Raises TooNewError for a database of a later
    version, which is left as it is, AddressError, and UnavailableError.
    """
    wanted = to or head()
    with _transaction(parse(url)) as connection:
        current = _revision(connection)
        if current is not None and current not in revisions():
            raise TooNewError(f"the database has revision {current}, this version of pourqui knows {head()} at most: install the later version")
        if current != wanted:
            from storage.migrations.runner import bring_to  # Alembic: 12 MB that a start on a migrated database spares

            bring_to(connection, wanted, _MIGRATIONS)
        if queue:
            from storage.queue_schema import bring_up  # procrastinate: only where it's chosen

            bring_up(connection)
    return wanted


def draft(title: str, migrations: Path = _MIGRATIONS) -> Path:
    """Write the next revision, from what the tables say and no revision does yet, for somebody to read and mend; return its file.

    For those who change the tables: `python -c 'from storage.schema import draft; draft("Who may see what")'`.
    """
    from storage.migrations.runner import draft as drafted

    return drafted(title, migrations)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


@contextmanager
def _transaction(address: URL) -> Iterator[Connection]:
    """Open a transaction that shuts out every other migration, and on SQLite every other writer."""
    if is_sqlite(address) and not folder_of(address).is_dir():
        raise UnavailableError(f"there's no folder {folder_of(address)} to hold the database")
    with _open(address, begin="BEGIN IMMEDIATE") as connection:
        if not is_sqlite(address):
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("migrations")})
        yield connection


@contextmanager
def _open(address: URL, *, begin: str | None = None) -> Iterator[Connection]:
    """Open a transaction, on SQLite with `begin`, or none where that is None."""
    if is_sqlite(address):
        # foreign keys stay off: a table that's made anew is dropped in between
        engine = engine_of(address, begin=begin)
    else:
        from storage.postgresql import CONNECT_SECONDS  # the driver: 9 MB that SQLite spares

        engine = create_engine(address, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}, hide_parameters=True)
    try:
        with told_as_unavailable(f"{shown(address)} doesn't answer"), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def revision_now(session: Session) -> str | None:
    """Return the revision that the database has at this moment, which another process may have changed."""
    revision: str | None = session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def time_of(session: Session) -> datetime | None:
    """Return what time the database server thinks it is, None where there's no server (SQLite has this machine's clock)."""
    if session.connection().dialect.name == "sqlite":
        return None
    told: datetime = session.connection().exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return told
