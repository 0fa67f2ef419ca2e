"""The last answer: for how long, where and for whom a conversation goes on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.actions import ForMe, Show, ShowFunction
from dialogs.events import Event, MessageReceived
from dialogs.last_answer import REMEMBERED
from dialogs.router import asked_of, decide
from dialogs.search.match import Asked, Previous, Talk, Understood
from dialogs.turn import State
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.told import context, found, profile_of

LAPTOP = Previous(question="mon portable est mort", function="it", sheet="it_laptop")


def answered(question: str = "mon portable est mort", event: Event | None = None) -> State | None:
    return decide(None, event or said(question), context(understood=found("sure", "it_laptop", question=question))).state


def later(event: MessageReceived, by: timedelta) -> MessageReceived:
    return replace(event, at=event.at + by)


def test_a_message_comes_with_what_was_answered_just_before() -> None:
    assert asked_of(said("combien de temps ?"), answered()) == Asked(text="combien de temps ?", previous=LAPTOP)


def test_after_ten_minutes_it_is_left() -> None:
    almost = REMEMBERED - timedelta(microseconds=1)
    assert timedelta(minutes=10) == REMEMBERED
    assert asked_of(later(said("how long?"), almost), answered()) == Asked(text="how long?", previous=LAPTOP)
    assert asked_of(later(said("how long?"), REMEMBERED), answered()) == Asked(text="how long?")


def test_a_profile_can_be_gone_on_from_too() -> None:
    state = decide(None, said("à quoi sert la DSI ?"), context(understood=profile_of("it"))).state
    asked = asked_of(said("et les joindre ?"), state)
    assert asked is not None
    assert asked.previous == Previous(question="à quoi ça sert ?", function="it")
    tapped = decide(None, taps(ShowFunction(slug="finance")), context()).state
    asked = asked_of(said("et les joindre ?"), tapped)
    assert asked is not None
    assert asked.previous == Previous(question="", function="finance")


def test_a_choice_that_is_still_open_can_be_gone_on_from() -> None:
    state = decide(None, said("ordi"), context(understood=found("likely", "it_laptop", "it_password", question="ordi"))).state
    asked = asked_of(said("how long?"), state)
    assert asked is not None
    assert asked.previous == Previous(question="ordi", function="it", offered=("it_laptop", "it_password"))


@pytest.mark.parametrize("typed", [True, False])
def test_what_was_chosen_is_gone_on_from_with_the_question_that_it_answers(typed: bool) -> None:
    offering = decide(None, said("ordi"), context(understood=found("likely", "it_laptop", "it_password", question="ordi")))
    assert offering.state is not None
    exchange = str(offering.state.kept["exchange"])
    event: Event = said("2") if typed else taps(Show(id="it_password", exchange=exchange))
    state = decide(offering.state, event, context()).state
    asked = asked_of(said("how long?"), state)
    assert asked is not None
    assert asked.previous == Previous(question="ordi", function="it", sheet="it_password")


def test_what_was_opened_from_a_list_is_gone_on_from_by_its_title() -> None:
    state = decide(answered(), taps(Show(id="it_password")), context()).state
    asked = asked_of(said("how long?"), state)
    assert asked is not None
    assert asked.previous == Previous(question="Comment changer mon mot de passe ?", function="it", sheet="it_password")


def test_thanks_in_between_end_nothing() -> None:
    state = answered()
    thanked = decide(state, said("merci"), context(understood=Understood(question="merci", talk=Talk.THANKS)))
    assert thanked.state == state


def test_where_nothing_is_known_there_is_nothing_to_go_on_from() -> None:
    assert decide(answered(), said("xyzzy"), context(understood=found("none", question="xyzzy"))).state is None


def test_only_what_is_typed_goes_on() -> None:
    assert asked_of(taps(ForMe(question="mon portable")), answered()) == Asked(text="mon portable")


def test_in_a_thread_a_follow_up_goes_on_from_what_the_thread_shows() -> None:
    state = answered(event=said("mon portable est mort", where=CHANNEL))
    private = decide(state, taps(ForMe(question="mon portable"), where=CHANNEL), context(understood=found("sure", "it_demo_kit")))
    assert private.state == state
    assert asked_of(said("combien ?", where=CHANNEL), private.state) == Asked(text="combien ?", previous=LAPTOP)


def test_what_was_asked_in_private_is_never_gone_on_with_in_public() -> None:
    state = answered(event=said("mon portable est mort", where=CHANNEL, private=True))
    assert asked_of(said("combien ?", where=CHANNEL), state) == Asked(text="combien ?")
    assert asked_of(said("combien ?", where=CHANNEL, private=True), state) == Asked(text="combien ?", previous=LAPTOP)


def outdated(**changed: object) -> State:
    state = answered()
    assert state is not None
    return replace(state, kept={**state.kept, **changed})


@pytest.mark.parametrize(
    "state",
    [
        None,
        State(dialog="home", version=1, kept={}),
        State(dialog="ask", version=1, kept={"exchange": "e", "question": "q", "ids": ["it_laptop"]}),
        State(dialog="ask", version=2, kept={}),
        outdated(question=3),
        outdated(sheet=7),
        outdated(ids="it_laptop"),
    ],
)
def test_what_another_version_remembered_is_left(state: State | None) -> None:
    assert asked_of(said("how long?"), state) == Asked(text="how long?")
