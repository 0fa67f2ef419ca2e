"""A worker's memory, measured: resident MB as it sends more and more.

    python -m benchmarks.steady [--markdown] [--deliveries 200000] [--every 100000] [--database postgresql]

A worker's process pumps campaigns' messages to a platform that takes everything at once, without a pace; this one plans them, a portion ahead.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

from benchmarks.pumps import Pumps, Work, begin_campaigns
from benchmarks.report import Table, show, verdict
from bot.clock import now
from dialogs.campaign import CAMPAIGN
from dialogs.delivery import Delivery, Kind
from dialogs.events import Reference, Scope
from dialogs.messages import Message, Text
from storage import deliveries, schema
from storage.database import Database
from storage.errors import UnavailableError
from tests.databases import MISSING, find_programs, running_server

_WORKSPACES = 20
_PORTION = 5_000  # planned at once
_AHEAD = 10_000  # planned and not sent yet, at least
_SLOWEST = 20  # messages a second, below which this is given up
_MESSAGE = Message(language="fr", blocks=(Text(text="Quatre mots au hasard tiennent plus longtemps que huit signes. " * 4),))


def _portion(first: int) -> list[Delivery]:
    return [
        Delivery(
            key=uuid5(UUID(int=2), str(number)),
            kind=Kind.CAMPAIGN,
            cause_kind=CAMPAIGN,
            cause_id="campaign-0",
            to=Reference(platform="slack", tenant=f"T{number % _WORKSPACES}", conversation=f"D{number}", scope=Scope.PERSONAL),
            message=_MESSAGE,
            function="function-0",
            step="one",
        )
        for number in range(first, first + _PORTION)
    ]


async def _measure(url: str, number: int, every: int) -> list[tuple[int, float, float]]:
    """Return, at each so many messages: how many were sent, the worker's resident MB, messages a second since the last."""
    found: list[tuple[int, float, float]] = []
    async with await Database.open(url) as database:
        await database.write("fill", lambda session: begin_campaigns(session, 1))
        report = min(every, _PORTION)
        with Pumps(Work(url=url, platform="slack", paced=False, report_every=report), 1) as pumps:
            pumps.go()
            planned, sent, shown, since = 0, 0, 0, time.monotonic()
            until = since + number / _SLOWEST
            while sent < number and time.monotonic() < until:
                while planned < min(number, sent + _AHEAD):
                    try:
                        await database.write("plan", partial(deliveries.plan_all, deliveries=_portion(planned), at=now()))
                    except UnavailableError as error:  # without a pace, the pump leaves another process of SQLite's hardly a gap to write in
                        print(f"planned later: {error}", file=sys.stderr, flush=True)
                        break
                    planned += _PORTION
                for sent, resident in await asyncio.to_thread(pumps.reports, 1.0):
                    if sent // every > shown // every:
                        print(f"{sent:,} sent, {resident:.0f} MB", file=sys.stderr, flush=True)
                        found.append((sent, resident, (sent - shown) / (time.monotonic() - since)))
                        shown, since = sent, time.monotonic()
    return found


def _table(title: str, found: Sequence[tuple[int, float, float]]) -> Table:
    flat = len(found) > 1 and found[-1][1] <= 1.05 * found[0][1]
    rows = [(f"{sent:,}", f"{resident:.0f}", f"{speed:,.0f}", "") for sent, resident, speed in found]
    rows.append(("", "", "", verdict(met=flat, target="the last at most 5 % above the first")))
    return Table(title=title, columns=("sent", "MB resident", "sent/s", ""), rows=tuple(rows))


def main() -> int:
    """Measure one database; exit 1 where there's no PostgreSQL and it's asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--deliveries", type=int, default=200_000)
    parser.add_argument("--every", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        if chosen.database == "sqlite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pourqui-")))
            url = f"sqlite:///{folder / 'steady.db'}"
        elif find_programs() is None:
            print(MISSING)
            return 1
        else:
            url = stack.enter_context(running_server(autovacuum="on")).make("steady")  # else what was sent stays in the indexes
        schema.upgrade(url)
        found = asyncio.run(_measure(url, chosen.deliveries, chosen.every))
    show("A worker's memory", [_table(chosen.database, found)], markdown=chosen.markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
