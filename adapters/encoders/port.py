"""What an encoder is to the program."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class EncoderError(Exception):
    """A remote encoder gave no vectors; the message says why, and holds no secret.

    `permanent` says that asking again is useless until somebody changes a setting. `retry_after` is the remote's own delay in seconds, where it
    gave one.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class Encoder(Protocol):
    """Texts to vectors, whatever the model."""

    @property
    def model(self) -> str:
        """The model's id and version: vectors of two models never mix."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), the model's dimensions). Blocking: call it in a worker thread."""


class RemoteEncoder(Encoder, Protocol):
    """An encoder across a network: slow at times, and down at times. Every call raises EncoderError, `model` included until it was reached."""

    def reach(self) -> str:
        """Ask for one tiny text, once; return the model's id. Blocking."""

    def encode_now(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same vectors as `encode`, for questions that people wait for: soon or not at all. Blocking."""

    def close(self) -> None:
        """End the connections; what is under way raises EncoderError."""
