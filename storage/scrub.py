"""Scrubbing: what was deleted leaves SQLite's files too."""

from storage.address import is_sqlite, parse
from storage.errors import told_as_unavailable
from storage.sqlite import engine_of


def scrub(url: str) -> bool:
    """Rewrite an SQLite file without what was ever deleted, and empty its journal; tell whether all of it is done. Blocking: some seconds a gigabyte.

    False where another process was in the middle of reading: then the next checkpoint overwrites the rest. PostgreSQL reclaims space by itself, and
    True is returned at once. Raises UnavailableError where another process keeps writing. https://www.sqlite.org/lang_vacuum.html
    """
    address = parse(url)
    if not is_sqlite(address):
        return True
    engine = engine_of(address, "secure_delete = ON")
    try:
        with told_as_unavailable("the file can't be rewritten now"), engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0)
    finally:
        engine.dispose()
