"""Being left in peace: by a function or by all, for two weeks, three months or good; and how that ends."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from dialogs.actions import Action, Preferences
from dialogs.events import Event
from dialogs.facts import PauseChosen
from dialogs.feedback import Pause
from dialogs.feedback_actions import ChoosePause, PausePrompts
from dialogs.messages import Items, Place
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import DANA, NOON
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.told import buttons, context, lines, message, words

BY_IT = Pause(function="it", until=NOON + timedelta(days=3))
BY_ALL = Pause(function=None, until=None)


def with_(*pauses: Pause, event: Event | None = None, action: Action | None = None) -> Turn:
    happened = event or taps(action or ChoosePause())
    return decide(None, happened, replace(context(language="en"), pauses=pauses))


def ends(turn: Turn) -> list[Action]:
    return [item.action for block in message(turn).blocks if isinstance(block, Items) for item in block.items]


@pytest.mark.parametrize("event", [taps(ChoosePause()), said("pause"), said("silence")])
def test_one_may_be_left_in_peace_by_all(event: Event) -> None:
    turn = with_(event=event)
    assert words(turn).startswith("Being left in peace\nDuring a pause I don't ask you how it went, and send you no campaign.")
    assert "Your answers, and what becomes of your requests, still come." in words(turn)
    shown = buttons(turn)
    assert list(shown) == ["Two weeks", "Three months", "For good", "Your preferences"]
    assert shown["Three months"].action == PausePrompts(length="three_months")
    assert shown["Your preferences"].action == Preferences()
    assert turn.facts == ()


@pytest.mark.parametrize("event", [taps(ChoosePause(slug="it")), said("pause dsi"), said("pause it")])
def test_or_by_one_function(event: Event) -> None:
    turn = with_(event=event)
    assert "By IT alone\n[Two weeks] [Three months] [For good]\nBy all functions\n[Two weeks] [Three months] [For good]" in words(turn)


@pytest.mark.parametrize("slug", [None, "it"])
@pytest.mark.parametrize(("length", "days"), [("two_weeks", 14), ("three_months", 91), ("for_good", None)])
def test_it_is_kept_until_then(slug: str | None, length: Literal["two_weeks", "three_months", "for_good"], days: int | None) -> None:
    until = NOON + timedelta(days=days) if days else None
    turn = with_(action=PausePrompts(length=length, slug=slug))
    assert turn.facts == (PauseChosen(function=slug, until=until),)
    assert message(turn).place is Place.UPDATE
    assert "It's done: I leave you in peace." in words(turn)
    assert lines(turn) == ["All functions" if slug is None else "IT · Information Technology"]
    assert ends(turn) == [PausePrompts(length="over", slug=slug)]
    assert {14: "until 4 Dec 2026", 91: "until 19 Feb 2027", None: "for good"}[days] in words(turn)
    assert "It ends with its button, here or in your preferences." in words(turn)


def test_those_that_hold_are_shown_each_with_its_end() -> None:
    turn = with_(BY_ALL, BY_IT, Pause(function="gone", until=None))
    assert lines(turn) == ["All functions", "IT · Information Technology", "gone"]
    assert ends(turn) == [PausePrompts(length="over", slug=slug) for slug in (None, "it", "gone")]
    assert "until 23 Nov 2026" in words(turn)


def test_the_latest_choice_stands() -> None:
    turn = with_(BY_ALL, BY_IT, action=PausePrompts(length="for_good", slug="it"))
    assert turn.facts == (PauseChosen(function="it"),)
    assert lines(turn) == ["All functions", "IT · Information Technology"]
    assert "until" not in words(turn)
    assert lines(with_(BY_IT, action=PausePrompts(length="two_weeks"))) == ["All functions", "IT · Information Technology"]


@pytest.mark.parametrize("pause", [BY_IT, BY_ALL, Pause(function="gone", until=None)])
def test_it_ends_when_one_says_so(pause: Pause) -> None:
    turn = with_(pause, action=PausePrompts(length="over", slug=pause.function))
    assert turn.facts == (PauseChosen(function=pause.function, over=True),)
    assert "It's over: from now on you may be asked again, now and then." in words(turn)
    assert lines(turn) == []


def test_what_does_not_hold_cannot_end() -> None:
    turn = with_(BY_ALL, action=PausePrompts(length="over", slug="it"))
    assert turn.facts == ()
    assert "There was no such pause: nothing has changed." in words(turn)
    assert lines(turn) == ["All functions"]


@pytest.mark.parametrize("action", [ChoosePause(slug="gone"), PausePrompts(length="for_good", slug="gone"), PausePrompts(length="over", slug="gone")])
def test_a_function_that_nobody_has_is_said_to_be_gone(action: Action) -> None:
    turn = with_(BY_ALL, event=taps(action, where=CHANNEL))
    assert words(turn).startswith("This is no longer in the catalogue.")
    assert turn.facts == ()
    assert message(turn).place is Place.PRIVATE


def test_nobody_else_reads_it() -> None:
    for action in (ChoosePause(slug="it"), PausePrompts(length="for_good")):
        assert message(with_(event=taps(action, where=CHANNEL))).place is Place.PRIVATE
    assert message(with_(event=taps(PausePrompts(length="for_good"), message=None))).place is Place.HERE
    assert message(with_()).place is Place.HERE, "the message that was tapped stays"


def test_the_preferences_show_those_that_hold_and_the_way_to_another() -> None:
    turn = with_(BY_ALL, BY_IT, action=Preferences())
    assert lines(turn) == ["All functions", "IT · Information Technology"]
    assert ends(turn)[1] == PausePrompts(length="over", slug="it")
    assert buttons(turn)["Be left in peace"].action == ChoosePause()
    assert lines(with_(action=Preferences())) == []


def test_the_preferences_say_what_is_kept() -> None:
    text = words(with_(action=Preferences()))
    assert "I keep your questions and my answers, so that each function can mend what is missing." in text
    assert "What you and a human write to each other about a request is kept with it" in text
    assert "the functions read figures, and comments without their authors, unless you share yours" in text
    assert words(decide(None, taps(Preferences()), context(DANA, language="en")))
