"""The pump beside replies: who speaks after a claim, and before its slot, is answered first."""

import asyncio
from functools import partial
from itertools import count, pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.limits import PACES
from dialogs.events import MessageReceived
from storage import conversations, pacing
from storage.database import Database
from storage.errors import UnavailableError
from tests.bot.simulated import InMemory, Time, channel, plan, pump, slack, standing, to_say
from tests.company import NOON
from tests.conversation import said


async def hears(database: Database, time: Time, where: str) -> MessageReceived:
    """Somebody speaks there; the reply is on its way."""
    event = said("bonjour", where=channel(where))
    await database.write("t", partial(conversations.remember, event=event, replies=(), state=None, now=time(), former=None))
    return event


async def test_a_message_that_waits_for_its_slot_gives_way_to_a_reply(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), *(to_say(f"word {number}", channel(f"C{number}")) for number in range(4)))
    heard: list[MessageReceived] = []
    wait, wanted, once = time.sleep, {"C2", "C3"}, asyncio.Lock()

    async def meanwhile(seconds: float) -> None:
        await wait(seconds)
        async with once:  # after the claim, before the first slot that is awaited
            heard.extend([await hears(database, time, where) for where in sorted(wanted)])
            wanted.clear()

    time.sleep = meanwhile  # type: ignore[method-assign]
    sender = pump(database, platform, time=time)
    await sender.drain()
    assert platform.texts() == ["word 0", "word 1"]
    answered = heard[0]
    await database.write("t", partial(conversations.mark_answered, key=answered.key, now=time()))
    at = time()
    time.passes(seconds=2)
    await sender.drain()
    assert platform.texts() == ["word 0", "word 1", "word 2"]
    assert (platform.posted[-1].asked_at - at).total_seconds() >= 1
    time.passes(seconds=60)
    await sender.drain()
    assert {stands for stands, _ in (await standing(database)).values()} == {"sent"}
    assert len(platform.posted) == 4


async def test_whoever_speaks_while_the_very_slot_is_awaited_is_answered_first(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), *(to_say(f"word {number}", channel(f"C{number}")) for number in range(3)))
    wait, speakers = time.sleep, ["C1"]

    async def meanwhile(seconds: float) -> None:
        await wait(seconds)
        while speakers:  # while the slot of their own conversation's message is awaited, which is the first
            await hears(database, time, speakers.pop())

    time.sleep = meanwhile  # type: ignore[method-assign]
    await pump(database, platform, time=time).drain()
    assert platform.texts() == ["word 0", "word 2"]


async def test_while_nobody_can_tell_who_speaks_a_message_waits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), *(to_say(f"word {number}", channel(f"C{number}")) for number in range(3)))
    failures = [UnavailableError("the database doesn't answer")]

    def heard(*told: Any) -> list[pacing.Heard]:
        if time.monotonic() > NOON.timestamp() and failures:
            raise failures.pop()
        return hearing(*told)

    hearing = pacing.heard
    monkeypatch.setattr(pacing, "heard", heard)
    with capture_logs() as told:
        sender = pump(database, platform, time=time)
        await sender.drain()
        assert platform.texts() == ["word 0", "word 2"]
        time.passes(seconds=1)
        await sender.drain()
    assert platform.texts() == ["word 0", "word 2", "word 1"]
    assert failures == []
    assert [line["event"] for line in told] == ["the pump can't reach the database; it goes on once it can"]
    assert set((await standing(database)).values()) == {("sent", None)}


async def test_every_other_slot_is_left_to_the_replies_of_whoever_speaks_elsewhere(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), *(to_say(f"word {number}", channel(f"C{number}")) for number in range(8)))
    wait, speakers = time.sleep, ["C98", "C99"]

    async def meanwhile(seconds: float) -> None:
        await wait(seconds)
        while speakers:  # after the claim, while the first slot is awaited
            await hears(database, time, speakers.pop())

    time.sleep = meanwhile  # type: ignore[method-assign]
    await pump(database, platform, time=time).drain()
    # noticed at the end of the first slot that is awaited; then two for each of them
    assert slots_between(platform) == [1, 2, 2, 2, 2, 1, 1]


async def test_those_who_spoke_just_before_a_claim_are_left_slots_too(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), *(to_say(f"word {number}", channel(f"C{number}")) for number in range(4)))
    await hears(database, time, "C99")
    time.passes(seconds=0.1)
    await pump(database, platform, time=time).drain()
    assert slots_between(platform) == [2, 2, 1]


async def test_half_of_the_slots_stay_whatever_people_do(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), *(to_say(f"word {number}", channel(f"C{number}")) for number in range(30)))
    wait, speakers = time.sleep, count(100)

    async def meanwhile(seconds: float) -> None:
        await wait(seconds)
        for _ in range(5):
            await hears(database, time, f"C{next(speakers)}")

    time.sleep = meanwhile  # type: ignore[method-assign]
    await pump(database, platform, time=time).drain()
    assert set(slots_between(platform)[2:]) == {2}
    assert len(platform.posted) == 30


def slots_between(platform: InMemory) -> list[int]:
    """Return how many slots lie between each two messages, to the nearest."""
    return [round((later.asked_at - earlier.asked_at) / PACES["slack"].spacing) for earlier, later in pairwise(platform.posted)]
