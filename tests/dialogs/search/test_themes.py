"""Comments grouped by what they speak of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.search import themes
from dialogs.search.themes import ALIKE, Floats, grouped


def unit(*angles: float) -> Floats:
    """Return unit vectors in a plane, by their angles in degrees."""
    turned = np.radians(np.array(angles, dtype=np.float64))
    return np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)


def test_what_is_near_comes_together_the_largest_group_first() -> None:
    assert grouped(unit(180, 0, 5, 183, 10)) == ((1, 2, 4), (0, 3))


def test_nothing_makes_no_group() -> None:
    assert grouped(np.empty((0, 2), dtype=np.float32)) == ()


def test_one_chain_of_neighbours_isnt_one_theme() -> None:
    chain = unit(*range(0, 180, 10))
    groups = grouped(chain)
    assert len(groups) > 1
    for group in groups:
        assert float((chain[list(group)] @ chain[list(group)].T).mean()) > ALIKE


@given(st.permutations(range(12)))
def test_the_order_in_which_they_come_changes_nothing(order: list[int]) -> None:
    vectors = unit(0, 3, 7, 90, 94, 97, 180, 183, 188, 270, 272, 277)
    found = grouped(vectors[order])
    assert {frozenset(order[number] for number in group) for group in found} == {frozenset(range(at, at + 3)) for at in (0, 3, 6, 9)}


def test_many_comments_join_the_group_that_they_are_nearest_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themes, "COMPARED", 4)
    assert grouped(unit(0, 2, 180, 182, 1, 181, 90)) == ((0, 1, 4), (2, 3, 5), (6,))
