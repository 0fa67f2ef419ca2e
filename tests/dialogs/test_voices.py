"""What people said, as those who answer for a function read it."""

from datetime import timedelta

import pytest

from dialogs.facts import Refused
from dialogs.feedback_actions import AnswerVoice, CloseVoice, ListVoices
from dialogs.messages import Button, Buttons, Place
from dialogs.people import Person
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.turn import Turn
from dialogs.voice import Voice
from dialogs.voices import PAGE, heard_by
from tests.company import ALICE, BOB, CATALOGUE, NOON
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.experts import ADMIN, CLAIRE, MALIK, MALIKS
from tests.dialogs.spoken import answered_by, hearing, hears, idea, unnamed
from tests.dialogs.told import buttons, fact, message, words

IT = ListVoices(slug="it")


def offered(turn: Turn) -> list[list[object]]:
    """What each row of buttons does."""
    return [[each.action for each in block.buttons if isinstance(each, Button)] for block in message(turn).blocks if isinstance(block, Buttons)]


def several(number: int) -> tuple[Voice, ...]:
    return tuple(idea(id=f"v{index}", text=f"Idea {index}.", said_at=NOON - timedelta(days=index)) for index in range(number))


@pytest.mark.parametrize("by", [MALIK, CLAIRE, BOB])
def test_those_who_answer_for_a_function_read_what_waits(by: Person) -> None:
    secret = unnamed()
    turn = hears(taps(IT), idea(), secret, by=by)
    told = words(turn)
    assert "An idea · Alice Martin · Ventes · Lyon · 19 Nov 2026\nLend us headsets." in told
    assert "Criticism · Somebody, without a name · 2026-11\nNobody picks up the phone." in told
    assert offered(turn) == [[AnswerVoice(voice=each), CloseVoice(voice=each)] for each in ("v1", secret.id)]


def test_it_is_read_in_private_wherever_it_was_asked_for() -> None:
    assert message(decide(None, said("voices it", where=CHANNEL), hearing(idea()))).place is Place.PRIVATE


def test_what_was_answered_stays_until_it_is_said_what_came_of_it() -> None:
    turn = hears(taps(IT), answered_by(MALIKS, idea()))
    assert "Answered. It stays here until you say what came of it." in words(turn)
    assert "Add to the answer" in buttons(turn)


def test_ten_are_on_a_card_and_the_rest_a_tap_away() -> None:
    voices = several(PAGE + 3)
    first = hears(taps(IT), *voices)
    assert "Idea 9." in words(first)
    assert "Idea 10." not in words(first)
    assert buttons(first)["and 3 more"].action == ListVoices(slug="it", start="10")
    second = hears(taps(ListVoices(slug="it", start="10")), *voices)
    assert "Idea 10." in words(second)
    assert "Idea 9." not in words(second)


@pytest.mark.parametrize("start", ["-1", "99", "x", "²"])
def test_a_page_that_is_not_there_is_the_first(start: str) -> None:
    assert "Idea 0." in words(hears(taps(ListVoices(slug="it", start=start)), *several(2)))


def test_of_several_functions_each_line_says_which() -> None:
    finance = idea(id="v2", function="finance", text="Pay faster.")
    turn = hears(taps(ListVoices()), idea(), finance, by=ALICE, grants=ADMIN)
    assert "An idea · IT · Alice Martin" in words(turn)
    assert "An idea · Finance · Alice Martin" in words(turn)
    only = hears(taps(ListVoices(slug="finance")), idea(), finance, by=ALICE, grants=ADMIN)
    assert "Lend us headsets." not in words(only)


def test_where_nothing_waits_that_is_said() -> None:
    assert "Nothing waits for you: all that was said is closed." in words(hears(taps(IT)))


@pytest.mark.parametrize("slug", ["it", None])
def test_nobody_else_reads_it_and_the_try_is_audited(slug: str | None) -> None:
    turn = hears(taps(ListVoices(slug=slug)), idea(), by=ALICE)
    assert "I can't show you what people say to this function" in words(turn)
    assert "Lend us headsets." not in words(turn)
    assert fact(turn) == Refused(act=Act.READ_VOICES, function=slug, subject=slug)


def test_a_contact_of_one_function_reads_nothing_of_another() -> None:
    assert isinstance(fact(hears(taps(ListVoices(slug="finance")), idea(function="finance"))), Refused)
    assert heard_by(MALIK, frozenset(), CATALOGUE, Act.READ_VOICES) == ("it",)
    assert heard_by(BOB, frozenset({Grant(role=Role.OWNER, function="finance")}), CATALOGUE, Act.READ_VOICES) == ("finance",)


def test_a_function_that_is_gone_says_so() -> None:
    turn = hears(taps(ListVoices(slug="gone")), idea())
    assert turn.facts == ()
    assert "Lend us headsets." not in words(turn)
