"""A campaign's message is sent, and whoever got it answers, does it, reads on, puts it off or writes back: told on every platform."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from dialogs.campaign import StepButton
from dialogs.delivery import Kind
from storage.database import Database
from storage.tables import DeliveryRow, RequestRow
from tests.dialogs.campaigns import BASELINE, CHANGE, OPINION, QUIZ, STORY
from tests.stories.campaigns import evidence, responses, runs, sends, stage
from tests.stories.conftest import MORNING, World
from tests.stories.hands import label, last, opens_the_desk, told
from tests.stories.places import Place


async def test_a_quiz_is_answered_in_one_tap_explained_in_its_own_card_and_counts_once(place: Place, database: Database) -> None:
    await runs(database)
    await sends(place, database, QUIZ)
    card = next(shown for shown in await place.reads("alice") if "Trois mots de passe" in shown.text)
    assert {"P@ssw0rd!", "cheval agrafe pluie vert", "le prénom du chat"} <= set(card.buttons)
    count = len(await place.reads("alice"))
    await place.taps("alice", "P@ssw0rd!")
    assert len(await place.reads("alice")) == count, "the answer comes in the card"
    after = next(shown for shown in await place.reads("alice") if shown.id == card.id)
    assert "Trois mots de passe" in after.text
    assert "La longueur compte plus que les signes." in after.text
    assert "P@ssw0rd!" not in after.buttons
    assert await responses(database) == [("quiz", "answer", "1")]
    assert await evidence(database) == [("quiz", -0.33, "quiz", False)]


async def test_an_opinion_is_a_tap_on_the_scale_and_a_word_goes_to_the_function(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await runs(database)
    await sends(place, database, OPINION)
    await place.taps("alice", "4")
    assert await responses(database) == [("opinion", "answer", "4")]
    assert await stage(database) == "conviction"
    assert await place.taps("alice", label("Add a word")) is not None
    wrong = await place.submits("alice", {"words": " ", "way": "named"})
    assert wrong is not None
    assert await place.submits("alice", {"words": "Même au dépôt ?", "way": "named"}) is None
    (request,) = await database.read(lambda session: session.exec(select(RequestRow)).all())
    assert request.question.endswith("Même au dépôt ?")
    assert "Votre avis" in request.question
    assert "Même au dépôt ?" in await told(place), "the experts read it in their channel"
    assert ("opinion", "reply", None) in await responses(database)


async def test_whom_to_turn_to_is_named_in_ones_own_words(place: Place, database: Database) -> None:
    await runs(database)
    await sends(place, database, BASELINE)
    assert await place.taps("alice", label("Write whom")) is not None
    assert await place.submits("alice", {"whom": "je dirais la DSI"}) is None
    assert await evidence(database) == [("recall_unaided", 1.0, "baseline", True)]
    assert await stage(database) == "awareness"
    assert "Donner à chacun des outils fiables." in await told(place, "alice")


async def test_who_names_nobody_chooses_among_functions(place: Place, database: Database) -> None:
    await runs(database)
    await sends(place, database, BASELINE)
    await place.taps("alice", label("Write whom"))
    assert await place.submits("alice", {"whom": ""}) is None
    await place.taps("alice", "DSI · Direction des systèmes d'information")
    assert await responses(database) == [("baseline", "answer", "it")]
    assert await evidence(database) == [("recall_aided", 0.5, "baseline", True)]


async def test_what_was_done_is_thanked_for_and_the_next_answer_comes_with_its_way_first(place: Place, database: Database) -> None:
    await runs(database)
    await sends(place, database, CHANGE)
    await place.taps("alice", "C'est fait")
    assert await evidence(database) == [("gesture", 1.0, "change", False)]
    assert await stage(database) == "action"
    await place.says("alice", "mon ordinateur est en panne")
    short = await last(place, "alice")
    assert "Votre portable est renouvelé tous les quatre ans." in short.text
    assert "un prêt vous attend" not in short.text
    await place.taps("alice", label("All of it"))
    assert "un prêt vous attend" in await told(place, "alice")


async def test_more_shows_what_the_function_does(place: Place, database: Database) -> None:
    await runs(database)
    await sends(place, database, replace(STORY, buttons=(StepButton(does="more"),)))
    await place.taps("alice", label("Tell me more"))
    assert "Donner à chacun des outils fiables." in (await last(place, "alice")).text
    assert await responses(database) == [("story", "more", None)]
    assert await evidence(database) == [("card_opened", 1.0, "story", False)]


async def test_what_is_put_off_comes_again_two_working_days_later_and_once(world: World) -> None:
    place, database = world.as_teams, world.database
    await runs(database)
    await sends(place, database, CHANGE)
    await place.taps("alice", label("Later"))
    assert await responses(database) == [("change", "later", None)]
    assert await _of_campaign(database) == [(Kind.CAMPAIGN, "sent"), (Kind.REPLY, "planned")]
    count = (await told(place, "alice")).count("Changez-le en deux minutes")
    again = select(DeliveryRow.not_before).where(col(DeliveryRow.kind) == Kind.REPLY.value, col(DeliveryRow.status) == "planned")
    due = await database.read(lambda session: session.exec(again).one())
    assert due - MORNING >= timedelta(days=1)
    world.time.at = due + timedelta(minutes=1)
    await world.application.idle()
    assert await _of_campaign(database) == [(Kind.CAMPAIGN, "sent"), (Kind.REPLY, "sent")]
    assert (await told(place, "alice")).count("Changez-le en deux minutes") == count + 1
    assert label("Later") not in (await last(place, "alice")).buttons
    await place.taps("alice", "C'est fait")
    assert ("change", "done", None) in await responses(database)


async def test_a_message_that_was_not_ones_own_counts_for_nobody(world: World) -> None:
    place, database = world.as_slack, world.database
    await runs(database)
    await sends(place, database, QUIZ)
    await place.says("bob", "bonjour")
    await place.taps("bob", "cheval agrafe pluie vert")
    assert await responses(database) == []
    assert await evidence(database) == []


async def _of_campaign(database: Database) -> list[tuple[str, str]]:
    wanted = select(DeliveryRow).where(col(DeliveryRow.cause_kind) == "campaign").order_by(col(DeliveryRow.number))
    return [(row.kind, row.status) for row in await database.read(lambda session: session.exec(wanted).all())]
