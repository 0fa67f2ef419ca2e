"""Scores: what is published of closed periods, once; everything that's ever shown of the responses is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, TypeAlias

from dialogs.improvement import Improvement

Grain: TypeAlias = Literal["week", "month", "quarter"]
Dimension: TypeAlias = Literal["service", "department", "site", "platform", "channel", "occasion"]

DIMENSIONS: Final[tuple[Dimension, ...]] = ("service", "department", "site", "platform", "channel", "occasion")
SCORE_FLOOR: Final = 5  # people who responded, before a score shows (Viva Glint's default)
COMMENT_FLOOR: Final = 10  # people who wrote a comment, before one shows


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymityClass:
    """Responses of at least `SCORE_FLOOR` people that nothing published tells apart; a dimension that isn't in `told` is generalised.

    `solved` counts the responses by `yes`, `partly`, `no`; `traces` by `1` to `5`; empty where too few people of the period said so. Of the
    `promised` ones, `late` were taken after the promise.
    """

    id: str
    told: Mapping[Dimension, str]
    people: int
    answered: int
    solved: Mapping[str, int]
    traces: Mapping[str, int]
    promised: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Comments that speak of the same: the words most typical of them, how many there are, from how many people, and the traces they left."""

    words: tuple[str, ...]
    comments: int
    people: int
    traces: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A closed period of a function. Under the floor, `shown` is False and there are no classes; of fewer than that asked, no numbers either.

    `measures` are those of the period as a whole, by name, each the number of people and what they said: of a scale its `count` and `sum`,
    of recommendation `count`, `promoters` and `detractors`, of the others how many said each, small ones put together (`partly+no`).
    """

    begins: date
    grain: Grain
    asked: int
    answered: int
    people: int
    shown: bool
    classes: tuple[AnonymityClass, ...] = ()
    measures: Mapping[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)
    themes: tuple[Theme, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPeriod:
    """A period that isn't published yet: of that, n and the response rate only."""

    begins: date
    grain: Grain
    asked: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that may be read of a function: its periods, the latest first, what is under way, what its owners do about it.

    `comments` are masked, shuffled, and those of the period that was asked for; empty under their floor.
    """

    function: str
    published: tuple[Published, ...] = ()
    under_way: tuple[OpenPeriod, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    comments: tuple[str, ...] = ()
