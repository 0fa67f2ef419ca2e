"""Statistics, against statsmodels and scipy, and against published cases."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from dialogs.statistics import DETRACTORS, PROMOTERS, csat, drop, jump, mean, net_promoter, share, wilson


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (0, 5), (5, 5), (3, 7), (17, 20), (81, 263), (999, 1000)])
def test_an_interval_is_that_of_statsmodels(successes: int, n: int, confidence: float) -> None:
    assert wilson(successes, n, confidence) == pytest.approx(proportion_confint(successes, n, alpha=1 - confidence, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_an_interval_is_that_of_the_textbook(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_of_nobody_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert (csat({}), mean({}), share({}, ("yes",))) == (None, None, None)


def test_the_satisfied_are_the_fours_and_fives() -> None:
    assert csat({"1": 1, "3": 2, "4": 3, "5": 4}) == 0.7
    assert mean({"1": 1, "3": 2, "4": 3, "5": 4}) == 3.9


def test_promoters_less_detractors() -> None:
    assert net_promoter(6, 1, 10) == pytest.approx(0.5)
    assert net_promoter(0, 3, 4) == -0.75


def _ratings(counts: Mapping[str, int]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.repeat([float(value) for value in counts], list(counts.values()))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"3": 10, "4": 20, "5": 30}, {"1": 5, "3": 10, "4": 8}),
        ({"3": 10, "4": 20, "5": 30}, {"3": 9, "4": 21, "5": 28}),
        ({"1": 8, "5": 2}, {"4": 7, "5": 9}),
    ],
)
def test_a_drop_is_that_of_statsmodels(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    _, p = CompareMeans(DescrStatsW(_ratings(before)), DescrStatsW(_ratings(after))).ztest_ind(alternative="larger", usevar="unequal")
    assert drop(before, after) == pytest.approx(p, abs=1e-12)


def test_too_few_say_nothing_of_a_drop() -> None:
    assert drop({}, {"1": 20}) == drop({"5": 20}, {"1": 9}) == drop({"5": 9}, {"1": 20}) == 1.0
    assert drop({"4": 5}, {"3": 5}) == 1.0


def test_where_all_agree_a_drop_is_taken_as_it_stands() -> None:
    assert drop({"5": 20}, {"4": 20}) == 0.0
    assert drop({"4": 20}, {"4": 20}) == drop({"4": 20}, {"5": 20}) == 1.0


_TRACES = st.dictionaries(st.sampled_from(("1", "2", "3", "4", "5")), st.integers(0, 300), min_size=1)


@given(st.integers(0, 5_000), st.integers(1, 5_000), st.sampled_from((0.8, 0.9, 0.95, 0.99)))
def test_any_interval_is_that_of_statsmodels(some: int, n: int, confidence: float) -> None:
    successes = min(some, n)
    assert wilson(successes, n, confidence) == pytest.approx(proportion_confint(successes, n, alpha=1 - confidence, method="wilson"), abs=1e-12)


@given(_TRACES)
def test_any_mean_and_share_are_those_of_statsmodels(counts: Mapping[str, int]) -> None:
    if not sum(counts.values()):
        assert (mean(counts), csat(counts)) == (None, None)
        return
    told = DescrStatsW([float(value) for value in counts], weights=list(counts.values()))
    happy = DescrStatsW([float(value in ("4", "5")) for value in counts], weights=list(counts.values()))
    assert mean(counts) == pytest.approx(told.mean)
    assert csat(counts) == pytest.approx(happy.mean)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200))
def test_any_net_promoter_score_is_a_mean_of_ones_and_minus_ones(said: list[int]) -> None:
    promoters, detractors = (sum(str(value) in some for value in said) for some in (PROMOTERS, DETRACTORS))
    told = DescrStatsW([1.0 if value >= 9 else -1.0 if value <= 6 else 0.0 for value in said])
    assert net_promoter(promoters, detractors, len(said)) == pytest.approx(told.mean)


@given(_TRACES, _TRACES)
def test_any_drop_is_that_of_statsmodels(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    was, is_ = _ratings(before), _ratings(after)
    if min(len(was), len(is_)) < 10:
        assert drop(before, after) == 1.0
    elif was.std() + is_.std() > 0:
        _, p = CompareMeans(DescrStatsW(was), DescrStatsW(is_)).ztest_ind(alternative="larger", usevar="unequal")
        assert drop(before, after) == pytest.approx(p, abs=1e-12)


@given(st.integers(1, 400), st.floats(0.01, 300))
def test_any_jump_is_poissons_tail(count: int, expected: float) -> None:
    assert jump(count, expected) == pytest.approx(poisson.sf(count - 1, expected), rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(("count", "expected"), [(1, 0.3), (3, 5.5), (5, 5.0), (9, 2.0), (40, 3.0), (200, 150.0), (12, 12.0)])
def test_a_jump_is_poissons_tail(count: int, expected: float) -> None:
    assert jump(count, expected) == pytest.approx(poisson.sf(count - 1, expected), rel=1e-9)


def test_a_jump_from_nothing() -> None:
    assert jump(0, 0.0) == jump(0, 3.0) == 1.0
    assert jump(1, 0.0) == 0.0
