"""What the stories of campaigns share: one of IT that runs, its messages planned in the ledger, and what came of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid5

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.clock import now
from dialogs.campaign import CAMPAIGN, CampaignStatus, Period, Step
from dialogs.catalog import Language
from dialogs.delivery import Delivery, Kind
from dialogs.facts import CampaignEdited
from dialogs.step_message import step_message
from storage import campaigns, deliveries, people
from storage.database import Database
from storage.tables import CampaignRow, EvidenceRow, StandingRow, StepResponseRow
from tests.company import IT
from tests.dialogs.campaigns import FULL
from tests.storage.ledger import named
from tests.stories.hands import NUMBERS, TEXTS
from tests.stories.places import Place

PERIOD = Period(starts=date(2025, 1, 6), ends=date(2099, 12, 18))
RUNNING = replace(FULL, period=PERIOD)
PLANNED_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)  # before any of the stories' days begins


async def runs(database: Database) -> None:
    """Have the campaign run."""

    def body(session: Session) -> None:
        campaigns.edit(session, CampaignEdited(campaign=RUNNING, base=None), "tests", now())
        starts, ends = campaigns.bounds(PERIOD, "Europe/Paris")
        running = {"status": CampaignStatus.RUNNING.value, "starts_at": starts, "ends_at": ends, "started_at": starts, "cursor": None}
        session.execute(update(CampaignRow).values(running))

    await database.write("tests", body)


async def sends(place: Place, database: Database, step: Step, *, who: str = "alice", language: Language = "fr") -> None:
    """Plan a step's message to somebody who has spoken to the bot, and have it sent; they say something meanwhile."""
    kind = Kind.PROMPT if step.kind == "survey" else Kind.CAMPAIGN
    person = people.directory_person_id(NUMBERS[who])
    message = step_message(TEXTS[language], RUNNING, step, IT)
    planned = Delivery(
        key=uuid5(named(RUNNING.name), f"{step.id}|{person}"),
        kind=kind,
        cause_kind=CAMPAIGN,
        cause_id=RUNNING.name,
        to=person,
        message=message,
        function=RUNNING.function,
        step=step.id,
    )
    await place.says(who, "bonjour")
    await database.write("tests", lambda session: deliveries.plan(session, planned, PLANNED_AT))
    await place.says(who, "merci")


async def responses(database: Database) -> list[tuple[str, str, str | None]]:
    """Return what was done with which step."""
    wanted = select(StepResponseRow).order_by(col(StepResponseRow.step), col(StepResponseRow.does))
    return [(row.step, row.does, row.answer) for row in await database.read(lambda session: session.exec(wanted).all())]


async def evidence(database: Database) -> list[tuple[str, float, str | None, bool]]:
    """Return the evidence that was left: its kind, weight and step, and whether a survey brought it about."""
    wanted = select(EvidenceRow).order_by(col(EvidenceRow.number))
    return [(row.kind, round(row.weight, 2), row.step, row.survey) for row in await database.read(lambda session: session.exec(wanted).all())]


async def stage(database: Database, who: str = "alice") -> str | None:
    """Return where somebody stands for IT as a whole."""
    key = (people.directory_person_id(NUMBERS[who]), "it", "")
    row = await database.read(lambda session: session.get(StandingRow, key))
    return row.stage if row else None
