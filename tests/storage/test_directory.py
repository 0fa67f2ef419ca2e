"""The company's directory: imported as often as one likes, by id, and tied to the accounts that platforms vouch for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from dialogs.people import DirectoryRow, Person, Profile
from storage.database import Database
from storage.directory import Changed, DirectoryReport, import_directory, rows
from storage.errors import EmailTakenError
from storage.people import LINKING, directory_person_id, find_person, learn_profile
from tests.company import NOON
from tests.storage.vaubert import ALICE_ROW, BOB_ROW, CAROL_ROW, DIRECTORY


async def bring(database: Database, people: Sequence[DirectoryRow]) -> DirectoryReport:
    return await database.write(LINKING, partial(import_directory, rows=people, now=NOON))


async def learn(database: Database, user: str, email: str, *, guest: bool = False) -> None:
    profile = Profile(platform="slack", tenant="T1", user=user, email=email, guest=guest)
    await database.write(LINKING, partial(learn_profile, profile=profile, now=NOON - timedelta(days=1)))


async def who(database: Database, user: str) -> Person:
    known = await database.read(lambda session: find_person(session, "slack", "T1", user))
    assert known is not None
    return known.person


async def test_the_first_import_makes_everybody_and_the_second_nobody(database: Database) -> None:
    assert await bring(database, DIRECTORY) == DirectoryReport(created=("p1", "p2", "p3"), changed=(), unchanged=0, merged=0, absent=())
    assert await bring(database, DIRECTORY) == DirectoryReport(created=(), changed=(), unchanged=3, merged=0, absent=())
    assert await database.read(rows) == list(DIRECTORY)


async def test_an_import_says_what_changed_and_who_is_missing(database: Database) -> None:
    await bring(database, DIRECTORY)
    alice = replace(ALICE_ROW, language="en", segments=("sales", "managers"), manager="p3", email="ALICE@vaubert.example")
    dana = DirectoryRow(id="p4", email="dana@vaubert.example", name="Dana")
    report = await bring(database, (alice, BOB_ROW, dana))
    assert report == DirectoryReport(
        created=("p4",), changed=(Changed(id="p1", fields=("language", "manager", "segments")),), unchanged=1, merged=0, absent=("p3",)
    )
    assert await database.read(rows) == [replace(alice, email="alice@vaubert.example"), BOB_ROW, CAROL_ROW, dana]


async def test_two_people_may_swap_their_addresses(database: Database) -> None:
    await bring(database, DIRECTORY)
    swapped = (replace(ALICE_ROW, email=BOB_ROW.email), replace(BOB_ROW, email=ALICE_ROW.email))
    report = await bring(database, swapped)
    assert report.changed == (Changed(id="p1", fields=("email",)), Changed(id="p2", fields=("email",)))
    assert [row.email for row in await database.read(rows)] == [BOB_ROW.email, ALICE_ROW.email, CAROL_ROW.email]


async def test_an_address_that_two_people_claim_changes_nothing(database: Database) -> None:
    await bring(database, DIRECTORY)
    newcomer = DirectoryRow(id="p9", email=" Carol@vaubert.example", name="Carole")
    with pytest.raises(EmailTakenError, match="p3 and p9"):
        await bring(database, (replace(ALICE_ROW, name="A."), CAROL_ROW, newcomer))
    with pytest.raises(EmailTakenError, match="p3, who isn't in this list"):
        await bring(database, (replace(ALICE_ROW, name="A."), newcomer))
    with pytest.raises(ValueError, match="p1 comes twice"):
        await bring(database, (ALICE_ROW, replace(ALICE_ROW, email="a@vaubert.example")))
    assert await database.read(rows) == list(DIRECTORY)


async def test_people_known_from_a_platform_become_those_of_the_directory(database: Database) -> None:
    await learn(database, "U1", "Alice@vaubert.example")
    await learn(database, "U2", "alice@vaubert.example")
    await learn(database, "U3", "bob@vaubert.example", guest=True)
    await learn(database, "U4", "dana@vaubert.example")
    assert (await bring(database, DIRECTORY)).merged == 2
    assert [(await who(database, user)).id for user in ("U1", "U2")] == [directory_person_id("p1")] * 2
    assert [(await who(database, user)).linked for user in ("U1", "U2", "U3", "U4")] == [True, True, False, False]
    assert (await bring(database, DIRECTORY)).merged == 0


async def test_an_account_follows_its_verified_address_when_the_directory_changes(database: Database) -> None:
    await bring(database, DIRECTORY)
    await learn(database, "U1", "alice@vaubert.example")
    await bring(database, (replace(ALICE_ROW, email="alice.martin@vaubert.example"), BOB_ROW, CAROL_ROW))
    assert not (await who(database, "U1")).linked
    report = await bring(database, (replace(BOB_ROW, email="alice@vaubert.example"),))
    assert report.merged == 1
    assert (await who(database, "U1")).id == directory_person_id("p2")
