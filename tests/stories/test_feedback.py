"""Each exchange leaves a trace: the row, the steps, the prompt, told on every platform as people live them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from bot.schedule import PROMPTS
from dialogs.delivery import Kind
from storage.database import Database
from storage.tables import DeliveryRow, FeedbackRow
from tests.stories.conftest import World
from tests.stories.hands import asks_a_human, label, last, opens_the_desk, taps, told
from tests.stories.places import Place


async def responses(database: Database) -> list[FeedbackRow]:
    """Return what left and what came back, the oldest first."""
    return list(await database.read(lambda session: session.exec(select(FeedbackRow).order_by(col(FeedbackRow.asked_at), col(FeedbackRow.id))).all()))


async def asked_apart(database: Database) -> list[tuple[str, str | None]]:
    """Return how the prompts and reminders of the ledger stand, and why."""
    wanted = select(DeliveryRow).where(col(DeliveryRow.kind).in_([Kind.PROMPT, Kind.REMINDER])).order_by(col(DeliveryRow.number))
    return [(row.status, row.reason) for row in await database.read(lambda session: session.exec(wanted).all())]


async def test_an_answer_is_rated_in_three_taps_in_its_own_card_and_a_word_may_be_added(place: Place, database: Database) -> None:
    await place.says("alice", "mon ordinateur est en panne")
    card = await last(place, "alice")
    assert label("Is it solved?") in card.text
    assert len(card.buttons) < 10
    count = len(await place.reads("alice"))
    await place.taps("alice", label("Partly"))
    await place.taps("alice", "4")
    shown = await last(place, "alice")
    assert len(await place.reads("alice")) == count, "the steps go on in the card"
    assert label("Add a word") in shown.buttons
    (row,) = await responses(database)
    assert (row.solved, row.trace, row.function, row.occasion) == ("partly", 4, "it", "answer")
    await _stays_open(database)
    await place.taps("alice", label("Add a word"))
    wrong = await place.submits("alice", {"comment": "", "way": "attached"})
    assert wrong is not None
    assert await place.submits("alice", {"comment": "Rapide, merci.", "way": "attached", "shared": "unnamed"}) is None
    (row,) = await responses(database)
    assert (row.comment, row.shared) == ("Rapide, merci.", "unnamed")


async def test_the_closing_of_a_human_carries_the_row_and_reopening_takes_the_question_back(place: Place, database: Database) -> None:
    await opens_the_desk(place, database)
    await asks_a_human(place)
    await place.replies("bob", "Je passe à 14 h.")
    await taps(place, "bob", "Close")
    assert await place.submits("bob", {"outcome": "solved"}) is None
    closing = await last(place, "alice")
    assert label("Is it solved?") in closing.text
    await place.taps("alice", label("It isn't over"))
    (voided,) = await responses(database)
    assert voided.voided_at is not None
    await taps(place, "bob", "Close")
    assert await place.submits("bob", {"outcome": "solved"}) is None
    await place.taps("alice", label("Yes"))
    await place.taps("alice", "5")
    closed = {row.voided_at is None: row for row in await responses(database)}
    assert (closed[True].solved, closed[True].trace, closed[True].occasion) == ("yes", 5, "request")
    assert closed[True].helper_id is not None
    assert "5" not in [shown.text for shown in await place.reads()], "the experts read nothing of it"


async def test_being_left_in_peace_is_one_tap_in_the_preferences_and_one_to_end_it(place: Place) -> None:
    await place.says("alice", "pause")
    await place.taps("alice", label("Two weeks"))
    assert label("It's done: I leave you in peace.") in await told(place, "alice")
    await place.says("alice", "preferences")
    await place.taps("alice", label("End"))
    assert label("It's over: from now on you may be asked again, now and then.") in await told(place, "alice")


async def test_where_the_row_was_not_used_one_message_of_its_own_asks_and_no_second_one(world: World) -> None:
    place, database = world.as_slack, world.database
    await place.says("alice", "mon ordinateur est en panne")
    await world.application.jobs[PROMPTS]("")
    await world.application.idle()
    assert await asked_apart(database) == [], "not before its time"
    await _later(world, minutes=20)
    prompt = await last(place, "alice")
    assert "mon ordinateur est en panne" in prompt.text
    assert await asked_apart(database) == [("sent", None)]
    await place.taps("alice", label("No"))
    await place.taps("alice", "2")
    (row,) = await responses(database)
    assert (row.solved, row.trace) == ("no", 2)
    await place.says("alice", "mon badge ne marche plus")
    await _later(world, minutes=20)
    assert [status for status, _ in await asked_apart(database)].count("sent") == 1
    assert ("skipped", "budget") in await asked_apart(database)


async def test_who_used_the_row_or_wants_peace_is_not_asked_apart(world: World) -> None:
    place, database = world.as_teams, world.database
    await place.says("alice", "mon ordinateur est en panne")
    await place.taps("alice", label("Yes"))
    await _later(world, minutes=20)
    assert await asked_apart(database) == []
    await place.says("alice", "pause")
    await place.taps("alice", label("Three months"))
    await place.says("alice", "mon badge ne marche plus")
    await _later(world, minutes=20)
    assert await asked_apart(database) in ([], [("skipped", "paused")])


async def test_the_client_is_on_teams_and_the_expert_on_slack(world: World) -> None:
    await opens_the_desk(world.as_slack, world.database)
    await asks_a_human(world.as_teams)
    await world.as_slack.replies("bob", "C'est fait.")
    await taps(world.as_slack, "bob", "Close")
    assert await world.as_slack.submits("bob", {"outcome": "partly"}) is None
    await world.as_teams.taps("alice", label("Partly"))
    await world.as_teams.taps("alice", "3")
    rows = [row for row in await responses(world.database) if row.answered_at is not None]
    assert [(row.trace, row.platform) for row in rows] == [(3, "teams")]


async def _stays_open(database: Database) -> None:
    """Let responses be given for years: Slack's gestures were recorded in January, and its forms are signed today."""
    await database.write("tests", lambda session: session.execute(update(FeedbackRow).values(expires_at=datetime(2100, 1, 1, tzinfo=UTC))))


async def _later(world: World, **amount: float) -> None:
    """Let time pass since the last closing, the clock look, and what is due be sent."""
    world.time.at = max(row.asked_at for row in await responses(world.database)) + timedelta(**amount)
    await world.application.jobs[PROMPTS]("")
    await world.application.idle()
