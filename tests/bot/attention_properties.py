"""Random walks of people's attention: whatever is closed, tapped, reopened, paused and limited, nobody is asked more than the budget takes.

    python -m tests.bot.attention_properties --steps 100000 [--database postgresql]

The test of the same name takes a short walk on each change.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

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
from dialogs.campaign import CAMPAIGN, CampaignStatus
from dialogs.campaign_actions import Move
from dialogs.delivery import Delivery, Kind
from dialogs.events import MessageReceived, Platform, Reference, Scope, Sender
from dialogs.facts import CampaignSteered
from dialogs.feedback import EXPIRES, FEEDBACK, Feedback, Given, Occasion, Pause
from dialogs.feedback_row import feedback_id
from dialogs.gates import pass_gates
from dialogs.ladder import STAGE_OF, Evidence, EvidenceKind
from dialogs.people import DirectoryRow, Profile
from storage import attention, campaigns, deliveries, evidence, feedback, outside_exchanges, pauses, people, plain, tallies
from storage.database import Database
from storage.directory import import_directory
from storage.outside_exchanges import News
from storage.people import LINKING, directory_person_id
from storage.tables import CampaignRow, FeedbackRow
from tests.bot.attention_promises import CAMPAIGNS, FUNCTIONS, ZONES, Promises
from tests.bot.encoders import LetterEncoder
from tests.bot.ledger_properties import databases
from tests.bot.simulated import Crash, Death, Mortal, Time, key, pump, reconciler, refused, says, slack, teams, unanswered, unreached
from tests.company import CATALOGUE
from tests.loading import load_catalogue

WALK = 500  # steps of one walk, each on a database of its own
# without what it answers, of which an index would be built: nobody asks here
_COMPANY = replace(CATALOGUE, functions=tuple(replace(function, services=(), entries=()) for function in CATALOGUE.functions))
_BUDGETS = (
    BUDGET,
    budget(ask_days=1, ask_function_days=2, messages_day=2, messages_week=4, messages_function_month=9, messages_kept=2),
    budget(ask_days=3, ask_function_days=3, messages_kept=0),
)


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
        self._promises = Promises(self._hours, self._budget)
        self.did: Counter[str] = Counter()

    async def go(self, steps: int) -> None:
        await load_catalogue(self._database, _COMPANY, "walk")
        await self._knowledge.refresh()
        await self._database.write(LINKING, lambda session: import_directory(session, tuple(_listed(name) for name in ZONES), self._time()))
        for name in ZONES:
            await self._speaks(name)
        await self._database.write("walk", self._begin)
        deeds: dict[Callable[[], Awaitable[None]], int] = {
            self._close: 22,
            self._tell: 8,
            self._tap: 12,
            self._reopen: 6,
            self._pause: 4,
            self._limit: 3,
            self._campaign: 10,
            self._steer: 3,
            self._leave: 1,
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
                if deed in (self._look, self._die, self._compete):  # those that send; the ledger, once out of balance, stays so
                    await self._check()
            await self._check()
        finally:
            self._knowledge.close()

    # what happens

    async def _close(self) -> None:
        """The bot answers, or a human closes; an exchange may be closed more than once."""
        again = self._exchanges and self._random.random() < 0.5
        exchange = self._random.choice(self._exchanges[-4:]) if again else f"exchange {len(self._exchanges)}"
        former = next((closing for closing in self._promises.closings.values() if closing.exchange == exchange), None)
        if former is None:
            self._exchanges.append(exchange)
        at = self._time()
        occasion = self._random.choice((Occasion.ANSWER, Occasion.REQUEST))
        closing = Feedback(
            id=feedback_id(exchange, occasion, self._reopened[exchange]),
            exchange=exchange,
            occasion=occasion,
            function=former.function if former else self._random.choice(FUNCTIONS),
            client=former.client if former else self._anybody(),
            question="mon portable est mort",
            language="fr",
            channel="personal",
            opened_at=at,
            asked_at=at,
            expires_at=at + EXPIRES,
        )
        await self._database.write("walk", lambda session: feedback.ask(session, closing, at, prompt=True))
        self._promises.closings.setdefault(closing.id, closing)

    async def _tell(self) -> None:
        """A tool tells of an exchange that lives there: closed, reopened, closed again."""
        number, at = self._random.randrange(30), self._time()
        name = list(ZONES)[number % 3]
        news = News(
            source="guichet",
            external_id=f"INC-{number}",
            state=self._random.choice(("closed", "closed", "reopened")),
            at=at - timedelta(minutes=self._random.choice((0, 0, 90))),
            client=_listed(name).email,
            function=FUNCTIONS[number % len(FUNCTIONS)],
        )
        await self._database.write("walk", lambda session: outside_exchanges.tell(session, news, at))
        await self._learn()

    async def _tap(self) -> None:
        if self._promises.closings:
            closing = self._random.choice(list(self._promises.closings.values()))
            if closing.expires_at > self._time() and closing.id not in self._promises.settled:
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
        person, function, at = self._anybody(), self._random.choice((None, *FUNCTIONS)), self._time()
        if self._random.random() < 0.6:
            await self._database.write("walk", lambda session: pauses.end(session, person, function))
            self._promises.paused.pop((person, function), None)
            return
        pause = Pause(function=function, until=None if self._random.random() < 0.2 else at + timedelta(days=self._random.randrange(1, 10)))
        await self._database.write("walk", lambda session: pauses.choose(session, person, function, pause.until, at))
        self._promises.paused[person, function] = pause.until

    async def _limit(self) -> None:
        function = self._random.choice(FUNCTIONS)
        limit = Limit(ask_days=self._random.choice((None, None, 5, 45)), messages_month=self._random.choice((None, 1, 2)))
        await self._database.write("walk", lambda session: attention.set_limit(session, function, limit, "walk", self._time()))
        self._promises.limits[function] = limit

    def _begin(self, session: Session) -> None:
        """Have three campaigns run, of two functions."""
        for campaign in CAMPAIGNS:
            row = CampaignRow(
                name=campaign.name,
                function=campaign.function,
                version=1,
                status=CampaignStatus.RUNNING,
                content=plain.write_campaign(campaign),
                edited_by="walk",
                edited_at=self._time(),
            )
            session.add(row)

    async def _campaign(self) -> None:
        """A campaign plans one of its steps for somebody."""
        number, at = len(self._promises.campaigns), self._time()
        campaign, step = self._random.choice(CAMPAIGNS), self._random.choice(CAMPAIGNS[0].steps)
        message = Delivery(
            key=key(f"campaign {number}"),
            kind=Kind.PROMPT if step.kind == "survey" else Kind.CAMPAIGN,
            cause_kind=CAMPAIGN,
            cause_id=campaign.name,
            to=self._anybody(),
            message=says(str(number)),
            function=campaign.function,
            step=step.id,
            priority=1 - CAMPAIGNS.index(campaign),
            deadline=at + timedelta(days=10),
        )

        def planning(session: Session) -> None:
            row = session.get(CampaignRow, campaign.name)
            assert row is not None
            row.targeted += deliveries.plan(session, message, at)

        await self._database.write("walk", planning)
        self._promises.campaigns[message.key] = message

    async def _steer(self) -> None:
        """A campaign is paused, or goes on."""
        name, at = self._random.choice(CAMPAIGNS).name, self._time()
        move: Move = "resume" if name in self._promises.held else "pause"
        steered = CampaignSteered(name=name, move=move, version=1)
        assert await self._database.write("walk", lambda session: campaigns.steer(session, steered, "walk", at)) is not None
        if move == "pause":
            self._promises.held[name] = at
        else:
            del self._promises.held[name]

    async def _leave(self) -> None:
        """Somebody does what shows where they stand."""
        kind = self._random.choice((EvidenceKind.CARD_OPENED, EvidenceKind.CARD_OPENED, EvidenceKind.QUIZ, EvidenceKind.GESTURE))
        person, function, at = self._anybody(), self._random.choice(FUNCTIONS), self._time()
        piece = Evidence(person=person, function=function, topic="", kind=kind, source=f"walk|{at}", at=at)
        await self._database.write("walk", lambda session: evidence.leave(session, piece, at))
        self._promises.there[person, function].append((at, STAGE_OF[kind]))

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
        await self._speaks(self._random.choice(list(ZONES)))

    async def _speaks(self, name: str) -> None:
        """Somebody writes, on either platform: that's where they're reached from then on."""
        platform: Platform = self._random.choice(("slack", "teams"))
        place = Reference(platform=platform, tenant="T1", conversation=f"D-{name}", scope=Scope.PERSONAL)
        event = MessageReceived(id=str(self._time()), at=self._time(), sender=Sender(user=name), reference=place, text="bonjour")

        def meet(session: Session) -> None:
            people.meet(session, event, self._time())
            profile = Profile(platform=platform, tenant="T1", user=name, email=_listed(name).email, timezone=ZONES[name])
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
        return directory_person_id(self._random.choice(list(ZONES)))

    # what holds

    async def _learn(self) -> None:
        """Remember every closing, and since when each is settled, as its first sight tells."""
        for name, answered_at, voided_at in await self._database.read(lambda session: session.execute(_SETTLED).all()):
            if name not in self._promises.closings:
                closing = await self._database.read(partial(_closing, name=name))
                self._promises.closings[name] = replace(closing, answered_at=None, voided_at=None)
            if (settled := answered_at or voided_at) is not None:
                self._promises.settled.setdefault(name, settled)

    async def _check(self) -> None:
        assert await self._database.read(_imbalances) == []
        arrived = [posted for platform in self._platforms for posted in platform.posted[self._seen[platform.name] :]]
        for posted in sorted(arrived, key=lambda posted: posted.order):
            self._promises.arrived(posted)
        self._seen = {platform.name: len(platform.posted) for platform in self._platforms}

    @property
    def asked(self) -> int:
        """How many asks arrived."""
        return self._promises.asks

    async def standing(self) -> Counter[str]:
        """Return what became of the asks, for a test to see that there were enough of each."""
        lines = await self._database.read(lambda session: list(deliveries.lines(session)))
        return Counter(line.reason or line.status for line in lines if line.cause_kind == FEEDBACK)

    async def taught(self) -> Counter[str]:
        """Return what became of what the campaigns planned."""
        lines = await self._database.read(lambda session: list(deliveries.lines(session)))
        return Counter(line.reason or line.status for line in lines if line.cause_kind == CAMPAIGN)


def _closing(session: Session, name: str) -> Feedback:
    return feedback.closing(session.get_one(FeedbackRow, name))


def _imbalances(session: Session) -> list[object]:
    """Return where the ledger's identity, or a campaign's own, doesn't hold."""
    counted = ((campaign.name, tallies.counts(session, campaign.name)) for campaign in CAMPAIGNS)
    return [*deliveries.imbalances(session), *((name, tally) for name, tally in counted if not tally.is_balanced)]


_AFTERMATH = {FEEDBACK: FeedbackAftermath()}
_SETTLED = select(FeedbackRow.id, FeedbackRow.answered_at, FeedbackRow.voided_at)


def _listed(name: str) -> DirectoryRow:
    return DirectoryRow(id=name, email=f"{name}@vaubert.example", name=name.title(), language="fr", timezone=ZONES[name])


async def _long(steps: int, kind: str, seed: int, encoder: Encoder) -> None:
    did, came, taught, asked = Counter[str](), Counter[str](), Counter[str](), 0
    async with databases(kind) as new:
        for walk in range(seed, seed + max(1, steps // WALK)):
            async with await Database.open(new()) as database:
                one = Walk(database, encoder, walk)
                try:
                    await one.go(min(WALK, steps))
                except BaseException:
                    print(f"seed {walk}")  # noqa: T201
                    raise
                did, came, asked, taught = did + one.did, came + await one.standing(), asked + one.asked, taught + await one.taught()
    counted = "; ".join(str(dict(each.most_common())) for each in (did, came, taught))
    print(f"{kind}: {did.total()} steps, {asked} asks, every promise held: {counted}")  # noqa: T201


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
