"""Exports that were asked for: kept once, made once."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from dialogs.export import Export
from storage import exports
from storage.database import Database
from tests.company import NOON
from tests.responses import keep

EXPORT = Export(
    id="x1", person="person-0", language="fr", form="xlsx", depth="full", asked_at=NOON, filters={"function": "it"}, reason="un litige en cours"
)


async def test_an_export_is_kept_as_it_was_asked_for_once(database: Database) -> None:
    await keep(database, [], people=1)
    for again in (EXPORT, replace(EXPORT, form="csv")):
        await database.write("test", partial(exports.ask, export=again, at=NOON))
    assert await database.read(exports.waiting) == [EXPORT]


async def test_they_wait_in_the_order_in_which_they_were_asked_for(database: Database) -> None:
    await keep(database, [], people=1)
    for export, at in ((EXPORT, NOON), (replace(EXPORT, id="x0"), NOON - timedelta(hours=1))):
        await database.write("test", partial(exports.ask, export=export, at=at))
    assert [export.id for export in await database.read(exports.waiting)] == ["x0", "x1"]


async def test_its_made_once_and_who_comes_later_is_told(database: Database) -> None:
    await keep(database, [], people=1)
    await database.write("test", lambda session: exports.ask(session, EXPORT, NOON))
    assert await database.write("test", lambda session: exports.mark_made(session, "x1", NOON))
    assert not await database.write("test", lambda session: exports.mark_made(session, "x1", NOON, "too late"))
    assert not await database.write("test", lambda session: exports.mark_made(session, "gone", NOON))
    assert await database.read(exports.waiting) == []


async def test_who_asked_is_who_they_are_by_now(database: Database) -> None:
    await keep(database, [], people=1)
    person = await database.read(lambda session: exports.asker(session, EXPORT))
    assert person is not None
    assert (person.id, person.email, person.linked) == ("person-0", "person0@vaubert.example", True)
    assert await database.read(lambda session: exports.asker(session, replace(EXPORT, person="gone"))) is None
