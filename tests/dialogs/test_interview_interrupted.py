"""An interview that something comes in between of: commands, taps, hours, a right that is gone; nothing that was said is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.actions import EditProfile, Help, Home, Interview, InterviewStep, PublishProfile, Show, WriteQuestion
from dialogs.catalog import Localized
from dialogs.events import Event
from dialogs.facts import Fact, ProfileDrafted, Refused
from dialogs.interview import ANSWER_LIMIT, LEFT_AFTER
from dialogs.interview_answers import Question
from dialogs.messages import Message, Place
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.turn import State
from tests.company import CATALOGUE, IT
from tests.conversation import opens_home, said, starts, submits, taps
from tests.dialogs.interviewed import ADMIN, ANSWERS, START, at, drafted, entitled, step, title
from tests.dialogs.told import buttons, found, message, words

# --- what isn't an answer ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        said("help"),
        said("home"),
        said("interview it"),
        said("my laptop died", private=True),
        taps(Home()),
        taps(Help()),
        taps(Show(id="it_laptop")),
        taps(PublishProfile(slug="finance", base="x")),
        submits(WriteQuestion(), {"question": "laptop"}),
        submits(EditProfile(slug="finance"), {"posture_en": "We call back."}),
        opens_home(),
        starts(),
    ],
)
def test_commands_taps_and_forms_in_between_do_not_lose_it(event: Event) -> None:
    state = at(Question.PARTNERS, answering=ANSWERS)
    assert decide(state, event, entitled(understood=found("sure", "it_laptop"))).state == state


def test_the_command_in_between_shows_the_question_that_waits() -> None:
    state = at(Question.PARTNERS, answering=ANSWERS)
    for order in ("interview", "interview finance"):
        assert title(decide(state, said(order), entitled(ADMIN))).startswith("4/6")


@pytest.mark.parametrize("action", [START, step("skip", Question.CLIENTS), step("stop", Question.MISSED)])
def test_a_button_further_up_moves_nothing_and_shows_where_we_are(action: InterviewStep) -> None:
    turn = decide(at(Question.PARTNERS, answering=ANSWERS), taps(action), entitled())
    assert title(turn).startswith("4/6")
    assert message(turn).place is Place.HERE
    assert turn.facts == ()


def test_a_button_of_an_interview_that_is_over_says_so() -> None:
    turn = decide(None, taps(step("skip", Question.MISSED)), entitled())
    assert words(turn).startswith("This interview is over.")
    assert buttons(turn)["The six questions"].action == Interview(slug="finance")


def test_another_functions_interview_ends_this_one_and_keeps_what_was_said() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    assert decide(state, taps(Interview(slug="it")), entitled(ADMIN)).state == state
    turn = decide(state, taps(InterviewStep(slug="it", move="start")), entitled(ADMIN))
    assert title(turn).startswith("1/6")
    assert drafted(turn).slug == "finance"
    assert turn.state is not None
    assert turn.state.kept["function"] == "it"


def test_an_empty_message_asks_again() -> None:
    turn = decide(at(Question.MISSED), said(" \x00 "), entitled())
    assert words(turn).startswith("Your message reached me without words.")
    assert title(turn).startswith("2/6")


def test_an_answer_too_long_for_a_card_is_asked_for_again() -> None:
    turn = decide(at(Question.MISSED), said("x" * (ANSWER_LIMIT + 1)), entitled())
    assert "This has 901 characters, and 900 fit. Could you say it shorter?" in words(turn)
    assert title(turn).startswith("2/6")
    assert title(decide(at(Question.MISSED), said("x" * ANSWER_LIMIT), entitled())).startswith("3/6")


def test_after_an_hour_what_is_written_is_a_question_and_what_was_said_is_kept() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    question = said("my laptop died")
    understood = found("sure", "it_laptop")
    in_time = decide(state, replace(question, at=question.at + LEFT_AFTER), entitled(understood=understood))
    assert title(in_time).startswith("3/6")
    late = decide(state, replace(question, at=question.at + LEFT_AFTER + timedelta(seconds=1)), entitled(understood=understood))
    note, answer = late.replies
    assert isinstance(note, Message)
    assert isinstance(answer, Message)
    assert "We left the interview (Finance) a while ago, so I take this as a question. What you said is kept in the draft." in str(note)
    assert "Replace a laptop" in str(answer)
    assert drafted(late).clients[0] == Localized(en="Sales people")
    assert late.state is None or late.state.dialog != state.dialog


def test_an_interview_left_before_its_first_answer_leaves_nothing() -> None:
    event = said("my laptop died")
    late = decide(at(Question.MISSED), replace(event, at=event.at + timedelta(days=1)), entitled(understood=found("sure", "it_laptop")))
    assert "Nothing of it is kept." in str(late.replies[0])
    assert not any(isinstance(fact, ProfileDrafted) for fact in late.facts)


def test_what_somebody_said_who_may_write_there_no_more_is_not_kept() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    event = said("my laptop died")
    late = decide(state, replace(event, at=event.at + timedelta(days=1)), entitled(frozenset(), understood=found("sure", "it_laptop")))
    assert "Nothing of it is kept." in str(late.replies[0])
    only_it = frozenset({Grant(role=Role.OWNER, function="it")})
    for turn in (late, decide(state, taps(InterviewStep(slug="it", move="start")), entitled(only_it))):
        assert not any(isinstance(fact, ProfileDrafted) for fact in turn.facts)


def test_one_may_come_back_to_an_interview_after_hours() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    order, answer = said("interview"), said("everything stops")
    later = order.at + timedelta(hours=5)
    back = decide(state, replace(order, at=later), entitled())
    assert title(back).startswith("2/6")
    assert title(decide(back.state, replace(answer, at=later + timedelta(minutes=5)), entitled())).startswith("3/6")


def test_left_and_its_function_gone_the_question_is_just_answered() -> None:
    event = said("my laptop died")
    only_it = replace(CATALOGUE, functions=(IT,))
    late = replace(entitled(understood=found("sure", "it_laptop")), catalogue=only_it)
    turn = decide(at(Question.MISSED, answering=ANSWERS), replace(event, at=event.at + timedelta(days=1)), late)
    assert len(turn.replies) == 1
    assert "Replace a laptop" in words(turn)


# --- what changes meanwhile ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [{"function": "finance"}, {"step": 3}, {"function": "gone"}])
def test_an_interview_that_another_version_began_starts_again_politely(kept: dict[str, object]) -> None:
    turn = decide(State(dialog="interview", version=0, kept=kept), said("the plants"), entitled())
    assert words(turn).startswith("I was updated since we began")
    expected = START if kept.get("function") == "finance" else Interview()
    assert buttons(turn)["Start"].action == expected
    assert turn.state is None
    unreadable = State(dialog="interview", version=1, kept=kept)
    assert "Start" in buttons(decide(unreadable, said("the plants"), entitled()))


def test_who_may_not_write_any_more_is_told_so() -> None:
    turn = decide(at(Question.MISSED), said("everything stops"), entitled(frozenset()))
    facts: tuple[Fact, ...] = (Refused(act=Act.DRAFT_PROFILE, function="finance", subject="finance"),)
    assert (turn.facts, turn.state) == (facts, None)


def test_a_function_that_goes_meanwhile_ends_its_interview() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    gone = replace(entitled(ADMIN), catalogue=replace(CATALOGUE, functions=(IT,)))
    assert "no longer in the catalogue" in words(decide(state, said("everything stops"), gone))
    other = decide(state, taps(InterviewStep(slug="it", move="start")), gone)
    assert other.facts == ()
