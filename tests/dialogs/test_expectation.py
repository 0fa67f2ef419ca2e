"""What is expected of a human: asked on a sample, in one tap, before anybody has answered."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from dialogs.facts import ExpectationSaid, Fact
from dialogs.feedback_actions import SayExpected
from dialogs.messages import Place, Rating
from dialogs.request import Outcome, Request, RequestStatus
from dialogs.request_actions import AskHuman
from dialogs.request_confirmation import SAMPLED, is_sampled
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import BOB, NOON
from tests.conversation import CHANNEL, submits, taps
from tests.dialogs.alice_asked import KARIM, about, asked, request_id, word
from tests.dialogs.told import message, words

FOUR = SayExpected(request="r1", value="4")


def expects(request: Request | None, action: SayExpected = FOUR) -> Turn:
    return decide(None, taps(action), about(*((request,) if request else ())))


def kept(turn: Turn) -> tuple[Fact, ...]:
    return turn.facts


def handed() -> list[tuple[str, Rating | None]]:
    """The ids of many requests that are opened, each with the scale below its confirmation."""
    found = []
    for _ in range(200):
        event = submits(AskHuman(slug="it"), {"question": "Who has my cable?", "way": "named"})
        blocks = message(decide(None, event, about())).blocks
        found.append((request_id(event), next((block for block in blocks if isinstance(block, Rating)), None)))
    return found


def test_one_in_five_is_asked_what_they_expect() -> None:
    opened = handed()
    scales = {request: scale for request, scale in opened if scale}
    assert SAMPLED == 5
    assert 20 <= len(scales) <= 65
    for request, scale in opened:
        assert is_sampled(asked(id=request)) is (scale is not None)
    for request, scale in scales.items():
        values: tuple[Literal["1", "2", "3", "4", "5"], ...] = ("1", "2", "3", "4", "5")
        assert [button.action for button in scale.buttons] == [SayExpected(request=request, value=value) for value in values]
        assert not any(button.primary for button in scale.buttons), "nothing is presumed"
        assert (scale.low, scale.high) == ("badly", "very well")


def test_what_is_expected_is_kept_and_the_confirmation_stays() -> None:
    turn = expects(asked())
    assert kept(turn) == (ExpectationSaid(request="r1", value=4),)
    assert words(turn).startswith("[IT · Information Technology] A human takes over\nYour question is sent to IT.")
    assert words(turn).endswith("Thank you, it's noted: you expect 4 out of 5.")
    assert not any(isinstance(block, Rating) for block in message(turn).blocks)
    assert message(turn).place is Place.UPDATE


def test_the_last_tap_wins_even_once_somebody_has_taken_it() -> None:
    assert kept(expects(asked(status=RequestStatus.CLAIMED, expert=KARIM))) == (ExpectationSaid(request="r1", value=4),)
    assert kept(expects(asked(words=(word("client", "x", timedelta(0)), word("expert", "x", timedelta(0), state="proposed")))))


def test_a_function_that_has_left_makes_no_difference() -> None:
    turn = expects(asked(function="gone"))
    assert kept(turn) == (ExpectationSaid(request="r1", value=4),)
    assert words(turn).startswith("Thank you, it's noted: you expect 4 out of 5.")


@pytest.mark.parametrize(
    "begun", [asked(first_word_at=NOON), asked(words=(word("expert", "Look in the cupboard.", timedelta(minutes=1)),))], ids=["form", "thread"]
)
def test_after_the_first_word_it_is_too_late_to_expect(begun: Request) -> None:
    turn = expects(begun)
    assert words(turn).startswith("Somebody has answered you already, so I kept nothing of this.")
    assert kept(turn) == ()


def test_nothing_is_expected_of_what_is_closed() -> None:
    turn = expects(asked(status=RequestStatus.CLOSED, closed_at=NOON, outcome=Outcome.SOLVED))
    assert words(turn).startswith("It's closed already, so I kept nothing of this.")
    assert kept(turn) == ()


@pytest.mark.parametrize("request_", [None, asked(client=KARIM), asked(id="another")])
def test_only_ones_own_request_counts(request_: Request | None) -> None:
    turn = expects(request_)
    assert words(turn).startswith("I don't find this request among yours")
    assert kept(turn) == ()
    assert kept(decide(None, taps(FOUR), about(asked(), person=BOB))) == ()


def test_elsewhere_it_is_answered_in_private() -> None:
    assert message(decide(None, taps(FOUR, where=CHANNEL), about(asked()))).place is Place.PRIVATE
    assert message(decide(None, replace(taps(FOUR), message_id=None), about(asked()))).place is Place.HERE
