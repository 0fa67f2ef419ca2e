"""The catalogue: who helps (functions), with what (services), and what they're asked (entries); everything in French and English.

The field names are those of the YAML pack; unknown keys are errors there, hence the `__pydantic_config__` that the pack's reader obeys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Literal, TypeAlias

Language: TypeAlias = Literal["fr", "en"]
LANGUAGES: tuple[Language, Language] = ("fr", "en")
Unit: TypeAlias = Literal["minutes", "hours", "working_hours", "days", "working_days"]
ALL = "all"  # the audience that everybody belongs to

_STRICT: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Localized:
    """A text in both languages; a missing one is None, and the other is shown then (and said so)."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    fr: str | None = None
    en: str | None = None

    def said_in(self, language: Language) -> tuple[str, Language]:
        """Return the text and the language it's really in: `language` where there is one, else the other."""
        first, second = (self.fr, self.en) if language == "fr" else (self.en, self.fr)
        if first is not None:
            return first, language
        return second or "", "en" if language == "fr" else "fr"

    def to(self, language: Language) -> str:
        """Return the text in `language`, or in the other one where it's missing."""
        return self.said_in(language)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasings:
    """How people ask for the same thing, per language."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    fr: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A delay that a service promises; `of` says what will have happened by then."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    time: float
    unit: Unit
    of: Localized | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """A tarif: nothing to pay."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["free"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """A tarif in money; `currency` is an ISO 4217 code, `per` what the amount buys."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["money"]
    amount: float
    currency: str
    per: Localized | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """A tarif in the client's own time."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["effort"]
    time: float
    unit: Unit


Tarif: TypeAlias = Free | Money | Effort


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person of a function; `mandate` lets them answer without anyone's validation."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    name: str
    email: str
    role: Localized | None = None
    mandate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that a function does for its clients."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    id: str
    title: Localized
    body: Localized
    audience: tuple[str, ...] = (ALL,)
    not_for: tuple[str, ...] = ()
    included: tuple[Localized, ...] = ()
    not_included: tuple[Localized, ...] = ()
    promise: Promise | None = None
    tarif: Tarif | None = None
    ask: Localized | None = None
    link: str | None = None
    owner: str | None = None
    checked: date | None = None
    review_by: date | None = None
    new_since: date | None = None
    phrasings: Phrasings = Phrasings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question with its reply."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    id: str
    question: Localized
    reply: Localized
    phrasings: Phrasings = Phrasings()
    audience: tuple[str, ...] = (ALL,)
    not_for: tuple[str, ...] = ()
    owner: str | None = None
    checked: date | None = None
    review_by: date | None = None

    @property
    def title(self) -> Localized:
        """The question, under the name that services use."""
        return self.question

    @property
    def body(self) -> Localized:
        """The reply, under the name that services use."""
        return self.reply


Sheet: TypeAlias = Service | Entry  # what an answer shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """An internal function: for whom it works, what it offers, how to reach it."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    slug: str
    names: Localized
    also: tuple[str, ...] = ()
    purpose: Localized | None = None
    clients: tuple[Localized, ...] = ()
    partners: tuple[str | Localized, ...] = ()
    posture: Localized | None = None
    proof: tuple[Localized, ...] = ()
    co_built_with: tuple[str | Localized, ...] = ()
    contacts: tuple[Contact, ...] = ()
    services: tuple[Service, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Services, then entries."""
        return (*self.services, *self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The company's own settings; `segments` names each slice of people."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    name: str
    languages: tuple[Language, ...] = LANGUAGES
    timezone: str = "Europe/Paris"
    country: str = "FR"
    segments: dict[str, Localized] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A company with its functions: one version of everything that can be answered."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    company: Company
    functions: tuple[Function, ...]

    @cached_property
    def _functions(self) -> Mapping[str, Function]:
        return {function.slug: function for function in self.functions}

    @cached_property
    def _sheets(self) -> Mapping[str, tuple[Function, Sheet]]:
        return {sheet.id: (function, sheet) for function in self.functions for sheet in function.sheets}

    def function(self, slug: str) -> Function | None:
        """Return the function of that slug, or None (it may be gone since a card was sent)."""
        return self._functions.get(slug)

    def sheet(self, sheet_id: str) -> tuple[Function, Sheet] | None:
        """Return a service or entry with its function, or None (it may be gone since a card was sent)."""
        return self._sheets.get(sheet_id)

    def sheets(self) -> Iterator[tuple[Function, Sheet]]:
        """Yield every service and entry with its function."""
        yield from self._sheets.values()


def is_for(sheet: Sheet, segments: frozenset[str]) -> bool:
    """Tell whether a sheet is meant for somebody of these segments. Nobody is outside `all`; `not_for` wins."""
    if segments & frozenset(sheet.not_for):
        return False
    return ALL in sheet.audience or bool(segments & frozenset(sheet.audience))


def is_theirs(sheet: Sheet, segments: frozenset[str]) -> bool:
    """Tell whether a sheet is for one of these segments by name, rather than open to all."""
    return is_for(sheet, segments) and bool(segments & frozenset(sheet.audience))


def overdue(function: Function, today: date) -> list[Sheet]:
    """Return a function's sheets that are past their review, the longest overdue first."""
    due = [(sheet.review_by, sheet) for sheet in function.sheets if sheet.review_by is not None and sheet.review_by < today]
    return [sheet for _, sheet in sorted(due, key=lambda each: each[0])]
