"""A company whose campaigns somebody tampers with: what they send, and all that's kept afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from sqlmodel import Session

from dialogs.actions import Action, FormAction
from dialogs.campaign import Campaign, CampaignStatus, Kept, Period
from dialogs.delivery import Delivery, Kind
from dialogs.events import Event
from dialogs.facts import CampaignEdited
from dialogs.ladder import Stage
from dialogs.messages import Form, FormErrors, Message, Text
from dialogs.rights import Grant, Role
from storage import audit, campaigns, deliveries, evidence, people, roles
from storage.database import Database
from storage.tables import (
    CampaignRow,
    CampaignVersionRow,
    DeliveryRow,
    EvidenceRow,
    PersonRow,
    RequestRow,
    Row,
    StandingRow,
    StepResponseRow,
    table_of,
)
from tests.bot.nameless import Company, company, their, words
from tests.company import NOON
from tests.conversation import asks_form, submits, taps
from tests.dialogs.campaigns import FULL, READY

ALICE, BOB, CAROL = (people.directory_person_id(number) for number in ("p1", "p2", "p3"))
_NAMES: Final = UUID(int=61)
# all that a forged gesture could change
KEPT: Final[tuple[type[Row], ...]] = (CampaignRow, CampaignVersionRow, DeliveryRow, EvidenceRow, RequestRow, StandingRow, StepResponseRow)
RUNS = replace(FULL, period=Period(starts=date(2026, 11, 2), ends=date(2026, 12, 18)))
FINANCES = replace(READY, name="expenses", function="finance")


@dataclass(slots=True, kw_only=True)
class World:
    """The small company with three people of its directory, a campaign of IT that runs, and a draft of it."""

    it: Company

    async def does(self, event: Event) -> str:
        """Return what is said; a form says its title and its mistakes."""
        taken = await self.it.turns.take(event)
        (reply,) = taken.replies
        match reply:
            case Message():
                return words(taken)
            case FormErrors(form=form, errors=errors):
                return "\n".join((form.title, *(error.text for error in errors)))
            case Form():
                return f"a form: {reply.title}"
            case _:
                raise AssertionError(reply)

    async def taps(self, action: Action, by: str = "U1") -> str:
        return await self.does(taps(action, by=by, where=their(by)))

    async def opens(self, action: FormAction, by: str = "U1") -> str:
        return await self.does(asks_form(action, by=by, where=their(by)))

    async def submits(self, action: FormAction, by: str = "U1", **values: str) -> str:
        return await self.does(submits(action, values, by=by, where=their(by)))

    async def all(self) -> dict[str, list[tuple[object, ...]]]:
        return {row.__name__: await self.it.rows(row) for row in KEPT}

    async def refusals(self) -> int:
        return sum(line.outcome == "refused" for line in await self.it.database.read(audit.lines))

    async def keep(self, campaign: Campaign, status: CampaignStatus = CampaignStatus.DRAFT, by: str = "tests") -> None:
        def body(session: Session) -> None:
            assert campaigns.edit(session, CampaignEdited(campaign=campaign, base=None), by, NOON) is not None
            row = session.get_one(CampaignRow, campaign.name)
            row.status = status.value
            row.planned_version = 1

        await self.it.database.write("t", body)

    async def sent(self, person: str, step: str, campaign: Campaign = RUNS) -> None:
        """Let a step have reached somebody."""

        def body(session: Session) -> None:
            key = uuid5(_NAMES, f"{campaign.name}|{step}|{person}")
            message = Message(language="en", blocks=(Text(text="?"),))
            deliveries.plan(
                session,
                Delivery(
                    key=key,
                    kind=Kind.CAMPAIGN,
                    cause_kind="campaign",
                    cause_id=campaign.name,
                    to=person,
                    message=message,
                    function="it",
                    step=step,
                ),
                NOON,
            )
            session.execute(table_of(DeliveryRow).update().where(table_of(DeliveryRow).c.key == key).values(status="sent", ended_at=NOON))

        await self.it.database.write("t", body)

    async def is_(self, person: str, role: Role, function: str | None = "it") -> None:
        await self.it.database.write("t", lambda session: roles.grant(session, person, Grant(role=role, function=function), "tests", NOON))

    async def named(self, name: str) -> Kept:
        kept = await self.it.database.read(lambda session: campaigns.load(session, name))
        assert kept is not None
        return kept

    async def stage(self, person: str) -> Stage:
        found = await self.it.database.read(lambda session: evidence.stages_of(session, person))
        return found.get("it", Stage.UNAWARE)


@asynccontextmanager
async def world(database: Database) -> AsyncIterator[World]:
    async with company(database) as it:
        for user, email in (("U1", "alice.martin"), ("U2", "bob.dupont"), ("U3", "carol.petit")):
            await it.known(user, f"{email}@solane.example")
        await database.write(people.LINKING, lambda session: session.execute(table_of(PersonRow).update().values(language="en")))
        here = World(it=it)
        await here.keep(RUNS, CampaignStatus.RUNNING)
        await here.keep(READY)
        yield here
