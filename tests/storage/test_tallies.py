"""How a campaign's deliveries stand, and what is changed of all of them at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from dialogs.campaign import CampaignStatus
from dialogs.campaigning import Tally
from dialogs.delivery import Kind
from dialogs.messages import Message, Text
from storage import sending, tallies
from storage.acknowledging import Doubtful, NotSent, Outcome, Sent
from storage.database import Database
from storage.erasure import EMPTY
from storage.tables import CampaignRow, DeliveryRow, StepResponseRow
from tests.company import NOON
from tests.dialogs.campaigns import FULL, READY
from tests.storage.ledger import acknowledge, changes, claim, minutes, named, place, row_of, seconds, send, stands, text_of, words
from tests.storage.lessons import enters, lesson, listed, runs, target

HOUR = timedelta(hours=1)


def french(text: str) -> Message:
    return Message(language="fr", blocks=(Text(text=text),))


async def tally(database: Database, campaign: str = READY.name, **more: Any) -> Tally:
    return await database.read(lambda session: tallies.tally(session, campaign, NOON, **more))


async def recall(database: Database, step: str = "learn", limit: int = 500) -> int:
    return await database.write("campaigns", lambda session: tallies.recall_step(session, READY.name, step, NOON, limit))


async def correct(database: Database, message: Message, *, variant: str = "", limit: int = 500, **more: Any) -> int:
    def correcting(session: Session) -> int:
        return tallies.correct_step(session, READY.name, "learn", variant, message.language, message, NOON, limit, **more)

    return await database.write("campaigns", correcting)


async def of_each_kind(database: Database) -> None:
    """Of six messages one is sent, one refused, one may have arrived, one is being sent, one is skipped and one planned."""
    await runs(database)
    names = ("sent", "refused", "doubtful", "sending", "late")
    await target(database, *(lesson(name, place(number)) for number, name in enumerate(names) if name != "late"))
    await target(database, lesson("late", place(8), not_before=NOON + HOUR), lesson("again", place(9), kind=Kind.REPLY, not_before=NOON + HOUR))
    outcomes: dict[str, Outcome] = {"sent": Sent(message_id="m-sent"), "refused": NotSent(detail="no"), "doubtful": Doubtful(detail="?")}
    for claimed in (await claim(database)).claimed:
        if (outcome := outcomes.get(text_of(claimed.message))) is not None:
            await acknowledge(database, claimed, outcome)
    await target(database, lesson("skipped", place(7)), at=NOON)

    def skip(session: Session) -> None:
        row = session.exec(select(DeliveryRow).where(col(DeliveryRow.key) == named("skipped"))).one()
        row.status, row.reason = "skipped", "budget"

    await database.write("test", skip)


async def test_every_message_that_was_targeted_is_accounted_for(database: Database) -> None:
    await of_each_kind(database)
    counted = await tally(database)
    assert counted.by == {
        ("sent", ""): 1,
        ("failed", "refused"): 1,
        ("unknown", "unanswered"): 1,
        ("sending", ""): 1,
        ("planned", ""): 1,
        ("skipped", "budget"): 1,
    }
    assert (counted.targeted, counted.is_balanced, counted.sent_by_step) == (6, True, {"learn": 1})


async def test_a_row_that_is_lost_shows(database: Database) -> None:
    await of_each_kind(database)

    def lose(session: Session) -> None:
        session.delete(session.exec(select(DeliveryRow).where(col(DeliveryRow.key) == named("sent"))).one())

    await database.write("test", lose)
    assert not (await tally(database)).is_balanced


async def test_of_no_such_campaign_there_is_nothing_to_count(database: Database) -> None:
    assert await tally(database, "nothing") == Tally()


async def test_what_follows_is_counted_by_arm_and_by_how_far_each_got(database: Database) -> None:
    ids = await listed(database, "a", "b", "c", "d", "e", "f")
    await runs(database, FULL)  # six steps, of which the first is a survey
    at: tuple[dict[str, Any], ...] = (
        {"delivery": named("x")},
        {},
        {"step": 4},
        {"arm": "control"},
        {"arm": "control", "delivery": named("y")},
        {"due_at": None},
    )
    for person, more in zip(ids, at, strict=True):
        await enters(database, person, FULL, **more)
    counted = await tally(database, FULL.name)
    assert counted.to_come == 5 + 6 + 2 + 1 + 0 + 0
    assert (counted.members, counted.held_out) == (4, 2)


async def test_responses_are_counted_by_step_and_by_what_was_done(database: Database) -> None:
    ids = await listed(database, "a", "b")
    await runs(database)

    def respond(session: Session) -> None:
        for person in ids:
            session.add(StepResponseRow(campaign=READY.name, step="learn", person_id=person, does="more", at=NOON))
        session.add(StepResponseRow(campaign=READY.name, step="change", person_id=ids[0], does="done", at=NOON))
        session.add(StepResponseRow(campaign="other", step="learn", person_id=ids[0], does="more", at=NOON))

    await database.write("test", respond)
    assert (await tally(database)).responses == {("learn", "more"): 2, ("change", "done"): 1}


async def test_the_last_one_goes_once_it_is_due_and_all_that_is_before_it_went(database: Database) -> None:
    await runs(database)
    assert (await tally(database)).ends_about is None
    await target(database, *(lesson(f"{number}", place(number)) for number in range(100)))
    assert (await tally(database)).ends_about == NOON
    assert (await tally(database, spacing={"slack": seconds(0.5)})).ends_about == NOON + seconds(50)
    await target(database, lesson("late", place(101), not_before=NOON + HOUR))
    assert (await tally(database, spacing={"slack": seconds(0.5)})).ends_about == NOON + HOUR


async def test_its_lines_are_listed_in_the_order_in_which_they_were_planned(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "_PAGE", 2)
    await runs(database)
    await target(database, *(lesson(name, place(number)) for number, name in enumerate("abcd")), lesson("other", place(9), FULL))
    found = await database.read(lambda session: [line.key for line in tallies.lines(session, READY.name)])
    assert found == [named(name) for name in "abcd"]


# --- taken back, corrected ------------------------------------------------------------------------------------------------------------------------


async def test_a_step_is_taken_back_wherever_it_is_and_the_identity_holds(database: Database) -> None:
    await of_each_kind(database)
    assert [await recall(database, limit=3), await recall(database, limit=3), await recall(database)] == [3, 2, 0]
    assert {name: await stands(database, name) for name in ("late", "again", "refused", "skipped")} == {
        "late": ("skipped", "cancelled"),
        "again": ("skipped", "cancelled"),
        "refused": ("failed", "refused"),
        "skipped": ("skipped", "budget"),
    }
    (change,) = await changes(database)
    assert (change.message_id, change.message) == ("m-sent", None)
    await database.write("pump", lambda session: sending.changed(session, change.key, change, NOON))
    counted = await tally(database)
    assert (counted.recalled, counted.is_balanced, counted.by["sent", "cancelled"]) == (1, True, 1)
    assert await recall(database) == 0


async def test_another_step_stays(database: Database) -> None:
    await runs(database)
    await target(database, lesson("learn", place(1)), lesson("change", place(2), step="change"))
    assert await recall(database, "change") == 1
    assert await stands(database, "learn") == ("planned", None)


async def test_a_step_is_corrected_where_it_says_something_else_in_that_language_and_variant(database: Database) -> None:
    await runs(database)
    new = words("new words")
    told = (
        lesson("said", place(1)),
        lesson("as it should be", place(2), message=new),
        lesson("en français", place(3), message=french("ancien")),
        lesson("varied", place(4), variant="short"),
    )
    await target(database, *told)
    await send(database)
    await target(database, lesson("planned", place(5)), lesson("again", place(6), kind=Kind.REPLY))
    assert [await correct(database, new, limit=1), await correct(database, new), await correct(database, new)] == [1, 1, 0]
    assert "new words" in (await row_of(database, "planned"))["message"]
    (change,) = await changes(database)
    assert (change.key, change.message) == (named("said"), new)
    await database.write("pump", lambda session: sending.changed(session, change.key, change, NOON + minutes(1)))
    assert ((await tally(database)).corrected, await correct(database, new)) == (1, 0)
    assert await correct(database, french("nouveau")) == 1
    assert await correct(database, new, variant="short") == 1
    assert await correct(database, new, kinds=(Kind.REPLY,)) == 1


async def test_what_was_let_go_of_or_taken_back_is_not_said_again(database: Database) -> None:
    await runs(database)
    await target(database, lesson("forgotten", place(1)), lesson("taken back", place(2)))
    await send(database)

    def forget(session: Session) -> None:
        session.exec(select(DeliveryRow).where(col(DeliveryRow.key) == named("forgotten"))).one().message = EMPTY
        session.exec(select(DeliveryRow).where(col(DeliveryRow.key) == named("taken back"))).one().reason = "cancelled"

    await database.write("test", forget)
    assert await correct(database, words("new words")) == 0


async def test_a_paused_workspace_moves_the_end(database: Database) -> None:
    await runs(database, status=CampaignStatus.PAUSED)
    await target(database, lesson("one", place(1)))

    def pause(session: Session) -> None:
        session.connection().exec_driver_sql("UPDATE workspace SET paused_until = next_at")
        row = session.get(CampaignRow, READY.name)
        assert row is not None
        assert row.targeted == 1

    await database.write("test", pause)
    assert (await tally(database)).ends_about == NOON
    assert replace(await tally(database), ends_about=None).count("planned") == 1
