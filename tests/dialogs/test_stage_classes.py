"""Stages in classes that may be shown: no few people stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.campaign import NOBODY, Histogram
from dialogs.campaigning import rank_counts
from dialogs.ladder import Stage
from dialogs.stage_classes import may_be_shown


@pytest.mark.parametrize(
    ("histogram", "shown"),
    [
        (Histogram(unaware=3, action=1), NOBODY),
        (Histogram(unaware=50, action=4), Histogram(unaware=54)),
        (Histogram(unaware=50, conviction=3, action=4), Histogram(unaware=50, conviction=7)),
        (Histogram(unaware=50, comprehension=5, conviction=3, action=5), Histogram(unaware=50, comprehension=8, action=5)),
        (Histogram(unaware=2, conviction=9), Histogram(conviction=11)),
        (Histogram(action=5), Histogram(action=5)),
    ],
)
def test_a_few_are_counted_with_the_stage_below_or_the_next_above(histogram: Histogram, shown: Histogram) -> None:
    assert may_be_shown(histogram) == shown


@given(st.lists(st.integers(min_value=0, max_value=12), min_size=5, max_size=5))
def test_nobody_is_lost_and_nobody_stands_nearly_alone(counts: list[int]) -> None:
    shown = rank_counts(may_be_shown(Histogram(**{stage.value: number for stage, number in zip(Stage, counts, strict=True)})))
    assert sum(shown) == (sum(counts) if sum(counts) >= 5 else 0)
    assert all(number == 0 or number >= 5 for number in shown)
