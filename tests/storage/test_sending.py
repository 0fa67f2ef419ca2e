"""A workspace has one owner, its pace is kept, what is claimed is somebody's until they say what became of it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, text, update

from dialogs.delivery import Ended, Kind, Reason, Status
from dialogs.gates import Candidate, Go, NotBefore, Skip, Verdict
from storage import deliveries, sending
from storage.acknowledging import Doubtful, NotSent, Sent
from storage.database import Database
from storage.people import LINKING, learn_profile
from storage.sending import BATCH, DELIVERY_LEASE, WORKSPACE_LEASE, Batch, Pace, Workspace
from storage.tables import ConversationReferenceRow, PersonRow
from tests.company import NOON
from tests.conversation import DIRECT, TEAMS_DIRECT
from tests.storage.ledger import (
    AT_WILL,
    IT_DESK,
    NOWHERE,
    SLACK,
    TEAMS,
    acknowledge,
    alice,
    claim,
    delivery,
    expire,
    minutes,
    named,
    place,
    plan,
    row_of,
    seconds,
    send,
    texts_of,
    words,
)
from tests.storage.test_people import ON_SLACK

A_SECOND = Pace(spacing=seconds(0.5), place_spacing=seconds(1))


async def own(database: Database, owner: str = "pump 1", at: datetime = NOON, limit: int = 3, **more: Any) -> list[Workspace]:
    return await database.write("pump", lambda session: sending.own(session, owner, at, limit, **more))


async def claim_only(database: Database, owner: str, at: datetime = NOON) -> Batch:
    return await database.write(
        "pump", lambda session: sending.claim(session, SLACK, owner, named(f"{owner} {at}"), at, pace=AT_WILL, gate=lambda _: Go())
    )


def in_workspace(number: int, name: str | None = None) -> Any:
    return delivery(name or f"in {number}", to=replace(DIRECT, tenant=f"T{number}"))


async def test_a_workspace_has_one_owner_until_its_lease_goes_by(database: Database) -> None:
    assert await own(database) == []
    await plan(database, delivery("1"))
    assert await own(database) == [SLACK]
    assert await own(database, "pump 2") == []
    assert await own(database, at=NOON + seconds(4)) == [SLACK]
    assert await own(database, "pump 2", NOON + seconds(4) + WORKSPACE_LEASE) == [SLACK]
    assert await claim_only(database, "pump 1", NOON + seconds(9)) == Batch(lost=True)
    assert len((await claim_only(database, "pump 2", NOON + seconds(9))).claimed) == 1


async def test_a_claim_renews_the_lease(database: Database) -> None:
    await plan(database, delivery("1"), delivery("2", to=place(2)))
    await own(database)
    await claim_only(database, "pump 1", NOON + seconds(4))
    await plan(database, delivery("3", to=place(3)))
    assert await own(database, "pump 2", NOON + seconds(8)) == []
    assert await own(database, "pump 2", NOON + seconds(9)) == [SLACK]


async def test_an_owner_that_ends_gives_its_workspaces_back_at_once(database: Database) -> None:
    await plan(database, in_workspace(1), in_workspace(2), in_workspace(3))
    first, second = await own(database, limit=2)
    (third,) = await own(database, "pump 2")
    await database.write("pump", lambda session: sending.release(session, "pump 1"))
    assert await own(database, "pump 3") == [first, second]
    assert await own(database, "pump 1") == [], "neither those, nor the third, which wasn't its own"
    assert await own(database, "pump 2") == [third]


async def test_only_what_is_due_makes_a_workspace_worth_having(database: Database) -> None:
    await plan(database, delivery("later", not_before=NOON + minutes(1)))
    assert await own(database) == []
    assert await own(database, at=NOON + minutes(1)) == [SLACK]
    assert await send(database, NOON + minutes(1)) == ["later"]
    assert await own(database, at=NOON + minutes(2)) == []
    await database.write("turn", lambda session: deliveries.edit(session, named("later"), words("changed"), NOON + minutes(3)))
    assert await own(database, at=NOON + minutes(3)) == [SLACK]


async def test_workspaces_are_taken_in_turn_and_few_at_a_time(database: Database) -> None:
    await plan(database, *(in_workspace(number) for number in range(5)))
    first = await own(database, limit=2)
    second = await own(database, "pump 2", limit=2)
    assert [len(first), len(second)] == [2, 2]
    assert not {workspace.tenant for workspace in first} & {workspace.tenant for workspace in second}
    paced = Pace(spacing=seconds(1), place_spacing=seconds(1))
    await plan(database, in_workspace(0, "again"))
    await database.write(
        "pump",
        lambda session: sending.claim(session, Workspace(platform="slack", tenant="T0"), "pump 1", named("c"), NOON, pace=paced, gate=lambda _: Go()),
    )
    assert [workspace.tenant for workspace in await own(database, "pump 3", NOON + minutes(1), limit=5)] == ["T1", "T2", "T3", "T4", "T0"]


async def test_platforms_that_are_off_here_are_left_to_others(database: Database) -> None:
    person = await alice(database)
    await database.write("people", lambda session: session.exec(update(ConversationReferenceRow).values(dead_at=NOON)))
    await plan(database, delivery("on teams", to=TEAMS_DIRECT), delivery("on slack"), delivery("nowhere", to=person))
    assert await own(database, platforms=["slack"]) == [NOWHERE, SLACK]
    assert await own(database, "pump 2") == [TEAMS]


async def test_what_is_claimed_is_nobody_elses_and_says_how_often(database: Database) -> None:
    await plan(database, delivery("1"))
    (claimed,) = (await claim(database)).claimed
    row = await row_of(database, "1")
    assert (row["status"], row["claim"], row["lease_until"], row["attempts"]) == ("sending", claimed.claim, NOON + DELIVERY_LEASE, 1)
    assert (claimed.key, claimed.slot, claimed.attempts, claimed.cause_kind, claimed.cause_id) == (named("1"), NOON, 1, "request", "r1")
    assert (await claim(database, NOON + minutes(1), owner="pump 2")).claimed == ()
    assert await acknowledge(database, replace(claimed, claim=named("another")), Sent(message_id="m1")) is None
    await acknowledge(database, claimed, NotSent(detail="502", not_before=NOON + seconds(2)))
    (again,) = (await claim(database, NOON + seconds(2))).claimed
    assert (again.attempts, again.claim == claimed.claim) == (2, False)
    assert await acknowledge(database, claimed, Sent(message_id="m1")) is None


async def test_the_urgent_goes_first_then_what_was_planned_first(database: Database) -> None:
    await plan(database, *(delivery(name, to=place(number), urgent="!" in name) for number, name in enumerate(["1", "2", "3!", "4", "5!"])))
    batch = await claim(database, limit=4)
    assert texts_of(batch) == ["3!", "5!", "1", "2"]
    assert batch.wait_until == NOON
    assert texts_of(await claim(database)) == ["4"]


async def test_slots_lie_apart_and_only_what_can_be_sent_within_the_lease_is_claimed(database: Database) -> None:
    await plan(database, *(delivery(f"{number}", to=place(number)) for number in range(20)))
    paced = Pace(spacing=seconds(1), place_spacing=seconds(1))
    first = await claim(database, pace=paced)
    assert [claimed.slot for claimed in first.claimed] == [NOON + seconds(number) for number in range(5)]
    assert first.wait_until == NOON + seconds(1)
    second = await claim(database, NOON + seconds(1), pace=paced)
    assert [claimed.slot for claimed in second.claimed] == [NOON + seconds(5)]
    late = await claim(database, NOON + minutes(1), pace=paced, limit=2)
    assert [claimed.slot for claimed in late.claimed] == [NOON + minutes(1), NOON + minutes(1) + seconds(1)]


async def test_one_conversation_gets_one_message_at_a_time_and_the_others_do_not_wait_for_it(database: Database) -> None:
    await plan(database, *(delivery(f"{number}") for number in range(60)), delivery("other", to=place(2)))
    first = await claim(database, pace=A_SECOND)
    assert texts_of(first) == ["0", "other"]
    assert (await claim(database, pace=A_SECOND)).claimed == ()
    await acknowledge(database, first.claimed[0], Sent(message_id="m0"), NOON + seconds(0.5))
    assert (await claim(database, NOON + seconds(1.4), pace=A_SECOND)).claimed == ()
    assert texts_of(await claim(database, NOON + seconds(1.5), pace=A_SECOND)) == ["1"]


async def test_a_conversation_that_may_have_had_a_message_is_paced_too(database: Database) -> None:
    await plan(database, delivery("1"), delivery("2"))
    (claimed,) = (await claim(database, pace=A_SECOND)).claimed
    await acknowledge(database, claimed, Doubtful(detail="timeout"))
    waiting = await claim(database, NOON + seconds(0.5), pace=A_SECOND)
    assert (waiting.claimed, waiting.wait_until) == ((), NOON + seconds(1))
    assert texts_of(await claim(database, NOON + seconds(1), pace=A_SECOND)) == ["2"]


async def test_a_conversation_takes_so_many_within_an_hour(database: Database) -> None:
    hourly = Pace(spacing=seconds(0), place_spacing=seconds(0), place_hourly=3)
    await plan(database, *(delivery(f"{number}") for number in range(5)), delivery("other", to=place(2)))
    assert await send(database, pace=hourly, limit=1) == ["0"]
    (claimed,) = (await claim(database, NOON + minutes(10), pace=hourly, limit=1)).claimed
    await acknowledge(database, claimed, Doubtful(detail="timeout"), NOON + minutes(10))
    assert await send(database, NOON + minutes(20), pace=hourly) == ["2", "other"]
    assert (await claim(database, NOON + minutes(30), pace=hourly)).wait_until == NOON + minutes(60)
    assert await own(database, at=NOON + minutes(59)) == []
    assert await send(database, NOON + minutes(60), pace=hourly) == ["3"]
    assert (await claim(database, NOON + minutes(60), pace=hourly)).wait_until == NOON + minutes(70)
    assert await send(database, NOON + minutes(70), pace=hourly) == ["4"]


async def test_the_gate_hears_what_is_known_now(database: Database) -> None:
    asked: list[Candidate] = []

    def gate(candidate: Candidate) -> Verdict:
        asked.append(candidate)
        return Go()

    await database.write(LINKING, lambda session: learn_profile(session, ON_SLACK, NOON))
    person = await alice(database)
    deadline = NOON + minutes(5)
    await plan(database, delivery("1", to=person, kind=Kind.CAMPAIGN, deadline=deadline), delivery("2", to=IT_DESK, urgent=True))
    await claim(database, gate=gate, pace=Pace(spacing=seconds(1), place_spacing=seconds(1)))
    assert asked == [
        Candidate(kind=Kind.REPLY, at=NOON, urgent=True, deadline=None, person=None, timezone=None, reachable=True),
        Candidate(kind=Kind.CAMPAIGN, at=NOON + seconds(1), urgent=False, deadline=deadline, person=person, timezone="Europe/Paris", reachable=True),
    ]
    own_zone = update(PersonRow).where(col(PersonRow.id) == person).values(timezone="Asia/Tokyo")
    await database.write("people", lambda session: session.exec(own_zone))
    await plan(database, delivery("3", to=person))
    await claim(database, NOON + minutes(1), gate=gate)
    assert asked[-1].timezone != "Asia/Tokyo"  # nothing was asked: her conversation is busy
    await expire(database, NOON + minutes(1))
    await claim(database, NOON + minutes(2), gate=gate)
    assert asked[-1].timezone == "Asia/Tokyo"


async def test_the_gate_skips_and_puts_off(database: Database) -> None:
    verdicts: dict[Kind, Verdict] = {
        Kind.PROMPT: Skip(reason=Reason.EXPIRED),
        Kind.CAMPAIGN: NotBefore(at=NOON + minutes(30)),
        Kind.REPLY: Go(),
    }
    await plan(database, *(delivery(kind.value, to=place(number), kind=kind) for number, kind in enumerate(verdicts)))
    batch = await claim(database, gate=lambda candidate: verdicts[candidate.kind])
    assert texts_of(batch) == ["reply"]
    assert batch.ended == (
        Ended(
            key=named("prompt"),
            kind=Kind.PROMPT,
            cause_kind="request",
            cause_id="r1",
            status=Status.SKIPPED,
            reason=Reason.EXPIRED,
            reference=place(0),
        ),
    )
    row = await row_of(database, "prompt")
    assert (row["status"], row["reason"], row["ended_at"], row["attempts"]) == ("skipped", "expired", NOON, 0)
    assert batch.wait_until == NOON + minutes(30)
    assert (await claim(database, NOON + minutes(29))).claimed == ()
    assert await send(database, NOON + minutes(30)) == ["campaign"]


async def test_what_was_sent_says_where_and_as_what(database: Database) -> None:
    await plan(database, delivery("1"))
    (claimed,) = (await claim(database)).claimed
    ended = await acknowledge(database, claimed, Sent(message_id="m1"), NOON + seconds(1))
    assert ended == Ended(key=named("1"), kind=Kind.REPLY, cause_kind="request", cause_id="r1", status=Status.SENT, reference=DIRECT, message_id="m1")
    row = await row_of(database, "1")
    assert (row["sent_at"], row["ended_at"], row["lease_until"]) == (NOON + seconds(1), NOON + seconds(1), None)
    assert await acknowledge(database, claimed, Sent(message_id="m1")) is None


async def test_a_429_keeps_the_whole_workspace_still(database: Database) -> None:
    await plan(database, delivery("1"), delivery("2", to=place(2)), in_workspace(2))
    (claimed,) = (await claim(database, limit=1)).claimed
    until = NOON + seconds(30)
    assert await acknowledge(database, claimed, NotSent(detail="429", not_before=until, pause=until)) is None
    assert (await row_of(database, "1"))["detail"] == "429"
    assert [workspace.tenant for workspace in await own(database, at=NOON + seconds(29))] == ["T2"]
    assert (await claim_only(database, "pump 1", NOON + seconds(29))).wait_until == until
    assert await send(database, until) == ["1", "2"]


async def test_a_shorter_pause_does_not_end_a_longer_one(database: Database) -> None:
    await plan(database, delivery("1"), delivery("2", to=place(2)))
    first, second = (await claim(database)).claimed
    for claimed, pause in ((first, NOON + seconds(30)), (second, NOON + seconds(10))):
        await acknowledge(database, claimed, NotSent(detail="429", not_before=pause, pause=pause))
    assert (await claim_only(database, "pump 1", NOON + seconds(20))).wait_until == NOON + seconds(30)


async def test_what_is_refused_for_good_failed(database: Database) -> None:
    await plan(database, delivery("1"), delivery("2", to=place(2)))
    first, second = (await claim(database)).claimed
    ended = await acknowledge(database, first, NotSent(detail="msg_too_long"))
    assert ended is not None
    assert (ended.status, ended.reason, ended.detail) == (Status.FAILED, Reason.REFUSED, "msg_too_long")
    exhausted = await acknowledge(database, second, NotSent(detail="503", reason=Reason.EXHAUSTED))
    assert exhausted is not None
    assert exhausted.reason is Reason.EXHAUSTED
    assert await database.read(deliveries.imbalances) == []


async def test_a_claim_is_durable_before_anything_is_sent(database: Database) -> None:
    await plan(database, delivery("1"))

    def body(session: Session) -> str:
        sending.own(session, "pump 1", NOON)
        sending.claim(session, SLACK, "pump 1", named("c"), NOON, pace=AT_WILL, gate=lambda _: Go())
        if session.connection().dialect.name == "sqlite":
            return "on"
        return str(session.connection().execute(text("SHOW synchronous_commit")).scalar_one())

    assert await database.write("pump", body) == "on"


def test_a_batch_ends_well_before_its_leases_do() -> None:
    slack = Pace(spacing=seconds(1) / 16, place_spacing=seconds(1.25))
    assert slack.spacing * BATCH < DELIVERY_LEASE / 2 < WORKSPACE_LEASE < DELIVERY_LEASE
