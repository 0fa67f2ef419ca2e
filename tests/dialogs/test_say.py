"""Speak any time: to any function, by name or without one, and what's said isn't lost where it has to be mended."""

from dataclasses import replace

import pytest

from dialogs.catalog import Catalogue
from dialogs.delivery import Kind
from dialogs.feedback_actions import AnswerVoice, CloseVoice, ListVoices, ReadReceipt, Say
from dialogs.messages import Choice, Form, FormErrors, Input, Place, Text, plain_text
from dialogs.needs import needs_of
from dialogs.request import Party
from dialogs.router import decide
from dialogs.say import ANONYMOUS, KINDS, NAMED, is_by_name, not_now, words_of
from dialogs.turn import Turn
from dialogs.voice import LIMIT, Unnamed, VoiceKind, VoiceState
from tests.company import ALICE, CATALOGUE, COMPANY
from tests.conversation import CHANNEL, asks_form, opens_home, said, submits, taps
from tests.dialogs.alice_asked import DESK, KARIM, ROOM, about, planned
from tests.dialogs.spoken import form_in, mended, voice_kept
from tests.dialogs.told import buttons, context, message, words

TO_IT = Say(slug="it")
WORDS = {"kind": "idea", "text": "Lend us headsets.", "way": NAMED}
NOBODY = Catalogue(company=COMPANY, functions=())


def says(action: Say = TO_IT, at: Party | None = None, desk: bool = True, **values: str) -> Turn:
    """Alice sends the form; `at` stands in for the channel."""
    here = about(desks=(DESK,) if desk else (), keepers={"it": (at,)} if at else None)
    return decide(None, submits(action, WORDS | values), here)


def choices(form: Form) -> dict[str, Choice]:
    return {block.id: block for block in form.blocks if isinstance(block, Choice)}


# --- the form ------------------------------------------------------------------------------------------------------------------------------------


def test_the_command_offers_the_form_to_the_function_it_names_or_to_any() -> None:
    assert buttons(decide(None, said("say"), context(language="en")))["Say something to a function"].action == Say()
    named = buttons(decide(None, said("dire DSI"), context(language="en")))
    assert (named["Say something to IT"].action, named["Another function"].action) == (TO_IT, Say())
    assert message(decide(None, said("say", where=CHANNEL), context(language="en"))).place is Place.PRIVATE


def test_the_home_card_has_a_quiet_way_in() -> None:
    assert buttons(decide(None, opens_home(), context(language="en")))["Say something to a function"].action == Say()


@pytest.mark.parametrize("event", [said("say"), asks_form(Say()), submits(Say(), WORDS)])
def test_without_any_function_there_is_nobody_to_say_it_to(event: object) -> None:
    turn = decide(None, event, context(language="en", catalogue=NOBODY))  # type: ignore[arg-type]
    assert "The catalogue is empty so far" in words(turn)


def test_in_the_form_nothing_is_chosen_for_anybody_and_both_ways_are_told() -> None:
    form = form_in(decide(None, asks_form(Say()), context(language="en")))
    assert {name: (choice.value, choice.required) for name, choice in choices(form).items()} == dict.fromkeys(
        ("function", "kind", "way"), (None, True)
    )
    assert [option.value for option in choices(form)["kind"].options] == [kind.value for kind in KINDS]
    told = "\n".join(block.text for block in form.blocks if isinstance(block, Text))
    assert "In your name: the function sees who says it" in told
    assert "pourqui cannot know who wrote this; your Slack or Teams administrator may see that you used it." in told
    assert "at least five" in told
    assert "can't be changed once it's sent" in told


def test_a_function_that_is_known_is_not_asked_for() -> None:
    form = form_in(decide(None, asks_form(TO_IT), context(language="en")))
    assert "function" not in choices(form)
    assert form.blocks[0] == Text(text="To: IT · Information Technology", strong=True)


def test_a_function_that_left_the_catalogue_meanwhile_is_chosen_again() -> None:
    assert "function" in choices(form_in(decide(None, asks_form(Say(slug="gone")), context(language="en"))))


def test_what_has_to_be_mended_comes_back_with_what_was_typed() -> None:
    turn = says(Say(), kind="", way="", text="   ")
    assert list(mended(turn)) == ["function", "kind", "text", "way"]
    long = "x" * (LIMIT + 1)
    turn = says(Say(), function="finance", kind="rant", text=long, way="shout")
    assert mended(turn)["text"] == f"That's {LIMIT + 1} characters, and I carry up to {LIMIT}. Please keep the essential."
    assert list(mended(turn)) == ["kind", "text", "way"]
    form = form_in(turn)
    assert next(block for block in form.blocks if isinstance(block, Input)).value == long
    assert {name: choice.value for name, choice in choices(form).items()} == {"function": "finance", "kind": None, "way": None}


def test_characters_that_no_card_shows_are_taken_out() -> None:
    assert voice_kept(says(text="\u200b Lend\x00 us\x07 headsets. \n")).text == "Lend us headsets."


# --- by name -------------------------------------------------------------------------------------------------------------------------------------


def test_what_is_said_by_name_is_kept_and_goes_to_the_functions_channel() -> None:
    turn = says()
    kept = voice_kept(turn)
    assert (kept.function, kept.kind, kept.text, kept.language, kept.state) == ("it", VoiceKind.IDEA, "Lend us headsets.", "en", VoiceState.OPEN)
    assert kept.author == Party(id="alice", name="Alice Martin", site="Lyon", department="Ventes")
    (card,) = planned(turn)
    assert (card.key, card.kind, card.cause_kind, card.cause_id, card.to) == (kept.card, Kind.ALERT, "voice", kept.id, ROOM)
    shown = plain_text(card.message)
    assert "An idea" in shown
    assert "Lend us headsets." in shown
    assert "From: Alice Martin · Ventes · Lyon" in shown
    offered = buttons(Turn(replies=(card.message,)))
    assert offered["Answer"].action == AnswerVoice(voice=kept.id)
    assert offered["Say what came of it"].action == CloseVoice(voice=kept.id)
    assert offered["See all"].action == ListVoices(slug="it")


def test_its_author_reads_to_whom_it_went_and_what_comes_next() -> None:
    told = words(says())
    assert "“Lend us headsets.”" in told
    assert "It's sent to IT, in your name." in told
    assert "Their answer comes to you here" in told


@pytest.mark.parametrize(
    ("keeper", "expected"),
    [(KARIM, "It's sent to Karim, who answers for IT"), (replace(KARIM, name=None), "It's sent to the person who answers for IT")],
)
def test_without_a_channel_it_goes_to_whoever_answers_for_the_function(keeper: Party, expected: str) -> None:
    turn = says(at=keeper, desk=False)
    assert expected in words(turn)
    (card,) = planned(turn)
    assert (card.kind, card.to) == (Kind.REPLY, "karim")


def test_without_them_it_goes_to_an_admin() -> None:
    turn = decide(None, submits(TO_IT, WORDS), about(desks=(), keepers={"": (KARIM,)}))
    assert "it's sent to an admin, in your name" in words(turn)
    assert [card.to for card in planned(turn)] == ["karim"]


@pytest.mark.parametrize("function", ["it", "finance"])
def test_where_nobody_can_be_reached_it_is_kept_and_that_is_said(function: str) -> None:
    turn = says(Say(slug=function), desk=False)
    assert "nobody there can be reached through me for now" in words(turn)
    assert voice_kept(turn).card is None
    assert planned(turn) == []


def test_nobodys_own_words_come_to_themselves_as_a_card() -> None:
    assert planned(says(at=Party(id="alice"), desk=False)) == []


def test_only_a_submission_needs_to_know_whom_to_reach() -> None:
    assert needs_of(submits(TO_IT, WORDS), None, CATALOGUE).requests
    assert not needs_of(asks_form(TO_IT), None, CATALOGUE).requests


# --- without a name ------------------------------------------------------------------------------------------------------------------------------


def test_what_has_no_name_is_read_without_who_says_it() -> None:
    event = submits(TO_IT, WORDS | {"way": ANONYMOUS})
    assert not is_by_name(event)
    assert words_of(event, about(), TO_IT) == Unnamed(function="it", kind=VoiceKind.IDEA, text="Lend us headsets.")


def test_the_ordinary_turn_never_keeps_what_should_have_no_name() -> None:
    turn = says(way=ANONYMOUS)
    assert "I can't take anything anonymously for now" in mended(turn)["way"]
    event = submits(TO_IT, WORDS | {"way": ANONYMOUS})
    refused = not_now(event, about(), TO_IT)
    assert isinstance(refused, FormErrors)
    assert next(block for block in refused.form.blocks if isinstance(block, Input)).value == "Lend us headsets."


def test_a_receipt_is_read_where_it_was_given() -> None:
    turn = decide(None, taps(ReadReceipt(secret="s")), context(ALICE, language="en"))
    assert "A receipt is read where it was given" in words(turn)
    assert turn.facts == ()
