"""What the bot knows at this moment: a catalogue version and its index, swapped whole when another version arrives."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

import numpy as np
import structlog
from numpy.typing import NDArray

from adapters.encoders.port import Encoder, EncoderError, RemoteEncoder
from bot.endpoint import Endpoint
from bot.indexes import Indexes, Reading, understand_catalogue
from bot.metrics import Metrics
from dialogs.actions import QUESTION_LIMIT
from dialogs.catalog import Catalogue, Company
from dialogs.search.match import Asked, Understood
from dialogs.search.understanding import Understanding
from storage import catalog
from storage.database import Database
from storage.errors import UnavailableError

_LOG = structlog.stdlib.get_logger(__name__)
_TOGETHER = 16  # questions understood in one go; the last of them waits for all, some 30 ms
_BATCH = 32  # texts encoded at once: a question waits for one batch at most, and memory stays low
_REMOTE_BATCH = 64  # texts of one request
_LOOK_EVERY = 0.25  # seconds between two looks for a newer catalogue version; one indexed read each
_QUIET = 5.0  # seconds after the last edit before the amended index is built in full, which takes the processor for seconds
_AFTER_FAILURE = 5.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One catalogue version, ready to answer: `understanding` by the bundled encoder, `remote` by the endpoint once that's built.

    `whole` is False while the bundled encoder's index is only amended, and built in full in the background.
    """

    number: int
    catalogue: Catalogue
    understanding: Understanding
    remote: Understanding | None = None
    whole: bool = True


NOTHING = Catalogue(company=Company(name="pourqui"), functions=())  # until a first catalogue is loaded; the home card says that it's empty
_UNREAD = Reading(number=0, understanding=understand_catalogue(NOTHING, {}), texts=frozenset(), built=frozenset())


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A question that waits to be understood."""

    known: Known
    asked: Asked
    segments: frozenset[str]
    outcome: Future[Understood]


class Knowledge:
    """Builds the index in worker threads and hands out the newest one that is ready; the former answers until then.

    With an endpoint there are two indexes of each version. The bundled encoder's is built first, and answers whenever the endpoint doesn't.
    """

    def __init__(self, database: Database, encoder: Encoder, metrics: Metrics, remote: RemoteEncoder | None = None) -> None:
        self._database = database
        self._encoder = encoder
        self._metrics = metrics
        self._known = Known(number=0, catalogue=NOTHING, understanding=_UNREAD.understanding)
        self._indexes = Indexes(database, encoder, _BATCH)
        self._reading = _UNREAD
        self._endpoint = None if remote is None else Endpoint(remote, metrics)
        self._remote_indexes = None if remote is None else Indexes(database, remote, _REMOTE_BATCH)
        self._remote_reading = _UNREAD
        # one thread, so that questions queue here rather than fight for the interpreter's lock; the builders have their own
        self._searcher = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._waiting: SimpleQueue[_Waiting] = SimpleQueue()
        self._looks = asyncio.Event()
        self._unfinished = asyncio.Event()  # an index was amended, and wants to be built in full
        self._behind = asyncio.Event()  # the endpoint's index may be of a former version, or the endpoint down

    @property
    def current(self) -> Known:
        """Return what is known now; version 0 holds nothing."""
        return self._known

    async def understand(self, known: Known, asked: Asked, segments: frozenset[str]) -> Understood:
        """Understand a question in a worker thread; encoding never blocks the event loop."""
        waiting = _Waiting(known, asked, segments, Future())
        self._waiting.put(waiting)
        self._searcher.submit(self._understand_waiting)
        try:
            return await asyncio.wrap_future(waiting.outcome)
        finally:
            if self._endpoint is not None and not self._endpoint.answers:
                self._behind.set()

    def _understand_waiting(self) -> None:
        """Understand what waits, at most `_TOGETHER` at once: encoded together, texts cost a third of what each costs alone."""
        group: list[_Waiting] = []
        while len(group) < _TOGETHER:
            try:
                group.append(self._waiting.get_nowait())
            except Empty:
                break
        left = [each for each in group if each.outcome.set_running_or_notify_cancel()]
        if self._endpoint is not None:
            if self._endpoint.answers:
                left = _understood(left, self._endpoint.encode_now, lambda known: known.remote, unless=(EncoderError,))
            self._metrics.fallbacks.inc(len(left))
        _understood(left, self._encoder.encode, lambda known: known.understanding)

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
        reading = await self._indexes.amended(self._reading, number, content) or await self._indexes.built(number, content)
        self._reading = reading
        self._known = Known(number=number, catalogue=content, understanding=reading.understanding, whole=reading.whole)
        self._metrics.catalogue_version.set(number)
        self._tell(reading, started)
        if not reading.whole:
            self._unfinished.set()
        self._behind.set()
        return True

    async def finish(self) -> None:
        """Build in full what was only amended; where a newer version arrives meanwhile, that one is left to the next call."""
        known = self._known
        if known.whole:
            return
        started = time.perf_counter()
        reading = await self._indexes.built(known.number, known.catalogue)
        if self._known.number == known.number:
            self._reading = reading
            self._known = replace(self._known, understanding=reading.understanding, whole=True)
            self._tell(reading, started)

    async def reach(self) -> None:
        """Bring the endpoint's index up to date now, where there is one and it answers; `watch` does so in the background."""
        if self._endpoint is not None and await self._endpoint.try_once():
            try:
                while await self._catch_up():
                    pass
            except EncoderError as error:
                self._endpoint.leave(error)

    async def _catch_up(self) -> bool:
        """Bring the endpoint's index one step nearer to the version that is known; tell whether there was anything to do."""
        known, former = self._known, self._remote_reading
        if self._remote_indexes is None or (former.number == known.number and former.whole):
            return False
        started = time.perf_counter()
        reading = None
        if former.number != known.number:
            reading = await self._remote_indexes.amended(former, known.number, known.catalogue)
        self._remote_reading = reading or await self._remote_indexes.built(known.number, known.catalogue)
        if self._known.number == known.number:
            self._known = replace(self._known, remote=self._remote_reading.understanding)
            self._tell(self._remote_reading, started, remote=True)
        return True

    def _tell(self, reading: Reading, started: float, *, remote: bool = False) -> None:
        seconds = time.perf_counter() - started
        if reading.whole:
            self._metrics.index_seconds.set(seconds)
        _LOG.info("index built" if reading.whole else "index amended", version=reading.number, remote=remote, seconds=round(seconds, 3))

    async def encoded(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Return the bundled encoder's unit vector of each text, shape (dimensions,); what was never encoded is, in a worker thread, and kept."""
        return await self._indexes.encoded(list(dict.fromkeys(texts)))

    async def encoded_in_passing(self, texts: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Return the bundled encoder's unit vector of each text, shape (dimensions,), and keep nothing: a vector tells much of people's own words."""
        return await self._indexes.encoded_in_passing(list(dict.fromkeys(texts)))

    def look(self) -> None:
        """Look for a newer catalogue now: this process has just written one."""
        self._looks.set()

    async def watch(self) -> None:
        """Follow the database: a version loaded by another process answers here within a second. Runs until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            group.create_task(self._finish_when_amended())
            if self._endpoint is not None:
                group.create_task(self._follow_remotely(self._endpoint))

    async def _follow(self) -> None:
        away = False
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._looks.wait(), _LOOK_EVERY)
            self._looks.clear()
            try:
                await self.refresh()
                away = False
            except UnavailableError as error:
                if not away:
                    _LOG.warning("could not look for a newer catalogue; the one known goes on answering", reason=str(error))
                away = True
                await asyncio.sleep(_AFTER_FAILURE)
            except Exception:
                _LOG.exception("could not look for a newer catalogue; the one known goes on answering")
                await asyncio.sleep(_AFTER_FAILURE)

    async def _finish_when_amended(self) -> None:
        while True:
            await self._unfinished.wait()
            while self._unfinished.is_set():  # who edits one thing often edits another
                self._unfinished.clear()
                await asyncio.sleep(_QUIET)
            try:
                await self.finish()
            except Exception:
                _LOG.exception("could not build the index in full; the amended one goes on answering")
                await asyncio.sleep(_AFTER_FAILURE)
                self._unfinished.set()

    async def _follow_remotely(self, endpoint: Endpoint) -> None:
        while True:
            self._behind.clear()
            await endpoint.reached()
            try:
                if not await self._catch_up():
                    await self._behind.wait()
                elif not self._remote_reading.whole:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._behind.wait(), _QUIET)
            except EncoderError as error:
                endpoint.leave(error)
            except Exception:
                _LOG.exception("could not build the endpoint's index; the bundled encoder goes on answering")
                await asyncio.sleep(_AFTER_FAILURE)

    def close(self) -> None:
        """End the worker threads."""
        self._searcher.shutdown()
        self._indexes.close()
        if self._remote_indexes is not None:
            self._remote_indexes.close()


def _understood(
    group: Sequence[_Waiting],
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
    reading: Callable[[Known], Understanding | None],
    unless: tuple[type[Exception], ...] = (),
) -> list[_Waiting]:
    """Understand those whose version this encoder has read; return those that still wait: it hasn't, or it failed in one of the ways `unless`.

    Any other failure is the outcome of those whom it concerns.
    """
    left = [each for each in group if reading(each.known) is None]
    read = [(each, understanding) for each in group if (understanding := reading(each.known)) is not None]
    vectors_of: dict[str, NDArray[np.float32]] = {}

    def encode_once(texts: Sequence[str]) -> NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if text not in vectors_of]
        if missing:
            vectors_of.update(zip(missing, encode(missing), strict=True))
        return np.stack([vectors_of[text] for text in texts])

    try:
        if len(read) > 1:
            encode_once([text for each, understanding in read for text in _texts_of(each.asked, understanding)])
    except unless:
        return list(group)
    except Exception as error:
        for each, _ in read:
            each.outcome.set_exception(error)
        return left
    for place, (each, understanding) in enumerate(read):
        try:
            each.outcome.set_result(understanding.understand(each.asked, encode_once, each.segments))
        except unless:  # the others don't wait for it to fail again
            return [*left, *(waiting for waiting, _ in read[place:])]
        except Exception as error:
            each.outcome.set_exception(error)
    return left


def _texts_of(asked: Asked, understanding: Understanding) -> tuple[str, ...]:
    """Return what will be encoded for a message that stands by itself."""
    text = asked.text.strip()[:QUESTION_LIMIT]
    return (text, *understanding.index.strange(text))
