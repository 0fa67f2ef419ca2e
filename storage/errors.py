"""What can go wrong in storage, in words for the operator."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from storage import outages


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


class AnotherDeploymentError(StorageError):
    """Processes with another key, or other credentials, are at work on this database."""


class MovedError(StorageError):
    """This installation went to another database, or only a part of it has come to this one."""


class MoveError(StorageError):
    """An installation that can't be moved, or not to there; what was copied before stays, and the same move goes on once it can."""


class EmailTakenError(StorageError):
    """Two rows of the directory claim one e-mail address."""


class UnknownVersionError(StorageError):
    """No version of the catalogue has that number."""


@contextmanager
def told_as_unavailable(sentence: str) -> Iterator[None]:
    """Tell by an UnavailableError that the database itself failed, whatever was asked of it: the `sentence`, what to do where that's known, why."""
    try:
        yield
    except DBAPIError as error:
        reason = error.orig or error
        told = outages.told(reason)
        # a plain DatabaseError is SQLite's word for a file that is damaged, or no database; its other subclasses are about what was asked
        if told is None and not isinstance(error, OperationalError | InterfaceError) and type(error) is not DatabaseError:
            raise
        why = " ".join(str(reason).split())  # libpq's own takes several lines
        raise UnavailableError(f"{sentence}: {why}" if told is None else f"{sentence}: {told}. The reason given: {why}") from error
