"""SQLite: one thread writes, the event loop's thread reads."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

T = TypeVar("T")

BUSY_SECONDS = 10.0  # how long a writer waits for another process, such as `pourqui catalog load` beside `serve`
GROUP_LIMIT = 64  # bodies in one commit; the last of them waits for all, some 30 ms


def engine_of(address: URL, *pragmas: str, begin: str | None = None) -> Engine:
    """Make an engine whose transactions begin with `begin`, or never (each statement stands for itself) where it's None.

    sqlite3's own transactions begin only at the first write, so that two of them read the same value and the later write wins unseen. Hence
    `isolation_level=None`, which leaves the beginning to us. https://www.sqlite.org/lang_transaction.html
    """
    connect_args = {"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS}
    engine = create_engine(address, poolclass=NullPool, connect_args=connect_args, hide_parameters=True)  # errors are logged; what people write isn't

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if begin is not None:

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

    return engine


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    body: Callable[[Session], T]
    outcome: asyncio.Future[T]


@dataclass(frozen=True, slots=True)
class _Settled:
    """What a job came to: its body's value, or its error."""

    job: _Job[Any]
    value: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """Tell its caller, who may have been cancelled meanwhile. On the event loop's thread."""
        if self.job.outcome.done():
            return
        if self.error is None:
            self.job.outcome.set_result(self.value)
        else:
            self.job.outcome.set_exception(self.error)


class Sqlite:
    """An SQLite file, in WAL mode with `synchronous = NORMAL`.

    A process that dies, `kill -9` included, loses nothing that was committed. A power cut can lose the last commits, those since the last
    checkpoint (about 1,000 pages), and never damages the file: https://www.sqlite.org/pragma.html#pragma_synchronous

    Writes queue up for one thread, which commits those that wait together. Where a body of such a group fails, all of it is undone, and each is
    run again by itself: only the one that fails then is lost. Reads are made on the event loop's thread: they never wait for the writer, and with a
    pool of reader threads there were about a tenth fewer turns (medians of nine rounds: 0.90 and 0.91, at 1 and at 20 at once).
    """

    def __init__(self, address: URL, group_limit: int = GROUP_LIMIT) -> None:
        self._group_limit = group_limit
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._writes = engine_of(address, "foreign_keys = ON", begin="BEGIN IMMEDIATE")
        self._reads = engine_of(address, "query_only = ON")
        self._snapshots = engine_of(address, "query_only = ON", begin="BEGIN")  # one for all: it keeps the statements that it has compiled
        self._writing = self._writes.connect()
        self._reading = self._reads.connect()
        self._writer = threading.Thread(target=self._write_all, name="sqlite-writer", daemon=True)
        self._writer.start()

    async def read(self, body: Callable[[Session], T]) -> T:
        """Run a short body that only reads; a write in it is an error."""
        with Session(self._reading) as session:
            return body(session)

    async def write(self, _conversation_key: str, body: Callable[[Session], T]) -> T:
        """Run a body on the writer thread, in a transaction of which nobody sees a part. There's only one at a time, whatever the conversation."""
        job: _Job[T] = _Job(body, asyncio.get_running_loop().create_future())
        self._jobs.put(job)
        return await job.outcome

    def snapshot(self, body: Callable[[Session], T]) -> T:
        """Run a body that only reads, on a connection and in a transaction of its own, in the caller's thread.

        In WAL mode it sees the file as it was at its first read, and keeps nobody from writing: https://www.sqlite.org/isolation.html
        """
        with self._snapshots.connect() as connection, Session(connection) as session:
            return body(session)

    async def close(self) -> None:
        """Let what is queued be written, then close."""
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        for connection, engine in ((self._reading, self._reads), (self._writing, self._writes)):
            connection.close()
            engine.dispose()
        self._snapshots.dispose()

    def _write_all(self) -> None:
        closing = False
        while not closing:
            group, closing = self._next_group()
            # a caller that was cancelled while it waited is left out here; from now on cancelling comes too late
            settled = self._commit([job for job in group if not job.outcome.cancelled()])
            for loop in {each.job.outcome.get_loop() for each in settled}:
                _wake(loop, [each for each in settled if each.job.outcome.get_loop() is loop])

    def _next_group(self) -> tuple[list[_Job[Any]], bool]:
        """Wait for a job, then take what else is there. The second value is True once no more will come."""
        group: list[_Job[Any]] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == self._group_limit:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Job[Any]]) -> list[_Settled]:
        """Run the bodies in one transaction; their callers hear of it only once it's committed."""
        if not group:
            return []
        try:
            transaction = self._writing.begin()
        except DBAPIError as error:  # another process holds the file for longer than we wait: running each by itself would wait as long, each
            return [_Settled(job, error=error) for job in group]
        try:
            with transaction:
                values = [self._run(job.body) for job in group]
        except BaseException as error:
            if len(group) == 1:
                return [_Settled(group[0], error=error)]
            return [settled for job in group for settled in self._commit([job])]
        return [_Settled(job, value) for job, value in zip(group, values, strict=True)]

    def _run(self, body: Callable[[Session], T]) -> T:
        # each body has its own session on the group's transaction: it can't commit that, and if it rolls it back, the whole group is undone
        with Session(self._writing, join_transaction_mode="rollback_only") as session:
            try:
                value = body(session)
            except StopIteration as error:  # an asyncio future can't carry it: its caller would wait for ever
                raise RuntimeError("a body raised StopIteration") from error
            session.flush()
            return value


def _wake(loop: asyncio.AbstractEventLoop, settled: list[_Settled]) -> None:
    """Tell the callers of a whole group at once: waking the event loop costs more than telling one of them."""

    def tell() -> None:
        for each in settled:
            each.tell()

    with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
        loop.call_soon_threadsafe(tell)
