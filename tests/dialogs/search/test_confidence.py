"""The confidence: a share of right answers, learnt from the phrasings."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.search.confidence import SURE, SURE_WHEN_SCARCE, Confidence, odds

SCORES = st.floats(-10, 10)
FIT = 3.0  # of a question that a sheet answers, usually


def learned(right_above: float, *, count: int = 400, answerable: bool = True) -> Confidence:
    scores = np.linspace(-6, 6, count)
    return Confidence.learned(scores, np.full(count, FIT), scores > right_above, np.full(count, answerable))


@given(first=st.tuples(SCORES, SCORES), second=st.tuples(SCORES, SCORES), right_above=st.floats(-5, 5))
def test_it_never_falls_as_odds_or_fit_rise_and_stays_within_0_and_1(
    first: tuple[float, float], second: tuple[float, float], right_above: float
) -> None:
    confidence = learned(right_above)
    low, high = (min(first[0], second[0]), min(first[1], second[1])), (max(first[0], second[0]), max(first[1], second[1]))
    assert 0 <= confidence.of(*low) <= confidence.of(*high) <= 1


def test_even_where_high_odds_were_wrong() -> None:
    scores = np.linspace(-6, 6, 200)
    contrary = Confidence.learned(scores, np.full(200, FIT), scores < 0, np.ones(200, dtype=np.bool_))
    assert contrary.of(-5, FIT) < contrary.of(5, FIT)


@given(scale=st.floats(0.1, 1000), seed=st.integers(0, 1000))
def test_whatever_the_scores_it_ends_with_a_curve(scale: float, seed: int) -> None:
    drawn = np.random.default_rng(seed)
    confidence = Confidence.learned(drawn.uniform(-10, 10, 60), scale * drawn.normal(size=60), drawn.random(60) < 0.9, drawn.random(60) < 0.5)
    assert math.isfinite(confidence.slope)
    assert math.isfinite(confidence.offset)


def test_it_is_the_share_of_such_phrasings_that_were_right() -> None:
    drawn = np.random.default_rng(1)
    scores = drawn.uniform(-5, 5, 5000)
    right = drawn.random(5000) < 1 / (1 + np.exp(-(0.8 * scores - 0.4)))
    confidence = Confidence.learned(scores, np.full(5000, FIT), right, np.ones(5000, dtype=np.bool_))
    assert confidence.of(1.0, FIT) == pytest.approx(1 / (1 + math.exp(-0.4)), abs=0.03)


def test_two_sheets_that_fit_equally_well_are_a_choice() -> None:
    assert Confidence().of(0.0, 100.0) == pytest.approx(0.5)
    assert Confidence().outcome(0.0, 100.0, scarce=False) == "likely"


def test_questions_that_no_sheet_answers_lower_it() -> None:
    scores = np.concatenate([np.linspace(-2, 6, 300), np.linspace(-2, 6, 300)])
    fits = np.full(600, FIT)
    answerable = np.arange(600) < 300
    beside = Confidence.learned(scores, fits, answerable, answerable)
    alone = Confidence.learned(scores[:300], fits[:300], answerable[:300], answerable[:300])
    assert beside.of(2, FIT) < alone.of(2, FIT)


def test_a_question_that_fits_no_sheet_by_itself_is_refused_even_where_the_others_fit_less() -> None:
    assert Confidence().outcome(9, -5, scarce=False) == "none"
    assert Confidence().outcome(9, FIT, scarce=False) == "sure"


def test_nineteen_of_twenty_phrasings_whose_sheet_is_there_stay_above_the_floor() -> None:
    fits = np.linspace(-2, 2, 1001)
    confidence = Confidence.learned(np.full(1001, 5.0), fits, np.ones(1001, dtype=np.bool_), np.ones(1001, dtype=np.bool_))
    assert np.mean([confidence.outcome(5, fit, scarce=False) != "none" for fit in fits.tolist()]) == pytest.approx(0.95, abs=0.01)


def test_however_alike_the_phrasings_are_people_may_write_otherwise() -> None:
    alike = Confidence.learned(np.full(100, 5.0), np.full(100, 9.0), np.ones(100, dtype=np.bool_), np.ones(100, dtype=np.bool_))
    assert alike.outcome(5, FIT, scarce=False) == "sure"


def test_without_phrasings_it_is_the_usual_curve() -> None:
    nothing = np.zeros(0)
    assert Confidence.learned(nothing, nothing, nothing.astype(np.bool_), nothing.astype(np.bool_)) == Confidence()


def test_a_sheet_with_few_phrasings_needs_more() -> None:
    confidence = Confidence()
    between = next(score for score in np.linspace(0, 4, 400).tolist() if SURE <= confidence.of(score, FIT) < SURE_WHEN_SCARCE)
    assert confidence.outcome(between, FIT, scarce=False) == "sure"
    assert confidence.outcome(between, FIT, scarce=True) == "likely"
    assert confidence.outcome(-2.0, FIT, scarce=False) == "likely"
    assert confidence.outcome(-2.0, FIT, scarce=True) == "none"


@pytest.mark.parametrize(("log_probability", "expected"), [(0.0, 10), (1e-9, 10), (math.log(0.5), 0), (-1e9, -10), (-math.inf, -10), (-1e-8, 10)])
def test_odds_are_bounded(log_probability: float, expected: float) -> None:
    assert odds(log_probability) == pytest.approx(expected)
