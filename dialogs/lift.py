"""Lift: how much more of those who got a campaign's messages are there than of its control group, and what that comes to.

The figures behind the choice of each interval are in docs/verdicts.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final, TypeAlias

from dialogs.scores import SCORE_FLOOR
from dialogs.statistics import score_interval, student, wilson
from dialogs.verdict import Arm, Conclusion, Lift

_SIDE: Final = 0.975  # 95 % in the middle
_NORMAL: Final = NormalDist().inv_cdf(_SIDE)
_LEAST_EFFECT: Final = 0.5  # of teams on the variance: less is chance, as people of a team are rarely more unlike than strangers
_TEAMS: Final = 2  # in each arm, without which nobody knows how much teams differ
_UNKNOWN: Final = (0.0, 1.0)

Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """How many people of a team are in a campaign, 1 at least, and how many of them are at the objective's stage or beyond."""

    people: int
    there: int


def by_person(treated: Arm, control: Arm) -> Lift:
    """Return the lift where people were drawn one by one; its interval is (-1, 1) where an arm is empty.

    Newcombe's hybrid score interval, method 10 of R. G. Newcombe, "Interval estimation for the difference between independent proportions:
    comparison of eleven methods", Statistics in Medicine 17 (1998).
    """
    if not (treated.people and control.people):
        return Lift(difference=0.0, low=-1.0, high=1.0)
    ours = score_interval(treated.share, treated.people, _NORMAL)
    theirs = score_interval(control.share, control.people, _NORMAL)
    return _hybrid(treated.share, ours, control.share, theirs)


def by_team(treated: Collection[Team], control: Collection[Team]) -> Lift:
    """Return the lift where teams were drawn as a whole; its interval is (-1, 1) where an arm has fewer than two of them.

    Newcombe's interval on as many people as the teams are worth (`_worth`), with Student's t of as many degrees of freedom as there are teams, less
    two.
    """
    ours, theirs = _all(treated), _all(control)
    if not (ours.people and theirs.people):
        return Lift(difference=0.0, low=-1.0, high=1.0)
    if min(len(treated), len(control)) < _TEAMS:
        return Lift(difference=ours.share - theirs.share, low=-1.0, high=1.0)
    return _hybrid(ours.share, share_by_team(treated, control), theirs.share, share_by_team(control, treated))


def share_by_person(arm: Arm) -> Interval:
    """Return the 95 % interval of an arm's share."""
    return wilson(arm.there, arm.people)


def share_by_team(arm: Collection[Team], other: Collection[Team]) -> Interval:
    """Return the 95 % interval of an arm's share where teams were drawn as a whole; (0, 1) where an arm has fewer than two of them."""
    if min(len(arm), len(other)) < _TEAMS:
        return _UNKNOWN
    quantile = student(_SIDE, len(arm) + len(other) - 2)
    return score_interval(_all(arm).share, _worth(arm, correlation(arm, other)), quantile)


def correlation(*arms: Collection[Team]) -> float:
    """Return how alike the people of a team are within their arm: the intraclass correlation, by the analysis of variance.

    A. Donner and N. Klar, "Design and Analysis of Cluster Randomization Trials in Health Research", 2000, with the correction for teams of unequal
    sizes. It may be below 0, by chance. 0 where there's nothing to compare: as many teams as people, or everybody alike.
    """
    people, teams = sum(team.people for arm in arms for team in arm), sum(map(len, arms))
    between = within = 0.0
    for arm in arms:
        share = _all(arm).share
        between += sum(team.people * (team.there / team.people - share) ** 2 for team in arm)
        within += sum(team.there * (1 - team.there / team.people) for team in arm)
    if people == teams or between + within == 0:
        return 0.0
    between /= teams - len(arms)
    within /= people - teams
    size = (people - sum(map(_size, arms))) / (teams - len(arms))
    return (between - within) / (between + (size - 1) * within)


def conclude(treated: Arm, control: Arm, *, benchmark: float, target: float, lift: Lift | None, interval: Interval) -> Conclusion:
    """Return what a campaign came to; `interval` is that of the treated's share, `lift` None for one without a control group.

    Reached: the treated are at the target, and the interval of the lift is above 0. Not reached: the lift isn't as far as from benchmark to target
    by any of its interval, or the share isn't at the target by any of its own. Without a control group, by the share's interval alone. Arms of fewer
    than `SCORE_FLOOR` people tell nothing.
    """
    if treated.people < SCORE_FLOOR or (lift is not None and control.people < SCORE_FLOOR):
        return "too_small"
    low, high = interval
    if high < target or (lift is not None and lift.high < target - benchmark):
        return "not_reached"
    if lift is None:
        return "reached" if low >= target else "too_small"
    return "reached" if treated.share >= target and lift.low > 0 else "too_small"


def _hybrid(share: float, ours: Interval, other: float, theirs: Interval) -> Lift:
    difference = share - other
    low = difference - sqrt((share - ours[0]) ** 2 + (theirs[1] - other) ** 2)
    high = difference + sqrt((ours[1] - share) ** 2 + (other - theirs[0]) ** 2)
    return Lift(difference=difference, low=max(-1.0, low), high=min(1.0, high))


def _all(arm: Collection[Team]) -> Arm:
    return Arm(people=sum(team.people for team in arm), there=sum(team.there for team in arm), teams=len(arm))


def _size(arm: Collection[Team]) -> float:
    """Return how many people are in the team of a person, on average over people: large teams weigh more."""
    return sum(team.people**2 for team in arm) / sum(team.people for team in arm)


def _worth(arm: Collection[Team], correlated: float) -> float:
    """Return how many people drawn one by one would tell as much: fewer, by the design effect 1 + (m - 1) times the correlation (Donner and Klar)."""
    effect = max(1 + (_size(arm) - 1) * correlated, _LEAST_EFFECT)
    return sum(team.people for team in arm) / effect
