"""What people say beside a request stays with them, and whoever asked discreetly is named to nobody but the system."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import uuid5

import pytest
from prometheus_client import generate_latest
from sqlmodel import Session, select
from structlog.testing import capture_logs

from adapters.port import Taken
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.turns import Turns
from dialogs.events import Event, MessageEdited, Overheard, Reference, Scope, Sender
from dialogs.people import Profile
from dialogs.request import Desk, Step
from dialogs.request_actions import (
    AddToRequest,
    AnswerRequest,
    AskHuman,
    ClaimRequest,
    CloseRequest,
    HandRequest,
    ReleaseRequest,
    ReopenRequest,
    WithdrawRequest,
)
from dialogs.rights import Grant, Role
from storage import bindings, people, requests, roles
from storage.database import Database
from storage.requests import keep
from storage.tables import DeliveryRow, Row
from tests.bot.encoders import LetterEncoder
from tests.bot.engine import engine
from tests.bot.program import furnish
from tests.company import DIRECTORY, NOON
from tests.conversation import DIRECT, said, submits, taps

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ROOM = Reference(platform="slack", tenant="T1", conversation="C-IT", scope=Scope.CHANNEL)
BOBS = replace(DIRECT, conversation="D2")
CARD = "9.1"
WHO = ("Alice", "Martin", "Lyon", "Ventes", "alice.martin")


@dataclass(slots=True, kw_only=True)
class Company:
    """The engine over a small company, whose IT has a channel."""

    database: Database
    turns: Turns
    metrics: Metrics
    gestures: int = 0

    async def takes(self, event: Event) -> Taken:
        return await self.turns.take(event)

    async def asked(self, *, way: str) -> str:
        """Alice asks IT; her card is in its channel. Return the request's id."""
        asking = submits(AskHuman(slug="it"), {"question": "where is my cable", "way": way}, by="U1")
        await self.takes(asking)
        request = str(uuid5(asking.key, "request"))
        await self.arrives(request)
        return request

    async def arrives(self, request: str) -> None:
        """Let its card be in the channel."""

        def place(session: Session) -> None:
            found = requests.load(session, request)
            assert found is not None
            keep(session, replace(found, thread=CARD), Step.PLACED, None, None, NOON)

        await self.database.write("test", place)

    def says(self, number: int, text: str, *, thread: str = CARD, files: int = 0) -> Overheard:
        self.gestures += 1
        sender = Sender(user=f"U{number}")
        message = f"8.{self.gestures}"
        return Overheard(id=message, at=NOON, sender=sender, reference=ROOM.under(thread), text=text, message_id=message, files=files)

    async def kept(self) -> str:
        """Return all that the database holds, in words."""

        def read(session: Session) -> str:
            return "\n".join(str(tuple(row)) for table in Row.metadata.sorted_tables for row in session.connection().execute(table.select()))

        return await self.database.read(read)

    async def at_the_experts(self) -> str:
        """Return all that goes to the channel, or to those who stand in for it."""
        alice = people.directory_person_id("p1")

        def read(session: Session) -> str:
            rows = session.exec(select(DeliveryRow).where(DeliveryRow.person_id.is_distinct_from(alice)))  # type: ignore[union-attr]
            return "\n".join(f"{row.message} {row.change_message}" for row in rows)

        return await self.database.read(read)


@pytest.fixture
async def company(database: Database) -> AsyncIterator[Company]:
    """The company: Alice asks, Bob owns IT and Finance, Carol is nobody's expert."""
    await furnish(database)

    def settle(session: Session) -> None:
        for number, where in ((1, DIRECT), (2, BOBS), (3, replace(DIRECT, conversation="D3"))):
            profile = Profile(platform="slack", tenant="T1", user=f"U{number}", email=DIRECTORY[number - 1].email)
            people.learn_profile(session, profile, NOON)
            people.meet(session, said("hello", by=f"U{number}", where=where), NOON)
        bindings.bind(session, Desk(function="it", service=None, reference=ROOM, language="fr"), "p-1", NOON)
        for slug in ("it", "finance"):
            roles.grant(session, people.directory_person_id("p2"), Grant(role=Role.OWNER, function=slug), "tests", NOON)

    await database.write(people.LINKING, settle)
    metrics = Metrics()
    known = Knowledge(database, LetterEncoder(), metrics)
    try:
        await known.refresh()
        yield Company(database=database, turns=engine(database, known, clock=lambda: NOON, metrics=metrics), metrics=metrics)
    finally:
        known.close()


async def test_what_is_said_in_the_channel_outside_our_threads_is_never_kept(company: Company) -> None:
    await company.asked(way="named")
    before = await company.kept()
    for event in (
        company.says(3, "secret of the thread next door", thread="7.7"),
        company.says(2, "secret of an expert", thread="7.7", files=1),
        MessageEdited(id="e1", at=NOON, sender=Sender(user="U3"), reference=ROOM.under("7.7"), message_id="7.8", text="another secret"),
    ):
        assert (await company.takes(event)).replies == ()
    assert await company.kept() == before, "not a row, not a trace of who was there"


async def test_of_what_is_said_aside_in_our_threads_no_word_is_kept(company: Company) -> None:
    await company.asked(way="named")
    await company.takes(company.says(2, "// secret among us"))
    await company.takes(company.says(3, "secret of somebody who doesn't answer for IT"))
    assert "secret" not in await company.kept()


async def test_whoever_asked_discreetly_is_named_neither_to_the_experts_nor_in_logs_or_metrics(company: Company) -> None:
    with capture_logs() as logs:
        request = await company.asked(way="discreet")
        card = ROOM.under(CARD)
        steps: tuple[Event, ...] = (
            taps(ClaimRequest(request=request), by="U2", where=card, message=CARD),
            company.says(2, "which floor?"),
            submits(AddToRequest(request=request), {"words": "the third"}, by="U1"),
            replace(said("by the window", by="U1"), message_id="m5", files=1),
            MessageEdited(id="e2", at=NOON, sender=Sender(user="U1"), reference=DIRECT, message_id="m5", text="by the door"),
            submits(AnswerRequest(request=request), {"text": "I'm coming", "then": "asked"}, by="U2", where=card),
            taps(ReleaseRequest(request=request), by="U2", where=card, message=CARD),
            submits(CloseRequest(request=request), {"outcome": "solved", "word": "there you are"}, by="U2", where=card),
            taps(ReopenRequest(request=request), by="U1"),
            submits(HandRequest(request=request), {"function": "finance", "reason": "a purchase"}, by="U2", where=BOBS),
            taps(WithdrawRequest(request=request), by="U1"),
            taps(ReopenRequest(request=request), by="U2", where=BOBS),
        )
        for event in steps:
            taken = await company.takes(event)
            if event.sender.user == "U2":
                assert not [name for name in WHO if name in str(taken.replies)], event
    experts = await company.at_the_experts()
    assert "where is my cable" in experts
    assert "by the door" in experts
    for told in (experts, str(logs), generate_latest(company.metrics.registry).decode()):
        assert not [name for name in WHO if name in told]
