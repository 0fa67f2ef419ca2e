"""Speak any time: to a function, by name or without one, and hear what came of it."""

import pytest
from sqlmodel import func, select

from bot.schedule import VOICES
from storage.database import Database
from storage.tables import AnonymousVoiceRow, EventRow, VoiceRow
from tests.stories.conftest import World
from tests.stories.hands import label, last, opens_the_desk, taps, told
from tests.stories.places import Place

IDEA = "Un casier par étage éviterait bien des allers-retours."


async def says_it(place: Place, who: str, text: str, *, way: str, kind: str = "idea") -> None:
    """Open the form by words, and send it."""
    await place.says(who, "dire it")
    await place.taps(who, label("Say something to {function}").format(function="DSI"))
    assert await place.submits(who, {"function": "it", "kind": kind, "text": text, "way": way}) is None


async def test_what_is_said_by_name_reaches_the_function_and_its_answer_comes_back(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await says_it(place, "alice", IDEA, way="named")
    card = await last(place)
    assert IDEA in card.text
    assert "Alice Martin" in card.text
    await taps(place, "bob", "Answer")
    assert await place.submits("bob", {"text": "Bonne idée, on essaie au 3e."}) is None
    assert "Bonne idée, on essaie au 3e." in await told(place, "alice")
    assert "Bob Dupont" in await told(place, "alice")
    await taps(place, "bob", "Say what came of it")
    assert await place.submits("bob", {"text": "Un casier est posé à chaque étage."}) is None
    heard = await last(place, "alice")
    assert label("You said, we did") in heard.text
    assert "Un casier est posé à chaque étage." in heard.text
    (row,) = await database.read(lambda session: session.exec(select(VoiceRow)).all())
    assert row.state == "closed"


async def test_a_form_without_words_comes_back_and_nothing_is_sent(place: Place, database: Database) -> None:
    await place.says("alice", "dire it")
    await place.taps("alice", label("Say something to {function}").format(function="DSI"))
    assert await place.submits("alice", {"kind": "idea", "text": " ", "way": "named"}) is not None
    assert await database.read(lambda session: session.exec(select(func.count()).select_from(VoiceRow)).one()) == 0


@pytest.fixture(params=["slack", "teams"])
def platform(request: pytest.FixtureRequest, world: World) -> Place:
    """Where a name can be left out for the whole of a story."""
    return world.as_slack if request.param == "slack" else world.as_teams


async def test_what_is_said_without_a_name_waits_for_others_and_its_receipt_reads_the_answer(platform: Place, world: World) -> None:
    place, database = platform, world.database
    await opens_the_desk(place, database)
    await says_it(place, "alice", IDEA, way="anonymous")
    await place.taps("alice", label("Is there an answer?"))
    before = await place.reads()
    for number, who in enumerate(("bob", "carol", "bob", "carol")):
        await says_it(place, who, f"Autre chose, {number}.", way="anonymous", kind="criticism")
        if number == 2:
            await world.application.jobs[VOICES]("")
            assert await _written(database) == 0, "four aren't enough"
    events = await database.read(lambda session: [(row.replies, row.gesture) for row in session.exec(select(EventRow))])
    assert IDEA not in str(events)
    await world.application.jobs[VOICES]("")
    await world.application.idle()
    assert await _written(database) == 5
    assert len(await place.reads()) == len(before) + 1, "one card for all of them"
    (voice,) = await database.read(lambda session: [row for row in session.exec(select(AnonymousVoiceRow)) if row.text == IDEA])
    assert {name for name in type(voice).model_fields if "person" in name or "_at" in name or "user" in name} == set()
    await place.says("bob", "voix it")
    listed = await told(place, "bob")
    assert IDEA in listed
    assert "Alice" not in listed


async def _written(database: Database) -> int:
    return await database.read(lambda session: session.exec(select(func.count()).select_from(AnonymousVoiceRow)).one())
