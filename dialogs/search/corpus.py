"""The texts of an index, in the order in which it looks at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dialogs.search.rows import Row
from dialogs.search.wording import Lexicon, telling

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Return the texts that a question is held against first: phrasings and titles, and the sentences of a sheet that has neither.

    The sentences of the other sheets come behind; both parts are in the order of their sheets.
    """
    titled = {row.sheet for row in rows if row.kind != "sentence"}
    return sorted(rows, key=lambda row: (row.kind == "sentence" and row.sheet in titled, row.sheet))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts in order, with the numbers of their telling words and their unit vectors, shape (texts, dimensions)."""

    rows: Sequence[Row]
    said: Sequence[Ids]
    vectors: Floats

    @classmethod
    def read(cls, rows: Sequence[Row], sheets: int, vectors: Mapping[str, Floats]) -> tuple[Self, Lexicon]:
        """Learn the sheets' words, too. Raises KeyError for a text or a word without its vector."""
        said = [telling(row.text) for row in rows]
        words = dict.fromkeys(word for row, words in zip(rows, said, strict=True) if row.sheet < sheets for word in words)
        numbers = {word: number for number, word in enumerate(words)}
        stacked = np.stack([vectors[row.text] for row in rows])
        lexicon = Lexicon.learned(numbers, np.stack([vectors[word] for word in numbers]) if numbers else stacked[:0])
        return cls(rows, [lexicon.known(words) for words in said], stacked), lexicon

    def amended(self, rows: Sequence[Row], sheets: int, lexicon: Lexicon, vectors: Mapping[str, Floats]) -> tuple[Self, Lexicon]:
        """Read other rows, most of whose texts are here already. Raises KeyError for a new text or word without its vector."""
        known = {row.text: place for place, row in enumerate(self.rows)}
        new = {row.text: telling(row.text) for row in rows if row.sheet < sheets and row.text not in known}
        unknown = dict.fromkeys(word for words in new.values() for word in words if word not in lexicon.numbers)
        lexicon = lexicon.extended({word: np.asarray(vectors[word], dtype=np.float32) for word in unknown})
        said = [*self.said, *(lexicon.known(words) for words in new.values())]
        stacked = np.concatenate([self.vectors, *(np.asarray(vectors[text], dtype=np.float32)[None, :] for text in new)])
        known.update({text: len(self.rows) + place for place, text in enumerate(new)})
        places = [known[row.text] for row in rows]
        return type(self)(rows, [said[place] for place in places], stacked[places]), lexicon

    @property
    def texts(self) -> list[str]:
        """The texts alone."""
        return [row.text for row in self.rows]
