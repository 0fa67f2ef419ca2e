"""What a catalogue's texts teach: it takes seconds to learn, nothing to keep, and is the same at the next start."""

import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from typing import Final, Self
from zipfile import BadZipFile

import numpy as np

from dialogs.search.confidence import Confidence
from dialogs.search.corpus import Corpus
from dialogs.search.crossfit import cross_fitted
from dialogs.search.head import Head
from dialogs.search.lexical import Features
from dialogs.search.ranking import Floats, Lens, Ranking
from dialogs.search.rows import Row
from dialogs.search.wording import Lexicon

_COUNTED_ON: Final = ("numpy", "PyStemmer")  # packages whose versions may change what is learnt


@dataclass(frozen=True, slots=True)
class Learnt:
    """The letters' weights, what the lens takes off a vector and looks along, the head, the weights of the marks, the confidence."""

    letters: Features
    mean: Floats
    directions: Floats
    head: Head
    weights: Floats
    confidence: Confidence

    @classmethod
    def of(cls, sheets: int, spoken: Sequence[Sequence[str]], corpus: Corpus, lexicon: Lexicon) -> Self:
        """Learn from texts, whose words are `spoken`, about so many sheets."""
        lens, texts = Lens.learned(spoken, corpus.vectors, corpus.said, lexicon)
        head = Ranking.learned(sheets, len(lexicon.numbers), corpus.rows, texts).head
        weights, confidence = cross_fitted(sheets, len(lexicon.numbers), corpus.rows, texts)
        return cls(lens.letters, lens.mean, lens.directions, head, weights, confidence)

    def written(self) -> bytes:
        """Return it as `read` reads it: numpy's own form of named arrays, without its pickles."""
        content = io.BytesIO()
        np.savez(
            content,
            idf=self.letters.idf,
            mean=self.mean,
            directions=self.directions,
            head_weights=self.head.weights,
            head_offsets=self.head.offsets,
            weights=self.weights,
            confidence=np.array(astuple(self.confidence), dtype=np.float64),
        )
        return content.getvalue()

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read what was written. Raises ValueError for anything else."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as kept:
                slope, offset, floor = kept["confidence"].tolist()
                confidence = Confidence(slope=slope, offset=offset, floor=floor)
                head = Head(kept["head_weights"], kept["head_offsets"])
                return cls(Features(kept["idf"]), kept["mean"], kept["directions"], head, kept["weights"], confidence)
        except (BadZipFile, EOFError, KeyError, OSError, TypeError, ValueError) as error:
            raise ValueError(f"not what an index learnt: {error}") from error


def fingerprint(rows: Sequence[Row], model: str) -> bytes:
    """Return the SHA-256 of all that learning depends on: the texts, the encoder's model, the program that learns."""
    digest = sha256(_program())
    digest.update(f"\n{model}\n".encode())
    for row in rows:
        digest.update(repr((row.text, row.sheet, row.kind, row.fold)).encode())
    return digest.digest()


@cache
def _program() -> bytes:
    """Return the SHA-256 of this package and of the versions of those it counts on: nobody has to remember to change a number."""
    digest = sha256(" ".join(version(name) for name in _COUNTED_ON).encode())
    for file in sorted(files(__package__).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".py"):
            digest.update(file.read_bytes())
    return digest.digest()
