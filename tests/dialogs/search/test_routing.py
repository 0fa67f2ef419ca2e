"""Who takes care of it: questions that seek a person or a function, and those that only say "who"."""

import pytest

from dialogs.search.match import Candidate, Detail, FunctionAsked
from dialogs.search.routing import Sought, carrying, sought
from tests.dialogs.search.conftest import Ask


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("who handles badges?", "badges"),
        ("who's in charge of GDPR?", "GDPR"),
        ("who is responsible for the car park", "car park"),
        ("Who do I see about a chair?", "a chair"),
        ("who should I talk to about patents?", "patents"),
        ("whom do I contact about a supplier invoice?", "a supplier invoice"),
        ("who's the right person for a new hire?", "a new hire"),
        ("who looks after the buildings, and since when?", "buildings"),
        ("qui s'occupe des badges ?", "badges"),
        ("qui s’occupe de la cantine ?", "cantine"),
        ("qui gère les congés payés", "congés payés"),
        ("qui est responsable des traductions ?", "traductions"),
        ("à qui je m'adresse pour un contrat ?", "un contrat"),
        ("À qui dois-je parler de mes congés ?", "mes congés"),
        ("vers qui me tourner pour une norme ISO ?", "une norme ISO"),
        ("qui contacter pour un devis client ?", "un devis client"),
        ("RGPD, c'est qui ?", "RGPD"),
        ("mon badge est cassé, qui s'en occupe ?", "mon badge est cassé"),
        ("my badge is broken: who deals with that?", "my badge is broken"),
    ],
)
def test_whoever_takes_care_of_it(question: str, subject: str) -> None:
    assert sought(question) == Sought(subject=subject, function=False)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("which department deals with customs?", "customs"),
        ("which team is it for lost badges?", "it for lost badges"),
        ("quel service s'occupe de la paie ?", "paie"),
        ("c'est quel service pour les déchets ?", "déchets"),
        ("à quelle équipe demander un tableau de bord ?", "demander un tableau de bord"),
        ("I never know whom to call on the transport side, could you give me the department's contact details?", "transport side"),
    ],
)
def test_expressly_a_function(question: str, subject: str) -> None:
    assert sought(question) == Sought(subject=subject, function=True)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "j'ai perdu mon badge",
        "who wrote Hamlet?",
        "qui a gagné le match hier soir",
        "who writes up a quote for my customer",
        "who pays if I lose my badge?",
        "qui me prépare une offre chiffrée pour mon client ?",
        "which badge do I need?",
        "which department?",
        "qui contacter ?",
        "J'ai changé de bureau la semaine dernière, depuis ma porte reste fermée et personne ne me répond nulle part : " + "qui gère les badges ?",
        "who handles badges and " + "doors and " * 30,
    ],
)
def test_a_question_that_tells_something_else_is_for_the_index(question: str) -> None:
    assert sought(question) is None


@pytest.mark.parametrize(
    ("question", "sheet"),
    [
        ("who handles badges?", "fac_badge"),
        ("qui s'occupe des badges ?", "fac_badge"),
        ("who do I see about my payslip?", "hr_payslip"),
        ("à qui je m'adresse pour un mot de passe oublié ?", "it_password"),
    ],
)
def test_who_takes_care_of_it_is_told_by_a_sheet(question: str, sheet: str, ask: Ask) -> None:
    understood = ask(question)
    assert understood.detail is Detail.WHO
    assert understood.match is not None
    assert understood.match.candidates[0].id == sheet


@pytest.mark.parametrize(
    ("question", "slug", "sheet"),
    [
        ("which department deals with lost badges?", "facilities", "fac_badge"),
        ("quel service s'occupe des notes de frais ?", "finance", "fin_expenses"),
    ],
)
def test_which_department_is_a_function(question: str, slug: str, sheet: str, ask: Ask) -> None:
    assert ask(question).function == FunctionAsked(slug=slug, aspect="handles", sheet=sheet)


def test_who_takes_care_of_what_nothing_answers_stays_unanswered(ask: Ask) -> None:
    for question in ("who handles the nuclear reactor?", "which department deals with astronauts?"):
        understood = ask(question)
        assert understood.function is None
        assert understood.match is not None
        assert understood.match.outcome != "sure"


def test_somebody_to_whom_nothing_is_open_gets_no_function_by_its_sheets(ask: Ask) -> None:
    assert ask("who handles annual reviews for team leaders?").match is not None


def test_one_function_is_named_only_where_it_carries_enough() -> None:
    whose = {"a1": "a", "a2": "a", "b1": "b"}
    candidates = tuple(Candidate(id=sheet, score=score) for sheet, score in (("b1", -0.9), ("a1", -1.0), ("a2", -1.5)))
    assert carrying(candidates[1:], whose) == ("a", candidates[1])
    assert carrying(candidates, whose) is None
    assert carrying((), whose) is None
