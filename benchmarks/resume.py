"""After a worker's death, measured: how long until each workspace with work left sends again.

    python -m benchmarks.resume [--markdown] [--kills 10] [--workers 3] [--workspaces 20]

So many processes pump one PostgreSQL at the platforms' pace. At random moments one is killed (`kill -9`), and another is started in its place. The
time is that from the kill until the last of the workspaces sends again, the others going on; what was under way as the process died doesn't count.
"""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Collection, Sequence
from functools import partial
from itertools import count
from statistics import median

from aiohttp import ClientSession

from benchmarks.limited import Taken, limited, taken
from benchmarks.pumps import Pumps, Work, begin_campaigns, messages, reachable
from benchmarks.report import Table, show, verdict
from bot.clock import now
from bot.limits import PACES
from storage import deliveries, schema
from storage.database import Database
from tests.databases import MISSING, find_programs, running_server

_UNDER_WAY = 0.1  # seconds after a kill within which a message of the dead may still be taken
_LONGEST = 30.0  # seconds after which one that doesn't resume is given up
_LOOK_EVERY = 0.25
_WARM = 4.0
_KILL_SECONDS = 13  # of messages planned for each kill


async def _fill(url: str, workspaces: int, seconds: float) -> None:
    each = int(seconds / PACES["slack"].spacing.total_seconds())
    async with await Database.open(url) as database:
        await database.write("fill", lambda session: begin_campaigns(session, 1))
        for number in range(workspaces):
            people = [f"{number}-{person}" for person in range(each)]
            await database.write("fill", partial(reachable, platform="slack", tenant=f"T{number}", people=people))
            await database.write("fill", partial(deliveries.plan_all, deliveries=messages(people), at=now()))


class _Log:
    """What the platform took so far."""

    def __init__(self, http: ClientSession, address: str) -> None:
        self._http, self._address = http, address
        self.taken: list[Taken] = []
        self.above = 0

    async def read(self) -> None:
        """Learn what was taken since."""
        more, self.above = await taken(self._http, self._address, len(self.taken))
        self.taken += more

    def resumed(self, killed_at: float, workspaces: Collection[str]) -> float | None:
        """Return how long after a kill the last of these workspaces sent again, None where one hasn't yet."""
        first: dict[str, float] = {}
        for each in self.taken:
            if each.at > killed_at + _UNDER_WAY:
                first.setdefault(each.tenant, each.at)
        return None if workspaces - first.keys() else max(first[tenant] for tenant in workspaces) - killed_at


async def _measure(url: str, kills: int, workers: int, workspaces: int) -> tuple[list[float], int]:
    """Return the seconds of each kill, and how many calls were above the limits."""
    await _fill(url, workspaces, _WARM + kills * _KILL_SECONDS)
    seconds: list[float] = []
    everywhere = {f"T{number}" for number in range(workspaces)}
    with limited("slack") as address, Pumps(Work(url=url, platform="slack", address=address), workers) as pumps:
        async with ClientSession() as http:
            log = _Log(http, address)
            pumps.go()
            await asyncio.sleep(_WARM)
            for _ in range(kills):
                await asyncio.sleep(1 + secrets.randbelow(2_000) / 1_000)
                killed_at = time.monotonic()
                pumps.kill(secrets.randbelow(workers))
                pumps.start_another()
                seconds.append(await _until_resumed(log, killed_at, everywhere))
    return seconds, log.above


async def _until_resumed(log: _Log, killed_at: float, workspaces: Collection[str]) -> float:
    for _ in count():
        await asyncio.sleep(_LOOK_EVERY)
        await log.read()
        if (found := log.resumed(killed_at, workspaces)) is not None:
            return found
        if time.monotonic() - killed_at > _LONGEST:
            break
    return float("inf")


def _table(seconds: Sequence[float], above: int) -> Table:
    met = median(seconds) < 6 and max(seconds) < 12 and not above
    row = (
        str(len(seconds)),
        f"{median(seconds):.1f}",
        f"{max(seconds):.1f}",
        str(above),
        verdict(met=met, target="median < 6 s, max < 12 s, none above the limit"),
    )
    return Table(
        title="Seconds from a kill until every workspace sends again", columns=("kills", "median", "max", "above the limit", ""), rows=(row,)
    )


def main() -> int:
    """Measure PostgreSQL; exit 1 where there's none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--workspaces", type=int, default=20)
    chosen = parser.parse_args()
    if find_programs() is None:
        print(MISSING)
        return 1
    with running_server() as server:
        schema.upgrade(url := server.make("resume"))
        seconds, above = asyncio.run(_measure(url, chosen.kills, chosen.workers, chosen.workspaces))
    show("After a worker's death", [_table(seconds, above)], markdown=chosen.markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
