"""From a question in vain to its answer: what nobody could answer reaches its owner, and works as soon as the owner says yes."""

import asyncio
import time

from bot.clock import now
from dialogs.rights import Grant, Role
from storage import roles
from storage.database import Database
from storage.people import directory_person_id
from tests.stories.places import Place

QUESTION = "mon casque audio grésille"


async def becomes_owner(place: Place, database: Database) -> None:
    """Make Carol an owner of IT, who reads English."""
    await place.says("carol", "hello")  # the platform tells who she is after this first contact
    await place.says("carol", "preferences")
    await place.taps("carol", "English")
    owner = Grant(role=Role.OWNER, function="it")
    assert await database.write("roles", lambda session: roles.grant(session, directory_person_id("p3"), owner, "tests", now()))


async def last(place: Place, who: str) -> str:
    return (await place.reads(who))[-1].text


async def test_an_owners_yes_answers_the_question_that_found_nothing(place: Place, database: Database) -> None:
    await becomes_owner(place, database)
    await place.says("alice", QUESTION)
    assert "Je ne sais pas répondre à cela." in await last(place, "alice")
    await place.says("carol", "gaps")
    assert f"“{QUESTION}”" in await last(place, "carol")
    await place.taps("carol", "Open")
    card = await last(place, "carol")
    assert "What comes nearest" in card
    assert "Alice" not in card
    assert await place.taps("carol", "Add as a phrasing")
    wrong = await place.submits("carol", {"phrasing": "", "language": "fr"})
    assert wrong is not None
    assert "Write it as people ask it." in wrong
    assert await place.submits("carol", {"phrasing": QUESTION, "language": "fr"}) is None
    assert "Whoever asks it this way is understood from now on." in await last(place, "carol")
    await place.taps("carol", "What else waits")
    assert "Nothing waits here" in await last(place, "carol")
    started = time.monotonic()
    while "Je ne sais pas répondre" in await asked_again(place):
        assert time.monotonic() - started < 10
        await asyncio.sleep(0.02)


async def asked_again(place: Place) -> str:
    await place.says("alice", QUESTION)
    return await last(place, "alice")


async def test_a_question_for_another_function_is_sent_there(place: Place, database: Database) -> None:
    await becomes_owner(place, database)
    await place.says("alice", QUESTION)
    await place.says("carol", "gaps")
    await place.taps("carol", "Open")
    assert await place.taps("carol", "Not for us")
    assert await place.submits("carol", {"function": "finance"}) is None
    assert "Sent to Finance" in await last(place, "carol")
    await place.says("carol", "gaps")
    assert "Nothing waits here" in await last(place, "carol")


async def test_what_an_employee_may_not_read_is_refused_with_a_reason(place: Place) -> None:
    await place.says("bob", "hello")
    await place.says("bob", "preferences")
    await place.taps("bob", "English")
    await place.says("bob", "gaps", in_channel=True)
    assert "I can't show you the questions left unanswered" in await last(place, "bob")
    assert await place.reads() == []
