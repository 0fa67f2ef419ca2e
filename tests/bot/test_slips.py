"""Slips of the fingers, as search is measured on them."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.slips import misspelt
from dialogs.search.keyboard import BESIDE

TEXT = "Où trouver mon bulletin de paie du mois de mars, s'il vous plaît ? " * 200


@given(text=st.text(), seed=st.integers())
def test_no_share_changes_nothing(text: str, seed: int) -> None:
    assert misspelt(text, 0.0, Random(seed)) == text


@given(text=st.text(), share=st.floats(0, 1), seed=st.integers())
def test_the_same_seed_slips_alike(text: str, share: float, seed: int) -> None:
    assert misspelt(text, share, Random(seed)) == misspelt(text, share, Random(seed))


@given(text=st.text(), seed=st.integers())
def test_what_is_not_a_letter_stays(text: str, seed: int) -> None:
    kept = [character for character in text if not character.isalpha()]
    assert [character for character in misspelt(text, 1.0, Random(seed)) if not character.isalpha()] == kept


@pytest.mark.parametrize("share", [0.02, 0.08, 0.2])
def test_a_letter_slips_as_often_as_asked(share: float) -> None:
    letters = sum(map(str.isalpha, TEXT))
    # Slips side by side may cancel each other out, so the distance is a little below.
    assert OSA.distance(TEXT, misspelt(TEXT, share, Random(1))) == pytest.approx(share * letters, rel=0.1)


def test_each_kind_of_slip_comes_as_often_as_the_others_and_always_changes_something() -> None:
    drawn = Random(2)
    # Few slips, so that both letters hardly ever have one; the second letter's are left out.
    slipped = [misspelt("gH", 0.03, drawn) for _ in range(50_000)]
    kinds = Counter(_kind(each) for each in slipped if "H" in each and not each.startswith("gH"))
    assert set(kinds) == {"missed", "added", "replaced", "swapped"}
    assert min(kinds.values()) > 0.8 * max(kinds.values())


def _kind(slipped: str) -> str:
    match slipped:
        case "H":
            return "missed"
        case "Hg":
            return "swapped"
        case _:
            return "added" if len(slipped) == 3 else "replaced"


@given(seed=st.integers())
def test_a_letter_without_another_one_to_swap_with_slips_otherwise(seed: int) -> None:
    assert misspelt("e", 1.0, Random(seed)) != "e"
    assert misspelt("e e", 1.0, Random(seed)) != "e e"


@pytest.mark.parametrize(("letter", "near"), [("e", set("zwrsd")), ("É", set("ZWRSD")), ("ж", {"ж"})])
def test_a_replaced_letter_is_a_key_beside_it_in_the_same_case(letter: str, near: set[str]) -> None:
    drawn = Random(3)
    assert {slip for _ in range(200) if len(slip := misspelt(letter, 1.0, drawn)) == 1} == near


def test_keys_are_beside_each_other() -> None:
    assert set(BESIDE) == set("abcdefghijklmnopqrstuvwxyz")
    assert all(key in BESIDE[other] and key != other for key, near in BESIDE.items() for other in near)
    assert set("zq") <= set(BESIDE["a"])  # AZERTY and QWERTY
    assert "p" not in BESIDE["a"]
