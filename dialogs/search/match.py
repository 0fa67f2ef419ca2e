"""What search hands to the dialogs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from dialogs.catalog import Language


class Talk(StrEnum):
    """What isn't a question: each gets a fitting reply."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
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

    `sure`: the first candidate answers. `likely`: at most three could. `none`: nothing is near enough; `candidates` still holds the nearest ones,
    so that the reply can name the function that is closest. `confidence` is the share of such questions that are answered rightly at this
    score, None where nothing was matched.
    """

    outcome: Literal["sure", "likely", "none"]
    candidates: tuple[Candidate, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionAsked:
    """The question is about a function as a whole: what it is for (`purpose`), how to work with it or reach it (`work_with`), or who it is that
    takes care of something (`handles`: then `sheet` is the one that tells so).

    `others` are the slugs of the functions that the question could be about as well, at most two.
    """

    slug: str
    aspect: Literal["purpose", "work_with", "handles"]
    others: tuple[str, ...] = ()
    sheet: str | None = None


class Detail(StrEnum):
    """The part of a sheet that a question asks for."""

    WHO = "who"  # whom to turn to
    DELAY = "delay"  # how long it takes, or when
    PRICE = "price"  # what it costs
    HOW = "how"  # how or where to ask for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """What was answered just before in this conversation: "et pour un stagiaire ?" goes on from there.

    `sheet` is the service or entry shown, None where it was a function's profile; `function` is the slug of either. `offered` are the sheets
    offered where none was chosen yet; `sheet` is None then too.
    """

    question: str
    function: str
    sheet: str | None = None
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A message to understand.

    `previous` is what it may go on from. `explain` is the id of a sheet: then the message was answered before, and what is wanted is why that
    sheet answered it.
    """

    text: str
    previous: Previous | None = None
    explain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why a sheet answers a question: the text of it that is nearest, the words that both say, and whether the person's own segment decided.

    `nearest` is None for a sheet without a text. `words` are the question's, as it was written. `confidence` is the match's, None where the
    sheet isn't what the question would find now. `segment` is True where the sheet won a near tie because it is for the person's own segment.
    """

    id: str
    nearest: str | None
    kind: Literal["phrasing", "title", "sentence"] | None
    words: tuple[str, ...] = ()
    confidence: float | None = None
    segment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A message, understood: exactly one of `talk`, `function` and `match` says what it is.

    `language` is the message's own when it can be told (at least three words), else None. `follows` is True where the message was read with
    what came before. `detail` is the part of the sheet that is asked for, None for the whole of it. `grounds` is there when it was asked for
    (`Asked.explain`) and the sheet may still be seen.
    """

    question: str
    language: Language | None = None
    talk: Talk | None = None
    function: FunctionAsked | None = None
    match: Match | None = None
    follows: bool = False
    detail: Detail | None = None
    grounds: Grounds | None = None
