"""Several `serve` on one PostgreSQL, without sticky sessions: whichever of them hears a gesture, people see one bot."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from adapters.encoders.bundled import BundledEncoder
from adapters.teams.parse import ACTION_KEY
from bot.clock import now
from bot.schedule import DIGESTS, SWEEP
from bot.settings import Settings
from bot.sweep import PATIENCE
from dialogs.actions import Show
from dialogs.packing import pack
from dialogs.rights import Role
from storage import catalog, evidence, exchange_sources
from storage.exchange_sources import TRUSTING, hashed
from storage.people import directory_person_id
from storage.tables import EventRow, ExchangeRow, OutsideExchangeRow, RequestRow, RequestWordRow
from tests.adapters.teams.activities import activity
from tests.platforms import slack_gestures as slack
from tests.platforms import teams_gestures as teams
from tests.platforms.slack import held
from tests.platforms.slack_workspace import ALICE, BOB, GENERAL, dm
from tests.stories.hands import asks_a_human, label, last, opens_the_desk, taps, told
from tests.stories.places import Place
from tests.stories.places import typed as filled
from tests.stories.replicas import Replicas, place_of, replica, sharing
from tests.stories.test_authoring import ANSWER, LUNCH, QUESTION, appoint, writes_english
from tests.stories.test_authoring import PATIENCE as GENEROUS
from tests.stories.test_interview import ANSWERS, COMPLETED, becomes

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])
ACCESS = {"Authorization": "Bearer a-token"}


@pytest.fixture
async def replicas(database_url: str, settings: Settings, encoder: BundledEncoder) -> AsyncIterator[Replicas]:
    """Two processes behind a balancer."""
    async with sharing(database_url, settings, encoder) as replicas:
        yield replicas


@pytest.fixture(params=["slack", "teams"])
def place(request: pytest.FixtureRequest, replicas: Replicas) -> Place:
    """Where a story is told; each gesture of it comes to the other process than the one before."""
    return place_of(replicas, request.param)


def said_by_bot(replicas: Replicas, where: str) -> list[dict[str, Any]]:
    return [message for message in replicas.slack.messages[where] if message.get("bot_id")]


def gestures(session: Session) -> list[str]:
    return list(session.exec(select(EventRow.gesture)))


async def test_a_message_and_its_retries_at_all_processes_at_once_have_one_answer(replicas: Replicas) -> None:
    await replicas.everywhere(slack.direct("mot de passe oublié", user=ALICE))
    assert len(await replicas.database.read(gestures)) == 1
    assert len(said_by_bot(replicas, dm(ALICE))) == 1
    exchanges = await replicas.database.read(lambda session: session.exec(select(ExchangeRow)).all())
    assert len(exchanges) == 1


async def test_a_command_at_all_processes_at_once_has_one_answer(replicas: Replicas) -> None:
    await replicas.everywhere(slack.command("aide", user=ALICE))
    assert len(await replicas.database.read(gestures)) == 1
    assert len(said_by_bot(replicas, dm(ALICE))) == 1


async def test_a_tap_at_all_processes_at_once_has_one_answer(replicas: Replicas) -> None:
    await replicas.everywhere(slack.tap(Show(id="it_password"), trigger=replicas.slack.trigger(), user=ALICE))
    assert len(await replicas.database.read(gestures)) == 1
    assert len(said_by_bot(replicas, dm(ALICE))) == 1


async def test_a_form_that_one_opened_is_taken_once_by_whichever_it_comes_to(replicas: Replicas) -> None:
    place = replicas.at[0]
    await place.says("alice", "mon fauteuil grince et penche à gauche")
    view = await place.taps("alice", label("Ask a human"))
    assert view is not None
    incomplete = slack.submission(view, {}, user=ALICE)
    errors = await replicas.everywhere(incomplete)
    assert all(answer == errors[0] for answer in errors)
    assert errors[0] is not None
    assert errors[0]["response_action"] == "errors"
    assert await replicas.database.read(lambda session: session.exec(select(RequestRow)).all()) == []

    values = {"function": "it", "question": "un fauteuil droit", "way": "named"}
    typed = {block["block_id"]: filled(values, block["block_id"]) for block in view["blocks"] if block["type"] == "input"}
    answers = await replicas.everywhere(slack.submission(view | {"id": "V0SECOND"}, typed, user=ALICE))
    assert all(answer == answers[0] for answer in answers)
    (request,) = await replicas.database.read(lambda session: session.exec(select(RequestRow)).all())
    assert request.question == "un fauteuil droit"


async def test_an_invoke_that_teams_repeats_elsewhere_gets_the_response_that_was_given(replicas: Replicas) -> None:
    button = {"type": "Action.Execute", "title": "…", "verb": "show", "data": {ACTION_KEY: pack(Show(id="it_password"))}}
    tapped = activity("execute", id="f:once", value={"action": button, "trigger": "manual"})
    answers = list(await asyncio.gather(*(replicas.activity(number, tapped) for number in (0, 1, 0, 1))))
    await replicas.settled()
    answers.append(await replicas.activity(1, tapped))
    assert answers[0] is not None
    assert all(answer == answers[0] for answer in answers)
    assert len(await replicas.database.read(gestures)) == 1
    assert len(replicas.teams.sent("send", "reply")) == 1


async def test_the_answer_to_the_offer_of_a_file_is_followed_by_one_of_them(replicas: Replicas) -> None:
    declined = activity("file_declined", id="f:declined", replyToId=...) | {"from": teams.sender("29:alice")}
    for number in (0, 1, 1, 0):
        assert await replicas.activity(number, declined) is None
    await asyncio.gather(*(replicas.activity(number, declined | {"id": "f:another tap"}) for number in (0, 1, 0, 1)))
    await replicas.settled()
    assert len(replicas.teams.sent("send")) == 2
    assert not [row for row in await replicas.database.read(lambda session: session.exec(select(EventRow)).all()) if row.answered_at is None]


async def test_an_interview_whose_every_step_comes_to_another_process_loses_nothing(place: Place, replicas: Replicas) -> None:
    await becomes(Role.OWNER, place, replicas.database)
    await place.says("carol", "interview")
    await place.taps("carol", "Start")
    for number, answer in enumerate(ANSWERS, start=1):
        assert f"{number}/6" in (await last(place, "carol")).text
        await place.says("carol", answer)
    assert "nobody would be paid back in time" in (await last(place, "carol")).text
    assert await place.taps("carol", "Complete")
    assert await place.submits("carol", COMPLETED | {"contacts": "Hugo"}) is not None
    assert await place.submits("carol", COMPLETED) is None
    await place.taps("carol", "Publish")
    assert "Published: this is what everybody reads from now on." in (await last(place, "carol")).text


async def test_a_request_goes_to_a_human_and_back_through_all_of_them(place: Place, replicas: Replicas) -> None:
    await opens_the_desk(place, replicas.database)
    await asks_a_human(place)
    await taps(place, "bob", "I take it")
    await place.replies("bob", "Je passe dans dix minutes avec une clé.")
    assert "Je passe dans dix minutes avec une clé." in (await last(place, "alice")).text
    await place.says("alice", "merci, je suis au 3e étage")
    assert "merci, je suis au 3e étage" in (await last(place)).text
    await taps(place, "bob", "Close")
    assert await place.submits("bob", {"outcome": "solved", "word": "Bonne journée !"}) is None
    await place.taps("alice", label("It isn't over"))
    assert label("Reopened: it goes on.") in await told(place, "alice")
    (request,) = await replicas.database.read(lambda session: session.exec(select(RequestRow)).all())
    assert request.client_id == directory_person_id("p1")


async def test_ten_messages_in_a_row_arrive_once_each_in_their_order(replicas: Replicas) -> None:
    place = replicas.as_slack
    await opens_the_desk(place, replicas.database)
    await asks_a_human(place)
    await place.replies("bob", "Dites-m'en plus.")
    words = [f"précision {number}" for number in range(10)]
    for number, text in enumerate(words):
        await replicas.delivers(number % 2, slack.direct(text, user=ALICE))  # the next is written before the last one was passed on
    await replicas.settled()
    kept = await replicas.database.read(lambda session: session.exec(select(RequestWordRow).order_by(col(RequestWordRow.at))).all())
    assert [word.text for word in kept if word.text in words] == words
    thread = "\n".join(shown.text for shown in await place.reads())
    places = [thread.index(text) for text in words]
    assert places == sorted(places)
    assert all(thread.count(text) == 1 for text in words)


async def test_ten_people_and_ten_gestures_of_one_at_once_lose_nothing(replicas: Replicas) -> None:
    await replicas.at[0].says("alice", "bonjour")
    before = len(said_by_bot(replicas, dm(ALICE)))
    several = [slack.direct("mot de passe oublié", user=ALICE) for _ in range(10)]
    await asyncio.gather(*(replicas.delivers(number % 2, payload) for number, payload in enumerate(several)))
    await replicas.settled()
    assert len(said_by_bot(replicas, dm(ALICE))) - before == 10
    assert len(await replicas.database.read(gestures)) == 11


async def test_what_is_published_at_one_is_what_the_other_answers(replicas: Replicas) -> None:
    first, second = replicas.at
    await appoint(replicas.database, "p1", Role.OWNER, "it")
    for who in ("alice", "bob"):
        await writes_english(first, who)
    await second.says("bob", QUESTION)
    assert ANSWER not in (await last(second, "bob")).text
    await first.says("alice", "content")
    assert await first.taps("alice", "Write a new answer")
    second.holds(list(replicas.slack.views.values())[-1])
    assert await second.submits("alice", LUNCH) is None
    assert [version.number for version in await replicas.database.read(catalog.versions)] == [2, 1]
    for place in (first, second):
        published = time.monotonic()
        while ANSWER not in (await last(place, "bob")).text:
            assert time.monotonic() < published + GENEROUS
            await place.says("bob", QUESTION)


async def test_the_language_that_is_chosen_at_one_is_spoken_by_the_other(replicas: Replicas) -> None:
    first, second = replicas.at
    await first.says("bob", "bonjour")
    await second.says("bob", "préférences")
    await second.taps("bob", "English")
    await first.says("bob", "help")
    assert label("What I can do", "en") in (await last(first, "bob")).text


async def test_what_both_find_due_is_sent_by_one(replicas: Replicas) -> None:
    await opens_the_desk(replicas.as_slack, replicas.database)
    await asks_a_human(replicas.as_slack)
    before = len(said_by_bot(replicas, GENERAL))
    replicas.time.passes(days=1)
    for _ in range(2):
        await asyncio.gather(*(each.application.jobs[DIGESTS]("") for each in replicas.each))
    await replicas.settled()
    titles = {label("What waits for you today", "en"), label("What waits for you today")}
    assert sum(any(title in shown.text for title in titles) for shown in await replicas.as_slack.reads()) == 1
    assert len(said_by_bot(replicas, GENERAL)) == before + 1


@pytest.mark.parametrize("api", ["exchanges", "evidence"])
async def test_what_a_tool_tells_two_of_them_at_once_counts_once(replicas: Replicas, api: str) -> None:
    at = now()  # as what a tool tells isn't in the future, and the bot's own clock is simulated
    await replicas.database.write(TRUSTING, lambda session: exchange_sources.add(session, "guichet", hashed("a-token"), "tests", at))
    when = (replicas.time() - timedelta(minutes=5)).isoformat()
    news = {"external_id": "INC-1", "function": "it", "at": when} | (
        {"state": "opened", "client": "alice.martin@solane.example"} if api == "exchanges" else {"person": "alice.martin@solane.example"}
    )

    async def tells(number: int) -> tuple[int, dict[str, Any]]:
        async with replicas.http.post(f"{replicas.each[number].url}/api/{api}", json=news, headers=ACCESS) as response:
            return response.status, await response.json()

    answers = await asyncio.gather(*(tells(number) for number in (0, 1, 0, 1)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 200
    outside = await replicas.database.read(lambda session: session.exec(select(OutsideExchangeRow)).all())
    left = await replicas.database.read(lambda session: evidence.evidence_of(session, directory_person_id("p1")))
    assert (len(outside), len(left)) == ((1, 0) if api == "exchanges" else (0, 1))

    await replicas.database.write(TRUSTING, lambda session: exchange_sources.revoke(session, "guichet", now()))
    assert [(await tells(number))[0] for number in (0, 1)] == [401, 401]


async def test_what_one_is_just_answering_is_left_to_it_for_half_a_minute(
    replicas: Replicas, database_url: str, settings: Settings, encoder: BundledEncoder
) -> None:
    replicas.slack.fail("chat.postMessage", held())
    await replicas.delivers(1, slack.direct("bonjour", user=BOB))
    await replicas.slack.until(lambda fake: bool(fake.calls_of("chat.postMessage")))
    replicas.time.passes(seconds=3)
    async with replica(database_url, settings, encoder, replicas.slack, replicas.teams, replicas.time) as newcomer:
        for each in (newcomer, replicas.each[0]):
            await each.application.jobs[SWEEP]("")
        waiting = await replicas.database.read(lambda session: session.exec(select(EventRow).where(col(EventRow.answered_at).is_(None))).all())
        assert len(waiting) == 1, "whoever starts beside others takes nothing that may be on its way"
    replicas.slack.release()
    await replicas.settled()
    replicas.time.passes(seconds=PATIENCE.total_seconds())
    await replicas.each[0].application.jobs[SWEEP]("")
    await replicas.settled()
    assert len(said_by_bot(replicas, dm(BOB))) == 1
