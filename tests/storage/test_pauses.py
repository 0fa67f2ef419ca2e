"""Pauses: the latest choice stands, for its time, for one function or all."""

from datetime import timedelta

from dialogs.feedback import Pause
from storage import pauses
from storage.database import Database
from tests.company import NOON
from tests.storage.ledger import alice

WEEKS = NOON + timedelta(weeks=2)


async def choose(database: Database, person: str, pause: Pause) -> None:
    await database.write("test", lambda session: pauses.choose(session, person, pause.function, pause.until, NOON))


async def test_pauses_hold_until_they_are_over_that_of_all_first(database: Database) -> None:
    person = await alice(database)
    of_it, of_all = Pause(function="it", until=None), Pause(function=None, until=WEEKS)
    assert await database.read(lambda session: pauses.pauses_of(session, person, NOON)) == ()
    for pause in (of_it, of_all):
        await choose(database, person, pause)
    assert await database.read(lambda session: pauses.pauses_of(session, person, NOON)) == (of_all, of_it)
    assert await database.read(lambda session: pauses.pauses_of(session, person, WEEKS)) == (of_it,)
    assert await database.read(lambda session: pauses.pauses_of_many(session, [person, "nobody"], WEEKS)) == {person: (of_it,)}


async def test_the_latest_choice_stands(database: Database) -> None:
    person = await alice(database)
    for until in (None, WEEKS):
        await choose(database, person, Pause(function="it", until=until))
    assert await database.read(lambda session: pauses.pauses_of(session, person, NOON)) == (Pause(function="it", until=WEEKS),)


async def test_a_pause_ends_when_its_person_says_so_and_no_other_does(database: Database) -> None:
    person = await alice(database)
    for function in ("it", None):
        await choose(database, person, Pause(function=function, until=None))
    await database.write("test", lambda session: pauses.end(session, person, None))
    assert await database.read(lambda session: pauses.pauses_of(session, person, NOON)) == (Pause(function="it", until=None),)
