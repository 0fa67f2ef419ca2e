"""What an operator watches: the ledger, who is alive, how old the leases are, what is queued, and what goes to each workspace."""

import asyncio
from math import isnan

import pytest
from sqlmodel import Session

from bot.figures import Figures
from bot.limits import LIMITS
from bot.metrics import Metrics
from bot.queue_runner import QueueRunner
from bot.rates import KEPT, OVER
from bot.runner import InProcessRunner, Job
from bot.tasks import Tasks
from storage import deliveries, processes, schema, sending
from storage.database import Database
from storage.errors import UnavailableError
from storage.processes import ALIVE, Process
from tests.bot.program import execute
from tests.bot.simulated import Time, channel, key, plan, pump, slack, teams, to_say
from tests.processes import process

T1 = {"platform": "slack", "tenant": "T1"}


def embedded() -> InProcessRunner:
    return InProcessRunner({}, Tasks().spawn)


def figures(database: Database, metrics: Metrics, time: Time) -> Figures:
    return Figures(database, metrics, embedded(), time)


def shown(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"pourqui_{name}", labels)


async def join(database: Database, *joining: Process) -> None:
    def note(session: Session) -> None:
        for each in joining:
            processes.note(session, each)

    await database.write("test", note)


async def test_the_ledgers_figures_follow_it(database: Database) -> None:
    time, metrics = Time(), Metrics()
    show = figures(database, metrics, time)

    def deliveries_that_are(status: str) -> float | None:
        return shown(metrics, "deliveries", status=status, reason="")

    await plan(database, time(), to_say("hello"), to_say("other"))
    await show.count()
    assert (deliveries_that_are("planned"), deliveries_that_are("sent")) == (2, None)
    await pump(database, slack(time), time=time).drain()
    await show.count()
    assert (deliveries_that_are("planned"), deliveries_that_are("sent")) == (None, 2)
    assert len(await database.read(deliveries.counts)) == 1


async def test_processes_are_shown_by_role_while_they_are_alive(database: Database) -> None:
    time, metrics = Time(), Metrics()
    show = figures(database, metrics, time)
    await show.look()
    assert (shown(metrics, "processes", role="serve"), shown(metrics, "processes", role="worker")) == (0, 0)
    await join(database, process("a", time()), process("b", time()), process("c", time() - ALIVE * 2), process("d", time(), role="worker"))
    await show.look()
    assert (shown(metrics, "processes", role="serve"), shown(metrics, "processes", role="worker")) == (2, 1)


async def test_a_lease_grows_old_when_its_owner_is_gone_and_disappears_when_nothing_is_due(database: Database) -> None:
    time, metrics = Time(), Metrics()
    show = figures(database, metrics, time)
    await plan(database, time(), to_say("hello", channel("C1")))
    await database.write("test", lambda session: sending.own(session, "one", time()))
    for seconds in (2, 9):  # it died; and nobody took its workspace over
        time.passes(seconds=seconds)
        await show.look()
    assert shown(metrics, "lease_age_seconds", **T1) == 11
    await pump(database, slack(time), time=time, owner="two").drain()
    time.passes(seconds=60)
    await show.look()
    assert shown(metrics, "lease_age_seconds", **T1) is None


async def test_the_share_of_a_workspaces_limit_is_of_ten_seconds(database: Database) -> None:
    time = Time()
    metrics, platform = Metrics(time.monotonic), slack(time)
    await plan(database, time(), *(to_say(f"hello {number}", channel(f"C{number}")) for number in range(48)))
    await pump(database, platform, time=time, metrics=metrics).drain()
    assert shown(metrics, "workspace_sends_total", **T1) == 48
    within = sum((time() - posted.asked_at).total_seconds() < OVER for posted in platform.posted)
    assert shown(metrics, "workspace_rate", **T1) == pytest.approx(within / OVER / LIMITS["slack"].workspace)
    time.passes(seconds=OVER)
    assert shown(metrics, "workspace_rate", **T1) == 0


async def test_a_recall_counts_as_what_was_asked_of_the_platform(database: Database) -> None:
    time = Time()
    metrics, platform = Metrics(time.monotonic), slack(time)
    sender = pump(database, platform, time=time, metrics=metrics)
    await plan(database, time(), to_say("hello", channel("C1")))
    await sender.drain()
    await database.write("test", lambda session: deliveries.recall(session, key("hello"), time()))
    await sender.drain()
    assert len(platform.recalls) == 1
    assert shown(metrics, "workspace_sends_total", **T1) == 2


async def test_a_workspace_to_which_nothing_went_for_an_hour_disappears(database: Database) -> None:
    time = Time()
    metrics = Metrics(time.monotonic)
    sender = pump(database, slack(time), teams(time), time=time, metrics=metrics)
    await plan(database, time(), to_say("hello", channel("C1")))
    await sender.drain()
    time.passes(seconds=KEPT - 60)
    await plan(database, time(), to_say("bonjour", channel("C9", "teams", "t9")))
    await sender.drain()
    assert shown(metrics, "workspace_sends_total", **T1) == 1
    time.passes(seconds=120)
    assert shown(metrics, "workspace_sends_total", **T1) is None
    assert shown(metrics, "workspace_rate", **T1) is None
    assert shown(metrics, "workspace_sends_total", platform="teams", tenant="t9") == 1


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_what_waits_in_the_queue_is_shown_on_every_process(database: Database, database_url: str) -> None:
    await asyncio.to_thread(schema.upgrade, database_url, queue=True)
    time, metrics = Time(), Metrics()
    jobs: dict[str, Job] = {"digests": _work, "chunk": _work}
    async with QueueRunner(database_url, database, jobs, clock=time, at_once=1, on_duty=lambda: False, singly={"chunk"}) as queue:
        for name in ("A|1", "A|2", "A|2"):  # the last two are one
            await queue.defer("chunk", name)
        await queue.defer("digests")
        show = Figures(database, metrics, queue, time)
        await show.look()
        assert (shown(metrics, "jobs", job="chunk", state="waiting"), shown(metrics, "jobs", job="digests", state="waiting")) == (2, 1)
        assert shown(metrics, "jobs", job="chunk", state="running") is None
        assert shown(metrics, "jobs_stalled") == 0
        oldest = shown(metrics, "jobs_oldest_seconds")
        assert oldest is not None
        assert 0 <= oldest < 60
        await database.write("test", empty)
        await show.look()
        assert shown(metrics, "jobs", job="chunk", state="waiting") is None


def empty(session: Session) -> None:
    """Empty the queue, as its workers do."""
    execute(session, "SET LOCAL search_path = procrastinate, public")  # its triggers name their tables alone
    execute(session, "DELETE FROM procrastinate_jobs")


async def _work(_key: str) -> None:
    """Never run here."""


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_while_the_database_is_away_nothing_old_is_shown(database: Database) -> None:
    time, metrics = Time(), Metrics()
    show = figures(database, metrics, time)
    await join(database, process("a", time()))
    await show.look()
    assert shown(metrics, "processes", role="serve") == 1
    await database.write("test", lambda session: execute(session, "ALTER TABLE workspace RENAME TO elsewhere"))
    with pytest.raises(UnavailableError):
        await show.look()
    assert shown(metrics, "processes", role="serve") is None
    stalled = shown(metrics, "jobs_stalled")
    assert stalled is not None
    assert isnan(stalled)
