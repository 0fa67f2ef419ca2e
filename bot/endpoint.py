"""The remote encoder, and whether it's asked: while it fails it's left alone, and the bundled encoder understands instead."""

import asyncio
import time
from collections.abc import Sequence
from threading import Lock

import numpy as np
import structlog
from numpy.typing import NDArray

from adapters.encoders.port import EncoderError, RemoteEncoder
from bot.metrics import Metrics

_FAILURES = 3  # in a row; then nobody's question waits for it any more
_REST = 30.0  # seconds that it's left alone before the next trial, which no question waits for
_FIRST_REST = 1.0  # before it has ever answered; doubled after each trial, up to the above

_LOG = structlog.stdlib.get_logger(__name__)


class Endpoint:
    """A circuit breaker around a remote encoder. It's closed to questions until it was reached.

    Questions come from a worker thread, trials from the event loop.
    """

    def __init__(self, encoder: RemoteEncoder, metrics: Metrics) -> None:
        self.encoder = encoder
        self._metrics = metrics
        self._lock = Lock()
        self._answers = False
        self._told = False  # whether the log has said that it's down
        self._failures = 0
        self._rest = _FIRST_REST
        self._due = 0.0

    @property
    def answers(self) -> bool:
        """Tell whether questions may be put to it."""
        return self._answers

    def encode_now(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of questions. Blocking. Raises EncoderError, which is counted here."""
        try:
            vectors = self.encoder.encode_now(texts)
        except EncoderError as error:
            with self._lock:
                self._failures += 1
                over = error.permanent or self._failures >= _FAILURES
            if over:
                self.leave(error)
            raise
        self._failures = 0
        return vectors

    def leave(self, error: EncoderError) -> None:
        """Leave it alone for a while; said in the log where it answered before, or for the first time."""
        with self._lock:
            news = self._answers or not self._told
            self._answers, self._told, self._failures = False, True, 0
            self._due = time.monotonic() + self._rest
        self._metrics.encoder_down.set(1)
        if news:
            _LOG.warning("the encoder's endpoint doesn't answer; the bundled encoder understands meanwhile", reason=str(error))

    async def try_once(self) -> bool:
        """See whether it answers, with a tiny text; tell it."""
        try:
            model = await asyncio.to_thread(self.encoder.reach)
        except EncoderError as error:
            self.leave(error)
            self._rest = min(self._rest * 2, _REST)
            return False
        with self._lock:
            self._answers, self._failures, self._rest = True, 0, _REST
        self._metrics.encoder_down.set(0)
        _LOG.info("the encoder's endpoint answers", model=model)
        return True

    async def reached(self) -> None:
        """Wait until it answers, with a trial now and then."""
        while not self._answers:
            await asyncio.sleep(max(0.0, self._due - time.monotonic()))
            await self.try_once()
