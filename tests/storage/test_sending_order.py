"""Lanes keep their order and say each thing once; several processes share one database and never do the same twice."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlmodel import Session

from dialogs.delivery import Doubt, Reason, Status
from dialogs.gates import Candidate, Go, NotBefore, Skip, Verdict
from storage import deliveries, reconciling, sending
from storage.acknowledging import Doubtful, NotSent, Sent
from storage.database import Database
from storage.reconciling import DOUBT, LOOK_AGAIN, Unknown
from storage.sending import DELIVERY_LEASE, Batch, Pace
from tests.company import NOON
from tests.conversation import DIRECT
from tests.storage.ledger import (
    SLACK,
    acknowledge,
    arrived,
    claim,
    delivery,
    expire,
    minutes,
    named,
    place,
    plan,
    seconds,
    send,
    stands,
    text_of,
    texts_of,
    words,
)


async def doubted(database: Database, at: datetime, limit: int = 50, asked: Collection[str] = ("slack",)) -> list[Unknown]:
    """Take what is doubtful of each workspace that is said to have some."""
    found = await database.read(lambda session: reconciling.in_doubt(session, at, served=["slack", "teams"], asked=asked))
    taken = [await database.write("pump", partial(reconciling.doubted, platform=a, tenant=b, at=at, asked=asked, limit=limit)) for a, b in found]
    assert all(taken), "none is said to have some that hasn't"
    return [each for several in taken for each in several]


async def found(database: Database, name: str, at: datetime = NOON) -> Status | None:
    ended = await database.write("pump", lambda session: reconciling.found(session, named(name), f"m-{name}", at))
    return ended.status if ended else None


async def missed(database: Database, name: str, at: datetime = NOON) -> Status | None:
    ended = await database.write("pump", lambda session: reconciling.missed(session, named(name), at))
    return ended.status if ended else None


async def resend(database: Database, name: str, at: datetime = NOON) -> bool:
    return await database.write("pump", lambda session: reconciling.resend(session, named(name), at))


async def unknown(database: Database, *names: str, at: datetime = NOON) -> None:
    """Have what is due end without an answer."""
    batch = await claim(database, at)
    assert texts_of(batch) == list(names)
    for claimed in batch.claimed:
        await acknowledge(database, claimed, Doubtful(detail="timeout"), at)


async def test_a_lane_is_sent_one_after_the_other(database: Database) -> None:
    await plan(database, *(delivery(f"{number}", to=place(number), lane="client") for number in range(3)), delivery("other", lane="desk"))
    assert texts_of(await claim(database)) == ["0", "other"]
    assert texts_of(await claim(database)) == []
    batch = await claim(database)
    assert batch.wait_until is not None
    assert NOON < batch.wait_until <= NOON + DELIVERY_LEASE


async def test_the_urgent_does_not_overtake_its_lane(database: Database) -> None:
    await plan(database, delivery("1", lane="client"), delivery("2", lane="client", urgent=True, to=place(2)))
    assert [await send(database), await send(database)] == [["1"], ["2"]]


async def test_a_429_of_the_first_holds_back_the_second(database: Database) -> None:
    await plan(database, delivery("1", lane="client"), delivery("2", lane="client", to=place(2)))
    (first,) = (await claim(database)).claimed
    await acknowledge(database, first, NotSent(detail="503", not_before=NOON + seconds(30)))
    assert await database.write("pump", lambda session: sending.own(session, "pump 1", NOON + seconds(5))) == []
    waiting = await claim(database, NOON + seconds(5))
    assert (waiting.claimed, waiting.wait_until) == ((), NOON + seconds(5) + DELIVERY_LEASE)
    assert [await send(database, NOON + seconds(30)), await send(database, NOON + seconds(30))] == [["1"], ["2"]]


async def test_what_a_gate_puts_off_holds_back_the_later_ones(database: Database) -> None:
    def gate(candidate: Candidate) -> Verdict:
        return Go() if candidate.at >= NOON + minutes(30) else NotBefore(at=NOON + minutes(30))

    await plan(database, delivery("1", lane="client"), delivery("2", lane="client", to=place(2)))
    await claim(database, gate=gate)
    assert (await claim(database, gate=gate)).claimed == ()
    assert [await send(database, NOON + minutes(30)), await send(database, NOON + minutes(30))] == [["1"], ["2"]]


async def test_what_failed_or_was_skipped_lets_the_later_ones_go(database: Database) -> None:
    await plan(database, *(delivery(name, lane="client", to=place(number)) for number, name in enumerate("123")))
    (first,) = (await claim(database)).claimed
    await acknowledge(database, first, NotSent(detail="no"))
    skipping = await claim(database, gate=lambda _: Skip(reason=Reason.EXPIRED))
    assert [ended.key for ended in skipping.ended] == [named("2")]
    assert skipping.wait_until == NOON
    assert await send(database) == ["3"]


async def test_the_unknown_lets_the_later_ones_go_and_never_comes_after_them(database: Database) -> None:
    await plan(database, delivery("1", lane="client"), delivery("2", lane="client", to=place(2)))
    await unknown(database, "1")
    assert await send(database) == ["2"]
    ended = await database.write("pump", lambda session: reconciling.missed(session, named("1"), NOON + DOUBT))
    assert ended is not None
    assert (ended.status, ended.reason) == (Status.FAILED, Reason.NOT_ARRIVED)
    assert await send(database, NOON + DOUBT) == []


@pytest.mark.parametrize("later", ["sending", "unknown"])
async def test_what_may_have_overtaken_counts_too(database: Database, later: str) -> None:
    await plan(database, delivery("1", lane="client"), delivery("2", lane="client", to=place(2)))
    await unknown(database, "1")
    if later == "unknown":
        await unknown(database, "2")
    else:
        await claim(database)
    assert await missed(database, "1") is Status.FAILED


async def test_what_is_missed_before_the_later_ones_went_goes_first(database: Database) -> None:
    await plan(database, delivery("1", lane="client"), delivery("2", lane="client", to=place(2), not_before=NOON + minutes(5)))
    await unknown(database, "1")
    assert await missed(database, "1", NOON + minutes(4)) is None
    assert await stands(database, "1") == ("planned", None)
    assert [await send(database, NOON + minutes(5)), await send(database, NOON + minutes(5))] == [["1"], ["2"]]


async def test_a_late_no_does_not_send_it_after_the_others(database: Database) -> None:
    await plan(database, delivery("1", lane="client"), delivery("2", lane="client", to=place(2)))
    (first,) = (await claim(database)).claimed
    await expire(database, NOON + DELIVERY_LEASE)
    assert await send(database, NOON + DELIVERY_LEASE) == ["2"]
    ended = await acknowledge(database, first, NotSent(detail="429", not_before=NOON + minutes(1)), NOON + seconds(9))
    assert ended is not None
    assert (ended.status, ended.reason) == (Status.FAILED, Reason.NOT_ARRIVED)


async def test_a_claim_whose_lease_went_by_is_unknown_until_its_process_says_more(database: Database) -> None:
    await plan(database, delivery("1"), delivery("2", to=place(2)))
    first, _ = (await claim(database)).claimed
    assert await expire(database, NOON + DELIVERY_LEASE - seconds(1)) == []
    ended = await expire(database, NOON + DELIVERY_LEASE)
    assert [(each.key, each.status, each.reason) for each in ended] == [
        (named("1"), Status.UNKNOWN, Reason.INTERRUPTED),
        (named("2"), Status.UNKNOWN, Reason.INTERRUPTED),
    ]
    assert await expire(database, NOON + minutes(1)) == []
    assert await send(database, NOON + minutes(1)) == []
    assert await acknowledge(database, first, Sent(message_id="m1"), NOON + minutes(1)) is not None
    assert await stands(database, "1") == ("sent", None)
    assert await database.read(deliveries.imbalances) == []


async def test_the_doubtful_are_looked_for_after_a_while_and_by_one_process(database: Database) -> None:
    await plan(database, delivery("1", user="U1", tapped="m0", doubt=Doubt.RESEND))
    await unknown(database, "1")
    assert await doubted(database, NOON + DOUBT - seconds(1)) == []
    (looked_for,) = await doubted(database, NOON + DOUBT)
    assert looked_for == Unknown(
        key=named("1"),
        reference=DIRECT,
        message=words("1"),
        cause_kind="request",
        cause_id="r1",
        doubt=Doubt.RESEND,
        lane=None,
        user="U1",
        tapped="m0",
    )
    assert await doubted(database, NOON + DOUBT + seconds(1)) == []
    assert len(await doubted(database, NOON + DOUBT + LOOK_AGAIN)) == 1


async def test_what_nobody_can_settle_does_not_stand_before_the_rest(database: Database) -> None:
    await plan(database, *(delivery(f"{number}", to=place(number)) for number in range(4)))
    await unknown(database, "0", "1", "2", "3")
    first = await doubted(database, NOON + minutes(10), limit=2)
    second = await doubted(database, NOON + minutes(20), limit=2)
    assert {each.key for each in (*first, *second)} == {named(f"{number}") for number in range(4)}


async def test_what_somebody_waits_for_is_looked_for_first(database: Database) -> None:
    await plan(database, *(delivery(f"{number}", to=place(number), urgent=number == 3) for number in range(4)))
    await unknown(database, "3", "0", "1", "2")
    assert (await doubted(database, NOON + minutes(10), limit=1))[0].key == named("3")


async def test_what_nobody_can_look_for_is_taken_only_if_it_may_be_sent_twice(database: Database) -> None:
    several = [("hold", Doubt.HOLD, None), ("twice", Doubt.RESEND, None), ("once", Doubt.RESEND, "lane")]
    await plan(database, *(delivery(name, to=place(n), doubt=doubt, lane=lane) for n, (name, doubt, lane) in enumerate(several)))
    await unknown(database, *(name for name, _, _ in several))
    assert [each.key for each in await doubted(database, NOON + minutes(10), asked=())] == [named("twice")]
    assert len(await doubted(database, NOON + minutes(20))) == 3


async def test_workspaces_of_a_platform_that_is_off_here_are_left_alone(database: Database) -> None:
    await plan(database, delivery("1"))
    await unknown(database, "1")
    at = NOON + minutes(10)
    assert await database.read(lambda session: reconciling.in_doubt(session, at, served=["teams"], asked=["slack"])) == []
    assert await database.read(lambda session: reconciling.in_doubt(session, at, served=["slack"], asked=["slack"])) == [("slack", "T1")]


async def test_what_a_crash_held_back_is_looked_for_at_once(database: Database) -> None:
    await database.write("sweep", lambda session: deliveries.plan_unknown(session, delivery("held back"), NOON))
    assert [each.key for each in await doubted(database, NOON)] == [named("held back")]
    assert await missed(database, "held back") is None
    assert await send(database) == ["held back"]


async def test_the_unknown_that_is_found_was_sent_and_counts_once(database: Database) -> None:
    await plan(database, delivery("1"))
    await unknown(database, "1")
    await database.write("turn", lambda session: deliveries.edit(session, named("1"), words("changed"), NOON))
    assert [await found(database, "1"), await found(database, "1"), await missed(database, "1")] == [Status.SENT, None, None]
    assert await database.read(lambda session: arrived(session, named("1"))) == (DIRECT, "m-1")
    assert [await resend(database, "1"), await resend(database, "no such")] == [False, False]
    changes = await database.write("pump", lambda session: sending.changes(session, SLACK, "pump 1", NOON))
    assert [change.message for change in changes] == [words("changed")]


async def test_what_may_be_sent_twice_is_sent_again_but_never_a_lanes(database: Database) -> None:
    await plan(database, delivery("reply"), delivery("word", to=place(2), lane="client"))
    await unknown(database, "reply", "word")
    assert [await resend(database, "reply"), await resend(database, "word")] == [True, False]
    assert await send(database) == ["reply"]
    assert await stands(database, "word") == ("unknown", Reason.UNANSWERED)


async def test_what_was_taken_back_while_nobody_knew_is_not_sent_again(database: Database) -> None:
    await plan(database, delivery("1"))
    await unknown(database, "1")
    await database.write("turn", lambda session: deliveries.recall(session, named("1"), NOON))
    assert await missed(database, "1") is Status.SKIPPED
    assert await stands(database, "1") == ("skipped", Reason.CANCELLED)


@pytest.fixture
async def two_processes(database_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """The same database, opened twice."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(await Database.open(database_url))
        yield first, await stack.enter_async_context(await Database.open(database_url))


async def test_two_processes_never_claim_the_same_nor_exceed_the_pace(two_processes: tuple[Database, Database]) -> None:
    paced = Pace(spacing=seconds(0.5), place_spacing=seconds(1))
    await plan(two_processes[0], *(delivery(f"{number}", to=place(number % 11)) for number in range(40)))
    slots: list[tuple[datetime, str, str]] = []

    async def run(database: Database, owner: str, at: datetime) -> None:
        batch = await claim(database, at, owner=owner, pace=paced)
        for claimed in batch.claimed:
            slots.append((claimed.slot, claimed.reference.conversation, text_of(claimed.message)))
            await acknowledge(database, claimed, Sent(message_id=None), claimed.slot)

    for tick in range(40):  # their leases of 5 s go by between two ticks: either may have the workspace
        at = NOON + seconds(6 * tick)
        await asyncio.gather(*(run(database, f"pump {number}", at) for number, database in enumerate(two_processes)))
    assert sorted(text for _, _, text in slots) == sorted(f"{number}" for number in range(40))
    times = sorted(slot for slot, _, _ in slots)
    assert min(later - earlier for earlier, later in pairwise(times)) >= paced.spacing
    for conversation in {conversation for _, conversation, _ in slots}:
        theirs = sorted(slot for slot, where, _ in slots if where == conversation)
        assert all(later - earlier >= paced.place_spacing for earlier, later in pairwise(theirs))
    assert await two_processes[0].read(deliveries.imbalances) == []


async def test_two_processes_that_both_believe_they_own_it_claim_each_thing_once(two_processes: tuple[Database, Database]) -> None:
    await plan(two_processes[0], *(delivery(f"{number}", to=place(number)) for number in range(30)))

    async def own_and_claim(database: Database, owner: str, at: datetime) -> Batch:
        await database.write("pump", lambda session: sending.own(session, owner, at))
        return await claim(database, at + timedelta(seconds=6), owner=owner, limit=4)

    claimed: list[str] = []
    for tick in range(8):
        at = NOON + seconds(tick)
        batches = await asyncio.gather(*(own_and_claim(database, f"pump {number}", at) for number, database in enumerate(two_processes)))
        claimed += [text for batch in batches for text in texts_of(batch)]
    assert sorted(claimed) == sorted(f"{number}" for number in range(30))


async def test_what_is_planned_at_once_by_two_is_planned_once_and_counted_right(two_processes: tuple[Database, Database]) -> None:
    async def plan_some(database: Database, start: int) -> int:
        planned = [delivery(f"{number}", to=place(number)) for number in range(start, start + 20)]
        return sum([(await plan(database, each))[0] for each in planned])

    def held(session: Session) -> int:
        return sum(count.number for count in deliveries.counts(session))

    new = await asyncio.gather(*(plan_some(database, 10 * number) for number, database in enumerate(two_processes)))
    assert sum(new) == await two_processes[0].read(held) == 30
    assert await two_processes[1].read(deliveries.imbalances) == []
