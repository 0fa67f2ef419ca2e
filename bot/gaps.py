"""Gaps: what nobody could answer is taken in, masked and put together, just before somebody looks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID, uuid5

import numpy as np
import structlog
from numpy.typing import NDArray

from bot.knowledge import Knowledge, Known
from dialogs.actions import AddPhrasing, IgnoreGap, SendGap, ShowGap, ShowGaps, WriteSheet
from dialogs.catalog import ALL, Catalogue, is_for
from dialogs.commands import command_of
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, MessageReceived
from dialogs.gap import Gap, GapQuestion
from dialogs.masking import Names, bare, masked, names_of
from dialogs.search.clusters import Cluster, Newcomer, put_together
from dialogs.search.index import OFFERED
from storage import Session, gaps
from storage.database import Database
from storage.gaps import Member, Source, Taken

_LOG = structlog.stdlib.get_logger(__name__)
_AT_ONCE: Final = 200  # questions taken in by one transaction
_NAMESPACE: Final = UUID("0f0f6b0e-5d1a-5f4e-9c39-3b1f8f1d6c55")

Vector = NDArray[np.float32]


class Gaps:
    """Takes questions in, and says what comes nearest to one. Nothing is sent, and nothing is learnt, by itself."""

    def __init__(self, database: Database, knowledge: Knowledge) -> None:
        self._database = database
        self._knowledge = knowledge
        self._gathering = asyncio.Lock()  # two people who look at once needn't encode the same questions twice

    async def ready(self, event: Event) -> Mapping[str, tuple[str, ...]]:
        """Take in what is new before an event lists gaps; return what comes nearest to the gap that it opens, if any, by the gap's id.

        What is decided upon a gap was listed before: it doesn't wait (Slack gives a form three seconds).
        """
        match event:
            case ActionTaken(action=ShowGap(gap=gap)):
                return {gap: await self._nearest_to(gap)}
            case ActionTaken(action=ShowGaps()):
                await self.gather()
            case MessageReceived(text=text) if isinstance(command_of(text, self._knowledge.current.catalogue), ShowGaps):
                await self.gather()
            case _:
                pass
        return {}

    def open(self, session: Session, event: Event, nearest: Mapping[str, tuple[str, ...]]) -> tuple[Gap, ...]:
        """Return the open gaps that an event is about, with what `ready` said: the one that its action names, else all of them."""
        found = gaps.open_gaps(session, _named(event))
        return tuple(replace(gap, nearest=nearest[gap.id]) if gap.id in nearest else gap for gap in found)

    async def gather(self) -> int:
        """Take in every question that no gap holds yet; return how many. Doing it twice, or in two processes at once, takes each in once."""
        count = 0
        names: Names | None = None
        async with self._gathering:
            while True:
                # what waits is read before what it's compared with: whatever another process takes in between is seen as taken by `take_in`
                sources = await self._database.read(lambda session: gaps.waiting(session, _AT_ONCE))
                if not sources:
                    break
                names = await self._names() if names is None else names
                taken = await self._put_together(sources, names)
                if await self._database.write(gaps.GATHERING, partial(gaps.take_in, taken=taken)):
                    count += len(taken)
        if count:
            _LOG.info("questions without an answer taken in", count=count)
        return count

    async def _names(self) -> Names:
        people = await self._database.read(gaps.people_names)
        return await asyncio.to_thread(names_of, people)

    async def _put_together(self, sources: Sequence[Source], names: Names) -> list[Taken]:
        known = self._knowledge.current
        members = await self._database.read(gaps.members)
        questions = await asyncio.to_thread(lambda: [_question(source, known.catalogue, names) for source in sources])
        texts = [*(question.text for question in questions), *(member.text for member in members)]
        vectors = await self._knowledge.encoded([_asked(text) for text in texts])
        return await asyncio.to_thread(_taken, sources, questions, members, vectors, known)

    async def _nearest_to(self, gap: str) -> tuple[str, ...]:
        """Return the ids of the sheets nearest to a gap's newest question, whomever they're for, the best first."""
        question = await self._database.read(lambda session: gaps.newest_question(session, gap))
        if question is None:
            return ()
        asked, known = _asked(question), self._knowledge.current
        vector = (await self._knowledge.encoded([asked]))[asked]
        return await asyncio.to_thread(_nearest, asked, vector, known)


def _named(event: Event) -> str | None:
    match event:
        case ActionTaken(action=action) | FormAsked(action=action) | FormSubmitted(action=action):
            return action.gap if isinstance(action, ShowGap | IgnoreGap | AddPhrasing | SendGap | WriteSheet) else None
        case _:
            return None


def _question(source: Source, catalogue: Catalogue, names: Names) -> GapQuestion:
    """Return a source as a gap keeps it: masked, and under the sheet's title where nobody knows any more what was asked."""
    language = source.language or catalogue.company.languages[0]
    sheet = next((found[1] for id_ in source.sheets if (found := catalogue.sheet(id_))), None)
    text = (source.question or "").strip() or (sheet.title.to(language) if sheet else "") or source.comment or next(iter(source.sheets), "…")
    about = source.kind in ("not_mine", "wrong")
    return GapQuestion(
        text=masked(text, names),
        language=language,
        kind=source.kind,
        asked_at=source.asked_at,
        sheet=source.sheets[0] if about else None,
        comment=masked(source.comment, names) if source.comment else None,
    )


def _taken(
    sources: Sequence[Source], questions: Sequence[GapQuestion], members: Sequence[Member], vectors: Mapping[str, Vector], known: Known
) -> list[Taken]:
    """Give each question its gap."""
    asked = [_asked(question.text) for question in questions]
    functions = [_function(source, text, vectors[text], known) for source, text in zip(sources, asked, strict=True)]
    newcomers = [
        Newcomer(opens=str(uuid5(_NAMESPACE, source.id)), function=function, vector=vectors[text])
        for source, function, text in zip(sources, functions, asked, strict=True)
    ]
    joined = put_together(_clusters(members, vectors), newcomers)
    return [
        Taken(source=source.id, gap=gap, function=function, question=question)
        for source, gap, function, question in zip(sources, joined, functions, questions, strict=True)
    ]


def _clusters(members: Sequence[Member], vectors: Mapping[str, Vector]) -> list[Cluster]:
    held: dict[str, list[Member]] = {}
    for member in members:
        held.setdefault(member.gap, []).append(member)
    return [
        Cluster(id=gap, functions=some[0].functions, vectors=np.stack([vectors[_asked(member.text)] for member in some]))
        for gap, some in held.items()
    ]


def _function(source: Source, text: str, vector: Vector, known: Known) -> str | None:
    """Return whom a question is for: whom the person was told to turn to, else who wrote what was shown, else who wrote what comes near."""
    shown = (found[0].slug for id_ in source.sheets if (found := known.catalogue.sheet(id_)))
    told = source.function if source.function and known.catalogue.function(source.function) else next(shown, None)
    return told or _near(text, vector, known)


def _near(text: str, vector: Vector, known: Known) -> str | None:
    """Return the function of the sheet that comes nearest, whomever it's for; None where none is near enough to be offered."""
    index = known.understanding.index
    matches = [index.match(text, vector, segments) for segments in _everybody(known.catalogue)]
    near = [candidate for match in matches if match.outcome != "none" for candidate in match.candidates]
    best = known.catalogue.sheet(max(near, key=lambda candidate: candidate.score).id) if near else None
    return best[0].slug if best else None


def _nearest(text: str, vector: Vector, known: Known) -> tuple[str, ...]:
    index = known.understanding.index
    scores = {found.id: found.score for segments in _everybody(known.catalogue) for found in index.ranked(text, vector, segments)}
    return tuple(sorted(scores, key=lambda id_: -scores[id_])[:OFFERED])


def _everybody(catalogue: Catalogue) -> list[frozenset[str]]:
    """Return sets of segments that see every sheet between them; one set of them all doesn't see what isn't for one of them."""
    seen = [frozenset[str]()]
    for _, sheet in catalogue.sheets():
        if not any(is_for(sheet, segments) for segments in seen):
            seen.append(frozenset(slug for slug in sheet.audience if slug != ALL))
    return seen


def _asked(text: str) -> str:
    """Return the words by which a question is compared: masks say nothing of what was asked."""
    return bare(text) or text
