"""The turn: gather, understand, decide and write; the whole engine."""

import secrets
import time
from collections.abc import Callable, Coroutine, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog

from adapters.port import FileEnding, Taken
from bot.anonymous import Anonymous
from bot.clock import Clock
from bot.gaps import Gaps
from bot.knowledge import Knowledge, Known
from bot.metrics import Metrics
from bot.sealed import Seal
from dialogs.actions import Action
from dialogs.attachment import Attachment
from dialogs.campaigning import Campaigning
from dialogs.catalog import Catalogue, Language
from dialogs.commands import command_of
from dialogs.events import Event, FormSubmitted, Gesture, HomeOpened, MessageDeleted, MessageEdited, MessageReceived, Overheard, Reference, Sender
from dialogs.facts import CatalogueEdited, ExchangeOpened, Initiative
from dialogs.ladder import LASTS
from dialogs.messages import Message, Place, Text
from dialogs.needs import needs_of
from dialogs.people import Person, Profile, language_of_locale
from dialogs.request_actions import AskHuman
from dialogs.rights import Act, functions_for
from dialogs.router import asked_of, decide, has_words
from dialogs.scores import Reading
from dialogs.search.language import language_of
from dialogs.search.match import Understood
from dialogs.subjects import campaign_of, feedback_of, function_read, period_of, step_of, voice_of
from dialogs.texts import Texts
from dialogs.turn import Context, State, Turn, language_for, place_for, segments_for
from dialogs.voice import Voice
from dialogs.voices import heard_by
from dialogs.working_time import WorkingHours
from storage import (
    Session,
    attachments,
    bindings,
    campaigning,
    catalog,
    conversations,
    drafts,
    evidence,
    exchanges,
    facts,
    feedback,
    pauses,
    people,
    reached,
    readings,
    requests,
    roles,
    voices,
)
from storage.database import Database

_LOG = structlog.stdlib.get_logger(__name__)
_UNKNOWN = Person(id="")


@dataclass(slots=True)
class _Speaker:
    """Whose turn it is, as far as it came: an apology is in the language that they chose."""

    person: Person = _UNKNOWN


class Spawn(Protocol):
    """Run work in the application's task group."""

    def __call__(self, work: Coroutine[Any, Any, None], /) -> None: ...


class Turns:
    """The engine: the `Listener` of every adapter.

    `hours` returns the company's working hours around a time; `planned` is called when a turn planned a delivery, or changed one. Without a `seal`,
    nothing can be said without a name. `lasts` is how long a stage holds without new evidence.
    """

    def __init__(
        self,
        database: Database,
        knowledge: Knowledge,
        texts: Mapping[Language, Texts],
        *,
        company_language: Language,
        metrics: Metrics,
        spawn: Spawn,
        now: Clock,
        hours: Callable[[datetime], WorkingHours],
        planned: Callable[[], None],
        admins: Set[str] = frozenset(),
        seal: Seal | None = None,
        lasts: timedelta = LASTS,
    ) -> None:
        self._database = database
        self._knowledge = knowledge
        self._gaps = Gaps(database, knowledge)
        self._texts = texts
        self._company_language = company_language
        self._metrics = metrics
        self._admins = admins
        self._anonymous = Anonymous(database, self._without_trace, lambda: knowledge.current.catalogue, seal=seal)
        self._now, self._hours, self._planned = now, hours, planned
        self._lasts = lasts
        self.spawn = spawn

    async def take(self, event: Event) -> Taken:
        """Take a turn; it's durable when this returns. An inside failure becomes an apology whose reference number is in the log."""
        platform = event.reference.platform
        try:
            untraced = await self._anonymous.take(event)
        except Exception:
            reference = secrets.token_hex(4)
            self._metrics.failures.labels(platform).inc()
            _LOG.exception("a turn without a trace failed", reference=reference)
            return Taken(replies=(self._apology(event, _UNKNOWN, reference),), traced=False, kept=False)
        if untraced is not None:
            return untraced
        started, speaker = time.perf_counter(), _Speaker()
        try:
            return await self._take(event, speaker)
        except Exception:
            reference = secrets.token_hex(4)
            self._metrics.failures.labels(platform).inc()
            _LOG.exception("turn failed", reference=reference, key=str(event.key), event_type=type(event).__name__, platform=platform)
            return Taken(replies=(self._apology(event, speaker.person, reference),), kept=False)
        finally:
            self._metrics.turn_seconds.labels(platform).observe(time.perf_counter() - started)

    async def _take(self, event: Event, speaker: _Speaker) -> Taken:
        if isinstance(event, Overheard | MessageEdited | MessageDeleted) and not await self._database.read(
            lambda session: _concerns_us(session, event)
        ):
            return Taken(replies=(), first=False)  # what people say to each other isn't ours to keep
        known = self._knowledge.current
        understood: Understood | None = None
        if has_words(event):  # a tap has nothing to understand: all it needs is read under the lock
            said, person, before = await self._database.read(lambda session: self._gather(session, event))
            if said is not None:
                return said
            speaker.person = person
            asked = asked_of(event, before)
            if asked is not None:
                understood = await self._knowledge.understand(known, asked, segments_for(event, person))
        nearest = await self._gaps.ready(event)

        def write(session: Session) -> tuple[Taken, Turn | None]:
            if (said := conversations.replies_to(session, event)) is not None:
                return Taken(replies=said, first=False), None
            heard_at = self._now()
            met = people.meet(session, event, heard_at)
            speaker.person = met.person
            state = conversations.recall(session, event)
            turn = decide(state, event, self._context(session, event, known, met.person, state, understood, nearest))
            for fact in turn.facts:
                facts.record(session, fact, person=met.person, event=event, catalogue_version=known.number or None, at=heard_at, lasts=self._lasts)
            conversations.remember(session, event, turn.replies, turn.state, heard_at, former=state)
            return Taken(replies=turn.replies, acquainted=met.is_fresh(heard_at)), turn

        taken, turn = await self._database.write(event.reference.key, write)
        if turn is not None:
            if any(isinstance(fact, CatalogueEdited) for fact in turn.facts):
                self._knowledge.look()
            if any(isinstance(fact, Initiative) for fact in turn.facts):
                self._planned()
            self._metrics.turns.labels(event.reference.platform, type(event).__name__, _outcome(turn)).inc()
        return taken

    def _gather(self, session: Session, event: Event) -> tuple[Taken | None, Person, State | None]:
        if (said := conversations.replies_to(session, event)) is not None:
            return Taken(replies=said, first=False), _UNKNOWN, None
        place = event.reference
        met = people.find_person(session, place.platform, place.tenant, event.sender.user)
        return None, met.person if met else _UNKNOWN, conversations.recall(session, event)

    def _without_trace(self, session: Session, event: Event) -> Context:
        """Gather what the decision looks at, and meet nobody."""
        met = people.find_person(session, event.reference.platform, event.reference.tenant, event.sender.user)
        person = met.person if met else _UNKNOWN
        here = replace(person, stranger=person.stranger or event.sender.guest)
        return self._context(session, event, self._knowledge.current, here, None, None, {})

    def _context(
        self,
        session: Session,
        event: Event,
        known: Known,
        person: Person,
        state: State | None,
        understood: Understood | None,
        nearest: Mapping[str, tuple[str, ...]],
    ) -> Context:
        """Gather what the decision looks at, under the conversation's lock."""
        needs = needs_of(event, state, known.catalogue)
        command = command_of(event.text, known.catalogue) if isinstance(event, MessageReceived) else None
        about, inside = requests.concerning(session, event, person, command) if needs.requests else ((), None)
        asked = feedback.load(session, named) if needs.feedback and (named := feedback_of(event)) else None
        if asked is not None and asked.request is not None and (helped := requests.load(session, asked.request)):
            about = (helped,)
        entrusted, handed = needs.rights or bool(about), needs.requests and (needs.rights or bool(about))
        # what is edited is the newest version, which may be half a second ahead of the one that answers
        newest = catalog.newest_held(session) if needs.content else None
        return Context(
            person=person,
            catalogue=newest[1] if newest else known.catalogue,
            texts=self._texts,
            language=language_for(event, person, understood.language if understood else None, self._company_language),
            understood=understood,
            grants=roles.grants_of(session, person, self._admins) if entrusted else frozenset(),
            gaps=self._gaps.open(session, event, nearest) if needs.gaps else (),
            drafts=drafts.drafts(session) if needs.content else {},
            shown=exchanges.shown(session, exchange, person.id) if (exchange := _handed(event)) else (),
            requests=about,
            inside=inside,
            desks=bindings.desks(session) if handed else {},
            keepers=roles.keepers(session, known.catalogue, self._admins) if handed else {},
            hours=self._hours(event.at),
            feedback=asked,
            recommended_at=feedback.recommended_at(session, person.id) if asked is not None else None,
            pauses=pauses.pauses_of(session, person.id, event.at) if needs.pauses else (),
            voices=self._voices(session, event, person, known.catalogue) if needs.voices else (),
            readings=self._readings(session, event, person, known.catalogue, command) if needs.readings else {},
            stages=evidence.stages_of(session, person.id) if needs.stages and person.id else {},
            reached=reached.reached(session, person.id, *named_step) if needs.reached and (named_step := step_of(event)) else None,
            campaigning=self._campaigning(session, event, person, known.catalogue, command) if needs.campaigning else None,
        )

    def _voices(self, session: Session, event: Event, person: Person, catalogue: Catalogue) -> tuple[Voice, ...]:
        """Return the voice that an event is about, else those that the person may read."""
        if (named := voice_of(event)) is not None:
            found = voices.load(session, named)
            return (found,) if found else ()
        return voices.waiting(session, heard_by(person, roles.grants_of(session, person, self._admins), catalogue, Act.READ_VOICES))

    def _readings(self, session: Session, event: Event, person: Person, catalogue: Catalogue, command: Action | None) -> Mapping[str, Reading]:
        """Return what is published of the function that is named, else of every one, as far as the person may read it."""
        named = function_read(event, command)
        slugs = tuple(function.slug for function in catalogue.functions if named in (None, function.slug))
        grants = roles.grants_of(session, person, self._admins)
        readable, timezone = functions_for(grants, Act.READ_TRACES, slugs), self._hours(event.at).timezone
        return readings.readings(session, readable, event.at, begins=period_of(event), timezone=timezone)

    def _campaigning(self, session: Session, event: Event, person: Person, catalogue: Catalogue, command: Action | None) -> Campaigning:
        """Return the campaigns that an event is about, as far as the person may see them."""
        grants = roles.grants_of(session, person, self._admins)
        name, slug = campaign_of(event, command)
        return campaigning.campaigning(session, person, grants, catalogue, event.at, name=name, slug=slug)

    def _apology(self, event: Event, person: Person, reference: str) -> Message:
        told = language_of(event.text) if isinstance(event, MessageReceived) else None
        language = language_for(event, person, None if told == "foreign" else told, self._company_language)
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
        await self._database.write(f"answered|{key}", lambda session: conversations.mark_answered(session, key, self._now()))

    async def met(self, profile: Profile) -> None:
        """Learn what a platform tells of a person; a verified e-mail links them to the directory."""
        learnt = await self._database.write(people.LINKING, lambda session: people.learn_profile(session, profile, self._now()))
        _LOG.info("profile learnt", platform=profile.platform, user=profile.user, linked=learnt.person.linked, guest=profile.guest)

    async def is_new(self, gesture: Gesture) -> bool:
        """Tell whether a gesture that asks for no turn is heard for the first time, by whichever process, and remember it."""
        return await self._database.write(gesture.reference.key, lambda session: conversations.hear_once(session, gesture, self._now()))

    async def attachment(self, key: str, reference: Reference, user: str) -> Attachment | None:
        """Return the file that was made for this person, None where there's none any more, or where it's somebody else's."""
        at = self._now()

        def find(session: Session) -> Attachment | None:
            known = people.find_person(session, reference.platform, reference.tenant, user)
            held = attachments.load(session, key, at)
            return held if held is not None and held.person in (None, known.person.id if known else "") else None

        return await self._database.read(find)

    async def words_for(self, ending: FileEnding, reference: Reference, sender: Sender) -> Message:
        """Say in the person's language why they don't get a file."""
        met = await self._database.read(lambda session: people.find_person(session, reference.platform, reference.tenant, sender.user))
        person = met.person if met else _UNKNOWN
        spoken = person.language or language_of_locale(sender.locale or person.locale) or person.directory_language or self._company_language
        return Message(language=spoken, blocks=(Text(text=_said_of(ending, self._texts[spoken])),))


def _said_of(ending: FileEnding, t: Texts) -> str:
    match ending:
        case FileEnding.DECLINED:
            return t("All right, I won't send you that file. If you change your mind, ask me for it again.")
        case FileEnding.GONE:
            return t("I don't have that file for you any more: files wait a few days only. Ask me for it again, and I'll make a new one.")
        case FileEnding.FAILED:
            return t("I couldn't hand the file over. Please accept it again in a moment; if that doesn't work either, ask me for it again.")


def _handed(event: Event) -> str | None:
    """Return the exchange whose question is handed to a human."""
    return event.action.exchange if isinstance(event, FormSubmitted) and isinstance(event.action, AskHuman) else None


def _concerns_us(session: Session, event: Overheard | MessageEdited | MessageDeleted) -> bool:
    """Tell whether an event that nobody addressed to the bot is about a request."""
    if isinstance(event, Overheard):
        return requests.inside(session, event.reference) is not None
    return requests.word_at(session, event.reference, event.message_id) is not None


def _outcome(turn: Turn) -> str:
    return next((fact.outcome for fact in turn.facts if isinstance(fact, ExchangeOpened)), "other")
