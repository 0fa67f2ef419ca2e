"""The catalogue's versions: each is kept, the same one twice is one, and any can come back."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.catalog import Catalogue, Localized
from storage import catalog
from storage.catalog import LOADING, Changes, Difference, Loaded, Version
from storage.database import Database
from storage.errors import UnknownVersionError
from tests.company import CATALOGUE, COMPANY, DEMO_KIT, FINANCE, IT, LAPTOP, NOON, PASSWORD, TABLET

ALL_SHEETS = tuple(sorted(sheet.id for _, sheet in CATALOGUE.sheets()))
FIRST = Changes(functions=Difference(added=("finance", "it")), sheets=Difference(added=ALL_SHEETS), company=True)


async def load(database: Database, catalogue: Catalogue, hours: int = 0) -> Loaded:
    return await database.write(LOADING, lambda session: catalog.load(session, catalogue, "bob", NOON + timedelta(hours=hours)))


async def test_before_the_first_version_there_is_none(database: Database) -> None:
    assert await database.read(catalog.latest) is None
    assert await database.read(catalog.latest_number) is None
    assert await database.read(catalog.versions) == []


async def test_a_catalogue_comes_back_as_it_went(database: Database) -> None:
    assert await load(database, CATALOGUE) == Loaded(number=1, changes=FIRST, new=True)
    assert await database.read(catalog.latest) == (1, CATALOGUE)
    assert await database.read(catalog.latest_number) == 1


async def test_the_same_catalogue_twice_is_one_version(database: Database) -> None:
    loaded = await asyncio.gather(*(load(database, CATALOGUE) for _ in range(3)))
    assert sorted(each.new for each in loaded) == [False, False, True]
    assert {each.number for each in loaded} == {1}
    assert len(await database.read(catalog.versions)) == 1


async def test_a_pack_of_every_start_never_undoes_what_was_written_since(database: Database) -> None:
    async def start(pack: Catalogue) -> Loaded | None:
        return await database.write(LOADING, lambda session: catalog.load_unseen(session, pack, "pack", NOON))

    edited, next_pack = replace(CATALOGUE, functions=(IT,)), replace(CATALOGUE, functions=(FINANCE,))
    assert await start(CATALOGUE) is not None
    assert await start(CATALOGUE) is None
    await load(database, edited)
    assert await start(CATALOGUE) is None
    assert await database.read(catalog.latest) == (2, edited)
    assert await start(next_pack) is not None
    assert await database.read(catalog.latest) == (3, next_pack)


async def test_a_new_version_says_what_changed(database: Database) -> None:
    await load(database, CATALOGUE)
    laptop = replace(LAPTOP, link="https://guichet.vaubert.example/pc")
    it = replace(IT, services=(laptop, replace(TABLET, id="it_phone")), entries=(PASSWORD,))
    legal = replace(FINANCE, slug="legal", services=(), entries=())
    finance = replace(FINANCE, also=("DAF",))
    company = replace(COMPANY, segments={"sales": Localized(fr="Ventes")})
    changed = await load(database, Catalogue(company=company, functions=(it, finance, legal)), hours=1)
    changes = Changes(
        functions=Difference(added=("legal",), changed=("finance",)),
        sheets=Difference(added=("it_phone",), changed=(LAPTOP.id,), removed=(DEMO_KIT.id, TABLET.id)),
        company=True,
    )
    assert changed == Loaded(number=2, changes=changes, new=True)
    moved = await load(database, Catalogue(company=company, functions=(it, replace(finance, entries=()))), hours=2)
    assert moved.changes == Changes(
        functions=Difference(removed=("legal",)), sheets=Difference(removed=tuple(sorted(entry.id for entry in FINANCE.entries)))
    )
    assert await database.read(catalog.versions) == [
        Version(number=3, created_at=NOON + timedelta(hours=2), author="bob", changes=moved.changes, restored_from=None),
        Version(number=2, created_at=NOON + timedelta(hours=1), author="bob", changes=changes, restored_from=None),
        Version(number=1, created_at=NOON, author="bob", changes=FIRST, restored_from=None),
    ]


async def test_a_former_version_comes_back_under_a_new_number(database: Database) -> None:
    await load(database, CATALOGUE)
    await load(database, replace(CATALOGUE, functions=(IT,)))
    back = await database.write(LOADING, lambda session: catalog.restore(session, 1, "carol", NOON))
    assert (back.number, back.new, back.changes.functions) == (3, True, Difference(added=("finance",)))
    assert await database.read(catalog.latest) == (3, CATALOGUE)
    newest = (await database.read(catalog.versions))[0]
    assert (newest.author, newest.restored_from) == ("carol", 1)
    again = await database.write(LOADING, lambda session: catalog.restore(session, 1, "carol", NOON))
    assert again == Loaded(number=3, changes=Changes(), new=False)


async def test_a_version_that_never_was_cannot_come_back(database: Database) -> None:
    with pytest.raises(UnknownVersionError, match="no version 7"):
        await database.write(LOADING, lambda session: catalog.restore(session, 7, "carol", NOON))


def test_no_change_is_no_difference() -> None:
    assert not catalog.changes_between(CATALOGUE, CATALOGUE).functions
    assert catalog.changes_between(CATALOGUE, CATALOGUE) == Changes()
    assert Difference(removed=("it",))
