"""Answers for where somebody stands: what is new to them first, what they do already one tap away; nothing changes where nothing is known."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dialogs.actions import Show, ShowFunction
from dialogs.catalog import Catalogue, Function, Localized, Service
from dialogs.events import Event
from dialogs.ladder import Stage
from dialogs.messages import Buttons, Link, Note, Text
from dialogs.packing import pack, unpack
from dialogs.people import Person
from dialogs.router import decide
from dialogs.search.match import Candidate, Detail, Match, Understood
from dialogs.search.text import folded
from dialogs.turn import Context, State, Turn
from tests.company import ALICE, CATALOGUE, COMPANY, DANA, IT, LAPTOP, NOON
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.told import buttons, context, found, message, words

INTRODUCTION = (
    "What IT is for: To give everybody dependable tools. Nothing more to ask for, it's included: moving your data. "
    "You can count on this: 5 working days (delivery)."
)


def asking(stages: Mapping[str, Stage], *, person: Person = ALICE, sheet: str = "it_laptop", catalogue: Catalogue = CATALOGUE) -> Context:
    return replace(context(person, language="en", understood=found("sure", sheet, question="my laptop died"), catalogue=catalogue), stages=stages)


def asked(stages: Mapping[str, Stage], *, event: Event | None = None, state: State | None = None, **more: object) -> Turn:
    return decide(state, event or said("my laptop died"), asking(stages, **more))  # type: ignore[arg-type]


def with_it(function: Function) -> Catalogue:
    return Catalogue(company=COMPANY, functions=(function, *CATALOGUE.functions[1:]))


@pytest.mark.parametrize("stage", [Stage.UNAWARE, Stage.AWARENESS])
def test_who_is_new_to_it_is_told_what_it_is_about_first_and_the_request_is_not_the_next_step(stage: Stage) -> None:
    turn = asked({"it": stage})
    assert message(turn).blocks[1] == Text(text=INTRODUCTION)
    assert "Your laptop is renewed every four years." in words(turn)
    ways = next(block for block in message(turn).blocks if isinstance(block, Buttons)).buttons
    assert [(way.label, way.primary) for way in ways] == [("What IT does for you", True), ("Make the request", False), ("Ask a human", False)]
    assert buttons(turn)["What IT does for you"].action == ShowFunction(slug="it")


@pytest.mark.parametrize("stage", [Stage.COMPREHENSION, Stage.CONVICTION])
def test_who_understands_is_answered_as_it_is_written(stage: Stage) -> None:
    assert words(asked({"it": stage})) == words(asked({}))


def test_who_acts_gets_the_way_first_and_a_short_card() -> None:
    turn = asked({"it": Stage.ACTION})
    title, ways, *_ = message(turn).blocks
    assert isinstance(ways, Buttons)
    assert ways.buttons[0] == Link(label="Make the request", url="https://guichet.vaubert.example/portable", primary=True)
    assert [way.label for way in ways.buttons] == ["Make the request", "All of it", "Ask a human"]
    text = words(turn)
    assert "Promise: 5 working days (delivery)\nPrice: free\nYour laptop is renewed every four years." in text
    assert "a loan machine" not in text
    assert "Included" not in text
    assert "Is it solved?" in text
    assert {"Not what I asked", "This is wrong", "Why this answer?"} <= set(buttons(turn))
    assert title == message(asked({})).blocks[0]


def test_all_of_it_is_one_tap_away_in_the_same_card() -> None:
    short = asked({"it": Stage.ACTION})
    action = buttons(short)["All of it"].action
    assert isinstance(action, Show)
    assert unpack(pack(action)) == action
    turn = asked({"it": Stage.ACTION}, event=taps(action), state=short.state)
    assert "a loan machine" in words(turn)
    assert "You chose" not in words(turn)
    assert "All of it" not in buttons(turn)
    again = asked({"it": Stage.ACTION}, event=taps(replace(action, whole=None)), state=short.state)
    assert "a loan machine" not in words(again)


def test_the_whole_answer_after_a_detail_is_the_whole_of_it() -> None:
    first = asked({"it": Stage.ACTION})
    follow = Understood(
        question="how long?",
        match=Match(outcome="sure", candidates=(Candidate(id="it_laptop", score=1.0),), confidence=0.9),
        detail=Detail.DELAY,
        follows=True,
    )
    turn = decide(first.state, said("how long?"), replace(asking({"it": Stage.ACTION}), understood=follow))
    whole = buttons(turn)["The whole answer"].action
    assert isinstance(whole, Show)
    assert whole.whole == "yes"
    plain = decide(first.state, said("how long?"), replace(asking({}), understood=follow))
    ordinary = buttons(plain)["The whole answer"].action
    assert isinstance(ordinary, Show)
    assert ordinary.whole is None


def test_what_has_no_way_of_its_own_stays_as_it_is_written_for_who_acts() -> None:
    assert words(asked({"it": Stage.ACTION}, sheet="it_password")) == words(asked({}, sheet="it_password"))
    assert words(asked({"it": Stage.ACTION}, sheet="it_demo_kit")) == words(asked({}, sheet="it_demo_kit"))


def test_for_what_is_no_service_the_function_is_introduced() -> None:
    turn = asked({"it": Stage.UNAWARE}, sheet="it_password")
    assert message(turn).blocks[1] == Text(text="What IT is for: To give everybody dependable tools.")


def test_where_the_catalogue_has_nothing_to_introduce_the_answer_comes_at_once() -> None:
    turn = asked({"finance": Stage.UNAWARE}, sheet="fin_audit")
    assert message(turn).blocks[1] == Text(text="Rivers & Co, until 2028.")
    assert buttons(turn)["What Finance does for you"].primary


def test_a_purpose_is_a_sentence_even_where_it_was_written_without_its_end() -> None:
    bare = replace(IT, purpose=Localized(en="Dependable tools"))
    assert "What IT is for: Dependable tools. Nothing more" in words(asked({"it": Stage.UNAWARE}, catalogue=with_it(bare)))


def test_a_short_card_still_says_in_which_language_and_whether_it_is_overdue() -> None:
    service = replace(LAPTOP, body=Localized(fr="Une phrase sans fin"), review_by=NOON.date().replace(day=1), promise=None, tarif=None)
    it = replace(IT, services=(service,), entries=())
    turn = asked({"it": Stage.ACTION}, catalogue=with_it(it))
    notes = [block.text for block in message(turn).blocks if isinstance(block, Note)]
    assert notes[0] == "This text exists only in French so far."
    assert notes[1].startswith("Its review was due on 1 Nov 2026")
    assert "Une phrase sans fin" in words(turn)
    assert "Promise" not in words(turn)


def test_what_is_overdue_later_is_not_overdue_today() -> None:
    service: Service = replace(LAPTOP, review_by=datetime(2027, 1, 1, tzinfo=UTC).date())
    it = replace(IT, services=(service,), entries=())
    assert "review" not in folded(words(asked({"it": Stage.ACTION}, catalogue=with_it(it))))


@pytest.mark.parametrize("stage", list(Stage))
def test_in_public_and_of_whom_we_cannot_place_no_stage_shows(stage: Stage) -> None:
    there = said("my laptop died", where=CHANNEL)
    assert words(asked({"it": stage}, event=there)) == words(asked({}, event=there))
    assert words(asked({"it": stage}, person=DANA)) == words(asked({}, person=DANA))


@pytest.mark.parametrize("stage", list(Stage))
def test_another_functions_stage_changes_nothing(stage: Stage) -> None:
    assert words(asked({"finance": stage})) == words(asked({}))


def test_the_card_stays_as_it_was_when_a_quiet_button_is_used() -> None:
    short = asked({"it": Stage.ACTION})
    tapped = asked({"it": Stage.ACTION}, event=taps(buttons(short)["Not what I asked"].action), state=short.state)
    assert "a loan machine" not in words(tapped)
    assert "Ask a human" in buttons(tapped)
