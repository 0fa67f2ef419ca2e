"""Who takes care of it: one function by its name, or those that could, each with what made us say so."""

from dataclasses import replace

import pytest

from dialogs.actions import Show, ShowFunction
from dialogs.catalog import Catalogue, Language, Localized
from dialogs.facts import ExchangeOpened
from dialogs.messages import BUTTON_LIMIT
from dialogs.router import asked_of, decide
from dialogs.search.match import Candidate, Detail, FunctionAsked, Match, Understood
from dialogs.turn import exchange_id
from tests.company import BOB, CATALOGUE, COMPANY, FINANCE, IT
from tests.conversation import said
from tests.dialogs.told import buttons, context, fact, found, lines, words


def who(outcome: str, *ids: str) -> Understood:
    return replace(found(outcome, *ids, question="who handles laptops?"), detail=Detail.WHO)


def test_who_handles_it_is_a_function_with_the_sheet_that_says_so() -> None:
    event = said("who handles laptops?")
    turn = decide(None, event, context(language="en", understood=who("sure", "it_laptop")))
    assert words(turn).startswith("[IT · Information Technology] For that, turn to IT\nI say so because of “Replace a laptop”.")
    assert "Your contact at IT: Malik Benali, malik.benali@vaubert.example" in words(turn)
    assert buttons(turn)["Replace a laptop"].action == Show(id="it_laptop", exchange=exchange_id(event))
    assert buttons(turn)["What IT does"].action == ShowFunction(slug="it")
    opened = fact(turn)
    assert isinstance(opened, ExchangeOpened)
    assert (opened.outcome, opened.function, opened.ids) == ("answer", "it", ("it_laptop",))


def test_a_function_without_contacts_is_named_all_the_same() -> None:
    turn = decide(None, said("who handles expenses?"), context(language="en", understood=who("sure", "fin_expenses")))
    assert "For that, turn to Finance" in words(turn)
    assert "Your contact" not in words(turn)


def test_one_function_of_which_several_sheets_could_tell() -> None:
    turn = decide(None, said("who handles laptops?"), context(language="en", understood=who("likely", "it_laptop", "it_password")))
    assert "For that, turn to IT" in words(turn)
    assert list(buttons(turn)) == ["1. Replace a laptop", "2. How do I change my password?", "Ask a human", "What IT does", "None of these"]


def test_one_likely_sheet_is_still_the_reason() -> None:
    turn = decide(None, said("who handles laptops?"), context(language="en", understood=who("likely", "it_laptop")))
    assert "I say so because of “Replace a laptop”." in words(turn)


def test_when_it_may_be_several_functions_each_is_named() -> None:
    turn = decide(None, said("who handles laptops?"), context(language="en", understood=who("likely", "it_laptop", "fin_expenses")))
    assert "It may be one of these. What is it about?" in words(turn)
    assert "Your contact at IT: Malik Benali" in words(turn)
    assert list(buttons(turn)) == ["1. IT · Replace a laptop", "2. Finance · Expense claims", "None of these", "Ask a human"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["1. Finance · Expense claims", "2. IT · Replace a laptop", "None of these", "Ask a human"]),
        ("fr", ["1. DAF · Notes de frais", "2. DSI · Remplacer un ordinateur portable", "Aucune de celles-ci", "Demander à un humain"]),
    ],
)
def test_a_choice_between_two_functions_says_whose_each_is(language: Language, expected: list[str]) -> None:
    turn = decide(None, said("?"), context(language=language, understood=found("likely", "fin_expenses", "it_laptop")))
    assert list(buttons(turn)) == expected


def test_on_a_button_the_title_is_clipped_not_the_function() -> None:
    long = replace(IT.services[0], title=Localized(en="A very long title " * 8))
    one = replace(IT, services=(long,), names=Localized(en="Quality, Safety and Environment"), also=())
    both = Catalogue(company=COMPANY, functions=(one, FINANCE))
    labels = list(buttons(decide(None, said("?"), context(language="en", understood=found("likely", "it_laptop", "fin_expenses"), catalogue=both))))
    assert labels[0].startswith("1. Quality, Safety and Environment · A very long title")
    assert len(labels[0]) <= BUTTON_LIMIT
    endless = replace(one, names=Localized(en="Name " * 40))
    both = Catalogue(company=COMPANY, functions=(endless, FINANCE))
    labels = list(buttons(decide(None, said("?"), context(language="en", understood=found("likely", "it_laptop", "fin_expenses"), catalogue=both))))
    assert " · A very long" in labels[0]
    assert len(labels[0]) <= BUTTON_LIMIT


def test_which_department_it_is_for() -> None:
    asked = FunctionAsked(slug="it", aspect="handles", sheet="it_laptop")
    turn = decide(None, said("q"), context(language="en", understood=Understood(question="which department is it for?", function=asked)))
    assert "For that, turn to IT\nI say so because of “Replace a laptop”." in words(turn)
    opened = fact(turn)
    assert isinstance(opened, ExchangeOpened)
    assert (opened.outcome, opened.function, opened.ids) == ("profile", "it", ("it_laptop",))
    following = asked_of(said("how long?"), turn.state)
    assert following is not None
    assert following.previous is not None
    assert following.previous.sheet == "it_laptop"


@pytest.mark.parametrize("sheet", [None, "gone", "it_demo_kit"])
def test_a_reason_that_is_not_for_its_reader_is_not_given(sheet: str | None) -> None:
    asked = FunctionAsked(slug="it", aspect="handles", sheet=sheet)
    turn = decide(None, said("q"), context(BOB, language="en", understood=Understood(question="which department?", function=asked)))
    assert "For that, turn to IT" in words(turn)
    assert "because" not in words(turn)
    assert "Demo kit" not in str(turn.replies)
    opened = fact(turn)
    assert isinstance(opened, ExchangeOpened)
    assert opened.ids == ()


def test_a_question_about_two_functions_offers_both_by_name() -> None:
    asked = FunctionAsked(slug="it", aspect="purpose", others=("finance", "gone"))
    turn = decide(None, said("q"), context(language="en", understood=Understood(question="IT or Finance?", function=asked)))
    assert "Which of these do you mean?" in words(turn)
    assert lines(turn) == ["IT · Information Technology", "Finance"]
    assert "To give everybody dependable tools." in words(turn)
    opened = fact(turn)
    assert isinstance(opened, ExchangeOpened)
    assert (opened.outcome, opened.function, opened.ids) == ("profile", "it", ())


def test_of_two_functions_one_of_which_is_gone_the_other_answers() -> None:
    asked = FunctionAsked(slug="finance", aspect="purpose", others=("gone",))
    turn = decide(None, said("q"), context(language="en", understood=Understood(question="Finance or Treasury?", function=asked)))
    assert "What are we for?" in words(turn)


def test_a_function_that_is_gone_is_said_to_be() -> None:
    asked = FunctionAsked(slug="gone", aspect="handles", sheet="it_laptop")
    turn = decide(None, said("q"), context(language="en", understood=Understood(question="which department?", function=asked), catalogue=CATALOGUE))
    assert "This is no longer in the catalogue" in words(turn)


def test_who_handles_what_nothing_answers_is_said_with_who_is_nearest() -> None:
    understood = Understood(question="who?", match=Match(outcome="none", candidates=(Candidate(id="it_laptop", score=-3),)))
    assert "I don't know the answer to that." in words(decide(None, said("who?"), context(language="en", understood=understood)))
