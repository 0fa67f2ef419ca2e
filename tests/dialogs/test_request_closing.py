"""Closing a request: how it ended is said, the client is told in one message, and an answer may come of it."""

from datetime import timedelta
from typing import Any

import pytest

from dialogs.actions import WriteSheet
from dialogs.messages import Choice, FormErrors, Input, Place, Text
from dialogs.request import REQUEST, WORD, Outcome, RequestStatus, Step
from dialogs.request_actions import AskHuman, CloseRequest, PhraseRequest, ReopenRequest
from tests.company import NOON
from tests.dialogs.experts import (
    CARD,
    CLAIRE,
    CLAIRES,
    MALIKS,
    asked,
    edited,
    filled,
    form_of,
    now,
    place,
    read,
    refusals,
    row,
    steps,
    tapped,
    to_client,
    to_desk,
    word,
    words_kept,
)
from tests.dialogs.told import words

CLOSE = CloseRequest(request="r1")
TAKEN: dict[str, Any] = {"status": RequestStatus.CLAIMED, "expert": CLAIRES, "claimed_at": NOON}


def test_the_form_asks_how_it_ended_and_presumes_nothing() -> None:
    form = form_of(tapped(CLOSE, asked()))
    (outcome,) = [block for block in form.blocks if isinstance(block, Choice)]
    assert [option.value for option in outcome.options] == ["solved", "partly", "not_solved", "not_ours"]
    assert (outcome.value, outcome.required) == (None, True)
    assert any(isinstance(block, Text) and "hand it on instead" in block.text for block in form.blocks)


def test_without_the_mandate_the_form_says_what_becomes_of_ones_own_words() -> None:
    said = [block.text for block in form_of(tapped(CLOSE, asked(), by=CLAIRE)).blocks if isinstance(block, Text)]
    assert "Your own words go out once one of those who hold the mandate says so: Malik Benali. Propose them first." in said
    assert not any("the mandate" in block.text for block in form_of(tapped(CLOSE, asked())).blocks if isinstance(block, Text))


def test_an_answer_that_still_waits_is_not_forgotten() -> None:
    waiting = word("expert", "Try the cupboard.", author=CLAIRES, state="proposed")
    said = [block.text for block in form_of(tapped(CLOSE, asked(words=(waiting,)))).blocks if isinstance(block, Text)]
    assert "A proposed answer still waits to be sent: once this is closed, it doesn't go out." in said


def test_it_is_closed_with_its_outcome_by_whoever_closes_it() -> None:
    turn = filled(CLOSE, {"outcome": "solved"}, asked(**TAKEN))
    request = now(turn)
    assert (request.status, request.outcome, request.closed_at, request.expert) == (RequestStatus.CLOSED, Outcome.SOLVED, NOON, MALIKS)
    assert steps(turn) == [(Step.CLOSED, "malik")]
    assert request.first_word_at is None
    assert "Closed by Malik Benali" in words(turn)
    assert place(turn) is Place.UPDATE
    assert CARD in edited(turn)
    assert words(filled(CLOSE, {"outcome": "solved"}, asked(), where="another")) == "Closed: whoever asked knows it."


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("solved", "Malik Benali (IT) closed your question: it's solved."),
        ("partly", "Malik Benali (IT) closed your question: it's solved in part."),
        ("not_solved", "Malik Benali (IT) closed your question, without having been able to solve it."),
        ("not_ours", "it isn't one that they can answer. Ask me again, and I'll look for whom it's for."),
    ],
)
def test_the_client_learns_how_it_ended_and_may_say_that_it_is_not_over(outcome: str, said: str) -> None:
    (told,) = to_client(filled(CLOSE, {"outcome": outcome}, asked(**TAKEN)))
    assert said in read(told)
    assert told.cause_kind == REQUEST
    assert row(told.message.blocks)["It isn't over"].action == ReopenRequest(request="r1")


def test_what_is_not_theirs_may_be_asked_elsewhere_without_writing_it_again() -> None:
    (told,) = to_client(filled(CLOSE, {"outcome": "not_ours"}, asked(**TAKEN)))
    assert row(told.message.blocks)["Ask a human"].action == AskHuman(question="Who has my cable?")
    (solved,) = to_client(filled(CLOSE, {"outcome": "solved"}, asked(**TAKEN)))
    assert "Ask a human" not in row(solved.message.blocks)


def test_a_last_word_is_in_the_same_message_and_is_a_word_like_any_other() -> None:
    turn = filled(CLOSE, {"outcome": "solved", "word": " It was under the table. "}, asked(**TAKEN))
    (told,) = to_client(turn)
    (said,) = words_kept(turn)
    assert (said.text, said.author, said.state) == ("It was under the table.", MALIKS, "sent")
    assert (told.key, told.cause_kind) == (said.id, WORD)
    assert read(told) == (
        "Malik Benali (IT) closed your question: it's solved.\nIt was under the table.\nAbout: “Who has my cable?”\n"
        "Is it solved?\n[Yes] [Partly] [No]\n[It isn't over]"
    )
    assert now(turn).first_word_at == NOON
    assert "It was under the table." in read(to_desk(turn)[0])
    early = NOON - timedelta(hours=2)
    assert now(filled(CLOSE, {"outcome": "solved", "word": "x"}, asked(**TAKEN, first_word_at=early))).first_word_at == early


def test_without_the_mandate_it_closes_without_words() -> None:
    errors = refusals(filled(CLOSE, {"outcome": "solved", "word": "Bye."}, asked(), by=CLAIRE))
    assert errors["word"].startswith("Leave this empty, or use “Answer” first")
    assert now(filled(CLOSE, {"outcome": "solved"}, asked(), by=CLAIRE)).closed


@pytest.mark.parametrize("outcome", [None, "", "withdrawn", "maybe"])
def test_an_outcome_has_to_be_chosen_and_nothing_typed_is_lost(outcome: str | None) -> None:
    turn = filled(CLOSE, {"word": "x" * 3001} | ({} if outcome is None else {"outcome": outcome}), asked())
    assert refusals(turn) == {
        "outcome": "Choose how it ended.",
        "word": "That's 3001 characters, and I carry up to 3000 at once. Please send it in parts.",
    }
    (again,) = turn.replies
    assert isinstance(again, FormErrors)
    (typed,) = [block for block in again.form.blocks if isinstance(block, Input)]
    assert len(typed.value) == 3001
    kept = filled(CLOSE, {"outcome": "partly", "word": "x" * 3001}, asked()).replies[0]
    assert isinstance(kept, FormErrors)
    assert [block.value for block in kept.form.blocks if isinstance(block, Choice)] == ["partly"]


def test_what_was_solved_may_become_an_answer_at_once() -> None:
    request = asked(**TAKEN, tried=("it_laptop", "it_laptop", "gone", "it_password"))
    for outcome in ("solved", "partly"):
        (told,) = to_desk(filled(CLOSE, {"outcome": outcome}, request))
        offered = {label: button.action for label, button in row(told.message.blocks).items()}
        assert offered == {
            "Make it an answer": WriteSheet(slug="it", request="r1"),
            "Add as a phrasing: Replace a laptop": PhraseRequest(request="r1", id="it_laptop"),
            "Add as a phrasing: How do I change my password?": PhraseRequest(request="r1", id="it_password"),
        }
        assert told.under == CARD
    (unsolved,) = to_desk(filled(CLOSE, {"outcome": "not_solved"}, request))
    assert read(unsolved) == "Malik Benali closed this one: not solved."


def test_only_so_many_buttons_are_offered() -> None:
    tried = ("it_laptop", "it_password", "it_demo_kit", "it_tablet", "fin_expenses")
    (told,) = to_desk(filled(CLOSE, {"outcome": "solved"}, asked(tried=tried)))
    assert len(row(told.message.blocks)) == 4
