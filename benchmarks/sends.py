"""Sending, measured: how much of our share of a platform's limits the pump uses, and whether it ever goes above them.

    python -m benchmarks.sends [--markdown] [--seconds 4] [--only Slack]

The platforms are the tests' own limits behind an HTTP server in a process of its own, which answers 429 above them: Slack takes a message a second
in a channel and 20 requests a second in a workspace, Teams 50 a second in a tenant. The pump claims campaigns' messages with all gates, each to
another person, and paces itself at 80 % of that. A run lasts some seconds; its first one, while the pump takes hold of the workspaces, doesn't count.
"""

import argparse
import asyncio
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID, uuid5

from aiohttp import ClientSession, web
from sqlmodel import Session

from adapters.port import NO_ATTACHMENTS, DeliveryError, Listener, Outgoing
from benchmarks.report import Table, show, verdict
from bot.clock import now
from bot.delivery import LIMITS, PACES, Pump
from bot.metrics import Metrics
from dialogs.attachment import Attachment
from dialogs.campaign import CAMPAIGN, Campaign, CampaignStatus, Step
from dialogs.catalog import Localized
from dialogs.delivery import Delivery, Kind
from dialogs.events import Platform, Reference, Scope
from dialogs.gates import pass_gates
from dialogs.ladder import Stage
from dialogs.messages import Message, Text
from dialogs.working_time import WorkingHours
from storage import deliveries, plain, schema
from storage.database import Database
from storage.tables import CampaignRow, ConversationReferenceRow, PersonRow
from tests.databases import MISSING, find_programs, running_server
from tests.platforms.slack_limits import Limits
from tests.platforms.teams_limits import RateLimits

_WARM = 1.0  # seconds until every workspace is being served
_ALWAYS = WorkingHours(timezone="UTC", opens=now().time().min, closes=now().time().min, weekdays=frozenset(range(7)))
_MESSAGE = Message(language="fr", blocks=(Text(text="Quatre mots au hasard tiennent plus longtemps que huit signes. " * 4),))
_WORDS = Localized(fr="x", en="x")


class Limited:
    """A platform that takes no more than its limits, by workspace; what it took, and when, it tells at `/taken`."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._slack: dict[str, Limits] = {}
        self._teams: dict[str, RateLimits] = {}
        self._taken: list[tuple[str, str, float]] = []
        self._above = 0

    async def post(self, request: web.Request) -> web.Response:
        """Take a message, or answer 429."""
        said = await request.json()
        tenant, conversation = said["tenant"], said["conversation"]
        if self._platform == "slack":
            wait = self._slack.setdefault(tenant, Limits(time.monotonic)).wait("chat.postMessage", conversation)
        else:
            wait = self._teams.setdefault(tenant, RateLimits(time.monotonic)).wait(conversation)
        if wait is not None:
            self._above += 1
            return web.json_response({"retry_after": wait}, status=429)
        self._taken.append((tenant, said["campaign"], time.monotonic()))
        return web.json_response({"id": str(len(self._taken))})

    async def told(self, _: web.Request) -> web.Response:
        """Tell what was taken, and how often it was too much."""
        return web.json_response({"taken": self._taken, "above": self._above})


def _serve(platform: Platform, pipe: Connection) -> None:
    """Serve a platform until the process is ended."""

    async def serving() -> None:
        limited, application = Limited(platform), web.Application()
        application.add_routes([web.post("/", limited.post), web.get("/taken", limited.told)])
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(serving())


class Poster:
    """An adapter that posts to such a platform."""

    can_look = False

    def __init__(self, platform: Platform, http: ClientSession, address: str) -> None:
        self.platform, self._http, self._address = platform, http, address

    def routes(self) -> Iterable[web.RouteDef]:
        return ()

    async def start(self, listener: Listener) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def send(self, outgoing: Outgoing) -> str | None:
        place = outgoing.reference
        text = outgoing.message.blocks[0]
        said = {"tenant": place.tenant, "conversation": place.conversation, "campaign": text.text if isinstance(text, Text) else ""}
        async with self._http.post(self._address, json=said) as answer:
            body = await answer.json()
        if answer.status == 429:
            raise DeliveryError("429", permanent=False, retry_after=body["retry_after"])
        return str(body["id"])

    async def find(self, outgoing: Outgoing) -> str | None:
        return None

    async def edit(
        self, reference: Reference, message_id: str, message: Message, key: UUID, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS
    ) -> None:
        pass

    async def recall(self, reference: Reference, message_id: str) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is sent in one run: by which platform, in how many workspaces, of how many campaigns each."""

    name: str
    platform: Platform
    workspaces: int
    campaigns: int = 1


RUNS = (
    Run(name="Slack, 1 workspace", platform="slack", workspaces=1),
    Run(name="Slack, 1 workspace, 2 campaigns", platform="slack", workspaces=1, campaigns=2),
    Run(name="Slack, 10 workspaces", platform="slack", workspaces=10),
    Run(name="Slack, 20 workspaces", platform="slack", workspaces=20),
    Run(name="Teams, 1 tenant", platform="teams", workspaces=1),
    Run(name="Teams, 5 tenants", platform="teams", workspaces=5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Of one run: messages a second, the part of our share that is, calls above the limit, Jain's index over workspaces and over campaigns."""

    sent: float
    used: float
    above: int
    fair: float
    fair_campaigns: float


def _fill(session: Session, run: Run, each: int) -> None:
    """Keep the campaigns that run, and people who can be reached, each in a conversation of their own."""
    at = now()
    step = Step(id="one", stage=Stage.AWARENESS, kind="pedagogy", title=_WORDS, content=_WORDS)
    for number in range(run.campaigns):
        campaign = Campaign(name=f"campaign-{number}", function=f"function-{number}", titles=_WORDS, steps=(step,))
        content = plain.write_campaign(campaign)
        row = CampaignRow(
            name=campaign.name, function=campaign.function, version=1, status=CampaignStatus.RUNNING, content=content, edited_by="", edited_at=at
        )
        session.add(row)
    for tenant in range(run.workspaces):
        people = [f"{tenant}-{number}" for number in range(each)]
        session.add_all([PersonRow(id=person, directory_id=person, created_at=at) for person in people])
        session.flush()
        session.add_all(
            [
                ConversationReferenceRow(
                    person_id=person, platform=run.platform, tenant=f"T{tenant}", conversation=f"D{person}", scope=Scope.PERSONAL, refreshed_at=at
                )
                for person in people
            ]
        )
        several = [
            Delivery(
                key=uuid5(UUID(int=1), person),
                kind=Kind.CAMPAIGN,
                cause_kind=CAMPAIGN,
                cause_id=(name := f"campaign-{number % run.campaigns}"),
                to=person,
                message=replace(_MESSAGE, blocks=(Text(text=name), *_MESSAGE.blocks)),
                function=f"function-{number % run.campaigns}",
                step="one",
            )
            for number, person in enumerate(people)
        ]
        session.flush()
        deliveries.plan_all(session, several, at)


async def _measure(run: Run, url: str, seconds: float) -> Figure:
    ours = 1 / PACES[run.platform].spacing.total_seconds()
    each = int(ours * (seconds + _WARM) * 1.2) + 20
    here, there = multiprocessing.Pipe()
    platform = multiprocessing.get_context("spawn").Process(target=_serve, args=(run.platform, there), daemon=True)
    platform.start()
    try:
        address = f"http://127.0.0.1:{here.recv()}/"
        async with await Database.open(url) as database, ClientSession() as http:
            await database.write("fill", lambda session: _fill(session, run, each))
            gate = partial(pass_gates, hours=lambda _: _ALWAYS)
            pump = Pump(database, {run.platform: Poster(run.platform, http, address)}, Metrics(), now, gate=gate, aftermath={}, owner="benchmark")
            began = time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(_WARM + seconds):
                    await pump.run()
            await pump.close(5)
            async with http.get(f"{address}taken") as answer:
                told = await answer.json()
    finally:
        platform.terminate()
        platform.join()
    counted = [(tenant, campaign) for tenant, campaign, at in told["taken"] if _WARM <= at - began < _WARM + seconds]
    by_workspace, by_campaign = Counter(tenant for tenant, _ in counted), Counter(campaign for _, campaign in counted)
    return Figure(
        sent=len(counted) / seconds,
        used=len(counted) / seconds / (ours * run.workspaces),
        above=told["above"],
        fair=jain([by_workspace[f"T{number}"] for number in range(run.workspaces)]),
        fair_campaigns=jain([by_campaign[f"campaign-{number}"] for number in range(run.campaigns)]),
    )


def jain(values: Sequence[int]) -> float:
    """Return Jain's fairness index: 1 where all have the same, 1/n where one has all.

    R. Jain, D. Chiu, W. Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared Computer Systems", 1984.
    """
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values)) if any(values) else 0.0


def _table(title: str, figures: Mapping[Run, Figure]) -> Table:
    rows = []
    for run, figure in figures.items():
        limit = LIMITS[run.platform].workspace * run.workspaces
        rows.append(
            (
                run.name,
                f"{figure.sent:.1f} of {limit}",
                f"{figure.used:.3f}",
                str(figure.above),
                f"{figure.fair:.4f}",
                f"{figure.fair_campaigns:.4f}",
                verdict(met=figure.used >= 0.95 and not figure.above and figure.fair >= 0.98, target="0.95 of our share, none above"),
            )
        )
    columns = ("", "sent/s of what it takes", "of our share", "above the limit", "Jain, workspaces", "Jain, campaigns", "")
    return Table(title=title, columns=columns, rows=tuple(rows))


def _figures(new: Callable[[], str], seconds: float, only: str) -> Mapping[Run, Figure]:
    return {run: asyncio.run(_measure(run, new(), seconds)) for run in RUNS if only in run.name}


def main() -> int:
    """Measure both databases; exit 1 where there's no PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--only", default="", help="the runs whose name has this in it")
    chosen = parser.parse_args()
    tables = []
    with tempfile.TemporaryDirectory(prefix="pourqui-") as name:
        folder, numbers = Path(name), iter(range(1000))
        schema.upgrade(f"sqlite:///{folder / 'template.db'}")

        def new_file() -> str:
            return f"sqlite:///{shutil.copy(folder / 'template.db', folder / f'{next(numbers)}.db')}"

        tables.append(_table("SQLite", _figures(new_file, chosen.seconds, chosen.only)))
        if find_programs() is not None:
            with running_server() as server:
                schema.upgrade(server.make("template"))
                figures = _figures(lambda: server.make(f"sends_{next(numbers)}", "template"), chosen.seconds, chosen.only)
                tables.append(_table("PostgreSQL, without fsync", figures))
    show("Sending: what is used of the platforms' limits", tables, markdown=chosen.markdown)
    if find_programs() is None:
        print(MISSING)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
