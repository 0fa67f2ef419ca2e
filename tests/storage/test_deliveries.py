"""What is planned is kept once, goes where its person can be reached, can be changed or taken back, and always adds up."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, col, delete, select, update

from dialogs.delivery import Kind, Reason, Status
from storage import deliveries
from storage.acknowledging import Doubtful, NotSent, Sent
from storage.database import Database
from storage.deliveries import Count, Imbalance
from storage.people import choose_reach
from storage.tables import ConversationReferenceRow, DeliveryRow, WorkspaceRow
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, TEAMS_DIRECT
from tests.storage.ledger import (
    NOWHERE,
    acknowledge,
    alice,
    arrived,
    changes,
    claim,
    delivery,
    minutes,
    named,
    place,
    plan,
    row_of,
    seconds,
    send,
    stands,
    text_of,
    words,
)


async def edit(database: Database, name: str, text: str) -> Status | None:
    return await database.write("turn", lambda session: deliveries.edit(session, named(name), words(text), NOON))


async def recall(database: Database, name: str) -> Status | None:
    return await database.write("turn", lambda session: deliveries.recall(session, named(name), NOON))


async def workspaces(database: Database) -> list[tuple[str, str]]:
    rows = select(WorkspaceRow).order_by(col(WorkspaceRow.platform), col(WorkspaceRow.tenant))
    return await database.read(lambda session: [(row.platform, row.tenant) for row in session.exec(rows)])


async def alices_two_accounts(database: Database) -> str:
    """Alice speaks on Slack, and is known on Teams from before."""
    person = await alice(database)
    teams = ConversationReferenceRow(
        person_id=person,
        platform="teams",
        tenant="tenant-1",
        conversation="a:1",
        service_url="http://127.0.0.1/",
        scope="personal",
        refreshed_at=NOON - minutes(60),
    )
    await database.write("people", lambda session: session.add(teams))
    return person


async def bury(database: Database, person: str, platform: str) -> None:
    here = (col(ConversationReferenceRow.person_id) == person, col(ConversationReferenceRow.platform) == platform)
    await database.write(
        "people", lambda session: session.exec(update(ConversationReferenceRow).where(*here).values(dead_at=NOON, dead_reason="gone"))
    )


async def test_what_is_planned_twice_is_planned_once(database: Database) -> None:
    assert await plan(database, delivery("card"), delivery("card")) == [True, False]
    assert await plan(database, replace(delivery("card"), message=words("another"))) == [False]
    assert await send(database) == ["card"]
    assert await database.read(deliveries.counts) == [Count(status="sent", reason=None, number=1)]
    assert await database.read(deliveries.imbalances) == []


async def test_many_are_planned_at_once_and_each_keeps_its_turn(database: Database) -> None:
    names = [f"{number:04}" for number in range(300)]
    many = [delivery(name, to=place(number), kind=Kind.CAMPAIGN if number % 2 else Kind.ALERT) for number, name in enumerate(names)]
    await plan(database, many[7])
    assert await database.write("plan", lambda session: deliveries.plan_all(session, many, NOON)) == 299
    assert await database.write("plan", lambda session: deliveries.plan_all(session, [], NOON)) == 0
    assert await send(database, limit=300) == ["0007", *(name for name in names if name != "0007")]
    assert await database.read(deliveries.imbalances) == []


async def test_more_than_a_transaction_holds_are_refused(database: Database) -> None:
    many = [delivery("same")] * (deliveries.AT_ONCE + 1)
    with pytest.raises(ValueError, match="10000 at a time"):
        await database.write("plan", lambda session: deliveries.plan_all(session, many, NOON))
    assert await database.read(deliveries.counts) == []


async def test_a_thread_is_kept_and_its_place_is_the_whole_conversation(database: Database) -> None:
    later = NOON + minutes(5)
    await plan(database, delivery("reply", to=CHANNEL, not_before=later, deadline=NOON + minutes(60), user="U1", tapped="m1"))
    row = await row_of(database, "reply")
    assert (row["place"], row["not_before"], row["planned_at"], row["deadline"]) == (CHANNEL.whole.key, later, NOON, NOON + minutes(60))
    assert (await claim(database)).claimed == ()
    (claimed,) = (await claim(database, later)).claimed
    assert (claimed.reference, claimed.user, claimed.tapped) == (CHANNEL, "U1", "m1")


async def test_alice_is_reached_where_she_last_spoke(database: Database) -> None:
    person = await alices_two_accounts(database)
    await plan(database, delivery("slack", to=person))
    assert (await claim(database)).claimed[0].reference == DIRECT
    assert await workspaces(database) == [("slack", "T1")]


async def test_alice_is_reached_on_the_platform_she_chose(database: Database) -> None:
    person = await alices_two_accounts(database)
    await database.write("people", partial(choose_reach, person_id=person, platform="teams"))
    await plan(database, delivery("teams", to=person))
    row = await row_of(database, "teams")
    assert (row["platform"], row["tenant"], row["place"]) == ("teams", "tenant-1", TEAMS_DIRECT.key)


async def test_a_dead_conversation_is_nobodys_way_even_where_it_was_chosen(database: Database) -> None:
    person = await alices_two_accounts(database)
    await database.write("people", partial(choose_reach, person_id=person, platform="teams"))
    await bury(database, person, "teams")
    await plan(database, delivery("slack", to=person))
    assert (await row_of(database, "slack"))["platform"] == "slack"
    await bury(database, person, "slack")
    await plan(database, delivery("nowhere", to=person))
    row = await row_of(database, "nowhere")
    assert (row["platform"], row["tenant"], row["place"], row["reference"]) == ("", "", "", None)
    assert (NOWHERE.platform, NOWHERE.tenant) in await workspaces(database)


async def test_planning_leaves_a_workspace_that_is_known_as_it_is(database: Database) -> None:
    await plan(database, delivery("first"))
    (claimed,) = (await claim(database)).claimed
    await acknowledge(database, claimed, NotSent(detail="429", not_before=NOON + minutes(1), pause=NOON + minutes(1)))
    await plan(database, delivery("second", to=place(2)), at=NOON + seconds(1))
    assert (await claim(database, NOON + seconds(30))).wait_until == NOON + minutes(1)


async def test_what_a_crash_held_back_is_unknown_and_looked_for_at_once(database: Database) -> None:
    held_back = delivery("held back")

    def take_in(session: Session) -> bool:
        return deliveries.plan_unknown(session, held_back, NOON)

    assert [await database.write("sweep", take_in), await database.write("sweep", take_in)] == [True, False]
    assert await stands(database, "held back") == ("unknown", Reason.INTERRUPTED)
    assert await workspaces(database) == [("slack", "T1")]
    assert await database.read(deliveries.imbalances) == []


async def test_what_cannot_have_been_sent_anywhere_is_planned(database: Database) -> None:
    person = await alice(database)
    await bury(database, person, "slack")
    await database.write("sweep", lambda session: deliveries.plan_unknown(session, delivery("held back", to=person), NOON))
    assert await stands(database, "held back") == ("planned", None)


async def test_an_edit_before_it_is_sent_changes_what_is_sent(database: Database) -> None:
    await plan(database, delivery("card"))
    assert await edit(database, "card", "card, taken by Bob") is Status.PLANNED
    assert await send(database) == ["card, taken by Bob"]
    assert await changes(database) == []
    assert await edit(database, "no such card", "?") is None


async def test_an_edit_of_what_was_sent_is_made_in_place(database: Database) -> None:
    await plan(database, delivery("card"))
    await send(database)
    assert await edit(database, "card", "taken") is Status.SENT
    (change,) = await changes(database)
    assert (change.message, change.message_id, change.reference, change.attempts) == (words("taken"), "m-card", DIRECT, 1)


@pytest.mark.parametrize("outcome", [Sent(message_id="m1"), Doubtful(detail="timeout")])
async def test_an_edit_while_it_is_being_sent_waits_until_it_is(database: Database, outcome: Sent | Doubtful) -> None:
    await plan(database, delivery("card"))
    (claimed,) = (await claim(database)).claimed
    assert await edit(database, "card", "taken") is Status.SENDING
    assert await changes(database) == []
    await acknowledge(database, claimed, outcome)
    assert [change.message for change in await changes(database)] == ([words("taken")] if isinstance(outcome, Sent) else [])
    if isinstance(outcome, Doubtful):
        assert await edit(database, "card", "taken by Bob") is Status.UNKNOWN
        await acknowledge(database, claimed, Sent(message_id="m1"), NOON + seconds(9))
        assert [change.message for change in await changes(database, NOON + seconds(9))] == [words("taken by Bob")]


async def test_an_edit_of_what_is_planned_again_is_what_is_sent_then(database: Database) -> None:
    await plan(database, delivery("card"))
    (claimed,) = (await claim(database)).claimed
    await edit(database, "card", "taken")
    assert await acknowledge(database, claimed, NotSent(detail="429", not_before=NOON)) is None
    assert await send(database) == ["taken"]
    assert await changes(database) == []


async def test_a_recall_before_it_is_sent_skips_it(database: Database) -> None:
    await plan(database, delivery("word"))
    assert await recall(database, "word") is Status.PLANNED
    assert await stands(database, "word") == ("skipped", Reason.CANCELLED)
    assert (await row_of(database, "word"))["ended_at"] == NOON
    assert [await recall(database, "word"), await edit(database, "word", "?")] == [Status.SKIPPED, Status.SKIPPED]
    assert await send(database) == []
    assert await recall(database, "no such word") is None


async def test_a_recall_of_what_was_sent_deletes_it_and_no_edit_brings_it_back(database: Database) -> None:
    await plan(database, delivery("word"))
    await send(database)
    assert await recall(database, "word") is Status.SENT
    await edit(database, "word", "changed")
    (change,) = await changes(database)
    assert (change.message, change.message_id) == (None, "m-word")


async def test_a_recall_while_it_is_being_sent_skips_what_was_not_sent_after_all(database: Database) -> None:
    await plan(database, delivery("word"))
    (claimed,) = (await claim(database)).claimed
    assert await recall(database, "word") is Status.SENDING
    ended = await acknowledge(database, claimed, NotSent(detail="429", not_before=NOON + minutes(1)))
    assert ended is not None
    assert (ended.status, ended.reason) == (Status.SKIPPED, Reason.CANCELLED)
    assert await changes(database) == []


async def test_what_has_no_id_on_its_platform_cannot_be_changed(database: Database) -> None:
    await plan(database, delivery("card"))
    (claimed,) = (await claim(database)).claimed
    await edit(database, "card", "while it's sent")
    await acknowledge(database, claimed, Sent(message_id=None))
    assert [await edit(database, "card", "taken"), await recall(database, "card")] == [Status.SENT, Status.SENT]
    assert await changes(database) == []
    assert await database.read(lambda session: arrived(session, named("card"))) is None


async def test_cancelling_a_cause_skips_what_is_planned_of_these_kinds_only(database: Database) -> None:
    other = replace(delivery("another cause", to=place(5)), cause_id="r2")
    await plan(database, delivery("sent", to=place(1), kind=Kind.REMINDER))
    await send(database)
    await plan(
        database, delivery("reminder", to=place(2), kind=Kind.REMINDER), delivery("prompt", to=place(3), kind=Kind.PROMPT), delivery("word"), other
    )
    cancel = partial(deliveries.cancel, cause_kind="request", cause_id="r1", kinds=[Kind.REMINDER, Kind.PROMPT], at=NOON)
    assert await database.write("turn", cancel) == 2
    assert await stands(database, "reminder") == await stands(database, "prompt") == ("skipped", Reason.CANCELLED)
    assert await stands(database, "sent") == ("sent", None)
    assert await send(database) == ["word", "another cause"]
    assert await database.read(deliveries.imbalances) == []


async def test_the_ledger_reads_newest_first_and_tells_no_words(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "_PAGE", 2)
    await plan(database, *(delivery(f"{number}", to=place(number)) for number in range(5)))
    await recall(database, "3")

    def keys(session: Session, **more: Any) -> list[Any]:
        return [line.key for line in deliveries.lines(session, **more)]

    assert await database.read(keys) == [named(f"{number}") for number in (4, 3, 2, 1, 0)]
    assert await database.read(partial(keys, limit=3)) == [named(f"{number}") for number in (4, 3, 2)]
    assert await database.read(partial(keys, limit=0)) == []
    assert await database.read(partial(keys, status="skipped")) == [named("3")]
    line = await database.read(lambda session: next(deliveries.lines(session, "skipped")))
    assert (line.status, line.reason, line.planned_at, line.ended_at, line.sent_at, line.attempts) == ("skipped", "cancelled", NOON, NOON, None, 0)
    found = await database.read(deliveries.counts)
    assert deliveries.by_status(found) == {("planned", ""): 4, ("skipped", "cancelled"): 1}


async def test_an_imbalance_names_the_kind_and_both_figures(database: Database) -> None:
    await plan(database, delivery("1"), delivery("2"), delivery("3", kind=Kind.ALERT), delivery("4", kind=Kind.DIGEST))
    await database.write("?", lambda session: session.exec(delete(DeliveryRow).where(col(DeliveryRow.key) == named("2"))))
    await database.write("?", lambda session: session.exec(update(DeliveryRow).where(col(DeliveryRow.key) == named("3")).values(status="lost")))
    assert await database.read(deliveries.imbalances) == [Imbalance(kind="alert", targeted=1, rows=0), Imbalance(kind="reply", targeted=2, rows=1)]


async def test_the_last_edit_is_what_counts(database: Database) -> None:
    await plan(database, delivery("card"))
    await send(database)
    for text in ("taken", "answered", "closed"):
        await edit(database, "card", text)
    (change,) = await changes(database)
    assert change.message is not None
    assert text_of(change.message) == "closed"
