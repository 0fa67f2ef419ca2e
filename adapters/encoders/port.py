"""What an encoder is to the program."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """Texts to vectors, whatever the model."""

    @property
    def model(self) -> str:
        """The model's id and version: vectors of two models never mix."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), the model's dimensions). Blocking: call it in a worker thread."""
