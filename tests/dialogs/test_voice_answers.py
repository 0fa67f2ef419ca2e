"""Answers to what people said, and what came of it: its author hears of both; of two who answer at once, the second reads the first."""

import pytest

from dialogs.actions import FormAction
from dialogs.delivery import Kind
from dialogs.facts import DeliveryEdited, Refused
from dialogs.feedback_actions import AnswerVoice, CloseVoice, ListVoices, Say
from dialogs.messages import Form, FormErrors, Input, Place, Text, plain_text
from dialogs.people import Person
from dialogs.request import Party
from dialogs.rights import Act
from dialogs.router import decide
from dialogs.turn import Turn
from dialogs.voice import LIMIT, VoiceKind, VoiceState
from dialogs.voice_card import kind_in_words, signature, unnamed_card
from tests.company import ALICE, BOB, CATALOGUE, NOON
from tests.conversation import asks_form, submits
from tests.dialogs.alice_asked import planned
from tests.dialogs.experts import BOBS, IT_EXPERT, MALIKS, ROOM
from tests.dialogs.spoken import CARD, answered_by, form_in, hearing, hears, idea, mended, sends, unnamed, voice_kept
from tests.dialogs.told import TEXTS, buttons, fact, message, words

ANSWER, CLOSE = AnswerVoice(voice="v1"), CloseVoice(voice="v1")


def card_after(turn: Turn) -> str:
    """The card in the channel, as it reads after a turn."""
    (shown,) = (each for each in turn.facts if isinstance(each, DeliveryEdited))
    assert shown.key == CARD
    return plain_text(shown.message)


def typed(form: Form) -> str:
    return next(block for block in form.blocks if isinstance(block, Input)).value


def above(form: Form) -> list[str]:
    return [block.text for block in form.blocks if isinstance(block, Text)]


# --- the answer ----------------------------------------------------------------------------------------------------------------------------------


def test_the_form_shows_what_was_said() -> None:
    form = form_in(hears(asks_form(ANSWER), idea()))
    assert (form.title, above(form), form.action) == ("Answer", ["Lend us headsets."], ANSWER)


def test_an_answer_is_kept_and_comes_back_to_its_author_signed() -> None:
    turn = sends(ANSWER, "We have ten.", idea())
    kept = voice_kept(turn)
    assert (kept.state, kept.answer, kept.answered_by) == (VoiceState.ANSWERED, "We have ten.", MALIKS)
    assert "Your answer is sent to Alice Martin." in words(turn)
    (delivery,) = planned(turn)
    assert (delivery.kind, delivery.to, delivery.cause_kind, delivery.cause_id) == (Kind.REPLY, "alice", "voice", "v1")
    assert not delivery.urgent, "an idea's answer disturbs nobody's evening"
    told = plain_text(delivery.message)
    assert "You said: “Lend us headsets.”\nWe have ten.\nMalik Benali (IT)" in told
    assert buttons(Turn(replies=(delivery.message,)))["Say something more"].action == Say(slug="it")


def test_the_card_in_the_channel_shows_the_answer() -> None:
    shown = card_after(sends(ANSWER, "We have ten.", idea()))
    assert "Malik Benali answered:\nWe have ten." in shown
    assert "[Add to the answer]" in shown


def test_whoever_answers_in_a_channel_hears_of_it_in_private() -> None:
    event = submits(ANSWER, {"text": "We have ten."}, where=ROOM)
    assert message(hears(event, idea())).place is Place.PRIVATE


def test_of_two_who_answer_at_once_the_second_reads_the_first_and_may_add() -> None:
    voice = answered_by(BOBS, idea())
    seen = sends(ANSWER, "They are in room 4.", voice)
    assert seen.facts == ()
    form = form_in(seen)
    assert above(form)[1:3] == ["Bob Dupont answered:", "We have ten."]
    assert typed(form) == "They are in room 4."
    turn = decide(None, submits(form.action, {"text": "They are in room 4."}), hearing(voice))
    kept = voice_kept(turn)
    assert kept.answer == "We have ten.\n\nMalik Benali adds: They are in room 4."
    assert kept.answered_by == BOBS
    (delivery,) = planned(turn)
    assert "They are in room 4.\nMalik Benali (IT)" in plain_text(delivery.message)
    assert "We have ten." not in plain_text(delivery.message), "which came before"


def test_whoever_has_no_name_adds_all_the_same() -> None:
    voice = answered_by(BOBS, idea())
    form = form_in(hears(asks_form(ANSWER), voice))
    nameless = hearing(voice, by=Person(id="bob", linked=True), grants=IT_EXPERT)
    kept = voice_kept(decide(None, submits(form.action, {"text": "Room 4."}), nameless))
    assert kept.answer == "We have ten.\n\nRoom 4."


@pytest.mark.parametrize(("text", "wrong"), [(" \u200b ", "Write what you want to say."), ("x" * (LIMIT + 1), f"That's {LIMIT + 1} characters")])
@pytest.mark.parametrize("action", [ANSWER, CLOSE])
def test_what_has_to_be_mended_comes_back_with_what_was_typed(action: FormAction, text: str, wrong: str) -> None:
    turn = sends(action, text, idea())
    assert mended(turn)["text"].startswith(wrong)
    assert isinstance(turn.replies[0], FormErrors)
    assert typed(turn.replies[0].form) == text


# --- without a name ------------------------------------------------------------------------------------------------------------------------------


def test_nobody_is_written_to_about_what_has_no_name() -> None:
    voice = unnamed()
    form = form_in(hears(asks_form(AnswerVoice(voice=voice.id)), voice))
    assert above(form) == ["Nobody picks up the phone.", "Nobody knows who said this. Your answer is read with the receipt that its author has."]
    turn = sends(AnswerVoice(voice=voice.id), "We do, from eight.", voice)
    assert (voice_kept(turn).answer, planned(turn)) == ("We do, from eight.", [])
    assert "whoever said it reads your answer with their receipt" in words(turn)
    turn = sends(CloseVoice(voice=voice.id), "Two more people.", answered_by(BOBS, voice))
    assert (voice_kept(turn).outcome, planned(turn)) == ("Two more people.", [])
    assert "Whoever said it reads what came of it with their receipt." in words(turn)


def test_who_answered_first_is_not_known_there_and_the_words_are_shown() -> None:
    voice = answered_by(BOBS, unnamed())
    assert above(form_in(hears(asks_form(AnswerVoice(voice=voice.id)), voice)))[1:3] == ["Answered:", "We have ten."]


# --- what came of it -----------------------------------------------------------------------------------------------------------------------------


def test_you_said_we_did() -> None:
    form = form_in(hears(asks_form(CLOSE), answered_by(BOBS, idea())))
    assert above(form) == ["Lend us headsets.", "Bob Dupont answered:", "We have ten."]
    turn = sends(CLOSE, "Headsets for all.", idea())
    kept = voice_kept(turn)
    assert (kept.state, kept.outcome, kept.closed_by) == (VoiceState.CLOSED, "Headsets for all.", MALIKS)
    (delivery,) = planned(turn)
    assert "You said, we did" in plain_text(delivery.message)
    assert "Headsets for all.\nMalik Benali (IT)" in plain_text(delivery.message)
    assert "Closed: Alice Martin is told what came of it." in words(turn)
    shown = card_after(turn)
    assert "What came of it, says Malik Benali:\nHeadsets for all." in shown
    assert "[Answer]" not in shown


def test_who_said_it_may_have_no_name_in_the_directory() -> None:
    voice = idea(author=Party(id="dana"), card=None)
    turn = sends(ANSWER, "We have ten.", voice)
    assert "Your answer is sent to whoever said it." in words(turn)
    assert not any(isinstance(each, DeliveryEdited) for each in turn.facts)
    assert "Closed: whoever said it is told what came of it." in words(sends(CLOSE, "Headsets.", voice))


@pytest.mark.parametrize("action", [ANSWER, CLOSE])
def test_what_is_closed_stays_so_and_what_was_written_is_given_back(action: FormAction) -> None:
    voice = voice_kept(sends(CLOSE, "Headsets for all.", idea()))
    opened = hears(asks_form(action), voice, by=BOB)
    assert "What came of it, says Malik Benali:\nHeadsets for all." in words(opened)
    turn = sends(action, "Too late.", voice, by=BOB)
    assert turn.facts == ()
    assert "What you wrote wasn't sent. Here it is, so that it isn't lost:\nToo late." in words(turn)


# --- who may -------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [ANSWER, CLOSE])
def test_nobody_else_answers_and_the_try_is_audited(action: FormAction) -> None:
    for turn in (hears(asks_form(action), idea(), by=ALICE), sends(action, "Mine.", idea(), by=ALICE)):
        assert fact(turn) == Refused(act=Act.ANSWER_VOICES, function="it", subject="v1")
        assert "You can't answer what people say to this function" in words(turn)


@pytest.mark.parametrize("action", [ANSWER, CLOSE])
def test_what_is_not_kept_any_more_says_so(action: FormAction) -> None:
    for turn in (hears(asks_form(action)), sends(action, "Hello?")):
        assert "This isn't kept any more" in words(turn)
        assert buttons(turn)["See all"].action == ListVoices()


# --- what a card says ----------------------------------------------------------------------------------------------------------------------------


def test_every_kind_has_a_name() -> None:
    names = [kind_in_words(TEXTS["en"], kind) for kind in VoiceKind]
    assert names == ["An idea", "Praise", "Criticism", "A question", "Something else"]


def test_a_function_that_left_the_catalogue_keeps_its_slug() -> None:
    assert signature(TEXTS["en"], CATALOGUE, "gone", MALIKS) == "Malik Benali (gone)"
    assert signature(TEXTS["en"], CATALOGUE, "it", Party(id="x")) == "IT"
    card = unnamed_card(TEXTS["en"], CATALOGUE, "gone", 1, "bob", NOON.date())
    assert "[gone] Said without a name\n1 thing was said to you without a name." in plain_text(card.message)


def test_a_function_hears_once_a_day_that_something_was_said_without_a_name() -> None:
    one, again = (unnamed_card(TEXTS["en"], CATALOGUE, "it", number, ROOM, NOON.date()) for number in (2, 3))
    assert one.key == again.key
    assert (one.kind, one.cause_kind, one.cause_id, one.to, one.urgent) == (Kind.ALERT, "voice", "it", ROOM, False)
    assert "2 things were said to you without a name. Nobody knows who said them." in plain_text(one.message)
    assert buttons(Turn(replies=(one.message,)))["Open"].action == ListVoices(slug="it")
