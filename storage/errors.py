"""What can go wrong in storage, in words for the operator."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageError(Exception):
    """What storage can tell its caller; the message is for the person who runs pourqui."""


class AddressError(StorageError, ValueError):
    """A database URL that isn't one of ours."""


class UnavailableError(StorageError):
    """The database can't be reached, is locked, full, or went away; nothing of the failed body was kept unless the message says otherwise."""


class ClosedError(StorageError):
    """The database was closed before this was asked."""


class TooNewError(StorageError):
    """The database was migrated by a later version of pourqui than this one."""


class EmailTakenError(StorageError):
    """Two rows of the directory claim one e-mail address."""


class UnknownVersionError(StorageError):
    """No version of the catalogue has that number."""


@contextmanager
def told_as_unavailable(sentence: str) -> Iterator[None]:
    """Tell by an UnavailableError, `sentence: reason`, that the database itself failed, whatever was asked of it."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        # a plain DatabaseError is SQLite's word for a file that is damaged, or no database; its other subclasses are about what was asked
        if isinstance(error, OperationalError | InterfaceError | PoolTimeoutError) or type(error) is DatabaseError:
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise UnavailableError(f"{sentence}: {reason}") from error
        raise
