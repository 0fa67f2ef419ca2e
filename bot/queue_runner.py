"""The runner of several machines: coarse jobs in procrastinate's queue, which workers share."""

import asyncio
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from datetime import time, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

import structlog

from bot.clock import Clock
from bot.runner import Job
from bot.schedule import daily_at
from storage import Session, queue, ticks
from storage.database import Database
from storage.errors import StorageError, UnavailableError
from storage.queue import CHUNKS, JOBS, STALLED, Queued, QueueFigures
from storage.queue_schema import conninfo, within

if TYPE_CHECKING:  # 13 MB that a program which runs its jobs itself spares
    from procrastinate import App, JobContext

GRACE: Final = 20.0  # seconds that jobs under way have when their workers end; then they go back to the queue
_LOOK: Final = 1.0  # seconds between two looks at who is on duty, and at workers that end
_RESCUE: Final = 2.0  # seconds between two looks at jobs that run nowhere any more
_CONNECTIONS: Final = 3  # for its workers' own short statements; each of the two listens on one more
_CONNECT_SECONDS: Final = 5.0
_FORGET_SECONDS: Final = 3600.0  # a worker's row goes then. Not sooner: where the database is away for a while, nobody can beat
_DAILY_TRIES: Final = 3  # again, of a job whose next tick is tomorrow's
_DAILY_AGAIN: Final = timedelta(minutes=1)
_UNKNOWN_TRIES: Final = 5  # again, of a job of a later version, until one of its processes takes it
_UNKNOWN_AGAIN: Final = timedelta(seconds=5)
_NOT_MADE: Final = "the queue's tables aren't there yet: pourqui db upgrade makes them"

_LOG = structlog.stdlib.get_logger(__name__)


class _Worker(Protocol):
    """procrastinate's."""

    worker_id: int | None

    async def run(self) -> None: ...
    def stop(self) -> None: ...


class _Do(Protocol):
    async def __call__(self, context: "JobContext", job: str, key: str, tries: int = 0) -> None: ...


class QueueRunner:
    """Defers jobs to the queue, and does those of the queue while it's `on_duty`.

    At most `at_once` of them, and beside them one of those named in `singly`. `jobs` may be filled until `run` begins. A job that fails is logged,
    and run again when somebody asks for it; a daily one after a minute too. What a worker had under way when it died, another one does.
    """

    def __init__(
        self,
        url: str,
        database: Database,
        jobs: Mapping[str, Job],
        *,
        clock: Clock,
        at_once: int,
        on_duty: Callable[[], bool],
        singly: Set[str],
        grace: float = GRACE,
    ) -> None:
        self._conninfo = conninfo(url)
        self._database, self._jobs, self._clock, self._at_once = database, jobs, clock, at_once
        self._on_duty, self._singly, self._grace = on_duty, singly, grace
        self._closing, self._ended = asyncio.Event(), asyncio.Event()
        self._ended.set()
        self._workers: Sequence[_Worker] = ()
        self._running: set[int] = set()  # the queue's ids of jobs that this process has under way, or had a moment ago
        self._steady_since: float | None = None  # since when the database answers, and at once
        self._is_away = self._is_broken = False

    async def __aenter__(self) -> Self:
        """Load the library; its connections are opened when this process is on duty."""
        self._app = _application(self._conninfo, self._do)
        return self

    async def __aexit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Let what runs end, for a while, then close the connections."""
        self._closing.set()
        self._stop_workers()
        await self._ended.wait()

    async def defer(self, job: str, key: str = "") -> None:
        """Queue a job; one that waits already stands for both.

        Raises LookupError for a name that nobody registered; UnavailableError, ClosedError.
        """
        self._know(job)
        await self._put(job, key)

    async def ask(self, job: str, apart: timedelta) -> None:
        """Queue a job that a clock asks for, unless a clock of any process asked less than `apart` ago, nearly.

        What is asked for once a day is asked for until the database is there, for as long as `apart`: its next tick is tomorrow's.
        """
        self._know(job)
        loop = asyncio.get_running_loop()
        late = loop.time() + (apart.total_seconds() if _is_daily(job) else 0.0)
        while not await self._asked(job, apart) and loop.time() < late and not self._closing.is_set():
            await self._pause()

    async def _asked(self, job: str, apart: timedelta) -> bool:
        def asking(session: Session) -> None:
            at = self._clock()
            if not ticks.is_fresh(session, job, apart, at):
                queue.put(session, self._queued(job, ""))
                ticks.mark(session, job, at)

        try:
            await self._database.write(f"tick|{job}", asking)
        except Exception as error:
            if not self._is_away:
                self._is_away = True
                unexpected = None if isinstance(error, StorageError) else error
                _LOG.warning("the clock can't reach the queue; what it asks for is asked again", job=job, reason=str(error), exc_info=unexpected)
            return False
        self._is_away = False
        return True

    async def figures(self) -> QueueFigures:
        """Return how the queue stands. Raises UnavailableError, ClosedError."""
        return await self._database.read(queue.figures)

    async def run(self) -> None:
        """Do what is queued while on duty, until cancelled or closed; workers that end by themselves are started again."""
        self._ended.clear()
        try:
            while not self._closing.is_set():
                if self._on_duty():
                    try:
                        await self._work()
                    except Exception as error:
                        self._tell(error)
                await self._pause()
        finally:
            self._ended.set()

    def _tell(self, error: Exception) -> None:
        if not self._is_broken:
            self._is_broken = True
            expected = isinstance(error, StorageError) or type(error).__module__.startswith("procrastinate.")
            _LOG.warning("the queue's workers stopped; they're started again", reason=repr(error), exc_info=None if expected else error)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), _LOOK)

    async def _work(self) -> None:
        """Run both workers until this process goes off duty, or closes. Raises what ends them before."""
        if not await self._database.read(queue.is_made):  # which fails at once where the database is away; the library's pool tries for long
            raise UnavailableError(_NOT_MADE)
        async with self._app.open_async():
            self._workers = _workers(self._app, self._at_once, self._grace)
            self._steady_since = None
            loop = asyncio.get_running_loop()
            tasks = [loop.create_task(worker.run()) for worker in self._workers]
            lost = False
            try:
                lost = await self._attend(tasks)
            finally:
                await self._end(tasks)
                self._workers = ()
        for task in tasks:
            task.result()
        if lost:
            raise UnavailableError("a worker of the queue lost the database")  # by which alone one ends without a word

    async def _attend(self, tasks: Sequence["asyncio.Task[None]"]) -> bool:
        """Look after jobs that run nowhere any more, while this process is on duty; return whether a worker ended by itself."""
        while self._on_duty():
            done, _ = await asyncio.wait(tasks, timeout=_RESCUE, return_when=asyncio.FIRST_COMPLETED)
            if done or self._closing.is_set():
                return not self._closing.is_set()
            await self._rescue()
            self._is_broken = False
        return False

    async def _end(self, tasks: Sequence["asyncio.Task[None]"]) -> None:
        """Let the workers end. They say no longer that they're alive, while their jobs may run on: this does."""
        while not all(task.done() for task in tasks):
            self._stop_workers()
            try:
                with suppress(StorageError):  # then nobody else can rescue them either
                    await self._database.write(self._name(), lambda session: queue.beat(session, self._ids()))
            except Exception as error:  # its tables are gone, say: what runs is awaited all the same
                self._tell(error)
            await asyncio.wait(tasks, timeout=_LOOK)
        await asyncio.gather(*tasks, return_exceptions=True)  # else asyncio tells of each error that nobody asked about

    def _stop_workers(self) -> None:
        for worker in self._workers:
            worker.stop()

    def _ids(self) -> list[int]:
        return [worker.worker_id for worker in self._workers if worker.worker_id is not None]

    def _name(self) -> str:
        return f"queue|{min(self._ids(), default=0)}"  # which no other process waits for

    async def _rescue(self) -> None:
        """Put back what runs nowhere. After an outage every worker looks dead, so that it waits until each had the time to say that it isn't."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        since, self._steady_since = self._steady_since, None
        steady = since is not None and asked - since > STALLED.total_seconds()
        mine = self._ids()

        def look(session: Session) -> int:
            return queue.rescue(session, mine, self._running) if steady else 0

        rescued = await self._database.write(self._name(), look)
        if rescued:
            _LOG.warning("jobs whose worker is gone are run again", jobs=rescued)
        if loop.time() - asked < _LOOK:
            self._steady_since = asked if since is None else since

    async def _do(self, context: "JobContext", job: str, key: str, tries: int = 0) -> None:
        """Run a job of the queue, which drops it then; what shall be run again goes back to it before.

        Where that can't be done, it raises: then the queue keeps the job, and whoever rescues puts it back.
        """
        number = context.job.id or 0
        self._running.add(number)
        try:
            work = self._jobs.get(job)
            if work is None:
                await self._leave_to_others(job, key, tries)
            else:
                await work(key)
        except asyncio.CancelledError:
            _LOG.warning("job cut short, since its worker ends; another one runs it again", job=job, key=key)
            await self._put(job, key, tries)
        except Exception:
            again = _is_daily(job) and tries < _DAILY_TRIES
            _LOG.exception(f"job failed; it's run again {'in a minute' if again else 'at the next tick'}", job=job, key=key)
            if again:
                await self._put(job, key, tries + 1, _DAILY_AGAIN)
        finally:
            # a little later: the library drops it from the queue after this
            asyncio.get_running_loop().call_later(STALLED.total_seconds(), self._running.discard, number)

    async def _leave_to_others(self, job: str, key: str, tries: int) -> None:
        if tries < _UNKNOWN_TRIES:
            _LOG.warning("no job has this name here; it's left to a later version", job=job, key=key)
            await self._put(job, key, tries + 1, _UNKNOWN_AGAIN)
        else:
            _LOG.error("no job has this name here, and no other process took it; it's dropped until somebody asks again", job=job, key=key)

    def _know(self, job: str) -> None:
        if job not in self._jobs:
            raise LookupError(f"no job is called {job!r}: there are {', '.join(sorted(self._jobs))}")

    def _queued(self, job: str, key: str, tries: int = 0, later: timedelta = timedelta(0)) -> Queued:
        return Queued(job=job, key=key, queue=CHUNKS if job in self._singly else JOBS, tries=tries, later=later)

    async def _put(self, job: str, key: str, tries: int = 0, later: timedelta = timedelta(0)) -> None:
        queued = self._queued(job, key, tries, later)
        await self._database.write(f"queue|{job}|{key}", lambda session: queue.put(session, queued))


def _is_daily(job: str) -> bool:
    return daily_at(job, time.min) is not None


async def look_at(url: str) -> QueueFigures:
    """Return how the queue of a database stands, without a running application. Raises AddressError, UnavailableError."""
    async with await Database.open(url, connections=1) as database:
        if not await database.read(queue.is_made):
            raise UnavailableError(_NOT_MADE)
        return await database.read(queue.figures)


def _application(where: str, do: _Do) -> "App":
    """Return procrastinate's application. It has one task, which does all jobs: it'd drop one whose task it doesn't know, of a later version."""
    from procrastinate import App, PsycopgConnector

    driver = {"connect_timeout": int(_CONNECT_SECONDS), "application_name": "pourqui queue"}
    connector = PsycopgConnector(conninfo=where, kwargs=driver, configure=within, min_size=1, max_size=_CONNECTIONS, timeout=_CONNECT_SECONDS)
    app = App(connector=connector)
    app.task(name=queue.TASK, pass_context=True)(do)
    # its workers notice that they lost the database only where something is periodic, be it once a year
    app.periodic(cron="0 0 1 1 *")(app.task(name="pourqui.awake", queue=JOBS)(_stay_awake))
    return app


async def _stay_awake(timestamp: int) -> None:
    """Do nothing."""


def _workers(app: "App", at_once: int, grace: float) -> Sequence[_Worker]:
    from procrastinate.worker import Worker

    return [
        Worker(
            app,
            queues=[name],
            concurrency=most,
            fetch_job_polling_interval=1,
            update_heartbeat_interval=1,
            stalled_worker_timeout=_FORGET_SECONDS,
            shutdown_graceful_timeout=grace,
            delete_jobs="successful",
            install_signal_handlers=False,
        )
        for name, most in ((JOBS, at_once), (CHUNKS, 1))
    ]
