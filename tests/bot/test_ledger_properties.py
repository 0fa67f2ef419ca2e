"""What the ledger promises, along random walks of plans, changes, faults, deaths and clock moves; the long form is in `.ci/long`."""

import pytest

from storage.database import Database
from tests.bot.ledger_properties import WALK, Walk
from tests.databases import Kind

WALKS = 4


@pytest.mark.parametrize("seed", range(WALKS))
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_long_walk_breaks_no_promise(database: Database, seed: int) -> None:
    walk = Walk(database, seed)
    await walk.go(WALK)
    assert walk.did.total() == WALK


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_shorter_one_breaks_none_on_the_other_database(database: Database, database_kind: Kind, seed: int) -> None:
    walk = Walk(database, WALKS + seed)
    await walk.go(WALK // 2)
    assert walk.did.total() == WALK // 2
