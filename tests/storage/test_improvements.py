"""Improvements: kept as they're noted, and as they end."""

from dataclasses import replace
from datetime import date, timedelta

from sqlmodel import Session

from dialogs.facts import ImprovementKept
from dialogs.improvement import Improvement
from storage import facts, improvements, people
from storage.database import Database
from tests.company import NOON
from tests.conversation import said

FIRST = Improvement(id="i1", function="it", text="Call back", due=date(2026, 12, 4), noted_at=NOON, by="", before=date(2026, 11, 2))


async def owner(database: Database) -> str:
    return await database.write("people", lambda session: people.meet(session, said("?"), NOON).person.id)


async def keep(database: Database, *several: Improvement) -> None:
    def body(session: Session) -> None:
        for each in several:
            improvements.keep(session, each)

    await database.write("test", body)


async def of(database: Database, function: str = "it") -> list[Improvement]:
    return list(await database.read(lambda session: improvements.of(session, function)))


async def test_what_is_noted_is_read_again_as_it_was(database: Database) -> None:
    noted = replace(FIRST, by=await owner(database))
    await keep(database, noted)
    assert await of(database) == [noted]
    assert await of(database, "finance") == []


async def test_once_done_it_stays_as_it_is(database: Database) -> None:
    noted = replace(FIRST, by=await owner(database))
    done = replace(noted, done_at=NOON + timedelta(days=3), done="Two people came")
    await keep(database, noted, done, replace(done, done="Three came"), noted)
    assert await of(database) == [done]


async def test_those_under_way_come_first_the_first_due_then_what_was_done_last(database: Database) -> None:
    by = await owner(database)
    late, soon = (replace(FIRST, id=name, by=by, due=due) for name, due in (("late", date(2027, 1, 4)), ("soon", date(2026, 11, 24))))
    first, last = (replace(FIRST, id=f"d{days}", by=by, done_at=NOON + timedelta(days=days), done="done") for days in (1, 2))
    await keep(database, first, late, last, soon)
    assert [each.id for each in await of(database)] == ["soon", "late", "d2", "d1"]


async def test_a_turn_keeps_what_it_decided(database: Database) -> None:
    event = said("?")

    def take(session: Session) -> None:
        person = people.meet(session, event, NOON).person
        fact = ImprovementKept(improvement=replace(FIRST, by=person.id))
        facts.record(session, fact, person=person, event=event, catalogue_version=1, at=NOON)

    await database.write(event.reference.key, take)
    assert [each.text for each in await of(database)] == ["Call back"]
