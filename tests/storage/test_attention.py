"""What a claim knows of people's attention: what was taken of it, by whom, who wants peace, and what is asked about."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.event import listen
from sqlmodel import Session, col, select

from dialogs.attention import Limit, Spent
from dialogs.delivery import Kind
from dialogs.feedback import FEEDBACK, Occasion, Pause
from dialogs.gates import Candidate, Verdict, pass_gates
from dialogs.prompt import prompt_key, reminder_key
from dialogs.request import Party, Request, Step
from dialogs.working_time import WorkingHours
from storage import attention, deliveries, pauses, requests, sending
from storage.acknowledging import Doubtful, NotSent, Sent
from storage.address import parse
from storage.attention import Attention
from storage.database import Database
from storage.people import meet
from storage.tables import ConversationReferenceRow, DeliveryRow, FeedbackRow
from tests.company import NOON
from tests.conversation import DIRECT, said
from tests.storage.closings import ask, give, of, void
from tests.storage.ledger import AT_WILL, SLACK, TEAMS, acknowledge, alice, claim, delivery, minutes, named, plan, seconds, stands, texts_of

ALWAYS = WorkingHours(timezone="UTC", opens=time(0), closes=time(0), weekdays=frozenset(range(7)))
DAY = timedelta(days=1)


def gate(candidate: Candidate) -> Verdict:
    return pass_gates(candidate, lambda _: ALWAYS)


def prompt_of(client: str, name: str, exchange: str | None = None, **more: Any) -> Any:
    """Return the prompt about a closing, whose words are its name."""
    exchange = exchange or f"x-{name}"
    planned = delivery(name, to=client, kind=Kind.PROMPT, function=more.pop("function", "it"), **more)
    return replace(planned, key=prompt_key(exchange, name), cause_kind=FEEDBACK, cause_id=exchange)


async def prompted(database: Database, client: str, name: str, at: datetime = NOON, *, exchange: str | None = None, **more: Any) -> None:
    """Keep a closing, and plan the prompt about it."""
    await ask(database, of(client, name, at=at, exchange=exchange or f"x-{name}", **more))
    await plan(database, prompt_of(client, name, exchange, function=more.get("function", "it")), at=at)


async def sends(database: Database, at: datetime = NOON, **more: Any) -> list[str]:
    batch = await claim(database, at, gate=gate, **more)
    for claimed in batch.claimed:
        await acknowledge(database, claimed, Sent(message_id="m"), at)
    return texts_of(batch)


async def why(database: Database, name: str, exchange: str | None = None) -> tuple[str, str | None]:
    lines = await database.read(lambda session: list(deliveries.lines(session)))
    return next((line.status, line.reason) for line in lines if line.key == prompt_key(exchange or f"x-{name}", name))


async def seen(database: Database, at: datetime, **more: Any) -> list[Candidate]:
    """Return what the gate is told at a claim that lets nothing pass."""
    candidates: list[Candidate] = []

    def look(candidate: Candidate) -> Verdict:
        candidates.append(candidate)
        return gate(candidate)

    await claim(database, at, gate=look, **more)
    return candidates


# --- the budget -----------------------------------------------------------------------------------------------------------------------------------


async def test_of_several_prompts_to_one_person_one_is_sent_and_the_others_are_dropped(database: Database) -> None:
    client = await alice(database)
    for name, function in (("f1", "it"), ("f2", "finance"), ("f3", "hr")):
        await prompted(database, client, name, function=function)
    assert [await sends(database, NOON + minutes(number)) for number in range(2)] == [["f1"], []]
    assert [await why(database, name) for name in ("f1", "f2", "f3")] == [("sent", None), ("skipped", "budget"), ("skipped", "budget")]


async def test_each_person_has_a_budget_of_their_own(database: Database) -> None:
    one = await alice(database)
    event = said("bonjour", by="U2", where=replace(DIRECT, conversation="D2"))
    bob = (await database.write("test", lambda session: meet(session, event, NOON))).person.id
    for client, name in ((one, "f1"), (bob, "f2")):
        await prompted(database, client, name)
    assert await sends(database) == ["f1", "f2"]


async def test_after_fourteen_days_another_function_may_ask_and_after_thirty_the_same(database: Database) -> None:
    client = await alice(database)
    await prompted(database, client, "f1")
    assert await sends(database) == ["f1"]
    for name, days, function, sent in (("f2", 13, "finance", []), ("f3", 14, "it", []), ("f4", 14, "finance", ["f4"]), ("f5", 30, "it", ["f5"])):
        await prompted(database, client, name, NOON + days * DAY, function=function)
        assert await sends(database, NOON + days * DAY) == sent


async def test_a_reminder_spends_like_a_prompt(database: Database) -> None:
    client = await alice(database)
    await prompted(database, client, "f1")
    await sends(database)
    reminder = replace(prompt_of(client, "f1"), key=reminder_key("x-f1", "f1"), kind=Kind.REMINDER)
    await plan(database, reminder, at=NOON + 3 * DAY)
    (candidate,) = await seen(database, NOON + 3 * DAY)
    assert (candidate.spent, candidate.closing) == ((Spent(at=NOON, function="it"),), "open")
    assert await database.read(lambda session: {line.reason for line in deliveries.lines(session)}) == {None, "budget"}


async def test_what_may_have_arrived_is_spent_and_what_certainly_did_not_is_not(database: Database) -> None:
    client = await alice(database)
    await prompted(database, client, "f1")
    (claimed,) = (await claim(database, gate=gate)).claimed
    await acknowledge(database, claimed, Doubtful(detail="?"), NOON + seconds(1))
    await prompted(database, client, "f3", function="hr")
    assert [candidate.spent for candidate in await seen(database, NOON + minutes(1))] == [(Spent(at=NOON + seconds(1), function="it"),)]
    await acknowledge(database, claimed, NotSent(detail="no"), NOON + minutes(1))
    await prompted(database, client, "f4", function="legal")
    assert await sends(database, NOON + minutes(2)) == ["f4"]


async def test_a_campaigns_message_and_an_ask_are_two_budgets(database: Database) -> None:
    client = await alice(database)
    await prompted(database, client, "f1")
    campaigns = [delivery(name, to=client, kind=Kind.CAMPAIGN, function="it") for name in ("c1", "c2")]
    await plan(database, *campaigns)
    assert [await sends(database, NOON + minutes(number)) for number in range(3)] == [["f1"], ["c1"], []]
    assert await stands(database, "c2") == ("planned", None)
    assert await sends(database, NOON + minutes(1) + DAY) == ["c2"]


async def test_a_function_that_takes_less_is_kept_to_it(database: Database) -> None:
    client = await alice(database)
    await database.write("test", lambda session: attention.set_limit(session, "it", Limit(ask_days=60), "tests", NOON))
    await prompted(database, client, "f1")
    assert await sends(database) == ["f1"]
    for name, days, sent in (("f2", 59, []), ("f3", 60, ["f3"])):
        await prompted(database, client, name, NOON + days * DAY)
        assert await sends(database, NOON + days * DAY) == sent


async def test_whoever_paused_is_skipped_at_once(database: Database) -> None:
    client = await alice(database)
    await prompted(database, client, "f1")
    await database.write("test", lambda session: pauses.choose(session, client, "it", None, NOON))
    (candidate,) = await seen(database, NOON)
    assert candidate.pauses == (Pause(function="it", until=None),)
    assert await why(database, "f1") == ("skipped", "paused")


# --- two at once ----------------------------------------------------------------------------------------------------------------------------------


async def speaks_on_teams(database: Database, client: str) -> None:
    at = NOON + minutes(1)
    row = ConversationReferenceRow(
        person_id=client, platform="teams", tenant="tenant-1", conversation="a:1", service_url="http://127.0.0.1/", scope="personal", refreshed_at=at
    )
    await database.write("test", lambda session: session.merge(row))


async def test_a_second_workspace_knows_what_the_first_one_claimed(database: Database) -> None:
    client = await alice(database)
    await prompted(database, client, "f1")
    (claimed,) = (await claim(database, gate=gate)).claimed
    await speaks_on_teams(database, client)
    await prompted(database, client, "f2", NOON + minutes(2), function="finance")
    assert await sends(database, NOON + minutes(2), workspace=TEAMS) == []
    assert await why(database, "f2") == ("skipped", "budget")
    assert claimed.cause_id == "x-f1"


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_whom_another_claim_looks_at_is_left_for_a_moment(database: Database, database_url: str) -> None:
    client = await alice(database)
    await prompted(database, client, "f1")
    engine = create_engine(parse(database_url))
    with Session(engine) as one, Session(engine) as other:
        sending.own(one, "one", NOON)
        assert len(sending.claim(one, SLACK, "one", named("one"), NOON, pace=AT_WILL, gate=gate).claimed) == 1
        await speaks_on_teams(database, client)
        await prompted(database, client, "f2", function="finance")
        sending.own(other, "other", NOON)
        batch = sending.claim(other, TEAMS, "other", named("other"), NOON, pace=AT_WILL, gate=gate)
        assert (batch.claimed, batch.ended, batch.wait_until) == ((), (), NOON + seconds(1))
        other.commit()
        one.commit()
    engine.dispose()
    assert await sends(database, NOON + seconds(6), workspace=TEAMS) == []
    assert await why(database, "f2") == ("skipped", "budget")


async def test_what_spends_nothing_costs_no_look(database: Database) -> None:
    client = await alice(database)
    await plan(database, *(delivery(name, to=client) for name in ("1", "2")), delivery("desk", kind=Kind.DIGEST))

    def looked(session: Session) -> int:
        rows = list(session.exec(select(DeliveryRow)))
        statements: list[str] = []
        listen(session.connection(), "before_cursor_execute", lambda *said: statements.append(said[2]))
        look = Attention()
        look.look(session, rows, NOON)
        assert [look.known(row, NOON) for row in rows] == [None, None, None]
        assert not any(look.is_busy(row) for row in rows)
        for row in rows:
            look.take(row, NOON)
        return len(statements)

    assert await database.read(looked) == 0


# --- what is asked about --------------------------------------------------------------------------------------------------------------------------


async def test_an_exchange_is_asked_about_apart_once_and_its_second_look_once_more(database: Database) -> None:
    client = await alice(database)
    await prompted(database, client, "f1", exchange="x1")
    assert await sends(database) == ["f1"]
    year = NOON + 200 * DAY
    await prompted(database, client, "f2", year, exchange="x1")
    assert await sends(database, year) == []
    assert await why(database, "f2", "x1") == ("skipped", "cancelled")
    await prompted(database, client, "f3", year, exchange="x1", occasion=Occasion.LATER)
    assert await sends(database, year) == ["f3"]


async def test_two_closings_of_one_exchange_in_one_claim_are_asked_about_once(database: Database) -> None:
    client = await alice(database)
    for name in ("f1", "f2"):
        await prompted(database, client, name, exchange="x1")

    def look(session: Session) -> list[tuple[str | None, int]]:
        rows = list(session.exec(select(DeliveryRow).order_by(col(DeliveryRow.number))))
        look_ = Attention()
        look_.look(session, rows, NOON)
        told: list[tuple[str | None, int]] = []
        for row in rows:
            known = look_.known(row, NOON)
            assert known is not None
            told.append((known.closing, len(known.spent)))
            look_.take(row, NOON)
        return told

    assert await database.write("test", look) == [("open", 0), ("asked", 1)]


async def test_what_was_answered_reopened_or_expired_meanwhile_is_not_asked(database: Database) -> None:
    client = await alice(database)
    for name in ("answered", "reopened", "expired", "gone"):
        await prompted(database, client, name)
    await plan(database, prompt_of(client, "never kept"))

    def behind_the_ledgers_back(session: Session) -> None:
        for name, column, when in (("answered", "answered_at", NOON), ("reopened", "voided_at", NOON), ("expired", "expires_at", NOON - DAY)):
            setattr(session.get_one(FeedbackRow, name), column, when)
        session.delete(session.get_one(FeedbackRow, "gone"))

    await database.write("test", behind_the_ledgers_back)
    closings = [candidate.closing for candidate in await seen(database, NOON)]
    assert closings == ["answered", "voided", "expired", "voided", "voided"]
    reasons = [(await why(database, name))[1] for name in ("answered", "reopened", "expired", "gone")]
    assert reasons == ["answered", "cancelled", "expired", "cancelled"]


async def test_a_planned_prompt_goes_with_the_answer_or_the_reopening(database: Database) -> None:
    client = await alice(database)
    for name in ("f1", "f2"):
        await prompted(database, client, name)
    await give(database, "f1", solved="yes")
    await void(database, "x-f2")
    assert await sends(database) == []
    assert [await why(database, name) for name in ("f1", "f2")] == [("skipped", "cancelled")] * 2


async def test_what_a_human_has_by_now_is_not_asked_about(database: Database) -> None:
    client = await alice(database)
    request = Request(
        id="r1", exchange="x-f1", function="it", client=Party(id=client), question="?", language="fr", opened_at=NOON, due_at=NOON + DAY
    )
    await prompted(database, client, "f1")
    await database.write("test", lambda session: requests.keep(session, request, Step.OPENED, client, None, NOON))
    assert [candidate.closing for candidate in await seen(database, NOON)] == ["handed"]


# --- limits ---------------------------------------------------------------------------------------------------------------------------------------


async def test_limits_are_kept_changed_and_taken_away(database: Database) -> None:
    async def change(limit: Limit | None) -> bool:
        return await database.write("test", lambda session: attention.set_limit(session, "it", limit, "tests", NOON))

    both, fewer = Limit(ask_days=60, messages_month=2), Limit(messages_month=1)
    assert [await change(limit) for limit in (None, both, both, fewer)] == [False, True, False, True]
    assert await database.read(attention.limits) == {"it": fewer}
    assert [await change(None), await change(Limit())] == [True, False]
    assert await database.read(attention.limits) == {}
