"""The turn: gather, understand, decide and write; the whole engine."""

import secrets
import time
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol
from uuid import UUID

import structlog

from adapters.port import Taken
from bot.clock import now
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from dialogs.catalog import Language
from dialogs.events import Event, HomeOpened
from dialogs.facts import ExchangeOpened
from dialogs.messages import Message, Place, Text
from dialogs.people import Person, Profile
from dialogs.router import decide, question_of
from dialogs.search.match import Understood
from dialogs.texts import Texts
from dialogs.turn import Context, Turn, language_for, place_for, segments_for
from storage import Session, conversations, exchanges, people
from storage.database import Database

_LOG = structlog.stdlib.get_logger(__name__)


class Spawn(Protocol):
    """Run work in the application's task group."""

    def __call__(self, work: Coroutine[Any, Any, None], /) -> None: ...


class Turns:
    """The engine: the `Listener` of every adapter."""

    def __init__(
        self, database: Database, knowledge: Knowledge, texts: Mapping[Language, Texts], *, company_language: Language, metrics: Metrics, spawn: Spawn
    ) -> None:
        self._database = database
        self._knowledge = knowledge
        self._texts = texts
        self._company_language = company_language
        self._metrics = metrics
        self.spawn = spawn

    async def take(self, event: Event) -> Taken:
        """Take a turn; it's durable when this returns. An inside failure becomes an apology whose reference number is in the log."""
        started = time.perf_counter()
        platform = event.reference.platform
        try:
            return await self._take(event)
        except Exception:
            reference = secrets.token_hex(4)
            self._metrics.failures.labels(platform).inc()
            _LOG.exception("turn failed", reference=reference, key=str(event.key), event_type=type(event).__name__, platform=platform)
            return Taken(replies=(self._apology(event, reference),))
        finally:
            self._metrics.turn_seconds.labels(platform).observe(time.perf_counter() - started)

    async def _take(self, event: Event) -> Taken:
        known = self._knowledge.current
        question = question_of(event)
        understood: Understood | None = None
        if question is not None:  # a tap has nothing to understand: all it needs is read under the lock
            said, person = await self._database.read(lambda session: self._gather(session, event))
            if said is not None:
                return said
            understood = await self._knowledge.understand(known, question, segments_for(event, person))

        def write(session: Session) -> tuple[Taken, Turn | None]:
            if (said := conversations.replies_to(session, event)) is not None:
                return Taken(replies=said, first=False), None
            heard_at = now()
            met = people.meet(session, event, heard_at)
            spoken = understood.language if understood else None
            context = Context(
                person=met.person,
                catalogue=known.catalogue,
                texts=self._texts,
                language=language_for(event, met.person, spoken, self._company_language),
                understood=understood,
            )
            state = conversations.recall(session, event)
            turn = decide(state, event, context)
            for fact in turn.facts:
                exchanges.record(session, fact, person_id=met.person.id, event=event, catalogue_version=known.number or None)
            conversations.remember(session, event, turn.replies, turn.state, heard_at, former=state)
            return Taken(replies=turn.replies, acquainted=met.is_fresh(heard_at)), turn

        taken, turn = await self._database.write(event.reference.key, write)
        if turn is not None:
            self._metrics.turns.labels(event.reference.platform, type(event).__name__, _outcome(turn)).inc()
        return taken

    def _gather(self, session: Session, event: Event) -> tuple[Taken | None, Person]:
        if (said := conversations.replies_to(session, event)) is not None:
            return Taken(replies=said, first=False), _UNKNOWN
        place = event.reference
        met = people.find_person(session, place.platform, place.tenant, event.sender.user)
        return None, met.person if met else _UNKNOWN

    def _apology(self, event: Event, reference: str) -> Message:
        language = language_for(event, _UNKNOWN, None, self._company_language)
        t = self._texts[language]
        text = t(
            "Something went wrong on my side, and your request isn't done. "
            "Please try again; if it happens again, give this number to IT: {reference}.",
            reference=reference,
        )
        place = Place.HOME if isinstance(event, HomeOpened) else place_for(event)
        return Message(language=language, blocks=(Text(text=text),), place=place)

    async def answered(self, key: UUID) -> None:
        """Note that the replies of an event were posted, or never can be."""
        await self._database.write(f"answered|{key}", lambda session: conversations.mark_answered(session, key, now()))

    async def met(self, profile: Profile) -> None:
        """Learn what a platform tells of a person; a verified e-mail links them to the directory."""
        learnt = await self._database.write(people.LINKING, lambda session: people.learn_profile(session, profile, now()))
        _LOG.info("profile learnt", platform=profile.platform, user=profile.user, linked=learnt.person.linked, guest=profile.guest)


_UNKNOWN = Person(id="")


def _outcome(turn: Turn) -> str:
    return next((fact.outcome for fact in turn.facts if isinstance(fact, ExchangeOpened)), "other")
