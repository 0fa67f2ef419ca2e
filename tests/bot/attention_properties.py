"""Random walks of people's attention: whatever is closed, tapped, reopened, paused and limited, nobody is asked more than the budget takes.

    python -m tests.bot.attention_properties --steps 100000 [--database postgresql]

The test of the same name takes a short walk on each change.
"""

import argparse
import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

import structlog
from sqlmodel import Session, select
from structlog.testing import capture_logs

from adapters.encoders.port import Encoder
from bot.delivery import Pump
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from bot.prompts import FeedbackAftermath, Prompts
from bot.public_holidays import hours_for
from bot.settings import read_settings
from dialogs.attention import BUDGET, Budget, Limit, budget
from dialogs.delivery import Delivery, Kind
from dialogs.events import MessageReceived, Platform, Reference, Scope, Sender
from dialogs.feedback import EXPIRES, FEEDBACK, Feedback, Given, Occasion, Pause
from dialogs.feedback_row import feedback_id
from dialogs.gates import pass_gates
from dialogs.people import DirectoryRow, Profile
from dialogs.prompt import prompt_key, reminder_key
from dialogs.working_time import quiet_until
from storage import attention, deliveries, feedback, outside_exchanges, pauses, people
from storage.database import Database
from storage.directory import import_directory
from storage.outside_exchanges import News
from storage.people import LINKING, directory_person_id
from storage.tables import FeedbackRow
from tests.bot.encoders import LetterEncoder
from tests.bot.ledger_properties import databases
from tests.bot.simulated import (
    Crash,
    Death,
    Mortal,
    Posted,
    Time,
    key,
    pump,
    reconciler,
    refused,
    says,
    slack,
    teams,
    unanswered,
    unreached,
)
from tests.company import CATALOGUE
from tests.loading import load_catalogue

WALK = 500  # steps of one walk, each on a database of its own
_ZONES = {"alice": "Europe/Paris", "bob": "America/New_York", "carol": "Asia/Tokyo"}
_FUNCTIONS = tuple(function.slug for function in CATALOGUE.functions)
_LEASE = timedelta(seconds=8)  # between the gate's answer and the write, at most
_BUDGETS = (BUDGET, budget(ask_days=1, ask_function_days=2), budget(ask_days=3, ask_function_days=3))


class Walk:
    """One walk: two platforms, three people in three zones, two functions, two processes, and a seed."""

    def __init__(self, database: Database, encoder: Encoder, seed: int) -> None:
        self._database, self._random = database, Random(seed)
        self._time = Time()
        self._platforms = slack(self._time), teams(self._time)
        self._knowledge = Knowledge(database, encoder, Metrics())
        self._hours = hours_for(read_settings(), self._time)
        self._budget: Budget = self._random.choice(_BUDGETS)
        self._seen: dict[Platform, int] = {"slack": 0, "teams": 0}
        self._exchanges: list[str] = []
        self._reopened: Counter[str] = Counter()
        self._closings: dict[str, Feedback] = {}
        self._campaigns: dict[UUID, Delivery] = {}
        self._settled: dict[str, datetime] = {}  # when each closing was answered or void
        self._paused: dict[tuple[str, str | None], datetime | None] = {}
        self._limits: dict[str, Limit] = {}
        self._asked: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
        self._sent: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
        self._asked_about: Counter[tuple[str, bool, Kind]] = Counter()
        self.did: Counter[str] = Counter()
        self.asked = 0

    async def go(self, steps: int) -> None:
        await load_catalogue(self._database, CATALOGUE, "walk")
        await self._knowledge.refresh()
        await self._database.write(LINKING, lambda session: import_directory(session, tuple(_listed(name) for name in _ZONES), self._time()))
        for name in _ZONES:
            await self._speaks(name)
        deeds: dict[Callable[[], Awaitable[None]], int] = {
            self._close: 22,
            self._tell: 8,
            self._tap: 12,
            self._reopen: 6,
            self._pause: 4,
            self._limit: 3,
            self._campaign: 5,
            self._wait: 26,
            self._trouble: 5,
            self._die: 5,
            self._compete: 8,
            self._speak: 3,
            self._look: 20,
        }
        try:
            for deed in self._random.choices(list(deeds), list(deeds.values()), k=steps):
                self.did[deed.__name__.strip("_")] += 1
                with capture_logs():
                    await deed()
                await self._check()
        finally:
            self._knowledge.close()

    # what happens

    async def _close(self) -> None:
        """The bot answers, or a human closes; an exchange may be closed more than once."""
        again = self._exchanges and self._random.random() < 0.5
        exchange = self._random.choice(self._exchanges[-4:]) if again else f"exchange {len(self._exchanges)}"
        former = next((closing for closing in self._closings.values() if closing.exchange == exchange), None)
        if former is None:
            self._exchanges.append(exchange)
        at = self._time()
        occasion = self._random.choice((Occasion.ANSWER, Occasion.REQUEST))
        closing = Feedback(
            id=feedback_id(exchange, occasion, self._reopened[exchange]),
            exchange=exchange,
            occasion=occasion,
            function=former.function if former else self._random.choice(_FUNCTIONS),
            client=former.client if former else self._anybody(),
            question="mon portable est mort",
            language="fr",
            channel="personal",
            opened_at=at,
            asked_at=at,
            expires_at=at + EXPIRES,
        )
        await self._database.write("walk", lambda session: feedback.ask(session, closing, at, prompt=True))
        self._closings.setdefault(closing.id, closing)

    async def _tell(self) -> None:
        """A tool tells of an exchange that lives there: closed, reopened, closed again."""
        number, at = self._random.randrange(30), self._time()
        name = list(_ZONES)[number % 3]
        news = News(
            source="guichet",
            external_id=f"INC-{number}",
            state=self._random.choice(("closed", "closed", "reopened")),
            at=at - timedelta(minutes=self._random.choice((0, 0, 90))),
            client=_listed(name).email,
            function=_FUNCTIONS[number % len(_FUNCTIONS)],
        )
        await self._database.write("walk", lambda session: outside_exchanges.tell(session, news, at))
        await self._learn()

    async def _tap(self) -> None:
        if self._closings:
            closing = self._random.choice(list(self._closings.values()))
            if closing.expires_at > self._time() and closing.id not in self._settled:
                given = Given(solved=self._random.choice(("yes", "partly", "no")))
                await self._database.write("walk", lambda session: feedback.give(session, closing.id, given, self._time()))
                await self._learn()

    async def _reopen(self) -> None:
        if self._exchanges:
            exchange = self._random.choice(self._exchanges)
            self._reopened[exchange] += 1
            await self._database.write("walk", lambda session: feedback.void(session, exchange, self._time()))
            await self._learn()

    async def _pause(self) -> None:
        person, function, at = self._anybody(), self._random.choice((None, *_FUNCTIONS)), self._time()
        if self._random.random() < 0.6:
            await self._database.write("walk", lambda session: pauses.end(session, person, function))
            self._paused.pop((person, function), None)
            return
        pause = Pause(function=function, until=None if self._random.random() < 0.2 else at + timedelta(days=self._random.randrange(1, 10)))
        await self._database.write("walk", lambda session: pauses.choose(session, person, function, pause.until, at))
        self._paused[person, function] = pause.until

    async def _limit(self) -> None:
        function = self._random.choice(_FUNCTIONS)
        limit = Limit(ask_days=self._random.choice((None, None, 5, 45)), messages_month=self._random.choice((None, 1, 2)))
        await self._database.write("walk", lambda session: attention.set_limit(session, function, limit, "walk", self._time()))
        self._limits[function] = limit

    async def _campaign(self) -> None:
        number, at = len(self._campaigns), self._time()
        campaign = Delivery(
            key=key(f"campaign {number}"),
            kind=Kind.CAMPAIGN,
            cause_kind="campaign",
            cause_id=str(number),
            to=self._anybody(),
            message=says(str(number)),
            function=self._random.choice(_FUNCTIONS),
            deadline=at + timedelta(days=10),
        )
        await self._database.write("walk", lambda session: deliveries.plan(session, campaign, at))
        self._campaigns[campaign.key] = campaign

    async def _wait(self) -> None:
        unit, most = self._random.choice([("minutes", 20), ("minutes", 40), ("hours", 6), ("hours", 20), ("days", 6)])
        self._time.passes(**{unit: self._random.random() * most})

    async def _trouble(self) -> None:
        trouble = self._random.choice([refused(), unanswered(arrives=True), unanswered(arrives=False), unreached()])
        self._random.choice(self._platforms).troubles.append(trouble)

    async def _look(self) -> None:
        """The clock's round: what is due is planned, sent, and looked for."""
        await self._job(self._database).look()
        await self._pump("one").drain(timedelta(0))
        await reconciler(self._database, *self._platforms, time=self._time, aftermath=_AFTERMATH).look()
        await self._learn()

    async def _die(self) -> None:
        """A process ends at any step of its round, and another one takes over later."""
        death = Death(at_step=self._random.randrange(14))
        for platform in self._platforms:
            platform.between = death
        mortal = Mortal(self._database, death)
        with suppress(Crash):
            await self._job(mortal).look()
            await self._pump("one", mortal).drain(timedelta(0))
        for platform in self._platforms:
            platform.between = lambda _: None
        await self._learn()

    async def _compete(self) -> None:
        await asyncio.gather(self._job(self._database).look(), self._job(self._database).look())
        await asyncio.gather(self._pump("one").drain(timedelta(0)), self._pump("two").drain(timedelta(0)))
        await self._learn()

    async def _speak(self) -> None:
        await self._speaks(self._random.choice(list(_ZONES)))

    async def _speaks(self, name: str) -> None:
        """Somebody writes, on either platform: that's where they're reached from then on."""
        platform: Platform = self._random.choice(("slack", "teams"))
        place = Reference(platform=platform, tenant="T1", conversation=f"D-{name}", scope=Scope.PERSONAL)
        event = MessageReceived(id=str(self._time()), at=self._time(), sender=Sender(user=name), reference=place, text="bonjour")

        def meet(session: Session) -> None:
            people.meet(session, event, self._time())
            profile = Profile(platform=platform, tenant="T1", user=name, email=_listed(name).email, timezone=_ZONES[name])
            people.learn_profile(session, profile, self._time())

        await self._database.write(LINKING, meet)

    def _job(self, database: Database) -> Prompts:
        return Prompts(
            database,
            self._knowledge,
            both_languages(),
            language="fr",
            timezone="Europe/Paris",
            delay=timedelta(minutes=15),
            clock=self._time,
            planned=lambda: None,
        )

    def _pump(self, owner: str, database: Database | None = None) -> Pump:
        gate = partial(pass_gates, hours=self._hours, budget=self._budget)
        return pump(database or self._database, *self._platforms, time=self._time, owner=owner, gate=gate, aftermath=_AFTERMATH)

    def _anybody(self) -> str:
        return directory_person_id(self._random.choice(list(_ZONES)))

    # what holds

    async def _learn(self) -> None:
        """Remember every closing, and since when each is settled, as its first sight tells."""
        rows = await self._database.read(lambda session: [feedback.closing(row) for row in session.exec(select(FeedbackRow))])
        for closing in rows:
            self._closings.setdefault(closing.id, replace(closing, answered_at=None, voided_at=None))
            if (settled := closing.answered_at or closing.voided_at) is not None:
                self._settled.setdefault(closing.id, settled)

    async def _check(self) -> None:
        assert await self._database.read(deliveries.imbalances) == []
        arrived = [posted for platform in self._platforms for posted in platform.posted[self._seen[platform.name] :]]
        for posted in sorted(arrived, key=lambda posted: posted.order):
            self._arrived(posted)
        self._seen = {platform.name: len(platform.posted) for platform in self._platforms}

    def _arrived(self, posted: Posted) -> None:
        if posted.key in self._campaigns:
            campaign = self._campaigns[posted.key]
            self._took(str(campaign.to), campaign.function, posted, "message")
            return
        self.asked += 1
        about = {prompt_key(each.exchange, each.id): (each, Kind.PROMPT) for each in self._closings.values()}
        about |= {reminder_key(each.exchange, each.id): (each, Kind.REMINDER) for each in self._closings.values()}
        closing, kind = about[posted.key]
        assert closing.client is not None
        round_ = closing.exchange, closing.occasion is Occasion.LATER, kind
        self._asked_about[round_] += 1
        assert self._asked_about[round_] == 1, f"{round_} was asked about twice"
        assert posted.asked_at <= closing.expires_at + _LEASE, f"{closing.id} had expired"
        settled = self._settled.get(closing.id)
        assert settled is None or settled >= posted.asked_at - _LEASE, f"{closing.id} was settled at {settled}, asked about at {posted.asked_at}"
        self._took(closing.client, closing.function, posted, "ask")

    def _took(self, person: str, function: str | None, posted: Posted, spending: str) -> None:
        at = posted.asked_at
        zone = next(zone for name, zone in _ZONES.items() if directory_person_id(name) == person)
        assert None in [quiet_until(self._hours(zone), each) for each in (at - _LEASE, at)], f"in quiet hours, at {at} in {zone}"
        for pause in (None, function):
            if (person, pause) in self._paused:
                until = self._paused[person, pause]
                assert until is not None, f"{person} paused {pause} for good"
                assert until <= at + _LEASE, f"{person} paused {pause} until {until}, and was written to at {at}"
        taken = (self._asked if spending == "ask" else self._sent)[person]
        limit = self._limits.get(function or "", Limit())
        for cap in self._caps(spending, limit):
            within = [each for each, theirs in taken if at - each < cap[1] - _LEASE and (not cap[2] or theirs == function)]
            assert len(within) < cap[0], f"{spending} to {person} by {function} at {at}: {within} within {cap[1]}"
        taken.append((at, function))

    def _caps(self, spending: str, limit: Limit) -> list[tuple[int, timedelta, bool]]:
        """Return number, time, and whether it's the same function's, worked out apart from the code that's tested."""
        if spending == "ask":
            (all_, own) = self._budget.asks
            return [(1, all_.within, False), (1, max(own.within, timedelta(days=limit.ask_days or 0)), True)]
        day, week, month = self._budget.messages
        fewer = limit.messages_month or month.number
        return [(day.number, day.within, False), (week.number, week.within, False), (min(month.number, fewer), month.within, True)]

    async def standing(self) -> Counter[str]:
        """Return what became of the asks, for a test to see that there were enough of each."""
        lines = await self._database.read(lambda session: list(deliveries.lines(session)))
        return Counter(line.reason or line.status for line in lines if line.cause_kind == FEEDBACK)


_AFTERMATH = {FEEDBACK: FeedbackAftermath()}


def _listed(name: str) -> DirectoryRow:
    return DirectoryRow(id=name, email=f"{name}@vaubert.example", name=name.title(), language="fr", timezone=_ZONES[name])


async def _long(steps: int, kind: str, seed: int, encoder: Encoder) -> None:
    did, came, asked = Counter[str](), Counter[str](), 0
    async with databases(kind) as new:
        for walk in range(seed, seed + max(1, steps // WALK)):
            async with await Database.open(new()) as database:
                one = Walk(database, encoder, walk)
                try:
                    await one.go(min(WALK, steps))
                except BaseException:
                    print(f"seed {walk}")  # noqa: T201
                    raise
                did, came, asked = did + one.did, came + await one.standing(), asked + one.asked
    print(f"{kind}: {did.total()} steps, {asked} asks, every promise held: {dict(did.most_common())}; {dict(came.most_common())}")  # noqa: T201


def main() -> int:
    """Walk for as many steps as asked; a promise that breaks ends it, and names its seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    asyncio.run(_long(chosen.steps, chosen.database, chosen.seed, LetterEncoder()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
