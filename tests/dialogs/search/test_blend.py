"""The blend: what the marks of a sheet weigh, learnt from a catalogue's own phrasings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.search.blend import USUAL, blended


def test_without_much_to_learn_from_the_weights_are_nearly_the_usual_ones() -> None:
    assert blended(np.zeros((1, 3, 3)), np.array([0])) == pytest.approx(USUAL)


def test_a_mark_that_tells_the_right_sheet_gains_and_one_that_misleads_loses() -> None:
    drawn = np.random.default_rng(2)
    marks = drawn.normal(size=(500, 10, 3))
    right = drawn.integers(0, 10, 500)
    marks[np.arange(500), right] += (2, 0, -2)
    head, near, words = blended(marks, right).tolist()
    assert head > 1
    assert words < 0
    assert near < USUAL[1]


@given(scale=st.floats(0.01, 100), seed=st.integers(0, 99))
def test_whatever_the_marks_the_weights_are_finite(scale: float, seed: int) -> None:
    drawn = np.random.default_rng(seed)
    assert np.isfinite(blended(scale * drawn.normal(size=(30, 5, 3)), drawn.integers(0, 5, 30))).all()
