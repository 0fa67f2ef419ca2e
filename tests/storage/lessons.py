"""What campaigns say, in a test's words: which ones run, whom they'd reach, what is planned of them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from dialogs.campaign import CAMPAIGN, Campaign, CampaignStatus
from dialogs.delivery import Delivery, Kind
from dialogs.events import Reference
from dialogs.people import DirectoryRow
from storage import deliveries, directory, plain
from storage.database import Database
from storage.people import directory_person_id, meet
from storage.tables import CampaignMemberRow, CampaignRow, PersonRow
from tests.company import NOON
from tests.conversation import DIRECT, said
from tests.dialogs.campaigns import READY
from tests.storage.ledger import named, words


async def listed(database: Database, *names: str, where: Reference = DIRECT) -> list[str]:
    """Have these people in the directory, each reached in a conversation of their own; return their ids."""
    rows = tuple(DirectoryRow(id=name, email=f"{name}@vaubert.example", name=name.title(), language="fr") for name in names)

    def meeting(session: Session) -> None:
        directory.import_directory(session, rows, NOON)
        for name in names:
            event = said("bonjour", by=f"U-{name}", where=replace(where, conversation=f"D-{name}"))
            stray = meet(session, event, NOON).person.id
            session.flush()
            directory_id = directory_person_id(name)
            _follow(session, stray, directory_id)

    await database.write("people", meeting)
    return [directory_person_id(name) for name in names]


def _follow(session: Session, stray: str, owner: str) -> None:
    """Have an account be this person's, as a verified e-mail would."""
    for table in ("identity", "conversation_reference"):
        session.connection().exec_driver_sql(f"UPDATE {table} SET person_id = '{owner}' WHERE person_id = '{stray}'")  # noqa: S608
    session.expire_all()
    if (row := session.get(PersonRow, stray)) is not None:
        session.delete(row)
    session.flush()


async def runs(database: Database, campaign: Campaign = READY, status: CampaignStatus = CampaignStatus.RUNNING) -> None:
    """Have a campaign stand so."""

    def keeping(session: Session) -> None:
        row = CampaignRow(
            name=campaign.name,
            function=campaign.function,
            topic=campaign.topic or "",
            version=1,
            status=status,
            content=plain.write_campaign(campaign),
            edited_by="tests",
            edited_at=NOON,
            started_at=NOON,
        )
        session.merge(row)

    await database.write("campaigns", keeping)


async def enters(database: Database, person: str, campaign: Campaign = READY, *, at: datetime = NOON, **more: Any) -> None:
    """Have somebody be of those whom a campaign is for."""
    known: dict[str, Any] = {"arm": "treated", "team": "t", "stage_before": "unaware", "due_at": at} | more
    row = CampaignMemberRow(campaign=campaign.name, person_id=person, entered_at=at, **known)

    def keeping(session: Session) -> None:
        session.add(row)

    await database.write("campaigns", keeping)


def lesson(
    name: str, to: str | Reference, campaign: Campaign = READY, *, step: str | None = None, kind: Kind = Kind.CAMPAIGN, **more: Any
) -> Delivery:
    """Return a message of a campaign's step (the first) that says its own name."""
    return Delivery(
        key=named(name),
        kind=kind,
        cause_kind=CAMPAIGN,
        cause_id=campaign.name,
        to=to,
        message=more.pop("message", words(name)),
        function=campaign.function,
        step=step or campaign.steps[0].id,
        **more,
    )


async def target(database: Database, *several: Delivery, at: datetime = NOON) -> None:
    """Plan messages as a campaign does, which counts them apart from the ledger."""

    def planning(session: Session) -> None:
        for each in several:
            if deliveries.plan(session, each, at) and each.kind is not Kind.REPLY and (row := session.get(CampaignRow, each.cause_id)) is not None:
                row.targeted += 1

    await database.write("campaigns", planning)
