"""One decision of a dialog, and what it decides upon."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid5

from dialogs.actions import ForMe
from dialogs.catalog import Catalogue, Function, Language
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, MessageReceived, Scope
from dialogs.facts import Fact
from dialogs.gap import Gap
from dialogs.messages import Place, Reply
from dialogs.people import Person, language_of_locale
from dialogs.rights import Grant
from dialogs.search.match import Understood
from dialogs.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a dialog remembers of a conversation with one person: JSON in `kept`, which only that dialog and `version` can read."""

    dialog: str
    version: int
    kept: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a decision may look at besides its state and event; all of it gathered before, so that deciding needs no await.

    `gaps` and `drafts` are gathered for the events that need them (`router.needs_of`), else empty: the open gaps that the person may read, and
    the drafted profiles by function.
    """

    person: Person
    catalogue: Catalogue
    texts: Mapping[Language, Texts]
    language: Language
    understood: Understood | None = None
    grants: frozenset[Grant] = frozenset()
    gaps: tuple[Gap, ...] = ()
    drafts: Mapping[str, Function] = field(default_factory=dict)

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
