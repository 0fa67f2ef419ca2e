"""The pump: what is due is sent once, in order, at a pace that the platforms take, and what became of it is kept."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import count, pairwise
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from adapters.port import Outgoing
from bot.delivery import LAST_ATTEMPT
from bot.limits import PACES
from bot.metrics import Metrics
from bot.retrying import ATTEMPTS, delay
from dialogs.delivery import Kind, Reason
from dialogs.gates import Candidate, NotBefore, Skip, Verdict
from storage import deliveries, people, sending
from storage.database import Database
from tests.bot.program import execute
from tests.bot.simulated import (
    Time,
    Trouble,
    channel,
    key,
    limited,
    plan,
    pump,
    refused,
    says,
    slack,
    standing,
    teams,
    to_say,
    unanswered,
    unreached,
)
from tests.conversation import CHANNEL, said
from tests.storage.ledger import arrived

SENT = ("sent", None)


async def test_what_is_planned_is_sent_where_it_goes_stamped_with_its_key(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("hello", channel("C1")))
    metrics = Metrics()
    await pump(database, platform, time=time, metrics=metrics).drain()
    (posted,) = platform.posted
    assert (posted.key, posted.reference, posted.message) == (key("hello"), channel("C1"), says("hello"))
    assert await standing(database) == {"hello": SENT}
    assert await database.read(lambda session: arrived(session, key("hello"))) == (channel("C1"), posted.id)
    assert metrics.registry.get_sample_value("pourqui_sends_total", {"platform": "slack", "outcome": "sent"}) == 1


async def test_nothing_is_sent_before_its_time_nor_twice(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("later", not_before=time() + timedelta(hours=1)), to_say("now"))
    sender = pump(database, platform, time=time)
    for expected in (["now"], ["now"]):
        await sender.drain()
        assert platform.texts() == expected
    time.passes(hours=1)
    await sender.drain()
    assert platform.texts() == ["now", "later"]


async def test_the_urgent_goes_first(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("digest", kind=Kind.DIGEST), to_say("word", urgent=True))
    await pump(database, platform, time=time).drain()
    assert platform.texts() == ["word", "digest"]


async def test_a_lane_is_sent_in_its_order_one_after_the_other(database: Database) -> None:
    time = Time()
    platform = slack(time)
    names = [f"word {number}" for number in range(6)]
    await plan(database, time(), *(to_say(name, channel("C1"), lane="request") for name in names))
    await pump(database, platform, time=time).drain()
    assert platform.texts() == names


async def test_a_workspace_and_each_conversation_are_spared_a_fifth_of_what_the_platform_takes(database: Database) -> None:
    time = Time()
    chatty, crowded = slack(time), teams(time)
    await plan(database, time(), *(to_say(f"a{number}", channel("C1")) for number in range(4)))
    await plan(database, time(), *(to_say(f"b{number}", channel(f"19:{number}", "teams", "t")) for number in range(60)))
    await pump(database, chatty, crowded, time=time).drain()
    gaps = [later.at - earlier.at for earlier, later in zip(chatty.posted, chatty.posted[1:], strict=False)]
    assert min(gaps) >= PACES["slack"].place_spacing > timedelta(seconds=1)
    times = [posted.at for posted in crowded.posted]
    assert max(sum(start <= at < start + timedelta(seconds=1) for at in times) for start in times) <= 40
    assert len(times) == 60


async def test_a_platform_that_wants_to_be_left_alone_is_and_costs_no_attempt(database: Database) -> None:
    time = Time()
    platform = slack(time)
    platform.troubles.extend([limited(30)] * 20)
    await plan(database, time(), to_say("hello"), to_say("other", not_before=time() + timedelta(seconds=5)))
    sender = pump(database, platform, time=time)
    for _ in range(20):
        await sender.drain()
        calls = platform.calls
        time.passes(seconds=29)
        await sender.drain(patience=timedelta(0))
        assert platform.calls == calls  # the whole workspace is left alone
        time.passes(seconds=2)
    await sender.drain()
    assert await standing(database) == {"hello": SENT, "other": SENT}


async def test_what_waits_for_its_slot_while_the_platform_asks_to_be_left_alone_is_not_sent_either(database: Database) -> None:
    time = Time()
    platform = slack(time)
    platform.troubles.append(limited(30))
    await plan(database, time(), *(to_say(f"{number}", channel(f"C{number}")) for number in range(sending.BATCH)))
    sender = pump(database, platform, time=time)
    await sender.drain(patience=timedelta(0))
    assert (platform.calls, platform.posted) == (1, [])
    time.passes(seconds=31)
    await sender.drain()
    assert await standing(database) == {f"{number}": SENT for number in range(sending.BATCH)}


async def test_what_the_platform_could_not_take_is_tried_again_ever_later_then_given_up(database: Database) -> None:
    time = Time()
    platform = slack(time)
    platform.troubles.extend([unreached()] * ATTEMPTS)
    await plan(database, time(), to_say("hello"))
    sender, waits = pump(database, platform, time=time), []
    await sender.drain(patience=timedelta(0))
    while (await standing(database))["hello"][0] == "planned":
        (line,) = await database.read(lambda session: list(deliveries.lines(session)))
        waits.append((line.not_before - time()).total_seconds())
        time.at = line.not_before
        await sender.drain(patience=timedelta(0))
    assert platform.calls == ATTEMPTS
    assert await standing(database) == {"hello": ("failed", "exhausted")}
    assert all(wanted <= wait <= 1.4 * wanted for wanted, wait in zip((1, 2, 4, 8, 16, 32, 60), waits, strict=True))


def test_what_failed_together_does_not_come_together_again() -> None:
    delays = {delay(3, key(str(number))) for number in range(50)}
    assert len(delays) > 40
    assert all(timedelta(seconds=4) <= each <= timedelta(seconds=5.6) for each in delays)


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (refused(), ("failed", "refused")),
        (refused(dead=True), ("failed", "refused")),
        (unanswered(arrives=True), ("unknown", "unanswered")),
        (unanswered(arrives=False), ("unknown", "unanswered")),
        (Trouble(error=ValueError("it can't be rendered")), ("unknown", "unanswered")),
        (Trouble(error=TimeoutError()), ("unknown", "unanswered")),
    ],
    ids=["refused", "dead", "unanswered", "lost", "a fault of ours", "hanging"],
)
async def test_what_becomes_of_a_delivery_that_fails_holds_no_other_up(database: Database, trouble: Trouble, expected: tuple[str, str]) -> None:
    time = Time()
    platform = slack(time)
    platform.troubles.append(trouble)
    await plan(database, time(), to_say("hello"), to_say("other"))
    with capture_logs():
        await pump(database, platform, time=time).drain()
    assert await standing(database) == {"hello": expected, "other": SENT}


async def test_what_can_never_be_settled_ends_some_day(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("hello"))
    assert LAST_ATTEMPT == 50
    await database.write("test", lambda session: execute(session, "UPDATE delivery SET attempts = 50"))
    await pump(database, platform, time=time).drain()
    assert (await standing(database), platform.calls) == ({"hello": ("failed", "exhausted")}, 0)


async def test_a_process_that_froze_between_claim_and_send_sends_nothing_by_that_claim(database: Database) -> None:
    time = Time()
    platform = slack(time)

    async def freeze(_seconds: float) -> None:
        time.passes(seconds=5)  # what is left of the lease is less than a send may take

    await plan(database, time(), to_say("hello"), to_say("waits for its slot"))
    await pump(database, platform, time=time, sleep=freeze).drain()
    lines = await database.read(lambda session: list(deliveries.lines(session)))
    assert {line.cause_id: line.attempts for line in lines} == {"hello": 1, "waits for its slot": 2}
    assert platform.texts() == ["hello", "waits for its slot"]


async def test_a_message_without_an_answer_holds_up_no_other(database: Database) -> None:
    time = Time()
    platform = slack(time)
    send, answered = platform.send, asyncio.Event()

    async def hanging(outgoing: Outgoing) -> str | None:
        if not platform.calls:
            platform.calls += 1
            async with asyncio.timeout(60):
                await answered.wait()
        found = await send(outgoing)
        if len(platform.posted) == 3 * sending.BATCH - 1:
            answered.set()
        return found

    platform.send = hanging  # type: ignore[method-assign]
    names = [f"{number}" for number in range(3 * sending.BATCH)]
    await plan(database, time(), *(to_say(name, channel(f"C{name}")) for name in names))
    sender = pump(database, platform, time=time)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(sender.run())
        await answered.wait()
        await sender.drain()
        running.cancel()
    assert await standing(database) == dict.fromkeys(names, SENT)


async def test_a_workspace_has_so_many_calls_without_an_answer_and_no_more(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.IN_FLIGHT", 3)
    time = Time()
    platform = slack(time)
    send, full, answers = platform.send, asyncio.Event(), asyncio.Event()
    waiting: list[UUID] = []

    async def slow(outgoing: Outgoing) -> str | None:
        waiting.append(outgoing.key)
        if len(waiting) == 3:
            full.set()
        await answers.wait()
        return await send(outgoing)

    platform.send = slow  # type: ignore[method-assign]
    await plan(database, time(), *(to_say(f"{number}", channel(f"C{number}")) for number in range(9)))
    async with asyncio.TaskGroup() as group:
        group.create_task(pump(database, platform, time=time).drain())
        await full.wait()
        await asyncio.sleep(0.1)
        assert len(waiting) == 3
        answers.set()
    assert set((await standing(database)).values()) == {SENT}


async def test_the_gate_skips_and_puts_off(database: Database) -> None:
    time = Time()
    platform = slack(time)
    morning = time() + timedelta(hours=20)

    def gate(candidate: Candidate) -> Verdict:
        return Skip(reason=Reason.EXPIRED) if candidate.kind is Kind.ALERT else NotBefore(at=morning)

    metrics = Metrics()
    await plan(database, time(), to_say("alert", kind=Kind.ALERT), to_say("digest", kind=Kind.DIGEST))
    await pump(database, platform, time=time, gate=gate, metrics=metrics).drain()
    assert await standing(database) == {"alert": ("skipped", "expired"), "digest": ("planned", None)}
    assert metrics.registry.get_sample_value("pourqui_sends_total", {"platform": "slack", "outcome": "skipped"}) == 1


async def test_what_is_for_a_platform_that_is_off_here_is_left_to_whoever_has_it(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("hello"), to_say("there", channel("19:1", "teams", "t")))
    await pump(database, platform, time=time, owner="one").drain()
    assert await standing(database) == {"hello": SENT, "there": ("planned", None)}
    elsewhere = teams(time)
    await pump(database, elsewhere, time=time, owner="two").drain()
    assert elsewhere.texts() == ["there"]


async def test_who_cannot_be_reached_anywhere_is_found_so(database: Database) -> None:
    time = Time()

    def gate(candidate: Candidate) -> Verdict:
        return NotBefore(at=time()) if candidate.reachable else Skip(reason=Reason.UNREACHABLE)

    met = await database.write("test", lambda session: people.meet(session, said("bonjour", where=CHANNEL), time()))
    await plan(database, time(), to_say("hello", met.person.id))
    await pump(database, slack(time), time=time, gate=gate).drain()
    assert await standing(database) == {"hello": ("skipped", "unreachable")}


async def test_several_workspaces_take_turns(database: Database) -> None:
    time = Time()
    platform = slack(time)
    several = [
        to_say(f"{tenant} {number}", channel(f"C{number}", tenant=tenant)) for number in range(80) for tenant in ("T1", "T2", "T3", "T4", "T5")
    ]
    await plan(database, time(), *several)
    await pump(database, platform, time=time).drain()
    assert len(platform.posted) == 400
    first_half = Counter(posted.reference.tenant for posted in platform.posted[:200])
    # a look takes three at once, each for a batch; how long they take decides who is ahead, but nobody waits until others have had all of theirs
    assert min(first_half[tenant] for tenant in ("T1", "T2", "T3", "T4", "T5")) >= sending.BATCH


async def test_sending_paces_are_below_what_the_platforms_take() -> None:
    second = timedelta(seconds=1)
    assert (second / PACES["slack"].spacing, second / PACES["slack"].place_spacing) == pytest.approx((16, 0.8))
    assert (second / PACES["teams"].spacing, second / PACES["teams"].place_spacing) == pytest.approx((40, 5))
    assert PACES["teams"].place_hourly == 0.8 * 1_800
    assert sending.BATCH * PACES["slack"].spacing < sending.DELIVERY_LEASE / 2


async def test_a_process_that_was_held_up_does_not_send_at_once_all_that_it_is_late_with(database: Database) -> None:
    time = Time()
    platform = slack(time)
    spacing, held_up = PACES["slack"].spacing, timedelta(seconds=2)
    waits = count()

    async def sleep(seconds: float) -> None:
        await time.sleep(seconds + (held_up.total_seconds() if next(waits) == 1 else 0))

    await plan(database, time(), *(to_say(f"{number}", channel(f"C{number}")) for number in range(sending.BATCH)))
    await pump(database, platform, time=time, sleep=sleep).drain()
    asked = [posted.asked_at for posted in platform.posted]
    assert len(asked) == sending.BATCH
    assert asked[2] - asked[1] >= held_up
    assert all(later - earlier >= 0.89 * spacing for earlier, later in pairwise(asked))
