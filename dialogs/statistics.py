"""Statistics: shares with their intervals, means, and whether a change is more than chance; all of it on counts of responses."""

from collections.abc import Collection, Mapping
from math import exp, lgamma, log, sqrt
from statistics import NormalDist
from typing import Final

SATISFIED: Final = ("4", "5")  # the two best of five, as CSAT counts them
PROMOTERS: Final = ("9", "10")
DETRACTORS: Final = tuple(str(value) for value in range(7))
TOLD_BY: Final = 10  # ratings on either side, from which on a fall may be judged: of fewer, the normal approximation makes too many
_NEGLIGIBLE: Final = 1e-17  # what a further term of the tail may add, of what is there already


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share, its ends from 0 to 1; (0, 1) where nobody was asked.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); recommended for small n by L. D. Brown,
    T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001).
    """
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def share(counts: Mapping[str, int], values: Collection[str]) -> float | None:
    """Return the share of these values among the responses, from 0 to 1; None without responses."""
    n = sum(counts.values())
    return sum(counts.get(value, 0) for value in values) / n if n else None


def csat(traces: Mapping[str, int]) -> float | None:
    """Return the share of 4s and 5s among ratings from 1 to 5, from 0 to 1; None without ratings (the "top two boxes" of customer satisfaction)."""
    return share(traces, SATISFIED)


def net_promoter(promoters: int, detractors: int, n: int) -> float:
    """Return the share of 9s and 10s less that of 0s to 6s, from -1 to 1, of `n` responses, which is at least 1.

    F. F. Reichheld, "The one number you need to grow", Harvard Business Review 81 (2003).
    """
    return (promoters - detractors) / n


def mean(counts: Mapping[str, int]) -> float | None:
    """Return the mean of numbers, each with how often it was said; None where none was."""
    n = sum(counts.values())
    return sum(int(value) * count for value, count in counts.items()) / n if n else None


def drop(before: Mapping[str, int], after: Mapping[str, int]) -> float:
    """Return how likely chance alone makes the mean of ratings fall that far: a p-value, one-sided; 1 under `TOLD_BY` ratings on either side.

    The normal approximation of the difference of two means with unequal variances (B. L. Welch, Biometrika 29, 1938). Where nobody disagrees with
    anybody on either side, there's nothing to judge a fall by, and it's taken as it stands: 0 (chance parts ten and ten so once in 184,756).
    """
    was, is_ = _moments(before), _moments(after)
    if was is None or is_ is None:
        return 1.0
    fall, spread = was[0] - is_[0], sqrt(was[1] + is_[1])
    if spread == 0:
        return 0.0 if fall > 0 else 1.0
    return 1 - NormalDist().cdf(fall / spread)


def jump(count: int, expected: float) -> float:
    """Return how likely chance alone makes something happen `count` times or more that is expected that often: Poisson's upper tail."""
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if count <= expected:
        return 1 - sum(_poisson(times, expected) for times in range(count))
    # summed from where it begins, since 1 less the rest has no digits left of a small tail
    tail, times, term = 0.0, count, _poisson(count, expected)
    while term > tail * _NEGLIGIBLE:
        tail += term
        times += 1
        term *= expected / times
    return tail


def _poisson(times: int, expected: float) -> float:
    return exp(times * log(expected) - expected - lgamma(times + 1))


def _moments(counts: Mapping[str, int]) -> tuple[float, float] | None:
    """Return the mean and the variance of that mean, None for fewer than `TOLD_BY`."""
    n, middle = sum(counts.values()), mean(counts)
    if middle is None or n < TOLD_BY:
        return None
    return middle, sum(count * (int(value) - middle) ** 2 for value, count in counts.items()) / (n - 1) / n
