"""Indexes of the catalogue by one encoder: built in full, or amended at once where little has changed."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import structlog
from numpy.typing import NDArray

from adapters.encoders.port import Encoder
from bot.clock import now
from bot.everyday_words import everyday_words
from bot.memory import give_back
from dialogs.catalog import Catalogue
from dialogs.search.index import Index, fingerprint_of, texts_of
from dialogs.search.learnt import Learnt
from dialogs.search.understanding import Understanding
from storage import learnt, vectors
from storage.database import Database
from storage.errors import UnavailableError

_LOG = structlog.stdlib.get_logger(__name__)
_READ = 1000  # vectors read at once: the event loop is held for some 15 ms
_KEPT = 256  # vectors written at once: what a start was stopped in the middle of isn't all lost
_FEW = 500  # texts that may have come or gone since the last full build for an amended index to do
_PART = 0.25  # of that build's texts, likewise; a sheet that is rewritten in both languages is a hundred or two

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What understands one catalogue version, and its texts. `built` are those of the last index built in full, which may be this one."""

    number: int
    understanding: Understanding
    texts: frozenset[str]
    built: frozenset[str]

    @property
    def whole(self) -> bool:
        """Tell whether this index was built in full, not amended."""
        return self.built is self.texts


class Indexes:
    """Builds indexes with one encoder in threads of its own, so that what is amended never waits for a full build."""

    def __init__(self, database: Database, encoder: Encoder, batch: int) -> None:
        self._database = database
        self._encoder = encoder
        self._batch = batch  # texts encoded at once
        self._builder = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._amender = ThreadPoolExecutor(1, thread_name_prefix="amend")

    async def built(self, number: int, catalogue: Catalogue) -> Reading:
        """Build in full: seconds for thousands of texts, unless it was done before. Raises EncoderError where the encoder is remote."""
        loop = asyncio.get_running_loop()
        texts = await loop.run_in_executor(self._builder, texts_of, catalogue)
        vectors_of = await self._vectors(texts, self._builder)
        fingerprint = await loop.run_in_executor(self._builder, fingerprint_of, catalogue, self._encoder.model)
        before = await self._learnt_before(fingerprint)
        understanding = await loop.run_in_executor(self._builder, understand_catalogue, catalogue, vectors_of, before)
        del vectors_of
        if before is None and understanding.index.learnt is not None:
            await self._keep(fingerprint, await loop.run_in_executor(self._builder, understanding.index.learnt.written))
        await loop.run_in_executor(self._builder, give_back)
        read = frozenset(texts)
        return Reading(number=number, understanding=understanding, texts=read, built=read)

    async def _learnt_before(self, fingerprint: bytes) -> Learnt | None:
        content = await self._database.read(partial(learnt.known, fingerprint=fingerprint))
        if content is None:
            return None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._builder, Learnt.read, content)
        except ValueError as error:
            _LOG.warning("what an index learnt can't be read; it is learnt anew", reason=str(error))
            return None

    async def _keep(self, fingerprint: bytes, content: bytes) -> None:
        try:
            await self._database.write(learnt.KEEPING, partial(learnt.keep, fingerprint=fingerprint, content=content, at=now()))
        except UnavailableError as error:  # the index answers nevertheless
            _LOG.warning("could not keep what an index learnt; the next start learns it anew", reason=str(error))

    async def amended(self, former: Reading, number: int, catalogue: Catalogue) -> Reading | None:
        """Amend the former index, in a moment; None where too much has changed since the last full build. Raises EncoderError likewise."""
        loop = asyncio.get_running_loop()
        texts = await loop.run_in_executor(self._amender, texts_of, catalogue)
        changed = len(former.built.symmetric_difference(texts))
        if changed > min(_FEW, _PART * len(former.built)):
            return None
        try:
            understanding = await self._amend(former, catalogue, [text for text in texts if text not in former.texts])
        except KeyError:  # a text that was there before only as a word of others, or the reverse
            understanding = await self._amend(former, catalogue, texts)
        return Reading(number=number, understanding=understanding, texts=frozenset(texts), built=former.built)

    async def _amend(self, former: Reading, catalogue: Catalogue, texts: Sequence[str]) -> Understanding:
        """Amend with the vectors of these texts. Raises KeyError where one is missing."""
        vectors_of = await self._vectors(texts, self._amender)
        return await asyncio.get_running_loop().run_in_executor(self._amender, _amended, former.understanding, catalogue, vectors_of)

    async def encoded(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        """Return the unit vector of each text, shape (dimensions,), without waiting for a full build. Raises EncoderError likewise."""
        return await self._vectors(texts, self._amender)

    async def encoded_in_passing(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        """Return the unit vector of each text, shape (dimensions,), and keep nothing of them."""
        loop, found = asyncio.get_running_loop(), dict[str, Vector]()
        for batch in _parts(texts, self._batch):
            found.update(zip(batch, await loop.run_in_executor(self._amender, self._encoder.encode, batch), strict=True))
        return found

    async def _vectors(self, texts: Sequence[str], thread: Executor) -> Mapping[str, Vector]:
        """Return a vector for each text: from the database where it was encoded before, else encoded now and kept."""
        model = self._encoder.model
        found: dict[str, Vector] = {}
        for some in _parts(texts, _READ):
            found.update(await self._database.read(partial(vectors.known, model=model, texts=some)))
            await asyncio.sleep(0)  # on SQLite a read is made on the event loop's thread: others take their turn in between
        loop = asyncio.get_running_loop()
        for some in _parts([text for text in dict.fromkeys(texts) if text not in found], _KEPT):
            fresh: dict[str, Vector] = {}
            for batch in _parts(some, self._batch):
                fresh.update(zip(batch, await loop.run_in_executor(thread, self._encoder.encode, batch), strict=True))
            await self._database.write("vectors", partial(vectors.keep, model=model, vectors=fresh))
            found.update(fresh)
        return found

    def close(self) -> None:
        """End the worker threads."""
        self._builder.shutdown()
        self._amender.shutdown()


def understand_catalogue(catalogue: Catalogue, vectors_of: Mapping[str, Vector], before: Learnt | None = None) -> Understanding:
    """Build what understands questions about a catalogue; `before` is what was learnt from it already."""
    return Understanding.build(catalogue, Index.build(catalogue, vectors_of, before), everyday_words() if catalogue.functions else ())


def _amended(former: Understanding, catalogue: Catalogue, vectors_of: Mapping[str, Vector]) -> Understanding:
    return former.amended(catalogue, former.index.amended(catalogue, vectors_of))


def _parts(texts: Sequence[str], size: int) -> list[Sequence[str]]:
    return [texts[start : start + size] for start in range(0, len(texts), size)]
