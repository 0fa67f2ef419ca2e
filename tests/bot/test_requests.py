"""Requests without anybody's gesture: the ledger tells what became of a message, the clock looks, and each does what's right, once."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import pytest
from sqlmodel import Session, select
from structlog.testing import capture_logs

import bot.requests
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from bot.requests import RequestAftermath, RequestClock
from dialogs import relay
from dialogs.delivery import Delivery, Ended, Kind, Reason, Status
from dialogs.events import Reference, Scope
from dialogs.facts import DeliveryPlanned, Initiative, RequestKept, WordKept
from dialogs.gates import Go
from dialogs.messages import Message, Text
from dialogs.people import Profile
from dialogs.request import BINDING, REQUEST, Desk, Party, Request, RequestStatus, Step, Word
from dialogs.rights import Grant, Role
from dialogs.working_time import COMPANY_HOURS
from storage import acknowledging, bindings, outside_exchanges, people, requests, roles, sending
from storage.acknowledging import Doubtful, NotSent, Outcome, Sent
from storage.database import Database
from storage.directory import import_directory
from storage.errors import ClosedError
from storage.facts import record_initiative
from storage.outside_exchanges import News
from storage.sending import Claimed, Pace
from storage.tables import DeliveryRow, OutsideExchangeRow
from tests.bot.encoders import LetterEncoder
from tests.bot.program import furnish
from tests.company import CATALOGUE, DIRECTORY, NOON
from tests.conversation import DIRECT, said

TEXTS = both_languages()
CHANNEL = Reference(platform="slack", tenant="T1", conversation="C-IT", scope=Scope.CHANNEL)
HERS, HIS = DIRECT, replace(DIRECT, conversation="D2")
ON_TEAMS = Reference(platform="teams", tenant="tenant-1", conversation="a:bob", scope=Scope.PERSONAL, service_url="http://127.0.0.1/")
ALICE, BOB = Party(id=people.directory_person_id("p1")), Party(id=people.directory_person_id("p2"))
ASKED = Request(
    id="r1",
    exchange="e1",
    function="it",
    client=ALICE,
    question="my screen flickers",
    language="en",
    opened_at=NOON,
    due_at=NOON + timedelta(hours=4),
)
MONDAY = datetime.fromisoformat("2026-11-23T11:00:00+01:00")
NO_PACE = Pace(spacing=timedelta(0), place_spacing=timedelta(0))


def there(_: Claimed) -> Outcome:
    return Sent(message_id="5.1")


def gone(_: Claimed) -> Outcome:
    return NotSent(detail="is_archived", dead=True)


def in_doubt(_: Claimed) -> Outcome:
    return Doubtful(detail="timeout")


def _opened(request: Request, planned: tuple[DeliveryPlanned, ...]) -> tuple[Initiative, ...]:
    return (RequestKept(request=request, step=Step.OPENED, by=request.client.id), *planned)


@dataclass(slots=True, kw_only=True)
class Office:
    """IT, whose experts are in a channel, and the jobs at a time that a test sets."""

    database: Database
    knowledge: Knowledge
    at: datetime = NOON
    nudges: int = 0

    async def happened(self, *facts: Initiative) -> None:
        def keep(session: Session) -> None:
            for fact in facts:
                record_initiative(session, fact, self.at)

        await self.database.write("test", keep)

    async def asked(self, request: Request = ASKED) -> Request:
        """Alice asks, and the card is planned where it goes."""

        def ask(session: Session) -> Request:
            keepers = roles.keepers(session, CATALOGUE, frozenset())
            way = relay.route(bindings.desks(session), keepers, request.function, request.sheet, "en")
            placed, facts = relay.placed(TEXTS, CATALOGUE, request, way)
            for fact in _opened(placed, facts):
                record_initiative(session, fact, self.at)
            return placed

        return await self.database.write("test", ask)

    async def bound(self) -> None:
        desk = Desk(function="it", service=None, reference=CHANNEL, language="en")
        await self.database.write("test", lambda session: bindings.bind(session, desk, "p-1", NOON))

    async def speaks(self, number: int, where: Reference) -> None:
        """Let one of the directory's people speak to the bot, who can be written to from then on."""

        def meet(session: Session) -> None:
            profile = Profile(platform=where.platform, tenant=where.tenant, user=f"U{number}", email=DIRECTORY[number - 1].email)
            people.learn_profile(session, profile, self.at)
            people.meet(session, said("hello", by=f"U{number}", where=where), self.at)

        await self.database.write(people.LINKING, meet)

    async def bob_owns_it(self, where: Reference = HIS) -> None:
        await self.speaks(2, where)
        owner = Grant(role=Role.OWNER, function="it")
        await self.database.write(roles.GRANTING, lambda session: roles.grant(session, BOB.id, owner, "tests", NOON))

    async def sends(self, outcome: Callable[[Claimed], Outcome] = there, *, only: str = "") -> list[Claimed]:
        """Send what is due, on this platform only if one is named, each with its outcome and what follows from it; return what was sent."""
        aftermath = RequestAftermath(self.knowledge, TEXTS, language="en")
        claim = uuid5(UUID(int=0), self.at.isoformat())

        def send(session: Session) -> list[Claimed]:
            claimed: list[Claimed] = []
            for workspace in sending.own(session, "test", self.at):
                if only in ("", workspace.platform):
                    batch = sending.claim(session, workspace, "test", claim, self.at, pace=NO_PACE, gate=lambda _: Go())
                    claimed += batch.claimed
            for each in claimed:
                aftermath.hold(session, each.cause_id)
                ended = acknowledging.acknowledge(session, each.key, claim, outcome(each), self.at)
                assert ended is not None
                aftermath(session, ended, self.at)
            return claimed

        return await self.database.write("test", send)

    async def look(self, at: datetime) -> None:
        self.at = at
        clock = RequestClock(
            self.database,
            self.knowledge,
            TEXTS,
            language="en",
            office=lambda _: COMPANY_HOURS,
            clock=lambda: self.at,
            planned=self._nudge,
        )
        await clock.look()

    def _nudge(self) -> None:
        self.nudges += 1

    async def now(self, request: str = "r1") -> Request:
        (found,) = await self.database.read(lambda session: requests.as_they_are(session, (request,)))
        return found

    async def steps(self) -> list[Step]:
        return [step for step, _ in await self.database.read(lambda session: requests.history(session, "r1"))]

    async def waiting(self) -> list[str]:
        """Return what is planned, in order."""

        def read(session: Session) -> list[str]:
            rows = session.exec(select(DeliveryRow).where(DeliveryRow.status == "planned").order_by("number"))
            return [row.message for row in rows]

        return await self.database.read(read)


@pytest.fixture
async def it(database: Database) -> AsyncIterator[Office]:
    """The office, at noon: Alice can be written to."""
    await furnish(database)
    known = Knowledge(database, LetterEncoder(), Metrics())
    try:
        await known.refresh()
        office = Office(database=database, knowledge=known)
        await office.speaks(1, HERS)
        yield office
    finally:
        known.close()


# --- what follows from an ending --------------------------------------------------------------------------------------------------------------------


async def test_a_card_that_is_there_opens_its_thread(it: Office) -> None:
    await it.bound()
    await it.asked()
    (card,) = await it.sends()
    assert card.reference == CHANNEL
    assert (await it.now()).thread == "5.1"
    assert await it.steps() == [Step.OPENED, Step.PLACED]
    assert (await it.database.read(lambda session: requests.inside(session, CHANNEL.under("5.1")))) is not None


async def test_a_channel_that_is_gone_gives_its_request_to_the_owner(it: Office) -> None:
    await it.bound()
    await it.bob_owns_it()
    await it.asked()
    with capture_logs() as log:
        await it.sends(gone)
    assert [(entry["event"], entry["detail"]) for entry in log] == [("not delivered", "is_archived")]
    (card,) = await it.sends()
    assert card.reference == HIS
    moved = await it.now()
    assert (moved.keeper, moved.desk, moved.thread) == (BOB.id, None, "5.1")
    assert await it.steps() == [Step.OPENED, Step.REROUTED, Step.PLACED]
    assert await it.waiting() == []  # Alice isn't bothered


async def test_whoever_wrote_words_that_may_be_lost_is_told(it: Office) -> None:
    await it.bound()
    request = await it.asked()
    await it.sends()
    word = Word(id=UUID(int=5), request="r1", side="client", author=ALICE, text="since this morning", at=NOON)
    carried = relay.word_to_desk(TEXTS, CATALOGUE, replace(request, thread="5.1"), word)
    await it.happened(WordKept(word=word), *carried)
    await it.sends(in_doubt)
    (notice,) = await it.sends()
    assert notice.reference == HERS
    assert "This may not have arrived" in str(notice.message)


async def test_a_channel_that_cannot_be_greeted_is_told_to_its_owner(it: Office) -> None:
    await it.bound()
    await it.bob_owns_it()
    greeting = Delivery(
        key=UUID(int=6),
        kind=Kind.ALERT,
        cause_kind=BINDING,
        cause_id="it",
        to=CHANNEL,
        message=Message(language="en", blocks=(Text(text="Hello"),)),
        urgent=True,
    )
    await it.happened(DeliveryPlanned(delivery=greeting))
    await it.sends(gone)
    (told,) = await it.sends(gone)
    assert told.reference == HIS
    assert "Invite me into that channel" in str(told.message)
    assert await it.sends() == []  # that this doesn't arrive is the end of it


async def test_nothing_follows_for_a_request_that_is_not_there_any_more(it: Office) -> None:
    ended = Ended(key=UUID(int=1), kind=Kind.REPLY, cause_kind=REQUEST, cause_id="gone", status=Status.FAILED, reason=Reason.REFUSED)
    aftermath = RequestAftermath(it.knowledge, TEXTS, language="en")
    await it.database.write("test", lambda session: aftermath(session, ended, NOON))
    assert await it.waiting() == []


# --- the clock --------------------------------------------------------------------------------------------------------------------------------------


async def test_the_channel_is_reminded_then_the_owner_told_each_once(it: Office) -> None:
    await it.bound()
    await it.bob_owns_it()
    await it.asked()
    await it.sends()
    await it.look(NOON + timedelta(hours=3))
    assert (await it.waiting(), it.nudges) == ([], 0)
    for _ in range(2):
        await it.look(NOON + timedelta(hours=4, minutes=1))
    (reminder,) = await it.sends()
    assert reminder.reference == CHANNEL.under("5.1")
    assert it.nudges == 1
    for _ in range(2):
        await it.look(MONDAY + timedelta(hours=6))
    assert {each.reference for each in await it.sends()} == {HIS, HERS}
    assert await it.steps() == [Step.OPENED, Step.PLACED, Step.REMINDED, Step.ESCALATED]
    await it.look(MONDAY + timedelta(days=3))
    assert (await it.waiting(), it.nudges) == ([], 2)


async def test_a_request_that_is_taken_in_time_is_left_alone(it: Office) -> None:
    await it.bound()
    request = await it.asked()
    await it.sends()
    claimed = replace(request, thread="5.1", status=RequestStatus.CLAIMED, expert=BOB, claimed_at=NOON)
    await it.happened(RequestKept(request=claimed, step=Step.CLAIMED, by=BOB.id))
    await it.look(MONDAY)
    assert await it.waiting() == []


async def test_while_its_platform_is_down_a_request_goes_to_the_owner_on_the_other_one(it: Office) -> None:
    await it.bound()
    await it.bob_owns_it(ON_TEAMS)
    request = await it.asked()
    word = Word(id=UUID(int=5), request="r1", side="client", author=ALICE, text="since this morning", at=NOON)
    await it.happened(WordKept(word=word), *relay.word_to_desk(TEXTS, CATALOGUE, request, word))
    await it.look(NOON + timedelta(minutes=14))
    assert await it.sends(only="teams") == []
    await it.look(NOON + timedelta(minutes=15))
    card, carried = [*await it.sends(only="teams"), *await it.sends(only="teams")]
    assert (card.reference, carried.reference) == (ON_TEAMS, ON_TEAMS)
    assert "since this morning" in str(carried.message)
    assert (await it.now()).keeper == BOB.id
    (told,) = await it.sends(only="slack")  # Slack is back: the former card isn't sent any more, Alice hears the truth
    assert told.reference == HERS
    assert "I can't reach" in str(told.message)


async def test_a_request_that_nobody_could_be_reached_for_goes_out_once_somebody_can(it: Office) -> None:
    await it.asked()
    await it.look(NOON + timedelta(minutes=1))
    assert (await it.waiting(), it.nudges) == ([], 0)
    await it.bound()
    await it.look(NOON + timedelta(minutes=2))
    assert {each.reference for each in await it.sends()} == {CHANNEL, HERS}
    assert (await it.now()).thread == "5.1"


async def test_every_late_request_is_seen_to_however_many(it: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.requests, "_PAGE", 2)
    await it.bound()
    for number in range(5):
        await it.asked(replace(ASKED, id=f"r{number}"))
        await it.sends()
    await it.look(NOON + timedelta(hours=4, minutes=1))
    assert len(await it.waiting()) == 5


async def test_one_that_fails_does_not_keep_the_others_waiting(it: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await it.bound()
    for number in (1, 2):
        await it.asked(replace(ASKED, id=f"r{number}"))
        await it.sends()
    load = requests.load

    def fails(session: Session, request: str) -> Request | None:
        if request == "r1":
            raise ValueError("unreadable")
        return load(session, request)

    monkeypatch.setattr(requests, "load", fails)
    with capture_logs() as log:
        await it.look(NOON + timedelta(hours=4, minutes=1))
    assert [entry["request"] for entry in log if entry["log_level"] == "error"] == ["r1"]
    assert len(await it.waiting()) == 1


async def test_one_that_is_settled_between_the_look_and_its_turn_is_left_alone(it: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await it.bound()
    await it.asked()
    await it.sends()
    monkeypatch.setattr(requests, "load", lambda _session, _request: None)
    await it.look(NOON + timedelta(hours=4, minutes=1))
    assert await it.waiting() == []


async def test_a_database_that_is_away_ends_the_look(it: Office) -> None:
    await it.database.close()
    with pytest.raises(ClosedError):
        await it.look(NOON)


async def test_exchanges_of_people_whom_the_directory_has_learnt_of_become_theirs(it: Office) -> None:
    news = News(source="guichet", external_id="1", state="opened", at=NOON, client="dana@solane.example", function="it")
    await it.database.write("test", lambda session: outside_exchanges.tell(session, news, NOON))
    newcomer = replace(DIRECTORY[0], id="p9", email="dana@solane.example", name="Dana")
    await it.database.write(people.LINKING, lambda session: import_directory(session, (*DIRECTORY, newcomer), NOON))
    await it.look(NOON)
    (row,) = await it.database.read(lambda session: list(session.exec(select(OutsideExchangeRow))))
    assert row.person_id == people.directory_person_id("p9")
