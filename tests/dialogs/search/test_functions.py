"""Questions about a function as a whole, and those that only mention one."""

import pytest

from dialogs.catalog import Catalogue, Company, Function, Localized
from dialogs.search.functions import Functions
from dialogs.search.match import FunctionAsked
from tests.dialogs.search.conftest import CATALOGUE, Ask, Encoding


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("à quoi sert la DAF ?", "finance"),
        ("a koi sert la DSI", "it"),
        ("que fait la direction juridique pour nous", "legal"),
        ("Que fait le service juridque ?", "legal"),
        ("what does IT do for me?", "it"),
        ("WHAT DOES IT DO FOR ME", "it"),
        ("what does the it team do", "it"),
        ("what does Finance do for me?", "finance"),
        ("who are the procurement people", "procurement"),
        ("c'est quoi la DSI", "it"),
        ("la R&D, elle fait quoi ?", "research"),
        ("la r et d fait quoi", "research"),
        ("pour qui bosse la recherche ?", "research"),
        ("en deux phrases, le rôle des moyens generaux ?", "facilities"),
        ("les acheteurs, c'est qui ?", "procurement"),
        ("DSI", "it"),
        ("it", "it"),
        ("Finance ?", "finance"),
        ("bonjour, la compta svp", "finance"),
        ("human resources", "hr"),
    ],
)
def test_what_a_function_is_for(question: str, slug: str, ask: Ask) -> None:
    assert ask(question).function == FunctionAsked(slug=slug, aspect="purpose")


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("how do I work with Legal?", "legal"),
        ("comment joindre les RH", "hr"),
        ("Comment contacter la compta ?", "finance"),
        ("IT contact?", "it"),
        ("je voudrais parler à un juriste", "legal"),
        ("How do I contact procurment?", "procurement"),
        ("vous pouvez me mettre en contact avec les achats ?", "procurement"),
        ("HR phone number please", "hr"),
    ],
)
def test_how_to_work_with_a_function_or_reach_it(question: str, slug: str, ask: Ask) -> None:
    assert ask(question).function == FunctionAsked(slug=slug, aspect="work_with")


@pytest.mark.parametrize(
    "question",
    [
        "comment demander un portable à la DSI ?",
        "I need IT to reset my password",
        "how does it work with two screens",
        "is it broken?",
        "si je perds mon badge",
        "la DSI doit réinitialiser mon mot de passe",
        "comment utiliser l'appli finance sur mon PC",
        "can it",
    ],
)
def test_a_question_that_only_mentions_a_function_goes_to_the_index(question: str, ask: Ask) -> None:
    understood = ask(question)
    assert understood.function is None
    assert understood.match is not None


def test_a_name_alone_needs_no_vector(ask: Ask, encode: Encoding) -> None:
    asked = encode.asked
    ask("DSI")
    assert encode.asked == asked
    ask("mon badge ne marche plus")
    assert encode.asked == asked + 1


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("la DSI, ça sert à quoi au juste à part nous dire d'éteindre et rallumer ?", "it"),
        ("I'm a site director - what services should I expect from Legal?", "legal"),
        ("Hercule, labo... who are these guys?", "research"),
    ],
)
def test_a_question_that_says_more_is_about_the_function_unless_a_sheet_answers_surely(question: str, slug: str, ask: Ask) -> None:
    function = ask(question).function
    assert function is not None
    assert function.slug == slug


def test_a_sheet_that_answers_surely_wins_over_the_function_beside_it(ask: Ask) -> None:
    question = "what does IT do when I forgot my password"
    heard = Functions.of(CATALOGUE).heard(question)
    assert heard is not None
    assert not heard.certain
    understood = ask(question)
    assert understood.function is None
    assert understood.match is not None
    assert understood.match.candidates[0].id == "it_password"


@pytest.mark.parametrize(
    "question",
    [
        "",
        "mon écran est noir. merci d'avance",
        "la DSI " + "raconte une longue histoire " * 20,
        "Finance: une machine à café, un vélo et trois chaises rouges ?",
    ],
)
def test_what_is_about_no_function(question: str) -> None:
    assert Functions.of(CATALOGUE).heard(question) is None


def test_a_word_of_the_catalogue_is_no_misspelt_name() -> None:
    functions = Functions.of(CATALOGUE)
    assert functions.heard("finances ?") is not None
    assert functions.heard("procurements ?") is not None
    assert functions.heard("finanze ?") is not None
    assert functions.heard("finanze ?", frozenset({"finanze"})) is None


def test_a_name_that_two_functions_bear_offers_both() -> None:
    functions = Functions.of(
        Catalogue(
            company=Company(name="x"),
            functions=(
                Function(slug="a", names=Localized(fr="Support"), also=("SUP", "Marketing et ventes", "Quality department")),
                Function(slug="b", names=Localized(en="Support"), also=("sales / marketing", "???")),
            ),
        )
    )
    support = functions.heard("support ?")
    assert support is not None
    assert support.asked == FunctionAsked(slug="a", aspect="purpose", others=("b",))
    assert heard_slugs(functions, "c'est quoi SUP") == ("a",)
    assert heard_slugs(functions, "à quoi servent les ventes") == ("a",)
    assert heard_slugs(functions, "quality ?") == ("a",)
    assert heard_slugs(functions, "what does marketing do?") == ("a", "b")
    assert heard_slugs(functions, "what does suport do?") == ("a", "b")


def test_a_name_that_four_functions_bear_says_nothing() -> None:
    named = tuple(Function(slug=slug, names=Localized(en="Support"), also=(f"Support {slug}",)) for slug in "abcd")
    functions = Functions.of(Catalogue(company=Company(name="x"), functions=named))
    assert functions.heard("support ?") is None
    assert heard_slugs(functions, "what does Support b do?") == ("b",)


def heard_slugs(functions: Functions, question: str) -> tuple[str, ...]:
    heard = functions.heard(question)
    assert heard is not None
    return (heard.asked.slug, *heard.asked.others)


@pytest.mark.parametrize(
    ("question", "slugs"),
    [
        ("What's the difference between IT and Finance?", ("it", "finance")),
        ("quelle différence entre les RH et les achats ?", ("hr", "procurement")),
        ("DSI et DAF, c'est la même équipe ? Qui fait quoi ?", ("it", "finance")),
        ("Finance or Procurement?", ("finance", "procurement")),
        ("achats ou finance, qui paie les fournisseurs ?", ("procurement", "finance")),
        ("RH, DAF, DSI et juridique ?", ("hr", "finance", "it")),
        ("how does HR work for Legal?", ("hr",)),
    ],
)
def test_two_functions_asked_about_at_once(question: str, slugs: tuple[str, ...]) -> None:
    assert heard_slugs(Functions.of(CATALOGUE), question) == slugs


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("c'est quoi le boulot de la compta ?", "finance"),
        ("la compta fait koi", "finance"),
        ("en quoi la direction juridique peut m'aider ?", "legal"),
        ("que puis-je attendre de la DSI ?", "it"),
        ("combien de personnes à la DRH ?", "hr"),
        ("who runs Procurement?", "procurement"),
        ("qui dirige la DAF ?", "finance"),
        ("where can I find the HR team", "hr"),
        ("avec quels organismes extérieurs les RH travaillent-elles ?", "hr"),
        ("the faciliteis team, who are they?", "facilities"),
    ],
)
def test_the_many_ways_to_ask_about_a_function(question: str, slug: str, ask: Ask) -> None:
    function = ask(question).function
    assert function is not None
    assert function.slug == slug


def test_a_sure_sheet_of_another_function_does_not_take_a_question_about_this_one(ask: Ask) -> None:
    function = ask("what does Legal do, apart from my badge stopped working?").function
    assert function is not None
    assert function.slug == "legal"


def test_without_functions_nothing_is_heard() -> None:
    assert Functions.of(Catalogue(company=Company(name="x"), functions=())).heard("c'est quoi la DSI") is None
