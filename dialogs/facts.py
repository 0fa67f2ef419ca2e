"""What a turn leaves behind, besides its replies."""

from dataclasses import dataclass
from typing import Literal

from dialogs.catalog import Catalogue, Function, Language
from dialogs.rights import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeOpened:
    """A question was asked and this is what it got; `ids` are the sheets shown, the best first."""

    exchange: str
    question: str
    language: Language
    outcome: Literal["profile", "answer", "choice", "none"]
    function: str | None
    ids: tuple[str, ...]
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One of the sheets offered was opened; None says that none of them was the question."""

    exchange: str
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMineSaid:
    """The answer shown wasn't what was asked."""

    exchange: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongSaid:
    """Something in an answer is wrong or missing, in the person's own words."""

    exchange: str
    id: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen:
    """The person chose the language of the replies; None follows the messages again."""

    language: Language | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSpoken:
    """The person wrote in this language, another than the time before: what they tap from now on answers in it."""

    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """The bot introduced itself to this person, which it does once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEdited:
    """Somebody changed what is answered: the whole catalogue as it is from now on, with what was done, to which function and sheet."""

    catalogue: Catalogue
    act: Act
    function: str | None
    subject: str  # a sheet's id, or a function's slug


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDrafted:
    """An interview, or the form after it, wrote a function's profile down; it's a draft until its owner publishes it. None drops the draft."""

    function: str
    draft: Function | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSettled:
    """An owner decided upon a gap of `function`, or of none yet.

    `subject` is the sheet that answers now (phrasing, written) or the function it was sent to (sent).
    """

    gap: str
    function: str | None
    decision: Literal["phrasing", "written", "sent", "ignored"]
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Somebody tried what they have no right to; it's audited."""

    act: Act
    function: str | None
    subject: str | None = None


Fact = (
    ExchangeOpened
    | Chosen
    | NotMineSaid
    | WrongSaid
    | LanguageChosen
    | LanguageSpoken
    | Greeted
    | CatalogueEdited
    | ProfileDrafted
    | GapSettled
    | Refused
)
