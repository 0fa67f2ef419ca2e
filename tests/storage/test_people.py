"""Alice writes from Slack and Teams, Bob changes his address, Charlie is a guest: who is who, and what follows them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlmodel import col, select, update

from dialogs.events import Event, Reference, Sender
from dialogs.facts import ExchangeOpened, Greeted, LanguageChosen, NotMineSaid
from dialogs.people import Person, Profile
from storage import deliveries, facts
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING, Known, choose_reach, directory_person_id, find_person, learn_profile, meet
from storage.tables import ConversationReferenceRow, DeliveryRow, ExchangeRow, PersonRow, ReportRow
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, TEAMS_DIRECT, said
from tests.storage.ledger import delivery
from tests.storage.vaubert import DIRECTORY

ALICE, BOB = directory_person_id("p1"), directory_person_id("p2")
ON_SLACK = Profile(platform="slack", tenant="T1", user="U1", name="alice", email="Alice@Vaubert.example ", locale="fr-FR", timezone="Europe/Paris")
ON_TEAMS = Profile(platform="teams", tenant="tenant-1", user="29:1", name="Alice M.", email="alice@vaubert.example")


async def hear(database: Database, event: Event, now: datetime = NOON) -> Known:
    return await database.write(event.reference.key, partial(meet, event=event, now=now))


async def learn(database: Database, profile: Profile, now: datetime = NOON) -> Known:
    return await database.write(LINKING, partial(learn_profile, profile=profile, now=now))


async def listed(database: Database) -> None:
    await database.write(LINKING, partial(import_directory, rows=DIRECTORY, now=NOON))


async def note(database: Database, event: Event, person: str, exchange: str) -> None:
    left = (
        ExchangeOpened(exchange=exchange, question="?", language="fr", outcome="none", function=None, ids=(), confidence=None),
        NotMineSaid(exchange=exchange, id="it_laptop"),
        LanguageChosen(language="en"),
        Greeted(),
    )
    for fact in left:
        await database.write(
            event.reference.key, partial(facts.record, fact=fact, person=Person(id=person), event=event, catalogue_version=None, at=NOON)
        )


async def owners(database: Database) -> tuple[dict[str, str], set[str]]:
    """Return whose each exchange is, and whose the reports are."""
    asked = await database.read(lambda session: dict(session.exec(select(ExchangeRow.id, ExchangeRow.person_id)).all()))
    reported = await database.read(lambda session: set(session.exec(select(ReportRow.person_id)).all()))
    return asked, reported


async def references(database: Database) -> Sequence[tuple[str, str, str]]:
    rows = select(ConversationReferenceRow).order_by(col(ConversationReferenceRow.platform), col(ConversationReferenceRow.person_id))
    return await database.read(lambda session: [(row.person_id, row.platform, row.conversation) for row in session.exec(rows)])


async def persons(database: Database) -> set[str]:
    return await database.read(lambda session: set(session.exec(select(PersonRow.id)).all()))


async def test_a_newcomer_becomes_a_person_with_what_the_gesture_tells(database: Database) -> None:
    event = replace(said("bonjour", locale="fr-FR"), sender=Sender(user="U9", name="Dana", locale="fr-FR", timezone="Europe/Paris"))
    assert await database.read(lambda session: find_person(session, "slack", "T1", "U9")) is None
    met = await hear(database, event)
    assert met == Known(
        person=Person(id=met.person.id, name="Dana", locale="fr-FR", timezone="Europe/Paris"),
        refreshed_at=None,
    )
    assert not met.is_fresh(NOON)
    assert await hear(database, event) == met
    assert await database.read(lambda session: find_person(session, "slack", "T1", "U9")) == met
    elsewhere = replace(event, reference=replace(DIRECT, tenant="T2"))
    assert (await hear(database, elsewhere)).person.id != met.person.id


async def test_a_later_locale_is_learnt_and_a_missing_one_changes_nothing(database: Database) -> None:
    assert (await hear(database, said("bonjour"))).person.locale is None
    assert (await hear(database, said("bonjour", locale="fr-FR"))).person.locale == "fr-FR"
    assert (await hear(database, said("hello", locale="en-GB"))).person.locale == "en-GB"
    assert (await hear(database, said("hello"))).person.locale == "en-GB"


async def test_a_profile_is_fresh_for_a_day(database: Database) -> None:
    known = await learn(database, ON_SLACK)
    assert known.is_fresh(NOON + timedelta(hours=23, minutes=59))
    assert not known.is_fresh(NOON + timedelta(hours=24))


async def test_an_account_whose_verified_email_is_in_the_directory_is_that_person(database: Database) -> None:
    await listed(database)
    met = await hear(database, said("bonjour"))
    assert not met.person.linked
    known = await learn(database, ON_SLACK)
    assert known == Known(
        person=Person(
            id=ALICE,
            name="Alice Martin",
            email="alice@vaubert.example",
            directory_language="fr",
            locale="fr-FR",
            timezone="Europe/Paris",
            site="Lyon",
            department="Ventes",
            segments=frozenset({"sales"}),
            linked=True,
        ),
        refreshed_at=NOON,
    )
    assert await database.read(lambda session: find_person(session, "slack", "T1", "U1")) == known
    assert (await learn(database, ON_TEAMS)).person.id == ALICE
    assert await persons(database) == {directory_person_id(row.id) for row in DIRECTORY}


async def test_an_account_that_the_directory_does_not_know_stays_by_itself(database: Database) -> None:
    await listed(database)
    known = await learn(database, replace(ON_SLACK, email="dana@vaubert.example"))
    assert (known.person.linked, known.person.email, known.person.name) == (False, "dana@vaubert.example", "alice")
    nobody = await learn(database, replace(ON_TEAMS, email=None))
    assert (nobody.person.linked, nobody.person.email) == (False, None)


async def test_what_somebody_left_before_they_were_known_is_theirs(database: Database) -> None:
    slack, teams = said("?"), said("?", where=TEAMS_DIRECT, by="29:1")
    for event, exchange in ((slack, "e1"), (teams, "e2")):
        await note(database, event, (await hear(database, event)).person.id, exchange)
    await listed(database)
    await learn(database, ON_SLACK)
    known = await learn(database, ON_TEAMS)
    assert (known.person.language, known.person.greeted) == ("en", True)
    assert await owners(database) == ({"e1": ALICE, "e2": ALICE}, {ALICE})
    assert await references(database) == [(ALICE, "slack", "D1"), (ALICE, "teams", "a:1")]
    assert len(await persons(database)) == len(DIRECTORY)


async def test_a_known_persons_own_choice_wins_over_a_later_accounts(database: Database) -> None:
    await listed(database)
    await learn(database, ON_SLACK)
    french = said("?")
    chosen = LanguageChosen(language="fr")
    await database.write("any", partial(facts.record, fact=chosen, person=Person(id=ALICE), event=french, catalogue_version=None, at=NOON))
    teams = said("?", where=TEAMS_DIRECT, by="29:1")
    await note(database, teams, (await hear(database, teams)).person.id, "e2")
    assert (await learn(database, ON_TEAMS)).person.language == "fr"


async def test_somebody_whose_email_changes_goes_to_the_person_who_has_it_now(database: Database) -> None:
    await listed(database)
    await learn(database, ON_SLACK)
    event = said("?")
    await hear(database, event)
    await note(database, event, ALICE, "e1")
    known = await learn(database, replace(ON_SLACK, email="bob@vaubert.example"))
    assert known.person.id == BOB
    assert await owners(database) == ({"e1": ALICE}, {ALICE})  # what Alice asked stays Alice's
    assert await references(database) == [(BOB, "slack", "D1")]  # but this is where Bob is reached now


async def test_somebody_whose_email_is_no_longer_vouched_for_is_by_themselves_but_not_a_newcomer(database: Database) -> None:
    await listed(database)
    await learn(database, ON_SLACK)
    event = said("?")
    await hear(database, event)
    await note(database, event, ALICE, "e1")
    known = await learn(database, replace(ON_SLACK, email=None))
    assert known.person == Person(id=known.person.id, name="alice", language="en", locale="fr-FR", timezone="Europe/Paris", greeted=True)
    assert known.person.id != ALICE
    assert await references(database) == [(known.person.id, "slack", "D1")]
    assert (await learn(database, ON_SLACK)).person.id == ALICE
    assert await references(database) == [(ALICE, "slack", "D1")]


async def test_a_guest_is_never_somebody_of_the_directory(database: Database) -> None:
    await listed(database)
    guest = await learn(database, replace(ON_SLACK, guest=True))
    assert (guest.person.linked, guest.person.stranger, guest.person.segments) == (False, True, frozenset())
    member = await learn(database, ON_SLACK)
    assert (member.person.id, member.person.stranger) == (ALICE, False)
    again = await hear(database, replace(said("bonjour"), sender=Sender(user="U1", guest=True)))
    assert (again.person.linked, again.person.stranger) == (False, True)


async def test_a_gesture_does_not_tell_that_somebody_is_no_guest(database: Database) -> None:
    await hear(database, replace(said("bonjour"), sender=Sender(user="U1", guest=True)))
    assert (await hear(database, said("bonjour"))).person.stranger


@pytest.mark.parametrize("hours", [1, 25])
async def test_the_latest_personal_conversation_is_where_somebody_is_reached(database: Database, hours: int) -> None:
    await hear(database, said("bonjour", where=CHANNEL))
    assert await references(database) == []
    await hear(database, said("bonjour"))
    elsewhere: Reference = replace(DIRECT, conversation="D2", thread="1700.1")
    later = NOON + timedelta(hours=hours)
    person = (await hear(database, said("bonjour", where=elsewhere), later)).person.id
    assert await references(database) == [(person, "slack", "D2")]
    await hear(database, said("bonjour", where=elsewhere), later + timedelta(hours=hours))
    refreshed = await database.read(lambda session: session.exec(select(ConversationReferenceRow.refreshed_at)).all())
    assert refreshed == [later if hours == 1 else later + timedelta(hours=hours)]


async def test_the_newer_of_two_conversations_is_kept_when_two_persons_become_one(database: Database) -> None:
    second = replace(DIRECT, conversation="D-second")
    await listed(database)
    await learn(database, ON_SLACK)
    await hear(database, said("?"), NOON + timedelta(hours=1))
    await hear(database, said("?", by="U2", where=second), NOON + timedelta(hours=2))
    await learn(database, replace(ON_SLACK, user="U2"))
    assert await references(database) == [(ALICE, "slack", "D-second")]
    await hear(database, said("?", by="U3", where=replace(DIRECT, conversation="D-old")), NOON)
    await learn(database, replace(ON_SLACK, user="U3"))
    assert await references(database) == [(ALICE, "slack", "D-second")]


async def last_spoken(database: Database, person: str) -> list[str]:
    """Return the person's live conversations, the latest first."""
    live = select(ConversationReferenceRow).where(col(ConversationReferenceRow.person_id) == person, col(ConversationReferenceRow.dead_at).is_(None))
    rows = live.order_by(col(ConversationReferenceRow.refreshed_at).desc())
    return await database.read(lambda session: [row.platform for row in session.exec(rows)])


async def test_where_somebody_last_spoke_is_known_at_once(database: Database) -> None:
    await listed(database)
    for profile in (ON_SLACK, ON_TEAMS):
        await learn(database, profile)
    for minute, (where, by) in enumerate(((DIRECT, "U1"), (TEAMS_DIRECT, "29:1"), (DIRECT, "U1"), (TEAMS_DIRECT, "29:1"), (TEAMS_DIRECT, "29:1"))):
        await hear(database, said("?", where=where, by=by), NOON + timedelta(minutes=minute))
        assert (await last_spoken(database, ALICE))[0] == where.platform
    refreshed = select(ConversationReferenceRow.refreshed_at).where(col(ConversationReferenceRow.platform) == "teams")
    assert await database.read(lambda session: session.exec(refreshed).one()) == NOON + timedelta(minutes=3)  # the second time said nothing new


async def test_a_conversation_that_was_dead_lives_again_when_its_person_speaks_there(database: Database) -> None:
    person = (await hear(database, said("?"))).person.id
    dead = update(ConversationReferenceRow).values(dead_at=NOON, dead_reason="user_not_found")
    await database.write("people", lambda session: session.exec(dead))
    assert await last_spoken(database, person) == []
    await hear(database, said("?"), NOON + timedelta(minutes=1))
    row = await database.read(lambda session: session.exec(select(ConversationReferenceRow)).one().model_dump())
    assert (row["dead_at"], row["dead_reason"], row["refreshed_at"]) == (None, None, NOON + timedelta(minutes=1))


async def test_what_somebody_chose_and_waits_for_before_they_were_known_is_theirs(database: Database) -> None:
    before = (await hear(database, said("?"))).person.id
    await database.write("people", partial(choose_reach, person_id=before, platform="teams"))
    await database.write("plan", partial(deliveries.plan, delivery=delivery("1", to=before), at=NOON))
    await listed(database)
    known = await learn(database, ON_SLACK)
    assert (known.person.id, known.person.reach) == (ALICE, "teams")
    assert await database.read(lambda session: session.exec(select(DeliveryRow.person_id)).one()) == ALICE
