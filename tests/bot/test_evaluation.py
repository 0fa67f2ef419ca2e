"""The figures of `pourqui eval`: each is what it's called."""

import math
from dataclasses import replace

import pytest

from bot.evaluation import Asking, Evaluation, area
from bot.questions import FollowUp, Question
from dialogs.catalog import Catalogue
from tests.bot.encoders import LetterEncoder
from tests.company import CATALOGUE, DIRECTORY, LAPTOP


def question(text: str, *right: str, kind: str | None = None) -> Question:
    return Question(text=text, language="fr", right=frozenset(right), kind=kind)


def asking(right: bool, outcome: str, confidence: float | None = 0.5, *, known: bool = True, kind: str | None = None) -> Asking:
    wanted = question("?", *(["it_laptop"] if known else []), kind=kind)
    ranked = (("it_laptop",), ("it_password",)) if right else (("it_password",), ("it_laptop",))
    return Asking(question=wanted, ranked=ranked, outcome=outcome, confidence=confidence, milliseconds=2.0)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return Evaluation(CATALOGUE, LetterEncoder())


def test_a_phrasing_finds_its_sheet_and_what_it_got_is_noted(evaluation: Evaluation) -> None:
    got = evaluation.ask(question(LAPTOP.phrasings.fr[0], "it_laptop"))
    assert got.right
    assert got.place == 0
    assert got.outcome in ("answered", "offered")
    assert got.milliseconds > 0


def test_a_function_is_an_id_of_its_own(evaluation: Evaluation) -> None:
    got = evaluation.ask(question("à quoi sert la DSI ?", "function:it"))
    assert (got.ranked, got.outcome, got.confidence) == ((("function:it",),), "answered", None)
    assert got.right


def test_talk_finds_nothing(evaluation: Evaluation) -> None:
    got = evaluation.ask(question("bonjour", "it_laptop"))
    assert (got.ranked, got.outcome, got.place, got.right) == ((), "none", None, False)


def test_whoever_is_named_sees_what_is_theirs_and_who_is_not_sees_all(evaluation: Evaluation) -> None:
    text = "valise démo"
    everybody = evaluation.ask(question(text, "it_demo_kit"))
    in_sales = next(row for row in DIRECTORY if "sales" in row.segments)
    elsewhere = next(row for row in DIRECTORY if "sales" not in row.segments)
    assert everybody.right
    assert evaluation.ask(replace(question(text, "it_demo_kit"), person=in_sales)).right
    assert ("it_demo_kit",) not in evaluation.ask(replace(question(text, "it_demo_kit"), person=elsewhere)).ranked


def test_the_shares_are_counted_over_the_right_questions(evaluation: Evaluation) -> None:
    askings = [
        asking(right=True, outcome="answered", confidence=0.9, kind="direct"),
        asking(right=False, outcome="answered", confidence=0.8, kind="direct"),
        asking(right=False, outcome="offered", confidence=0.4, kind="indirect"),
        asking(right=True, outcome="none", confidence=0.2, kind="indirect"),
        asking(right=False, outcome="answered", confidence=0.7, known=False, kind="oos_near"),
        asking(right=False, outcome="none", confidence=0.1, known=False, kind="oos_near"),
        asking(right=False, outcome="none", confidence=None, known=False),
    ]
    report = evaluation.report(askings)
    assert (report.questions, report.out_of_scope) == (4, 3)
    assert (report.top1, report.top3, report.mrr) == (0.5, 1.0, 0.75)
    assert (report.answered, report.offered, report.none, report.precision_answered) == (0.5, 0.25, 0.25, 0.5)
    assert report.kept == 0.75
    assert report.caught == pytest.approx(2 / 3)
    assert report.out_of_scope_answered == {"oos": 0.0, "oos_near": 0.5}
    assert report.auroc == pytest.approx(10 / 12)
    assert report.by_kind["direct"].top1 == 0.5
    assert report.by_kind["indirect"].answered == 0.0
    assert report.by_language["fr"].questions == 4
    assert report.by_function["it"].questions == 4
    assert report.latency_ms == {"p50": 2.0, "p99": 2.0}
    assert report.followed is None
    # six have a confidence: gaps 0.1, 0.8, 0.4, 0.8 (known), 0.7 and 0.1 (not), each alone in its bin
    assert report.ece == pytest.approx((0.1 + 0.8 + 0.4 + 0.8 + 0.7 + 0.1) / 6)
    assert report.as_json()["by_kind"]["direct"]["precision_answered"] == 0.5


def test_without_questions_there_are_no_figures(evaluation: Evaluation) -> None:
    report = evaluation.report([])
    assert (report.top1, report.caught, report.auroc, report.ece, report.latency_ms) == (None, None, None, None, {})


def test_the_area_counts_ties_as_half() -> None:
    assert area([1.0, 0.5], [0.5, 0.0]) == 0.875
    assert area([], [0.5]) is None
    assert area([0.5], []) is None


def test_a_follow_up_goes_on_from_what_was_shown(evaluation: Evaluation) -> None:
    first, then = evaluation.follow(FollowUp(first=question(LAPTOP.phrasings.fr[0], "it_laptop"), then=question("combien ça coûte ?", "it_laptop")))
    assert first.right
    assert then.right
    assert evaluation.report([first], [(first, then)]).followed == 1.0
    alone = evaluation.ask(question("combien ça coûte ?", "it_laptop"))
    assert not alone.right or alone.outcome != "answered"


def test_a_follow_up_of_a_function_and_of_nothing(evaluation: Evaluation) -> None:
    then = question("mot de passe oublié", "it_password")
    after_function, new = evaluation.follow(FollowUp(first=question("à quoi sert la DSI ?", "function:it"), then=then))
    assert after_function.right
    assert new.right
    after_nothing, new = evaluation.follow(FollowUp(first=question("bonjour", "it_laptop"), then=then))
    assert after_nothing.outcome == "none"
    assert new.right


def test_an_empty_catalogue_finds_nothing() -> None:
    empty = Evaluation(Catalogue(company=CATALOGUE.company, functions=()), LetterEncoder())
    got = empty.ask(question("mon portable est mort"))
    assert (got.outcome, got.ranked) == ("none", ())
    assert math.isclose(empty.report([got]).caught or 0, 1.0)
