"""Requests as they are kept: Alice asked IT, Bob answers for it, and what each event is about is found again."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

from dialogs.delivery import Delivery, Kind
from dialogs.events import Event, MessageDeleted, MessageEdited, Overheard, Reference, Scope, Sender
from dialogs.messages import Message, Text
from dialogs.people import Person, Profile
from dialogs.request import REQUEST, WORD, Inside, Outcome, Party, Request, RequestStatus, Step, Word, lane_to_client, lane_to_desk
from dialogs.request_actions import AskHuman, ClaimRequest, ListRequests, ShowRequest
from storage import deliveries, requests
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING, directory_person_id, learn_profile
from storage.plain import write_reference
from storage.tables import DeliveryRow
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, TEAMS_DIRECT, said, taps
from tests.storage.vaubert import DIRECTORY

ALICE = Party(id=directory_person_id("p1"), name="Alice Martin", site="Lyon", department="Ventes")
BOB = Party(id=directory_person_id("p2"), name="Bob Leroy", site="Lille", department="Exploitation")
DESK = CHANNEL.whole
THREAD = DESK.under("1700000000.0009")
ASKED = Request(
    id="r1",
    exchange="e1",
    function="it",
    client=ALICE,
    question="mon écran clignote",
    language="fr",
    opened_at=NOON,
    due_at=NOON + timedelta(hours=4),
)
TAKEN = replace(
    ASKED,
    sheet="it_laptop",
    tried=("it_laptop", "it_password"),
    discreet=True,
    status=RequestStatus.CLOSED,
    expert=BOB,
    claimed_at=NOON + timedelta(minutes=1),
    first_word_at=NOON + timedelta(minutes=2),
    closed_at=NOON + timedelta(minutes=3),
    outcome=Outcome.PARTLY,
    hops=1,
    reopened=2,
    reminded_at=NOON + timedelta(minutes=4),
    escalated_at=NOON + timedelta(minutes=5),
    desk=DESK,
    desk_language="en",
    keeper=BOB.id,
    card=UUID(int=7),
    thread="1700000000.0009",
)
WORD_OF_ALICE = Word(
    id=UUID(int=1), request="r1", side="client", author=ALICE, text="depuis ce matin", at=NOON, source=(DIRECT.whole.key, "1700000000.0001")
)
WORD_OF_BOB = Word(
    id=UUID(int=2), request="r1", side="expert", author=BOB, text="j'arrive", at=NOON + timedelta(minutes=1), source=(DESK.key, "1700000000.0010")
)


@pytest.fixture
async def listed(database: Database) -> Database:
    """The directory knows Alice, Bob and Carol."""
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))
    return database


async def kept(database: Database, *asked: Request, step: Step = Step.OPENED) -> None:
    def keep(session: Session) -> None:
        for request in asked:
            requests.keep(session, request, step, request.client.id, None, NOON)

    await database.write("test", keep)


async def said_so(database: Database, *words: Word) -> None:
    def keep(session: Session) -> None:
        for word in words:
            requests.keep_word(session, word)

    await database.write("test", keep)


async def loaded(database: Database, request: str = "r1") -> Request | None:
    return await database.write("test", lambda session: requests.load(session, request))


async def about(database: Database, event: Event, person: Party = ALICE) -> tuple[list[str], Inside | None]:
    found, where = await database.write("test", lambda session: requests.concerning(session, event, Person(id=person.id)))
    return [request.id for request in found], where


async def sent(database: Database, request: Request, where: Reference, message_id: str | None, lane: str, **changed: object) -> None:
    """Put a line in the ledger, as it is once the platform has the message."""
    row = {
        "key": uuid4(),
        "kind": "reply",
        "cause_kind": REQUEST,
        "cause_id": request.id,
        "platform": where.platform,
        "tenant": where.tenant,
        "place": where.whole.key,
        "reference": write_reference(where),
        "message": "{}",
        "lane": lane,
        "doubt": "hold",
        "status": "sent",
        "planned_at": NOON,
        "not_before": NOON,
        "message_id": message_id,
        **changed,
    }
    await database.write("test", lambda session: session.add(DeliveryRow.model_validate(row)))


def overheard(where: Reference) -> Overheard:
    return Overheard(id="o1", at=NOON, sender=Sender(user="U2"), reference=where, text="bonjour", message_id="1700000000.0011")


# --- what is kept ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_", [ASKED, TAKEN])
async def test_a_request_is_read_back_as_it_was_kept(listed: Database, request_: Request) -> None:
    await kept(listed, request_)
    assert await loaded(listed) == request_
    assert await loaded(listed, "r2") is None


async def test_a_request_changes_and_its_history_grows(listed: Database) -> None:
    await kept(listed, ASKED)
    await kept(listed, TAKEN, step=Step.CLOSED)
    assert await loaded(listed) == TAKEN
    assert await listed.read(lambda session: requests.history(session, "r1")) == ((Step.OPENED, NOON), (Step.CLOSED, NOON))


async def test_its_words_come_the_oldest_first_and_change(listed: Database) -> None:
    await kept(listed, ASKED)
    await said_so(listed, WORD_OF_BOB, WORD_OF_ALICE)
    typed = replace(WORD_OF_BOB, id=UUID(int=3), at=NOON + timedelta(minutes=2), state="proposed", source=None)
    edited = replace(WORD_OF_ALICE, text="depuis hier", state="deleted")
    await said_so(listed, typed, edited)
    assert (await loaded(listed) or ASKED).words == (edited, WORD_OF_BOB, typed)


async def test_whom_the_directory_does_not_know_has_the_name_of_their_account(listed: Database) -> None:
    profile = Profile(platform="slack", tenant="T1", user="U9", name="Dana")
    dana = (await listed.write(LINKING, lambda session: learn_profile(session, profile, NOON))).person
    await kept(listed, replace(ASKED, client=Party(id=dana.id)))
    assert (await loaded(listed) or ASKED).client == Party(id=dana.id, name="Dana")


async def test_one_who_looks_reads_several_at_once(listed: Database) -> None:
    await kept(listed, ASKED, replace(ASKED, id="r2"))
    read = await listed.read(lambda session: requests.as_they_are(session, ("r2", "r1", "r3")))
    assert [request.id for request in read] == ["r1", "r2"]
    assert await listed.read(lambda session: requests.as_they_are(session, ())) == []


# --- where an event happens -----------------------------------------------------------------------------------------------------------------------


async def where(database: Database, reference: Reference) -> Inside | None:
    return await database.read(lambda session: requests.inside(session, reference))


async def test_under_its_card_one_is_at_the_experts(listed: Database) -> None:
    await kept(listed, replace(ASKED, desk=DESK, thread=THREAD.thread))
    assert await where(listed, THREAD) == Inside(request="r1", side="expert")
    assert await where(listed, DESK) is None
    assert await where(listed, DESK.under("1700000000.7777")) is None


async def test_a_teams_thread_is_found_by_its_channel_and_card(listed: Database) -> None:
    channel = Reference(platform="teams", tenant="tenant-1", conversation="19:abc@thread.tacv2", scope=Scope.CHANNEL, service_url="http://127.0.0.1/")
    await kept(listed, replace(ASKED, desk=channel, thread="1700"))
    assert await where(listed, channel.under("1700")) == Inside(request="r1", side="expert")


async def test_under_what_the_client_got_one_is_at_the_clients(listed: Database) -> None:
    await kept(listed, ASKED)
    await sent(listed, ASKED, DIRECT, "5.1", lane_to_client("r1"))
    await sent(listed, ASKED, DIRECT, "5.2", lane_to_client("r1"), cause_kind=WORD)
    await sent(listed, ASKED, DIRECT, "5.3", "request|other", cause_kind="campaign")
    assert await where(listed, DIRECT.under("5.1")) == Inside(request="r1", side="client")
    assert await where(listed, DIRECT.under("5.2")) == Inside(request="r1", side="client")
    assert await where(listed, DIRECT.under("5.3")) is None
    assert await where(listed, replace(DIRECT, conversation="D2").under("5.1")) is None


async def test_a_keeper_is_at_the_experts_under_the_card_in_their_private_conversation(listed: Database) -> None:
    card, former = uuid4(), uuid4()
    await kept(listed, replace(ASKED, keeper=BOB.id, card=card))
    await sent(listed, ASKED, DIRECT, "5.1", lane_to_desk("r1"), key=card)
    await sent(listed, ASKED, DIRECT, "5.2", lane_to_desk("r1"), key=former)
    assert await where(listed, DIRECT.under("5.1")) == Inside(request="r1", side="expert")
    assert await where(listed, DIRECT.under("5.2")) is None  # the card of before: the request is elsewhere now


async def test_a_word_is_found_again_in_whichever_thread_of_its_conversation(listed: Database) -> None:
    await kept(listed, ASKED)
    await said_so(listed, WORD_OF_BOB)
    assert await listed.read(lambda session: requests.word_at(session, THREAD, "1700000000.0010")) == WORD_OF_BOB
    assert await listed.read(lambda session: requests.word_at(session, DIRECT, "1700000000.0010")) is None


# --- which requests an event is about -------------------------------------------------------------------------------------------------------------


async def test_a_tap_is_about_the_request_it_names_wherever_it_is_made(listed: Database) -> None:
    await kept(listed, replace(ASKED, desk=DESK, thread=THREAD.thread), replace(ASKED, id="r2"))
    assert await about(listed, taps(ClaimRequest(request="r1"), where=THREAD)) == (["r1"], Inside(request="r1", side="expert"))
    assert await about(listed, taps(ClaimRequest(request="r2"), where=THREAD)) == (["r2"], None)
    assert await about(listed, taps(ShowRequest(request="gone"))) == ([], None)


async def test_words_in_a_thread_are_about_its_request(listed: Database) -> None:
    await kept(listed, replace(ASKED, desk=DESK, thread=THREAD.thread), replace(ASKED, id="r2", client=BOB))
    assert await about(listed, overheard(THREAD), BOB) == (["r1"], Inside(request="r1", side="expert"))


async def test_an_edit_and_a_deletion_are_about_the_request_of_that_word(listed: Database) -> None:
    await kept(listed, replace(ASKED, desk=DESK, thread=THREAD.thread))
    await said_so(listed, WORD_OF_ALICE)
    edited = MessageEdited(id="x1", at=NOON, sender=Sender(user="U1"), reference=DIRECT, message_id="1700000000.0001", text="non")
    deleted = MessageDeleted(id="x2", at=NOON, sender=Sender(user="U1"), reference=DIRECT, message_id="1700000000.0001")
    assert await about(listed, edited) == (["r1"], Inside(request="r1", side="client"))
    assert await about(listed, deleted) == (["r1"], Inside(request="r1", side="client"))
    assert await about(listed, replace(deleted, message_id="0.1")) == ([], None)


async def test_other_words_are_about_ones_own_requests_the_newest_first(listed: Database) -> None:
    await kept(
        listed,
        replace(ASKED, id="old", opened_at=NOON - timedelta(days=9)),
        replace(ASKED, id="new", opened_at=NOON - timedelta(days=1)),
        replace(TAKEN, id="just closed", closed_at=NOON - timedelta(hours=23), opened_at=NOON - timedelta(days=3)),
        replace(TAKEN, id="long closed", closed_at=NOON - timedelta(hours=25)),
        replace(ASKED, id="bob's", client=BOB),
    )
    assert await about(listed, said("", private=True)) == (["new", "just closed", "old"], None)
    assert await about(listed, taps(ListRequests())) == (["new", "just closed", "old"], None)
    assert await about(listed, taps(AskHuman())) == (["new", "just closed", "old"], None)
    assert await about(listed, said("", private=True), Party(id="nobody")) == ([], None)


async def test_words_in_private_are_about_the_requests_of_which_something_came_there(listed: Database) -> None:
    await kept(listed, replace(ASKED, id="here"), replace(ASKED, id="elsewhere"))
    told = Delivery(
        key=UUID(int=9),
        kind=Kind.REPLY,
        cause_kind=REQUEST,
        cause_id="here",
        to=DIRECT,
        message=Message(language="fr", blocks=(Text(text="Quel bureau ?"),)),
        lane=lane_to_client("here"),
    )
    assert await about(listed, said("le 312")) == ([], None)
    await listed.write("turn", lambda session: deliveries.plan(session, told, NOON))
    assert await about(listed, said("le 312")) == (["here"], None)
    assert await about(listed, said("le 312", where=TEAMS_DIRECT)) == ([], None)


async def test_a_functions_list_is_about_what_waits_for_it_the_oldest_first(listed: Database) -> None:
    await kept(
        listed,
        replace(ASKED, id="new"),
        replace(ASKED, id="old", opened_at=NOON - timedelta(days=9), client=BOB),
        replace(ASKED, id="finance", function="finance"),
        TAKEN,
    )
    assert await about(listed, taps(ListRequests(slug="it"))) == (["old", "new"], None)
    typed = said("demandes it")
    found, _ = await listed.write("test", lambda session: requests.concerning(session, typed, Person(id=ALICE.id), ListRequests(slug="it")))
    assert [request.id for request in found] == ["old", "new"]


# --- what the clock looks for ---------------------------------------------------------------------------------------------------------------------


async def overdue(database: Database, at: datetime, **pages: object) -> list[str]:
    return list(await database.read(lambda session: requests.overdue(session, at, **pages)))  # type: ignore[arg-type]


async def test_what_nobody_took_in_time_is_overdue_until_the_owner_was_told(listed: Database) -> None:
    late = ASKED.due_at + timedelta(minutes=1)
    await kept(listed, ASKED, replace(ASKED, id="r2", status=RequestStatus.CLAIMED), replace(TAKEN, id="r3"))
    assert await overdue(listed, ASKED.due_at - timedelta(minutes=1)) == []
    assert await overdue(listed, late) == ["r1"]
    await kept(listed, replace(ASKED, reminded_at=late), step=Step.REMINDED)
    assert await overdue(listed, late) == ["r1"]
    await kept(listed, replace(ASKED, reminded_at=late, escalated_at=late), step=Step.ESCALATED)
    assert await overdue(listed, late) == []
    again = replace(ASKED, reminded_at=late, escalated_at=late, due_at=late + timedelta(hours=1))  # reopened: a new promise
    await kept(listed, again, step=Step.REOPENED)
    assert await overdue(listed, late + timedelta(hours=2)) == ["r1"]


async def test_many_that_are_overdue_are_turned_like_pages(listed: Database) -> None:
    await kept(listed, *(replace(ASKED, id=f"r{number}") for number in range(5)))
    assert await overdue(listed, ASKED.due_at, limit=2) == ["r0", "r1"]
    assert await overdue(listed, ASKED.due_at, limit=9, after="r1") == ["r2", "r3", "r4"]


async def stranded(database: Database, before: datetime) -> list[str]:
    return list(await database.read(lambda session: requests.stranded(session, before)))


@pytest.mark.parametrize("status", ["planned", "sending", "unknown"])
async def test_a_card_that_is_not_there_strands_its_request(listed: Database, status: str) -> None:
    card = uuid4()
    await kept(listed, replace(ASKED, desk=DESK, card=card))
    await sent(listed, ASKED, DESK, None, lane_to_desk("r1"), key=card, status=status)
    assert await stranded(listed, NOON - timedelta(minutes=1)) == []
    assert await stranded(listed, NOON) == ["r1"]
    await kept(listed, replace(ASKED, desk=DESK, card=card, thread="5.1"), step=Step.PLACED)
    assert await stranded(listed, NOON) == []


async def test_a_card_that_is_there_under_no_known_id_strands_nobody(listed: Database) -> None:
    card = uuid4()
    await kept(listed, replace(ASKED, desk=DESK, card=card))
    await sent(listed, ASKED, DESK, None, lane_to_desk("r1"), key=card)
    assert await stranded(listed, NOON) == []


async def test_a_request_that_nobody_can_be_reached_for_is_stranded_from_the_first_moment(listed: Database) -> None:
    await kept(listed, ASKED, replace(TAKEN, id="r2", card=None, thread=None))
    assert await stranded(listed, NOON - timedelta(days=1)) == ["r1"]


async def test_what_is_on_its_way_to_the_experts_is_told_in_order(listed: Database) -> None:
    keys = [UUID(int=number) for number in range(1, 6)]
    await kept(listed, ASKED)
    for key, status in zip(keys, ("sent", "unknown", "planned", "failed", "sending"), strict=True):
        await sent(listed, ASKED, DESK, None, lane_to_desk("r1"), key=key, status=status)
    await sent(listed, ASKED, DIRECT, None, lane_to_client("r1"), status="planned")
    assert await listed.read(lambda session: requests.on_their_way(session, "r1")) == (keys[1], keys[2], keys[4])
    assert await listed.read(lambda session: requests.in_doubt(session, "r1")) == {keys[1], keys[4]}
    given_up = await listed.read(lambda session: [requests.is_given_up(session, key) for key in (*keys, None)])
    assert given_up == [False, False, False, True, False, False]


async def test_words_that_no_delivery_carries_are_on_their_way_too(listed: Database) -> None:
    await kept(listed, ASKED)
    carried, taken_back = (replace(WORD_OF_ALICE, id=UUID(int=number)) for number in (3, 4))
    await said_so(listed, WORD_OF_ALICE, WORD_OF_BOB, carried, replace(taken_back, state="deleted"))
    await sent(listed, ASKED, DESK, None, lane_to_desk("r1"), key=carried.id)
    assert await listed.read(lambda session: requests.on_their_way(session, "r1")) == (WORD_OF_ALICE.id,)


async def test_one_stranded_request_is_looked_at_alone(listed: Database) -> None:
    await kept(listed, ASKED)
    assert await listed.read(lambda session: requests.is_stranded(session, "r1", NOON))
    assert not await listed.read(lambda session: requests.is_stranded(session, "r2", NOON))
