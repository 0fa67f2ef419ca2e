"""Home, help, preferences, small talk, and strangers."""

from dataclasses import replace

import pytest

from dialogs.actions import Action, Help, Home, Interview, ListContent, ListFunctions, Preferences, ReportWrong, SetLanguage, ShowGaps
from dialogs.catalog import Catalogue, Language
from dialogs.events import Event
from dialogs.facts import Greeted, LanguageChosen, LanguageSpoken
from dialogs.messages import Place
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.search.match import Talk, Understood
from tests.company import ALICE, BOB, CATALOGUE, CHARLIE, COMPANY, DANA
from tests.conversation import CHANNEL, opens_home, said, starts, submits, taps
from tests.dialogs.told import buttons, context, fact, found, lines, message, words


def test_home_greets_by_name_and_needs_no_typing() -> None:
    turn = decide(None, said("bonjour"), context(understood=Understood(question="bonjour", talk=Talk.GREETING)))
    assert words(turn).startswith("Bonjour Alice. Que peut-on faire pour vous ?")
    assert lines(turn) == ["Kit de démonstration"]
    assert {"DSI", "DAF", "Toutes les fonctions", "Poser une question", "Aide", "Vos préférences"} <= set(buttons(turn))
    assert turn.facts == ()


def test_the_first_time_it_introduces_itself_once() -> None:
    turn = decide(None, starts(), context(BOB))
    assert "Je suis pourqui. Je sais ce que chaque fonction de Vaubert fait pour vous" in words(turn)
    assert turn.facts == (Greeted(),)
    assert decide(None, starts(), context(replace(BOB, greeted=True))).replies == ()


def test_a_team_is_told_once_what_the_bot_is() -> None:
    first = decide(None, starts(where=CHANNEL), context(BOB))
    assert "Mentionnez-moi avec votre question" in words(first)
    assert first.facts == ()
    assert decide(first.state, starts(where=CHANNEL), context(BOB)).replies == ()


def test_the_home_tab_goes_to_the_home_tab() -> None:
    turn = decide(None, opens_home(), context(DANA, language="en"))
    assert message(turn).place is Place.HOME
    assert words(turn).startswith("Hello Dana.")
    assert "I can't place you in the directory yet" in words(turn)


def test_a_nameless_person_and_a_channel_are_greeted_without_a_name() -> None:
    assert words(decide(None, taps(Home()), context(replace(ALICE, name=None)))).startswith("Bonjour. Que peut-on")
    assert words(decide(None, taps(Home(), where=CHANNEL), context())).startswith("Bonjour. Que peut-on")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accueil", "Que peut-on faire pour vous"),
        ("Fonctions", "Qui travaille pour vous"),
        ("préférences", "Vos préférences"),
        ("help", "Ce que je sais faire"),
    ],
)
def test_commands_can_be_typed(text: str, expected: str) -> None:
    assert expected in words(decide(None, said(text), context()))


def test_a_bare_slash_command_is_home() -> None:
    assert "Que peut-on faire pour vous" in words(decide(None, said("  ", private=True), context()))


def test_all_functions_are_listed_with_what_they_are_for() -> None:
    turn = decide(None, taps(ListFunctions()), context())
    assert lines(turn) == ["DSI · Direction des systèmes d'information", "DAF · Direction financière"]


def test_a_long_purpose_is_cut_between_words() -> None:
    long = replace(CATALOGUE.functions[0], purpose=replace(CATALOGUE.functions[0].purpose, fr="mot " * 80))  # type: ignore[type-var]
    text = words(decide(None, taps(ListFunctions()), context(catalogue=Catalogue(company=COMPANY, functions=(long,)))))
    assert "mot mot…" in text
    assert "mo…" not in text.replace("mot…", "")


def test_an_empty_catalogue_says_so() -> None:
    empty = Catalogue(company=COMPANY, functions=())
    assert "Le catalogue est encore vide" in words(decide(None, taps(ListFunctions()), context(catalogue=empty)))
    assert "Par exemple" not in words(decide(None, taps(Help()), context(catalogue=empty)))


def test_help_shows_examples_that_work_here() -> None:
    text = words(decide(None, taps(Help()), context()))
    assert "DSI : à quoi ça sert ?" in text
    assert "DAF : comment travailler ensemble ?" in text
    assert "Remplacer un ordinateur portable" in text


@pytest.mark.parametrize("event", [taps(Home()), said("help"), opens_home(), said(" ", private=True)])
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.EXPERT, [ShowGaps(slug="it")]),
        (Role.AUTHOR, [ShowGaps(slug="it"), ListContent(slug="it"), Interview(slug="it")]),
        (Role.OWNER, [ShowGaps(slug="it"), ListContent(slug="it"), Interview(slug="it")]),
    ],
)
def test_who_answers_for_a_function_finds_its_work_each_as_far_as_they_may(event: Event, role: Role, expected: list[Action]) -> None:
    turn = decide(None, event, replace(context(language="en"), grants=frozenset({Grant(role=role, function="it")})))
    assert "Your function: IT" in words(turn)
    assert [button.action for button in buttons(turn).values() if button.action in expected] == expected
    assert len({"Questions without an answer", "What we have written", "The six questions"} & set(buttons(turn))) == len(expected)


def test_who_answers_for_several_functions_chooses_then() -> None:
    turn = decide(None, taps(Home()), replace(context(language="en"), grants=frozenset({Grant(role=Role.ADMIN)})))
    assert "Your functions" in words(turn)
    assert buttons(turn)["The six questions"].action == Interview()
    assert "Words for your function" in words(decide(None, said("help"), replace(context(language="en"), grants=frozenset({Grant(role=Role.ADMIN)}))))


@pytest.mark.parametrize("grants", [frozenset(), frozenset({Grant(role=Role.AUDITOR)})])
@pytest.mark.parametrize("event", [taps(Home()), said("help")])
def test_nobody_else_is_shown_it(grants: frozenset[Grant], event: Event) -> None:
    text = words(decide(None, event, replace(context(language="en"), grants=grants)))
    assert "Your function" not in text
    assert "Words for your function" not in text


@pytest.mark.parametrize("action", [Home(), Help()])
def test_in_a_channel_nobody_sees_who_answers_for_what(action: Home | Help) -> None:
    turn = decide(None, taps(action, where=CHANNEL), replace(context(language="en"), grants=frozenset({Grant(role=Role.ADMIN)})))
    assert "Your function" not in words(turn)


def test_preferences_are_private_and_show_what_is_known() -> None:
    turn = decide(None, taps(Preferences(), where=CHANNEL), context())
    assert message(turn).place is Place.PRIVATE
    for expected in ("Alice Martin", "alice.martin@solane.example", "Ventes", "Lyon", "Équipes commerciales", "l’annuaire de Vaubert"):
        assert expected in words(turn)
    unknown = decide(None, taps(Preferences()), context(replace(DANA, name=None)))
    assert "Je ne vous retrouve pas" in words(unknown)


@pytest.mark.parametrize(("language", "expected"), [("en", "From now on I answer in English."), ("fr", "Désormais, je réponds en français.")])
def test_the_language_chosen_is_used_at_once(language: Language, expected: str) -> None:
    turn = decide(None, taps(SetLanguage(language=language)), context())
    assert expected in words(turn)
    assert message(turn).place is Place.UPDATE
    assert fact(turn) == LanguageChosen(language=language)


def test_the_language_can_follow_the_messages_again() -> None:
    turn = decide(None, taps(SetLanguage(language=None), message=None), context())
    assert "Désormais, je réponds dans la langue de votre message." in words(turn)
    assert message(turn).place is Place.HERE
    assert message(decide(None, taps(SetLanguage(language=None), where=CHANNEL), context())).place is Place.PRIVATE


def test_the_language_that_somebody_writes_in_is_noted_when_it_changes() -> None:
    english = Understood(question="thanks a lot", language="en", talk=Talk.THANKS)
    assert fact(decide(None, said("thanks a lot"), context(understood=english))) == LanguageSpoken(language="en")
    assert decide(None, said("thanks a lot"), context(replace(ALICE, spoken_language="en"), understood=english)).facts == ()


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (Talk.THANKS, "Avec plaisir."),
        (Talk.GOODBYE, "Au revoir."),
        (Talk.HELP, "Ce que je sais faire"),
        (Talk.INSULT, "Je comprends que ce soit agaçant."),
        (Talk.EMPTY, "sans mots"),
        (Talk.EMOJI, "émojis"),
        (Talk.FOREIGN, "Je ne lis pour l’instant que le français et l’anglais."),
    ],
)
def test_what_is_not_a_question_gets_a_fitting_reply(talk: Talk, expected: str) -> None:
    assert expected in words(decide(None, said("…"), context(understood=Understood(question="…", talk=talk))))


def test_a_language_we_do_not_read_is_answered_in_both_of_ours() -> None:
    text = words(decide(None, said("…"), context(understood=Understood(question="…", talk=Talk.FOREIGN))))
    assert "I only read French and English so far." in text


def test_a_message_that_could_not_be_understood_is_treated_as_empty() -> None:
    assert "sans mots" in words(decide(None, said("…"), context(understood=Understood(question="…"))))


@pytest.mark.parametrize("event", [said("mon portable ?"), taps(Preferences()), submits(ReportWrong(id="it_laptop", exchange="e"), {"comment": "x"})])
def test_a_stranger_gets_a_refusal_with_its_reason_and_leaves_no_fact(event: Event) -> None:
    turn = decide(None, event, context(CHARLIE, understood=found("sure", "it_laptop")))
    assert "votre compte appartient à une autre organisation" in words(turn)
    assert turn.facts == ()


def test_a_stranger_opening_the_home_tab_reads_why_and_an_install_by_one_says_nothing() -> None:
    assert message(decide(None, opens_home(), context(CHARLIE))).place is Place.HOME
    assert decide(None, starts(), context(CHARLIE)).replies == ()
