"""An expert's side: who may, taking a request, giving it back, reopening it, and what waits for a function."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialogs.actions import Action, FormAction
from dialogs.facts import Refused
from dialogs.messages import Items, Place
from dialogs.people import Person
from dialogs.request import Outcome, Party, RequestStatus, Step
from dialogs.request_actions import (
    AnswerRequest,
    ApproveWord,
    ClaimRequest,
    CloseRequest,
    HandRequest,
    ListRequests,
    PhraseRequest,
    ReleaseRequest,
    ReopenRequest,
    SendAgain,
)
from dialogs.rights import Act, Grant
from dialogs.router import decide
from tests.company import ALICE, BOB, DANA, NOON
from tests.conversation import DIRECT, asks_form, said, taps
from tests.dialogs.experts import (
    ADMIN,
    BOBS,
    CARD,
    CAROL,
    CLAIRE,
    MALIK,
    MALIKS,
    ROOM,
    asked,
    edited,
    filled,
    now,
    place,
    read,
    seen_by,
    spoken,
    steps,
    tapped,
    to_client,
    to_desk,
    word,
)
from tests.dialogs.told import buttons, fact, message, words

CLAIM, RELEASE, REOPEN = ClaimRequest(request="r1"), ReleaseRequest(request="r1"), ReopenRequest(request="r1")
OVER = ClaimRequest(request="r1", over="yes")
BOB_HAS_IT: dict[str, Any] = {"status": RequestStatus.CLAIMED, "expert": BOBS, "claimed_at": NOON - timedelta(minutes=30)}
MALIK_HAS_IT: dict[str, Any] = {"status": RequestStatus.CLAIMED, "expert": MALIKS, "claimed_at": NOON - timedelta(minutes=30)}
CLOSED: dict[str, Any] = {**BOB_HAS_IT, "status": RequestStatus.CLOSED, "closed_at": NOON, "outcome": Outcome.SOLVED}
AGAIN = {"due_at": datetime(2026, 11, 20, 16, 0, tzinfo=UTC)}  # four working hours after noon


# --- who may ---------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    [CLAIM, RELEASE, REOPEN, AnswerRequest(request="r1"), HandRequest(request="r1"), CloseRequest(request="r1"), SendAgain(word="w", request="r1")],
)
def test_only_the_functions_own_people_do_anything_with_a_request(action: Action) -> None:
    for stranger in (DANA, replace(CAROL, email=None)):
        turn = tapped(action, asked(**CLOSED), by=stranger, grants=frozenset())
        assert fact(turn) == Refused(act=Act.ANSWER_REQUESTS, function="it", subject="r1")
        assert place(turn) is Place.PRIVATE


@pytest.mark.parametrize("action", [AnswerRequest(request="r1"), HandRequest(request="r1"), CloseRequest(request="r1")])
def test_a_form_that_is_sent_in_asks_again_who_one_is(action: FormAction) -> None:
    turn = filled(action, {"text": "Hello.", "outcome": "solved", "function": "finance"}, asked(), by=DANA)
    assert fact(turn) == Refused(act=Act.ANSWER_REQUESTS, function="it", subject="r1")


@pytest.mark.parametrize(("person", "grants"), [(MALIK, None), (CLAIRE, None), (BOB, None), (CAROL, ADMIN)])
def test_contacts_experts_and_admins_may(person: Person, grants: frozenset[Grant] | None) -> None:
    assert now(tapped(CLAIM, asked(), by=person, grants=grants)).expert == Party(
        id=person.id, name=person.name, site=person.site, department=person.department
    )


@pytest.mark.parametrize(
    "action", [CLAIM, RELEASE, AnswerRequest(request="r1"), ApproveWord(word="w", request="r1"), PhraseRequest(request="r1", id="x")]
)
def test_a_request_that_is_not_kept_any_more_is_said_to_be_gone(action: Action) -> None:
    turn = tapped(action)
    assert "This request isn't kept any more" in words(turn)
    assert list(buttons(turn)) == ["Home"]
    assert turn.facts == ()


# --- taking it -------------------------------------------------------------------------------------------------------------------------------------


def test_who_takes_it_has_it_and_the_client_knows_by_whom() -> None:
    turn = tapped(CLAIM, asked())
    request = now(turn)
    assert (request.status, request.expert, request.claimed_at) == (RequestStatus.CLAIMED, MALIKS, NOON)
    assert steps(turn) == [(Step.CLAIMED, "malik")]
    (told,) = to_client(turn)
    assert read(told) == "Malik Benali (IT) is taking care of your question now.\nAbout: “Who has my cable?”\n[Add something]"
    assert told.to == "alice"
    assert to_desk(turn) == []


def test_the_tapped_card_changes_in_its_place_and_in_the_ledger() -> None:
    turn = tapped(CLAIM, asked())
    assert place(turn) is Place.UPDATE
    assert "Malik Benali has it" in words(turn)
    assert spoken(edited(turn)[CARD]) == words(turn)


def test_from_elsewhere_one_is_told_in_private_and_the_ledger_changes_the_card() -> None:
    for turn in (tapped(CLAIM, asked(), where="another"), decide(None, taps(CLAIM), seen_by(MALIK, asked()))):
        assert "It's yours" in words(turn)
        assert buttons(turn)["Answer"].action == AnswerRequest(request="r1")
        assert CARD in edited(turn)
    assert place(tapped(CLAIM, asked(), where="another")) is Place.PRIVATE


def test_in_a_keepers_own_conversation_the_card_changes_too() -> None:
    kept = asked(desk=None, keeper="malik")
    turn = decide(None, taps(CLAIM, where=DIRECT, message="1800000000.0001"), seen_by(MALIK, kept))
    assert place(turn) is Place.UPDATE


def test_a_message_of_another_channel_is_not_the_card() -> None:
    elsewhere = replace(ROOM, conversation="C2")
    turn = decide(None, taps(CLAIM, where=elsewhere, message="1800000000.0001"), seen_by(MALIK, asked()))
    assert place(turn) is Place.PRIVATE


def test_the_second_to_tap_learns_who_has_it_and_since_when() -> None:
    turn = tapped(CLAIM, asked(**BOB_HAS_IT))
    assert "Bob Dupont has this one, since Friday 20 November, 12:30." in words(turn)
    assert (place(turn), turn.facts) == (Place.PRIVATE, ())
    assert buttons(turn)["Take it over"].action == OVER
    unsaid = tapped(CLAIM, asked(**{**BOB_HAS_IT, "claimed_at": None}))
    assert "since Friday 20 November, 12:00." in words(unsaid)


def test_the_time_is_that_of_the_readers_own_clock() -> None:
    turn = tapped(CLAIM, asked(**BOB_HAS_IT), by=replace(MALIK, timezone="Africa/Casablanca"))
    assert "12:30" in words(turn)
    assert "11:30" in words(tapped(CLAIM, asked(**BOB_HAS_IT), by=replace(MALIK, timezone="UTC")))


@pytest.mark.parametrize("status", [RequestStatus.CLAIMED, RequestStatus.WAITING])
def test_it_can_be_taken_over_and_everybody_knows(status: RequestStatus) -> None:
    turn = tapped(OVER, asked(**{**BOB_HAS_IT, "status": status}))
    assert (now(turn).expert, now(turn).claimed_at, now(turn).status) == (MALIKS, NOON, status)
    (under,) = to_desk(turn)
    assert read(under) == "Malik Benali has taken over from Bob Dupont."
    assert under.under == CARD
    assert "Malik Benali (IT) is taking care" in read(to_client(turn)[0])


def test_what_one_has_already_is_said() -> None:
    for action in (CLAIM, OVER):
        turn = tapped(action, asked(**MALIK_HAS_IT))
        assert "You have this one already, since Friday 20 November, 12:30." in words(turn)
        assert turn.facts == ()


@pytest.mark.parametrize("action", [CLAIM, RELEASE, AnswerRequest(request="r1"), HandRequest(request="r1"), CloseRequest(request="r1")])
def test_what_is_closed_can_be_reopened_first(action: Action) -> None:
    turn = tapped(action, asked(**CLOSED))
    assert "Closed by Bob Dupont" in words(turn)
    assert buttons(turn)["Reopen"].action == REOPEN
    assert turn.facts == ()


@pytest.mark.parametrize("action", [HandRequest(request="r1"), CloseRequest(request="r1")])
def test_what_was_closed_while_one_filled_in_a_form_stays_closed(action: FormAction) -> None:
    turn = filled(action, {"function": "finance", "outcome": "solved"}, asked(**CLOSED))
    assert "Reopen it first" in words(turn)
    assert turn.facts == ()


def test_an_expert_may_take_their_own_question() -> None:
    own = asked(client=MALIKS)
    turn = tapped(CLAIM, own)
    assert now(turn).expert == MALIKS


def test_who_has_no_name_is_somebody_of_the_function() -> None:
    turn = tapped(CLAIM, asked(), by=replace(MALIK, name=None))
    assert "Somebody of IT is taking care of your question now." in read(to_client(turn)[0])


# --- giving it back --------------------------------------------------------------------------------------------------------------------------------


def test_what_is_given_back_is_for_whoever_takes_it_with_the_whole_time_again() -> None:
    turn = tapped(RELEASE, asked(**MALIK_HAS_IT, reminded_at=NOON, escalated_at=NOON))
    request = now(turn)
    assert (request.status, request.expert, request.claimed_at, request.reminded_at, request.escalated_at) == (
        RequestStatus.OPEN,
        None,
        None,
        None,
        None,
    )
    assert request.due_at == AGAIN["due_at"]
    assert steps(turn) == [(Step.RELEASED, "malik")]
    assert "Malik Benali (IT) can't go on with your question" in read(to_client(turn)[0])
    assert read(to_desk(turn)[0]) == "Malik Benali gave this one back: it's for whoever takes it.\n[I take it]"
    assert place(turn) is Place.UPDATE
    assert "Given back" in words(tapped(RELEASE, asked(**MALIK_HAS_IT), where="another"))


def test_only_who_has_it_gives_it_back() -> None:
    other = tapped(RELEASE, asked(**BOB_HAS_IT))
    assert "Bob Dupont has this one" in words(other)
    nobody = tapped(RELEASE, asked())
    assert "Nobody has this one" in words(nobody)
    assert buttons(nobody)["I take it"].action == CLAIM
    assert other.facts == nobody.facts == ()


def test_what_somebody_unknown_has_may_be_given_back_by_any_expert() -> None:
    assert now(tapped(RELEASE, asked(**{**BOB_HAS_IT, "expert": None}))).status is RequestStatus.OPEN


# --- reopening -------------------------------------------------------------------------------------------------------------------------------------


def test_who_reopens_it_has_it() -> None:
    turn = tapped(REOPEN, asked(**CLOSED))
    request = now(turn)
    assert (request.status, request.expert, request.closed_at, request.outcome, request.reopened) == (RequestStatus.CLAIMED, MALIKS, None, None, 1)
    assert steps(turn) == [(Step.REOPENED, "malik")]
    assert "Malik Benali (IT) has taken your question up again." in read(to_client(turn)[0])
    assert read(to_desk(turn)[0]) == "Malik Benali has reopened this one."
    assert place(turn) is Place.UPDATE


def test_what_is_not_closed_goes_on() -> None:
    turn = tapped(REOPEN, asked(**BOB_HAS_IT))
    assert words(turn).startswith("This one isn't closed: it goes on.\nBob Dupont has it")
    assert turn.facts == ()


# --- what waits ------------------------------------------------------------------------------------------------------------------------------------


def test_what_waits_for_a_function_is_listed_the_oldest_first() -> None:
    older = asked(id="r2", question="Where is my badge?", opened_at=NOON - timedelta(days=2), **MALIK_HAS_IT)
    others = (asked(id="r3", function="finance"), asked(id="r4", **CLOSED))
    turn = tapped(ListRequests(slug="it"), asked(), older, *others)
    (items,) = [block for block in message(turn).blocks if isinstance(block, Items)]
    assert [(item.title, item.open, item.action) for item in items.items] == [
        ("Where is my badge?", "Answer", AnswerRequest(request="r2")),
        ("Who has my cable?", "I take it", CLAIM),
    ]
    assert items.items[1].detail == "Nobody has taken it yet. Somebody should by Tuesday 24 November, 11:00."
    assert place(turn) is Place.PRIVATE


def test_a_long_list_says_how_many_more_there_are() -> None:
    many = [asked(id=f"r{number}", opened_at=NOON - timedelta(hours=number)) for number in range(12)]
    assert "2 more wait after these." in words(tapped(ListRequests(slug="it"), *many))


def test_nothing_that_waits_is_good_news() -> None:
    assert "Nobody waits for you" in words(tapped(ListRequests(slug="it")))


def test_the_list_is_for_those_who_answer() -> None:
    turn = tapped(ListRequests(slug="it"), by=ALICE)
    assert fact(turn) == Refused(act=Act.ANSWER_REQUESTS, function="it", subject="it")
    assert "no longer in the catalogue" in words(tapped(ListRequests(slug="wellness")))
    assert "Nobody waits for you" in words(decide(None, said("demandes DSI"), seen_by(MALIK)))


def test_forms_open_from_the_list_too() -> None:
    turn = decide(None, asks_form(AnswerRequest(request="r1")), seen_by(MALIK, asked()))
    assert turn.replies[0].kind == "form"


# --- discretion ------------------------------------------------------------------------------------------------------------------------------------

HIDDEN: dict[str, Any] = {"discreet": True, "client": Party(id="zoe", name="Zoé Quentin", site="Quimper", department="Zinguerie"), "hops": 1}


@pytest.mark.parametrize("by", [MALIK, CLAIRE], ids=["with the mandate", "without"])
@pytest.mark.parametrize("state", [{}, BOB_HAS_IT, MALIK_HAS_IT, CLOSED], ids=["open", "bob's", "malik's", "closed"])
@pytest.mark.parametrize(
    "action",
    [
        CLAIM,
        ClaimRequest(request="r1", over="yes"),
        RELEASE,
        REOPEN,
        AnswerRequest(request="r1"),
        HandRequest(request="r1"),
        CloseRequest(request="r1"),
    ],
    ids=lambda action: action.kind,
)
def test_nothing_that_experts_do_tells_them_who_asked_discreetly(action: Action, state: dict[str, Any], by: Person) -> None:
    request = asked(**state, **HIDDEN, words=(word("client", "It's the grey one.", author=HIDDEN["client"]),))
    turns = [tapped(action, request, by=by), tapped(action, request, by=by, where="another")]
    if isinstance(action, AnswerRequest | HandRequest | CloseRequest):
        turns.append(filled(action, {"text": "Hello.", "outcome": "solved", "function": "finance", "reason": "An invoice."}, request, by=by))
    for turn in turns:
        shown = [read(each) for each in to_desk(turn)] + [spoken(each) for each in edited(turn).values()] + [repr(reply) for reply in turn.replies]
        assert shown
        assert not any(told in text for told in ("Zoé", "Quentin", "Quimper", "Zinguerie", "zoe") for text in shown)
