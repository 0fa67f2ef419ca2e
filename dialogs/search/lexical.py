"""What the letters of a text say: hashed tf-idf features for the head."""

import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from dialogs.search.text import stems

Floats = NDArray[np.float32]
Ids = NDArray[np.integer]

_GRAMS: Final = 1 << 15  # ids of letter n-grams, stems and word pairs; a document frequency is kept for each
AT_ONCE: Final = 4096  # texts whose features are computed at once; bounds the memory
FEATURES: Final = 1024  # dimensions that the ids are folded into; 4,096 changed no top-1 by more than a point
_LETTERS: Final = (3, 4, 5)
_LONGEST: Final = 24  # letters of a word that make n-grams

_PLACE: Final = np.array([zlib.crc32(b"place %d" % gram) % FEATURES for gram in range(_GRAMS)], dtype=np.int64)
_SIGN: Final = np.array([1.0 - 2.0 * (zlib.crc32(b"sign %d" % gram) >> 7 & 1) for gram in range(_GRAMS)], dtype=np.float32)


def _gram(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % _GRAMS


@lru_cache(maxsize=32_768)
def _grams_of_word(word: str) -> "array[int]":
    padded = f" {word[:_LONGEST]} "
    letters = {padded[start : start + size] for size in _LETTERS for start in range(len(padded) - size + 1)}
    return array("i", [_gram(part) for part in letters | {f"stem {stem}" for stem in stems(word)}])


def _grams_of(said: Sequence[str]) -> "array[int]":
    found = array("i", [_gram(f"{first} {second}") for first, second in pairwise(said)])
    for word in said:
        found.extend(_grams_of_word(word))
    return found


@dataclass(frozen=True, slots=True)
class Grams:
    """Letter n-grams, stems and word pairs of some texts: those of one are `ids[starts[text]:starts[text + 1]]`, `counts` times each."""

    starts: Ids
    ids: Ids
    counts: Ids

    @classmethod
    def read(cls, texts: Sequence[Sequence[str]]) -> Self:
        """Read texts, each given by its words."""
        parts = [_unique(texts[start : start + AT_ONCE]) for start in range(0, len(texts), AT_ONCE)]
        sizes, ids, counts = (np.concatenate(each) for each in zip(*parts, strict=True))
        return cls(np.concatenate([[0], np.cumsum(sizes)]), ids, counts)

    def at(self, texts: Ids) -> Self:
        """Return those of these texts."""
        sizes = np.diff(self.starts)[texts]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[texts] - starts[:-1], sizes)
        return type(self)(starts, self.ids[places], self.counts[places])


def _unique(texts: Sequence[Sequence[str]]) -> tuple[Ids, NDArray[np.int32], NDArray[np.int32]]:
    """Return how many different n-grams each text has; their ids and how often it has each, text after text."""
    found = [_grams_of(said) for said in texts]
    row = np.repeat(np.arange(len(texts)), [len(each) for each in found])
    keys, counts = np.unique(row * _GRAMS + np.concatenate([np.frombuffer(each, dtype=np.int32) for each in found]), return_counts=True)
    row, ids = np.divmod(keys, _GRAMS)
    return np.bincount(row, minlength=len(texts)), ids.astype(np.int32), counts.astype(np.int32)


@dataclass(frozen=True, slots=True)
class Features:
    """Hashed tf-idf of letter n-grams, stems and word pairs; `idf` has the weight of each id, 0 for those that no text of the index has."""

    idf: Floats

    @classmethod
    def learned(cls, texts: Grams) -> Self:
        """Learn which n-grams are rare among these texts."""
        frequency = np.bincount(texts.ids, minlength=_GRAMS)
        idf = np.where(frequency > 0, np.log(len(texts.starts) / (1 + frequency)) + 1, 0)
        return cls(idf.astype(np.float32))

    def of(self, texts: Grams) -> Floats:
        """Return unit vectors, shape (texts, FEATURES); a text without a known n-gram is all zeros."""
        sizes = np.diff(texts.starts)
        row = np.repeat(np.arange(len(sizes)), sizes)
        weights = (1 + np.log(texts.counts)) * self.idf[texts.ids]
        lengths = np.sqrt(np.bincount(row, weights=weights * weights, minlength=len(sizes)))
        places, signed = row * FEATURES + _PLACE[texts.ids], weights * _SIGN[texts.ids]
        features = np.bincount(places, weights=signed, minlength=len(sizes) * FEATURES).astype(np.float32).reshape(-1, FEATURES)
        features /= np.where(lengths > 0, lengths, 1)[:, None].astype(np.float32)
        return features
