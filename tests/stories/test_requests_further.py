"""What else happens around a request: files, words too long, words too late, what is learnt from it, and help that was given elsewhere."""

import pytest
from sqlmodel import select

from dialogs.client_words import LIMIT
from storage.database import Database
from storage.tables import OutsideExchangeRow
from tests.platforms import slack_gestures as slack
from tests.platforms.slack_workspace import ALICE, BOB, GENERAL
from tests.stories.conftest import World
from tests.stories.hands import ODD, asks_a_human, label, last, opens_the_desk, taps, told
from tests.stories.places import Place


@pytest.fixture(params=["slack", "teams"])
def place(request: pytest.FixtureRequest, world: World) -> Place:
    """Where there are files."""
    return world.as_slack if request.param == "slack" else world.as_teams


async def test_a_file_stays_where_it_is_and_both_sides_are_told(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place)
    await place.replies("bob", "Voici la notice.", files=1)
    heard = await told(place, "alice")
    assert "Voici la notice." in heard
    attached = "{name} attached a file, and I don't carry files across. I've asked them for a link, or to give it to you directly."
    assert label(attached).partition("}")[2] in heard
    stays = "What was attached stays here: I don't carry files across. Send a link that whoever asked may open, or give it to them directly."
    assert label(stays, "en") in await told(place)


async def test_words_that_are_too_long_are_refused_with_the_reason_and_none_of_them_is_lost(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place)
    await place.replies("bob", "mot " * LIMIT)
    assert "mot mot" not in await told(place, "alice")
    assert str(LIMIT) in (await last(place)).text.replace(",", "").replace("\N{NARROW NO-BREAK SPACE}", "")


async def test_words_to_a_closed_request_are_not_carried_and_the_way_on_is_shown(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place)
    await taps(place, "bob", "Close")
    await place.submits("bob", {"outcome": "solved"})
    await place.replies("bob", "Un mot encore.")
    assert "Un mot encore." not in await told(place, "alice")
    await taps(place, "bob", "Reopen")
    await place.replies("bob", "Je reprends.")
    assert "Je reprends." in await told(place, "alice")


async def test_an_experts_answer_becomes_one_that_everybody_gets(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place)
    await place.replies("bob", "Les fauteuils se règlent au guichet du 2e étage, sans rendez-vous.")
    await taps(place, "bob", "Close")
    await place.submits("bob", {"outcome": "solved"})
    form = await place.taps("bob", label("Make it an answer", "en"))
    assert "Les fauteuils se règlent au guichet" in str(form)
    assert ODD in str(form)


async def test_a_conversation_in_slack_is_marked_as_an_exchange_without_its_words(world: World) -> None:
    await world.as_slack.says("alice", "bonjour")
    await world.as_slack.says("bob", "bonjour")
    ts = world.slack.said("merci, ça remarche", user=ALICE, channel=GENERAL)
    await world.as_slack.delivers(slack.support_exchange(trigger=world.slack.trigger(), ts=ts, author=ALICE, user=BOB))
    view = list(world.slack.views.values())[-1]
    world.as_slack.holds(view)
    assert await world.as_slack.submits("bob", {"function": "it", "helped": "author", "outcome": "solved"}) is None
    rows = await world.database.read(lambda session: [row.model_dump() for row in session.exec(select(OutsideExchangeRow))])
    (row,) = rows
    assert (row["source"], row["function"], row["state"], row["outcome"]) == ("shortcut", "it", "closed", "solved")
    assert row["person_id"] is not None
    assert "ça remarche" not in str(rows)
