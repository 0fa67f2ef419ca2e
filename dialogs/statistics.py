"""Statistics: shares with their intervals, means, and whether a change is more than chance; all of it on counts of responses."""

from collections.abc import Collection, Mapping
from math import cos, exp, lgamma, log, pi, sin, sqrt, tan
from statistics import NormalDist
from typing import Final

SATISFIED: Final = ("4", "5")  # the two best of five, as CSAT counts them
PROMOTERS: Final = ("9", "10")
DETRACTORS: Final = tuple(str(value) for value in range(7))
TOLD_BY: Final = 10  # ratings on either side, from which on a fall may be judged: of fewer, the normal approximation makes too many
_MANY: Final = 200  # degrees of freedom
_HALVINGS: Final = 60  # of an angle: to its last digit
_NEGLIGIBLE: Final = 1e-17  # what a further term of the tail may add, of what is there already


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share, its ends from 0 to 1; (0, 1) where nobody was asked.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); recommended for small n by L. D. Brown,
    T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001).
    """
    return score_interval(successes / n, n, NormalDist().inv_cdf((1 + confidence) / 2)) if n else (0.0, 1.0)


def score_interval(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of `n` people, its ends from 0 to 1; `n` is above 0, broken where people who are alike count for less."""
    squared = quantile * quantile
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = quantile / (1 + squared / n) * sqrt(share * (1 - share) / n + squared / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def student(probability: float, freedom: int) -> float:
    """Return the quantile of Student's t with so many degrees of freedom (1 at least), for a probability from 0.5 to below 1.

    M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions", 1964: the finite sums 26.7.3 and 26.7.4, solved for the angle by halving;
    above `_MANY` degrees the expansion 26.7.5 of the normal quantile, to 1e-9.
    """
    if freedom > _MANY:
        return _nearly_normal(NormalDist().inv_cdf(probability), freedom)
    low, high = 0.0, pi / 2
    for _ in range(_HALVINGS):
        angle = (low + high) / 2
        low, high = (angle, high) if _within(angle, freedom) < 2 * probability - 1 else (low, angle)
    return sqrt(freedom) * tan((low + high) / 2)


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


def _within(angle: float, freedom: int) -> float:
    """Return how likely t is within an angle's tangent times the root of the degrees of freedom, either side of 0."""
    odd, squared = freedom % 2, cos(angle) ** 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for number in range(freedom // 2):
        total += term
        term *= squared * (2 * number + 1 + odd) / (2 * number + 2 + odd)
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


def _nearly_normal(x: float, freedom: int) -> float:
    first = (x**3 + x) / 4
    second = (5 * x**5 + 16 * x**3 + 3 * x) / 96
    third = (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384
    fourth = (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160
    return x + first / freedom + second / freedom**2 + third / freedom**3 + fourth / freedom**4


def _poisson(times: int, expected: float) -> float:
    return exp(times * log(expected) - expected - lgamma(times + 1))


def _moments(counts: Mapping[str, int]) -> tuple[float, float] | None:
    """Return the mean and the variance of that mean, None for fewer than `TOLD_BY`."""
    n, middle = sum(counts.values()), mean(counts)
    if middle is None or n < TOLD_BY:
        return None
    return middle, sum(count * (int(value) - middle) ** 2 for value, count in counts.items()) / (n - 1) / n
