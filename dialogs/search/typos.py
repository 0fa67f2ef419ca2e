"""Misspelt words, mended before search: a slip on one letter in twelve costs 12 to 16 points of top-1, and mending gives most of them back.

The noisy channel of Kernighan, Church & Gale (1990): of the words that a strange one may have been meant for, take the one whose
log-probability, less the slips that would turn it into what was written, is highest.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from dialogs.search.keyboard import BESIDE
from dialogs.search.text import SAID_EVERYWHERE, folded

_SLIPS: Final = 2  # in a word, at most
_LIKELY: Final = 5.0  # minus the log-probability of one given slip, where a letter in twelve slips in one of four ways with three outcomes
_ODD: Final = 9.0  # likewise of one that no finger explains: a wrong or added letter far from the key that was meant
_FIRST: Final = 1.0  # more, where the first letter is wrong: people look at it
_FLOOR: Final = -21.0  # below, a strange word is rather a name, or another language's: the words of 1 clean question in 40 are above
_OURS: Final = 0.9  # of the probability is the catalogue's, the rest the languages'
_HEAD: Final = 20  # Zipf's law (a word's chance falls with its rank), flattened for the commonest ones

_SHORTEST: Final = 4  # letters of a word that is mended; shorter strange ones are mostly acronyms
_LONGEST: Final = 24  # likewise; longer ones are keys
_MOST: Final = 24  # strange words in a question; with more it's no misspelt question, and the cost is bounded

# What isn't prose: numbers, addresses, links, files, paths, mentions, channels, emoji shortcodes, code.
_CODE: Final = re.compile(r"[\d@#_\\`]|^/|//|\w\.\w|:\w+:")
_SENTENCE_ENDS: Final = frozenset(("", *".!?…:;\n"))
_CHUNK: Final = re.compile(r"\S+")
_WORD: Final = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+")


@dataclass(frozen=True, slots=True)
class Repair:
    """Mends the misspelt words of a question, in the light of one catalogue's words and of both languages'. Immutable.

    `chances` has the log-probability of every known word, folded; `ours` are the catalogue's. `_words` are those long enough to be meant, the
    shortest first: `_starts[n]` is the place of the first with at least `n` letters, `_letters` has a bit for each letter in a word, `_reach` how
    many of these bits may differ from what is written.
    """

    chances: Mapping[str, float]
    ours: frozenset[str]
    _words: tuple[str, ...]
    _starts: tuple[int, ...]
    _letters: NDArray[np.uint32]
    _reach: NDArray[np.uint8]

    @classmethod
    def learned(cls, texts: Iterable[str], common: Iterable[str] = ()) -> Self:
        """Learn the words of a catalogue's texts, and of its languages: `common`, the commonest first.

        A word that is in neither is strange; without `common`, so is much of what people rightly write.
        """
        said = Counter(folded(word) for text in texts for word in _WORD.findall(text))
        ranks: dict[str, int] = {}
        for text in chain(common, sorted(SAID_EVERYWHERE)):
            for word in _WORD.findall(text):
                ranks.setdefault(folded(word), len(ranks))
        ours, theirs = _OURS / max(said.total(), 1), (1 - _OURS) / math.log(len(ranks))
        chances = {word: math.log(theirs / (_HEAD + rank) + ours * said.get(word, 0)) for word, rank in ranks.items()}
        chances |= {word: math.log(ours * often) for word, often in said.items() if word not in ranks}
        words = tuple(sorted((word for word in chances if _SHORTEST - 1 <= len(word) <= _LONGEST), key=len))
        starts = np.searchsorted([len(word) for word in words], np.arange(_LONGEST + _SLIPS + 2)).tolist()
        # A slip changes two of the letters that a word has, at most.
        reach = [2 * min(int((chances[word] - _FLOOR) / _LIKELY), _SLIPS) for word in words]
        return cls(chances, frozenset(said), words, tuple(starts), _letters_of(words), np.array(reach, dtype=np.uint8))

    def also(self, texts: Iterable[str]) -> Self:
        """Return one that leaves the words of these texts alone, too: no slip is taken for them until the whole is learned anew."""
        more = {word for text in texts for each in _WORD.findall(text) if (word := folded(each)) not in self.chances}
        return replace(self, chances={**self.chances, **dict.fromkeys(more, _FLOOR)}) if more else self

    def of(self, question: str) -> str:
        """Return the question with its misspelt words mended, all else as it was typed; mending twice changes no more.

        What is mended has no accents: search folds them, and the encoder loses nothing.
        """
        strange = [
            (found, word) for found in _written(question) if (word := folded(found[0])) not in self.chances and _SHORTEST <= len(word) <= _LONGEST
        ]
        if len(strange) > _MOST:
            return question
        parts: list[str] = []
        end = 0
        for found, word in strange:
            capital = found[0][0].isupper()
            meant = self._meant(word, name=capital and not _begins(question, found.start()))
            if meant is not None:
                parts += (question[end : found.start()], meant.capitalize() if capital else meant)
                end = found.end()
        return "".join((*parts, question[end:]))

    def _meant(self, written: str, *, name: bool) -> str | None:
        """Return what was meant, None where nothing is near enough; a name is only taken for a word of the catalogue, a slip away."""
        meant, score = None, _FLOOR
        for word, slips in self._near(written):
            if self.chances[word] - _LIKELY * slips <= score:
                break
            if name and (slips > 1 or word not in self.ours):
                continue
            if (found := self.chances[word] - _cost(word, written)) > score:
                meant, score = word, found
        if not name and (parted := self._parted(written)) is not None and parted[0] > score:
            return parted[1]
        return meant

    def _parted(self, written: str) -> tuple[float, str] | None:
        """Return (score, words) of the likeliest two words of the catalogue between which a space is missing, if there are any."""
        pairs = ((written[:place], written[place:]) for place in range(2, len(written) - 1))
        ours = ((first, second) for first, second in pairs if first in self.ours and second in self.ours)
        return max(((self.chances[first] + self.chances[second] - _LIKELY, f"{first} {second}") for first, second in ours), default=None)

    def _near(self, written: str) -> list[tuple[str, int]]:
        """Return words and the slips that turn each into this one, those that may score best first."""
        place, end = self._starts[max(len(written) - _SLIPS, 0)], self._starts[min(len(written), _LONGEST) + _SLIPS + 1]
        # This leaves some hundred words to compare.
        near = np.flatnonzero(np.bitwise_count(self._letters[place:end] ^ _letters_of((written,))) <= self._reach[place:end]) + place
        words = [self._words[each] for each in near.tolist()]
        found = [(word, slips) for word, slips, _ in process.extract(written, words, scorer=OSA.distance, score_cutoff=_SLIPS, limit=None)]
        return sorted(found, key=lambda each: (_LIKELY * each[1] - self.chances[each[0]], each[0]))


def _begins(question: str, place: int) -> bool:
    """Tell whether a sentence begins there."""
    return question[:place].rstrip(" \t\"'«“(-–—\u00a0")[-1:] in _SENTENCE_ENDS


def _written(question: str) -> Iterator[re.Match[str]]:
    """Yield the words that may be misspelt: no acronyms and product names (a capital after the first letter), nothing short, no code."""
    for chunk in _CHUNK.finditer(question):
        if _CODE.search(chunk[0]) or any(map(str.isnumeric, chunk[0])):  # `\d` knows of no ¹, which `\w` takes for a letter
            continue
        for word in _WORD.finditer(question, *chunk.span()):
            if word[0][1:] == word[0][1:].lower():
                yield word


def _letters_of(words: Sequence[str]) -> NDArray[np.uint32]:
    """Return which letters each of these words has, a bit each; letters of other scripts share the bits."""
    letters = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32)
    starts = np.cumsum([0, *(len(word) for word in words[:-1])])
    found: NDArray[np.uint32] = np.bitwise_or.reduceat(np.left_shift(np.uint32(1), letters % np.uint32(32)), starts)
    return found


def _cost(right: str, written: str) -> float:
    """Return minus the log-probability of writing one word for another: the cheapest way, as in `OSA`, with slips weighted."""
    start, ends = _agreement(right, written)
    added = [_added(written, place) for place in range(start, len(written) - ends)]
    meant, typed = right[start : len(right) - ends], written[start : len(written) - ends]
    above: list[float] = []
    row = list(accumulate(added, initial=0.0))
    for number, letter in enumerate(meant):
        before, above, row = above, row, [row[0] + _LIKELY]
        for place, key in enumerate(typed):
            wrong = 0.0 if key == letter else _LIKELY if letter in BESIDE.get(key, "") else _ODD
            cheapest = min(above[place] + wrong, above[place + 1] + _LIKELY, row[place] + added[place])
            if number and place and key == meant[number - 1] and letter == typed[place - 1]:
                cheapest = min(cheapest, before[place - 1] + _LIKELY)
            row.append(cheapest)
    return row[-1] + (_FIRST if right[0] != written[0] else 0.0)


def _agreement(one: str, other: str) -> tuple[int, int]:
    """Return how many letters two words begin with alike, and of the rest, how many they end with."""
    shorter = min(len(one), len(other))
    start = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    rest = shorter - start
    return start, next((back for back in range(rest) if one[-1 - back] != other[-1 - back]), rest)


def _added(written: str, place: int) -> float:
    """Return what it costs that the letter at `place` is one too many: little beside itself, or beside a key that is beside it."""
    near = written[place] + BESIDE.get(written[place], "")
    return _LIKELY if any(other in near for other in written[max(place - 1, 0) : place] + written[place + 1 : place + 2]) else _ODD
