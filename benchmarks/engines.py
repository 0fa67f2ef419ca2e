"""One ledger, or one job per message: our pump against procrastinate, on one PostgreSQL with fsync, with a platform that takes everything at once.

    python -m benchmarks.engines [--markdown] [--messages 2000] [--rounds 3] [--workers 1,3] [--concurrency 20]

Both send the same messages to the same people in 20 workspaces, with 1 and with 3 worker processes, in interleaved rounds. Ours are campaigns'
messages with all gates, planned in one transaction, each acknowledged after it was sent, without a pace. procrastinate's are one job each, deferred
in one batch, which hold the person and the message and do nothing; they're deleted once done, and so many of them run at once in each process, as its
documentation recommends for jobs that wait: https://procrastinate.readthedocs.io/en/stable/howto/production/concurrency.html
"""

import argparse
import asyncio
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from statistics import median

import procrastinate
import psycopg
from procrastinate.types import JSONValue

from benchmarks.children import end_with_parent
from benchmarks.pumps import Pumps, Work, begin_campaigns, messages, reachable
from benchmarks.report import Table, show, spread, verdict
from bot.clock import now
from storage import deliveries, plain, schema
from storage.database import Database
from tests.databases import MISSING, Server, find_programs, running_server

_WORKSPACES = 20
_LOOK_EVERY = 0.05
_LONGEST = 300.0  # seconds, after which a run that isn't over is an error
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_OURS_LEFT = "SELECT EXISTS (SELECT FROM delivery WHERE status IN ('planned', 'sending'))"
_THEIRS_LEFT = "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Of one round: messages a second taken in, and executed."""

    enqueued: float
    executed: float


def _people(number: int) -> list[list[str]]:
    return [[f"{tenant}-{each}" for each in range(number // _WORKSPACES)] for tenant in range(_WORKSPACES)]


async def _plan(url: str, number: int) -> float:
    """Plan our messages; return the seconds that took, without those of the directory."""
    people = _people(number)
    async with await Database.open(url) as database:
        await database.write("fill", lambda session: begin_campaigns(session, 1))
        for tenant, several in enumerate(people):
            await database.write("fill", partial(reachable, platform="slack", tenant=f"T{tenant}", people=several))
        planned = messages([person for several in people for person in several])
        began = time.perf_counter()
        await database.write("plan", lambda session: deliveries.plan_all(session, planned, now()))
        return time.perf_counter() - began


def _app(url: str) -> procrastinate.App:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))

    @app.task(name="send", queue="send")
    async def send(person: str, message: str) -> None:
        pass

    return app


async def _defer(url: str, number: int) -> float:
    """Defer a job for each message; return the seconds that took."""
    app = _app(url)
    several = messages([person for each in _people(number) for person in each])
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        began = time.perf_counter()
        jobs: list[dict[str, JSONValue]] = [{"person": str(each.to), "message": plain.write_message(each.message)} for each in several]
        await app.tasks["send"].batch_defer_async(*jobs)
        return time.perf_counter() - began


def _work_off(url: str, concurrency: int, pipe: Connection) -> None:
    """Be one of procrastinate's workers, until ended by SIGTERM."""
    end_with_parent()

    async def working() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        app = _app(url)
        async with app.open_async():
            pipe.send("ready")
            await asyncio.to_thread(pipe.recv)
            await app.run_worker_async(queues=["send"], concurrency=concurrency, delete_jobs="always", install_signal_handlers=False)

    with suppress(asyncio.CancelledError):
        asyncio.run(working())


@contextmanager
def _their_workers(url: str, number: int, concurrency: int) -> Iterator[Callable[[], None]]:
    """Run so many of procrastinate's workers; yield what lets them go."""
    pipes, processes = [], []
    for _ in range(number):
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=_work_off, args=(url, concurrency, there), daemon=True)
        process.start()
        pipes.append(here)
        processes.append(process)
    try:
        for pipe in pipes:
            pipe.recv()
        yield partial(_let_go, pipes)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _let_go(pipes: Sequence[Connection]) -> None:
    for pipe in pipes:
        pipe.send("go")


def _until_done(url: str, left: str, go: Callable[[], None]) -> float:
    """Let them go; return the seconds until nothing is left."""
    with psycopg.connect(url, autocommit=True) as connection:
        began = time.perf_counter()
        go()
        while True:
            time.sleep(_LOOK_EVERY)
            row = connection.execute(left.encode()).fetchone()
            seconds = time.perf_counter() - began
            if row is not None and not row[0]:
                return seconds
            if seconds > _LONGEST:
                raise RuntimeError("messages are left over")


def _ours(url: str, number: int, workers: int, _concurrency: int) -> Figure:
    planning = asyncio.run(_plan(url, number))
    with Pumps(Work(url=url, platform="slack", paced=False), workers) as pumps:
        return Figure(enqueued=number / planning, executed=number / _until_done(url, _OURS_LEFT, pumps.go))


def _theirs(url: str, number: int, workers: int, concurrency: int) -> Figure:
    deferring = asyncio.run(_defer(url, number))
    with _their_workers(url, workers, concurrency) as go:
        return Figure(enqueued=number / deferring, executed=number / _until_done(url, _THEIRS_LEFT, go))


def _figures(server: Server, number: int, rounds: int, several: Sequence[int], concurrency: int) -> Mapping[tuple[str, int], list[Figure]]:
    figures: dict[tuple[str, int], list[Figure]] = {(name, workers): [] for workers in several for name in ("ledger", "procrastinate")}
    databases = count()
    for _ in range(rounds):
        for workers in several:
            ours = server.make(f"ours_{next(databases)}", "template")
            figures["ledger", workers].append(_ours(ours, number, workers, concurrency))
            theirs = server.make(f"theirs_{next(databases)}")
            figures["procrastinate", workers].append(_theirs(theirs, number, workers, concurrency))
    return figures


def _table(figures: Mapping[tuple[str, int], Sequence[Figure]]) -> Table:
    rows = []
    for (name, workers), found in figures.items():
        ratios = [ours.executed / theirs.executed for ours, theirs in zip(found, figures["procrastinate", workers], strict=True)]
        is_ours = name == "ledger"
        rows.append(
            (
                f"{name}, {workers} worker{'s' if workers > 1 else ''}",
                f"{median(figure.enqueued for figure in found):,.0f}",
                f"{median(figure.executed for figure in found):,.0f}",
                spread(ratios) if is_ours else "1",
                verdict(met=median(ratios) >= 3, target="at least 3") if is_ours else "",
            )
        )
    return Table(
        title="PostgreSQL, with fsync (medians of the rounds)", columns=("", "enqueued/s", "sent/s", "of procrastinate's", ""), rows=tuple(rows)
    )


def main() -> int:
    """Measure both on PostgreSQL; exit 1 where there's none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--messages", type=int, default=2_000, help="of one round; a multiple of 20")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", default="1,3")
    parser.add_argument("--concurrency", type=int, default=20)
    chosen = parser.parse_args()
    if find_programs() is None:
        print(MISSING)
        return 1
    with running_server(**_DURABLE) as server:
        schema.upgrade(server.make("template"))
        workers = [int(number) for number in chosen.workers.split(",")]
        figures = _figures(server, chosen.messages - chosen.messages % _WORKSPACES, chosen.rounds, workers, chosen.concurrency)
    show("One ledger, or one job per message", [_table(figures)], markdown=chosen.markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
