"""The database: short bodies that read, and short bodies that write, one at a time in each conversation."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self, TypeVar

from sqlalchemy import URL
from sqlmodel import Session

from storage.address import folder_of, is_sqlite, parse, shown
from storage.errors import ClosedError, UnavailableError, told_as_unavailable
from storage.sqlite import Sqlite

T = TypeVar("T")

CONNECTIONS = 10  # of one process; PostgreSQL itself allows 100 by default


class _Engine(Protocol):
    async def read(self, body: Callable[[Session], T]) -> T: ...
    async def write(self, conversation_key: str, body: Callable[[Session], T]) -> T: ...
    def snapshot(self, body: Callable[[Session], T]) -> T: ...
    async def close(self) -> None: ...


def _postgresql(address: URL, connections: int) -> _Engine:
    from storage.postgresql import Postgresql  # the driver: 9 MB that SQLite spares

    return Postgresql(address, connections)


class Database:
    """SQLite or PostgreSQL, by URL alone. What SQLite keeps through a power cut: `storage.sqlite.Sqlite`.

    A *body* is a plain function of a session: it calls the functions of this package, decides in between, and returns values (never rows, which die
    with their session). It's the same code on both databases. It may be run a second time, after its first run was undone (a lost race, a connection
    that died, a neighbour of its group that failed): so its effects are what it writes to the session, nothing else. It neither commits nor waits.

        database = await Database.open("sqlite:///data/pourqui.db")
        said = await database.read(lambda session: replies_to(session, event))
        await database.write(event.reference.key, lambda session: remember(session, event, ...))
        await database.close()

    Whatever a body raises is its caller's, and undoes that body alone. A caller that is cancelled while it waits doesn't know whether its body was
    run, entirely or not at all.
    """

    def __init__(self, engine: _Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, connections: int = CONNECTIONS) -> Self:
        """Open `sqlite:///file` or `postgresql://…` (with so many connections), and see that it answers. `storage.schema.upgrade` migrates it.

        Raises AddressError for another URL, and UnavailableError where there's no such folder, server or database.
        """
        address = parse(url)
        if is_sqlite(address) and not folder_of(address).is_dir():
            raise UnavailableError(f"there's no folder {folder_of(address)} to hold the database: make it, or set POURQUI_DATABASE_URL")
        name = shown(address)
        engine: _Engine
        with told_as_unavailable(f"can't open {name}"):
            engine = Sqlite(address) if is_sqlite(address) else _postgresql(address, connections)
        database = cls(engine, name)
        try:
            await database.read(lambda session: session.connection().exec_driver_sql("SELECT 1").scalar_one())
        except UnavailableError:
            await database.close()
            raise
        return database

    async def read(self, body: Callable[[Session], T]) -> T:
        """Run a short body that only reads. It's run on the event loop's thread: what takes longer than some milliseconds doesn't belong here.

        Raises what the body raises; ClosedError; UnavailableError where the database can't be reached.
        """
        with self._counted():
            return await self._engine.read(body)

    async def write(self, conversation_key: str, body: Callable[[Session], T]) -> T:
        """Run a body alone in its conversation (`Reference.key`, or any other name of what mustn't be done twice at once), and commit.

        It's committed when this returns. Raises what the body raises; ClosedError; UnavailableError.
        """
        with self._counted():
            return await self._engine.write(conversation_key, body)

    async def snapshot(self, body: Callable[[Session], T]) -> T:
        """Run a body that only reads, once, in a thread of its own: it may take minutes, and what is written meanwhile isn't there for it.

        It may do more than read the session, such as write a file. A caller that is cancelled leaves it running to its end.
        Raises what the body raises; ClosedError; UnavailableError where the database can't be reached.
        """
        with self._counted():
            return await asyncio.to_thread(self._engine.snapshot, body)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        if self._closed:
            raise ClosedError(f"{self._name} is closed")
        self._running += 1
        self._idle.clear()
        try:
            with told_as_unavailable(f"{self._name} doesn't answer"):
                yield
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def close(self) -> None:
        """Refuse what comes from now on, let what was asked before be done, and close."""
        self._closed = True
        await self._idle.wait()
        await self._engine.close()

    async def __aenter__(self) -> Self:
        """Return the database, to be closed at the end of the block."""
        return self

    async def __aexit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Close it."""
        await self.close()
