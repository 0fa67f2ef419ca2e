"""Digests: each function hears what waits for it once a working day; whoever reported a mistake hears that it's mended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from bot.clock import Clock
from bot.digests import Digests
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from dialogs.events import Reference, Scope
from dialogs.facts import ExchangeOpened, Fact, WrongSaid
from dialogs.people import Profile
from dialogs.request import Desk
from dialogs.rights import Grant, Role
from dialogs.working_time import COMPANY_HOURS
from storage import bindings, deliveries, facts, gaps, people, roles
from storage.database import Database
from storage.deliveries import Line
from tests.bot.encoders import real_encoder
from tests.bot.program import furnish
from tests.conversation import said

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(days=1)
CHANNEL = Reference(platform="slack", tenant="T1", conversation="C-IT", scope=Scope.CHANNEL)
HERS = Reference(platform="slack", tenant="T1", conversation="D9", scope=Scope.PERSONAL)
ASKED = ExchangeOpened(exchange="e1", question="où est le café ?", language="fr", outcome="none", function="it", ids=(), confidence=0.1)
ANSWERED = ExchangeOpened(exchange="e2", question="mon portable", language="fr", outcome="answer", function="it", ids=("it_laptop",), confidence=0.9)


@dataclass(slots=True, kw_only=True)
class Office:
    """The jobs, at a time that a test sets, and how often they said that something was planned."""

    database: Database
    knowledge: Knowledge
    at: datetime = MONDAY
    nudges: list[datetime] = field(default_factory=list)

    def jobs(self) -> Digests:
        clock: Clock = lambda: self.at  # noqa: E731
        return Digests(
            self.database,
            self.knowledge,
            both_languages(),
            language="fr",
            office=lambda _: COMPANY_HOURS,
            clock=clock,
            planned=lambda: self.nudges.append(self.at),
        )

    async def sent(self) -> list[Line]:
        return await self.database.read(lambda session: list(deliveries.lines(session)))

    async def happened(self, *told: Fact) -> None:
        event = said("?")

        def take(session: Session) -> None:
            person = people.meet(session, event, MONDAY).person
            for fact in told:
                facts.record(session, fact, person=person, event=event, catalogue_version=1, at=MONDAY)

        await self.database.write(event.reference.key, take)

    async def bound(self) -> None:
        desk = Desk(function="it", service=None, reference=CHANNEL, language="fr")
        await self.database.write("binding", lambda session: bindings.bind(session, desk, "p-1", MONDAY))


@asynccontextmanager
async def office(database: Database) -> AsyncIterator[Office]:
    await furnish(database)
    known = Knowledge(database, real_encoder(), Metrics())
    try:
        await known.refresh()
        yield Office(database=database, knowledge=known)
    finally:
        known.close()


async def test_a_function_hears_in_its_channel_what_waits_for_it_once_a_day(database: Database) -> None:
    async with office(database) as it:
        await it.bound()
        await it.happened(ASKED)
        await it.jobs().send()
        await it.jobs().send()
        (line,) = await it.sent()
        assert (line.kind, line.cause_id, line.platform, line.tenant, line.status) == ("digest", "it", "slack", "T1", "planned")
        assert it.nudges == [MONDAY]
        it.at = MONDAY + timedelta(days=1)
        await it.jobs().send()
        assert len(await it.sent()) == 2


async def test_on_a_day_off_nobody_hears_anything(database: Database) -> None:
    async with office(database) as it:
        await it.bound()
        await it.happened(ASKED)
        it.at = SUNDAY
        await it.jobs().send()
        assert await it.sent() == []
        assert it.nudges == []


async def test_without_a_channel_the_owner_hears_it_and_without_anybody_it_waits(database: Database) -> None:
    async with office(database) as it:
        await it.happened(ASKED)
        await it.jobs().send()
        assert await it.sent() == []
        carol = Profile(platform="slack", tenant="T1", user="U-carol", email="carol.petit@solane.example")

        def own(session: Session) -> str:
            people.meet(session, said("bonjour", by="U-carol", where=HERS), MONDAY)
            person = people.learn_profile(session, carol, MONDAY).person
            roles.grant(session, person.id, Grant(role=Role.OWNER, function="it"), "tests", MONDAY)
            return person.id

        owner = await database.write("people", own)
        await it.jobs().send()
        (line,) = await it.sent()
        assert (line.person_id, line.cause_id) == (owner, "it")


async def test_whoever_reported_a_mistake_hears_once_that_it_is_mended(database: Database) -> None:
    async with office(database) as it:
        await it.happened(ANSWERED, WrongSaid(exchange="e2", id="it_laptop", comment="c'est deux semaines"))
        await it.jobs().tell()
        assert await it.sent() == []
        await it.jobs().send()  # takes the remark in
        (gap,) = await database.read(gaps.open_gaps)
        await database.write("settling", lambda session: gaps.settle(session, gap.id, "written", "it_laptop", "p-1", MONDAY))
        await it.jobs().tell()
        await it.jobs().tell()
        (line,) = await it.sent()
        assert (line.kind, line.cause_kind, line.status) == ("reply", "correction", "planned")
        assert line.person_id is not None
        assert len(it.nudges) == 1
