"""Database URLs: the two databases, by URL alone."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import AddressError

_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_SQLITE = ("sqlite", "sqlite+pysqlite")


def parse(url: str) -> URL:
    """Return the URL with the driver that pourqui uses: `sqlite+pysqlite` or `postgresql+psycopg`.

    `postgresql://` and `postgres://` are both accepted. An SQLite database is a file: the one in memory would be another one in each thread.
    Raises AddressError, which never repeats a password.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise AddressError("not a database URL: expected sqlite:///path/to/file.db or postgresql://user:password@host/name") from error
    if address.drivername in _POSTGRESQL:
        return address.set(drivername="postgresql+psycopg")
    if address.drivername not in _SQLITE:
        raise AddressError(f"{address.drivername}:// isn't supported: use sqlite:///path/to/file.db or postgresql://user:password@host/name")
    if address.database in (None, "", ":memory:") or address.query.get("uri"):
        raise AddressError("SQLite needs a plain file: sqlite:///path/to/file.db (four slashes for an absolute path)")
    return address.set(drivername="sqlite+pysqlite")


def is_sqlite(address: URL) -> bool:
    """Tell whether this is the embedded database."""
    return address.get_backend_name() == "sqlite"


def folder_of(address: URL) -> Path:
    """Return the folder that holds the file of an SQLite database."""
    return Path(address.database or "").absolute().parent


def shown(address: URL) -> str:
    """Return the URL as one sets it, without its passwords, for messages and logs."""
    plain = address.set(drivername=address.get_backend_name())
    return plain.difference_update_query(("password", "sslpassword")).render_as_string(hide_password=True)
