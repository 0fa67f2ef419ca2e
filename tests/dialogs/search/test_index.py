"""The index: what answers a question, for whom, and how surely."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.catalog import Catalogue, Company, Entry, Function, Localized, Phrasings
from dialogs.search.index import OFFERED, Index, texts_of
from dialogs.search.match import Match
from tests.dialogs.search.conftest import BADGE, CATALOGUE, EVERYBODY, LAPTOP, MANAGERS, PAYSLIP, Ask, Encoding

LEAVE_ONLY = Entry(
    id="leave", question=Localized(fr="Poser des congés"), reply=Localized(fr="Dans le portail."), phrasings=Phrasings(fr=("poser des vacances",))
)


def catalogue_of(*sheets: Entry) -> Catalogue:
    return Catalogue(company=Company(name="x"), functions=(Function(slug="one", names=Localized(fr="Une"), entries=sheets),))


def matched(catalogue: Catalogue, question: str, encode: Encoding, segments: frozenset[str] = EVERYBODY) -> Match:
    return found(Index.build(catalogue, encode.vectors_of(catalogue)), question, encode, segments)


def found(index: Index, question: str, encode: Encoding, segments: frozenset[str] = EVERYBODY) -> Match:
    """Ask as the bot does: with the vectors of the question and of the words that the catalogue doesn't have."""
    strange = index.strange(question)
    return index.match(question, encode.one(question), segments, dict(zip(strange, encode(strange), strict=True)))


@pytest.mark.parametrize(
    ("question", "sheet"),
    [
        ("bonjour, mon badge ne fonctionne plus depuis ce matin", "fac_badge"),
        ("jai perdu mon bagde", "fac_badge"),
        ("My access card is lost", "fac_badge"),
        ("mot de passe oublié, comment je fais ?", "it_password"),
        ("i cant remember my pasword", "it_password"),
        ("où est ma fiche de paie de mars ?", "hr_payslip"),
        ("ticket de train à me faire rembourser", "fin_expenses"),
        ("combien de congés il me reste", "hr_leave"),
        ("my laptop is terribly slow", "it_laptop"),
    ],
)
def test_a_clear_question_is_answered_outright(question: str, sheet: str, ask: Ask) -> None:
    match = ask(question).match
    assert match is not None
    assert (match.outcome, match.candidates[0].id) == ("sure", sheet)
    assert match.confidence is not None
    assert match.confidence >= 0.7


@pytest.mark.parametrize(
    ("question", "sheet"),
    [("ça ne marche plus", "fac_badge"), ("problème de paiement", "hr_payslip"), ("un reçu perdu", "fin_expenses")],
)
def test_a_vague_question_is_offered_three_sheets_at_most(question: str, sheet: str, ask: Ask) -> None:
    match = ask(question).match
    assert match is not None
    assert match.outcome == "likely"
    assert sheet in [candidate.id for candidate in match.candidates]
    assert 1 <= len(match.candidates) <= OFFERED
    assert [candidate.score for candidate in match.candidates] == sorted((candidate.score for candidate in match.candidates), reverse=True)


@pytest.mark.parametrize(
    "question", ["quelle est la capitale de l'Australie ?", "tell me a joke about penguins", "qui a gagné le match hier soir ?", "wxyz"]
)
def test_what_nobody_here_answers_gets_no_answer_but_the_nearest_sheets(question: str, ask: Ask) -> None:
    match = ask(question).match
    assert match is not None
    assert match.outcome == "none"
    assert len(match.candidates) == OFFERED
    assert match.confidence is not None
    assert match.confidence < 0.5


REVIEW_QUESTION = "préparer l'entretien annuel d'un membre de mon équipe"


@pytest.mark.parametrize("segments", [EVERYBODY, frozenset({"sales"}), frozenset({"interns", "managers"})])
def test_a_sheet_that_isnt_theirs_never_appears(segments: frozenset[str], index: Index, encode: Encoding) -> None:
    match = index.match(REVIEW_QUESTION, encode.one(REVIEW_QUESTION), segments)
    assert match.outcome != "sure"
    assert "hr_review" not in [candidate.id for candidate in match.candidates]
    assert "hr_review" not in [candidate.id for candidate in index.ranked(REVIEW_QUESTION, encode.one(REVIEW_QUESTION), segments, most=99)]


def test_it_appears_to_those_it_is_for(index: Index, encode: Encoding) -> None:
    match = index.match(REVIEW_QUESTION, encode.one(REVIEW_QUESTION), MANAGERS)
    assert (match.outcome, match.candidates[0].id) == ("sure", "hr_review")


def test_the_audience_doesnt_change_the_confidence_in_the_same_sheet(index: Index, encode: Encoding) -> None:
    question = "mon badge ne marche plus"
    assert index.match(question, encode.one(question), EVERYBODY) == index.match(question, encode.one(question), MANAGERS)


def test_of_two_sheets_that_say_the_same_the_one_for_the_persons_segment_comes_first(encode: Encoding) -> None:
    for_sales = replace(BADGE, id="badge_sales", audience=("sales",))
    catalogue = catalogue_of(BADGE, for_sales, LEAVE_ONLY)
    index = Index.build(catalogue, encode.vectors_of(catalogue))
    question = "j'ai perdu mon badge"
    ranked = [candidate.id for candidate in index.ranked(question, encode.one(question), frozenset({"sales"}))]
    assert ranked[:2] == ["badge_sales", "fac_badge"]
    assert index.match(question, encode.one(question), frozenset({"sales"})).outcome == "likely"


def test_the_same_catalogue_and_question_give_the_same_match(index: Index, encode: Encoding) -> None:
    again = Index.build(CATALOGUE, encode.vectors_of(CATALOGUE))
    for question in ("mon pc rame", "une histoire de salaire", "rien à voir"):
        assert again.match(question, encode.one(question), EVERYBODY) == index.match(question, encode.one(question), EVERYBODY)


def test_a_catalogue_without_sheets_matches_nothing(encode: Encoding) -> None:
    for catalogue in (Catalogue(company=Company(name="x"), functions=()), catalogue_of()):
        assert texts_of(catalogue) == ()
        assert matched(catalogue, "mon badge", encode) == Match(outcome="none")


def test_somebody_for_whom_there_is_no_sheet_matches_nothing(encode: Encoding) -> None:
    assert matched(catalogue_of(replace(BADGE, audience=("sales",))), "mon badge est perdu", encode) == Match(outcome="none")


def test_a_single_sheet_answers_its_own_questions_only(encode: Encoding) -> None:
    alone = catalogue_of(BADGE)
    assert matched(alone, "mon badge est perdu", encode).outcome == "sure"
    assert matched(alone, "quelle est la capitale du Pérou ?", encode).outcome == "none"
    assert matched(alone, "où est la cantine ?", encode).outcome == "none"


def test_a_sheet_without_phrasings_is_found_by_its_title_and_reply(encode: Encoding) -> None:
    several = Catalogue(
        company=Company(name="x"),
        functions=(
            Function(
                slug="one",
                names=Localized(fr="Une"),
                services=(replace(LAPTOP, phrasings=Phrasings()), replace(PAYSLIP, phrasings=Phrasings())),
                entries=(replace(BADGE, phrasings=Phrasings()),),
            ),
        ),
    )
    assert matched(several, "badge perdu", encode).candidates[0].id == "fac_badge"
    assert matched(several, "my laptop must be replaced", encode).candidates[0].id == "it_laptop"


def test_a_sheet_of_a_reply_alone_is_found_by_its_sentences(encode: Encoding) -> None:
    wordy = Entry(id="pool", question=Localized(), reply=Localized(fr="Réservez un vélo de service à l'accueil."))
    silent = Entry(id="silent", question=Localized(), reply=Localized())
    match = matched(catalogue_of(wordy, BADGE, silent), "réserver un vélo de service", encode)
    assert match.candidates[0].id == "pool"
    assert "silent" not in [candidate.id for candidate in match.candidates]


def test_a_catalogue_in_one_language_answers_in_the_other(encode: Encoding) -> None:
    french = tuple(
        Entry(
            id=sheet.id,
            question=Localized(fr=sheet.title.fr),
            reply=Localized(fr=sheet.body.fr),
            phrasings=Phrasings(fr=sheet.phrasings.fr),
        )
        for _, sheet in CATALOGUE.sheets()
    )
    assert matched(catalogue_of(*french), "I lost my badge", encode).candidates[0].id == "fac_badge"


def test_fewer_than_five_phrasings_ask_for_more_certainty(encode: Encoding) -> None:
    scarce = tuple(replace(sheet, phrasings=Phrasings(fr=sheet.phrasings.fr[:2])) for _, sheet in CATALOGUE.sheets() if isinstance(sheet, Entry))
    catalogue = catalogue_of(*scarce)
    outcomes = {question: matched(catalogue, question, encode) for question in ("j'ai perdu mon badge", "une histoire d'argent", "les nuages roses")}
    assert {match.outcome for match in outcomes.values()} == {"sure", "likely", "none"}
    assert all(match.confidence is not None and (match.outcome == "sure") == (match.confidence >= 0.8) for match in outcomes.values())


def test_a_missing_vector_is_an_error() -> None:
    with pytest.raises(KeyError):
        Index.build(CATALOGUE, {})


def test_a_question_without_a_known_word_or_a_direction_is_matched_all_the_same(index: Index) -> None:
    match = index.match("", np.zeros(512, dtype=np.float32), EVERYBODY)
    assert match.confidence is not None
    assert 0 <= match.confidence <= 1


def test_texts_are_named_once_in_the_catalogues_order() -> None:
    texts = texts_of(CATALOGUE)
    assert len(texts) == len(set(texts))
    assert texts[0] == LAPTOP.phrasings.fr[0]
    assert json.dumps(texts) == json.dumps(texts_of(CATALOGUE))


@given(seed=st.integers(min_value=0, max_value=2**32 - 1), text=st.text(max_size=60))
def test_any_vector_gets_a_confidence_within_0_and_1(index: Index, seed: int, text: str) -> None:
    vector = np.random.default_rng(seed).standard_normal(512).astype(np.float32)
    match = index.match(text, vector / np.linalg.norm(vector), EVERYBODY)
    assert match.confidence is not None
    assert 0 <= match.confidence <= 1
    assert len(match.candidates) <= OFFERED
