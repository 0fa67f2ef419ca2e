"""From six questions to what everybody reads, on every platform; and why an answer is the answer."""

import asyncio
import time

import pytest

from bot.clock import now
from dialogs.rights import Grant, Role
from storage import roles
from storage.database import Database
from storage.people import directory_person_id
from tests.platforms import slack_gestures
from tests.platforms.slack_workspace import CAROL
from tests.stories.conftest import World
from tests.stories.places import Place

ANSWERS = (
    "sales people, and everyone who travels",
    "nobody would be paid back in time",
    "we pay back expenses within five days",
    "IT, our bank",
    "a first answer within a day, from somebody with a name",
    "Hugo Petit, hugo.petit@solane.example",
)
COMPLETED = {
    "purpose_fr": "Sans nous, personne ne serait remboursé à temps.",
    "purpose_en": "Without us, nobody would be paid back in time.",
    "clients_fr": "Les commerciaux\nTous ceux qui voyagent",
    "clients_en": "Sales people\nEveryone who travels",
    "posture_fr": "Une réponse dans la journée.",
    "posture_en": "An answer within a day.",
    "partners": "IT\nNotre banque | Our bank",
    "contacts": "Hugo Petit, hugo.petit@solane.example",
}


async def becomes(role: Role, place: Place, database: Database) -> None:
    """Give Carol a role for Finance; she reads English."""
    await place.says("carol", "hello")  # the platform tells who she is after this first contact
    await place.says("carol", "preferences")
    await place.taps("carol", "English")
    given = Grant(role=role, function="finance")
    assert await database.write("roles", lambda session: roles.grant(session, directory_person_id("p3"), given, "tests", now()))


async def last(place: Place, who: str) -> str:
    return (await place.reads(who))[-1].text


async def test_six_answers_become_the_profile_that_everybody_reads(place: Place, database: Database) -> None:
    await becomes(Role.OWNER, place, database)
    await place.says("carol", "interview")
    await place.taps("carol", "Start")
    for number, answer in enumerate(ANSWERS, start=1):
        assert f"{number}/6" in await last(place, "carol")
        if number == 3:
            await place.says("carol", "help")  # in between, nothing is lost
        await place.says("carol", answer)
    draft = await last(place, "carol")
    assert "Thank you. This is what your answers make." in draft
    assert "nobody would be paid back in time" in draft
    assert await place.taps("carol", "Complete")
    wrong = await place.submits("carol", COMPLETED | {"contacts": "Hugo"})
    assert wrong is not None
    assert "Write a name and an e-mail address." in wrong
    assert await place.submits("carol", COMPLETED) is None
    assert "Still missing" not in await last(place, "carol")
    await place.says("alice", "à quoi sert la compta ?")
    assert "remboursé à temps" not in await last(place, "alice")
    await place.taps("carol", "Publish")
    assert "Published: this is what everybody reads from now on." in await last(place, "carol")
    started = time.monotonic()
    while "Sans nous, personne ne serait remboursé à temps." not in await asked_again(place):
        assert time.monotonic() - started < 10
        await asyncio.sleep(0.02)


async def asked_again(place: Place) -> str:
    await place.says("alice", "à quoi sert la compta ?")
    return await last(place, "alice")


async def test_skip_back_and_stop(place: Place, database: Database) -> None:
    await becomes(Role.AUTHOR, place, database)
    await place.says("carol", "interview finance")
    await place.taps("carol", "Start")
    before = len(await place.reads("carol"))
    await place.taps("carol", "Skip")
    assert "2/6" in await last(place, "carol")
    await place.taps("carol", "Back")
    assert "1/6" in await last(place, "carol")
    assert len(await place.reads("carol")) == before, "a tap moves the card, and leaves none behind"
    await place.says("carol", "sales people")
    await place.taps("carol", "Stop here")
    stopped = await place.reads("carol")
    assert "Sales people" in stopped[-1].text
    assert "Publish" not in stopped[-1].buttons
    assert "An owner of the function publishes it" in stopped[-1].text


async def test_who_has_no_function_is_told_who_may(place: Place) -> None:
    await place.says("carol", "hello")
    await place.says("carol", "preferences")
    await place.taps("carol", "English")
    await place.says("carol", "interview", in_channel=True)
    assert "You can't draft this profile" in await last(place, "carol")
    assert await place.reads() == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_slash_command_leads_to_an_interview_in_the_persons_own_conversation(world: World, database: Database) -> None:
    await becomes(Role.OWNER, world.as_slack, database)
    await world.as_slack.delivers(slack_gestures.command("interview", user=CAROL))
    await world.as_slack.taps("carol", "Start")
    await world.as_slack.says("carol", ANSWERS[0])
    assert "2/6" in await last(world.as_slack, "carol")


async def test_an_answer_says_why_it_is_the_answer(place: Place) -> None:
    await place.says("alice", "préférences")
    await place.taps("alice", "English")
    await place.says("alice", "my old laptop died this morning")
    assert {"Not what I asked", "This is wrong", "Why this answer?"} <= (await place.reads("alice"))[-1].buttons.keys()
    await place.taps("alice", "Why this answer?")
    why = await last(place, "alice")
    assert "You asked: “my old laptop died this morning”" in why
    assert "I answered with: “Replace a laptop”" in why
