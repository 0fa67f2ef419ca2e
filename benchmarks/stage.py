"""What the side-by-side benchmarks share: their options, a database, the course of a run, and its tables."""

import argparse
import tempfile
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.questions import DATA
from benchmarks.report import Table, p
from benchmarks.rounds import RATES, ROUNDS, Rounds, Window
from tests.databases import MISSING, find_programs, start_server, stop_server

PEOPLE = 200  # who ask and tap, in turn; the first of them are in the sample company's directory
_OF_THROUGHPUT = 0.5  # of the seconds of a run; the rest goes to latencies


def options(description: str | None, *, seconds: float) -> Namespace:
    """Read the options of the command line; `seconds` is the default of how long is measured, start and warm-up left out."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=seconds, help="how long to measure, start and warm-up left out (default: %(default)s)")
    parser.add_argument(
        "--database",
        default="sqlite",
        metavar="sqlite|postgresql|URL",
        help="an SQLite file of its own, a PostgreSQL of its own, or the URL of an empty database",
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the workplace set and CLINC150 (default: %(default)s)")
    parser.add_argument("--markdown", action="store_true", help="print the tables as docs/benchmarks.md has them")
    return parser.parse_args()


@contextmanager
def database(wanted: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database. Raises RuntimeError where PostgreSQL is wanted and isn't on this machine."""
    if wanted != "postgresql":
        yield f"sqlite:///{folder / 'pourqui.sqlite3'}" if wanted == "sqlite" else wanted
        return
    if (programs := find_programs()) is None:
        raise RuntimeError(MISSING)
    with tempfile.TemporaryDirectory(prefix="pourqui-") as place:
        server = start_server(programs, Path(place))
        try:
            yield server.make("benchmark")
        finally:
            stop_server(server)


def named(wanted: str) -> str:
    """Name the database that the option chose."""
    return "SQLite" if wanted.startswith("sqlite") else "PostgreSQL (the targets are SQLite's)"


async def measure(rounds: Rounds, seconds: float, *, windows: int, loops: int, between: Callable[[float], Awaitable[None]] | None = None) -> None:
    """Warm up, then share the seconds out between `windows` closed loops and `loops` open ones, in each of the rounds.

    `between` measures what isn't one of the servers, for the same time as they, in every round.
    """
    await rounds.warm_up(PEOPLE)
    for turn in range(ROUNDS):
        await rounds.throughput(seconds * _OF_THROUGHPUT / ROUNDS / windows, turn)
        if between is not None:
            await between(seconds * _OF_THROUGHPUT / ROUNDS / windows)
        await rounds.latency(seconds * (1 - _OF_THROUGHPUT) / ROUNDS / loops, turn)


def throughput(rounds: Rounds, rows: Sequence[tuple[str, str]]) -> Table:
    """Show the closed loops of these (server, gesture)."""
    return Table(
        title="As fast as it goes (medians of the rounds; the server has one CPU)",
        columns=("", "requests/s", "CPU ms/request", "requests/s of CPU", "CPU busy"),
        rows=tuple(
            (
                f"{gesture}, {server}",
                f"{rounds.rate(server, gesture):,.0f}",
                f"{rounds.cost(server, gesture):.2f}",
                f"{1000 / rounds.cost(server, gesture):,.0f}",
                f"{rounds.busy(server, gesture):.0%}",
            )
            for server, gesture in rows
        ),
    )


def latency(rounds: Rounds, rows: Sequence[tuple[str, str]]) -> Table:
    """Show the open loops of these (server, gesture), at every rate."""
    shown: list[tuple[str, ...]] = []
    for rate in RATES:
        for server, gesture in rows:
            kept = rounds.latencies.get((server, gesture, rate))
            figures = (
                ("beyond what it can take", "", "", "", "")
                if kept is None
                else (
                    *(f"{p(kept.acknowledged, each):.1f}" for each in (50, 99)),
                    *(f"{p(kept.replied, each):.1f}" for each in (50, 99)),
                    f"{kept.refused} of {kept.refused + len(kept.acknowledged)}",
                )
            )
            shown.append((f"{rate}/s: {gesture}, {server}", *figures))
    columns = ("", "acknowledged p50", "p99", "reply posted p50", "p99", "refused")
    return Table(title="At a constant rate (ms since the gesture was due)", columns=columns, rows=tuple(shown))


def by_wall(window: Window) -> float:
    """Return requests per second of wall time."""
    return window.rate


def by_cpu(window: Window) -> float:
    """Return requests per second of the server's CPU time."""
    return 1 / window.cost
