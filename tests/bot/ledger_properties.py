"""Random walks of the ledger: whatever is planned, changed, lost and killed, what it promises holds at every step.

    python -m tests.bot.ledger_properties --steps 100000 [--database postgresql]

The test of the same name takes a short walk on each change.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

import structlog
from structlog.testing import capture_logs

from adapters.port import DeliveryError
from bot.delivery import Pump
from bot.public_holidays import hours_for
from bot.settings import read_settings
from dialogs.attention import budget
from dialogs.delivery import Delivery, Doubt, Kind, Status
from dialogs.events import MessageReceived, Platform, Reference, Scope, Sender
from dialogs.gates import pass_gates
from dialogs.working_time import quiet_until
from storage import deliveries, people, schema
from storage.database import Database
from tests.bot.simulated import (
    Crash,
    Death,
    Mortal,
    Posted,
    Time,
    Trouble,
    channel,
    key,
    limited,
    pump,
    reconciler,
    refused,
    says,
    slack,
    teams,
    unanswered,
    unreached,
)
from tests.databases import running_server

WALK = 500  # steps of one walk, each on a database of its own
_ZONES = {"alice": "Europe/Paris", "bob": "America/New_York", "carol": "Australia/Lord_Howe"}
_BUDGET = budget(messages_day=1_000, messages_week=1_000)  # else campaigns would outlast the walk
_SPENDING = (Kind.PROMPT, Kind.REMINDER, Kind.CAMPAIGN)
_LEASE = timedelta(seconds=5)  # between the gate's answer and the write, at most


@dataclass(slots=True)
class Planned:
    """What was planned, as the walk remembers it: `number` says the order."""

    number: int
    delivery: Delivery
    arrivals: int = 0

    @property
    def may_double(self) -> bool:
        return self.delivery.doubt is Doubt.RESEND


class Walk:
    """One walk: two platforms, three people, a few channels, two processes that pump, and a seed."""

    def __init__(self, database: Database, seed: int) -> None:
        self._database, self._random = database, Random(seed)
        self._time = Time()
        self._platforms = slack(self._time), teams(self._time)
        self._planned: dict[UUID, Planned] = {}
        self._people: dict[str, str] = {}
        self._seen: dict[Platform, int] = {"slack": 0, "teams": 0}
        self._lanes: dict[str, list[int]] = defaultdict(list)
        self._latest: dict[str, Posted] = {}
        self._hours = hours_for(read_settings(), self._time)
        self.did: Counter[str] = Counter()

    async def go(self, steps: int) -> None:
        for name in _ZONES:
            await self._speaks(name)
        deeds: dict[Callable[[], Awaitable[None]], int] = {
            self._plan: 30,
            self._edit: 6,
            self._recall: 4,
            self._cancel: 2,
            self._wait: 16,
            self._trouble: 14,
            self._send: 24,
            self._die: 8,
            self._compete: 5,
            self._look: 8,
            self._speak: 3,
        }
        for deed in self._random.choices(list(deeds), list(deeds.values()), k=steps):
            self.did[deed.__name__.strip("_")] += 1
            with capture_logs():
                await deed()
            await self._check()
        await self._come_to_rest()

    # what happens

    async def _plan(self) -> None:
        number = len(self._planned)
        anybody: list[str | Reference] = [*self._people.values(), *self._channels()]
        kind = self._random.choice(list(Kind))
        urgent = kind is Kind.REPLY and self._random.random() < 0.7
        lane = f"lane {self._random.randrange(4)}" if kind is Kind.REPLY and self._random.random() < 0.6 else None
        doubt = Doubt.RESEND if lane is None and self._random.random() < 0.3 else Doubt.HOLD
        at = self._time()
        under = self._random.choice(list(self._planned)) if self._planned and self._random.random() < 0.2 else None
        delivery = Delivery(
            key=key(str(number)),
            kind=kind,
            cause_kind="walk",
            cause_id=f"cause {number % 5}",
            to=self._random.choice(anybody),
            message=says(str(number)),
            not_before=at + timedelta(minutes=self._random.randrange(300)) if self._random.random() < 0.2 else None,
            deadline=at + timedelta(minutes=self._random.randrange(1, 2_000)) if self._random.random() < 0.2 else None,
            urgent=urgent,
            lane=lane,
            under=under,
            doubt=doubt,
        )
        for _ in range(self._random.choice((1, 1, 1, 2))):  # planning twice plans once
            await self._database.write("walk", lambda session: deliveries.plan(session, delivery, at))
        self._planned[delivery.key] = Planned(number=number, delivery=delivery)

    async def _edit(self) -> None:
        if chosen := self._any():
            message = says(f"{chosen.number} edited")
            await self._database.write("walk", lambda session: deliveries.edit(session, chosen.delivery.key, message, self._time()))

    async def _recall(self) -> None:
        if chosen := self._any():
            await self._database.write("walk", lambda session: deliveries.recall(session, chosen.delivery.key, self._time()))

    async def _cancel(self) -> None:
        cause, kinds = f"cause {self._random.randrange(5)}", self._random.sample(list(Kind), 2)
        await self._database.write("walk", lambda session: deliveries.cancel(session, "walk", cause, kinds, self._time()))

    async def _wait(self) -> None:
        unit, most = self._random.choice([("seconds", 20), ("seconds", 20), ("minutes", 5), ("hours", 14)])
        self._time.passes(**{unit: self._random.random() * most})

    async def _trouble(self) -> None:
        trouble = self._random.choice(
            [
                limited(self._random.randrange(60)),
                refused(),
                refused(dead=True),
                unanswered(arrives=True),
                unanswered(arrives=False),
                unreached(),
                Trouble(error=ValueError("a fault of ours")),
                Trouble(takes=9),
                Trouble(error=DeliveryError("502", permanent=False, ambiguous=True), takes=4, arrives=True),
            ]
        )
        self._random.choice(self._platforms).troubles.append(trouble)

    async def _send(self) -> None:
        await self._pump("one").drain(timedelta(seconds=self._random.choice((0, 0, 5))))

    async def _die(self) -> None:
        death = Death(at_step=self._random.randrange(14))
        for platform in self._platforms:
            platform.between = death
        with suppress(Crash):
            await self._pump("one", Mortal(self._database, death)).drain(timedelta(0))
        for platform in self._platforms:
            platform.between = lambda _: None

    async def _compete(self) -> None:
        await asyncio.gather(self._pump("one").drain(timedelta(0)), self._pump("two").drain(timedelta(0)))

    async def _look(self) -> None:
        await reconciler(self._database, *self._platforms, time=self._time).look()

    async def _speak(self) -> None:
        await self._speaks(self._random.choice(list(_ZONES)))

    async def _speaks(self, name: str) -> None:
        platform: Platform = self._random.choice(("slack", "teams"))
        place = Reference(platform=platform, tenant="T1", conversation=f"D-{name}", scope=Scope.PERSONAL)
        sender = Sender(user=name, timezone=_ZONES[name])
        event = MessageReceived(id=str(self._time()), at=self._time(), sender=sender, reference=place, text="bonjour")
        met = await self._database.write("walk", lambda session: people.meet(session, event, self._time()))
        self._people[f"{name} {platform}"] = met.person.id

    def _pump(self, owner: str, database: Database | None = None) -> Pump:
        return pump(
            database or self._database, *self._platforms, time=self._time, owner=owner, gate=partial(pass_gates, hours=self._hours, budget=_BUDGET)
        )

    def _any(self) -> Planned | None:
        return self._random.choice(list(self._planned.values())) if self._planned else None

    def _channels(self) -> list[Reference]:
        return [channel(f"C{number}", platform.name) for number in range(2) for platform in self._platforms]

    # what holds

    async def _check(self) -> None:
        assert await self._database.read(deliveries.imbalances) == []
        arrived = [posted for platform in self._platforms for posted in platform.posted[self._seen[platform.name] :]]
        for posted in sorted(arrived, key=lambda posted: posted.order):
            self._arrived(posted)
        self._seen = {platform.name: len(platform.posted) for platform in self._platforms}

    def _arrived(self, posted: Posted) -> None:
        planned = self._planned[posted.key]
        delivery = planned.delivery
        planned.arrivals += 1
        assert planned.arrivals == 1 or planned.may_double, f"{planned.number} arrived twice"
        if delivery.lane is not None:
            before = self._lanes[delivery.lane]
            assert not before or before[-1] < planned.number, f"{delivery.lane}: {planned.number} after {before[-1]}"
            before.append(planned.number)
        if isinstance(delivery.to, str) and not delivery.urgent:
            zone = next(_ZONES[name.split()[0]] for name, person in self._people.items() if person == delivery.to)
            quiet = [quiet_until(self._hours(zone), at) for at in (posted.asked_at - _LEASE, posted.asked_at)]
            assert None in quiet, f"{planned.number} in quiet hours, at {posted.asked_at}"
        if delivery.not_before is not None:
            assert posted.asked_at >= delivery.not_before
        if delivery.deadline is not None:
            assert posted.asked_at <= delivery.deadline + _LEASE
        place = posted.reference.whole.key
        if place in self._latest:
            limit = timedelta(seconds=1 if posted.reference.platform == "slack" else 1 / 7)
            assert posted.asked_at - self._latest[place].asked_at >= limit, f"{place} is written to too fast"
        self._latest[place] = posted

    async def _come_to_rest(self) -> None:
        """Let all trouble end, and time go by, until nothing more can come: nothing is lost then."""
        for platform in self._platforms:
            platform.troubles.clear()
        for _ in range(60):
            with capture_logs():
                await self._pump("last").drain()
                await self._look()
            await self._check()
            self._time.passes(hours=3, minutes=1)
            lines = await self._database.read(lambda session: list(deliveries.lines(session)))
            if not any(
                line.status in (Status.PLANNED, Status.SENDING) or (line.status, line.platform) == (Status.UNKNOWN, "slack") for line in lines
            ):
                break  # what may have arrived in Slack is looked for first
        for line in lines:
            planned = self._planned[line.key]
            assert line.status not in (Status.PLANNED, Status.SENDING), f"{planned.number} is lost: {line}"
            if line.status == Status.SENT:
                assert planned.arrivals >= 1
            elif line.status == Status.UNKNOWN:
                assert line.platform == "teams", f"{planned.number} could have been looked for"
            elif not planned.may_double:
                assert planned.arrivals == 0, f"{planned.number} is {line.status}, and arrived"
        assert len(lines) == len(self._planned)


@asynccontextmanager
async def databases(kind: str) -> AsyncIterator[Callable[[], str]]:
    """Yield what makes a new, migrated database of this kind, and tells its URL."""
    with tempfile.TemporaryDirectory(prefix="pourqui-") as name:
        folder, numbers = Path(name), iter(range(1_000_000))
        if kind == "sqlite":
            template = folder / "template.db"
            schema.upgrade(f"sqlite:///{template}")
            yield lambda: f"sqlite:///{shutil.copy(template, folder / f'{next(numbers)}.db')}"
            return
        with running_server() as server:
            schema.upgrade(server.make("template"))
            yield lambda: server.make(f"walk_{next(numbers)}", "template")


async def _long(steps: int, kind: str, seed: int) -> None:
    did: Counter[str] = Counter()
    async with databases(kind) as new:
        for walk in range(seed, seed + max(1, steps // WALK)):
            async with await Database.open(new()) as database:
                one = Walk(database, walk)
                try:
                    await one.go(WALK)
                except BaseException:
                    print(f"seed {walk}")  # noqa: T201
                    raise
                did += one.did
    print(f"{kind}: {did.total()} steps, every promise held: {dict(did.most_common())}")  # noqa: T201


def main() -> int:
    """Walk for as many steps as asked; a promise that breaks ends it, and names its seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    asyncio.run(_long(chosen.steps, chosen.database, chosen.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
