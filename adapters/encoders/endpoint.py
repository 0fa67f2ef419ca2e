"""The encoder behind an endpoint that speaks the OpenAI embeddings API: `POST {url}/embeddings`.

https://platform.openai.com/docs/api-reference/embeddings/create
"""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import numpy as np
from numpy.typing import NDArray

from adapters.encoders.embeddings import ANSWER_LIMIT, vectors_in
from adapters.encoders.port import EncoderError
from dialogs.actions import QUESTION_LIMIT

BATCH: Final = 64  # texts of one request
KEPT: Final = 2048  # questions whose vectors are kept in memory: 12 MB at 1,536 dimensions

_LEAST: Final = 0.01  # seconds of an attempt; aiohttp takes 0 for no limit at all
_IDLE: Final = 60.0  # seconds that a connection is kept for the next question: another handshake costs more than an answer
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SETTING_TO_MEND: Final = {
    400: "it doesn't take the request: check POURQUI_ENCODER_MODEL and POURQUI_ENCODER_DIMENSIONS",
    401: "it refuses the key: check POURQUI_ENCODER_KEY",
    403: "it refuses the key: check POURQUI_ENCODER_KEY, and what the key may do",
    404: "there's no such address or model: check POURQUI_ENCODER_URL (without /embeddings) and POURQUI_ENCODER_MODEL",
    422: "it doesn't take the request: check POURQUI_ENCODER_MODEL and POURQUI_ENCODER_DIMENSIONS",
}

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a request may take: seconds of one attempt and of all together; and how long to wait before each attempt but the first."""

    attempt: float
    whole: float
    waits: tuple[float, ...] = ()


QUESTION: Final = Patience(attempt=2.0, whole=2.0, waits=(0.1,))  # somebody waits for the answer
TEXTS: Final = Patience(attempt=30.0, whole=120.0, waits=(0.5, 2.0))
REACH: Final = Patience(attempt=10.0, whole=10.0)


class EndpointEncoder:
    """Texts to vectors by somebody else's model. Safe to share between threads; to be closed.

    Requests are made on an event loop of its own, in a thread: worker threads may wait for them with a deadline for the whole exchange, which no
    socket's timeout gives, and connections stay open between questions. Texts are clipped at 512 characters, as for the bundled encoder.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str | None = None,
        dimensions: int | None = None,
        question: Patience = QUESTION,
        texts: Patience = TEXTS,
    ) -> None:
        self._url = f"{url.rstrip('/')}/embeddings"
        self._host = urlsplit(url).netloc.rpartition("@")[2]
        self._proxy = _proxy_for(url)
        self._asked: dict[str, Any] = {"model": model, "encoding_format": "float"}
        if dimensions is not None:
            self._asked["dimensions"] = dimensions
        self._name = model
        self._headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._dimensions = dimensions
        self._reached = False
        self._question = question
        self._texts = texts
        self._kept: OrderedDict[str, Floats] = OrderedDict()
        self._lock = Lock()
        self._session: aiohttp.ClientSession | None = None
        self._loop = asyncio.new_event_loop()
        self._closed = False
        self._thread = Thread(target=self._loop.run_forever, name="encoder-endpoint", daemon=True)
        self._thread.start()

    @property
    def model(self) -> str:
        """The model's id, with its host and dimensions. Raises EncoderError before the first answer, which tells the dimensions."""
        if not self._reached:
            raise EncoderError(f"{self._host} has not been reached yet")
        return f"openai|{self._host}|{self._name}|{self._dimensions}"

    def reach(self) -> str:
        """Ask for one tiny text, once; return the model's id. Blocking, 10 s at most. Raises EncoderError."""
        self._run(self._embedded(["pourqui"], REACH))
        return self.model

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (len(texts), dimensions): 64 texts a request, each tried three times. Blocking. Raises EncoderError."""
        return self._run(self._embedded([_sendable(text) for text in texts], self._texts))

    def encode_now(self, texts: Sequence[str]) -> Floats:
        """Return the same within 2 s, tried twice where the first failed fast; what was asked lately isn't asked again. Raises EncoderError."""
        wanted = [_sendable(text) for text in texts]
        found = {text: vector for text in wanted if (vector := self._remembered(text)) is not None}
        missing = list(dict.fromkeys(text for text in wanted if text not in found))
        if missing:
            found.update(zip(missing, self._run(self._embedded(missing, self._question)), strict=True))
            self._remember({text: found[text] for text in missing})
        return np.stack([found[text] for text in wanted])

    def close(self) -> None:
        """End the connections and the thread; what is under way raises EncoderError."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _remembered(self, text: str) -> Floats | None:
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
            return self._kept.get(text)

    def _remember(self, vectors_of: dict[str, Floats]) -> None:
        with self._lock:
            self._kept.update(vectors_of)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _run(self, request: Coroutine[Any, Any, Floats]) -> Floats:
        with self._lock:
            if self._closed:
                request.close()
                raise EncoderError(f"the connection to {self._host} is closed")
            future = asyncio.run_coroutine_threadsafe(request, self._loop)
        try:
            return future.result()
        except CancelledError as error:
            raise EncoderError(f"the connection to {self._host} was closed") from error

    async def _embedded(self, texts: Sequence[str], patience: Patience) -> Floats:
        batches = [await self._batch(texts[start : start + BATCH], patience) for start in range(0, len(texts), BATCH)]
        return np.concatenate(batches) if batches else np.zeros((0, self._dimensions or 0), dtype=np.float32)

    async def _batch(self, texts: Sequence[str], patience: Patience) -> Floats:
        """Ask for one batch, again where that may help and there's time left."""
        ends = self._loop.time() + patience.whole
        waits = list(patience.waits)
        while True:
            try:
                return await self._once(texts, max(_LEAST, min(patience.attempt, ends - self._loop.time())))
            except EncoderError as error:
                if error.permanent or not waits:
                    raise
                wait = max(waits.pop(0), error.retry_after or 0.0)
                if self._loop.time() + wait >= ends:
                    raise
                await asyncio.sleep(wait)

    async def _once(self, texts: Sequence[str], seconds: float) -> Floats:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=_IDLE))
        try:
            async with self._session.post(
                self._url,
                json={**self._asked, "input": list(texts)},
                headers=self._headers,
                proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,  # a redirected POST becomes a GET, and the key isn't for another host
            ) as response:
                if response.status != 200:
                    raise self._refused(response)
                raw = await _read(response)
        except TimeoutError as error:
            raise EncoderError(f"{self._host} didn't answer within {seconds:.1f} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise EncoderError(f"{self._host} can't be reached: {type(error).__name__}") from error
        return self._checked(raw, len(texts))

    def _refused(self, response: aiohttp.ClientResponse) -> EncoderError:
        # what the body says is left out: some endpoints repeat the key in it
        status = response.status
        if status in _SETTING_TO_MEND:
            return EncoderError(f"{self._host} answered {status}: {_SETTING_TO_MEND[status]}", permanent=True)
        if status == 429:
            said = "too many requests, or no credit left"
            return EncoderError(f"{self._host} answered 429: {said}", retry_after=_seconds(response.headers.get("Retry-After")))
        if status == 408 or status >= 500:
            return EncoderError(f"{self._host} answered {status}", retry_after=_seconds(response.headers.get("Retry-After")))
        return EncoderError(f"{self._host} answered {status}: check POURQUI_ENCODER_URL", permanent=True)

    def _checked(self, raw: bytes, count: int) -> Floats:
        try:
            vectors = vectors_in(raw, count)
        except ValueError as error:
            raise EncoderError(f"{self._host} answered nonsense: {error}") from error
        dimensions = vectors.shape[1]
        if self._dimensions not in (None, dimensions):
            wrong = f"{self._host} answered with {dimensions} dimensions, not {self._dimensions}"
            raise EncoderError(f"{wrong}: check POURQUI_ENCODER_DIMENSIONS, or restart if its model has changed", permanent=True)
        self._dimensions = dimensions
        self._reached = True
        return vectors


def _sendable(text: str) -> str:
    """Return what is sent for a text: its start, in Unicode, and never nothing, which endpoints refuse."""
    clipped = text[:QUESTION_LIMIT].encode("utf-8", "replace").decode("utf-8")
    return clipped if clipped.strip() else "."


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read an answer, up to one byte more than the largest that is looked at."""
    parts = bytearray()
    async for part in response.content.iter_chunked(1 << 16):
        parts += part
        if len(parts) > ANSWER_LIMIT:
            break
    return bytes(parts)


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header; a date, which it may also be, is left to our own waits."""
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


def _proxy_for(url: str) -> str | None:
    """Return the proxy that the machine's environment names for an address, if any (HTTPS_PROXY, HTTP_PROXY, NO_PROXY)."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.hostname in _LOOPBACK or proxy_bypass(parts.netloc):
        return None
    return getproxies().get(parts.scheme)
