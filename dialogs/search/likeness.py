"""Likeness: words and wordings so near to each other that one is taken for the other."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import combining, normalize

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from dialogs.catalog import Language, Sheet

NEARLY_THE_SAME: Final = 92  # of 100, between the two texts' words in alphabetical order
_NEAR: Final = 0.6  # an unknown word is taken for a known one when this share of its letters agrees
_ROWS: Final = 256  # texts compared with all others at once: bounds the matrix to 256 × n bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One way to ask for a sheet: its title (`number` is None) or one of its phrasings; `words` are what two wordings are compared by."""

    sheet: str
    number: int | None
    text: str
    words: str


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was probably meant to be, or None."""
    found = process.extractOne(word.casefold(), list(known), scorer=OSA.normalized_similarity, score_cutoff=_NEAR)
    return found[0] if found else None


def plain(text: str) -> str:
    """Return a text in lower case and without accents, to compare what people take for the same."""
    return "".join(letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))


def wordings(sheet: Sheet, language: Language) -> Iterator[Wording]:
    """Yield a sheet's title and phrasings in one language; texts without a word are passed over."""
    title = sheet.title.fr if language == "fr" else sheet.title.en
    phrasings = sheet.phrasings.fr if language == "fr" else sheet.phrasings.en
    for number, text in ((None, title or ""), *enumerate(phrasings)):
        if words := " ".join(sorted(re.findall(r"\w+", plain(text)))):
            yield Wording(sheet=sheet.id, number=number, text=text, words=words)


def alike(among: Sequence[Wording], of: frozenset[str] | None = None) -> Iterator[tuple[Wording, Wording]]:
    """Yield one pair for each two sheets that are asked in nearly the same words, in no order; with `of`, only where one of these sheets is."""
    asked = sorted(among, key=lambda one: len(one.words))
    words = [one.words for one in asked]
    lengths = np.array([len(one) for one in words])
    said: set[frozenset[str]] = set()
    rows = np.array([place for place, one in enumerate(asked) if of is None or one.sheet in of], dtype=np.intp)
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        # The ratio is 2 · common / (a + b) ≤ 2a / (a + b) where a is the shorter: what is longer or shorter than that can't reach the threshold.
        reach = int(np.searchsorted(lengths, lengths[some[-1]] * (200 - NEARLY_THE_SAME) / NEARLY_THE_SAME, side="right"))
        first = (
            int(np.searchsorted(lengths, lengths[some[0]] * NEARLY_THE_SAME / (200 - NEARLY_THE_SAME), side="left"))
            if of is not None
            else int(some[0])
        )
        ratios = process.cdist([words[row] for row in some], words[first:reach], scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME, dtype=np.uint8)
        for row, column in np.argwhere(ratios):
            one, other = asked[int(some[row])], asked[first + int(column)]
            pair = frozenset((one.sheet, other.sheet))
            if len(pair) == 2 and pair not in said:
                said.add(pair)
                yield one, other
