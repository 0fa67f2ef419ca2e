"""Old and forwarded cards: whoever taps what isn't theirs changes nothing, and learns nothing of the request."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dialogs.actions import Action, FormAction, WriteSheet
from dialogs.events import Event, MessageReceived, Overheard, Reference, Sender
from dialogs.facts import DeliveryRecalled, Refused, WordKept
from dialogs.messages import Form, FormErrors, Message, Place, plain_text
from dialogs.people import Person
from dialogs.request import Inside, Outcome, Request, RequestStatus
from dialogs.request_actions import (
    AddToRequest,
    AnswerRequest,
    ApproveWord,
    ClaimRequest,
    CloseRequest,
    DropWord,
    HandRequest,
    NotForThem,
    PhraseRequest,
    ReleaseRequest,
    ReopenRequest,
    SendAgain,
    ShowRequest,
    WithdrawRequest,
)
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import BOB, CATALOGUE, CHARLIE, DANA, FINANCE, NOON
from tests.conversation import DIRECT, asks_form, submits, taps
from tests.dialogs.experts import MALIKS, ROOM, THREAD, asked, seen_by, word
from tests.dialogs.told import found

HERS = word("client", "it is the blue one")
HIS = word("expert", "which floor do you sit on")
PROPOSED = word("expert", "take the spare cable", state="proposed")
TAKEN = asked(question="Who has my secret cable?", status=RequestStatus.CLAIMED, expert=MALIKS, claimed_at=NOON, words=(HERS, HIS, PROPOSED))
REQUESTS = {
    "open": replace(TAKEN, status=RequestStatus.OPEN, expert=None, claimed_at=None),
    "taken": TAKEN,
    "discreet": replace(TAKEN, discreet=True),
    "closed": replace(TAKEN, status=RequestStatus.CLOSED, closed_at=NOON, outcome=Outcome.SOLVED),
    "of a function that's gone": replace(TAKEN, function="legal"),
}
NOBODY = frozenset[Grant]()
PEOPLE: dict[str, tuple[Person, frozenset[Grant]]] = {
    "another client": (replace(BOB, id="eve", name="Eve"), NOBODY),
    "a former expert": (BOB, NOBODY),
    "an expert of another function": (BOB, frozenset({Grant(role=Role.OWNER, function="finance")})),
    "an auditor": (BOB, frozenset({Grant(role=Role.AUDITOR)})),
    "somebody unknown": (DANA, NOBODY),
    "a stranger": (CHARLIE, NOBODY),
}
SECRETS = ("secret", "Alice", "Martin", "Lyon", "Ventes", "blue", "floor", "spare")
TAPPED: tuple[Action, ...] = (
    ShowRequest(request="r1"),
    WithdrawRequest(request="r1"),
    ReopenRequest(request="r1"),
    ClaimRequest(request="r1"),
    ClaimRequest(request="r1", over="yes"),
    ReleaseRequest(request="r1"),
    *(action(word=str(each.id), request="r1") for each in (HERS, HIS, PROPOSED) for action in (SendAgain, ApproveWord, DropWord)),
)
FORMS: tuple[FormAction, ...] = (
    AddToRequest(request="r1"),
    AnswerRequest(request="r1"),
    HandRequest(request="r1"),
    CloseRequest(request="r1"),
    PhraseRequest(request="r1", id="it_laptop"),
    WriteSheet(slug="it", request="r1"),
    WriteSheet(slug="finance", request="r1"),
)
FILLED = {
    "words": "x",
    "text": "x",
    "then": "answered",
    "function": "finance",
    "outcome": "solved",
    "word": "x",
    "phrasing": "x y z",
    "language": "en",
}


@pytest.fixture(params=PEOPLE, ids=lambda name: name.replace(" ", "_"))
def who(request: pytest.FixtureRequest) -> tuple[Person, frozenset[Grant]]:
    """Somebody whose request it isn't, and who doesn't answer for its function."""
    return PEOPLE[request.param]


@pytest.fixture(params=REQUESTS, ids=lambda name: name.replace(" ", "_"))
def request_(request: pytest.FixtureRequest) -> Request:
    """A request as it may stand by the time an old card is tapped."""
    return REQUESTS[request.param]


@pytest.mark.parametrize("where", [DIRECT, ROOM], ids=["private", "channel"])
def test_a_card_that_isnt_yours_does_nothing_and_tells_nothing(who: tuple[Person, frozenset[Grant]], request_: Request, where: Reference) -> None:
    for event in _gestures(where):
        turn = _decided(event, request_, who)
        assert all(isinstance(fact, Refused) for fact in turn.facts), event
        for said in _read(turn):
            assert not [secret for secret in SECRETS if secret in said], (event, said)


def test_in_the_channel_only_who_tapped_is_told_why_not(who: tuple[Person, frozenset[Grant]], request_: Request) -> None:
    if who[0].stranger:
        return
    for event in _gestures(ROOM):
        places = {reply.place for reply in _decided(event, request_, who).replies if isinstance(reply, Message)}
        assert places <= {Place.PRIVATE}, event


def test_nobody_takes_back_the_words_of_somebody_else(who: tuple[Person, frozenset[Grant]], request_: Request) -> None:
    for each in (HERS, HIS):
        turn = _decided(taps(NotForThem(word=str(each.id), request="r1", question="anything")), request_, who)
        assert not [fact for fact in turn.facts if isinstance(fact, WordKept | DeliveryRecalled)]
        assert not [secret for secret in SECRETS for said in _read(turn) if secret in said]


def test_words_in_a_thread_that_isnt_yours_go_nowhere(who: tuple[Person, frozenset[Grant]], request_: Request) -> None:
    sender = Sender(user="U7")
    events: tuple[Event, ...] = (
        Overheard(id="o1", at=NOON, sender=sender, reference=THREAD, text="hello you", message_id="m8"),
        Overheard(id="o2", at=NOON, sender=sender, reference=THREAD, text="// between us", message_id="m9"),
        MessageReceived(id="o3", at=NOON, sender=sender, reference=THREAD, text="hello you", message_id="m10"),
    )
    for event in events:
        turn = _decided(event, request_, who, inside=Inside(request="r1", side="expert"))
        assert all(isinstance(fact, Refused) for fact in turn.facts), event
        assert all(reply.place is Place.PRIVATE for reply in turn.replies if isinstance(reply, Message) and isinstance(event, Overheard)), event
        for said in _read(turn):
            assert not [secret for secret in SECRETS if secret in said], (event, said)


def _gestures(where: Reference) -> Iterator[Event]:
    for tap in TAPPED:
        yield taps(tap, where=where, message="1800000000.0001")
    for form in FORMS:
        yield asks_form(form, where=where)
        yield replace(submits(form, FILLED, where=where), message_id="1800000000.0001")


def _decided(event: Event, request: Request, who: tuple[Person, frozenset[Grant]], *, inside: Inside | None = None) -> Turn:
    person, grants = who
    at = replace(seen_by(person, request, grants=grants), catalogue=replace(CATALOGUE, functions=(*CATALOGUE.functions[:1], FINANCE)), inside=inside)
    return decide(None, event, replace(at, understood=found("none")))


def _read(turn: Turn) -> Iterator[str]:
    for reply in turn.replies:
        match reply:
            case Message():
                yield plain_text(reply)
            case Form() | FormErrors():
                yield repr(reply)
