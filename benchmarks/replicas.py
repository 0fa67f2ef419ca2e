"""Several `pourqui serve` behind a balancer: events a second with 1, 2 and 3 of them on PostgreSQL, beside one on SQLite, in the same run.

    python -m benchmarks.replicas [--seconds 60] [--runner embedded] [--markdown]

Real processes (`pourqui serve --dev`), the tests' fake platforms, a PostgreSQL of our own (without fsync), a balancer of ours that gives each
connection to the next process. All share this machine, and none is kept to a core: what limits each run is read from the CPU time of each process, by
`/proc`. A tap opens a sheet from a list; no question is asked twice. At last, gestures at constant rates while a campaign is being sent.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid5

import numpy as np
from sqlmodel import Session

from adapters.teams.app import ROUTE as TEAMS_ROUTE
from benchmarks import slack, stage, teams
from benchmarks.echoes import SLACK_ROUTE
from benchmarks.fakes import slack_user
from benchmarks.load import Client, Request, connected
from benchmarks.processes import POURQUI, Process, announced, own, running, serving
from benchmarks.questions import DATA
from benchmarks.report import Table, p, show, spread, verdict
from benchmarks.rounds import AT_ONCE, ROUNDS, Inbox
from bot.clock import now
from bot.limits import PACES
from bot.packs import sample_folder
from dialogs.campaign import CAMPAIGN, Campaign, CampaignStatus, Step
from dialogs.catalog import Localized
from dialogs.delivery import Delivery, Kind
from dialogs.events import Scope
from dialogs.ladder import Stage
from dialogs.messages import Message, Text
from storage import deliveries, plain
from storage.database import Database
from storage.tables import CampaignRow, ConversationReferenceRow, PersonRow
from tests.databases import running_server
from tests.platforms.slack_gestures import SECRET
from tests.platforms.slack_workspace import BOT_TOKEN, TEAM

EMBEDDED = "embedded, SQLite"
MOST = 3  # replicas
GESTURES = ("tap", "question")
RATES = (20, 50)  # gestures a second, while a campaign is being sent; 20 calls are what a workspace takes
PATIENCE = 300  # ms, for the acknowledgement of 99 % of them
_OF_THROUGHPUT = 0.7  # of the seconds; the rest goes to the campaign
_WARM_UP = 128  # gestures of each kind, besides one of everybody
_FEWEST = 32
_SILENT = 2.0  # seconds without an arrival, after which a campaign is over
_FULL = 0.9  # of a core, from which on it's what limits
_TICKS = os.sysconf("SC_CLK_TCK")
_WORDS = Localized(fr="x", en="x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A closed loop: how many gestures, in how many seconds, and of how much of a core each part had meanwhile."""

    gestures: int
    seconds: float
    used: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Return gestures a second."""
        return self.gestures / self.seconds


@dataclass(slots=True, kw_only=True)
class Setting:
    """One way to serve: where to reach it, the processes that serve, and what was measured, by platform and gesture."""

    name: str
    client: Client
    serves: Sequence[Process]
    balancer: Process | None = None
    windows: dict[tuple[str, str], list[Window]] = field(default_factory=dict)
    rates: dict[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A fake platform: what people do there, and what reached it."""

    name: str
    make: Callable[[str, int], Sequence[Request]]
    inbox: Inbox
    fake: Process


class Replicas:
    """The course of a run."""

    def __init__(self, settings: Sequence[Setting], platforms: Sequence[Platform], postmaster: int) -> None:
        self.settings, self._platforms, self._postmaster = settings, platforms, postmaster

    async def warm_up(self) -> None:
        """Let each meet everybody, in every process, and learn roughly how fast it is."""
        for setting in self.settings:
            for platform in self._platforms:
                for gesture in GESTURES:
                    await self._saturated(setting, platform, gesture, stage.PEOPLE * len(setting.serves))
                    setting.rates[platform.name, gesture] = (await self._saturated(setting, platform, gesture, _WARM_UP)).rate

    async def throughput(self, seconds: float) -> None:
        """Measure every setting with every gesture, in rounds; every other round in the reverse order."""
        each = seconds / (ROUNDS * len(self.settings) * len(self._platforms) * len(GESTURES))
        for turn in range(ROUNDS):
            for platform in self._platforms:
                for gesture in GESTURES:
                    for setting in self.settings[:: -1 if turn % 2 else 1]:
                        number = max(_FEWEST, round(setting.rates[platform.name, gesture] * each))
                        window = await self._saturated(setting, platform, gesture, number)
                        setting.windows.setdefault((platform.name, gesture), []).append(window)

    async def _saturated(self, setting: Setting, platform: Platform, gesture: str, number: int) -> Window:
        requests = platform.make(gesture, number)
        before, start = self._cpu(setting), time.perf_counter()
        answered = await setting.client.saturate(requests, AT_ONCE)
        if refused := [each.status for each in answered if each.status >= 300]:
            raise RuntimeError(f"{setting.name} refused {len(refused)} of {number} requests, the first with {refused[0]}")
        arrived = await platform.inbox.collected(number)
        after = self._cpu(setting)
        seconds = max(*(each.at for each in answered), *(at for _, at in arrived)) - start
        spent = time.perf_counter() - start
        return Window(gestures=number, seconds=seconds, used={part: (after[part] - before[part]) / spent for part in before})

    def _cpu(self, setting: Setting) -> dict[str, float]:
        """Return the seconds of CPU that each part has used so far; `machine` is all that this machine did, for whomever."""
        parts = {
            "serve": sum(process.cpu() for process in setting.serves),
            "busiest serve": max(process.cpu() for process in setting.serves),
            "PostgreSQL": tree_cpu(self._postmaster),
            "balancer": setting.balancer.cpu() if setting.balancer is not None else 0.0,
            "platforms": sum(platform.fake.cpu() for platform in self._platforms),
            "load": time.process_time(),
        }
        return {**parts, "machine": machine_cpu()}


def tree_cpu(root: int) -> float:
    """Return the seconds of CPU of a process and of its children, those included that have ended."""
    used = 0.0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(folder.name) == root:
            used += sum(map(int, fields[11:15]))
        elif int(fields[1]) == root:
            used += sum(map(int, fields[11:13]))
    return used / _TICKS


def machine_cpu() -> float:
    """Return the seconds in which the cores of this machine weren't idle (nor waited for a disk), all together."""
    fields = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS


def limit_of(used: Mapping[str, float], cores: int) -> str:
    """Name what limits a run, by the share of a core that each part had."""
    ours = sum(used[part] for part in ("serve", "PostgreSQL", "balancer", "platforms", "load"))
    others = max(0.0, used["machine"] - ours)
    if used["machine"] >= _FULL * cores:
        parts = sorted(((used[part], part) for part in ("serve", "PostgreSQL", "balancer", "platforms", "load")), reverse=True)
        shares = ", ".join(f"{part} {share:.2f}" for share, part in [*parts, (others, "others")] if share >= 0.05)
        return f"the {cores} cores: {shares}"
    full = [part for part in ("busiest serve", "balancer", "platforms", "load") if used[part] >= _FULL]
    if full:
        return f"one core: {', '.join(full)}"
    return f"nothing is full ({used['machine']:.2f} of {cores} cores): waiting"


def mean_use(windows: Sequence[Window]) -> dict[str, float]:
    """Return the share of a core that each part had over several windows."""
    seconds = sum(window.seconds for window in windows)
    return {part: sum(window.used[part] * window.seconds for window in windows) / seconds for part in windows[0].used}


def throughput_table(platform: str, settings: Sequence[Setting], cores: int) -> Table:
    """Show the closed loops on a platform."""
    rows = []
    for gesture in GESTURES:
        base = settings[0].windows[platform, gesture]
        for setting in settings:
            windows = setting.windows[platform, gesture]
            used, rate = mean_use(windows), float(np.median([window.rate for window in windows]))
            ratios = [mine.rate / other.rate for mine, other in zip(windows, base, strict=True)]
            mean = sum(window.gestures for window in windows) / sum(window.seconds for window in windows)
            shares = (f"{used[part]:.2f}" for part in ("serve", "PostgreSQL", "balancer", "platforms", "load", "machine"))
            cost = f"{used['serve'] / mean * 1000:.2f} + {used['PostgreSQL'] / mean * 1000:.2f}"
            rows.append((f"{gesture}, {setting.name}", f"{rate:,.0f}", spread(ratios), cost, *shares, limit_of(used, cores)))
    return Table(
        title=f"{platform}: as fast as it goes (medians of {ROUNDS} rounds; shares of a core)",
        columns=(
            "",
            "events/s",
            "of the embedded",
            "CPU ms/event: serve + PostgreSQL",
            "serve",
            "PostgreSQL",
            "balancer",
            "platforms",
            "load",
            "whole machine",
            "what limits",
        ),
        rows=tuple(rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Gestures at a constant rate beside a campaign: milliseconds until each was acknowledged, and the campaign's messages a second."""

    acknowledged: Sequence[float]
    refused: int
    sent: float


async def beside_a_campaign(setting: Setting, platform: Platform, inbox: Client, database_url: str, seconds: float, rate: int) -> Beside:
    """Have the pumps of a setting send a campaign, and let people tap meanwhile, so many times a second."""
    pace = 1 / PACES["slack"].spacing.total_seconds()
    async with await Database.open(database_url) as database:
        await database.write("campaign", lambda session: plan_campaign(session, f"benchmark-{rate}", int(pace * (seconds + 5) * 1.2)))
    start = time.perf_counter()
    answered = await setting.client.arrive(platform.make("tap", round(rate * seconds)), rate)
    spent = time.perf_counter() - start
    accepted = [each for each in answered if each.status < 300]
    arrived = await _arrivals(inbox)
    # a reply goes to the conversation, a campaign's message to the person; it began before the first tap
    sent = sum(place.startswith("U") and start <= at < start + spent for place, at in arrived)
    left = arrived
    while left:  # what is left of the campaign isn't sent beside the next one
        await asyncio.sleep(_SILENT)
        left = await _arrivals(inbox)
    return Beside(acknowledged=[(each.at - each.due) * 1000 for each in accepted], refused=len(answered) - len(accepted), sent=sent / spent)


async def _arrivals(inbox: Client) -> list[tuple[str, float]]:
    """Return where and when something reached the platform since somebody last asked."""
    told = json.loads((await inbox.send(b"GET /arrivals HTTP/1.1\r\nHost: fake\r\n\r\n"))[1])
    return [(place, at) for place, at in told]


def plan_campaign(session: Session, name: str, number: int) -> None:
    """Keep a campaign that runs, and plan its message for so many people of the directory, whatever the hour."""
    at = now()
    step = Step(id="one", stage=Stage.AWARENESS, kind="pedagogy", title=_WORDS, content=_WORDS)
    campaign = Campaign(name=name, function="it", titles=_WORDS, steps=(step,))
    row = CampaignRow(
        name=campaign.name,
        function="it",
        version=1,
        status=CampaignStatus.RUNNING,
        content=plain.write_campaign(campaign),
        edited_by="",
        edited_at=at,
    )
    people = [f"{name}-{place}" for place in range(number)]
    session.add_all([row, *(PersonRow(id=person, directory_id=person, created_at=at) for person in people)])
    session.flush()
    session.add_all(
        ConversationReferenceRow(
            person_id=person, platform="slack", tenant=TEAM, conversation=slack_user(stage.PEOPLE + place), scope=Scope.PERSONAL, refreshed_at=at
        )
        for place, person in enumerate(people)
    )
    session.flush()
    message = Message(language="fr", blocks=(Text(text="Quatre mots au hasard tiennent plus longtemps que huit signes. " * 4),))
    several = [
        Delivery(
            key=uuid5(UUID(int=1), person),
            kind=Kind.CAMPAIGN,
            cause_kind=CAMPAIGN,
            cause_id=name,
            to=person,
            message=message,
            function="it",
            step="one",
            urgent=True,
        )
        for person in people
    ]
    for first in range(0, number, deliveries.AT_ONCE):
        deliveries.plan_all(session, several[first : first + deliveries.AT_ONCE], at)


def campaign_table(found: Mapping[str, Beside]) -> Table:
    """Show how long people wait while a campaign is being sent."""
    pace = 1 / PACES["slack"].spacing.total_seconds()
    rows = tuple(
        (
            name,
            f"{beside.sent:.1f} of {pace:.1f}",
            *(f"{p(beside.acknowledged, percent):.1f}" for percent in (50, 99)),
            f"{beside.refused} of {beside.refused + len(beside.acknowledged)}",
            verdict(met=not beside.refused and p(beside.acknowledged, 99) < PATIENCE, target=f"p99 below {PATIENCE}"),
        )
        for name, beside in found.items()
    )
    columns = ("", "campaign's messages/s of its pace", "acknowledged p50", "p99", "refused", "target")
    return Table(title="Slack: taps while a campaign is being sent (ms since the tap was due)", columns=columns, rows=rows)


def campaign_seconds(options: Namespace) -> float:
    """Return how long each campaign is watched."""
    return float(options.seconds) * (1 - _OF_THROUGHPUT) / len(RATES)


async def main(options: Namespace) -> None:
    """Start everything, measure, print."""
    reserve = int(campaign_seconds(options) / PACES["slack"].spacing.total_seconds() * 1.5) + 200
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pourqui-")))
        server = stack.enter_context(running_server())
        fakes = {
            name: stack.enter_context(running(f"fake {name}", own("benchmarks.fakes", name, str(people), *more), announced, folder=folder))
            for name, people, more in (("slack", stage.PEOPLE + reserve, ()), ("teams", stage.PEOPLE, ("dev",)))
        }
        urls = {EMBEDDED: f"sqlite:///{folder / 'pourqui.sqlite3'}", "shared": server.make("benchmark")}
        environment = {
            "POURQUI_PORT": "0",
            "POURQUI_COMPANY": str(sample_folder()),
            "POURQUI_SECRET_KEY": "k" * 32,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": fakes["slack"].said["api_url"],
        }

        def serve(name: str, url: str, runner: str) -> Process:
            given = {**environment, "POURQUI_DATABASE_URL": url, "POURQUI_RUNNER": runner}
            return stack.enter_context(running(name, [*POURQUI, "serve", "--dev"], serving, folder=folder, environment=given))

        async def reached(name: str, serves: Sequence[Process]) -> Setting:
            balancer = stack.enter_context(running("balancer", own("benchmarks.balancer", *(each.said for each in serves)), announced, folder=folder))
            client = await stack.enter_async_context(connected(balancer.said["url"]))
            return Setting(name=name, client=client, serves=serves, balancer=balancer)

        settings = [await reached(EMBEDDED, [serve("embedded", urls[EMBEDDED], "embedded")])]
        serves = [serve(f"serve {number}", urls["shared"], options.runner) for number in range(1, MOST + 1)]
        settings += [await reached(f"{number} on PostgreSQL", serves[:number]) for number in range(1, MOST + 1)]
        inboxes = {name: await stack.enter_async_context(connected(fake.said["inbox"])) for name, fake in fakes.items()}
        in_slack = slack.Gestures(options.data, f"{serves[0].said}{SLACK_ROUTE}")
        in_teams = teams.Gestures(
            options.data, f"{serves[0].said}{TEAMS_ROUTE}", fakes["teams"].said["service_url"], fakes["teams"].said["authorization"]
        )
        platforms = [
            Platform(name="Slack", make=in_slack.make, inbox=Inbox(inboxes["slack"]), fake=fakes["slack"]),
            Platform(name="Teams", make=in_teams.make, inbox=Inbox(inboxes["teams"]), fake=fakes["teams"]),
        ]
        replicas = Replicas(settings, platforms, server.process.pid)
        await replicas.warm_up()
        await replicas.throughput(options.seconds * _OF_THROUGHPUT)
        beside = {}
        for setting, url in ((settings[0], urls[EMBEDDED]), (settings[-1], urls["shared"])):
            for rate in RATES:
                name = f"{rate} taps/s, {setting.name}"
                beside[name] = await beside_a_campaign(setting, platforms[0], inboxes["slack"], url, campaign_seconds(options), rate)
    cores = len(os.sched_getaffinity(0))
    tables = [*(throughput_table(platform.name, settings, cores) for platform in platforms), campaign_table(beside)]
    show(f"Replicas behind a balancer, runner {options.runner}, PostgreSQL without fsync", tables, markdown=options.markdown)


def options() -> Namespace:
    """Read the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long to measure, start and warm-up left out (default: %(default)s)")
    parser.add_argument("--runner", choices=("embedded", "procrastinate"), default="procrastinate", help="of those on PostgreSQL")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the workplace set and CLINC150 (default: %(default)s)")
    parser.add_argument("--markdown", action="store_true", help="print the tables as docs/benchmarks.md has them")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(options()))
