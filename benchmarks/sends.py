"""Sending, measured: how much of our share of a platform's limits the pump uses, and whether it ever goes above them.

    python -m benchmarks.sends [--markdown] [--seconds 4] [--only Slack] [--workers 1,3] [--latency 0.3]

The platforms are the tests' own limits behind an HTTP server in a process of its own, which answers 429 above them: Slack takes a message a second
in a channel and 20 requests a second in a workspace, Teams 50 a second in a tenant. The pump claims campaigns' messages with all gates, each to
another person, and paces itself at 80 % of that. A run lasts some seconds; its first one, while the pump takes hold of the workspaces, doesn't count.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession
from sqlmodel import Session

from benchmarks.limited import Taken, limited, posting, taken
from benchmarks.pumps import GATE, Pumps, Work, begin_campaigns, messages, reachable
from benchmarks.report import Table, show, verdict
from bot.clock import now
from bot.delivery import Pump
from bot.limits import LIMITS, PACES
from bot.metrics import Metrics
from dialogs.events import Platform
from storage import deliveries, schema
from storage.database import Database
from tests.databases import MISSING, find_programs, running_server

_WARM = 1.0  # seconds until every workspace is being served
_WARM_APART = 3.0  # by processes that begin side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is sent in one run: by which platform, in how many workspaces, of how many campaigns each, by how many processes, None for this one."""

    name: str
    platform: Platform
    workspaces: int
    campaigns: int = 1
    workers: int | None = None


RUNS = (
    Run(name="Slack, 1 workspace", platform="slack", workspaces=1),
    Run(name="Slack, 1 workspace, 2 campaigns", platform="slack", workspaces=1, campaigns=2),
    Run(name="Slack, 10 workspaces", platform="slack", workspaces=10),
    Run(name="Slack, 20 workspaces", platform="slack", workspaces=20),
    Run(name="Teams, 1 tenant", platform="teams", workspaces=1),
    Run(name="Teams, 5 tenants", platform="teams", workspaces=5),
)


def runs_apart(workers: Sequence[int]) -> tuple[Run, ...]:
    """Return the runs of so many processes that share one PostgreSQL, with 1 and with 20 workspaces."""
    return tuple(
        Run(name=f"Slack, {_several(workspaces, 'workspace')}, {_several(number, 'worker')}", platform="slack", workspaces=workspaces, workers=number)
        for workspaces in (1, 20)
        for number in workers
    )


def _several(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Of one run: messages a second, the part of our share that is, calls above the limit, Jain's index over workspaces and over campaigns."""

    sent: float
    used: float
    above: int
    fair: float
    fair_campaigns: float


def _fill(session: Session, run: Run, each: int) -> None:
    """Keep the campaigns that run, and people who can be reached, each in a conversation of their own."""
    begin_campaigns(session, run.campaigns)
    for tenant in range(run.workspaces):
        people = [f"{tenant}-{number}" for number in range(each)]
        reachable(session, run.platform, f"T{tenant}", people)
        deliveries.plan_all(session, messages(people, run.campaigns), now())


async def _measure(run: Run, url: str, seconds: float, latency: float) -> Figure:
    """Measure a pump in this process or, where the run says so, several in theirs."""
    warm = _WARM if run.workers is None else _WARM_APART
    each = int((seconds + warm) * 1.2 / PACES[run.platform].spacing.total_seconds()) + 20
    with limited(run.platform, latency) as address:
        async with await Database.open(url) as database:
            await database.write("fill", lambda session: _fill(session, run, each))
            if run.workers is None:
                began = time.monotonic()
                await _pump_here(database, run.platform, address, warm + seconds)
        if run.workers is not None:
            with Pumps(Work(url=url, platform=run.platform, address=address), run.workers) as pumps:
                began = time.monotonic()
                pumps.go()
                await asyncio.sleep(warm + seconds)
        async with ClientSession() as http:
            several, above = await taken(http, address)
    return _figure(run, [each for each in several if warm <= each.at - began < warm + seconds], above, seconds)


async def _pump_here(database: Database, platform: Platform, address: str, seconds: float) -> None:
    async with posting(platform, address) as poster:
        pump = Pump(database, {platform: poster}, Metrics(), now, gate=GATE, aftermath={}, owner="benchmark")
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await pump.run()
        await pump.close(5)


def _figure(run: Run, counted: Sequence[Taken], above: int, seconds: float) -> Figure:
    ours = run.workspaces / PACES[run.platform].spacing.total_seconds()
    by_workspace, by_campaign = Counter(each.tenant for each in counted), Counter(each.campaign for each in counted)
    return Figure(
        sent=len(counted) / seconds,
        used=len(counted) / seconds / ours,
        above=above,
        fair=jain([by_workspace[f"T{number}"] for number in range(run.workspaces)]),
        fair_campaigns=jain([by_campaign[f"campaign-{number}"] for number in range(run.campaigns)]),
    )


def jain(values: Sequence[int]) -> float:
    """Return Jain's fairness index: 1 where all have the same, 1/n where one has all.

    R. Jain, D. Chiu, W. Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared Computer Systems", 1984.
    """
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values)) if any(values) else 0.0


def _table(title: str, figures: Mapping[Run, Figure]) -> Table:
    rows = []
    for run, figure in figures.items():
        limit = LIMITS[run.platform].workspace * run.workspaces
        rows.append(
            (
                run.name,
                f"{figure.sent:.1f} of {limit}",
                f"{figure.used:.3f}",
                str(figure.above),
                f"{figure.fair:.4f}",
                f"{figure.fair_campaigns:.4f}",
                verdict(met=figure.used >= 0.95 and not figure.above and figure.fair >= 0.98, target="0.95 of our share, none above"),
            )
        )
    columns = ("", "sent/s of what it takes", "of our share", "above the limit", "Jain, workspaces", "Jain, campaigns", "")
    return Table(title=title, columns=columns, rows=tuple(rows))


def _figures(runs: Sequence[Run], new: Callable[[], str], chosen: argparse.Namespace) -> Mapping[Run, Figure]:
    return {run: asyncio.run(_measure(run, new(), chosen.seconds, chosen.latency)) for run in runs if chosen.only in run.name}


def main() -> int:
    """Measure both databases; exit 1 where there's no PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--only", default="", help="the runs whose name has this in it")
    parser.add_argument("--workers", default="", help="1,3 for instance: pumps in so many processes of their own, which share one PostgreSQL")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds after which the platform answers")
    chosen = parser.parse_args()
    apart = runs_apart([int(number) for number in chosen.workers.split(",") if number])
    tables = []
    with tempfile.TemporaryDirectory(prefix="pourqui-") as name:
        folder, numbers = Path(name), iter(range(1000))
        schema.upgrade(f"sqlite:///{folder / 'template.db'}")

        def new_file() -> str:
            return f"sqlite:///{shutil.copy(folder / 'template.db', folder / f'{next(numbers)}.db')}"

        if not apart:
            tables.append(_table("SQLite", _figures(RUNS, new_file, chosen)))
        if find_programs() is not None:
            with running_server() as server:
                schema.upgrade(server.make("template"))
                figures = _figures(apart or RUNS, lambda: server.make(f"sends_{next(numbers)}", "template"), chosen)
                tables.append(_table("PostgreSQL, without fsync", figures))
    show("Sending: what is used of the platforms' limits", tables, markdown=chosen.markdown)
    if find_programs() is None:
        print(MISSING)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
