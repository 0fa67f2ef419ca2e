"""What arrives at the same time is kept together, each message as if it were kept alone."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from structlog.testing import capture_logs

from bot.arrivals import Arrivals
from dialogs.delivery import Status
from storage import deliveries, sending
from storage.acknowledging import Arrived
from storage.database import Database
from storage.sending import Claimed, Pace
from tests.bot.simulated import Mortal, Time, channel, open_gate, plan, pump, slack, standing, to_say
from tests.company import NOON

NAMES = ("one", "two", "three")
_WITHOUT_PACE = Pace(spacing=NOON - NOON, place_spacing=NOON - NOON)


async def claimed(database: Database, names: Sequence[str] = NAMES) -> list[Claimed]:
    """Plan and claim a message to each of these conversations."""
    await plan(database, NOON, *(to_say(name, channel(f"C-{name}")) for name in names))
    await database.write("pump", lambda session: sending.own(session, "one", NOON))
    workspace = sending.Workspace(platform="slack", tenant=channel("C").tenant)
    claim: UUID = uuid4()
    batch = await database.write("pump", lambda session: sending.claim(session, workspace, "one", claim, NOON, pace=_WITHOUT_PACE, gate=open_gate))
    assert len(batch.claimed) == len(names)
    return list(batch.claimed)


def arrived(claimed: Claimed) -> Arrived:
    return Arrived(key=claimed.key, claim=claimed.claim, message_id=f"m-{claimed.key}")


async def keep(arrivals: Arrivals, several: Sequence[Claimed]) -> list[bool]:
    """Keep them all at the same time; nobody waits for any but the last."""
    return await asyncio.gather(*(arrivals.keep(arrived(each), at_once=each is several[-1]) for each in several))


async def test_those_that_arrive_together_are_kept_in_one_transaction(database: Database) -> None:
    several, steps = await claimed(database), list[str]()
    assert await keep(Arrivals(Mortal(database, steps.append), Time(), "one"), several) == [True, True, True]
    assert steps == ["before arrivals", "after arrivals"]
    assert await standing(database) == dict.fromkeys(NAMES, ("sent", None))


async def test_the_first_waits_only_a_moment_for_others(database: Database) -> None:
    (one,) = await claimed(database, ["one"])
    assert await Arrivals(database, Time(), "one").keep(arrived(one), at_once=False)
    assert await standing(database) == {"one": ("sent", None)}


async def test_one_that_can_not_be_kept_leaves_each_to_itself(database: Database) -> None:
    several = await claimed(database)
    await database.write("cancel", lambda session: deliveries.recall(session, several[1].key, NOON))
    assert await keep(Arrivals(database, Time(), "one"), several) == [False, False, False]
    assert await standing(database) == dict.fromkeys(NAMES, ("sending", None))


async def test_a_claim_that_was_lost_keeps_nothing(database: Database) -> None:
    (one,) = await claimed(database, ["one"])
    assert not await Arrivals(database, Time(), "one").keep(Arrived(key=one.key, claim=uuid4(), message_id="m"), at_once=True)
    assert await standing(database) == {"one": ("sending", None)}


async def test_the_pump_keeps_by_itself_what_could_not_be_kept_together(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), *(to_say(name, channel(f"C-{name}")) for name in NAMES))

    def stumble(step: str) -> None:
        if step == "before arrivals":
            raise ValueError("what nobody foresaw")

    with capture_logs() as told:
        await pump(Mortal(database, stumble), platform, time=time).drain()
    assert sorted(platform.texts()) == sorted(NAMES)
    assert await standing(database) == dict.fromkeys(NAMES, (Status.SENT.value, None))
    assert "those that arrived together couldn't be kept so; each is by itself" in [line["event"] for line in told]


async def test_a_caller_that_is_cancelled_leaves_the_others_to_themselves(database: Database) -> None:
    one, two = await claimed(database, ["one", "two"])

    def die(step: str) -> None:
        if step == "before arrivals":
            raise asyncio.CancelledError

    arrivals = Arrivals(Mortal(database, die), Time(), "one")
    first, second = await asyncio.gather(
        arrivals.keep(arrived(one), at_once=False), arrivals.keep(arrived(two), at_once=True), return_exceptions=True
    )
    assert isinstance(first, asyncio.CancelledError)
    assert second is False
