"""The confidence: a share of right answers, learnt from the phrasings."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.search.confidence import Confidence, odds


def learned(right_above: float, *, count: int = 400, answerable: bool = True) -> Confidence:
    scores = np.linspace(-6, 6, count)
    return Confidence.learned(scores, scores > right_above, np.full(count, answerable))


@given(low=st.floats(-10, 10), high=st.floats(-10, 10), right_above=st.floats(-5, 5))
def test_it_never_falls_as_the_odds_rise_and_stays_within_0_and_1(low: float, high: float, right_above: float) -> None:
    confidence = learned(right_above)
    low, high = sorted((low, high))
    assert 0 <= confidence.of(low) <= confidence.of(high) <= 1


def test_even_where_high_odds_were_wrong() -> None:
    scores = np.linspace(-6, 6, 200)
    contrary = Confidence.learned(scores, scores < 0, np.ones(200, dtype=np.bool_))
    assert contrary.of(-5) < contrary.of(5)


def test_it_is_the_share_of_such_phrasings_that_were_right() -> None:
    drawn = np.random.default_rng(1)
    scores = drawn.uniform(-5, 5, 5000)
    right = drawn.random(5000) < 1 / (1 + np.exp(-(0.8 * scores + 0.4)))
    confidence = Confidence.learned(scores, right, np.ones(5000, dtype=np.bool_))
    assert confidence.of(1.0) == pytest.approx(1 / (1 + math.exp(-1.2)), abs=0.03)


def test_questions_that_no_sheet_answers_lower_it() -> None:
    scores = np.concatenate([np.linspace(-2, 6, 300), np.linspace(-2, 6, 300)])
    answerable = np.arange(600) < 300
    assert Confidence.learned(scores, answerable, answerable).of(2) < Confidence.learned(scores[:300], answerable[:300], answerable[:300]).of(2)


def test_nineteen_of_twenty_phrasings_that_were_ranked_rightly_stay_above_the_floor() -> None:
    scores = np.linspace(0, 10, 1001)
    confidence = Confidence.learned(scores, np.ones(1001, dtype=np.bool_), np.ones(1001, dtype=np.bool_))
    assert np.mean([confidence.is_likely(score, scarce=False) for score in scores]) == pytest.approx(0.95, abs=0.01)


def test_without_phrasings_it_is_the_usual_curve() -> None:
    nothing = np.zeros(0)
    assert Confidence.learned(nothing, nothing.astype(np.bool_), nothing.astype(np.bool_)) == Confidence()


def test_a_sheet_with_few_phrasings_needs_more() -> None:
    confidence = Confidence()
    between = next(score for score in np.linspace(0, 4, 400) if 0.7 <= confidence.of(score) < 0.8)
    assert confidence.is_sure(between, scarce=False)
    assert not confidence.is_sure(between, scarce=True)
    assert confidence.is_likely(-1.0, scarce=False)
    assert not confidence.is_likely(-1.0, scarce=True)


@pytest.mark.parametrize(("log_probability", "expected"), [(0.0, 10), (1e-9, 10), (math.log(0.5), 0), (-1e9, -10), (-math.inf, -10), (-1e-8, 10)])
def test_odds_are_bounded(log_probability: float, expected: float) -> None:
    assert odds(log_probability) == pytest.approx(expected)
