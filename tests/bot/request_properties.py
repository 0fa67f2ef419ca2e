"""Random walks of requests through the whole engine, as long as asked; `tests.bot.request_walk` says what happens along one.

    python -m tests.bot.request_properties --steps 100000 [--database postgresql] [--seed 7]

The test of the same name takes a short walk on each change.
"""

import argparse
import asyncio
import sys
from collections import Counter

import structlog

from storage.database import Database
from tests.bot.ledger_properties import databases
from tests.bot.request_walk import WALK, Walk
from tests.bot.request_world import opened


async def _long(steps: int, kind: str, seed: int) -> None:
    did: Counter[str] = Counter()
    async with databases(kind) as new:
        for walk in range(seed, seed + max(1, steps // WALK)):
            async with await Database.open(new()) as database, opened(database) as world:
                one = Walk(world, walk)
                await one.go(WALK)
                did += one.did
    print(f"{kind}: {did.total()} steps, every promise held: {dict(did.most_common())}")  # noqa: T201


def main() -> int:
    """Walk for as many steps as asked; a promise that breaks ends it, and names its seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    asyncio.run(_long(chosen.steps, chosen.database, chosen.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
