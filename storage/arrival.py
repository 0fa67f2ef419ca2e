"""The arrival: the PostgreSQL database that an installation comes to, empty or with a part of it, and one move's at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy import Connection, NullPool, Table, create_engine, func, inspect, select, text
from sqlmodel import Session

from storage import deployment, schema
from storage.address import is_sqlite, parse, shown
from storage.checksums import Values
from storage.errors import AddressError, MoveError, TooNewError, told_as_unavailable
from storage.locks import lock_key
from storage.postgresql import CONNECT_SECONDS
from storage.tables import DeploymentRow, Row

_LOCK: Final = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=lock_key("move"))
_ABOUT: Final = text(
    "SELECT current_schema() AS place, current_user AS role, current_database() AS name, current_setting('server_encoding') AS encoding"
)
_MAY_CREATE: Final = text("SELECT has_schema_privilege(CAST(current_schema() AS text), 'CREATE')")
_SHOWN: Final = 5  # tables by name


@contextmanager
def locked(url: str) -> Iterator[Connection]:
    """Connect to the database, and keep every other move out of it until the end of the block.

    Raises AddressError where it isn't PostgreSQL, MoveError where another move is under way, UnavailableError.
    """
    address = parse(url)
    if is_sqlite(address):
        raise AddressError(f"{shown(address)} is SQLite: an installation moves to postgresql://user:password@host/name")
    engine = create_engine(
        address, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "pourqui move"}, hide_parameters=True
    )
    try:
        with told_as_unavailable(f"{shown(address)} doesn't answer"):
            connection = engine.connect()
        with connection:
            if not connection.execute(_LOCK).scalar_one():
                raise MoveError(f"another move to {shown(address)} is under way: let it end")
            connection.exec_driver_sql("SET TIME ZONE 'UTC'")  # times are read and written without their zone
            connection.commit()
            yield connection
    finally:
        engine.dispose()


def look(connection: Connection, moved_from: str | None) -> None:
    """See that the installation named `moved_from` may come here, and change nothing. Raises MoveError, TooNewError, each with what to do."""
    about = connection.execute(_ABOUT).one()
    if about.encoding != "UTF8":
        raise MoveError(f"the database {about.name} is encoded as {about.encoding}: make one with ENCODING 'UTF8'")
    if about.place is None or not connection.execute(_MAY_CREATE).scalar_one():
        place = about.place or "public"
        raise MoveError(f"the role {about.role} may not make tables in {about.name}: GRANT USAGE, CREATE ON SCHEMA {place} TO {about.role}")
    there = set(inspect(connection).get_table_names())
    foreign = sorted(there - set(Row.metadata.tables) - {"alembic_version"})
    if foreign:
        raise MoveError(f"the database {about.name} holds tables that aren't pourqui's ({_some(foreign)}): make an empty one")
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if "alembic_version" in there else None
    if revision is not None and revision not in schema.revisions():
        raise TooNewError(f"the database has revision {revision}, this version of pourqui knows {schema.head()} at most: install the later version")
    if str(DeploymentRow.__tablename__) in there and _comes_from(connection, str(about.name), moved_from):
        return
    filled = [table.name for table in Row.metadata.sorted_tables if table.name in there and not is_empty(connection, table)]
    if filled:
        raise MoveError(f"the database {about.name} isn't empty: it has rows in {_some(filled)}; make an empty one")


def _comes_from(connection: Connection, name: str, moved_from: str | None) -> bool:
    """Tell whether a part of this installation has come, to go on with. Raises MoveError where another one lives there, or a whole one."""
    with Session(connection) as session:
        known = deployment.found(session)
    if known is None:
        return False
    if moved_from is None or known.moved_from != moved_from:
        raise MoveError(f"the database {name} is that of another installation, made on {known.made_at:%Y-%m-%d %H:%M} UTC; make an empty one")
    if known.moved_at is not None:
        raise MoveError(
            f"the installation came to {name} on {known.moved_at:%Y-%m-%d %H:%M} UTC and may live there since; to move again, make an empty one"
        )
    return True


def is_partial(connection: Connection, moved_from: str) -> bool:
    """Tell whether the installation named `moved_from` is on its way to this database."""
    if not inspect(connection).has_table(str(DeploymentRow.__tablename__)):
        return False
    with Session(connection) as session:
        known = deployment.found(session)
    return known is not None and known.is_partial and known.moved_from == moved_from


def is_empty(connection: Connection, table: Table) -> bool:
    """Tell whether a table has no row."""
    return connection.execute(select(1).select_from(table).limit(1)).first() is None


def copy_in(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Write rows by COPY, the fastest way in. Raises psycopg.Error, or UnicodeError, where PostgreSQL refuses one of them."""
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(quote.quote(column.name) for column in table.columns)
    statement = f"COPY {quote.format_table(table)} ({columns}) FROM STDIN"
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def count_on(connection: Connection, table: Table) -> None:
    """Let the numbers that PostgreSQL gives go on after the highest that has come."""
    column = table.autoincrement_column
    if column is None:
        return
    highest = connection.execute(select(func.max(column))).scalar()
    if highest is not None:
        sequence = func.pg_get_serial_sequence(connection.dialect.identifier_preparer.format_table(table), column.name)
        connection.execute(select(func.setval(sequence, highest)))


def learn(connection: Connection, table: Table) -> None:
    """Let PostgreSQL look at what has come, so that its first plans are good ones."""
    connection.exec_driver_sql(f"ANALYZE {connection.dialect.identifier_preparer.format_table(table)}")


def clear(connection: Connection) -> None:
    """Empty every table but the installation's own row."""
    quote = connection.dialect.identifier_preparer
    names = ", ".join(quote.format_table(table) for table in Row.metadata.sorted_tables if table.name != DeploymentRow.__tablename__)
    connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")


def refusal(connection: Connection, table: Table, row: Values) -> str | None:
    """Return why PostgreSQL refuses a row, None where it doesn't; keep nothing of it."""
    for column, value in zip(table.columns, row, strict=True):
        if isinstance(value, str) and "\0" in value:
            return f"its {column.name} has a NUL character"
    try:
        with connection.begin_nested() as point:
            copy_in(connection, table, [row])
            point.rollback()
    except (psycopg.Error, UnicodeError) as error:
        return (error.diag.message_primary if isinstance(error, psycopg.Error) else None) or str(error)
    return None


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
