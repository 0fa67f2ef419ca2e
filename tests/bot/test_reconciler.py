"""The reconciler: what may have arrived is looked for where one can look, else left, or sent again where two are better than none."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import Session
from structlog.testing import capture_logs

from adapters.port import Outgoing
from bot.limits import PACES
from bot.reconciler import Reconciler
from dialogs.delivery import Doubt, Ended, Status
from storage.database import Database
from storage.reconciling import DOUBT, LOOK_AGAIN
from storage.sending import DELIVERY_LEASE
from storage.tables import WorkspaceRow
from tests.bot.simulated import (
    Crash,
    InMemory,
    Time,
    Trouble,
    channel,
    limited,
    plan,
    pump,
    reconciler,
    refused,
    slack,
    standing,
    teams,
    to_say,
    unanswered,
)

SENT, UNKNOWN, PLANNED = ("sent", None), ("unknown", "unanswered"), ("planned", None)


class Told:
    """An aftermath that remembers what it was told, and writes nothing."""

    def __init__(self) -> None:
        self.endings: list[Ended] = []

    def hold(self, session: Session, cause_id: str) -> None:
        """There's nothing to hold."""

    def __call__(self, session: Session, ended: Ended, at: datetime) -> None:
        self.endings.append(ended)

    @property
    def statuses(self) -> Sequence[Status]:
        return [ended.status for ended in self.endings]


async def doubtful(database: Database, platform: InMemory, time: Time, *, arrives: bool, doubt: Doubt = Doubt.HOLD, lane: str | None = None) -> Told:
    """Have sent one without an answer."""
    told = Told()
    platform.troubles.append(unanswered(arrives=arrives))
    where = channel("C1", platform.name)
    await plan(database, time(), to_say("word", where, doubt=doubt, lane=lane))
    await pump(database, platform, time=time, aftermath={"test": told}).drain()
    assert await standing(database) == {"word": UNKNOWN}
    assert told.statuses == [Status.UNKNOWN]
    return told


async def test_what_arrived_is_found_and_known_to_be_sent_from_then_on(database: Database) -> None:
    time = Time()
    platform = slack(time)
    told = await doubtful(database, platform, time, arrives=True)
    look = reconciler(database, platform, time=time, aftermath={"test": told})
    await look.look()
    assert platform.looked == 0  # the platform's history may lag behind
    time.passes(seconds=DOUBT.total_seconds())
    await look.look()
    assert await standing(database) == {"word": SENT}
    assert (told.statuses, told.endings[-1].message_id) == ([Status.UNKNOWN, Status.SENT], platform.posted[0].id)
    await pump(database, platform, time=time).drain()
    assert len(platform.posted) == 1


async def test_what_did_not_arrive_is_sent_again(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await doubtful(database, platform, time, arrives=False)
    time.passes(seconds=DOUBT.total_seconds())
    await reconciler(database, platform, time=time).look()
    assert await standing(database) == {"word": PLANNED}
    await pump(database, platform, time=time).drain()
    assert platform.texts() == ["word"]


async def test_what_others_of_its_lane_have_overtaken_is_not_sent_after_them(database: Database) -> None:
    time = Time()
    platform = slack(time)
    told = await doubtful(database, platform, time, arrives=False, lane="request")
    await plan(database, time(), to_say("next", channel("C1"), lane="request"))
    await pump(database, platform, time=time).drain()
    assert platform.texts() == ["next"]  # the words after it aren't held up
    time.passes(seconds=DOUBT.total_seconds())
    await reconciler(database, platform, time=time, aftermath={"test": told}).look()
    assert await standing(database) == {"word": ("failed", "not_arrived"), "next": SENT}
    assert told.statuses == [Status.UNKNOWN, Status.FAILED]


async def test_where_nobody_can_look_it_stays_unknown_or_is_sent_again_as_its_policy_says(database: Database) -> None:
    time = Time()
    platform = teams(time)
    await doubtful(database, platform, time, arrives=True)
    platform.troubles.append(unanswered(arrives=True))
    await plan(database, time(), to_say("reply", channel("C2", "teams"), doubt=Doubt.RESEND))
    sender = pump(database, platform, time=time)
    await sender.drain()
    time.passes(seconds=DOUBT.total_seconds())
    await reconciler(database, platform, time=time).look()
    assert await standing(database) == {"word": UNKNOWN, "reply": PLANNED}
    await sender.drain()
    assert platform.texts() == ["word", "reply", "reply"]
    assert platform.looked == 0


async def test_a_claim_whose_lease_went_by_is_unknown_and_what_waits_behind_it_goes_on(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("word", channel("C1"), lane="request"), to_say("next", channel("C1"), lane="request"))

    def dies(_step: str) -> None:
        raise Crash

    platform.between = dies
    await pump(database, platform, time=time, owner="dead").drain(timedelta(0))
    platform.between = lambda _: None
    assert (await standing(database))["word"] == ("sending", None)
    time.passes(seconds=DELIVERY_LEASE.total_seconds())
    told = Told()
    with capture_logs() as logged:
        await reconciler(database, platform, time=time, aftermath={"test": told}).expire()
    assert [line["event"] for line in logged] == ["deliveries were interrupted: it's unknown whether they arrived"]
    assert (await standing(database))["word"] == ("unknown", "interrupted")
    assert told.statuses == [Status.UNKNOWN]
    await pump(database, platform, time=time).drain()
    assert platform.texts() == ["next"]


async def test_a_platform_that_cannot_be_asked_now_is_asked_again_later_and_no_sooner(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await doubtful(database, platform, time, arrives=True)
    platform.troubles.append(unanswered(arrives=True))
    await plan(database, time(), to_say("other", channel("C2")))
    await pump(database, platform, time=time).drain()
    time.passes(seconds=DOUBT.total_seconds())
    platform.troubles.extend([limited(30), refused()])
    look = reconciler(database, platform, time=time)
    with capture_logs() as told:
        await look.look()
        assert platform.looked == 1  # it wants to be left alone
        await look.look()
        assert platform.looked == 1
        time.passes(seconds=LOOK_AGAIN.total_seconds())
        await look.look()
    assert platform.looked == 3
    assert [line["permanent"] for line in told] == [False, True]
    assert sorted((await standing(database)).values()) == [SENT, UNKNOWN]


async def test_one_that_cannot_even_be_looked_for_holds_no_other_up(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await doubtful(database, platform, time, arrives=True)
    platform.troubles.append(unanswered(arrives=True))
    await plan(database, time(), to_say("other", channel("C2")))
    await pump(database, platform, time=time).drain()
    time.passes(seconds=DOUBT.total_seconds())
    platform.troubles.append(Trouble(error=ValueError("a fault of ours")))
    with capture_logs() as told:
        await reconciler(database, platform, time=time).look()
    assert [line["event"] for line in told] == ["a delivery couldn't be looked for"]
    assert sorted((await standing(database)).values()) == [SENT, UNKNOWN]


async def test_what_a_platform_that_is_off_here_may_have_got_is_left_to_whoever_has_it(database: Database) -> None:
    time = Time()
    await doubtful(database, slack(time), time, arrives=True)
    time.passes(seconds=DOUBT.total_seconds())
    await reconciler(database, teams(time), time=time).look()
    assert await standing(database) == {"word": UNKNOWN}


async def lost_sight_of(database: Database, platform: InMemory, time: Time, number: int, *tenants: str) -> None:
    """Have sent so many in each workspace, none of them with an answer; then it's time to look for them."""
    platform.troubles.extend([unanswered(arrives=True)] * number * len(tenants))
    several = [to_say(f"{tenant} {place}", channel(f"C{place}", tenant=tenant)) for tenant in tenants for place in range(number)]
    await plan(database, time(), *several)
    await pump(database, platform, time=time).drain()
    time.passes(seconds=DOUBT.total_seconds())


async def test_what_is_looked_for_leaves_its_workspace_room_and_workspaces_do_not_wait_for_each_other(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await lost_sight_of(database, platform, time, 16, "T1", "T2", "T3")
    rests, all_three = [], asyncio.Barrier(3)

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        async with asyncio.timeout(60):
            await all_three.wait()
        await time.sleep(seconds)

    await Reconciler(database, {"slack": platform}, time, aftermath={}, planned=lambda: None, sleep=rest).look()
    assert (set((await standing(database)).values()), platform.looked) == ({SENT}, 48)
    assert rests == [1.5] * 3 * 15


async def test_looks_that_follow_each_other_leave_the_workspace_room_too(database: Database) -> None:
    time = Time()
    platform = slack(time)
    for name, later in (("first", 0.5), ("second", 0.0)):
        platform.troubles.append(unanswered(arrives=True))
        await plan(database, time(), to_say(name, channel(f"C-{name}")))
        await pump(database, platform, time=time).drain()
        time.passes(seconds=later)
    time.passes(seconds=DOUBT.total_seconds() - 0.5)
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        time.passes(seconds=seconds)

    asking = Reconciler(database, {"slack": platform}, time, aftermath={}, planned=lambda: None, sleep=rest)
    await asking.look()
    assert (platform.looked, rests) == (1, [])
    time.passes(seconds=0.5)
    await asking.look()
    assert (platform.looked, rests) == (2, [1.0])


async def test_processes_that_look_at_once_leave_the_workspace_as_much_room_as_one(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await lost_sight_of(database, platform, time, 12, "T1")
    began = time()
    await asyncio.gather(*(reconciler(database, platform, time=time).look() for _ in range(2)))
    assert platform.looked == 12
    assert time() - began >= 11 * timedelta(seconds=1.5)


async def test_who_sends_leaves_the_time_of_two_messages_to_each_look(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await lost_sight_of(database, platform, time, 1, "T1")
    await reconciler(database, platform, time=time).look()
    before = len(platform.posted)
    await plan(database, time(), *(to_say(f"next {number}", channel(f"N{number}", tenant="T1")) for number in range(5)))
    await pump(database, platform, time=time).drain()
    sent = [each.asked_at for each in platform.posted[before:]]
    assert [round((later - earlier) / PACES["slack"].spacing) for earlier, later in pairwise(sent)] == [2, 2, 1, 1]


@pytest.mark.parametrize(("seconds", "looked"), [(20, 1), (30, 0)])
async def test_a_workspace_that_wants_to_be_left_alone_is_asked_soon_after_or_by_a_later_look(database: Database, seconds: int, looked: int) -> None:
    time = Time()
    platform = slack(time)
    await lost_sight_of(database, platform, time, 1, "T1")
    opens = time() + timedelta(seconds=seconds)
    await database.write("pause", lambda session: session.execute(update(WorkspaceRow).values(paused_until=opens)))
    await reconciler(database, platform, time=time).look()
    assert platform.looked == looked
    assert not looked or time() == opens
    time.passes(seconds=LOOK_AGAIN.total_seconds())
    await reconciler(database, platform, time=time).look()
    assert platform.looked == 1


async def test_a_workspace_whose_platform_is_slow_holds_up_no_other(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await lost_sight_of(database, platform, time, 10, "T1", "T2")
    find, others = platform.find, asyncio.Event()
    slow: list[UUID] = []

    async def slowly(outgoing: Outgoing) -> str | None:
        if outgoing.reference.tenant == "T1" and not slow:
            slow.append(outgoing.key)
            async with asyncio.timeout(60):
                await others.wait()
        found = await find(outgoing)
        if platform.looked == 10:
            others.set()
        return found

    platform.find = slowly  # type: ignore[method-assign]
    await reconciler(database, platform, time=time).look()
    assert (set((await standing(database)).values()), platform.looked) == ({SENT}, 20)


async def test_what_nobody_can_look_for_does_not_stand_before_what_may_be_sent_again(database: Database) -> None:
    time = Time()
    platform = teams(time)
    several = 60
    platform.troubles.extend([unanswered(arrives=True)] * (several + 1))
    await plan(database, time(), *(to_say(f"word {n}", channel(f"C{n}", "teams")) for n in range(several)))
    sender = pump(database, platform, time=time)
    await sender.drain()
    time.passes(seconds=1)
    await plan(database, time(), to_say("reply", channel("C0", "teams"), doubt=Doubt.RESEND))
    await sender.drain()
    time.passes(seconds=DOUBT.total_seconds())
    await reconciler(database, platform, time=time).look()
    assert [key for key, stands in (await standing(database)).items() if stands == PLANNED] == ["reply"]


async def test_one_look_settles_more_than_it_takes_at_once(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await lost_sight_of(database, platform, time, 15, "T1")
    await reconciler(database, platform, time=time).look()
    assert (set((await standing(database)).values()), platform.looked) == ({SENT}, 15)
