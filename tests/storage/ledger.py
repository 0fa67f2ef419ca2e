"""The ledger, in a test's words: what is planned, who claims it, what became of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session, col, select

from dialogs.delivery import Delivery, Ended, Kind
from dialogs.events import Reference, Scope
from dialogs.gates import Candidate, Go, Verdict
from dialogs.messages import Message, Text
from storage import acknowledging, deliveries, plain, reconciling, sending
from storage.acknowledging import Outcome, Sent
from storage.database import Database
from storage.people import meet
from storage.sending import Batch, Change, Claimed, Pace, Workspace
from storage.tables import DeliveryRow
from tests.company import NOON
from tests.conversation import DIRECT, said

SLACK = Workspace(platform="slack", tenant="T1")
TEAMS = Workspace(platform="teams", tenant="tenant-1")
NOWHERE = Workspace(platform="", tenant="")
IT_DESK = Reference(platform="slack", tenant="T1", conversation="C7", scope=Scope.CHANNEL)
AT_WILL = Pace(spacing=timedelta(0), place_spacing=timedelta(0))
_NAMES = UUID("5f7d6f0e-2d7c-4f0e-8f62-6f6e1f1d2a77")
_CLAIMS = count(1)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def named(name: str) -> UUID:
    return uuid5(_NAMES, name)


def words(text: str) -> Message:
    return Message(language="en", blocks=(Text(text=text),))


def delivery(name: str, *, to: str | Reference = DIRECT, kind: Kind = Kind.REPLY, **more: Any) -> Delivery:
    return Delivery(key=named(name), kind=kind, cause_kind="request", cause_id="r1", to=to, message=words(name), **more)


def goes(_candidate: Candidate) -> Verdict:
    return Go()


def place(number: int) -> Reference:
    """Return a conversation of its own."""
    return replace(DIRECT, conversation=f"D{number}")


async def alice(database: Database, *, where: Reference = DIRECT, at: datetime = NOON) -> str:
    """Alice speaks to the bot; return who she is."""
    event = said("bonjour", where=where)
    return (await database.write(event.reference.key, lambda session: meet(session, event, at))).person.id


async def plan(database: Database, *planned: Delivery, at: datetime = NOON) -> list[bool]:
    return await database.write("plan", lambda session: [deliveries.plan(session, each, at) for each in planned])


async def claim(
    database: Database,
    at: datetime = NOON,
    *,
    workspace: Workspace = SLACK,
    owner: str = "pump 1",
    pace: Pace = AT_WILL,
    gate: Any = goes,
    limit: int = 8,
) -> Batch:
    """Own what is due, then claim."""
    claim_id = named(f"claim {next(_CLAIMS)}")

    def body(session: Session) -> Batch:
        sending.own(session, owner, at, limit=10)
        return sending.claim(session, workspace, owner, claim_id, at, pace=pace, gate=gate, limit=limit)

    return await database.write("pump", body)


async def acknowledge(database: Database, claimed: Claimed, outcome: Outcome, at: datetime = NOON) -> Ended | None:
    return await database.write("pump", lambda session: acknowledging.acknowledge(session, claimed.key, claimed.claim, outcome, at))


async def send(database: Database, at: datetime = NOON, **more: Any) -> list[str]:
    """Claim once and send all of it; return what was sent, in order."""
    batch = await claim(database, at, **more)
    for claimed in batch.claimed:
        await acknowledge(database, claimed, Sent(message_id=f"m-{text_of(claimed.message)}"), at)
    return texts_of(batch)


async def expire(database: Database, at: datetime) -> list[Ended]:
    return await database.write("pump", lambda session: reconciling.expire(session, at))


async def changes(database: Database, at: datetime = NOON, *, workspace: Workspace = SLACK, owner: str = "pump 1") -> list[Change]:
    def body(session: Session) -> list[Change]:
        sending.own(session, owner, at, limit=10)
        return sending.changes(session, workspace, owner, at)

    return await database.write("pump", body)


def text_of(message: Message) -> str:
    (block,) = message.blocks
    assert isinstance(block, Text)
    return block.text


def texts_of(batch: Batch) -> list[str]:
    return [text_of(claimed.message) for claimed in batch.claimed]


async def stands(database: Database, name: str) -> tuple[str, str | None]:
    """Return a delivery's status and reason."""
    row = await row_of(database, name)
    return row["status"], row["reason"]


async def row_of(database: Database, name: str) -> dict[str, Any]:
    def read(session: Session) -> dict[str, Any]:
        return session.exec(select(DeliveryRow).where(col(DeliveryRow.key) == named(name))).one().model_dump()

    return await database.read(read)


def arrived(session: Session, key: UUID) -> tuple[Reference, str] | None:
    """Return where a delivery was sent and the platform's id of it there, None where it wasn't, or the platform gave none."""
    row = session.exec(select(DeliveryRow).where(col(DeliveryRow.key) == key, col(DeliveryRow.status) == "sent")).first()
    if row is None or row.message_id is None or row.reference is None:
        return None
    return plain.read_reference(row.reference), row.message_id
