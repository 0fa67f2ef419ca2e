"""Roles: Alice owns IT, Carol is an admin by the settings; whoever the directory doesn't know holds nothing."""

from datetime import timedelta
from functools import partial

import pytest

from dialogs.people import Person, Profile
from dialogs.rights import Grant, Role
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING, directory_person_id, find_person, learn_profile
from storage.roles import GRANTING, Held, grant, grants_of, held, revoke
from tests.company import NOON
from tests.storage.vaubert import ALICE_ROW, CAROL_ROW, DIRECTORY

ALICE, BOB = directory_person_id("p1"), directory_person_id("p2")
OWNER, EXPERT, ADMIN = Grant(role=Role.OWNER, function="it"), Grant(role=Role.EXPERT, function="finance"), Grant(role=Role.ADMIN)
ON_SLACK = Profile(platform="slack", tenant="T1", user="U1", name="alice", email=ALICE_ROW.email)
NOBODY: frozenset[str] = frozenset()


async def listed(database: Database) -> None:
    await database.write(LINKING, partial(import_directory, rows=DIRECTORY, now=NOON))


async def give(database: Database, person: str, given: Grant, hours: int = 0) -> bool:
    at = NOON + timedelta(hours=hours)
    return await database.write(GRANTING, partial(grant, person_id=person, given=given, granted_by="command line: root", at=at))


async def grants(database: Database, person: Person, admins: frozenset[str] = NOBODY) -> frozenset[Grant]:
    return await database.read(partial(grants_of, person=person, admins=admins))


async def met(database: Database, profile: Profile) -> Person:
    return (await database.write(LINKING, partial(learn_profile, profile=profile, now=NOON))).person


async def test_a_role_counts_from_when_it_is_granted_until_it_is_taken_back(database: Database) -> None:
    await listed(database)
    alice = await met(database, ON_SLACK)
    assert await grants(database, alice) == frozenset()
    assert await give(database, ALICE, OWNER)
    assert await give(database, ALICE, EXPERT)
    assert await grants(database, alice) == {OWNER, EXPERT}
    assert await database.write(GRANTING, partial(revoke, person_id=ALICE, taken=OWNER))
    assert await grants(database, alice) == {EXPERT}


async def test_what_is_granted_twice_or_taken_back_twice_changes_nothing(database: Database) -> None:
    await listed(database)
    assert await give(database, ALICE, ADMIN)
    assert not await give(database, ALICE, ADMIN, hours=1)
    assert [each.granted_at for each in await database.read(held)] == [NOON]
    assert await database.write(GRANTING, partial(revoke, person_id=ALICE, taken=ADMIN))
    assert not await database.write(GRANTING, partial(revoke, person_id=ALICE, taken=ADMIN))
    assert not await database.write(GRANTING, partial(revoke, person_id=ALICE, taken=OWNER))


async def test_roles_are_listed_by_function_those_of_the_company_first(database: Database) -> None:
    await listed(database)
    for person, given in ((ALICE, OWNER), (BOB, ADMIN), (BOB, OWNER), (ALICE, EXPERT)):
        await give(database, person, given)
    found = await database.read(held)
    assert [(each.name, each.grant) for each in found] == [
        ("Bob Leroy", ADMIN),
        ("Alice Martin", EXPERT),
        ("Alice Martin", OWNER),
        ("Bob Leroy", OWNER),
    ]
    assert found[0] == Held(
        person_id=BOB, name="Bob Leroy", email="bob@vaubert.example", grant=ADMIN, granted_at=NOON, granted_by="command line: root"
    )


async def test_the_settings_name_admins_by_the_directorys_e_mail(database: Database) -> None:
    await listed(database)
    carol = await met(database, Profile(platform="slack", tenant="T1", user="U3", email=CAROL_ROW.email.upper()))
    assert await grants(database, carol, frozenset({"carol@vaubert.example"})) == {ADMIN}
    assert await grants(database, carol, frozenset({"alice@vaubert.example"})) == frozenset()
    await give(database, carol.id, ADMIN)
    assert await grants(database, carol, frozenset({"carol@vaubert.example"})) == {ADMIN}


async def test_an_address_alone_makes_nobody_an_admin_before_the_directory_knows_it(database: Database) -> None:
    alice = await met(database, ON_SLACK)
    assert (alice.linked, alice.email) == (False, "alice@vaubert.example")
    assert await grants(database, alice, frozenset({"alice@vaubert.example"})) == frozenset()


@pytest.mark.parametrize("listed_first", [True, False])
async def test_a_persons_roles_are_theirs_on_each_account_whichever_came_first(database: Database, listed_first: bool) -> None:
    if not listed_first:
        await met(database, ON_SLACK)
    await listed(database)
    await give(database, ALICE, OWNER)
    await met(database, ON_SLACK)
    known = await database.read(partial(find_person, platform="slack", tenant="T1", user="U1"))
    assert known is not None
    assert await grants(database, known.person) == {OWNER}


async def test_an_account_that_leaves_its_person_leaves_the_roles_behind(database: Database) -> None:
    await listed(database)
    await met(database, ON_SLACK)
    await give(database, ALICE, OWNER)
    gone = await met(database, Profile(platform="slack", tenant="T1", user="U1", name="alice"))
    assert not gone.linked
    assert await grants(database, gone) == frozenset()
    assert [each.person_id for each in await database.read(held)] == [ALICE]


async def test_nothing_is_granted_to_whom_the_directory_does_not_know(database: Database) -> None:
    stranger = await met(database, ON_SLACK)
    for person in (stranger.id, "nobody"):
        with pytest.raises(ValueError, match="isn't a person of the directory"):
            await give(database, person, OWNER)
    assert await database.read(held) == []
