"""Improvements: what an owner says they'll do, by when, and what was done of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dialogs.events import Event, FormSubmitted
from dialogs.facts import Fact, ImprovementKept, Refused
from dialogs.feedback_actions import EndImprovement, NoteImprovement, ShowTraces
from dialogs.improvement import Improvement
from dialogs.improvements import LIMIT, changed_in_words, promise
from dialogs.messages import Choice, Form, FormErrors, Input, Place
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.scores import Reading
from dialogs.turn import Turn
from tests.company import BOB, NOON
from tests.conversation import CHANNEL, asks_form, submits
from tests.dialogs.published import NOVEMBER, left, week
from tests.dialogs.told import TEXTS, buttons, context, fact, message, words

OWNER = frozenset({Grant(role=Role.OWNER, function="it")})
EXPERT = frozenset({Grant(role=Role.EXPERT, function="it")})
NOTE, END = NoteImprovement(slug="it"), EndImprovement(improvement="i1")
NOTED = Improvement(id="i1", function="it", text="Two more people on Mondays", due=date(2026, 12, 4), noted_at=NOON, by="bob", before=NOVEMBER)
READING = Reading(function="it", published=(week(2, shown=False), left(0, five=8)), improvements=(NOTED,))


def taken(event: Event, grants: frozenset[Grant] = OWNER, reading: Reading | None = READING) -> Turn:
    readings = {} if reading is None else {"it": reading}
    return decide(None, event, replace(context(BOB, language="en"), grants=grants, readings=readings))


def noted(text: str = " Two more people on Mondays ", due: str = "two_weeks") -> FormSubmitted:
    return submits(NOTE, {"text": text, "due": due})


def kept(found: Fact | object) -> Improvement:
    assert isinstance(found, ImprovementKept)
    return found.improvement


def errors(turn: Turn) -> dict[str, str]:
    (reply,) = turn.replies
    assert isinstance(reply, FormErrors)
    assert turn.facts == ()
    return {error.input: error.text for error in reply.errors}


def held(turn: Turn) -> dict[str, str | None]:
    (reply,) = turn.replies
    assert isinstance(reply, Form | FormErrors)
    form = reply.form if isinstance(reply, FormErrors) else reply
    return {block.id: block.value for block in form.blocks if isinstance(block, Input | Choice)}


# --- noted ---------------------------------------------------------------------------------------------------------------------------------------


def test_the_form_asks_what_and_by_when_and_chooses_nothing_itself() -> None:
    assert held(taken(asks_form(NOTE))) == {"text": "", "due": None}


@pytest.mark.parametrize(("chosen", "days"), [("two_weeks", 14), ("month", 30), ("quarter", 91)])
def test_what_an_owner_will_do_is_kept_with_the_result_that_it_is_about(chosen: str, days: int) -> None:
    event = noted(due=chosen)
    turn = taken(event)
    improvement = kept(fact(turn))
    assert improvement == replace(NOTED, id=improvement.id, due=date(2026, 11, 20) + timedelta(days=days))
    assert kept(fact(taken(event))).id == improvement.id  # once more is the same one
    assert "“Two more people on Mondays”, by" in words(turn)
    assert buttons(turn)["See the traces"].action == ShowTraces(slug="it")


@pytest.mark.parametrize("reading", [None, Reading(function="it"), Reading(function="it", published=(week(0, shown=False),))])
def test_one_may_improve_before_anything_is_published(reading: Reading | None) -> None:
    assert kept(fact(taken(noted(), reading=reading))).before is None


def test_in_a_channel_only_who_noted_it_reads_that_it_is() -> None:
    event = submits(NOTE, {"text": "Call back", "due": "month"}, where=CHANNEL)
    assert message(taken(event)).place is Place.PRIVATE


def test_what_isnt_right_yet_is_asked_for_again_and_nothing_typed_is_lost() -> None:
    assert errors(taken(noted(" \u200b", "tomorrow"))) == {
        "text": "Write what you will do, even in a few words.",
        "due": "Choose by when it will be done.",
    }
    long = taken(noted("x" * (LIMIT + 1), "month"))
    assert errors(long) == {"text": "That's 501 characters, and 500 fit here. Keep the essential."}
    assert held(long) == {"text": "x" * (LIMIT + 1), "due": "month"}
    assert held(taken(noted("Call back", "yesterday"))) == {"text": "Call back", "due": None}


@pytest.mark.parametrize("event", [asks_form(NOTE), noted()])
def test_only_owners_promise_for_a_function(event: Event) -> None:
    assert fact(taken(event, EXPERT)) == Refused(act=Act.NOTE_IMPROVEMENTS, function="it")


@pytest.mark.parametrize("event", [asks_form(NoteImprovement(slug="gone")), submits(NoteImprovement(slug="gone"), {})])
def test_a_function_that_left_the_catalogue_promises_nothing(event: Event) -> None:
    assert "This is no longer in the catalogue" in words(taken(event))


# --- done ----------------------------------------------------------------------------------------------------------------------------------------


def test_the_form_says_what_was_promised() -> None:
    turn = taken(asks_form(END))
    assert held(turn) == {"done": ""}


def test_what_was_done_is_kept() -> None:
    turn = taken(submits(END, {"done": "Since the 1st of December"}))
    assert kept(fact(turn)) == replace(NOTED, done_at=NOON, done="Since the 1st of December")
    assert "What was done: Since the 1st of December" in words(turn)


def test_saying_nothing_of_what_was_done_is_asked_again() -> None:
    assert errors(taken(submits(END, {}))) == {"done": "Write what was done, even in a few words."}
    assert held(taken(submits(END, {"done": "y" * 501}))) == {"done": "y" * 501}


def test_what_is_done_already_is_said_and_not_changed() -> None:
    over = replace(READING, improvements=(replace(NOTED, done_at=NOON, done="Two people came"),))
    for event in (asks_form(END), submits(END, {"done": "something else"})):
        turn = taken(event, reading=over)
        assert "This one is noted as done already." in words(turn)
        assert "Two people came" in words(turn)
        assert turn.facts == ()


def test_an_improvement_that_one_cant_see_is_not_found() -> None:
    turn = taken(asks_form(EndImprovement(improvement="unknown")))
    assert "I don't find this improvement" in words(turn)
    assert buttons(turn)["See the traces"].action == ShowTraces()


def test_only_owners_say_that_it_is_done() -> None:
    assert fact(taken(asks_form(END), EXPERT)) == Refused(act=Act.NOTE_IMPROVEMENTS, function="it", subject="i1")


# --- in words ------------------------------------------------------------------------------------------------------------------------------------


def test_what_it_changed_is_said_with_how_sure_that_is() -> None:
    t, today = TEXTS["en"], date(2026, 12, 1)
    assert promise(t, NOTED) == "“Two more people on Mondays”, by 4 Dec 2026"
    assert changed_in_words(t, NOTED, (left(0, five=8),), today) == ""
    much = (left(4, four=40, five=10), left(0, three=40, four=10))
    assert changed_in_words(t, NOTED, much, today) == "since: trace 3.2 → 4.2 (more than chance)"
    little = (left(4, three=3, five=2), left(0, three=3, four=2))
    assert changed_in_words(t, NOTED, little, today) == "since: trace 3.4 → 3.8 (too little to tell)"


def test_a_day_that_has_gone_by_and_what_was_done_are_said() -> None:
    t = TEXTS["en"]
    assert changed_in_words(t, NOTED, (), date(2026, 12, 4)) == ""
    assert changed_in_words(t, NOTED, (), date(2026, 12, 5)) == "that day has gone by: say what was done, or note what comes next"
    assert changed_in_words(t, replace(NOTED, done_at=NOON, done="two people came"), (), date(2026, 12, 5)) == "done: two people came"
