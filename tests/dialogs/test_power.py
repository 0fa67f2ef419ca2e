"""How many people an objective needs, and the smallest effect that so many show; against statsmodels."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import normal_sample_size_one_tail

from dialogs.power import ICC, detectable, needed


@given(st.floats(0, 0.9), st.floats(0.01, 0.99), st.floats(0.05, 0.95))
def test_the_people_needed_are_what_statsmodels_says(benchmark: float, rise: float, control: float) -> None:
    target = benchmark + (1 - benchmark) * rise
    spread = (target * (1 - target) / (1 - control) + benchmark * (1 - benchmark) / control) ** 0.5
    expected = normal_sample_size_one_tail(target - benchmark, 0.8, 0.025, std_null=spread, std_alternative=spread)
    assert needed(benchmark, target, control) == pytest.approx(ceil(expected), abs=1)


@given(st.floats(0.01, 0.9), st.floats(0.01, 0.99))
def test_without_a_control_group_it_is_one_sample_against_the_benchmark(benchmark: float, rise: float) -> None:
    target = benchmark + (1 - benchmark) * rise
    before, after = ((share * (1 - share)) ** 0.5 for share in (benchmark, target))
    expected = normal_sample_size_one_tail(target - benchmark, 0.8, 0.025, std_null=before, std_alternative=after)
    assert needed(benchmark, target, 0) == pytest.approx(ceil(expected), abs=1)


def test_teams_need_as_many_times_more_as_their_people_are_alike() -> None:
    assert ICC == 0.05
    alone, together = needed(0.2, 0.3, 0.5), needed(0.2, 0.3, 0.5, by="team", team_size=11)
    assert alone == 581
    assert together == pytest.approx(1.5 * alone, abs=2)
    assert needed(0.2, 0.3, 0.5, by="team", team_size=1) == alone


def test_an_uneven_draw_needs_more() -> None:
    assert needed(0.2, 0.3, 0.1) > needed(0.2, 0.3, 0.3) > needed(0.2, 0.3, 0.5)


@given(st.integers(50, 100_000), st.floats(0, 0.9), st.sampled_from((0.0, 0.1, 0.2, 0.5)), st.sampled_from((1.0, 12.0)))
def test_the_smallest_effect_is_the_one_that_needs_as_many(people: int, benchmark: float, control: float, size: float) -> None:
    smallest = detectable(people, benchmark, control, by="team", team_size=size)
    if smallest is None:
        assert needed(benchmark, 1.0, control, by="team", team_size=size) > people
    else:
        assert needed(benchmark, min(benchmark + smallest, 1.0), control, by="team", team_size=size) <= people + 1
        assert smallest < 1e-6 or needed(benchmark, benchmark + smallest * 0.98, control, by="team", team_size=size) >= people


def test_too_few_people_show_nothing_and_where_all_are_there_nothing_can_be_shown() -> None:
    assert detectable(3, 0.5, 0.5) is None
    assert detectable(10_000, 1.0, 0.5) is None
    assert detectable(1_000, 0.3, 0.5) == pytest.approx(0.084, abs=0.002)


@pytest.mark.parametrize(("benchmark", "target"), [(0.4, 0.4), (0.4, 0.3), (-0.1, 0.3), (0.4, 1.1)])
def test_a_target_is_above_its_benchmark(benchmark: float, target: float) -> None:
    with pytest.raises(ValueError, match="isn't above"):
        needed(benchmark, target, 0.5)
