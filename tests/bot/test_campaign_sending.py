"""What campaigns say goes out by the real pump: it stops at a pause, goes on past whoever is gone, and shares with all the rest."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock_time
from functools import partial

import pytest
from sqlmodel import Session

from bot.delivery import AT_ONCE
from bot.limits import PACES, paces
from dialogs.campaign import CampaignStatus
from dialogs.campaigning import Tally
from dialogs.facts import CampaignSteered
from dialogs.gates import pass_gates
from dialogs.working_time import WorkingHours
from storage import campaigns, erasure, tallies
from storage.database import Database
from tests.bot.simulated import Time, channel, limited, plan, pump, refused, slack, to_say
from tests.dialogs.campaigns import READY
from tests.storage.lessons import lesson, listed, runs, target

ALWAYS = WorkingHours(timezone="UTC", opens=clock_time(0), closes=clock_time(0), weekdays=frozenset(range(7)))
GATE = partial(pass_gates, hours=lambda _: ALWAYS)


class Ordered(Time):
    """A clock of several who sleep beside each other: it goes to whoever wakes first, once the others had time to do something meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._wakes: list[datetime] = []

    async def sleep(self, seconds: float) -> None:
        until = self.at + timedelta(seconds=seconds)
        self._wakes.append(until)
        while self.at < until:
            await asyncio.sleep(0.002)
            if min(self._wakes) == until:
                self.at = max(self.at, until)
        self._wakes.remove(until)


async def tally(database: Database, time: Time) -> Tally:
    counted = await database.read(lambda session: tallies.tally(session, READY.name, time()))
    assert counted.is_balanced
    return counted


async def steered(database: Database, how: CampaignSteered, time: Time) -> None:
    def steering(session: Session) -> None:
        assert campaigns.steer(session, how, "tests", time()) is not None

    await database.write(f"{campaigns.PLANNING}|{how.name}", steering)


async def test_a_pause_stops_it_within_a_batch_and_it_goes_on_where_it_stopped(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await runs(database)
    await target(database, *(lesson(str(number), channel(f"C{number}")) for number in range(60)), at=time())
    paused_at, begun = [], asyncio.Event()
    platform.between = lambda _: begun.set() if len(platform.posted) >= 10 else None

    async def pause() -> None:
        await begun.wait()
        await steered(database, CampaignSteered(name=READY.name, move="pause", version=1), time)
        paused_at.append(time())

    sender = pump(database, platform, time=time, gate=GATE)
    await asyncio.gather(sender.drain(), pause())
    assert all((posted.at - paused_at[0]).total_seconds() < 1 for posted in platform.posted)
    left = 60 - len(platform.posted)
    assert (await tally(database, time)).count("planned") == left > 0
    calls = platform.calls
    time.passes(hours=1)
    await sender.drain()
    assert platform.calls == calls
    await steered(database, CampaignSteered(name=READY.name, move="resume", version=1), time)
    await sender.drain()
    assert (await tally(database, time)).by == {("sent", ""): 60}
    assert len({posted.key for posted in platform.posted}) == 60


async def test_a_workspace_that_was_left_midway_ends_its_own_messages_and_no_others(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await runs(database)
    people = await listed(database, *(f"p{number}" for number in range(6)))
    await target(database, *(lesson(f"to {person}", person) for person in people), at=time())
    platform.troubles.extend([refused(dead=True)] * 3)
    await pump(database, platform, time=time, gate=GATE).drain()
    assert (await tally(database, time)).by == {("sent", ""): 3, ("failed", "refused"): 3}
    await target(database, *(lesson(f"again to {person}", person, step="change") for person in people), at=time.passes(days=3))
    await pump(database, platform, time=time, gate=GATE).drain()
    assert (await tally(database, time)).by == {("sent", ""): 6, ("failed", "refused"): 3, ("skipped", "unreachable"): 3}


async def test_a_platform_that_wants_a_rest_costs_a_campaign_nothing(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await runs(database)
    people = await listed(database, "alice", "bob")
    await target(database, *(lesson(f"to {person}", person) for person in people), at=time())
    platform.troubles.append(limited(30))
    sender = pump(database, platform, time=time, gate=GATE)
    await sender.drain()
    time.passes(seconds=31)
    await sender.drain()
    assert (await tally(database, time)).by == {("sent", ""): 2}


async def test_who_is_erased_midway_is_accounted_for(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await runs(database)
    alice, bob = await listed(database, "alice", "bob")
    await target(database, *(lesson(f"to {person}", person, not_before=time()) for person in (alice, bob)), at=time())
    await database.write("people", lambda session: erasure.erase(session, alice, time()))
    await pump(database, platform, time=time, gate=GATE).drain()
    assert (await tally(database, time)).by == {("sent", ""): 1, ("skipped", "cancelled"): 1}
    assert [posted.reference.conversation for posted in platform.posted] == ["D-bob"]


async def test_ten_workspaces_with_campaigns_of_their_own_share_fairly(database: Database) -> None:
    time = Ordered()
    platform = slack(time)
    names = [f"T{number}" for number in range(10)]
    several = [to_say(f"{tenant} {number}", channel(f"C{number}", tenant=tenant)) for tenant in names for number in range(120)]
    await plan(database, time(), *several)
    sender, enough = pump(database, platform, time=time), asyncio.Event()
    platform.between = lambda _: enough.set() if len(platform.posted) >= 600 else None

    async def end() -> None:
        await enough.wait()
        await sender.close(5)

    await asyncio.gather(sender.run(), end())
    half = Counter(posted.reference.tenant for posted in platform.posted[:600])
    assert sum(half.values()) ** 2 / (len(names) * sum(number**2 for number in half.values())) >= 0.98


@pytest.mark.parametrize(("share", "slack_spacing", "teams_spacing"), [(80, 1 / 16, 1 / 40), (100, 1 / 18, 1 / 48), (50, 1 / 10, 1 / 25), (1, 5, 2)])
def test_the_pace_is_the_set_share_and_at_least_two_below_the_limit(share: int, slack_spacing: float, teams_spacing: float) -> None:
    pace = paces(share)
    assert pace["slack"].spacing.total_seconds() == pytest.approx(slack_spacing, abs=1e-5)
    assert pace["teams"].spacing.total_seconds() == pytest.approx(teams_spacing, abs=1e-5)
    assert pace["teams"].place_hourly == 18 * share
    assert paces() == PACES


async def test_a_process_serves_many_workspaces_at_once(database: Database) -> None:
    time = Time()
    platform = slack(time)
    tenants = [f"T{number}" for number in range(AT_ONCE + 3)]
    await plan(database, time(), *(to_say(f"{tenant} {number}", channel(f"C{number}", tenant=tenant)) for tenant in tenants for number in range(2)))
    await pump(database, platform, time=time).drain()
    assert len(platform.posted) == 2 * len(tenants)


async def test_one_that_is_cancelled_midway_says_nothing_more(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await runs(database, replace(READY), CampaignStatus.PAUSED)
    (alice,) = await listed(database, "alice")
    await target(database, lesson("to alice", alice), at=time())
    await steered(database, CampaignSteered(name=READY.name, move="cancel", version=1), time)
    await pump(database, platform, time=time, gate=GATE).drain()
    assert (platform.posted, (await tally(database, time)).by) == ([], {("skipped", "cancelled"): 1})
