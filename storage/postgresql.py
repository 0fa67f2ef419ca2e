"""PostgreSQL: one transaction at a time for each conversation, across processes."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

import psycopg
from sqlalchemy import URL, NullPool, bindparam, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.address import shown
from storage.errors import UnavailableError
from storage.locks import lock_key

T = TypeVar("T")

CONNECT_SECONDS = 10
BUSY_SECONDS: Final = 5.0  # for which one of the process's own connections is awaited: a platform waits no longer for a turn
_CONNECT_ARGS = {"connect_timeout": CONNECT_SECONDS, "application_name": "pourqui"}
# One statement, so one round trip, that is also the ping of a connection that has been idle. A process that freezes inside a body loses its
# transaction, and with it the lock that others wait for. Compiling a statement (jit) takes longer than running any of ours.
_SETTINGS = "set_config('idle_in_transaction_session_timeout', '10s', true), set_config('jit', 'off', true)"
_LOCK = text(f"SELECT pg_advisory_xact_lock(:key), {_SETTINGS}").bindparams(bindparam("key"))


class Postgresql:
    """A PostgreSQL database: one pool; each read statement stands for itself, each write is a transaction under its conversation's lock."""

    def __init__(self, address: URL, connections: int) -> None:
        self._all_busy = f"all {connections} connections of this process to {shown(address)} were busy for {BUSY_SECONDS:g} s"
        self._engine = create_async_engine(
            address,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            connect_args=_CONNECT_ARGS,
            hide_parameters=True,  # errors are logged; what people write isn't
        )
        self._reads = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        # one for all: it keeps the statements that it has compiled, and what it learned of the server
        self._snapshots = create_engine(address, poolclass=NullPool, connect_args=_CONNECT_ARGS, hide_parameters=True)
        # those of one process that wait for the same conversation wait here, and hold no connection meanwhile
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read(self, body: Callable[[Session], T]) -> T:
        """Run a body that only reads."""
        return await _to_its_end(self._read_again(body))

    async def _read_again(self, body: Callable[[Session], T]) -> T:
        """Read; once more where the connection had died while it was idle."""
        try:
            return await self._read(body)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return await self._read(body)

    async def _read(self, body: Callable[[Session], T]) -> T:
        async with AsyncSession(self._reads, expire_on_commit=False) as session:
            with self._told_busy():
                return await session.run_sync(lambda _: body(session.sync_session))

    async def write(self, conversation_key: str, body: Callable[[Session], T]) -> T:
        """Run a body in a transaction, alone in its conversation; once more where it lost a race that nobody could foresee."""
        async with self._queues.setdefault(conversation_key, asyncio.Lock()):
            try:
                return await self._write(conversation_key, body)
            except DBAPIError as error:
                if not _deserves_another(error):
                    raise
                return await self._write(conversation_key, body)

    async def _write(self, conversation_key: str, body: Callable[[Session], T]) -> T:
        def locked(session: Session) -> T:
            session.connection().execute(_LOCK, {"key": lock_key(conversation_key)})
            value = body(session)
            session.flush()
            return value

        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            with self._told_busy():
                await _to_its_end(session.connection())  # what follows may wait for another conversation, and may be left
                value = await session.run_sync(lambda _: locked(session.sync_session))
            try:
                await session.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise UnavailableError("PostgreSQL went away during a commit: whether it was kept is unknown") from error
                raise
            return value

    @contextmanager
    def _told_busy(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeoutError as error:
            raise UnavailableError(f"{self._all_busy}: raise POURQUI_DATABASE_CONNECTIONS, or start another process") from error

    def snapshot(self, body: Callable[[Session], T]) -> T:
        """Run a body that only reads, on a connection and in a transaction of its own, in the caller's thread."""
        with self._snapshots.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with Session(connection) as session:
                return body(session)

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()
        self._snapshots.dispose()


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Await what opens a connection, or reads, to its end even where the caller is cancelled: a connection left halfway is lost to the pool."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _deserves_another(error: DBAPIError) -> bool:
    """Tell whether a body may succeed when it's run again.

    Yes if its connection died before the commit, if two transactions waited for each other, and if another one wrote the same row (a person who
    speaks for the first time in two conversations at once).
    """
    lost_race = isinstance(error.orig, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure)
    return error.connection_invalidated or lost_race or isinstance(error, IntegrityError)
