"""What somebody writes about a campaign's message: whom they'd turn to, and what they write back to the function."""

from dataclasses import replace

import pytest

from dialogs.ask_human import opened_request
from dialogs.campaign import CampaignStatus
from dialogs.campaign_actions import AnswerStep, RecallStep, ReplyStep
from dialogs.catalog import Catalogue, Localized
from dialogs.facts import ExchangeOpened, RequestKept
from dialogs.function_names import functions_named
from dialogs.ladder import EvidenceKind
from dialogs.messages import Form, FormErrors, Input, Place, Text
from dialogs.reached import Reached, Response
from dialogs.request_actions import AskHuman
from dialogs.step_words import LIMIT
from dialogs.turn import Turn
from tests.company import CATALOGUE, COMPANY, FINANCE, IT, NOON
from tests.conversation import submits
from tests.dialogs.campaigns import BASELINE, CHANGE, QUIZ
from tests.dialogs.reached import RUNNING, evidence, knowing, of, of_campaign, opens, response, writes
from tests.dialogs.told import buttons, message, words

NAME = RUNNING.name
RECALL = RecallStep(campaign=NAME, step="baseline")
REPLY = ReplyStep(campaign=NAME, step="change")


def form(turn: Turn) -> Form:
    (reply,) = turn.replies
    assert isinstance(reply, Form)
    return reply


def errors(turn: Turn) -> FormErrors:
    (reply,) = turn.replies
    assert isinstance(reply, FormErrors)
    return reply


def request(turn: Turn) -> RequestKept:
    (kept,) = (fact for fact in turn.facts if isinstance(fact, RequestKept))
    return kept


# --- whom one would turn to ------------------------------------------------------------------------------------------------------------------------


def test_the_form_asks_in_ones_own_words() -> None:
    asked = form(opens(RECALL, of(BASELINE)))
    assert asked.blocks[0] == Text(text="For a password, whom would you turn to?")
    (whom,) = (block for block in asked.blocks if isinstance(block, Input))
    assert not whom.required
    assert asked.action == RECALL


@pytest.mark.parametrize(
    "named",
    [
        "IT",
        "it",
        "dsi",
        " la DSI ",
        "Information technology",
        "l'informatique",
        "infromatique",
        "je demanderais à la DSI je crois",
        "Direction des systèmes d'information",
    ],
)
def test_whoever_names_it_unaided_is_told_so(named: str) -> None:
    turn = writes(RECALL, {"whom": named}, of(BASELINE))
    assert response(turn) == Response(campaign=NAME, step="baseline", person="alice", does="answer", answer="it", at=NOON)
    assert (evidence(turn).kind, evidence(turn).weight, evidence(turn).survey) == (EvidenceKind.RECALL_UNAIDED, 1.0, True)
    assert "Yes, that's it: IT." in words(turn)
    assert message(turn).place is Place.UPDATE


@pytest.mark.parametrize("named", ["", "   ", "compta", "personne", "my neighbour, it works well with him", "IT ou la compta", "x" * 100, "rh"])
def test_whoever_names_another_or_nobody_chooses_among_functions(named: str) -> None:
    turn = writes(RECALL, {"whom": named}, of(BASELINE))
    assert response(turn).answer == ""
    assert len(of_campaign(turn)) == 1, "not to know is no evidence"
    assert "Among these, whom would you turn to?" in words(turn)
    assert buttons(turn)["Finance"].action == AnswerStep(campaign=NAME, step="baseline", answer="finance")


def test_a_longer_name_is_not_the_shorter_one_that_it_holds() -> None:
    group = replace(FINANCE, slug="group", names=Localized(en="Finance group"), also=())
    catalogue = Catalogue(company=COMPANY, functions=(IT, FINANCE, group))
    assert functions_named("I'd ask the finance group", catalogue) == {"group"}
    assert functions_named("I'd ask finance", catalogue) == {"finance"}
    assert functions_named("IT or Finance", catalogue) == {"it", "finance"}
    assert functions_named("comtpa", CATALOGUE) == {"finance"}
    assert functions_named("my dear old nouvelle comtpa in Lyon", CATALOGUE) == frozenset()


def test_who_has_seen_the_functions_chooses_among_them() -> None:
    for turn in (opens(RECALL, of(BASELINE, answers={"baseline": ""})), writes(RECALL, {"whom": "IT"}, of(BASELINE, answers={"baseline": ""}))):
        assert turn.facts == ()
        assert "Among these" in words(turn)


def test_the_first_answer_counts() -> None:
    for turn in (
        opens(RECALL, of(BASELINE, answers={"baseline": "finance"})),
        writes(RECALL, {"whom": "IT"}, of(BASELINE, answers={"baseline": "finance"})),
    ):
        assert turn.facts == ()
        assert "You chose Finance; for this, it's IT." in words(turn)
        assert "the first answer counts" in words(turn)


def test_what_is_not_asked_any_more_is_not_kept() -> None:
    for step in (QUIZ, CHANGE):
        action = replace(RECALL, step=step.id)
        for turn in (opens(action, of(step)), writes(action, {"whom": "IT"}, of(step))):
            assert turn.facts == ()
            assert "I can't read this answer" in words(turn)


def test_where_the_campaign_is_gone_nothing_is_asked() -> None:
    for turn in (opens(RECALL, None), writes(RECALL, {"whom": "IT"}, None), opens(REPLY, None)):
        assert turn.facts == ()
        assert "isn't there any more" in words(turn)


@pytest.mark.parametrize("named", ["IT", "nobody"])
def test_what_does_not_count_is_said(named: str) -> None:
    turn = writes(RECALL, {"whom": named}, of(BASELINE, status=CampaignStatus.FINISHED))
    assert turn.facts == ()
    assert "isn't counted any more" in words(turn)


# --- a reply ---------------------------------------------------------------------------------------------------------------------------------------


def test_the_form_says_what_it_is_about_and_who_reads_it() -> None:
    asked = form(opens(REPLY, of(CHANGE)))
    assert asked.blocks[0] == Text(text="Change it in two minutes", strong=True)
    assert "It goes to IT as a request of yours" in str(asked.blocks)
    assert asked.action == REPLY


def test_what_is_written_back_becomes_a_request_of_the_function() -> None:
    turn = writes(REPLY, {"words": "Where is the portal?", "way": "named"}, of(CHANGE))
    kept = request(turn).request
    assert (kept.function, kept.client.id, kept.discreet) == ("it", "alice", False)
    assert kept.question == "About “Change it in two minutes”: Where is the portal?"
    assert any(isinstance(fact, ExchangeOpened) for fact in turn.facts)
    assert response(turn) == Response(campaign=NAME, step="change", person="alice", does="reply", answer=None, at=NOON)
    assert "A human takes over" in words(turn)
    assert message(turn).place is Place.HERE
    assert len(of_campaign(turn)) == 1, "to write back is no evidence by itself"


def test_it_may_be_discreet() -> None:
    assert request(writes(REPLY, {"words": "?!", "way": "discreet"}, of(CHANGE))).request.discreet


@pytest.mark.parametrize(
    ("typed", "mistake"), [("", "even in two words"), (" \n", "even in two words"), ("x" * (LIMIT + 1), f"a reply holds {LIMIT}")]
)
def test_what_cannot_be_sent_comes_back_as_it_was_typed(typed: str, mistake: str) -> None:
    turn = writes(REPLY, {"words": typed, "way": "discreet"}, of(CHANGE))
    assert turn.facts == ()
    (error,) = errors(turn).errors
    assert error.input == "words"
    assert mistake in error.text
    assert [block.value for block in errors(turn).form.blocks if not isinstance(block, Text)] == [typed, "discreet"]


def test_an_input_that_was_left_out_is_empty() -> None:
    (error,) = errors(writes(REPLY, {}, of(CHANGE))).errors
    assert error.input == "words"


def test_the_same_reply_twice_is_one_request() -> None:
    event = submits(REPLY, {})
    question = "About “Change it in two minutes”: Again"
    first, _ = opened_request(event, knowing(of(CHANGE)), AskHuman(slug="it"), IT, question, discreet=False)
    turn = writes(REPLY, {"words": "again"}, of(CHANGE), requests=(first,))
    assert turn.facts == ()
    assert "You have asked this already" in words(turn)


def test_a_second_reply_is_a_request_too_and_counted_once() -> None:
    turn = writes(REPLY, {"words": "One more thing"}, of(CHANGE, did={"reply": NOON}))
    assert request(turn).request.function == "it"
    assert of_campaign(turn) == ()


def test_after_the_end_a_reply_still_reaches_the_function() -> None:
    turn = writes(REPLY, {"words": "Late"}, of(CHANGE, status=CampaignStatus.FINISHED))
    assert request(turn).request.function == "it"
    assert of_campaign(turn) == ()


@pytest.mark.parametrize(
    ("reached", "reason"),
    [
        (None, "isn't there any more"),
        (of(CHANGE, sent=False), "wasn't sent to you"),
        (of(CHANGE, sent=False, status=CampaignStatus.DRAFT), "hasn't begun"),
    ],
    ids=["gone", "not sent", "draft"],
)
def test_words_that_go_nowhere_are_given_back(reached: Reached | None, reason: str) -> None:
    turn = writes(REPLY, {"words": "Where is the portal?"}, reached)
    assert turn.facts == ()
    assert reason in words(turn)
    assert "What you wrote isn't sent. Here it is, so that it isn't lost:\n“Where is the portal?”" in words(turn)
    human = buttons(turn)["Ask a human"].action
    assert isinstance(human, AskHuman)
    assert human.question == "Where is the portal?"
