"""What the attention budget promises, along random walks of closings, taps, pauses, limits, deaths and time; the long form is in `.ci/long`."""

import pytest

from storage.database import Database
from tests.bot.attention_properties import WALK, Walk
from tests.bot.encoders import LetterEncoder

WALKS = 10


@pytest.mark.parametrize("seed", range(WALKS))
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_nobody_is_asked_more_than_the_budget_takes(database: Database, seed: int) -> None:
    walk = Walk(database, LetterEncoder(), seed)
    await walk.go(WALK)
    assert walk.did.total() == WALK
    assert walk.asked > 0
    assert (await walk.taught())["sent"] > 0


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_nor_on_the_other_database(database: Database) -> None:
    walk = Walk(database, LetterEncoder(), WALKS)
    await walk.go(WALK // 2)
    assert walk.asked > 0
