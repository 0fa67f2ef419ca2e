"""Several processes that pump one database never send the same row, and one that ends leaves its work to the others."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from datetime import timedelta
from uuid import UUID

from bot.clock import now
from bot.metrics import Metrics
from storage.database import Database
from storage.sending import WORKSPACE_LEASE
from tests.bot.simulated import Time, channel, plan, pump, slack, standing, to_say

TENANTS = ("T1", "T2", "T3", "T4")
EACH = 12


async def begun(url: str, owner: str) -> Process:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bot.pumping", url, owner, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_two_processes_share_the_work_and_send_no_row_twice(database: Database, database_url: str) -> None:
    several = [to_say(f"{tenant} {number}", channel(f"C{number}", tenant=tenant)) for number in range(EACH) for tenant in TENANTS]
    await plan(database, now() - timedelta(minutes=1), *several)
    processes = await asyncio.gather(*(begun(database_url, owner) for owner in ("one", "two")))
    said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    sent = [[UUID(line) for line in output.decode().split()] for output, _ in said]
    assert sorted(sent[0] + sent[1]) == sorted(delivery.key for delivery in several)
    assert set((await standing(database)).values()) == {("sent", None)}


async def test_what_another_owns_is_left_to_it_until_its_lease_goes_by(database: Database) -> None:
    time = Time()
    first, second = slack(time), slack(time)
    await plan(database, time(), to_say("hello", channel("C1")), to_say("later", channel("C2"), not_before=time() + timedelta(seconds=2)))
    await pump(database, first, time=time, owner="one").drain()
    time.passes(seconds=3)
    other = pump(database, second, time=time, owner="two", metrics=Metrics())
    await other.drain(timedelta(0))
    assert (first.texts(), second.texts()) == (["hello"], [])
    time.passes(seconds=WORKSPACE_LEASE.total_seconds())
    await other.drain(timedelta(0))
    assert second.texts() == ["later"]
