"""The interview: six questions, one at a time, that draft a function's profile."""

from dataclasses import replace

import pytest

from dialogs.actions import Interview, InterviewStep
from dialogs.catalog import Contact, Language, Localized
from dialogs.events import Event
from dialogs.facts import ProfileDrafted, Refused
from dialogs.interview_answers import Question
from dialogs.messages import Place
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.search.match import Understood
from dialogs.turn import State
from tests.company import ALICE, FINANCE
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.interviewed import ADMIN, ANSWERS, START, at, drafted, entitled, step, title
from tests.dialogs.told import buttons, message, words

# --- before it starts ----------------------------------------------------------------------------------------------------------------------------


def test_it_says_what_it_is_before_it_starts() -> None:
    turn = decide(None, said("interview"), entitled())
    assert words(turn).startswith("[Finance] For whom do you work?\nSix questions, about five minutes.")
    assert buttons(turn)["Start"].action == START
    assert (turn.state, turn.facts) == (None, ())


@pytest.mark.parametrize("order", ["interview finance", "Interview DAF", "pourquitubosses compta", "#pourquitubosses finance"])
def test_it_can_be_asked_for_by_any_name_of_the_function(order: str) -> None:
    assert "Start" in buttons(decide(None, said(order), entitled(ADMIN)))


def test_who_answers_for_several_functions_chooses_one() -> None:
    turn = decide(None, said("interview"), entitled(ADMIN))
    assert title(turn) == "Whose profile shall we write?"
    assert {label: button.action for label, button in buttons(turn).items()} == {"IT": Interview(slug="it"), "Finance": Interview(slug="finance")}


@pytest.mark.parametrize("grants", [frozenset(), frozenset({Grant(role=Role.EXPERT, function="finance")}), frozenset({Grant(role=Role.AUDITOR)})])
@pytest.mark.parametrize(("event", "slug"), [(said("interview"), None), (said("interview finance"), "finance"), (taps(START), "finance")])
def test_who_does_not_write_for_a_function_is_told_who_does(grants: frozenset[Grant], event: Event, slug: str | None) -> None:
    turn = decide(None, event, entitled(grants))
    assert "You can't draft this profile" in words(turn)
    assert turn.facts == (Refused(act=Act.DRAFT_PROFILE, function=slug, subject=slug),)


@pytest.mark.parametrize("action", [Interview(slug="gone"), InterviewStep(slug="gone", move="start")])
def test_a_function_that_is_gone_has_no_interview(action: Interview | InterviewStep) -> None:
    assert "This is no longer in the catalogue." in words(decide(None, taps(action), entitled(ADMIN)))


def test_offering_an_interview_ends_nothing() -> None:
    state = State(dialog="ask", version=2, kept={})
    assert decide(state, said("interview"), entitled()).state == state


@pytest.mark.parametrize("event", [said("interview", where=CHANNEL), taps(Interview(slug="finance"), where=CHANNEL), taps(START, where=CHANNEL)])
def test_in_a_channel_it_is_offered_in_private_and_does_not_start(event: Event) -> None:
    turn = decide(None, event, entitled())
    assert message(turn).place is Place.PRIVATE
    assert "Start" in buttons(turn)
    assert turn.state is None


def test_a_draft_that_is_there_is_shown_first_with_all_that_can_be_done() -> None:
    draft = replace(FINANCE, posture=Localized(en="We answer within a day."))
    turn = decide(None, said("interview"), entitled(drafts={"finance": draft}))
    assert "We answer within a day." in words(turn)
    assert list(buttons(turn)) == ["Complete", "Publish", "Answer again"]
    assert buttons(turn)["Answer again"].action == START


# --- one question after the other ----------------------------------------------------------------------------------------------------------------


def test_six_questions_each_with_its_number_why_and_an_example() -> None:
    turn = decide(None, taps(START), entitled())
    assert message(turn).place is Place.UPDATE
    asked = []
    for question in Question:
        asked.append(title(turn))
        assert "For example: " in words(turn)
        assert turn.state is not None
        turn = decide(turn.state, said(ANSWERS[question]), entitled())
    assert asked == [
        "1/6 · For whom do we work?",
        "2/6 · What would they miss without us?",
        "3/6 · What do we do for them?",
        "4/6 · With whom do we do it?",
        "5/6 · What do we promise?",
        "6/6 · How can they reach us?",
    ]
    assert words(turn).startswith("Thank you. This is what your answers make.")
    assert turn.state is None


def test_the_answers_become_a_draft_and_nothing_is_public() -> None:
    state = at(Question.CONTACTS, answering=ANSWERS)
    turn = decide(state, said(ANSWERS[Question.CONTACTS]), entitled())
    draft = drafted(turn)
    assert turn.facts == (ProfileDrafted(function="finance", draft=draft),)
    assert draft.purpose == Localized(
        en="We work for sales people and site managers. We pay back expenses. Without us: nobody would be paid back in time."
    )
    assert draft.clients == (Localized(en="Sales people"), Localized(en="Site managers"))
    assert draft.partners == ("it", Localized(en="Our bank"))
    assert draft.contacts == (Contact(name="Claire Morel", email="claire.morel@solane.example"),)
    assert "A draft: nobody else reads it before it's published." in words(turn)


@pytest.mark.parametrize("question", Question)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_question_says_what_is_written_so_far(question: Question, language: Language) -> None:
    state = decide(None, taps(InterviewStep(slug="it", move="start")), entitled(ADMIN, language=language)).state
    turn = None
    for each in Question:
        turn = decide(state, taps(step("skip", each, "it")) if each is not question else said(" "), entitled(ADMIN, language=language))
        if each is question:
            break
        state = turn.state
    assert turn is not None
    expected = {
        Question.CLIENTS: {"fr": "Tous les salariés", "en": "All employees"},
        Question.MISSED: {"fr": "Donner à chacun", "en": "To give everybody"},
        Question.DONE: {"fr": "Donner à chacun", "en": "To give everybody"},
        Question.PARTNERS: {"fr": "DAF, nos opérateurs", "en": "Finance, our carriers"},
        Question.POSTURE: {"fr": "Nous rappelons toujours.", "en": "We always call back."},
        Question.CONTACTS: {"fr": "Malik Benali (malik.benali@", "en": "Malik Benali (malik.benali@"},
    }
    assert expected[question][language] in words(turn)


def test_an_interview_in_french_fills_the_french_fields_whatever_language_the_tool_speaks() -> None:
    french = Understood(question="", language="fr")
    state = at(Question.CLIENTS)
    turn = decide(state, said("tous les commerciaux de la maison"), entitled(language="fr", understood=french))
    short = decide(turn.state, taps(step("skip", Question.MISSED)), entitled(language="fr"))
    short = decide(short.state, taps(step("skip", Question.DONE)), entitled(language="fr"))
    short = decide(short.state, said("DSI"), entitled(language="en", understood=Understood(question="DSI")))
    assert message(short).language == "fr"  # three letters tell no language: one goes on in that of the answers before
    assert drafted(decide(short.state, said("stop"), entitled(language="fr"))).clients == (Localized(fr="Tous les commerciaux de la maison"),)


def test_who_has_chosen_a_language_is_asked_in_it_and_understood_in_both() -> None:
    anglophone = replace(ALICE, language="en")
    turn = decide(at(Question.CLIENTS), said("les chefs de site"), entitled(person=anglophone, understood=Understood(question="", language="fr")))
    assert message(turn).language == "en"
    assert drafted(decide(turn.state, said("stop"), entitled(person=anglophone))).clients == (Localized(fr="Les chefs de site"),)


@pytest.mark.parametrize("typed", ["skip", "Passer.", "je passe", "NEXT"])
def test_a_question_can_be_left_out_by_a_tap_or_a_word(typed: str) -> None:
    tapped = decide(at(Question.MISSED), taps(step("skip", Question.MISSED)), entitled())
    assert title(tapped).startswith("3/6")
    assert message(tapped).place is Place.UPDATE
    by_word = decide(at(Question.MISSED), said(typed), entitled())
    assert title(by_word).startswith("3/6")
    assert message(by_word).place is Place.HERE


def test_back_shows_what_was_said_which_skip_then_keeps() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    back = decide(state, taps(step("back", Question.MISSED)), entitled())
    assert title(back).startswith("1/6")
    assert "You said: “sales people and site managers” Skip to keep it." in words(back)
    assert "Back" not in buttons(back)
    kept = decide(back.state, said("skip"), entitled())
    assert drafted(decide(kept.state, said("stop"), entitled())).clients[0] == Localized(en="Sales people")
    again = decide(back.state, said("the plants"), entitled())
    assert drafted(decide(again.state, said("arrêter"), entitled())).clients == (Localized(en="The plants"),)


def test_before_the_first_question_there_is_none_to_go_back_to() -> None:
    assert title(decide(at(Question.CLIENTS), said("retour"), entitled())).startswith("1/6")


def test_stop_keeps_what_was_said() -> None:
    state = at(Question.POSTURE, answering=ANSWERS)
    turn = decide(state, taps(step("stop", Question.POSTURE)), entitled())
    assert drafted(turn).partners == ("it", Localized(en="Our bank"))
    assert drafted(turn).posture is None
    assert turn.state is None


def test_without_a_word_said_nothing_changes() -> None:
    turn = decide(at(Question.CONTACTS), said("skip"), entitled())
    assert words(turn).startswith("Nothing was said, so nothing changes.")
    assert (turn.facts, turn.state) == ((), None)


def test_another_interview_adds_to_the_draft_of_the_first() -> None:
    first = drafted(decide(at(Question.DONE, answering=ANSWERS), said("stop"), entitled()))
    later = entitled(drafts={"finance": first})
    state = decide(None, taps(START), later).state
    for question in list(Question)[:4]:
        state = decide(state, taps(step("skip", question)), later).state
    turn = decide(decide(state, said("we call back"), later).state, said("stop"), later)
    assert drafted(turn).clients == first.clients
    assert drafted(turn).purpose == first.purpose
    assert drafted(turn).posture == Localized(en="We call back.")
