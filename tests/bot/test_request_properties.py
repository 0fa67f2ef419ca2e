"""What requests promise, along random walks of people, platforms, faults and the clock through the whole engine; the long form is in `.ci/long`."""

import pytest

from storage.database import Database
from tests.bot.request_walk import WALK, Walk
from tests.bot.request_world import opened
from tests.databases import Kind

WALKS = 20


@pytest.mark.parametrize("seed", range(WALKS))
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_long_walk_breaks_no_promise(database: Database, seed: int) -> None:
    async with opened(database) as world:
        walk = Walk(world, seed)
        await walk.go(WALK)
    assert walk.did.total() == WALK


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_shorter_one_breaks_none_on_the_other_database(database: Database, database_kind: Kind) -> None:
    async with opened(database) as world:
        walk = Walk(world, WALKS)
        await walk.go(WALK)
    assert walk.did.total() == WALK
