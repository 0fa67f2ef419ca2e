"""Words that mean nearly the same, whatever the language: how much of a question each sheet says in words of its own.

Every word has the encoder's vector of its own, so that "taxi" is near "train" and "pass" near "badge": the replies' words then answer questions
that no phrasing foresaw. It's BM25's idea with a soft match in the place of the exact one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dialogs.search.text import SAID_EVERYWHERE, words

_NEAR: Final = 0.5  # cosine below which two words have nothing in common; 0.4 to 0.6 rank alike
_FEWEST: Final = 30  # sheets that rarity takes for granted, so that a catalogue of two still knows which words are rare
_MOST: Final = 64  # words near to a word that count; more change nothing
_AT_ONCE: Final = 256  # words compared with the whole lexicon at once; bounds the memory
_FEW: Final = 4  # words that are compared one by one: a product of two matrices first copies the lexicon, which takes longer than they do

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Alike: TypeAlias = tuple[Ids, Floats]  # numbers of the words that are near a word, and how near, in 0..1


def telling(said: Iterable[str]) -> tuple[str, ...]:
    """Return those of a text's words that tell what it's about, each once."""
    return tuple(dict.fromkeys(word for word in said if word not in SAID_EVERYWHERE))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The telling words of a catalogue, numbered, with their unit vectors, shape (words, dimensions), and the words near to each."""

    numbers: Mapping[str, int]
    vectors: Floats
    near: Sequence[Alike]

    @classmethod
    def learned(cls, numbers: Mapping[str, int], vectors: Floats) -> Self:
        """Learn which words are near to each other."""
        return cls(numbers, vectors, list(_alike(vectors, vectors)))

    def extended(self, words: Mapping[str, Floats]) -> Self:
        """Return the lexicon with more words, given with their vectors: near to each other and to those that were there."""
        if not words:
            return self
        numbers = {**self.numbers, **{word: len(self.numbers) + place for place, word in enumerate(words)}}
        vectors = np.concatenate([self.vectors, np.stack(list(words.values()))])
        near = [*self.near, *_alike(vectors[len(self.numbers) :], vectors)]
        for number in range(len(self.numbers), len(numbers)):
            for other, share in zip(*(each.tolist() for each in near[number]), strict=True):
                if other < len(self.numbers):
                    others, shares = near[other]
                    near[other] = (np.append(others, number), np.append(shares, np.float32(share)))
        return type(self)(numbers, vectors, near)

    def known(self, said: Sequence[str]) -> Ids:
        """Return the numbers of some words; unknown ones are left out."""
        return np.array([self.numbers[word] for word in said if word in self.numbers], dtype=np.int64)

    def alike(self, text: str, strange: Mapping[str, Floats]) -> list[Alike]:
        """Return, for each telling word of a question, the words near to it; unknown words without a vector in `strange` are left out."""
        said = telling(words(text))
        new = [strange[word] for word in said if word not in self.numbers and word in strange]
        found = [self.near[self.numbers[word]] for word in said if word in self.numbers]
        return [*found, *_alike(np.stack(new), self.vectors)] if new else found


def _alike(vectors: Floats, known: Floats) -> Iterator[Alike]:
    """Yield, for each of these unit vectors, shape (words, dimensions), the known ones that are near."""
    for start in range(0, len(vectors), _AT_ONCE):
        some = vectors[start : start + _AT_ONCE]
        for cosines in some @ known.T if len(some) > _FEW else (known @ vector for vector in some):
            near = np.flatnonzero(cosines > _NEAR)
            if len(near) > _MOST:
                near = near[np.argpartition(-cosines[near], _MOST)[:_MOST]]
            yield near, np.minimum((cosines[near] - _NEAR) / (1 - _NEAR), 1)


@dataclass(frozen=True, slots=True)
class Wording:
    """Which sheets say each word of a lexicon: `where[starts[word]:starts[word + 1]]`."""

    sheets: int
    starts: Ids
    where: Ids

    @classmethod
    def learned(cls, sheets: int, said: Sequence[Ids], owners: Ids, words: int) -> Self:
        """Learn from the numbers, below `words`, of the words of each text, and the sheet whose text it is; others than sheets are left out."""
        number = np.concatenate(said)
        owner = np.repeat(owners, [len(each) for each in said])
        word, where = np.divmod(np.unique((number * sheets + owner)[owner < sheets]), sheets)
        return cls(sheets, np.concatenate([[0], np.cumsum(np.bincount(word, minlength=words))]), where)

    def of(self, question: Sequence[Alike]) -> Floats:
        """Return the weight of a question's words that each sheet says, shape (sheets,).

        A word weighs as much as few sheets say it, or something like it (the idf of BM25, Robertson & Zaragoza 2009).
        """
        best = np.zeros((len(question), self.sheets), dtype=np.float32)
        for said, (near, shares) in zip(best, question, strict=True):
            firsts, counts = self.starts[near], self.starts[near + 1] - self.starts[near]
            places = np.arange(counts.sum()) + np.repeat(firsts - np.cumsum(counts) + counts, counts)
            np.maximum.at(said, self.where[places], np.repeat(shares, counts))
        saying = best.sum(axis=1)
        weights = np.log(1 + (max(self.sheets, _FEWEST) - saying + 0.5) / (saying + 0.5))
        explained: Floats = weights @ best
        return explained
