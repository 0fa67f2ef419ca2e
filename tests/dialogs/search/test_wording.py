"""Words that mean nearly the same: how much of a question a sheet says in words of its own."""

import numpy as np
import pytest

from dialogs.search.text import words
from dialogs.search.wording import Lexicon, Wording, telling

EAST, NORTH, NORTH_EAST = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32), np.array([0.8, 0.6], dtype=np.float32)
LEXICON = Lexicon.learned({"train": 0, "badge": 1}, np.stack([EAST, NORTH]))
WORDING = Wording.learned(2, [np.array([0]), np.array([1]), np.array([1, 0])], np.array([0, 1, 2]), 2)  # the third text is no sheet's


def explained(question: str, **strange: np.ndarray[tuple[int], np.dtype[np.float32]]) -> list[float]:
    scores: list[float] = WORDING.of(LEXICON.alike(question, strange)).tolist()
    return scores


def test_the_telling_words_are_those_that_arent_said_everywhere_each_once() -> None:
    assert telling(words("Bonjour, le train du train n'a pas d'écran ?")) == ("train", "ecran")


def test_a_word_counts_for_the_sheet_that_says_it() -> None:
    train, badge = explained("un train")
    assert train > 0
    assert badge == 0


def test_a_word_that_is_near_counts_as_much_as_it_is_near() -> None:
    exact, near = explained("un train")[0], explained("un taxi", taxi=NORTH_EAST)
    assert 0 < near[0] < exact
    assert 0 < near[1] < near[0]  # a cosine of 0.8 to the one, of 0.6 to the other


def test_a_word_counts_more_where_few_sheets_say_it() -> None:
    sheets = 40
    owners = np.arange(sheets)
    wording = Wording.learned(sheets, [np.array([0]) if owner else np.array([0, 1]) for owner in owners.tolist()], owners, 2)
    usual, rare = wording.of(LEXICON.alike("train", {}))[0], wording.of(LEXICON.alike("badge", {}))[0]
    assert rare > usual


def test_a_word_without_a_vector_is_left_out() -> None:
    assert explained("un taxi") == [0, 0]
    assert explained("un train en taxi") == explained("un train")


def test_a_lexicon_that_is_extended_knows_the_new_words_like_one_learned_at_once() -> None:
    extended = LEXICON.extended({"taxi": NORTH_EAST})
    at_once = Lexicon.learned({"train": 0, "badge": 1, "taxi": 2}, np.stack([EAST, NORTH, NORTH_EAST]))
    assert extended.numbers == at_once.numbers
    for (near, shares), (expected_near, expected_shares) in zip(extended.near, at_once.near, strict=True):
        assert near.tolist() == expected_near.tolist()
        assert shares.tolist() == pytest.approx(expected_shares.tolist())


def test_of_many_words_that_are_near_the_nearest_count() -> None:
    angles = np.linspace(0, 0.5, 200, dtype=np.float32)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lexicon = Lexicon.learned({f"word{place}": place for place in range(200)}, around)
    words, shares = lexicon.alike("nearby", {"nearby": EAST})[0]
    assert set(words.tolist()) == set(range(len(words)))
    assert len(words) == len(shares) == 64


def test_words_are_near_to_the_same_whether_they_are_compared_one_by_one_or_together() -> None:
    angles = np.linspace(0, 3, 20, dtype=np.float32)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    strange = {f"strange{place}": vector for place, vector in enumerate(vectors)}
    lexicon = Lexicon.learned({f"word{place}": place for place in range(20)}, vectors)
    together = lexicon.alike(" ".join(strange), strange)
    one_by_one = [lexicon.alike(word, strange)[0] for word in strange]
    assert len(together) == len(strange)
    for (near, shares), (alone_near, alone_shares) in zip(together, one_by_one, strict=True):
        assert near.tolist() == alone_near.tolist()
        assert shares.tolist() == pytest.approx(alone_shares.tolist(), abs=1e-6)
