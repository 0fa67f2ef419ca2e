"""A process that dies between any two steps of the pump loses nothing, and sends nothing twice but what is called unknown."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session
from structlog.testing import capture_logs

from bot.endings import Aftermath
from dialogs.delivery import Doubt, Ended
from storage import deliveries
from storage.database import Database
from storage.reconciling import DOUBT, LOOK_AGAIN
from storage.sending import DELIVERY_LEASE, WORKSPACE_LEASE
from tests.bot.simulated import (
    Crash,
    Death,
    InMemory,
    Mortal,
    Time,
    channel,
    key,
    plan,
    pump,
    reconciler,
    says,
    slack,
    standing,
    teams,
    to_say,
    unanswered,
)

# what one batch does, in this order: two messages, one of which is edited while it's under way
STEPS = (
    "before pump",  # own
    "after pump",
    "before pump",  # claim
    "after pump",
    "before the write",
    "after the write",
    "before arrivals",  # acknowledge
    "after arrivals",
)


# what follows something is acknowledged by itself, under the name of its cause
FOLLOWED = (*STEPS[:-2], "before test", "after test")


class Nothing:
    """An aftermath by which an ending is followed, by nothing."""

    def hold(self, session: Session, cause_id: str) -> None:
        """Nothing else changes the cause."""

    def __call__(self, session: Session, ended: Ended, at: datetime) -> None:
        """Nothing follows."""


async def live_and_die(database: Database, platform: InMemory, time: Time, death: Death, aftermath: Mapping[str, Aftermath] | None = None) -> None:
    """Let a process run until it dies; it takes its platform's connection with it."""
    platform.between = death
    dying = pump(Mortal(database, death), platform, time=time, owner="dying", aftermath=aftermath)
    with capture_logs(), suppress(Crash):
        await dying.drain(timedelta(0))
    platform.between = lambda _: None


async def live_on(database: Database, platform: InMemory, time: Time) -> None:
    """Let another process take over, once the leases went by, and look until nothing changes any more."""
    heir, look = pump(database, platform, time=time, owner="heir"), reconciler(database, platform, time=time)
    with capture_logs():
        time.passes(seconds=max(WORKSPACE_LEASE, DELIVERY_LEASE).total_seconds())
        for wait in (timedelta(0), DOUBT, LOOK_AGAIN, LOOK_AGAIN):
            time.passes(seconds=wait.total_seconds())
            await look.look()
            await heir.drain()


@pytest.mark.parametrize(("steps", "aftermath"), [(STEPS, None), (FOLLOWED, {"test": Nothing()})], ids=["together", "by itself"])
async def test_the_steps_are_those_that_are_tried(database: Database, steps: Sequence[str], aftermath: Mapping[str, Aftermath] | None) -> None:
    time, death = Time(), Death()
    platform = slack(time)
    await plan(database, time(), to_say("word"))
    await live_and_die(database, platform, time, death, aftermath)
    assert tuple(death.steps[: len(steps)]) == steps
    assert await standing(database) == {"word": ("sent", None)}


@pytest.mark.parametrize("aftermath", [None, {"test": Nothing()}], ids=["together", "by itself"])
@pytest.mark.parametrize("step", range(len(STEPS) + 4))
async def test_where_one_can_look_each_message_arrives_once_wherever_the_process_died(
    database: Database, step: int, aftermath: Mapping[str, Aftermath] | None
) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("first", lane="a"), to_say("second", lane="b"), to_say("third", channel("C-first"), lane="a"))
    await live_and_die(database, platform, time, Death(at_step=step), aftermath)
    await live_on(database, platform, time)
    stands = await standing(database)
    assert sorted(platform.texts()) == sorted(name for name, (status, _) in stands.items() if status == "sent")
    # the one exception: what never arrived, while the process died between its claim and its write, isn't sent after what followed it
    lost = {name: reason for name, (status, reason) in stands.items() if status != "sent"}
    assert lost in ({}, {"first": "not_arrived"})
    assert all(lane.index("first") < lane.index("third") for lane in [platform.texts()] if {"first", "third"} <= set(lane))


@pytest.mark.parametrize("step", range(len(STEPS)))
@pytest.mark.parametrize("doubt", Doubt)
async def test_where_nobody_can_look_only_the_unknown_is_in_doubt(database: Database, step: int, doubt: Doubt) -> None:
    time = Time()
    platform = teams(time)
    await plan(database, time(), to_say("word", channel("C1", "teams"), doubt=doubt))
    await live_and_die(database, platform, time, Death(at_step=step))
    claimed = (await standing(database))["word"][0] == "sending"
    arrived = len(platform.posted)
    await live_on(database, platform, time)
    status, _ = (await standing(database))["word"]
    if not claimed:
        assert (status, len(platform.posted)) == ("sent", 1)
    elif doubt is Doubt.HOLD:
        assert (status, len(platform.posted)) == ("unknown", arrived)
    else:
        assert (status, len(platform.posted)) == ("sent", arrived + 1)


@pytest.mark.parametrize("step", range(8))
async def test_a_change_is_made_in_the_end_wherever_the_process_died(database: Database, step: int) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("card"))
    await pump(database, platform, time=time).drain()
    await database.write("test", lambda session: deliveries.edit(session, key("card"), says("taken"), time()))
    time.passes(seconds=WORKSPACE_LEASE.total_seconds())
    await live_and_die(database, platform, time, Death(at_step=step))
    await live_on(database, platform, time)
    assert {message for _, message in platform.edits} == {says("taken")}
    assert len(platform.posted) == 1


@pytest.mark.parametrize("step", range(6))
async def test_a_process_that_dies_while_it_looks_leaves_the_looking_to_the_next(database: Database, step: int) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("word"))
    platform.troubles.append(unanswered(arrives=True))
    await pump(database, platform, time=time).drain()
    time.passes(seconds=DOUBT.total_seconds())
    death = Death(at_step=step)
    with capture_logs(), suppress(Crash):
        await reconciler(Mortal(database, death), platform, time=time).look()
    await live_on(database, platform, time)
    assert (await standing(database), len(platform.posted)) == ({"word": ("sent", None)}, 1)
