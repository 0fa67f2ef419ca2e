"""Two processes on one PostgreSQL: what several people do to one request at the same moment ends as if one had come after the other."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Final
from uuid import UUID, uuid5

import pytest
from sqlmodel import Session, select

from adapters.port import Taken
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from bot.requests import RequestAftermath
from bot.turns import Turns
from dialogs.actions import Action, FormAction
from dialogs.events import Event, MessageEdited, Overheard, Reference, Scope, Sender
from dialogs.gates import Go
from dialogs.messages import Message, plain_text
from dialogs.people import Profile
from dialogs.request import Desk, Request, RequestStatus, Step
from dialogs.request_actions import AddToRequest, AskHuman, ClaimRequest, CloseRequest, HandRequest, WithdrawRequest
from dialogs.rights import Grant, Role
from storage import acknowledging, bindings, deliveries, people, requests, roles, sending
from storage.acknowledging import Sent
from storage.database import Database
from storage.sending import Pace
from storage.tables import DeliveryRow, RequestRow
from tests.bot.encoders import LetterEncoder
from tests.bot.engine import engine
from tests.bot.program import furnish
from tests.company import DIRECTORY, NOON
from tests.conversation import DIRECT, said, submits, taps

ROUNDS: Final = 6  # of each; fifty of each ran clean
NO_PACE: Final = Pace(spacing=timedelta(0), place_spacing=timedelta(0))
IT_ROOM = Reference(platform="slack", tenant="T1", conversation="C-IT", scope=Scope.CHANNEL)
FINANCE_ROOM = replace(IT_ROOM, conversation="C-FIN")
OWN = {1: DIRECT, 2: replace(DIRECT, conversation="D2"), 3: replace(DIRECT, conversation="D3")}
ALICE, BOB, CAROL = 1, 2, 3  # by their lines in the directory; Bob and Carol own IT and Finance
TEXTS = both_languages()
_TOKENS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Two processes, each with its own engine and connections."""

    databases: tuple[Database, Database]
    turns: tuple[Turns, Turns]
    knowledge: Knowledge

    async def take(self, process: int, event: Event) -> Taken:
        """Take an event in one of the processes, as an adapter does: what is replied arrives at once."""
        taken = await self.turns[process].take(event)
        await self.turns[process].answered(event.key)
        return taken

    async def at_once(self, first: Event, second: Event) -> tuple[str, str]:
        """Take two events at the same moment, one in each process; return what is said of each."""
        one, other = await asyncio.gather(self.take(0, first), self.take(1, second))
        return _said(one), _said(other)

    async def asked(self, number: int) -> Request:
        """Alice asks IT; the card is in its channel."""
        asking = submits(AskHuman(slug="it"), {"question": f"where is my cable {number}", "way": "named"}, by="U1")
        await self.take(0, asking)
        await self.pump()
        return await self.now(str(uuid5(asking.key, "request")))

    async def now(self, request: str) -> Request:
        (found,) = await self.databases[1].read(lambda session: requests.as_they_are(session, (request,)))
        return found

    async def steps(self, request: Request) -> list[Step]:
        """Return what was done to a request, in order."""
        return [step for step, _ in await self.databases[1].read(lambda session: requests.history(session, request.id))]

    async def pump(self) -> list[UUID]:
        """Send what is due, all of which arrives, with what follows; return the keys."""
        aftermath = RequestAftermath(self.knowledge, TEXTS, language="en")
        claim = uuid5(UUID(int=0), str(next(_TOKENS)))

        def claim_(session: Session) -> list[sending.Claimed]:
            batches = [
                sending.claim(session, workspace, "test", claim, NOON, pace=NO_PACE, gate=lambda _: Go())
                for workspace in sending.own(session, "test", NOON)
            ]
            return [each for batch in batches for each in batch.claimed]

        claimed = await self.databases[0].write("pump", claim_)
        for each in claimed:

            def settle(session: Session, each: sending.Claimed = each) -> None:
                aftermath.hold(session, each.cause_id)
                ended = acknowledging.acknowledge(session, each.key, claim, Sent(message_id=f"9.{next(_TOKENS)}"), NOON)
                if ended is not None:
                    aftermath(session, ended, NOON)

            await self.databases[0].write(f"ack|{each.key}", settle)
        return [each.key for each in claimed]


@pytest.fixture
async def two(database: Database, database_url: str) -> AsyncIterator[Two]:
    """Two processes on one database: Alice asks, Bob and Carol own both functions, each of which has its channel."""
    await furnish(database)

    def settle(session: Session) -> None:
        for number, where in OWN.items():
            profile = Profile(platform="slack", tenant="T1", user=f"U{number}", email=DIRECTORY[number - 1].email)
            people.learn_profile(session, profile, NOON)
            people.meet(session, said("hello", by=f"U{number}", where=where), NOON)
        for slug, room in (("it", IT_ROOM), ("finance", FINANCE_ROOM)):
            bindings.bind(session, Desk(function=slug, service=None, reference=room, language="en"), "p-1", NOON)
            for owner in (BOB, CAROL):
                roles.grant(session, people.directory_person_id(f"p{owner}"), Grant(role=Role.OWNER, function=slug), "tests", NOON)

    await database.write(people.LINKING, settle)
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(await Database.open(database_url))
        known = [Knowledge(each, LetterEncoder(), Metrics()) for each in (database, other)]
        for each in known:
            stack.callback(each.close)
            await each.refresh()
        engines = [engine(each, knowledge, language="en", clock=lambda: NOON) for each, knowledge in zip((database, other), known, strict=True)]
        yield Two(databases=(database, other), turns=(engines[0], engines[1]), knowledge=known[0])


def _said(taken: Taken) -> str:
    return "\n".join(plain_text(reply) for reply in taken.replies if isinstance(reply, Message))


def _tells(said: str, msgid: str) -> bool:
    """Tell whether this is said, in whichever language its reader has."""
    return any(texts(msgid) in said for texts in TEXTS.values())


def by(number: int, action: Action, *, where: Reference | None = None, message: str = "m1") -> Event:
    return replace(taps(action, by=f"U{number}", where=where or OWN[number], message=message), at=NOON)


def sends(number: int, action: FormAction, values: Mapping[str, str], *, where: Reference | None = None) -> Event:
    return replace(submits(action, values, by=f"U{number}", where=where or OWN[number]), at=NOON)


def under(request: Request, number: int, text: str, message: str) -> Overheard:
    assert request.desk is not None
    assert request.thread is not None
    return Overheard(
        id=f"said-{message}", at=NOON, sender=Sender(user=f"U{number}"), reference=request.desk.under(request.thread), text=text, message_id=message
    )


pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


async def test_of_two_experts_who_claim_at_once_one_has_it_and_the_other_is_told(two: Two) -> None:
    winners = set[str | None]()
    for number in range(ROUNDS):
        request = await two.asked(number)
        card = by(BOB, ClaimRequest(request=request.id), where=IT_ROOM.under(request.thread or ""), message=request.thread or "")
        heard = await two.at_once(card, by(CAROL, ClaimRequest(request=request.id)))
        now = await two.now(request.id)
        assert (now.status, now.expert is None) == (RequestStatus.CLAIMED, False)
        (told,) = [said for said in heard if _tells(said, "You can take it over: it's said under the card, and to whoever asked.")]
        assert now.expert is not None
        assert (now.expert.name or "?") in told
        assert (await two.steps(request)).count(Step.CLAIMED) == 1
        winners.add(now.expert.name)
    assert winners <= {"Bob Dupont", "Carol Petit"}


async def test_an_edit_while_its_word_is_being_sent_ends_as_what_the_client_reads(two: Two) -> None:
    for number in range(ROUNDS):
        request = await two.asked(number)
        await two.take(0, under(request, BOB, "ten days", f"7.{number}"))
        word = (await two.now(request.id)).words[-1]
        edit = MessageEdited(
            id=f"edit-{number}",
            at=NOON,
            sender=Sender(user="U2"),
            reference=IT_ROOM.under(request.thread or ""),
            message_id=f"7.{number}",
            text="two days",
        )
        await asyncio.gather(two.pump(), two.take(1, edit))
        await two.pump()
        assert [each.text for each in (await two.now(request.id)).words] == ["two days"]

        def sent(session: Session, key: UUID = word.id) -> tuple[str, str, str]:
            row = session.exec(select(DeliveryRow).where(DeliveryRow.key == key)).one()
            return row.status, row.message, row.change_message or ""

        status, message, change = await two.databases[0].read(sent)
        assert status == "sent"
        assert "two days" in (change or message)


async def test_what_the_client_writes_while_it_is_handed_on_reaches_whoever_has_it_then(two: Two) -> None:
    for number in range(ROUNDS):
        request = await two.asked(number)
        hand = sends(BOB, HandRequest(request=request.id), {"function": "finance", "reason": "money"})
        await two.at_once(hand, sends(ALICE, AddToRequest(request=request.id), {"words": "it is blue"}))
        now = await two.now(request.id)
        assert (now.function, now.hops, [word.text for word in now.words]) == ("finance", 1, ["it is blue"])

        def read(session: Session, request: Request = now) -> list[tuple[str, str]]:
            rows = session.exec(select(DeliveryRow).where(DeliveryRow.cause_id == request.id).order_by("number"))
            return [(row.place, row.message) for row in rows]

        finance = "\n".join(message for place, message in await two.databases[0].read(read) if place == FINANCE_ROOM.key)
        assert "it is blue" in finance  # on its card, or under it


async def test_a_request_that_its_client_withdraws_while_it_is_claimed_is_closed_for_both(two: Two) -> None:
    for number in range(ROUNDS):
        request = await two.asked(number)
        heard = await two.at_once(by(BOB, ClaimRequest(request=request.id)), by(ALICE, WithdrawRequest(request=request.id)))
        assert (await two.now(request.id)).closed
        told = (_tells(heard[0], "It's yours: whoever asked knows that you take care of it."), _tells(heard[0], "Reopen"))
        assert sum(told) == 1
        await two.pump()


async def test_of_two_who_close_at_once_one_does(two: Two) -> None:
    for number in range(ROUNDS):
        request = await two.asked(number)
        outcomes = [sends(expert, CloseRequest(request=request.id), {"outcome": end}) for expert, end in ((BOB, "solved"), (CAROL, "partly"))]
        heard = await two.at_once(outcomes[0], outcomes[1])
        assert sorted(_tells(said, "Closed: whoever asked knows it.") for said in heard) == [False, True]
        assert (await two.steps(request)).count(Step.CLOSED) == 1


async def test_the_same_question_sent_twice_at_once_is_one_request(two: Two) -> None:
    for number in range(ROUNDS):
        asked = [sends(ALICE, AskHuman(slug="it"), {"question": f"where is my key {number}", "way": "named"}) for _ in range(2)]
        heard = await two.at_once(asked[0], asked[1])
        assert sum(_tells(said, "You have asked this already: here is where it stands.") for said in heard) == 1
    kept = await two.databases[0].read(lambda session: session.exec(select(RequestRow)).all())
    assert len(kept) == ROUNDS
    assert await two.databases[0].read(deliveries.imbalances) == []
