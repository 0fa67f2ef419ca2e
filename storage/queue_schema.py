"""procrastinate's own tables, in a PostgreSQL schema of their own, brought up from its SQL files."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from storage.address import is_sqlite, parse
from storage.errors import AddressError, AnotherDeploymentError, TooNewError

if TYPE_CHECKING:  # the driver: 9 MB that SQLite spares
    from psycopg import AsyncConnection

SCHEMA: Final = "procrastinate"
_NOTE: Final = "pourqui_applied"  # the one row of this table of ours: the last of the library's migrations that the schema contains


def bring_up(connection: Connection) -> None:
    """Make procrastinate's schema, or bring it to the form of the version that's installed. Run in the transaction of a migration.

    Raises TooNewError for the schema of a later version, and AnotherDeploymentError for one that another program made.
    """
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    connection.execute(text(f"SET LOCAL search_path = {SCHEMA}"))
    files = dict(_migrations())
    last = max(files)
    inspector = inspect(connection)
    if inspector.has_table(_NOTE, schema=SCHEMA):
        noted: str = connection.execute(text(f"SELECT migration FROM {_NOTE}")).scalar_one()  # noqa: S608 - a name of ours
        if noted > last:
            raise TooNewError(
                f"the queue's tables (schema {SCHEMA}) have procrastinate's migration {noted}, the installed version knows {last} at most: "
                "install the later version of pourqui"
            )
        for name in sorted(name for name in files if name > noted):
            _run(connection, files[name])
        connection.execute(text(f"UPDATE {_NOTE} SET migration = :last"), {"last": last})  # noqa: S608 - a name of ours
    elif inspector.has_table("procrastinate_jobs", schema=SCHEMA):
        raise AnotherDeploymentError(
            f"the schema {SCHEMA} of this database holds the queue of another program, which pourqui must not touch: "
            "give pourqui a database of its own (POURQUI_DATABASE_URL)"
        )
    else:
        _run(connection, _folder() / "schema.sql")
        connection.execute(text(f"CREATE TABLE {_NOTE} (migration text PRIMARY KEY)"))
        connection.execute(text(f"INSERT INTO {_NOTE} VALUES (:last)"), {"last": last})  # noqa: S608 - a name of ours


def conninfo(url: str) -> str:
    """Return what the driver itself takes for a database's URL (it knows no `postgresql://user@/name?host=…` of SQLAlchemy), in the queue's schema.

    Raises AddressError.
    """
    from psycopg.conninfo import make_conninfo  # the driver: 9 MB that SQLite spares

    address = parse(url)
    if is_sqlite(address):
        raise AddressError("the queue needs PostgreSQL: postgresql://user:password@host/name")
    _, settings = address.get_dialect()().create_connect_args(address)
    options = f"{settings.pop('options', '')} -csearch_path={SCHEMA},public".strip()
    return make_conninfo(**settings, options=options)


async def within(connection: "AsyncConnection") -> None:
    """Have a driver's connection find the queue's tables, where a pooler between dropped what `conninfo` asks for."""
    await connection.execute(f"SET search_path = {SCHEMA}, public")
    await connection.commit()


def _folder() -> Path:
    """Return the folder of the library's SQL, without loading the library."""
    found = find_spec("procrastinate")
    if found is None or found.origin is None:
        raise LookupError("procrastinate isn't installed: the installation is incomplete")
    return Path(found.origin).parent / "sql"


def _migrations() -> Iterator[tuple[str, Path]]:
    """Return the library's migrations by name; they're run in the order of their names."""
    for file in (_folder() / "migrations").glob("*.sql"):
        yield file.stem, file


def _run(connection: Connection, file: Path) -> None:
    import psycopg  # the driver: 9 MB that SQLite spares

    # by the driver itself: a file holds many statements, and percent signs that are no parameters
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"the queue needs PostgreSQL by psycopg, not {driver}")
    driver.execute(file.read_bytes())
