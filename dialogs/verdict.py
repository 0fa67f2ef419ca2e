"""The verdict of a campaign: did it move what it said it would? Reached, not reached, or too small to tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from dialogs.campaign import NOBODY, Histogram
from dialogs.ladder import Stage

Conclusion: TypeAlias = Literal["reached", "not_reached", "too_small"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm of a campaign: how many people it has (intention to treat), of how many teams.

    `there` is how many of them are at the objective's stage or beyond at its end, `before` how many were when it started.
    """

    people: int
    there: int
    before: int = 0
    teams: int = 0

    @property
    def share(self) -> float:
        """The share of its people who are there, from 0 to 1; 0 where there are none."""
        return self.there / self.people if self.people else 0.0


NO_ARM = Arm(people=0, there=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """How much more of the treated than of the control group are there, as a difference of shares, with its 95 % interval."""

    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How many people stood at one stage when a campaign started, and at another at its end."""

    before: Stage
    after: Stage
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a campaign came to. `lift` is None without a control group, then nobody knows what would have happened anyway.

    An arm of too few people is empty: none of its figures may be shown (`too_few`). `interval` is the 95 % interval of the share of the treated who
    are there. `before` and `after` are the stages of those who got the messages, `control_before` and `control_after` those of the control group;
    `moves` are those of the former between two stages, `segments` the two arms of each segment that may be shown.
    """

    stage: Stage
    benchmark: float
    target: float
    treated: Arm
    control: Arm
    by: Literal["person", "team"]
    lift: Lift | None
    conclusion: Conclusion
    at: datetime
    controlled: bool = False
    too_few: bool = False
    interval: tuple[float, float] = (0.0, 1.0)
    before: Histogram = NOBODY
    after: Histogram = NOBODY
    control_before: Histogram = NOBODY
    control_after: Histogram = NOBODY
    moves: tuple[Move, ...] = ()
    segments: Mapping[str, tuple[Arm, Arm]] = field(default_factory=dict)
