"""The texts of an index, in the order in which it looks at them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dialogs.search.rows import Row
from dialogs.search.text import words
from dialogs.search.wording import Lexicon, telling

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


def as_asked(said: Iterable[str]) -> str:
    """Return a question's words in one: the same for all that differ in case, accents and punctuation only."""
    return " ".join(said)


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Return the texts that a question is held against first: phrasings and titles, and the sentences of a sheet that has neither.

    The sentences of the other sheets come behind; both parts are in the order of their sheets.
    """
    titled = {row.sheet for row in rows if row.kind != "sentence"}
    return sorted(rows, key=lambda row: (row.kind == "sentence" and row.sheet in titled, row.sheet))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts in order, with the numbers of their telling words, how they're asked, and their unit vectors, shape (texts, dimensions)."""

    rows: Sequence[Row]
    said: Sequence[Ids]
    asked: Sequence[str]
    vectors: Floats

    @classmethod
    def read(cls, rows: Sequence[Row], spoken: Sequence[Sequence[str]], sheets: int, vectors: Mapping[str, Floats]) -> tuple[Self, Lexicon]:
        """Learn the sheets' words, too; `spoken` has those of each text. Raises KeyError for a text or a word without its vector."""
        said = [telling(each) for each in spoken]
        told = dict.fromkeys(word for row, each in zip(rows, said, strict=True) if row.sheet < sheets for word in each)
        numbers = {word: number for number, word in enumerate(told)}
        stacked = np.stack([vectors[row.text] for row in rows])
        lexicon = Lexicon.learned(numbers, np.stack([vectors[word] for word in numbers]) if numbers else stacked[:0])
        return cls(rows, [lexicon.known(each) for each in said], [as_asked(each) for each in spoken], stacked), lexicon

    def amended(self, rows: Sequence[Row], sheets: int, lexicon: Lexicon, vectors: Mapping[str, Floats]) -> tuple[Self, Lexicon]:
        """Read other rows, most of whose texts are here already. Raises KeyError for a new text or word without its vector."""
        known = {row.text: place for place, row in enumerate(self.rows)}
        new = {row.text: words(row.text) for row in rows if row.sheet < sheets and row.text not in known}
        unknown = dict.fromkeys(word for spoken in new.values() for word in telling(spoken) if word not in lexicon.numbers)
        lexicon = lexicon.extended({word: np.asarray(vectors[word], dtype=np.float32) for word in unknown})
        said = [*self.said, *(lexicon.known(telling(spoken)) for spoken in new.values())]
        asked = [*self.asked, *map(as_asked, new.values())]
        known.update({text: len(self.rows) + place for place, text in enumerate(new)})
        places = [known[row.text] for row in rows]
        # copied once: of 50,000 texts they're 100 MB
        stacked = np.empty((len(rows), self.vectors.shape[1]), dtype=np.float32)
        np.take(self.vectors, places, axis=0, out=stacked, mode="clip")
        for row, place in enumerate(places):
            if place >= len(self.rows):
                stacked[row] = vectors[rows[row].text]
        return type(self)(rows, [said[place] for place in places], [asked[place] for place in places], stacked), lexicon

    def word_for_word(self, sheets: int) -> Mapping[str, tuple[int, ...]]:
        """Return how the sheets, of this number, are asked by their phrasings and titles, and which ones are asked so."""
        found: dict[str, tuple[int, ...]] = {}
        for row, asked in zip(self.rows, self.asked, strict=True):
            if row.kind != "sentence" and row.sheet < sheets and asked and row.sheet not in (those := found.get(asked, ())):
                found[asked] = (*those, row.sheet)
        return found
