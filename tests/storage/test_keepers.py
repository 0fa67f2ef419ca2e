"""Who stands in for a channel that isn't there: the owners, those with the mandate, the other contacts; for everything, the admins."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session, select

from dialogs.catalog import Catalogue, Contact
from dialogs.events import Reference
from dialogs.people import Profile
from dialogs.request import Party
from dialogs.rights import Grant, Role
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING, directory_person_id, learn_profile, meet
from storage.roles import GRANTING, grant, keepers, reached_elsewhere
from storage.tables import ConversationReferenceRow
from tests.company import CATALOGUE, FINANCE, IT, NOON
from tests.conversation import DIRECT, TEAMS_DIRECT, said
from tests.storage.vaubert import DIRECTORY

ALICE = Party(id=directory_person_id("p1"), name="Alice Martin", site="Lyon", department="Ventes", language="fr")
BOB = Party(id=directory_person_id("p2"), name="Bob Leroy", site="Lille", department="Exploitation", language="fr")
CAROL = Party(id=directory_person_id("p3"), name="Carol Dunn", site="Lyon", department="IT", language="en")
CONTACTS = (
    Contact(name="Carol Dunn", email="carol@vaubert.example"),
    Contact(name="Bob Leroy", email=" Bob@Vaubert.example ", mandate=True),
    Contact(name="Who Left", email="gone@vaubert.example", mandate=True),
)
COMPANY = Catalogue(company=CATALOGUE.company, functions=(replace(IT, contacts=CONTACTS), FINANCE))


async def speaks(database: Database, number: int, where: Reference = DIRECT, minutes: int = 0) -> None:
    """Let one of the directory's people speak to the bot, who can be written to from then on."""
    user = f"U{number}"
    place = replace(where, conversation=f"{where.conversation}-{number}")
    email = DIRECTORY[number - 1].email
    at = NOON + timedelta(minutes=minutes)

    def met(session: Session) -> None:
        learn_profile(session, Profile(platform=where.platform, tenant=where.tenant, user=user, email=email), at)
        meet(session, said("bonjour", by=user, where=place), at)

    await database.write(LINKING, met)


async def company(database: Database, *talkative: int) -> None:
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))
    for number in talkative:
        await speaks(database, number)


async def holds(database: Database, person: Party, given: Grant) -> None:
    await database.write(GRANTING, lambda session: grant(session, person.id, given, "tests", NOON))


async def found(database: Database, *admins: str) -> Mapping[str, tuple[Party, ...]]:
    return await database.read(lambda session: keepers(session, COMPANY, frozenset(admins)))


async def test_owners_come_first_then_the_mandate_then_the_other_contacts(database: Database) -> None:
    await company(database, 1, 2, 3)
    await holds(database, ALICE, Grant(role=Role.OWNER, function="it"))
    await holds(database, CAROL, Grant(role=Role.AUTHOR, function="it"))  # an author doesn't stand in
    assert await found(database) == {"it": (ALICE, BOB, CAROL)}


async def test_an_owner_who_is_a_contact_too_is_named_once(database: Database) -> None:
    await company(database, 1, 2, 3)
    await holds(database, CAROL, Grant(role=Role.OWNER, function="it"))
    assert await found(database) == {"it": (CAROL, BOB)}


async def test_admins_stand_in_for_everything(database: Database) -> None:
    await company(database, 1, 3)
    await holds(database, ALICE, Grant(role=Role.ADMIN))
    assert await found(database, "carol@vaubert.example") == {"it": (CAROL,), "": (ALICE, CAROL)}
    await holds(database, ALICE, Grant(role=Role.OWNER, function="finance"))
    assert (await found(database))["finance"] == (ALICE,)


async def test_whoever_never_spoke_to_the_bot_or_blocked_it_cannot_stand_in(database: Database) -> None:
    await company(database)
    assert await found(database, "carol@vaubert.example") == {}
    await speaks(database, 2)
    assert await found(database) == {"it": (BOB,)}

    def dies(session: Session) -> None:
        for row in session.exec(select(ConversationReferenceRow)):
            row.dead_at, row.dead_reason = NOON, "account_inactive"

    await database.write("test", dies)
    assert await found(database) == {}


async def test_an_address_of_nobody_in_the_directory_stands_in_for_nothing(database: Database) -> None:
    await speaks(database, 2)
    assert await found(database, "bob@vaubert.example") == {}


async def test_somebody_may_be_reached_on_another_platform(database: Database) -> None:
    await company(database, 2, 3)
    await speaks(database, 2, TEAMS_DIRECT)
    people = [BOB.id, CAROL.id]
    elsewhere = await database.read(lambda session: reached_elsewhere(session, people, "slack"))
    assert elsewhere == {BOB.id: replace(TEAMS_DIRECT, conversation="a:1-2")}
    assert (await database.read(lambda session: reached_elsewhere(session, people, "teams"))).keys() == set(people)
    assert await database.read(lambda session: reached_elsewhere(session, [], "slack")) == {}
