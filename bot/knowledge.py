"""What the bot knows at this moment: a catalogue version and its index, swapped whole when another version arrives."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import numpy as np
import structlog
from numpy.typing import NDArray

from adapters.encoders.port import Encoder
from bot.memory import give_back
from bot.metrics import Metrics
from dialogs.catalog import Catalogue, Company
from dialogs.search.index import Index, texts_of
from dialogs.search.match import Understood
from dialogs.search.understanding import Understanding
from storage import catalog, vectors
from storage.database import Database

_LOG = structlog.stdlib.get_logger(__name__)
_TOGETHER = 16  # questions understood in one go; the last of them waits for all, some 30 ms
_BATCH = 32  # texts encoded at once
_LOOK_EVERY = 0.5  # seconds between two looks for a newer catalogue version; one indexed read each


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One catalogue version, ready to answer."""

    number: int
    catalogue: Catalogue
    understanding: Understanding


NOTHING = Catalogue(company=Company(name="pourqui"), functions=())  # until a first catalogue is loaded; the home card says that it's empty


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that waits to be understood."""

    known: Known
    question: str
    segments: frozenset[str]
    outcome: Future[Understood]


class Knowledge:
    """Builds the index in a worker thread and hands out the newest one that is ready; the former answers until then."""

    def __init__(self, database: Database, encoder: Encoder, metrics: Metrics) -> None:
        self._database = database
        self._encoder = encoder
        self._metrics = metrics
        self._known = Known(number=0, catalogue=NOTHING, understanding=understand_catalogue(NOTHING, {}))
        # one thread, so that questions queue here rather than fight for the interpreter's lock; the builder has its own
        self._searcher = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._waiting: SimpleQueue[_Asked] = SimpleQueue()
        self._builder = ThreadPoolExecutor(1, thread_name_prefix="index")

    @property
    def current(self) -> Known:
        """Return what is known now; version 0 holds nothing."""
        return self._known

    async def understand(self, known: Known, question: str, segments: frozenset[str]) -> Understood:
        """Understand a question in a worker thread; encoding never blocks the event loop."""
        asked = _Asked(known, question, segments, Future())
        self._waiting.put(asked)
        self._searcher.submit(self._understand_waiting)
        return await asyncio.wrap_future(asked.outcome)

    def _understand_waiting(self) -> None:
        """Understand what waits, at most `_TOGETHER` at once: encoded together, texts cost a third of what each costs alone."""
        waiting: list[_Asked] = []
        while len(waiting) < _TOGETHER:
            try:
                waiting.append(self._waiting.get_nowait())
            except Empty:
                break
        group = [asked for asked in waiting if asked.outcome.set_running_or_notify_cancel()]
        vectors_of: dict[str, NDArray[np.float32]] = {}
        try:
            if len(group) > 1:
                texts = [asked.question.strip() for asked in group]
                vectors_of = dict(zip(texts, self._encoder.encode(texts), strict=True))
        except Exception as error:
            for asked in group:
                asked.outcome.set_exception(error)
            return
        for asked in group:
            self._understand(asked, vectors_of)

    def _understand(self, asked: _Asked, vectors_of: Mapping[str, NDArray[np.float32]]) -> None:
        def encode(text: str) -> NDArray[np.float32]:
            vector: NDArray[np.float32] = vectors_of[text] if text in vectors_of else self._encoder.encode([text])[0]
            return vector

        try:
            asked.outcome.set_result(asked.known.understanding.understand(asked.question, encode, asked.segments))
        except Exception as error:
            asked.outcome.set_exception(error)

    async def refresh(self) -> bool:
        """Take up a newer catalogue version, if there is one; tell whether there was."""
        number = await self._database.read(catalog.latest_number)
        if number is None or number == self._known.number:
            return False
        latest = await self._database.read(catalog.latest)
        if latest is None:
            return False
        number, content = latest
        started = time.perf_counter()
        vectors_of = await self._vectors(texts_of(content))
        loop = asyncio.get_running_loop()
        understanding = await loop.run_in_executor(self._builder, understand_catalogue, content, vectors_of)
        self._known = Known(number=number, catalogue=content, understanding=understanding)
        del vectors_of
        await loop.run_in_executor(self._builder, give_back)
        seconds = time.perf_counter() - started
        self._metrics.catalogue_version.set(number)
        self._metrics.index_seconds.set(seconds)
        _LOG.info("index built", version=number, seconds=round(seconds, 3))
        return True

    async def _vectors(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Return a vector for each text: from the database where it was encoded before, else encoded now and kept."""
        model = self._encoder.model
        found = await self._database.read(lambda session: vectors.known(session, model, texts))
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if not missing:
            return found
        loop = asyncio.get_running_loop()
        fresh: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(missing), _BATCH):  # small batches: a question waits for one of them at most, and memory stays low
            batch = missing[start : start + _BATCH]
            fresh.update(zip(batch, await loop.run_in_executor(self._builder, self._encoder.encode, batch), strict=True))
        await self._database.write("vectors", lambda session: vectors.keep(session, model, fresh))
        return {**found, **fresh}

    async def watch(self) -> None:
        """Follow the database: a version loaded by another process answers here within a second. Runs until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                await self.refresh()
            except Exception:
                _LOG.exception("could not look for a newer catalogue; the one known goes on answering")
                await asyncio.sleep(_LOOK_EVERY * 10)

    def close(self) -> None:
        """End the worker threads."""
        self._searcher.shutdown()
        self._builder.shutdown()


def understand_catalogue(content: Catalogue, vectors_of: Mapping[str, NDArray[np.float32]]) -> Understanding:
    """Build what understands questions about a catalogue."""
    return Understanding.build(content, Index.build(content, vectors_of))
