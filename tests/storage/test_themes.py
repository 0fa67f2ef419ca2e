"""Themes: which published periods wait for them, and that they're kept once."""

from datetime import date, timedelta

from dialogs.scores import Theme
from storage import themes
from storage.database import Database
from storage.themes import Period
from tests.bot.traced import NOVEMBER, OCTOBER, PUBLISHED, Left, left, publish, traces

FIRST, SECOND = Period(function="it", begins=date(2026, 9, 28)), Period(function="it", begins=date(2026, 11, 2))
SLOW = Theme(words=("délai", "slow"), comments=7, people=6, traces={"2": 6})
KIND = Theme(words=("aimable",), comments=5, people=6, traces={})
REST = Theme(words=(), comments=9, people=8, traces={"5": 8})


async def test_a_published_period_waits_the_oldest_first_until_its_themes_are_kept(database: Database) -> None:
    await left(database, OCTOBER, traces(4, 4, 4, 4, 4))
    await left(database, NOVEMBER, traces(4, 4, 4, 4, 4))
    assert await database.read(themes.waiting) == []
    await publish(database)
    assert await database.read(themes.waiting) == [FIRST, SECOND]
    assert await database.write(themes.THEMING, lambda session: themes.keep(session, FIRST, (), PUBLISHED))
    assert await database.read(themes.waiting) == [SECOND]


async def test_what_shows_nothing_has_no_themes(database: Database) -> None:
    await left(database, NOVEMBER, traces(4, 4))
    await publish(database)
    assert await database.read(themes.waiting) == []


async def test_they_are_kept_once_and_read_the_largest_first(database: Database) -> None:
    await left(database, NOVEMBER, traces(4, 4, 4, 4, 4))
    await publish(database)
    assert await database.write(themes.THEMING, lambda session: themes.keep(session, SECOND, (REST, KIND, SLOW), PUBLISHED))
    later = PUBLISHED + timedelta(days=1)
    assert not await database.write(themes.THEMING, lambda session: themes.keep(session, SECOND, (KIND,), later))
    assert await database.read(lambda session: themes.of(session, "it")) == {SECOND.begins: (SLOW, KIND, REST)}
    assert await database.read(lambda session: themes.of(session, "finance")) == {}


async def test_the_responses_of_a_period_are_those_that_were_published_in_it(database: Database) -> None:
    await left(database, OCTOBER, traces(1, 1, 1, 1, 1))
    await left(database, NOVEMBER, [Left(trace=4, comment="lent"), *traces(3, 3, 3, 3)])
    await publish(database)
    found = await database.read(lambda session: themes.responses(session, SECOND))
    assert sorted((each.trace or 0, each.comment or "") for each in found) == [(3, ""), (3, ""), (3, ""), (3, ""), (4, "lent")]
    assert len({each.person for each in found}) == 5
