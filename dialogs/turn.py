"""One decision of a dialog, and what it decides upon."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid5

from dialogs.actions import ForMe
from dialogs.campaigning import Campaigning
from dialogs.catalog import Catalogue, Function, Language
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, MessageReceived, Scope
from dialogs.facts import Fact
from dialogs.feedback import Feedback, Pause
from dialogs.gap import Gap
from dialogs.ladder import Stage
from dialogs.messages import Place, Reply
from dialogs.people import Person, language_of_locale
from dialogs.reached import Reached
from dialogs.request import Desk, Inside, Party, Request
from dialogs.rights import Grant
from dialogs.scores import Reading
from dialogs.search.match import Understood
from dialogs.texts import Texts
from dialogs.voice import Voice
from dialogs.working_time import COMPANY_HOURS, WorkingHours


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a dialog remembers of a conversation with one person: JSON in `kept`, which only that dialog and `version` can read."""

    dialog: str
    version: int
    kept: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a decision may look at besides its state and event; all of it gathered before, so that deciding needs no await.

    What follows `grants` is gathered for the events that need it (`needs.needs_of`), else empty. `gaps` are the open ones that the person may read,
    `drafts` the drafted profiles by function, `shown` the sheets that the exchange had shown of which a human is asked, None for somebody else's
    exchange. `requests` are those that the event is about: the one that its action names, or in whose thread it happened (`inside`), else the
    person's open ones, the newest first. `desks` are the channels by function and service (None for the function's own), `keepers` who stands in for
    a channel that isn't there, by function: those whom the bot can reach, the owners first; under the empty slug, the admins. `hours` are the
    company's working hours.

    `feedback` is the closing that the event responds to; its request, if a human helped, is the one of `requests`. `recommended_at` is when the
    person was last asked whether they'd recommend a function. `pauses` are those that still hold, `voices` those that the event is about, or that
    the person may read, `readings` what may be read of the functions whose traces are asked for.

    `stages` are where the person stands, by function, where anything is known of it; gathered with every question and with the cards of functions.
    `reached` is the step whose message the event goes on from, `campaigning` what is known of the campaigns that the event is about.
    """

    person: Person
    catalogue: Catalogue
    texts: Mapping[Language, Texts]
    language: Language
    understood: Understood | None = None
    grants: frozenset[Grant] = frozenset()
    gaps: tuple[Gap, ...] = ()
    drafts: Mapping[str, Function] = field(default_factory=dict)
    shown: tuple[str, ...] | None = ()
    requests: tuple[Request, ...] = ()
    inside: Inside | None = None
    desks: Mapping[tuple[str, str | None], Desk] = field(default_factory=dict)
    keepers: Mapping[str, tuple[Party, ...]] = field(default_factory=dict)
    hours: WorkingHours = COMPANY_HOURS
    feedback: Feedback | None = None
    recommended_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    voices: tuple[Voice, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    stages: Mapping[str, Stage] = field(default_factory=dict)
    reached: Reached | None = None
    campaigning: Campaigning | None = None

    @property
    def t(self) -> Texts:
        """The texts in the language of the replies."""
        return self.texts[self.language]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What was decided: replies to say, facts to record, and the new state (None forgets the former one)."""

    replies: tuple[Reply, ...]
    facts: tuple[Fact, ...] = ()
    state: State | None = None


def is_public(event: Event) -> bool:
    """Tell whether others read the reply too; then it holds impersonal content only."""
    match event:
        case MessageReceived(private=True) | ActionTaken(action=ForMe()):
            return False
        case _:
            return event.reference.scope is not Scope.PERSONAL


def segments_for(event: Event, person: Person) -> frozenset[str]:
    """Return the slices that filter what this reply may hold: none but `all` in public, and for whom we can't place yet."""
    return frozenset() if is_public(event) or not person.linked else person.segments


def place_for(event: Event) -> Place:
    """Return where an answer goes: beside the question, or in private when only the sender may read it."""
    return Place.PRIVATE if event.reference.scope is not Scope.PERSONAL and not is_public(event) else Place.HERE


def language_for(event: Event, person: Person, spoken: Language | None, company: Language) -> Language:
    """Return the language of a reply: the person's choice, else the message's own, else the platform's locale, the directory's, the company's.

    A tap has no words of its own: it goes on in the language that the person last wrote in.
    """
    if spoken is None and isinstance(event, ActionTaken | FormAsked | FormSubmitted):
        spoken = person.spoken_language
    return person.language or spoken or language_of_locale(event.sender.locale or person.locale) or person.directory_language or company


def exchange_id(event: Event) -> str:
    """Return the id of the support exchange that this event opens."""
    return str(uuid5(event.key, "exchange"))
