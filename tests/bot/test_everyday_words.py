"""The commonest words of both languages."""

import gzip
from itertools import zip_longest
from pathlib import Path

import msgpack
import pytest
import wordfreq

from bot.everyday_words import commonest, everyday_words
from dialogs.search.typos import Repair


@pytest.fixture(scope="module")
def common() -> tuple[str, ...]:
    return everyday_words()


def test_they_are_of_both_languages_the_commonest_first(common: tuple[str, ...]) -> None:
    assert set(common[:20]) >= {"the", "de", "la", "to", "and", "et"}
    places = {word: place for place, word in reversed(list(enumerate(common)))}
    assert places["le"] < places["ordinateur"] < places["imprimantes"]
    assert places["you"] < places["computer"] < places["invoices"]
    assert 70_000 < len(common) <= 80_000


def test_they_are_those_that_wordfreq_itself_lists(common: tuple[str, ...]) -> None:
    english, french = wordfreq.top_n_list("en", 30_000), wordfreq.top_n_list("fr", 50_000)
    assert common == tuple(word for rank in zip_longest(english, french) for word in rank if word is not None)


def test_a_list_of_another_format_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "large_en.msgpack.gz"
    file.write_bytes(gzip.compress(msgpack.packb([{"format": "cB", "version": 2}, ["the"]])))
    with pytest.raises(ValueError, match=r"large_en\.msgpack\.gz isn't a list of words in the format cB 1"):
        list(commonest(str(file)))


@pytest.mark.parametrize(
    "question",
    [
        "Où puis-je me renseigner sur les imprimantes partagées du troisième étage ?",
        "Je souhaiterais configurer la messagerie de ma nouvelle collègue, arrivée hier.",
        "Could somebody tell me whether the cafeteria serves vegetarian meals on Fridays?",
        "Bonjour, je pars à Lyon puis à Barcelone avec Nicolas : qui réserve les chambres ?",
    ],
)
def test_what_is_rightly_written_is_left_alone_even_when_no_sheet_says_it(question: str, common: tuple[str, ...]) -> None:
    assert Repair.learned((), common).of(question) == question


@pytest.mark.parametrize(
    ("question", "mended"),
    [
        ("je souhaiterais une chamrbe", "je souhaiterais une chambre"),
        ("could somebdoy help me on Friday", "could somebody help me on Friday"),
        ("avec mes colègues", "avec mes collegues"),
    ],
)
def test_a_slip_is_mended_to_a_common_word(question: str, mended: str, common: tuple[str, ...]) -> None:
    assert Repair.learned((), common).of(question) == mended
