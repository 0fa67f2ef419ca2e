"""Handing a request on: everybody knows by whom, to whom and why, and nobody begins again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5

import pytest

from dialogs.catalog import Catalogue
from dialogs.delivery import Delivery
from dialogs.facts import DeliveryPlanned, RequestKept
from dialogs.messages import Choice, FormErrors, Input, Place
from dialogs.people import Person
from dialogs.request import Desk, Party, Request, RequestStatus, Step
from dialogs.request_actions import HandRequest
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import COMPANY, IT, NOON
from tests.conversation import asks_form, submits
from tests.dialogs.experts import (
    CARD,
    CLAIRES,
    MALIK,
    MALIKS,
    ON_CARD,
    ROOM,
    asked,
    edited,
    form_of,
    now,
    place,
    read,
    refusals,
    seen_by,
    spoken,
    steps,
    tapped,
    to_client,
    to_desk,
    word,
    words_kept,
)
from tests.dialogs.told import words

HAND = HandRequest(request="r1")
COUNTERS = replace(ROOM, conversation="C_FINANCE")
FINANCE = {("finance", None): Desk(function="finance", service=None, reference=COUNTERS, language="en")}
OWNER = {"finance": (Party(id="fanny", name="Fanny"),)}
TAKEN: dict[str, Any] = {
    "status": RequestStatus.CLAIMED,
    "expert": MALIKS,
    "claimed_at": NOON,
    "sheet": "it_laptop",
    "reminded_at": NOON,
    "escalated_at": NOON,
}


def handed(values: dict[str, str], request: Request, *, by: Person = MALIK, where: str = ON_CARD, **reach: Any) -> Turn:
    event = replace(submits(HAND, values, where=ROOM), message_id=where)
    return decide(None, event, seen_by(by, request, **(reach or {"desks": FINANCE})))


def new_card(turn: Turn) -> Delivery:
    delivery, _ = to_desk(turn)
    return delivery


def test_the_form_offers_every_other_function_and_none_is_chosen_already() -> None:
    form = form_of(tapped(HAND, asked()))
    (choice,) = [block for block in form.blocks if isinstance(block, Choice)]
    (reason,) = [block for block in form.blocks if isinstance(block, Input)]
    assert [(option.value, option.label) for option in choice.options] == [("finance", "Finance")]
    assert (choice.value, reason.required, reason.limit) == (None, False, 500)


def test_where_there_is_no_other_function_that_is_said() -> None:
    alone = replace(seen_by(MALIK, asked()), catalogue=Catalogue(company=COMPANY, functions=(IT,)))
    for event in (asks_form(HAND), submits(HAND, {"function": "finance"})):  # the others may go while the form is open
        turn = decide(None, event, alone)
        assert "There's no other function in the catalogue." in words(turn)
        assert turn.facts == ()


def test_it_is_the_other_functions_from_now_on_and_the_hop_is_counted() -> None:
    turn = handed({"function": "finance", "reason": "It's about an invoice."}, asked(**TAKEN))
    request = now(turn)
    assert (request.function, request.sheet, request.hops) == ("finance", None, 1)
    assert (request.status, request.expert, request.claimed_at) == (RequestStatus.OPEN, None, None)
    assert (request.reminded_at, request.escalated_at) == (None, None)
    assert request.due_at == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert request.desk == COUNTERS
    assert request.thread is None
    assert steps(turn) == [(Step.HANDED, "malik")]
    assert [fact.function for fact in turn.facts if isinstance(fact, RequestKept)] == ["it"]


def test_those_who_have_it_now_read_from_whom_it_comes_and_why() -> None:
    card, told = to_desk(handed({"function": "finance", "reason": "It's a purchase."}, asked(**TAKEN)))
    assert (told.to, told.under) == (card.to, card.key)
    assert read(told) == "Malik Benali (IT) handed it to Finance.\nWhy: It's a purchase."
    _, bare = to_desk(handed({"function": "finance"}, asked(**TAKEN), by=replace(MALIK, name=None)))
    assert read(bare) == "Somebody of IT handed it to Finance."


def test_the_new_card_comes_with_what_was_said_so_far() -> None:
    said = (word("client", "It's the grey one.", timedelta(minutes=9)), word("expert", "Let me look.", timedelta(minutes=8)))
    card = new_card(handed({"function": "finance"}, asked(**TAKEN, words=said)))
    assert card.to == COUNTERS
    assert card.key == now(handed({"function": "finance"}, asked(**TAKEN))).card
    assert "• Alice Martin: It's the grey one.\n• Malik Benali: Let me look." in read(card)
    assert "[I take it]" in read(card)


def test_the_old_card_says_where_it_went_and_has_no_buttons() -> None:
    turn = handed({"function": "finance", "reason": "It's about an invoice."}, asked(**TAKEN))
    assert "Malik Benali handed it to Finance.\nWhy: It's about an invoice." in words(turn)
    assert place(turn) is Place.UPDATE
    assert spoken(edited(turn)[CARD]) == words(turn)
    assert "[" not in words(turn).split("\n", 1)[1]
    elsewhere = handed({"function": "finance"}, asked(card=None), where="another")
    assert (words(elsewhere), place(elsewhere)) == ("Handed to Finance: they and whoever asked know it.", Place.PRIVATE)
    assert edited(elsewhere) == {}


def test_the_client_is_told_by_whom_to_whom_why_and_by_when() -> None:
    (told,) = to_client(handed({"function": "finance", "reason": "It's about an invoice."}, asked(**TAKEN)))
    assert read(told) == (
        "Malik Benali (IT) handed your question to Finance, who can do more for you. Somebody should take it by Friday 20 November, 17:00.\n"
        "Why: It's about an invoice.\nAbout: “Who has my cable?”\n[Add something]"
    )
    (without,) = to_client(handed({"function": "finance"}, asked(**TAKEN)))
    assert "Why:" not in read(without)


def test_without_a_channel_it_goes_to_whoever_stands_in_for_one() -> None:
    turn = handed({"function": "finance"}, asked(**TAKEN), keepers=OWNER)
    assert (now(turn).desk, now(turn).keeper) == (None, "fanny")
    assert new_card(turn).to == "fanny"


def test_a_function_where_nobody_can_be_reached_is_refused_with_the_reason() -> None:
    errors = refusals(handed({"function": "finance"}, asked(**TAKEN), keepers={}))
    assert errors["function"].startswith("I can reach nobody at Finance yet")


@pytest.mark.parametrize("chosen", [None, "", "it", "gone"])
def test_a_function_has_to_be_chosen_and_nothing_typed_is_lost(chosen: str | None) -> None:
    turn = handed({"reason": "Not ours."} | ({"function": chosen} if chosen is not None else {}), asked(**TAKEN))
    assert refusals(turn) == {"function": "Choose the function that this is for."}
    (again,) = turn.replies
    assert isinstance(again, FormErrors)
    (reason,) = [block for block in again.form.blocks if isinstance(block, Input)]
    assert reason.value == "Not ours."


def test_a_reason_is_short() -> None:
    turn = handed({"function": "finance", "reason": "x" * 501}, asked(**TAKEN))
    assert refusals(turn) == {"reason": "The text has 501 characters, 500 at most. Shorten it."}
    (again,) = turn.replies
    assert isinstance(again, FormErrors)
    (choice,) = [block for block in again.form.blocks if isinstance(block, Choice)]
    assert choice.value == "finance"


def test_an_answer_that_waited_for_a_yes_does_not_go_out_of_another_function() -> None:
    waiting = word("expert", "Try the cupboard.", timedelta(minutes=5), author=CLAIRES, state="proposed")
    turn = handed({"function": "finance"}, asked(**TAKEN, words=(waiting,)))
    assert [kept.state for kept in words_kept(turn)] == ["dropped"]
    assert "Not sent: the request went to another function." in spoken(edited(turn)[uuid5(waiting.id, "proposal")])


def test_a_discreet_request_stays_discreet() -> None:
    turn = handed({"function": "finance", "reason": "An invoice."}, asked(**TAKEN, discreet=True, words=(word("client", "It's the grey one."),)))
    planned = [fact.delivery for fact in turn.facts if isinstance(fact, DeliveryPlanned)]
    for said in [read(each) for each in planned if each.to != "alice"] + [words(turn)]:
        assert not any(told in said for told in ("Alice", "Lyon", "Ventes"))
