"""Chunks: everybody of the directory is of one, whoever goes on with one finds it as it was left, and what came of all is added up."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import Session

from dialogs.facts import CampaignEdited
from dialogs.people import DirectoryRow
from storage import addressees, campaigns, chunks, members
from storage.addressees import Asked
from storage.chunks import STANDSTILL, Chunk
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING
from tests.company import NOON
from tests.dialogs.campaigns import READY

NAME, SIZE = READY.name, 4
ASKED = Asked(function="it", topic="", at=NOON, language="fr", stages=False, gets=False)


async def hire(database: Database, number: int) -> None:
    rows = [DirectoryRow(id=f"m{n}", email=f"m{n}@vaubert.example", name=f"Nom {n}") for n in range(number)]
    await database.write(LINKING, lambda session: import_directory(session, rows, NOON))


async def cut(database: Database, after: str = "") -> list[Chunk]:
    ends = await database.read(lambda session: chunks.borders(session, after, SIZE))
    await database.write("t", lambda session: chunks.cut(session, NAME, after, ends))
    return await database.read(partial(chunks.of, campaign=NAME))


async def inside(database: Database, chunk: Chunk) -> list[str]:
    return [one.id for one in await database.read(lambda session: addressees.page(session, ASKED, chunk.cursor, upto=chunk.upto))]


async def goes_on(database: Database, chunk: Chunk, last: str | None, *, targeted: int = 0) -> bool:
    def on(session: Session) -> bool:
        row = chunks.hold(session, chunk)
        if row is not None:
            chunks.go_on(row, last, NOON, targeted=targeted)
        return row is not None

    return await database.write("t", on)


async def current(database: Database, number: int) -> Chunk:
    found = await database.read(partial(chunks.one, campaign=NAME, number=number))
    assert found is not None
    return found


@pytest.mark.parametrize(("number", "sizes"), [(0, [0]), (1, [1]), (4, [4]), (5, [4, 1]), (8, [4, 4]), (10, [4, 4, 2])])
async def test_everybody_is_of_one(database: Database, number: int, sizes: Sequence[int]) -> None:
    await hire(database, number)
    cuts = await cut(database)
    people = [await inside(database, each) for each in cuts]
    assert [len(each) for each in people] == sizes
    everybody = [one.id for one in await database.read(lambda session: addressees.page(session, ASKED))]
    assert [person for several in people for person in several] == everybody
    assert ([each.number for each in cuts], cuts[0].cursor, cuts[-1].upto) == (list(range(len(sizes))), "", None)


async def test_what_was_looked_at_before_is_of_none(database: Database) -> None:
    await hire(database, 10)
    everybody = [one.id for one in await database.read(lambda session: addressees.page(session, ASKED))]
    cuts = await cut(database, everybody[2])
    assert [person for each in cuts for person in await inside(database, each)] == everybody[3:]
    assert len(cuts) == 2


async def test_they_are_cut_once(database: Database) -> None:
    await hire(database, 10)
    cuts = await cut(database)
    await hire(database, 40)
    assert await cut(database) == cuts


async def test_whoever_comes_second_finds_that_it_went_on(database: Database) -> None:
    await hire(database, 10)
    first, *_ = await cut(database)
    people = await inside(database, first)
    assert await goes_on(database, first, people[1])
    assert not await goes_on(database, first, people[1])
    found = await current(database, 0)
    assert (found.cursor, found.upto, found.is_done) == (people[1], people[3], False)
    assert await goes_on(database, found, people[3])
    found = await current(database, 0)
    assert found.is_done, "its last person was looked at"
    assert not await goes_on(database, found, None)


async def test_one_whose_last_person_is_gone_is_done_where_nobody_follows(database: Database) -> None:
    await hire(database, 10)
    first, *_ = await cut(database)
    assert await goes_on(database, first, None)
    assert (await current(database, 0)).is_done


async def test_it_stands_still_until_it_is_handed_on_and_again_when_it_has_not_moved_for_long(database: Database) -> None:
    await hire(database, 10)
    first, second, third = await cut(database)
    assert first.stands_still(NOON)
    await database.write("t", lambda session: chunks.hand_on(session, NAME, (0, 1), NOON))
    later = NOON + STANDSTILL
    handed = await current(database, 0)
    assert [handed.stands_still(at) for at in (NOON, later - timedelta(seconds=1), later)] == [False, False, True]
    assert (await current(database, third.number)).stands_still(NOON)
    await database.write("t", lambda session: chunks.let_go(session, NAME, second.number))
    assert (await current(database, 1)).stands_still(NOON)
    await goes_on(database, first, None)
    assert not (await current(database, 0)).stands_still(NOON + timedelta(days=1)), "it's done"


@pytest.mark.parametrize(("key", "named"), [("passwords|0", ("passwords", 0)), ("passwords|12", ("passwords", 12))])
def test_a_key_names_one(key: str, named: tuple[str, int]) -> None:
    assert chunks.parse(key) == named
    assert Chunk(campaign=named[0], number=named[1], cursor="", upto=None, handed_at=None, is_done=False).key == key


@pytest.mark.parametrize("key", ["", "passwords", "passwords|", "passwords|one"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="int"):
        chunks.parse(key)


async def test_what_came_of_them_counts_at_once_and_is_added_up_in_the_end(database: Database) -> None:
    await hire(database, 10)
    await database.write("t", lambda session: campaigns.edit(session, CampaignEdited(campaign=READY, base=None), "p-malik", NOON))
    first, second, _ = await cut(database)
    assert await goes_on(database, first, None, targeted=3)
    assert await goes_on(database, second, (await inside(database, second))[0], targeted=1)
    assert await database.read(lambda session: chunks.targeted(session, NAME)) == 4

    def finish(session: Session) -> int:
        row = campaigns.hold(session, NAME)
        assert row is not None
        chunks.settle(session, row)
        members.finish(session, row, NOON)
        return row.targeted

    assert await database.write("t", finish) == 4
    assert await database.read(partial(chunks.of, campaign=NAME)) == []
    assert await database.read(lambda session: chunks.targeted(session, NAME)) == 4
    assert await database.read(lambda session: chunks.targeted(session, "another")) == 0
