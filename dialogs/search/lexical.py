"""What the letters of a text say: hashed tf-idf features for the head, and BM25 over the sheets."""

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from dialogs.search.text import stems, terms, words

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

_GRAMS: Final = 1 << 15  # ids of letter n-grams, stems and word pairs; a document frequency is kept for each
FEATURES: Final = 1024  # dimensions that the ids are folded into; 4,096 changed no top-1 by more than a point
_LETTERS: Final = (3, 4, 5)
_LONGEST: Final = 24  # letters of a word that make n-grams
_SATURATION: Final = 1.2  # k1 and b of BM25, as usual for short texts (Robertson & Zaragoza 2009)
_LENGTH: Final = 0.6
_FEWEST: Final = 30  # sheets that idf takes for granted, so that a catalogue of two still knows which words are rare

_PLACE: Final = np.array([zlib.crc32(b"place %d" % gram) % FEATURES for gram in range(_GRAMS)], dtype=np.int64)
_SIGN: Final = np.array([1.0 - 2.0 * (zlib.crc32(b"sign %d" % gram) >> 7 & 1) for gram in range(_GRAMS)], dtype=np.float32)


def _gram(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % _GRAMS


@lru_cache(maxsize=32_768)
def _grams_of_word(word: str) -> tuple[int, ...]:
    padded = f" {word[:_LONGEST]} "
    letters = {padded[start : start + size] for size in _LETTERS for start in range(len(padded) - size + 1)}
    return tuple(sorted(_gram(part) for part in letters | {f"stem {stem}" for stem in stems(word)}))


def grams_of(text: str) -> Ids:
    """Return the ids of a text's letter n-grams, stems and word pairs, with repetitions."""
    said = words(text)
    grams = [gram for word in said for gram in _grams_of_word(word)]
    grams += [_gram(f"{first} {second}") for first, second in pairwise(said)]
    return np.array(grams, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Features:
    """Hashed tf-idf of letter n-grams, stems and word pairs; `idf` has the weight of each id, 0 for those that no text of the index has."""

    idf: Floats

    @classmethod
    def learned(cls, texts: Sequence[Ids]) -> Self:
        """Learn which n-grams are rare among these texts, each given by its grams."""
        frequency = np.zeros(_GRAMS)
        for grams in texts:
            frequency[np.unique(grams)] += 1
        idf = np.where(frequency > 0, np.log((1 + len(texts)) / (1 + frequency)) + 1, 0)
        return cls(idf.astype(np.float32))

    def of(self, texts: Sequence[Ids]) -> Floats:
        """Return unit vectors, shape (len(texts), FEATURES); a text without a known n-gram is all zeros."""
        features = np.zeros((len(texts), FEATURES), dtype=np.float32)
        for row, said in enumerate(texts):
            grams, counts = np.unique(said, return_counts=True)
            weights = (1 + np.log(counts)) * self.idf[grams]
            length = math.sqrt(float(weights @ weights))
            if length > 0:
                features[row] = np.bincount(_PLACE[grams], weights=weights * _SIGN[grams] / length, minlength=FEATURES)
        return features


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms that sheets have, numbered."""

    numbers: Mapping[str, int]

    @classmethod
    def learned(cls, texts: Iterable[str]) -> Self:
        """Number the terms of these texts."""
        numbers: dict[str, int] = {}
        for text in texts:
            for term in terms(text):
                numbers.setdefault(term, len(numbers))
        return cls(numbers)

    def of(self, text: str) -> Ids:
        """Return the numbers of a text's terms, with repetitions; unknown terms are left out."""
        return np.array([self.numbers[term] for term in terms(text) if term in self.numbers], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Bm25:
    """BM25 of each sheet: term `t` is worth `worth[starts[t]:starts[t + 1]]` in the sheets at the same places of `where`."""

    sheets: int
    starts: Ids
    where: Ids
    worth: Floats

    @classmethod
    def learned(cls, sheets: int, count: int, said: Ids, owners: Ids) -> Self:
        """Learn from `said`, numbers below `count` of terms, and `owners`, the sheet that says each; shape (occurrences,) both."""
        pairs, often = np.unique(said * sheets + owners, return_counts=True)
        term, where = np.divmod(pairs, sheets)
        documents = np.bincount(term, minlength=count)
        idf = np.log(1 + (max(sheets, _FEWEST) - documents + 0.5) / (documents + 0.5))
        lengths = np.bincount(owners, minlength=sheets)
        ballast = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / max(lengths.mean(), 1.0))
        worth = idf[term] * often * (_SATURATION + 1) / (often + ballast[where])
        return cls(sheets, np.concatenate([[0], np.cumsum(documents)]), where, worth.astype(np.float32))

    def of(self, said: Ids) -> Floats:
        """Return each sheet's BM25 for the terms of these numbers, shape (sheets,)."""
        scores = np.zeros(self.sheets, dtype=np.float32)
        for term in np.unique(said).tolist():
            places = slice(self.starts[term], self.starts[term + 1])
            scores[self.where[places]] += self.worth[places]
        return scores
