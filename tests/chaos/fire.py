"""Under fire: everything is started, the campaign begins, people ask and tap, the blows fall, by a seed; then it's calm, and the verdict is read."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal, TypeVar

import aiohttp

from bot.limits import paces
from storage import schema
from storage.database import Database
from storage.errors import StorageError
from tests.chaos import verdict as verdicts
from tests.chaos.children import Child, own, start
from tests.chaos.cluster import Cluster, running_cluster
from tests.chaos.crowd import Crowd
from tests.chaos.fleet import Fleet, Process
from tests.chaos.population import Population, office, settle
from tests.chaos.verdict import Flow, Left, Verdict
from tests.platforms.slack_gestures import SECRET
from tests.platforms.slack_workspace import BOT_TOKEN

T = TypeVar("T")
Blow = Literal["kill", "freeze", "restart", "cut"]

_DATABASE = "fleet"
_REST = (0.3, 1.5)  # seconds between a kill and the next start
_DOWN = (1.0, 4.0)  # seconds for which PostgreSQL is away
_FROZEN = (9.0, 15.0)  # seconds: longer than a lease
_CALM_LOOKS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is run. `blows` fall evenly over `seconds`, in an order that the seed draws; `calm` is for how long what is left is awaited then."""

    people: int
    workspaces: int
    askers: int
    serves: int
    workers: int
    runner: Literal["embedded", "procrastinate"]
    database: Literal["sqlite", "postgresql"]
    kills: int
    freezes: int = 0
    restarts: int = 0
    cuts: int = 0
    seconds: float
    calm: float
    share: float = 0.05
    pace_share: int = 80
    rate: float = 4.0
    seed: int = 1
    hurried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    verdict: Verdict
    kills: int
    worker_kills: int
    freezes: int
    restarts: int
    cuts: int
    ended_alone: list[str]
    resumes: list[float]
    flow: Flow | None
    questions: int
    taps: int
    retried: int
    seconds: float
    left: Left


class Fire:
    """One run, in a folder of its own; `tell` is told how it goes."""

    def __init__(self, options: Options, folder: Path, tell: Callable[[str], None] = lambda _: None) -> None:
        self._options, self._folder, self._tell = options, folder, tell
        self._draws = Random(options.seed)
        self._population = Population(people=options.people, workspaces=options.workspaces, askers=options.askers)
        self._cluster: Cluster | None = None
        self._restarts = self._cuts = 0
        self._restarting = asyncio.Lock()
        self._fleet: Fleet
        self.blows: list[tuple[float, str]] = []  # when each fell, and on whom

    async def burn(self) -> Outcome:
        """Do it all. Every process ends with it."""
        with ExitStack() as stack:
            if self._options.database == "postgresql":
                self._cluster = stack.enter_context(running_cluster())
                url = self._cluster.server.make(_DATABASE)
            else:
                url = f"sqlite:///{self._folder / 'fleet.sqlite3'}"
            command = own("tests.chaos.platforms", "--share", str(self._options.share), "--seed", str(self._options.seed))
            platforms = start(command, self._folder / "platforms.log", folder=self._folder, environment={})
            stack.callback(platforms.kill)
            schema.upgrade(url)
            return await self._beside(platforms, url, stack)

    async def _beside(self, platforms: Child, url: str, stack: ExitStack) -> Outcome:
        options = self._options
        said = await platforms.ready("serving")
        if said is None:
            raise RuntimeError(platforms.told())
        base, here = str(said["url"]), office(datetime.now(UTC))  # noqa: TID251 - the machine's own
        async with await Database.open(url) as database:
            campaign = await settle(database, self._population, here, f"{base}/teams/", datetime.now(UTC))  # noqa: TID251
        settings = {
            "POURQUI_DATABASE_URL": url,
            "POURQUI_DATA": str(self._folder),
            "POURQUI_LANGUAGE": "en",  # by which apologies are known
            "POURQUI_RUNNER": options.runner,
            "POURQUI_SECRET_KEY": "the fleet's own key, of thirty-two characters or more",
            "POURQUI_PACE_SHARE": str(options.pace_share),
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{base}/api/",
            **here.settings,
        }
        fleet = self._fleet = Fleet(
            folder=self._folder, environment=settings, serves=options.serves, workers=options.workers, hurried=options.hurried
        )
        stack.callback(fleet.end)
        began = time.monotonic()
        await fleet.begin()
        self._tell(f"the fleet is ready after {time.monotonic() - began:.0f} s")
        crowd = Crowd(population=self._population, url=fleet.url, platforms=base, rate=options.rate, seed=options.seed)
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            people = group.create_task(crowd.work(over))
            keeper = group.create_task(self._keep())
            await self._strike()
            over.set()
            await people
            async with aiohttp.ClientSession() as http, http.post(f"{base}/calm"):
                self._tell("calm")
            async with await Database.open(url) as database:
                left = await self._settled(database, campaign.name)
                keeper.cancel()
                kept = await database.read(partial(verdicts.books, campaign=campaign.name))
            async with aiohttp.ClientSession() as http, http.get(f"{base}/report") as response:
                told = await response.json()
        verdict = verdicts.judge(kept, told, crowd.asked, crowd.taps, options.people)
        verdict.doubles = verdicts.doubles(kept, told, self.blows)
        verdict.crowds = verdicts.crowds(told, self.blows)
        verdict.chases = verdicts.chases(kept, told, self.blows)
        if left.anything:
            verdict.broken.append(f"not settled in time: {left}")
        keys = frozenset(key for key, platform, *_ in kept.rows if platform == "slack")
        pace = 1 / paces(options.pace_share)["slack"].spacing.total_seconds()
        sends = "worker" if options.workers else "serve"
        worker_kills = [at for at, name in fleet.kills if name.startswith(sends)]
        return Outcome(
            verdict=verdict,
            kills=len(fleet.kills),
            worker_kills=len(worker_kills),
            freezes=fleet.freezes,
            restarts=self._restarts,
            cuts=self._cuts,
            ended_alone=fleet.ended_alone,
            resumes=verdicts.resumes(told, keys, worker_kills),
            flow=verdicts.flow(told, keys, options.workspaces, pace),
            questions=len(crowd.asked),
            taps=len(crowd.taps),
            retried=crowd.retried,
            seconds=time.monotonic() - began,
            left=left,
        )

    async def _keep(self) -> None:
        """Start again what ended by itself."""
        while True:
            await self._fleet.revive()
            await asyncio.sleep(0.5)

    async def _strike(self) -> None:
        """Let the blows fall, in an order of the seed's, each a while after the one before; a fleet of one is given the time to come back first."""
        options = self._options
        numbers: dict[Blow, int] = {"kill": options.kills, "freeze": options.freezes, "restart": options.restarts, "cut": options.cuts}
        blows = [blow for blow, number in numbers.items() for _ in range(number)]
        self._draws.shuffle(blows)
        apart, began = options.seconds / (len(blows) + 1), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for blow in blows:
                await self._someone(None)
                await asyncio.sleep(apart * self._draws.uniform(0.5, 1.5))
                await self._begin(group, blow)
        await asyncio.sleep(max(0.0, began + options.seconds - time.monotonic()))

    async def _begin(self, group: asyncio.TaskGroup, blow: Blow) -> None:
        match blow:
            case "kill":
                struck = await self._someone(None)
                struck.busy = True
                self._note(f"{struck.name} killed")
                group.create_task(self._fleet.kill(struck, self._draws.uniform(*_REST)))
            case "freeze":
                role = "worker" if self._options.workers else "serve"
                struck = await self._someone(role)
                struck.busy = True
                self._note(f"{struck.name} frozen")
                group.create_task(self._fleet.freeze(struck, self._draws.uniform(*_FROZEN)))
            case "restart":
                group.create_task(self._restart())
            case "cut":
                group.create_task(self._cut())

    def _note(self, what: str) -> None:
        self.blows.append((time.monotonic(), what))

    async def _someone(self, role: str | None) -> Process:
        """Return a process to which nothing is being done, when there's one."""
        while True:
            if free := [each for each in self._fleet.processes if not each.busy and each.child.runs and role in (None, each.role)]:
                return self._draws.choice(free)
            await asyncio.sleep(0.1)

    async def _restart(self) -> None:
        if self._cluster is not None:
            async with self._restarting:  # else the second one would start what the first one has started by then
                self._restarts += 1
                self._note("PostgreSQL stopped")
                await asyncio.to_thread(self._cluster.stop)
                await asyncio.sleep(self._draws.uniform(*_DOWN))
                await asyncio.to_thread(self._cluster.start)
                self._note("PostgreSQL started")

    async def _cut(self) -> None:
        if self._cluster is not None and self._cluster.is_running:
            try:
                self._cuts += await asyncio.to_thread(self._cluster.cut, _DATABASE, self._draws)
            except Exception as error:  # it's being restarted
                self._tell(f"nothing was cut: {error}")

    async def _settled(self, database: Database, campaign: str) -> Left:
        """Wait until everything is settled, for as long as the run may."""
        until, told = time.monotonic() + self._options.calm, 0.0
        look = partial(verdicts.left, campaign=campaign, population=self._options.people)
        while True:
            left = await _read(lambda: database.read(partial(look, at=datetime.now(UTC))))  # noqa: TID251
            if not left.anything or time.monotonic() > until:
                return left
            if time.monotonic() - told > 10:
                told = time.monotonic()
                self._tell(str(left))
            await asyncio.sleep(_CALM_LOOKS)


async def _read(work: Callable[[], Awaitable[T]]) -> T:
    """Read what the fleet's own database says, however often it's away."""
    while True:
        try:
            return await work()
        except StorageError:
            await asyncio.sleep(0.5)


def logs(folder: Path, lines: int = 30) -> str:
    """Return the last lines of every process's log, for a run that failed."""
    return "\n".join(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) for log in sorted(folder.glob("*.log")))
