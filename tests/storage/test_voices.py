"""Voices as they are kept: what Alice said by name, what Bob answered, and what has no name beside it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, select

from dialogs.people import Profile
from dialogs.request import Party
from dialogs.voice import ANONYMOUS, Unnamed, Voice, VoiceKind, VoiceState
from storage import anonymous, people, voices
from storage.anonymous import PassedOn
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING, directory_person_id
from storage.tables import VoiceRow
from tests.company import NOON
from tests.conversation import said
from tests.storage.vaubert import DIRECTORY

ALICE = Party(id=directory_person_id("p1"), name="Alice Martin", site="Lyon", department="Ventes", language="fr")
BOB = Party(id=directory_person_id("p2"), name="Bob Leroy", site="Lille", department="Exploitation", language="fr")
IDEA = Voice(
    id="v1",
    function="it",
    kind=VoiceKind.IDEA,
    text="Prêtez-nous des casques.",
    language="fr",
    month="2026-11",
    author=ALICE,
    said_at=NOON,
    desk_language="en",
    card=UUID(int=7),
)
LATER = NOON + timedelta(hours=1)


async def peopled(database: Database) -> None:
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))


async def keep(database: Database, voice: Voice) -> None:
    await database.write("test", lambda session: voices.keep(session, voice, LATER))


async def load(database: Database, voice: str) -> Voice | None:
    return await database.read(lambda session: voices.load(session, voice))


async def unnamed(database: Database, key: int, function: str = "it") -> str:
    words = Unnamed(function=function, kind=VoiceKind.PRAISE, text="Merci.")
    batch = [PassedOn(key=UUID(int=key), words=words, receipt_hash=f"h{key}")]
    await database.write("test", lambda session: anonymous.write(session, batch, "2026-11"))
    return f"{ANONYMOUS}{UUID(int=key)}"


async def test_what_was_said_is_found_as_it_was_said(database: Database) -> None:
    await peopled(database)
    await keep(database, IDEA)
    assert await load(database, "v1") == IDEA
    assert await load(database, "v2") is None


async def test_its_answer_and_what_came_of_it_are_kept_with_who_and_when(database: Database) -> None:
    await peopled(database)
    await keep(database, IDEA)
    answered = replace(IDEA, state=VoiceState.ANSWERED, answer="Il y en a dix.", answered_by=BOB)
    await keep(database, answered)
    assert await load(database, "v1") == answered
    closed = replace(answered, state=VoiceState.CLOSED, outcome="Un casque chacun.", closed_by=BOB)
    await keep(database, closed)
    assert await load(database, "v1") == closed
    (row,) = await database.read(lambda session: list(session.exec(select(VoiceRow))))
    assert (row.answered_at, row.closed_at) == (LATER, LATER)


async def test_what_waits_is_read_by_name_first_the_newest_first(database: Database) -> None:
    await peopled(database)
    for name, ago in (("old", 3), ("new", 1), ("older", 5)):
        await keep(database, replace(IDEA, id=name, said_at=NOON - timedelta(days=ago)))
    await keep(database, replace(IDEA, id="closed", state=VoiceState.CLOSED))
    await keep(database, replace(IDEA, id="finance", function="finance"))
    second, first = await unnamed(database, 2), await unnamed(database, 1)
    await unnamed(database, 3, "finance")
    found = await database.read(lambda session: voices.waiting(session, ("it",)))
    assert [voice.id for voice in found] == ["new", "old", "older", first, second]
    assert await database.read(lambda session: voices.waiting(session, ())) == ()


async def test_of_what_has_no_name_only_what_the_function_made_of_it_changes(database: Database) -> None:
    named = await unnamed(database, 1)
    voice = await load(database, named)
    assert voice is not None
    assert (voice.anonymous, voice.author, voice.said_at, voice.month) == (True, None, None, "2026-11")
    await keep(database, replace(voice, text="changed", state=VoiceState.ANSWERED, answer="Avec plaisir.", answered_by=BOB))
    assert await load(database, named) == replace(voice, state=VoiceState.ANSWERED, answer="Avec plaisir.")


async def test_an_id_that_nobody_gave_out_is_not_found(database: Database) -> None:
    assert await load(database, f"{ANONYMOUS}{UUID(int=9)}") is None
    assert await load(database, f"{ANONYMOUS}nonsense") is None


async def test_what_an_account_said_stays_said_once_it_is_known_whose_it_is(database: Database) -> None:
    event = said("?")
    before = await database.write("test", lambda session: people.meet(session, event, NOON).person.id)
    await keep(database, replace(IDEA, author=Party(id=before), answered_by=Party(id=before), answer="?", closed_by=Party(id=before)))
    await peopled(database)
    profile = Profile(platform="slack", tenant="T1", user="U1", email="alice@vaubert.example")

    def link(session: Session) -> None:
        people.learn_profile(session, profile, LATER)

    await database.write(LINKING, link)
    found = await load(database, "v1")
    assert found is not None
    assert (found.author, found.answered_by, found.closed_by) == (ALICE, ALICE, ALICE)
