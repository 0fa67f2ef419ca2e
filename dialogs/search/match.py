"""What search hands to the dialogs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from dialogs.catalog import Language


class Talk(StrEnum):
    """What isn't a question: each gets a fitting reply."""

    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    INSULT = "insult"
    EMPTY = "empty"  # nothing, blanks, or only punctuation
    EMOJI = "emoji"  # only emoji
    FOREIGN = "foreign"  # neither French nor English


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A service or entry that may answer; `score` orders them, the best first."""

    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What the index found among the sheets this person may see.

    `sure`: one candidate answers. `likely`: at most three could. `none`: nothing is near enough; `candidates` still holds the nearest ones,
    so that the reply can name the function that is closest. `confidence` is the share of such questions that are answered rightly at this
    score, None where nothing was matched.
    """

    outcome: Literal["sure", "likely", "none"]
    candidates: tuple[Candidate, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionAsked:
    """The question is about a function as a whole: what it is for (`purpose`), or how to work with it or reach it (`work_with`)."""

    slug: str
    aspect: Literal["purpose", "work_with"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A message, understood: exactly one of `talk`, `function` and `match` says what it is.

    `language` is the message's own when it can be told (at least three words), else None.
    """

    question: str
    language: Language | None = None
    talk: Talk | None = None
    function: FunctionAsked | None = None
    match: Match | None = None
