"""Encoders for tests: the real one, which remembers, and a small one of our own, which tells what it was asked."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from adapters.encoders.bundled import BundledEncoder


class RememberingEncoder(BundledEncoder):
    """The real encoder, which keeps what it encoded: the sample company's texts take two seconds, once for all tests (`real_encoder`)."""

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[np.float32]] = {}
        super().__init__()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = list(dict.fromkeys(text for text in texts if text not in self._kept))
        self._kept.update(zip(new, super().encode(new), strict=True))
        return np.stack([self._kept[text] for text in texts]) if texts else super().encode([])


@cache
def real_encoder() -> RememberingEncoder:
    """Return the encoder of this test process: loading one takes a second, which hundreds of tests would spend."""
    return RememberingEncoder()


class LetterEncoder:
    """A text's vector counts its letters: unit vectors, shape (texts, 32). `encoded` is every text that was asked for."""

    def __init__(self, model: str = "letters-1") -> None:
        self.model = model
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        counts = np.zeros((len(texts), 32), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text.casefold():
                counts[row, ord(letter) % 32] += 1
        unit: NDArray[np.float32] = (counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1)).astype(np.float32)
        return unit
