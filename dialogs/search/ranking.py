"""A question's marks against every sheet: the head, the nearest phrasing, the words that both say; and their blend."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from dialogs.search.head import Head, log_softmax, principal, trained
from dialogs.search.lexical import AT_ONCE, Features, Grams
from dialogs.search.rows import Row
from dialogs.search.text import words
from dialogs.search.wording import Alike, Lexicon, Wording

_VECTOR_WEIGHT: Final = 1.4  # of the encoder's vector beside the letters, in the head
_SENTENCE_WEIGHT: Final = 0.3  # of a sentence of a reply, a phrasing being 1
_USUAL_SHEETS: Final = 60  # a smaller catalogue leaves more unanswered: the world outside weighs as much as the sheets it lacks
_LOOKED_AT: Final = 8192  # texts that the directions are taken from, at most
_ABSENT: Final = -100.0  # log-probability of a sheet that has no text

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts ready to be ranked, or to teach a ranking; one row each.

    `features` are the head's, `vectors` the encoder's, of unit length; `said` has the numbers of the words, `alike` the words near to each.
    """

    features: Floats
    vectors: Floats
    said: Sequence[Ids]
    alike: Sequence[Sequence[Alike]]

    def at(self, rows: Ids) -> "Texts":
        """Return the texts of these rows."""
        chosen = rows.tolist()
        return Texts(self.features[rows], self.vectors[rows], [self.said[row] for row in chosen], [self.alike[row] for row in chosen])


@dataclass(frozen=True, slots=True)
class Lens:
    """How a text is looked at: its letters and its vector, `mean` taken off, seen along `directions`; and its words."""

    letters: Features
    mean: Floats
    directions: Floats
    lexicon: Lexicon

    @classmethod
    def learned(cls, texts: Sequence[Sequence[str]], vectors: Floats, said: Sequence[Ids], lexicon: Lexicon) -> tuple[Self, Texts]:
        """Learn from the texts of an index, each given by its words, their vectors, shape (texts, dimensions), and the numbers of the telling words.

        Return these texts seen through it, too.
        """
        grams = Grams.read(texts)
        letters = Features.learned(grams)
        mean = vectors.mean(axis=0)
        looked_at = np.arange(0, len(texts), 1 + (len(texts) - 1) // _LOOKED_AT)
        directions = principal(_joined(letters.of(grams.at(looked_at)), vectors[looked_at] - mean))
        lens = cls(letters, mean, directions, lexicon)
        alike = [[lexicon.near[word] for word in words.tolist()] for words in said]
        return lens, Texts(lens.features(grams, vectors), vectors, said, alike)

    def features(self, grams: Grams, vectors: Floats) -> Floats:
        """Return the head's features of texts, shape (texts, directions)."""
        some = (np.arange(start, min(start + AT_ONCE, len(vectors))) for start in range(0, len(vectors), AT_ONCE))
        return np.concatenate([_joined(self.letters.of(grams.at(texts)), vectors[texts] - self.mean) @ self.directions for texts in some])

    def of(self, text: str, vector: Floats, strange: Mapping[str, Floats]) -> Texts:
        """Look at one question, its vector and those of the words that the lexicon doesn't have."""
        return Texts(self.features(Grams.read([words(text)]), vector[None, :]), vector[None, :], [], [self.lexicon.alike(text, strange)])


def _joined(letters: Floats, vectors: Floats) -> Floats:
    joined: Floats = np.concatenate([letters, np.float32(_VECTOR_WEIGHT) * vectors], axis=1)
    return joined


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the sheets' texts teach. The class after the last sheet is the world outside the catalogue."""

    head: Head
    near: Floats  # vectors of phrasings and titles, grouped by class
    starts: Ids  # where each class in `there` begins in `near`
    there: Ids
    wording: Wording

    @classmethod
    def learned(cls, sheets: int, words: int, rows: Sequence[Row], texts: Texts) -> Self:
        """Learn from these rows, in their order; `words` is the size of the lexicon."""
        owners = owners_of(rows)
        weights = np.array([_SENTENCE_WEIGHT if row.kind == "sentence" else 1.0 for row in rows], dtype=np.float32)
        return cls.taught(trained(texts.features, owners, weights, sheets + 1), words, owners, texts.vectors, texts.said)

    @classmethod
    def taught(cls, head: Head, words: int, owners: Ids, vectors: Floats, said: Sequence[Ids]) -> Self:
        """Put a head beside the nearest text and the wording of some texts."""
        sheets = len(head.offsets) - 1
        behind = np.flatnonzero(np.diff(owners) < 0)  # where the sentences begin that come behind
        before = int(behind[0]) + 1 if len(behind) else len(owners)
        there, starts = np.unique(owners[:before], return_index=True)
        return cls(head, vectors[:before], starts, there, Wording.learned(sheets, said, owners, words))

    def of(self, texts: Texts) -> Floats:
        """Return the marks of each sheet and of the world outside, shape (texts, sheets + 1, 3), in the order of `blend.USUAL`."""
        logs = self.head.of(texts.features)
        marks = np.zeros((*logs.shape, 3), dtype=np.float32)
        marks[:, :, 0] = _ABSENT
        marks[:, self.there, 0] = logs[:, self.there]
        marks[:, self.there, 1] = np.maximum.reduceat(texts.vectors @ self.near.T, self.starts, axis=1)
        for row, alike in enumerate(texts.alike):
            marks[row, :-1, 2] = self.wording.of(alike)
        return marks


def owners_of(rows: Sequence[Row]) -> Ids:
    """Return the sheet of each text."""
    return np.array([row.sheet for row in rows], dtype=np.int64)


def logs_of(marks: Floats, weights: Floats) -> Floats:
    """Return log-probabilities, shape (texts, sheets + 1), from marks and their weights."""
    scores = marks @ weights
    scores[:, -1] += np.float32(math.log(max(1.0, _USUAL_SHEETS / (scores.shape[1] - 1))))
    return log_softmax(scores)
