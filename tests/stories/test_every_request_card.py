"""Every card of a client's request, in French and in English, to one person and from a channel, is one that Slack and Teams take, uncut."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.actions import QUESTION_LIMIT
from dialogs.ask_human import QUESTION
from dialogs.catalog import Language
from dialogs.client_requests import LISTED
from dialogs.client_words import LIMIT
from dialogs.events import Event, Reference
from dialogs.messages import Reply
from dialogs.request import Outcome, Party, Request, RequestStatus
from dialogs.request_actions import AddToRequest, AskHuman, ListRequests, NotForThem, ReopenRequest, SendAgain, ShowRequest, WithdrawRequest
from dialogs.router import decide
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, asks_form, submits, taps
from tests.dialogs.alice_asked import DESK, KARIM, about, asked, word, writes
from tests.dialogs.told import found
from tests.stories.shown_whole import problems

SAYS = "Bonjour, où en est le remplacement du câble réseau de la salle de réunion ? "
LONG = (SAYS * 60)[:LIMIT]
NAMED = Party(id="karim", name="Karim-Emmanuel de La Rochefoucauld-Montbel")
WORDS = tuple(word("client" if n % 2 else "expert", f"{n} {LONG}"[:LIMIT], timedelta(minutes=9 - n)) for n in range(8))
OPEN = asked(question=LONG[:QUESTION], words=WORDS)
TAKEN = replace(OPEN, status=RequestStatus.CLAIMED, expert=NAMED)
CLOSED = replace(TAKEN, status=RequestStatus.CLOSED, closed_at=NOON, outcome=Outcome.SOLVED)
STANDINGS = (
    OPEN,
    replace(OPEN, desk=None),
    TAKEN,
    replace(TAKEN, discreet=True),
    replace(TAKEN, status=RequestStatus.WAITING),
    CLOSED,
    *(replace(CLOSED, outcome=outcome) for outcome in (Outcome.PARTLY, Outcome.NOT_SOLVED, Outcome.NOT_OURS, Outcome.WITHDRAWN)),
)


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    """The language of the replies."""
    return "fr" if request.param == "fr" else "en"


@pytest.fixture(params=[DIRECT, CHANNEL], ids=["private", "channel"])
def where(request: pytest.FixtureRequest) -> Reference:
    """From one's own conversation, or from a channel."""
    return DIRECT if request.param is DIRECT else CHANNEL


def replies(language: Language, event: Event, *requests: Request) -> list[tuple[Event, Reply]]:
    at = replace(about(*requests, language=language), understood=found("none"))
    return [(event, reply) for reply in decide(None, event, at).replies]


def test_asking(language: Language, where: Reference) -> None:
    known, unknown = AskHuman(question=LONG[:QUESTION_LIMIT], slug="it", id="it_laptop", exchange="e1"), AskHuman()
    values = {"question": LONG[:QUESTION], "way": "discreet", "function": "it"}
    events: list[Event] = [asks_form(action, where=where) for action in (known, unknown)]
    events += [submits(action, values, where=where) for action in (known, unknown)]
    events += [submits(unknown, wrong, where=where) for wrong in ({}, {"question": "x" * (QUESTION + 1), "function": "it"})]
    assert problems(reply for event in events for reply in replies(language, event)) == []
    nobody = replace(about(language=language), desks={}, keepers={})
    for keepers in ({}, {"it": (KARIM,)}, {"it": (Party(id="x"),)}, {"": (KARIM,)}):
        event = submits(known, values, where=where)
        assert problems((event, reply) for reply in decide(None, event, replace(nobody, keepers=keepers)).replies) == []


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda one: f"{one.status}-{one.outcome}")
def test_a_request_wherever_it_stands(language: Language, where: Reference, standing: Request) -> None:
    mine = next(each for each in standing.words if each.side == "client")
    events: list[Event] = [
        taps(action, where=where) for action in (ShowRequest(request="r1"), WithdrawRequest(request="r1"), ReopenRequest(request="r1"))
    ]
    events += [taps(SendAgain(word=str(mine.id), request="r1"), where=where), asks_form(AddToRequest(request="r1"), where=where)]
    events += [submits(AddToRequest(request="r1"), {"words": typed}, where=where) for typed in ("", LONG, LONG + LONG)]
    events += [taps(NotForThem(word=str(mine.id), request="r1", question=LONG[:QUESTION_LIMIT]), where=where)]
    assert problems(reply for event in events for reply in replies(language, event, standing)) == []
    assert problems(reply for event in events for reply in replies(language, event)) == [], "gone meanwhile"


def test_the_list(language: Language, where: Reference) -> None:
    many = [replace(STANDINGS[number % len(STANDINGS)], id=f"r{number}") for number in range(LISTED + 3)]
    for requests in ([], many):
        assert problems(replies(language, taps(ListRequests(), where=where), *requests)) == []


def test_talking(language: Language) -> None:
    for standing in (TAKEN, replace(TAKEN, discreet=True), replace(TAKEN, desk=None)):
        for event in (writes(LONG), writes(LONG, files=1), writes("", files=1), writes(LONG + LONG)):
            assert problems(replies(language, event, standing)) == []


def test_the_words_of_the_desk(language: Language) -> None:
    """Tell the experts nothing that their platform would refuse: each notice, in the language of their channel."""
    desk = replace(DESK, language=language)
    standing = replace(CLOSED, desk_language=language)
    for event in (taps(ReopenRequest(request="r1")), taps(WithdrawRequest(request="r1")), writes("x", files=1)):
        for request in (standing, replace(standing, status=RequestStatus.CLAIMED)):
            turn = decide(None, event, replace(about(request, desks=(desk,)), understood=found("none")))
            told = [fact.delivery.message for fact in turn.facts if hasattr(fact, "delivery")]
            told += [fact.message for fact in turn.facts if hasattr(fact, "message")]
            if told:
                assert problems((event, message) for message in told) == []
