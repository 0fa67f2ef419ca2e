"""Power: how many people an objective needs to be judged, and the smallest effect that so many people can show."""

from math import ceil, sqrt
from statistics import NormalDist
from typing import Final, Literal

# how alike people of a team are: cautious for acts, of which 220 lay between 0 and 0.415 (M. K. Campbell, P. M. Fayers and J. M. Grimshaw,
# "Determinants of the intracluster correlation coefficient in cluster randomized trials", Clinical Trials 2, 2005)
ICC: Final = 0.05
_TWO_SIDED: Final = NormalDist().inv_cdf(0.975)  # 5 % in both tails
_POWER: Final = NormalDist().inv_cdf(0.8)
_HALVINGS: Final = 50


def needed(benchmark: float, target: float, control: float, *, by: Literal["person", "team"] = "person", team_size: float = 1.0) -> int:
    """Return how many people must be in the audience for a lift from benchmark to target to show, at 5 % (two-sided) and 80 % power.

    Shares are from 0 to 1; `control` is that of the control group, from 0 to below 1. The normal approximation with unpooled variance (J. L. Fleiss,
    B. Levin and M. C. Paik, "Statistical Methods for Rates and Proportions", 3rd edition, 2003); without a control group that of one sample against
    the benchmark. Drawn by team, as many times more as the design effect 1 + (m - 1) ICC (A. Donner and N. Klar, 2000). Raises ValueError for a
    target that isn't above the benchmark.
    """
    if not 0 <= benchmark < target <= 1:
        raise ValueError(f"a target of {target} isn't above a benchmark of {benchmark}, or they aren't shares")
    return ceil(_people(benchmark, target, control, _effect(by, team_size)))


def detectable(people: int, benchmark: float, control: float, *, by: Literal["person", "team"] = "person", team_size: float = 1.0) -> float | None:
    """Return the smallest difference of shares that an audience of so many people shows, None where none does; found by halving `needed`."""
    effect, room = _effect(by, team_size), 1 - benchmark
    if room <= 0 or _people(benchmark, 1.0, control, effect) > people:
        return None
    low, high = 0.0, room
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _people(benchmark, benchmark + middle, control, effect) <= people else (middle, high)
    return high


def _people(benchmark: float, target: float, control: float, effect: float) -> float:
    known, hoped, lift = benchmark * (1 - benchmark), target * (1 - target), target - benchmark
    if control == 0:
        return effect * ((_TWO_SIDED * sqrt(known) + _POWER * sqrt(hoped)) / lift) ** 2
    return effect * (hoped / (1 - control) + known / control) * ((_TWO_SIDED + _POWER) / lift) ** 2


def _effect(by: Literal["person", "team"], team_size: float) -> float:
    return 1 + (team_size - 1) * ICC if by == "team" else 1.0
