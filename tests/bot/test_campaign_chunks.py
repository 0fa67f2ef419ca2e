"""Chunks of a campaign's audience, whichever processes do them and in whatever order: everybody enters once, and what is counted is what is there."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import permutations
from typing import Any, TypeVar

import pytest
from sqlalchemy import update
from sqlmodel import Session

from bot.campaign_pages import audience_of
from bot.campaigns import Campaigns
from dialogs.campaign import CampaignAudience, Measured, Objective, Slice, Wave
from dialogs.ladder import Stage
from storage import chunks, erasure, people, tallies
from storage.chunks import STANDSTILL, Chunk
from storage.database import Database
from storage.tables import CampaignRow, PersonRow, table_of
from tests.bot.campaign_world import NINE, THREE, World, company
from tests.bot.simulated import Crash, Death, Mortal
from tests.dialogs.campaigns import READY

SIZE, PAGE, STEPS = 7, 3, 18
PERSON = table_of(PersonRow).c
T = TypeVar("T")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have small chunks and smaller pages."""
    monkeypatch.setattr("storage.addressees.page.__defaults__", ("", PAGE))
    monkeypatch.setattr("storage.chunks.borders.__defaults__", ("", SIZE))


def process(world: World, database: Database | None = None) -> tuple[Campaigns, list[str]]:
    """Return what one of several processes has for campaigns, and the keys of the chunks that it handed on."""
    handed: list[str] = []

    async def hand_on(key: str) -> None:
        handed.append(key)

    one = world.campaigns()
    one.database, one.hand_on = database or world.database, hand_on
    return one, handed


async def looked(world: World) -> list[str]:
    """Return the keys that a look hands on."""
    one, handed = process(world)
    await one.look()
    return handed


async def left(world: World) -> list[Chunk]:
    return await world.database.read(partial(chunks.of, campaign=READY.name))


async def assert_everybody(world: World, number: int) -> None:
    """Everybody entered once, all that is counted is there, and no chunk is left."""
    assert len(await world.members()) == number
    assert await world.steps() == ({"a": number} if number else {})
    assert await left(world) == []
    assert (await world.row()).cursor is None
    await world.assert_whole()


async def assert_adds_up(world: World) -> int:
    """Return how many were targeted by now, who are as many as there are deliveries."""
    tally = await world.database.read(lambda session: tallies.tally(session, READY.name, world.at))
    assert tally.is_balanced
    return tally.targeted


class Midway(Database):
    """A database as a process sees it in whose chunk something happens after so many pages, before the next is written."""

    def __init__(self, inner: Database, act: Callable[[], Awaitable[object]], pages: int) -> None:
        super().__init__(inner._engine, "the database")
        self._act, self._pages = act, pages

    async def write(self, conversation_key: str, body: Callable[[Session], T]) -> T:
        self._pages -= 1
        if self._pages == -1:
            await self._act()
        return await super().write(conversation_key, body)


def midway(world: World, act: Callable[[], Awaitable[object]], pages: int = 1) -> Campaigns:
    return process(world, Midway(world.database, act, pages))[0]


@pytest.mark.parametrize("number", [0, 1, SIZE, SIZE + 1, 17])
async def test_a_process_alone_does_them_itself(database: Database, number: int) -> None:
    async with company(database, number) as world:
        await world.scheduled()
        await world.look()
        await assert_everybody(world, number)
        assert (await world.row()).status == ("running" if number else "finished")


@pytest.mark.parametrize("number", [0, 1, SIZE, SIZE + 1, 17])
async def test_several_processes_do_what_was_handed_on(database: Database, number: int) -> None:
    async with company(database, number) as world:
        await world.scheduled()
        keys = await looked(world)
        assert keys == [f"passwords|{n}" for n in range(max(1, -(-number // SIZE)))]
        for key in keys:
            await process(world)[0].plan_chunk(key)
            await assert_adds_up(world)
        await assert_everybody(world, number)
        assert await looked(world) == []
        assert world.nudges, "the pump hears of it"


async def test_they_may_be_done_in_any_order(database: Database) -> None:
    async with company(database, 17) as world:
        await world.scheduled(replace(THREE, objective=Objective(stage=Stage.CONVICTION, benchmark=Measured(kind="measured"))))
        keys = await looked(world)
        for key in next(order for order in permutations(keys) if order[0] != keys[0] and order[-1] != keys[-1]):
            await process(world)[0].plan_chunk(key)
        await assert_everybody(world, 17)
        assert (await world.row()).benchmark == 0


async def test_two_processes_on_every_one_at_once_take_in_everybody_once(database_url: str) -> None:
    async with await Database.open(database_url) as one, await Database.open(database_url) as other, company(one, 40) as world:
        await world.scheduled()
        keys = await looked(world)
        first, second = (process(world, database)[0] for database in (one, other))
        await asyncio.gather(*(each.plan_chunk(key) for key in keys for each in (first, second)), second.look())
        await assert_everybody(world, 40)


async def test_each_is_handed_on_once_and_again_where_it_stands_still(database: Database) -> None:
    async with company(database, 17) as world:
        await world.scheduled()
        keys = await looked(world)
        world.at += STANDSTILL / 2
        assert await looked(world) == []
        await process(world)[0].plan_chunk(keys[0])
        world.at += STANDSTILL / 2
        assert await looked(world) == keys[1:], "the first is done"
        assert await looked(world) == []
        for key in keys[1:]:
            await process(world)[0].plan_chunk(key)
        await assert_everybody(world, 17)


async def test_one_that_went_on_is_left_to_whoever_has_it(database: Database) -> None:
    async with company(database, SIZE) as world:
        await world.scheduled()
        (key,) = await looked(world)
        world.at += STANDSTILL
        with pytest.raises(Crash):
            await midway(world, dies, pages=2).plan_chunk(key)
        world.at += STANDSTILL / 2
        assert await looked(world) == []
        world.at += STANDSTILL / 2
        assert await looked(world) == [key]


async def dies() -> None:
    raise Crash


async def test_these_are_the_steps_before_which_it_may_die(database: Database) -> None:
    async with company(database, SIZE + 2) as world:
        await world.scheduled()
        death = Death()
        one, handed = process(world, Mortal(world.database, death))
        await one.look()
        for key in handed:
            await one.plan_chunk(key)
        assert len(death.steps) == STEPS, death.steps


@pytest.mark.parametrize("step", range(STEPS))
async def test_wherever_a_process_dies_another_one_ends_it(database: Database, step: int) -> None:
    async with company(database, SIZE + 2) as world:
        await world.scheduled()
        one, handed = process(world, Mortal(world.database, Death(at_step=step)))
        try:
            await one.look()
            for key in handed:
                await one.plan_chunk(key)
        except Crash:
            await assert_adds_up(world)
            world.at += STANDSTILL
            for key in await looked(world):
                await process(world)[0].plan_chunk(key)
            await looked(world)
        await assert_everybody(world, SIZE + 2)


async def test_a_pause_is_seen_by_the_next_page_and_it_goes_on_at_once_when_it_is_resumed(database: Database) -> None:
    async with company(database, 17) as world:
        await world.scheduled()
        keys = await looked(world)
        await midway(world, lambda: world.steer("pause")).plan_chunk(keys[0])
        assert await assert_adds_up(world) == PAGE
        assert await looked(world) == []
        await process(world)[0].plan_chunk(keys[1])
        assert await assert_adds_up(world) == PAGE, "whoever hears late that it goes on does nothing"
        await world.steer("resume")
        assert await looked(world) == keys[:2], "they were let go of; the third still waits where it was handed on"
        for key in keys:
            await process(world)[0].plan_chunk(key)
        await assert_everybody(world, 17)


async def test_an_edit_holds_for_who_entered_before_and_who_enters_after(database: Database) -> None:
    async with company(database, 17) as world:
        await world.scheduled()
        keys = await looked(world)
        await midway(world, lambda: world.edited(replace(THREE, priority="low"), 1)).plan_chunk(keys[0])
        assert await assert_adds_up(world) == 2 * PAGE, "the page that was under way is of the version that is followed"
        assert await looked(world) == keys[:1], "once it's planned anew"
        for key in keys:
            await process(world)[0].plan_chunk(key)
        await assert_everybody(world, 17)
        assert {each.priority for each in await world.deliveries()} == {-1}


async def test_a_page_of_a_version_that_is_followed_no_more_is_not_taken_in(database: Database) -> None:
    async with company(database, SIZE) as world:
        await world.scheduled()
        (key,) = await looked(world)

        async def edited() -> None:
            await world.edited(replace(THREE, priority="low"), 1)
            await world.look()  # a process alone, which does all of it

        await midway(world, edited).plan_chunk(key)
        await assert_everybody(world, SIZE)
        assert {each.priority for each in await world.deliveries()} == {-1}


async def test_a_cancelled_one_is_counted_as_far_as_it_got(database: Database) -> None:
    async with company(database, 17) as world:
        await world.scheduled()
        keys = await looked(world)
        await midway(world, lambda: world.steer("cancel")).plan_chunk(keys[0])
        for key in keys:
            await process(world)[0].plan_chunk(key)
        assert await looked(world) == []
        assert (await world.row()).targeted == await assert_adds_up(world) == PAGE
        assert await left(world) == []
        assert {(each.status, each.reason) for each in await world.deliveries()} == {("skipped", "cancelled")}


async def test_one_whose_period_ends_meanwhile_is_counted_as_far_as_it_got(database: Database) -> None:
    async with company(database, 17) as world:
        await world.scheduled()
        keys = await looked(world)

        async def ends() -> None:
            world.at = datetime(2026, 12, 18, 23, tzinfo=UTC)

        await midway(world, ends).plan_chunk(keys[0])
        for key in keys:
            await process(world)[0].plan_chunk(key)
        assert await looked(world) == []
        row = await world.row()
        assert (row.status, row.targeted, await left(world)) == ("finished", await assert_adds_up(world), [])
        assert {(each.status, each.reason) for each in await world.deliveries()} == {("skipped", "over")}


async def test_its_waves_are_spread_over_people_who_were_counted_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def counting(*given: Any) -> int:
        counted.append(audience_of(*given))
        return counted[-1]

    monkeypatch.setattr("bot.campaigns.audience_of", counting)
    async with company(database, 40) as world:
        await world.scheduled(replace(THREE, wave=Wave(people=10)))
        keys = await looked(world)
        for key in keys[:3]:
            await process(world)[0].plan_chunk(key)
        assert counted == [40]
        lyon = CampaignAudience(include=(Slice(sites=("Lyon",)),))
        await world.edited(replace(THREE, wave=Wave(people=5), audience=lyon), 1)
        await process(world)[0].plan_chunk(keys[3])
        assert await looked(world) == [keys[3]]
        for key in keys[3:]:
            await process(world)[0].plan_chunk(key)
        assert counted == [40, 26], "and again, since it was edited"
        assert len(Counter(each.not_before.date() for each in await world.deliveries())) >= 4
        await world.assert_whole()


async def test_waves_that_are_edited_meanwhile_are_spread_over_those_too_who_have_not_entered_yet(database: Database) -> None:
    async with company(database, 40) as world:
        await world.scheduled(replace(THREE, wave=Wave(people=10)))
        keys = await looked(world)
        await process(world)[0].plan_chunk(keys[0])
        await world.edited(replace(THREE, wave=Wave(people=5)), 1)
        await looked(world)
        days = Counter(each.not_before.date() for each in await world.deliveries())
        assert (days.total(), len(days) > 2) == (SIZE, True), "of 40 people there are eight waves, of these seven there would be two"
        for key in keys:
            await process(world)[0].plan_chunk(key)
        await assert_everybody(world, 40)


async def test_who_comes_or_goes_meanwhile_is_looked_at_where_they_are(database: Database) -> None:
    async with company(database, 17) as world:
        await world.scheduled()
        keys = await looked(world)
        await process(world)[0].plan_chunk(keys[0])
        border = (await left(world))[1].upto
        assert border is not None
        await world.database.write(people.LINKING, lambda session: erasure.erase(session, border, world.at))
        await world.hire(30, first=17)
        for key in keys[1:]:
            await process(world)[0].plan_chunk(key)
        directory = await world.database.read(lambda session: set(session.execute(PERSON_IDS).scalars()))
        entered = {each.person_id for each in await world.members()}
        assert 16 < len(entered) < len(directory)
        await world.assert_whole()
        await world.look(hours=1)
        assert {each.person_id for each in await world.members()} == directory, "those who came behind it are newcomers"
        await world.assert_whole()


PERSON_IDS = table_of(PersonRow).select().with_only_columns(PERSON.id).where(PERSON.directory_id.is_not(None))


async def test_one_that_was_planned_halfway_before_there_were_chunks_is_planned_from_there(database: Database) -> None:
    async with company(database, 17) as world:
        await world.scheduled()
        ids = sorted(await world.database.read(lambda session: list(session.execute(PERSON_IDS).scalars())))
        halfway = update(table_of(CampaignRow)).values(status="running", started_at=NINE, cursor=ids[4])
        await world.database.write("t", lambda session: session.execute(halfway))
        for key in await looked(world):
            await process(world)[0].plan_chunk(key)
        assert [each.person_id for each in await world.members()] == ids[5:]
        await assert_everybody(world, 12)


async def test_a_key_of_nothing_does_nothing(database: Database) -> None:
    async with company(database, 3) as world:
        await process(world)[0].plan_chunk("another|0")
        await world.scheduled()
        await process(world)[0].plan_chunk("passwords|0")
        assert (await world.members(), world.nudges) == ([], [])
