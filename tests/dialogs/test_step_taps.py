"""Taps on a campaign's message: an answer, more, done, later; each is kept once, and says what was kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dialogs.actions import WriteQuestion
from dialogs.campaign import CampaignStatus, Period, Question, StepButton
from dialogs.campaign_actions import AnswerStep, ReplyStep, TakeStep
from dialogs.catalog import Catalogue, Localized
from dialogs.delivery import Kind
from dialogs.facts import DeliveryPlanned, ExchangeOpened, StepTaken
from dialogs.ladder import Evidence, EvidenceKind
from dialogs.messages import Message, Picture, Place, Rating, Title, plain_text
from dialogs.people import Person
from dialogs.reached import Response
from dialogs.router import decide
from dialogs.step_recall import choices
from dialogs.turn import Turn
from dialogs.working_time import COMPANY_HOURS
from tests.company import ALICE, COMPANY, DANA, FINANCE, IT, NOON
from tests.conversation import CHANNEL, taps
from tests.dialogs.campaigns import BASELINE, CHANGE, LEARN, OPINION, QUIZ, STORY
from tests.dialogs.reached import RUNNING, does, evidence, knowing, of, of_campaign, response
from tests.dialogs.told import buttons, message, words

NAME = RUNNING.name
RIGHT = AnswerStep(campaign=NAME, step="quiz", answer="2")
WRONG = AnswerStep(campaign=NAME, step="quiz", answer="1")
FOUR = AnswerStep(campaign=NAME, step="opinion", answer="4")
NOT_KNOWN = AnswerStep(campaign=NAME, step="baseline", answer="")
IT_CHOSEN = AnswerStep(campaign=NAME, step="baseline", answer="it")
FINANCE_CHOSEN = AnswerStep(campaign=NAME, step="baseline", answer="finance")
MORE = TakeStep(campaign=NAME, step="story", does="more")
DONE = TakeStep(campaign=NAME, step="change", does="done")
LATER = TakeStep(campaign=NAME, step="change", does="later")
OTHERS = tuple(replace(FINANCE, slug=f"f{number}", names=Localized(en=f"Function {number}"), also=()) for number in range(5))
LARGE = Catalogue(company=COMPANY, functions=(IT, FINANCE, *OTHERS))


# --- a quiz --------------------------------------------------------------------------------------------------------------------------------------


def test_a_right_answer_is_kept_told_and_explained_in_the_same_card() -> None:
    turn = does(RIGHT, of(QUIZ))
    assert response(turn) == Response(campaign=NAME, step="quiz", person="alice", does="answer", answer="2", at=NOON)
    assert evidence(turn) == Evidence(
        person="alice",
        function="it",
        topic="passwords",
        kind=EvidenceKind.QUIZ,
        source=f"step:{NAME}/quiz",
        at=NOON,
        weight=1 - 1 / 3,
        campaign=NAME,
        step="quiz",
    )
    assert message(turn).place is Place.UPDATE
    text = words(turn)
    assert text.startswith("[IT · Information Technology] Which one lasts longest?\nThree passwords")
    assert "Yes, that's it: “horse staple rain green”.\nLength matters more than signs." in text
    assert "P@ssw0rd!" not in text, "what was answered isn't asked any more"
    assert list(buttons(turn)) == ["What IT does for you", "Reply", "Be left in peace"]


def test_a_wrong_answer_is_told_what_is_right_and_why_and_blames_nobody() -> None:
    turn = does(WRONG, of(QUIZ))
    assert evidence(turn).weight == pytest.approx(-1 / 3)
    assert "You chose “P@ssw0rd!”; it's “horse staple rain green”.\nLength matters more than signs." in words(turn)


def test_the_next_step_is_the_messages_own_where_it_has_one() -> None:
    turn = does(RIGHT, of(replace(QUIZ, buttons=(StepButton(does="more"), StepButton(does="later")))))
    assert list(buttons(turn)) == ["Tell me more", "Reply", "Be left in peace"]
    assert buttons(turn)["Tell me more"].primary


def test_the_first_answer_counts_and_a_second_tap_tells_it() -> None:
    turn = does(WRONG, of(QUIZ, answers={"quiz": "2"}))
    assert turn.facts == ()
    assert "Yes, that's it: “horse staple rain green”." in words(turn)
    assert "You had answered before, and the first answer counts." in words(turn)


def test_what_is_not_explained_is_told_all_the_same() -> None:
    assert QUIZ.question is not None
    turn = does(WRONG, of(replace(QUIZ, question=replace(QUIZ.question, explain=None))))
    assert "it's “horse staple rain green”" in words(turn)


def test_an_answer_that_the_quiz_does_not_have_is_not_kept() -> None:
    assert QUIZ.question is not None
    one = Question(kind="quiz", ask=Localized(en="?"), options=(Localized(en="this"),), right=1)
    unmarked = replace(QUIZ.question, right=None)
    for tapped, step in (
        (replace(RIGHT, answer="4"), QUIZ),
        (replace(RIGHT, answer="two"), QUIZ),
        (replace(RIGHT, answer="1"), replace(QUIZ, question=one)),
        (RIGHT, replace(QUIZ, question=unmarked)),
        (RIGHT, replace(QUIZ, question=None)),
    ):
        turn = does(tapped, of(step))
        assert turn.facts == ()
        assert "I can't read this answer" in words(turn)


# --- an opinion ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "weight"), [("1", -1.0), ("2", -1.0), ("3", -1.0), ("4", 1.0), ("5", 1.0)])
def test_an_opinion_is_kept_and_a_word_may_be_added(value: str, weight: float) -> None:
    turn = does(replace(FOUR, answer=value), of(OPINION))
    assert (response(turn).answer, evidence(turn).kind, evidence(turn).weight) == (value, EvidenceKind.OPINION, weight)
    assert f"Thank you, it's noted: “{value}”." in words(turn)
    assert buttons(turn)["Add a word"].action == ReplyStep(campaign=NAME, step="opinion")
    assert "Reply" not in buttons(turn)
    assert not any(isinstance(block, Rating) for block in message(turn).blocks)


def test_the_last_opinion_counts() -> None:
    turn = does(FOUR, of(OPINION, answers={"opinion": "2"}))
    assert response(turn).answer == "4"
    assert "Changed: it's “4” now." in words(turn)
    again = does(FOUR, of(OPINION, answers={"opinion": "4"}))
    assert again.facts == ()
    assert "Thank you, it's noted: “4”." in words(again)


def test_an_opinion_off_the_scale_is_not_kept() -> None:
    assert does(replace(FOUR, answer="6"), of(OPINION)).facts == ()


# --- whom one would turn to ------------------------------------------------------------------------------------------------------------------------


def test_who_does_not_know_chooses_among_functions() -> None:
    turn = does(NOT_KNOWN, of(BASELINE))
    assert of_campaign(turn) == (StepTaken(response=Response(campaign=NAME, step="baseline", person="alice", does="answer", answer="", at=NOON)),)
    assert "Among these, whom would you turn to?" in words(turn)
    assert {"IT · Information Technology", "Finance"} <= set(buttons(turn))
    assert does(NOT_KNOWN, of(BASELINE, answers={"baseline": ""})).facts == ()


def test_the_right_one_is_among_four_in_the_same_order_for_everybody() -> None:
    offered = choices(LARGE, RUNNING, BASELINE)
    assert len(offered) == 4
    assert IT in offered
    assert choices(LARGE, RUNNING, BASELINE) == offered
    places = {choices(LARGE, RUNNING, replace(BASELINE, id=f"s{number}")).index(IT) for number in range(40)}
    assert places == {0, 1, 2, 3}


def test_the_right_one_is_told_with_what_it_is_there_for() -> None:
    turn = does(IT_CHOSEN, of(BASELINE, answers={"baseline": ""}))
    assert (response(turn).answer, evidence(turn).kind, evidence(turn).weight) == ("it", EvidenceKind.RECALL_AIDED, 0.5)
    assert evidence(turn).survey
    assert "Yes, that's it: IT.\nTo give everybody dependable tools." in words(turn)
    assert evidence(does(IT_CHOSEN, of(BASELINE, answers={"baseline": ""}), catalogue=LARGE)).weight == 0.75


def test_another_one_is_told_which_it_is() -> None:
    turn = does(FINANCE_CHOSEN, of(BASELINE, answers={"baseline": ""}))
    assert (response(turn).answer, evidence(turn).weight) == ("finance", -0.5)
    assert "You chose Finance; for this, it's IT." in words(turn)


def test_the_first_choice_counts() -> None:
    for second in (IT_CHOSEN, NOT_KNOWN):
        turn = does(second, of(BASELINE, answers={"baseline": "finance"}))
        assert turn.facts == ()
        assert "You chose Finance; for this, it's IT." in words(turn)
        assert "You had answered before" in words(turn)


def test_a_function_that_was_not_offered_is_not_kept() -> None:
    assert "I can't read this answer" in words(does(replace(IT_CHOSEN, answer="sales"), of(BASELINE)))


def test_where_there_is_one_function_there_is_nothing_to_choose() -> None:
    alone = Catalogue(company=COMPANY, functions=(replace(IT, purpose=None),))
    turn = does(NOT_KNOWN, of(BASELINE), catalogue=alone)
    assert "For this, it's IT." in words(turn)
    assert response(turn).answer == ""


# --- more ------------------------------------------------------------------------------------------------------------------------------------------


def test_more_shows_what_the_function_does_and_opens_no_exchange() -> None:
    turn = does(MORE, of(STORY))
    assert message(turn).place is Place.HERE
    assert message(turn).blocks[0] == Title(text="What are we for?", badge="IT · Information Technology")
    assert (response(turn).does, evidence(turn).kind, evidence(turn).weight) == ("more", EvidenceKind.CARD_OPENED, 1.0)
    assert not any(isinstance(fact, ExchangeOpened) for fact in turn.facts)
    assert does(MORE, of(STORY, did={"more": NOON})).facts == ()


def test_more_shows_the_sheet_that_the_button_names() -> None:
    turn = does(replace(MORE, step="learn", sheet="it_laptop"), of(LEARN))
    assert message(turn).blocks[0] == Title(text="Replace a laptop", badge="IT · Information Technology")
    assert "Ask a human" in buttons(turn)
    assert "Is it solved?" not in words(turn)


@pytest.mark.parametrize("sheet", ["gone", "it_tablet"])
def test_a_sheet_that_is_gone_or_not_for_them_gives_way_to_the_function(sheet: str) -> None:
    turn = does(replace(MORE, sheet=sheet), of(STORY))
    assert message(turn).blocks[0] == Title(text="What are we for?", badge="IT · Information Technology")
    assert evidence(turn).kind is EvidenceKind.CARD_OPENED


# --- done ------------------------------------------------------------------------------------------------------------------------------------------


def test_what_was_done_is_thanked_for_and_kept_once() -> None:
    turn = does(DONE, of(CHANGE))
    assert (response(turn).does, evidence(turn).kind) == ("done", EvidenceKind.GESTURE)
    assert "Thank you! It's noted: you've done it." in words(turn)
    assert message(turn).place is Place.UPDATE
    assert not {"It's done", "Later"} & set(buttons(turn))
    again = does(DONE, of(CHANGE, did={"done": NOON}))
    assert again.facts == ()
    assert "Thank you!" in words(again)


def test_what_is_asked_stays_until_it_is_answered() -> None:
    asking = replace(QUIZ, buttons=(StepButton(does="done"),))
    assert "P@ssw0rd!" in buttons(does(replace(DONE, step="quiz"), of(asking)))
    assert "P@ssw0rd!" not in buttons(does(replace(DONE, step="quiz"), of(asking, answers={"quiz": "1"})))
    survey = replace(BASELINE, buttons=(StepButton(does="done"),))
    assert "Finance" in buttons(does(replace(DONE, step="baseline"), of(survey, answers={"baseline": ""})))
    assert "Finance" not in buttons(does(replace(DONE, step="baseline"), of(survey, answers={"baseline": "it"})))


# --- later -----------------------------------------------------------------------------------------------------------------------------------------


def planned(turn: Turn) -> DeliveryPlanned:
    (fact,) = (fact for fact in turn.facts if isinstance(fact, DeliveryPlanned))
    return fact


def test_later_brings_the_message_back_two_working_days_on_at_the_same_hour_once() -> None:
    reached = of(STORY, variant="for_sales", picture="campaign-1")
    turn = does(replace(LATER, step="story"), reached)
    delivery = planned(turn).delivery
    assert (delivery.kind, delivery.cause_kind, delivery.cause_id, delivery.to) == (Kind.REPLY, "campaign", NAME, "alice")
    assert (delivery.function, delivery.step, delivery.variant) == ("it", "story", "for_sales")
    assert delivery.not_before == datetime(2026, 11, 24, 12, 0, tzinfo=UTC), "a Friday: the weekend doesn't count"
    assert "At a customer's" in plain_text(delivery.message)
    assert "[Later]" not in plain_text(delivery.message)
    assert any(isinstance(block, Picture) for block in delivery.message.blocks)
    assert response(turn).does == "later"
    assert "All right: I bring it back on Tuesday 24 November, 13:00." in words(turn)
    assert "At a customer's" in words(turn)
    assert "Later" not in buttons(turn)
    other = planned(does(LATER, of(CHANGE))).delivery
    assert other.key != delivery.key
    assert planned(does(replace(LATER, step="story"), reached, at=NOON + timedelta(hours=1))).delivery.key == delivery.key


def test_asked_for_again_it_comes_when_it_was_said_to_come() -> None:
    turn = does(LATER, of(CHANGE, did={"later": NOON}), at=NOON + timedelta(days=1))
    assert turn.facts == ()
    assert "All right: I bring it back on Tuesday 24 November, 13:00." in words(turn)
    after = does(LATER, of(CHANGE, did={"later": NOON}), at=NOON + timedelta(days=7))
    assert after.facts == ()
    assert "I've brought it back once, on Tuesday 24 November, 13:00." in words(after)


def test_it_does_not_come_back_after_the_end() -> None:
    ending = replace(RUNNING, period=Period(starts=date(2026, 11, 2), ends=date(2026, 11, 23)))
    turn = does(LATER, of("change", ending))
    assert turn.facts == ()
    assert "This campaign ends before then" in words(turn)
    last_day = replace(RUNNING, period=Period(starts=date(2026, 11, 2), ends=date(2026, 11, 24)))
    assert does(LATER, of("change", last_day)).facts


def test_the_hour_is_that_of_the_persons_own_clock_and_days_off_do_not_count() -> None:
    reached, hours = of(CHANGE), replace(COMPANY_HOURS, days_off=frozenset({date(2026, 10, 27)}))
    friday = datetime(2026, 10, 23, 7, 30, tzinfo=UTC)  # 9:30 in Paris, whose clock goes back on Sunday
    context = replace(knowing(reached), hours=hours)
    turn = decide(None, replace(taps(LATER), at=friday), context)
    assert planned(turn).delivery.not_before == datetime(2026, 10, 28, 8, 30, tzinfo=UTC)


def test_what_is_asked_stays_open_until_later() -> None:
    assert "P@ssw0rd!" in buttons(does(replace(LATER, step="quiz"), of(QUIZ)))


# --- what doesn't count ----------------------------------------------------------------------------------------------------------------------------

EVERY = (RIGHT, FOUR, NOT_KNOWN, IT_CHOSEN, MORE, DONE, LATER)


@pytest.mark.parametrize("action", EVERY, ids=str)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": CampaignStatus.FINISHED}, "Thank you. This campaign is over, so that isn't counted any more."),
        ({"status": CampaignStatus.CANCELLED}, "Thank you. This campaign is over, so that isn't counted any more."),
        ({"status": CampaignStatus.DRAFT, "sent": False}, "This campaign hasn't begun: you can try everything, and nothing is counted."),
        ({"status": CampaignStatus.SCHEDULED}, "This campaign hasn't begun: you can try everything, and nothing is counted."),
        ({"sent": False}, "This message wasn't sent to you, so nothing is counted: only what those do who got it."),
    ],
    ids=str,
)
def test_what_does_not_count_is_said_and_not_kept(action: AnswerStep | TakeStep, changes: dict[str, Any], reason: str) -> None:
    reached = of(action.step, **changes)
    turn = does(action, reached)
    assert turn.facts == ()
    if action is not MORE:
        assert reason in words(turn)
        assert message(turn).place is (Place.UPDATE if reached.sent else Place.HERE), "a preview stays as it is"


def test_while_it_is_paused_what_is_done_counts() -> None:
    assert does(DONE, of(CHANGE, status=CampaignStatus.PAUSED)).facts


@pytest.mark.parametrize("action", EVERY, ids=str)
def test_where_the_campaign_is_gone_that_is_said(action: AnswerStep | TakeStep) -> None:
    turn = does(action, None)
    assert turn.facts == ()
    assert "The campaign of this message isn't there any more" in words(turn)
    assert buttons(turn)["Ask a question"].action == WriteQuestion()


def test_so_it_is_where_its_step_or_its_function_is() -> None:
    assert "isn't there any more" in words(does(DONE, of("gone")))
    assert "isn't there any more" in words(does(DONE, of(CHANGE), catalogue=Catalogue(company=COMPANY, functions=(FINANCE,))))


def test_from_a_channel_the_answer_is_private_and_what_is_no_message_is_not_replaced() -> None:
    assert message(does(RIGHT, of(QUIZ), where=CHANNEL)).place is Place.PRIVATE
    assert message(does(RIGHT, of(QUIZ), message=None)).place is Place.HERE


@pytest.mark.parametrize("person", [ALICE, DANA], ids=["known", "unknown"])
def test_everybody_is_met_where_they_are(person: Person) -> None:
    turn = does(MORE, of(STORY), person=person)
    (reply,) = turn.replies
    assert isinstance(reply, Message)
    assert evidence(turn).person == person.id


def test_what_the_function_does_is_one_tap_away() -> None:
    about = buttons(does(RIGHT, of(QUIZ)))["What IT does for you"].action
    assert about == TakeStep(campaign="passphrases", step="quiz", does="more"), "it's the campaign that shows it, and its control group can't"


def test_what_a_message_doesnt_offer_isnt_done() -> None:
    turn = does(TakeStep(campaign="passphrases", step="story", does="done"), of(STORY))
    assert "I can't read this answer" in words(turn)
    assert turn.facts == ()
