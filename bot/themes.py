"""Themes: once a period is published, its comments are masked, grouped by meaning and named, once."""

import asyncio
from collections.abc import Sequence
from functools import partial

import numpy as np
import structlog

from bot.clock import Clock
from bot.knowledge import Knowledge
from dialogs.masking import Names, bare, masked, names_of
from dialogs.scores import COMMENT_FLOOR, Theme
from dialogs.search.themes import Floats, grouped
from dialogs.theme_groups import Said, themes_of
from storage import gaps, themes
from storage.database import Database
from storage.themes import Period, Response

_LOG = structlog.stdlib.get_logger(__name__)


class Themes:
    """A coarse job, which may be done twice, by several processes at once, to no effect."""

    def __init__(self, database: Database, knowledge: Knowledge, clock: Clock) -> None:
        self._database = database
        self._knowledge = knowledge
        self._clock = clock

    async def make(self) -> None:
        """Group the comments of each published period that waits for it."""
        names: Names | None = None
        while waiting := await self._database.read(themes.waiting):
            if names is None:
                names = await asyncio.to_thread(names_of, await self._database.read(gaps.people_names))
            for period in waiting:
                await self._make(period, names)

    async def _make(self, period: Period, names: Names) -> None:
        responses = await self._database.read(partial(themes.responses, period=period))
        found = await self._found(responses, names)
        kept = await self._database.write(themes.THEMING, partial(themes.keep, period=period, themes=found, at=self._clock()))
        if kept and found:
            _LOG.info("comments grouped", function=period.function, begins=period.begins.isoformat(), themes=len(found))

    async def _found(self, responses: Sequence[Response], names: Names) -> tuple[Theme, ...]:
        said = await asyncio.to_thread(lambda: [said_of(response, names) for response in responses])
        commented = [(number, text) for number, response in enumerate(said) if (text := bare(response.comment or ""))]
        if len(commented) < COMMENT_FLOOR:
            return ()
        vectors = await self._knowledge.encoded_in_passing([text for _, text in commented])
        return await asyncio.to_thread(_themes, said, commented, np.stack([vectors[text] for _, text in commented]))


def said_of(response: Response, names: Names) -> Said:
    """Return a response as themes are made of it: masked. What somebody wrote who was erased since is told no more."""
    comment = masked(response.comment, names) if response.comment and response.person else None
    return Said(
        person=response.person,
        anonymity_class=response.anonymity_class,
        trace=response.trace,
        unsolved=response.solved in ("partly", "no"),
        comment=comment,
    )


def _themes(said: Sequence[Said], commented: Sequence[tuple[int, str]], vectors: Floats) -> tuple[Theme, ...]:
    groups = [[commented[number][0] for number in group] for group in grouped(vectors)]
    return themes_of(said, groups)
