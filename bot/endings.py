"""Endings: what a delivery came to, and what follows from it, are one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

import structlog

from dialogs.delivery import Ended
from storage import Session
from storage.database import Database
from storage.errors import StorageError

T = TypeVar("T")
Cause: TypeAlias = tuple[str, str]  # kind and id

_LOG = structlog.stdlib.get_logger(__name__)


class Aftermath(Protocol):
    """What follows from the ending of a delivery of one kind of cause."""

    def hold(self, session: Session, cause_id: str) -> None:
        """Hold the cause until the transaction ends, before any delivery is touched: whoever changes the cause holds it first too."""

    def __call__(self, session: Session, ended: Ended, at: datetime) -> None:
        """Keep what follows. Run again where the transaction was undone: its effects are what it writes."""


class _NotHeldError(Exception):
    """Deliveries ended whose causes weren't held: all is undone, and done again with them held."""

    def __init__(self, causes: frozenset[Cause]) -> None:
        super().__init__("causes must be held before their deliveries are touched")
        self.causes = causes


class Endings:
    """Writes endings, each with what follows from it by the kind of its cause; nothing follows where no aftermath is given."""

    def __init__(self, database: Database, aftermath: Mapping[str, Aftermath]) -> None:
        self._database = database
        self._aftermath = aftermath

    async def settle(self, name: str, body: Callable[[Session], tuple[T, Sequence[Ended]]], at: datetime, causes: Iterable[Cause] = ()) -> T:
        """Run a body that ends deliveries, under the name of what mustn't be done twice at once; return its value.

        `causes` are those that it's known to end something of; others show as it runs, which is then undone and begun again: a cause is held before
        its deliveries, always, so that nobody waits in a circle. Where an aftermath fails, the ending stands without it, and the log says so: the
        ledger must say what was sent. Raises what the body raises, and StorageError.
        """
        held = frozenset(cause for cause in causes if cause[0] in self._aftermath)
        failed: set[Ended] = set()
        following: list[Ended] = []  # the ending whose aftermath is being run

        def settling(session: Session) -> T:
            following.clear()
            for kind, cause_id in sorted(held):
                self._aftermath[kind].hold(session, cause_id)
            value, endings = body(session)
            followed = [ended for ended in endings if ended.cause_kind in self._aftermath and ended not in failed]
            if missing := frozenset((ended.cause_kind, ended.cause_id) for ended in followed) - held:
                raise _NotHeldError(missing)
            for ended in followed:
                following[:] = [ended]
                self._aftermath[ended.cause_kind](session, ended, at)
                session.flush()
            following.clear()
            return value

        while True:
            try:
                return await self._database.write(name, settling)
            except _NotHeldError as error:
                held |= error.causes
            except StorageError:
                raise
            except Exception:
                if not following:
                    raise
                _LOG.exception("what follows from a delivery failed; its ending stands without it", key=str(following[0].key))
                failed.update(following)
