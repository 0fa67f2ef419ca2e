"""What the letters of a text say: hashed tf-idf features for the head."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dialogs.search.text import stems, words

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Grams: TypeAlias = tuple[Ids, Ids]

_GRAMS: Final = 1 << 15  # ids of letter n-grams, stems and word pairs; a document frequency is kept for each
FEATURES: Final = 1024  # dimensions that the ids are folded into; 4,096 changed no top-1 by more than a point
_LETTERS: Final = (3, 4, 5)
_LONGEST: Final = 24  # letters of a word that make n-grams

_PLACE: Final = np.array([zlib.crc32(b"place %d" % gram) % FEATURES for gram in range(_GRAMS)], dtype=np.int64)
_SIGN: Final = np.array([1.0 - 2.0 * (zlib.crc32(b"sign %d" % gram) >> 7 & 1) for gram in range(_GRAMS)], dtype=np.float32)


def _gram(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % _GRAMS


@lru_cache(maxsize=32_768)
def _grams_of_word(word: str) -> tuple[int, ...]:
    padded = f" {word[:_LONGEST]} "
    letters = {padded[start : start + size] for size in _LETTERS for start in range(len(padded) - size + 1)}
    return tuple(sorted(_gram(part) for part in letters | {f"stem {stem}" for stem in stems(word)}))


def grams_of(text: str) -> Grams:
    """Return the ids of a text's letter n-grams, stems and word pairs, and how often it has each."""
    said = words(text)
    grams = [gram for word in said for gram in _grams_of_word(word)]
    grams += [_gram(f"{first} {second}") for first, second in pairwise(said)]
    return np.unique(np.array(grams, dtype=np.int64), return_counts=True)


@dataclass(frozen=True, slots=True)
class Features:
    """Hashed tf-idf of letter n-grams, stems and word pairs; `idf` has the weight of each id, 0 for those that no text of the index has."""

    idf: Floats

    @classmethod
    def learned(cls, texts: Sequence[Grams]) -> Self:
        """Learn which n-grams are rare among these texts, each given by its grams."""
        frequency = np.bincount(np.concatenate([grams for grams, _ in texts]), minlength=_GRAMS)
        idf = np.where(frequency > 0, np.log((1 + len(texts)) / (1 + frequency)) + 1, 0)
        return cls(idf.astype(np.float32))

    def of(self, texts: Sequence[Grams]) -> Floats:
        """Return unit vectors, shape (len(texts), FEATURES); a text without a known n-gram is all zeros."""
        features = np.zeros((len(texts), FEATURES), dtype=np.float32)
        for row, (grams, counts) in enumerate(texts):
            weights = (1 + np.log(counts)) * self.idf[grams]
            length = math.sqrt(float(weights @ weights))
            if length > 0:
                features[row] = np.bincount(_PLACE[grams], weights=weights * _SIGN[grams] / length, minlength=FEATURES)
        return features
