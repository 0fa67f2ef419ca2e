"""Campaigns in a company of a few people: what its tests share."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.campaigns import Campaigns
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from dialogs.campaign import (
    Campaign,
    CampaignAudience,
    Delay,
    Kept,
    Period,
    Slice,
    Step,
)
from dialogs.delivery import Status
from dialogs.facts import CampaignEdited, CampaignSteered
from dialogs.ladder import Evidence, EvidenceKind
from dialogs.people import DirectoryRow
from dialogs.working_time import COMPANY_HOURS, WorkingHours
from storage import campaigns, directory, evidence, people
from storage.database import Database
from storage.tables import CampaignMemberRow, CampaignRow, DeliveryRow, table_of
from tests.bot.encoders import real_encoder
from tests.company import CATALOGUE
from tests.dialogs.campaigns import LEARN, READY
from tests.loading import load_catalogue

NINE = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday in Paris
ZONES = ("Europe/Paris", "America/New_York", "Asia/Tokyo", None)
MEMBER, DELIVERY, CAMPAIGN = table_of(CampaignMemberRow).c, table_of(DeliveryRow).c, table_of(CampaignRow).c
EVERYONE = CampaignAudience(include=(Slice(everyone=True),))


def step(name: str, **more: Any) -> Step:
    return replace(LEARN, id=name, **more)


THREE = replace(
    READY,
    audience=EVERYONE,
    period=Period(starts=date(2026, 12, 1), ends=date(2026, 12, 18)),
    control=None,
    steps=(step("a"), step("b", after=Delay(time=2)), step("c", after=Delay(time=1))),
)


def hours(zone: str | None) -> WorkingHours:
    return WorkingHours(timezone=zone or "Europe/Paris", opens=time(8), closes=time(20))


def people_of(number: int, first: int = 0) -> list[DirectoryRow]:
    return [
        DirectoryRow(
            id=f"d{n}",
            email=f"d{n}@vaubert.example",
            name=f"Nom {n}",
            language="fr" if n % 2 else "en",
            timezone=ZONES[n % len(ZONES)],
            site="Lyon" if n % 3 else "Lille",
            department="Ventes",
            segments=("sales",) if n % 4 == 0 else (),
        )
        for n in range(first, first + number)
    ]


@dataclass(slots=True, kw_only=True)
class World:
    """A company with campaigns, at a time that a test sets."""

    database: Database
    knowledge: Knowledge
    at: datetime = NINE
    nudges: list[datetime] = field(default_factory=list)

    def campaigns(self) -> Campaigns:
        return Campaigns(
            self.database,
            self.knowledge,
            both_languages(),
            language="fr",
            office=lambda _: COMPANY_HOURS,
            clock=lambda: self.at,
            planned=lambda: self.nudges.append(self.at),
            hours=hours,
        )

    async def look(self, **passes: float) -> None:
        self.at += timedelta(**passes)
        await self.campaigns().look()

    async def scheduled(self, campaign: Campaign = THREE) -> None:
        await self.edited(campaign)
        assert await self.steer("schedule") is not None

    async def edited(self, campaign: Campaign, base: int | None = None) -> None:
        fact = CampaignEdited(campaign=campaign, base=base)
        assert await self.database.write("t", lambda session: campaigns.edit(session, fact, "p-malik", self.at)) is not None

    async def steer(self, move: Any, version: int = 1) -> Kept | None:
        fact = CampaignSteered(name=READY.name, move=move, version=version)
        return await self.database.write("t", lambda session: campaigns.steer(session, fact, "p-malik", self.at))

    async def hire(self, number: int, first: int = 0) -> None:
        await self.database.write(people.LINKING, lambda session: directory.import_directory(session, people_of(number, first), self.at))

    async def row(self) -> CampaignRow:
        return await self.database.read(lambda session: session.get_one(CampaignRow, READY.name))

    async def members(self) -> list[Any]:
        found = select(table_of(CampaignMemberRow)).order_by(MEMBER.person_id)
        return await self.database.read(lambda session: list(session.connection().execute(found)))

    async def deliveries(self, step_id: str | None = None) -> list[Any]:
        found = select(table_of(DeliveryRow)).where(DELIVERY.cause_kind == "campaign").order_by(DELIVERY.number)
        found = found if step_id is None else found.where(DELIVERY.step == step_id)
        return await self.database.read(lambda session: list(session.connection().execute(found)))

    async def steps(self) -> dict[str, int]:
        return dict(Counter(each.step for each in await self.deliveries()))

    async def ends(self, step_id: str, status: Status = Status.SENT) -> None:
        """What is planned of a step is sent now, or else ended."""
        mine = update(table_of(DeliveryRow)).where(DELIVERY.step == step_id, DELIVERY.status == Status.PLANNED)
        await self.database.write("pump", lambda session: session.execute(mine.values(status=status, ended_at=self.at, sent_at=self.at)))

    async def leaves(self, kind: EvidenceKind, person: str) -> None:
        piece = Evidence(person=person, function="it", topic="", kind=kind, source="test", at=self.at)
        await self.database.write("t", lambda session: evidence.leave(session, piece, self.at))

    async def assert_whole(self) -> None:
        """Whatever happened: targeted is what the ledger has, and nobody got a step twice."""
        found = await self.deliveries()
        assert (await self.row()).targeted == len(found)
        assert len({(each.step, each.person_id) for each in found}) == len(found)


@asynccontextmanager
async def company(database: Database, number: int = 12) -> AsyncIterator[World]:
    await load_catalogue(database, CATALOGUE, "tests")
    known = Knowledge(database, real_encoder(), Metrics())
    try:
        await known.refresh()
        world = World(database=database, knowledge=known)
        await world.hire(number)
        yield world
    finally:
        known.close()
