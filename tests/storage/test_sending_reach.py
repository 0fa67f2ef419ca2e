"""A message goes where its person is when it's due, under what it belongs to, and never where nobody can read it."""

from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest
from sqlmodel import Session, select, update

from dialogs.delivery import Reason, Status
from dialogs.gates import Candidate, Go, NotBefore, Skip, Verdict
from dialogs.request import Desk
from storage import bindings, deliveries
from storage.acknowledging import NotSent, Sent
from storage.database import Database
from storage.tables import ConversationReferenceRow
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, TEAMS_DIRECT
from tests.storage.ledger import (
    IT_DESK,
    NOWHERE,
    TEAMS,
    acknowledge,
    alice,
    arrived,
    claim,
    delivery,
    expire,
    minutes,
    named,
    plan,
    row_of,
    seconds,
    send,
    stands,
    texts_of,
)


async def test_whom_nobody_can_reach_is_skipped_when_it_is_due(database: Database) -> None:
    person = await alice(database)
    await database.write("people", lambda session: session.exec(update(ConversationReferenceRow).values(dead_at=NOON)))
    await plan(database, delivery("1", to=person), delivery("2", to=person))
    told: list[Candidate] = []

    def gate(candidate: Candidate) -> Verdict:
        told.append(candidate)
        return Skip(reason=Reason.UNREACHABLE) if len(told) == 1 else Go()

    batch = await claim(database, workspace=NOWHERE, gate=gate)
    assert [(ended.status, ended.reason, ended.person, ended.reference) for ended in batch.ended] == [
        (Status.SKIPPED, Reason.UNREACHABLE, person, None),
        (Status.SKIPPED, Reason.UNREACHABLE, person, None),
    ]
    assert [candidate.reachable for candidate in told] == [False, False]


async def test_a_dead_channel_is_not_reachable(database: Database) -> None:
    desk = Desk(function="it", service=None, reference=IT_DESK, language="en", dead="is_archived")
    await database.write("bind", lambda session: bindings.bind(session, desk, "p1", NOON))
    await plan(database, delivery("card", to=IT_DESK.under("m1")))
    batch = await claim(database, gate=lambda candidate: Go() if candidate.reachable else Skip(reason=Reason.UNREACHABLE))
    assert [ended.reference for ended in batch.ended] == [IT_DESK.under("m1")]


async def test_what_waits_goes_where_alice_is_when_it_is_due(database: Database) -> None:
    person = await alice(database)
    await plan(database, delivery("1", to=person), delivery("2", to=IT_DESK))
    await alice(database, where=replace(DIRECT, conversation="D9"), at=NOON + minutes(1))
    batch = await claim(database, NOON + minutes(2))
    assert [claimed.reference.conversation for claimed in batch.claimed] == ["D9", "C7"]
    assert (await row_of(database, "1"))["place"] == "slack|T1|D9|"


async def test_what_waits_moves_to_the_workspace_where_alice_is_now(database: Database) -> None:
    person = await alice(database)
    await plan(database, delivery("1", to=person))
    teams = replace(TEAMS_DIRECT, tenant="tenant-1")
    reference = ConversationReferenceRow(
        person_id=person, platform="teams", tenant="tenant-1", conversation=teams.conversation, scope="personal", refreshed_at=NOON + minutes(1)
    )
    await database.write("people", lambda session: session.add(reference))
    batch = await claim(database, NOON + minutes(2))
    assert (batch.claimed, batch.ended, batch.wait_until) == ((), (), None)
    assert await stands(database, "1") == ("planned", None)
    (claimed,) = (await claim(database, NOON + minutes(2), workspace=TEAMS)).claimed
    assert (claimed.reference.platform, claimed.attempts) == ("teams", 1)
    assert await database.read(deliveries.imbalances) == []


async def test_whoever_comes_back_is_sent_what_waited_for_nobody(database: Database) -> None:
    person = await alice(database)
    await database.write("people", lambda session: session.exec(update(ConversationReferenceRow).values(dead_at=NOON, dead_reason="blocked")))
    await plan(database, delivery("1", to=person, not_before=NOON + minutes(5)))
    await alice(database, at=NOON + minutes(1))
    assert (await claim(database, NOON + minutes(5), workspace=NOWHERE)).claimed == ()
    assert await send(database, NOON + minutes(5)) == ["1"]


async def test_a_reply_goes_into_the_thread_of_what_it_is_under(database: Database) -> None:
    card, word = delivery("card", to=IT_DESK, lane="desk"), delivery("word", to=IT_DESK, lane="desk", under=named("card"))
    await plan(database, card, word)
    assert await send(database) == ["card"]
    (claimed,) = (await claim(database)).claimed
    assert claimed.reference == IT_DESK.under("m-card")
    assert (await row_of(database, "word"))["place"] == IT_DESK.key
    await acknowledge(database, claimed, Sent(message_id="m-word"))
    assert await database.read(lambda session: arrived(session, named("word"))) == (IT_DESK.under("m-card"), "m-word")


@pytest.mark.parametrize("outcome", [Sent(message_id=None), NotSent(detail="channel_not_found")])
async def test_a_reply_under_what_has_no_thread_goes_to_the_whole_conversation(database: Database, outcome: Sent | NotSent) -> None:
    await plan(database, delivery("card", to=IT_DESK), delivery("word", to=replace(CHANNEL, conversation="C7"), under=named("card")))
    (card,) = (await claim(database, limit=1)).claimed
    await acknowledge(database, card, outcome)
    (word,) = (await claim(database)).claimed
    assert word.reference == IT_DESK


async def test_a_reply_under_what_went_elsewhere_goes_to_the_whole_conversation(database: Database) -> None:
    await plan(database, delivery("card", to=IT_DESK))
    await send(database)
    await plan(database, delivery("word", to=DIRECT, under=named("card")))
    assert (await claim(database)).claimed[0].reference == DIRECT


async def test_a_dead_conversation_is_not_written_to_until_its_person_speaks_there(database: Database) -> None:
    person = await alice(database)
    await plan(database, delivery("1", to=person))
    (claimed,) = (await claim(database)).claimed
    await acknowledge(database, claimed, NotSent(detail="account_inactive", dead=True), NOON + seconds(1))

    def reference(session: Session) -> tuple[datetime | None, str | None]:
        row = session.exec(select(ConversationReferenceRow)).one()
        return row.dead_at, row.dead_reason

    assert await database.read(reference) == (NOON + seconds(1), "account_inactive")
    await plan(database, delivery("2", to=person))
    assert (await row_of(database, "2"))["platform"] == ""
    await alice(database, at=NOON + minutes(1))
    assert await database.read(reference) == (None, None)
    await plan(database, delivery("3", to=person))
    assert (await row_of(database, "3"))["platform"] == "slack"


async def test_a_conversation_that_died_is_not_the_one_opened_since(database: Database) -> None:
    person = await alice(database)
    await plan(database, delivery("1", to=person))
    (claimed,) = (await claim(database)).claimed
    await alice(database, where=replace(DIRECT, conversation="D9"))
    await acknowledge(database, claimed, NotSent(detail="channel_not_found", dead=True))
    await plan(database, delivery("2", to=person))
    assert (await claim(database)).claimed[0].reference.conversation == "D9"


async def test_a_channel_that_died_is_dead_for_all_that_is_bound_to_it(database: Database) -> None:
    for service in (None, "it_laptop"):
        desk = Desk(function="it", service=service, reference=IT_DESK, language="en")
        await database.write("bind", partial(bindings.bind, desk=desk, bound_by="p1", at=NOON))
    await plan(database, delivery("card", to=IT_DESK.under("m1")))
    (claimed,) = (await claim(database)).claimed
    await acknowledge(database, claimed, NotSent(detail="is_archived", dead=True))
    assert {desk.dead for desk in (await database.read(bindings.desks)).values()} == {"is_archived"}


async def test_what_moves_to_a_conversation_waits_for_what_is_being_sent_there(database: Database) -> None:
    person = await alice(database, where=replace(DIRECT, conversation="D9"))
    await plan(database, delivery("1", to=person), delivery("2"))
    assert texts_of(await claim(database, gate=lambda candidate: Go() if candidate.person is None else NotBefore(at=NOON + seconds(1)))) == ["2"]
    await alice(database, at=NOON + seconds(1))
    assert (await claim(database, NOON + seconds(1))).claimed == ()
    await expire(database, NOON + minutes(1))
    assert await send(database, NOON + minutes(1)) == ["1"]
