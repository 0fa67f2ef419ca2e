"""A response: whether it's solved, the trace, one question more, thanks; each tap is kept at once, and the last one wins."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.events import Reference
from dialogs.feedback import EXPIRES, Given, Item, Shared, values_of
from dialogs.feedback_actions import AnswerItem, RateTrace, Say, SaySolved, WriteComment
from dialogs.messages import Place
from dialogs.request import Outcome, Request, RequestStatus
from dialogs.request_actions import AskHuman, ReopenRequest
from tests.company import BOB, NOON
from tests.conversation import CHANNEL, DIRECT
from tests.dialogs.experts import word
from tests.dialogs.responses import ASKED, CLOSED, answered, given, helped, labels, responds, scale
from tests.dialogs.told import buttons, message, words

ANSWER = answered()
HELP = helped()
YES = SaySolved(feedback=ANSWER.id, solved="yes")
NO = SaySolved(feedback=ANSWER.id, solved="no")
FOUR = RateTrace(feedback=ANSWER.id, trace="4")
EASY = AnswerItem(feedback=ANSWER.id, item="effort", value="6")


# --- one tap after the other ---------------------------------------------------------------------------------------------------------------------


def test_a_tap_is_kept_and_opens_the_trace_in_the_same_card() -> None:
    turn = responds(YES, ANSWER)
    assert given(turn) == Given(solved="yes")
    assert message(turn).place is Place.UPDATE
    text = words(turn)
    assert text.startswith("[IT · Information Technology] Replace a laptop")
    assert "Thank you, it's noted: “Yes”." in text
    assert "And how did it feel: what trace did it leave?\na bad one [1] [2] [3] [4] [5] an excellent one" in text
    assert labels(message(turn).blocks) == ["Make the request"], "neither the row nor the quiet buttons any more"


def test_nothing_is_chosen_beforehand() -> None:
    rating = scale(responds(YES, ANSWER))
    assert rating is not None
    assert [button.action for button in rating.buttons] == [RateTrace(feedback=ANSWER.id, trace=trace) for trace in ("1", "2", "3", "4", "5")]
    assert not any(button.primary for button in rating.buttons)


@pytest.mark.parametrize("solved", ["partly", "no"])
def test_what_is_not_solved_keeps_the_way_to_a_human(solved: str) -> None:
    turn = responds(SaySolved(feedback=ANSWER.id, solved=solved), ANSWER)  # type: ignore[arg-type]
    human = AskHuman(question="my laptop died", slug="it", id="it_laptop", exchange="e1")
    assert buttons(turn)["Ask a human"].action == human
    assert given(turn).solved == solved
    after = responds(FOUR, replace(ANSWER, solved=solved))
    assert buttons(after)["Ask a human"].action == human
    assert "Ask a human" not in buttons(responds(FOUR, replace(ANSWER, solved="yes")))


def test_a_card_that_was_opened_from_a_list_asked_nothing() -> None:
    opened = replace(ANSWER, question="Replace a laptop")
    action = buttons(responds(NO, opened))["Ask a human"].action
    assert isinstance(action, AskHuman)
    assert action.question == ""


def test_the_trace_is_kept_and_one_question_more_is_asked() -> None:
    turn = responds(FOUR, replace(ANSWER, solved="yes"))
    assert "Thank you, it's noted: “4”." in words(turn)
    assert buttons(turn)["Add a word"].action == WriteComment(feedback=ANSWER.id)
    rating = scale(turn)
    asked = rating.buttons if rating else [button for label, button in buttons(turn).items() if label != "Add a word"]
    items = {button.action.item for button in asked if isinstance(button.action, AnswerItem)}
    assert len(items) == 1
    assert given(turn) == Given(trace=4, item=Item(items.pop()))


def test_the_last_tap_says_thanks_and_asks_nothing() -> None:
    turn = responds(EASY, replace(ANSWER, solved="yes", trace=4))
    assert given(turn) == Given(item=Item.EFFORT, value="6")
    assert "Thank you, it's noted: “6”." in words(turn)
    assert labels(message(turn).blocks) == ["Make the request", "Add a word"]
    assert scale(turn) is None


@pytest.mark.parametrize("item", Item)
def test_every_answer_that_is_offered_is_kept(item: Item) -> None:
    for value in values_of(item):
        turn = responds(AnswerItem(feedback=ANSWER.id, item=item.value, value=value), ANSWER)
        assert given(turn) == Given(item=item, value=value)


def test_a_response_is_three_taps_at_most() -> None:
    turn = responds(FOUR, replace(ANSWER, solved="yes", trace=2, item=Item.EFFORT, value="3"))
    assert scale(turn) is None
    assert labels(message(turn).blocks) == ["Make the request", "Add a word"], "the question more was answered already"


@pytest.mark.parametrize("trace", ["1", "3", "5"])
@pytest.mark.parametrize("solved", [None, "yes", "partly", "no"])
@pytest.mark.parametrize("number", range(12))
def test_beside_a_scale_there_are_few_buttons(number: int, trace: str, solved: str | None) -> None:
    feedback = answered(id=f"f{number}", solved=solved)
    turn = responds(RateTrace(feedback=feedback.id, trace=trace), feedback)  # type: ignore[arg-type]
    assert len(labels(message(turn).blocks)) < 10
    assert len([block for block in message(turn).blocks if block.kind in ("rating", "buttons")]) <= 3


# --- changing one's mind -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "before", "told"),
    [
        (NO, {"solved": "yes"}, "Changed: it's “No” now."),
        (YES, {"solved": "yes"}, "Thank you, it's noted: “Yes”."),
        (FOUR, {"trace": 2}, "Changed: it's “4” now."),
        (FOUR, {"trace": 4}, "Thank you, it's noted: “4”."),
        (EASY, {"item": Item.EFFORT, "value": "2"}, "Changed: it's “6” now."),
        (EASY, {"item": Item.LOST_TIME, "value": "day"}, "Changed: it's “6” now."),
        (EASY, {"item": Item.EFFORT, "value": "6"}, "Thank you, it's noted: “6”."),
        (AnswerItem(feedback=ANSWER.id, item="reason", value="fast"), {}, "Thank you, it's noted: “It was fast”."),
    ],
)
def test_the_last_tap_wins_and_says_so(action: SaySolved | RateTrace | AnswerItem, before: dict[str, object], told: str) -> None:
    turn = responds(action, replace(ANSWER, answered_at=ASKED, **before))  # type: ignore[arg-type]
    assert told in words(turn)
    assert len(turn.facts) == 1


def test_until_it_is_over_any_tap_counts() -> None:
    assert given(responds(NO, ANSWER, at=ASKED + EXPIRES)) == Given(solved="no")


# --- where it's said -----------------------------------------------------------------------------------------------------------------------------


def test_a_card_that_others_read_stays_as_it_is() -> None:
    turn = responds(NO, ANSWER, where=CHANNEL)
    assert message(turn).place is Place.PRIVATE
    assert words(turn).startswith("About your question “my laptop died”\nThank you, it's noted: “No”.")
    rating = scale(turn)
    assert rating is not None
    assert {button.action.on for button in rating.buttons if isinstance(button.action, RateTrace)} == {"prompt"}
    assert buttons(responds(EASY, ANSWER, where=CHANNEL))["Add a word"].action == WriteComment(feedback=ANSWER.id, on="prompt")


def test_on_a_message_of_its_own_only_the_question_is_said_again() -> None:
    for action in (replace(YES, on="prompt"), replace(FOUR, on="prompt"), replace(EASY, on="prompt")):
        turn = responds(action, ANSWER)
        assert words(turn).startswith("About your question “my laptop died”\n")
        assert "Your laptop is renewed" not in words(turn)
        assert message(turn).place is Place.UPDATE


def test_a_tap_that_is_on_no_message_is_answered_beside_it() -> None:
    assert message(responds(YES, ANSWER, message=None)).place is Place.HERE


@pytest.mark.parametrize("service", [None, "gone", "it_tablet"])
def test_an_answer_that_is_not_there_any_more_is_named(service: str | None) -> None:
    turn = responds(YES, replace(ANSWER, service=service))
    assert words(turn).startswith("About your question “my laptop died”\n")
    assert given(turn) == Given(solved="yes")


# --- a human's closing ---------------------------------------------------------------------------------------------------------------------------


def test_a_humans_closing_is_said_again_with_its_last_words() -> None:
    last, before = word("expert", "It was under the table."), word("expert", "I'm looking.")
    words_said = (replace(before, at=ASKED - timedelta(minutes=5)), replace(last, at=ASKED))
    request = replace(CLOSED, words=words_said)
    turn = responds(SaySolved(feedback=HELP.id, solved="yes"), HELP, request)
    assert words(turn).startswith(
        "Malik Benali (IT) closed your question: it's solved.\nIt was under the table.\nAbout: “Who has my cable?”\n[It isn't over]\n"
        "Thank you, it's noted: “Yes”.\n"
    )
    assert buttons(turn)["It isn't over"].action == ReopenRequest(request="r1")
    assert "Is it solved?" not in words(turn)
    assert "I'm looking." not in words(turn)


def test_words_that_were_taken_back_are_not_said_again() -> None:
    gone = replace(word("expert", "It was under the table."), at=ASKED, state="deleted")
    assert "under the table" not in words(responds(SaySolved(feedback=HELP.id, solved="yes"), HELP, replace(CLOSED, words=(gone,))))


@pytest.mark.parametrize(
    "requests",
    [
        (),
        (replace(CLOSED, status=RequestStatus.CLAIMED, outcome=None),),
        (replace(CLOSED, reopened=1),),
        (replace(CLOSED, expert=None, outcome=Outcome.SOLVED),),
    ],
)
def test_what_has_become_something_else_is_named(requests: tuple[Request, ...]) -> None:
    turn = responds(SaySolved(feedback=HELP.id, solved="yes"), HELP, *requests)
    assert words(turn).startswith("About your question “Who has my cable?”\n")
    assert given(turn) == Given(solved="yes")


# --- what can't be kept --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [YES, FOUR, EASY])
@pytest.mark.parametrize("where", [CHANNEL, DIRECT])
def test_what_is_not_kept_any_more_says_so(action: SaySolved | RateTrace | AnswerItem, where: Reference) -> None:
    turn = responds(action, None, where=where)
    assert words(turn).startswith("I don't find what this was about any more: it's too old to be kept.\nYou can still say it, at any time:")
    assert buttons(turn)["Say something to a function"].action == Say()
    assert turn.facts == ()
    assert message(turn).place is (Place.PRIVATE if where is CHANNEL else Place.HERE)


@pytest.mark.parametrize("action", [YES, FOUR, EASY])
@pytest.mark.parametrize("client", ["alice", None])
def test_somebody_elses_is_refused_politely_and_nothing_is_kept(action: SaySolved | RateTrace | AnswerItem, client: str | None) -> None:
    turn = responds(action, replace(ANSWER, client=client), where=CHANNEL, person=BOB)
    assert words(turn).startswith("Only whoever asked can say how this went: it's about their own question.")
    assert "my laptop died" not in words(turn)
    assert buttons(turn)["Say something to IT"].action == Say(slug="it")
    assert turn.facts == ()
    assert message(turn).place is Place.PRIVATE


@pytest.mark.parametrize("action", [YES, FOUR, EASY])
def test_after_a_week_it_is_over_and_can_still_be_said(action: SaySolved | RateTrace | AnswerItem) -> None:
    turn = responds(action, ANSWER, at=ASKED + EXPIRES + timedelta(seconds=1))
    assert words(turn) == "It was open for 7 days, and isn't any more.\nYou can still say it, at any time:\n[Say something to IT]"
    assert turn.facts == ()
    assert message(turn).place is Place.HERE, "the card stays"


def test_a_function_that_has_left_is_not_written_to() -> None:
    turn = responds(YES, replace(ANSWER, function="gone"), at=ASKED + timedelta(days=30))
    assert buttons(turn)["Say something to a function"].action == Say()
    assert "“gone”" not in words(responds(FOUR, replace(ANSWER, function="gone", service="gone")))


def test_what_was_void_counts_once_somebody_says_it_all_the_same() -> None:
    assert given(responds(NO, replace(ANSWER, voided_at=NOON))) == Given(solved="no")


@pytest.mark.parametrize(
    ("before", "trace", "after"), [("named", "3", "no"), ("unnamed", "1", "no"), ("named", "4", None), ("no", "1", None), (None, "1", None)]
)
def test_words_that_were_a_thank_you_are_not_one_any_more_where_the_trace_is_bad(before: Shared | None, trace: str, after: Shared | None) -> None:
    turn = responds(RateTrace(feedback=ANSWER.id, trace=trace), replace(ANSWER, trace=5, comment="Thanks!", shared=before))  # type: ignore[arg-type]
    kept = given(turn)
    assert (kept.trace, kept.shared) == (int(trace), after)


@pytest.mark.parametrize(
    ("item", "value"), [("effort", "8"), ("effort", "0"), ("effort", ""), ("recommendation", "11"), ("reason", "nasty"), ("mood", "1"), ("", "1")]
)
def test_what_no_button_says_is_not_kept(item: str, value: str) -> None:
    turn = responds(AnswerItem(feedback=ANSWER.id, item=item, value=value), ANSWER)
    assert words(turn).startswith("I can't read this answer, so I kept nothing of it.")
    assert turn.facts == ()
