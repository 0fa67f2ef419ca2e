"""A process of its own that pumps a database into nothing, and prints each key that it sent: `python -m tests.bot.pumping URL OWNER`."""

import asyncio
import sys
from datetime import timedelta

from bot.clock import now
from bot.delivery import Pump
from bot.metrics import Metrics
from storage.database import Database
from tests.bot.simulated import InMemory, Time, adapters, open_gate


async def drain(url: str, owner: str) -> None:
    """Send all that is due."""
    platforms = [InMemory("slack", Time(now()), can_look=True)]
    async with await Database.open(url) as database:
        pump = Pump(database, adapters(platforms), Metrics(), now, gate=open_gate, aftermath={}, owner=owner)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        await pump.drain(timedelta(seconds=2))
    sys.stdout.write("".join(f"{posted.key}\n" for posted in platforms[0].posted))


if __name__ == "__main__":
    asyncio.run(drain(*sys.argv[1:]))
