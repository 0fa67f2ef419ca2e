"""A conversation between humans is marked as a support exchange: who helped whom, how it ended, and nothing of what was said."""

from dataclasses import replace

import pytest

from dialogs.catalog import Catalogue
from dialogs.events import Event
from dialogs.facts import ExchangeMarked
from dialogs.messages import Choice, Form, Place
from dialogs.request import Outcome
from dialogs.request_actions import MarkExchange
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import ALICE, COMPANY, NOON
from tests.conversation import CHANNEL, DIRECT, asks_form, submits
from tests.dialogs.authors import errors, opened
from tests.dialogs.told import context, fact, message, words

MARK = MarkExchange(place=CHANNEL.key, message="1700000000.0005", user="U2")
CHOSEN = {"function": "it", "helped": "author", "outcome": "solved"}
HERE = context(language="en")


def choices(form: Form) -> dict[str, list[str]]:
    return {block.id: [option.value for option in block.options] for block in form.blocks if isinstance(block, Choice)}


def marked(values: dict[str, str], mark: MarkExchange = MARK) -> Turn:
    return decide(None, submits(mark, values), HERE)


def test_the_form_asks_which_function_whom_and_how_and_presets_nothing() -> None:
    form = opened(asks_form(MARK), HERE)
    assert choices(form) == {
        "function": ["it", "finance"],
        "helped": ["author", "self"],
        "outcome": ["solved", "partly", "not_solved", "not_ours"],
    }
    assert [block.value for block in form.blocks if isinstance(block, Choice)] == [None, None, None]


def test_the_exchange_is_noted_without_its_words() -> None:
    turn = marked(CHOSEN)
    assert fact(turn) == ExchangeMarked(
        exchange=fact(turn).exchange,  # type: ignore[attr-defined]
        function="it",
        place=CHANNEL.key,
        message_id="1700000000.0005",
        user="U2",
        helped="author",
        by=ALICE.id,
        outcome=Outcome.SOLVED,
        language="en",
        at=NOON,
    )
    assert words(turn).splitlines() == [
        "Thank you: it's noted as an exchange with IT.",
        "I keep which function helped, whom, and how it ended. Nothing of what was said.",
    ]


def test_the_same_message_is_the_same_exchange_whoever_marks_it() -> None:
    first, second = fact(marked(CHOSEN)), fact(marked(CHOSEN | {"helped": "self", "outcome": "partly"}))
    assert isinstance(first, ExchangeMarked)
    assert isinstance(second, ExchangeMarked)
    assert (first.exchange == second.exchange, second.helped, second.outcome) == (True, "self", Outcome.PARTLY)


def test_thanks_are_said_in_private() -> None:
    assert message(marked(CHOSEN)).place is Place.HERE
    assert message(decide(None, submits(MARK, CHOSEN, where=CHANNEL), HERE)).place is Place.PRIVATE


@pytest.mark.parametrize("event", [asks_form(MARK, where=CHANNEL), submits(MARK, CHOSEN, where=CHANNEL)], ids=["opened", "sent"])
def test_while_no_function_has_written_anything_there_is_nothing_to_choose_from(event: Event) -> None:
    turn = decide(None, event, replace(HERE, catalogue=Catalogue(company=COMPANY, functions=())))
    assert "The catalogue is empty so far" in words(turn)
    assert (message(turn).place, turn.facts) == (Place.PRIVATE, ())


def test_what_is_not_chosen_is_asked_for_again_and_the_rest_is_kept() -> None:
    turn = marked({"function": "it"})
    assert errors(turn) == {"helped": "Choose who was helped.", "outcome": "Choose how it ended."}
    assert errors(marked(CHOSEN | {"function": "gone"})) == {"function": "Choose the function that helped."}
    again = opened(asks_form(MARK), HERE)
    assert choices(again).keys() == {"function", "helped", "outcome"}


def test_on_ones_own_message_nobody_but_oneself_was_helped() -> None:
    for user in ("U1", ""):
        own = replace(MARK, user=user)
        assert choices(opened(asks_form(own, where=DIRECT), HERE)).keys() == {"function", "outcome"}
        noted = fact(marked({"function": "it", "outcome": "partly"}, own))
        assert isinstance(noted, ExchangeMarked)
        assert noted.helped == "self"
