"""How sure a match is: the share of such questions that are answered rightly, learnt from the phrasings alone."""

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

SURE: Final = 0.65  # of the questions at this very score are rightly answered: there one answer is given outright (most score higher)
SURE_WHEN_SCARCE: Final = 0.8  # where a sheet has fewer than `ENOUGH` phrasings
ENOUGH: Final = 5  # phrasings of a sheet in its better language; below, the phrasings say too little about what people will write

_UNANSWERABLE: Final = 0.15  # of the questions are taken to have no sheet
_KEPT: Final = 0.95  # of the phrasings that are ranked rightly stay above the floor
_USUAL_SLOPE: Final = 0.9  # what the fit starts from, and stays near where phrasings are few: about what the workplace set gives
_USUAL_OFFSET: Final = -0.2
_USUAL_FLOOR: Final = -1.0
_BELIEF: Final = 10.0  # weight of the usual values against that of a phrasing
_SCORE_LIMIT: Final = 10.0
_SCARCE_FLOOR: Final = 0.25  # confidence below which a sheet with few phrasings isn't even offered

Floats = NDArray[np.float64]


def odds(log_probability: float) -> float:
    """Return the logarithm of the odds of a log-probability, within -10..10."""
    probability = math.exp(min(log_probability, 0.0))
    if probability >= 1.0:
        return _SCORE_LIMIT
    return min(_SCORE_LIMIT, max(-_SCORE_LIMIT, log_probability - math.log1p(-probability)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A logistic curve over the odds that the index gives to its best sheet (Platt 1999), and the odds below which nothing is near enough."""

    slope: float = _USUAL_SLOPE
    offset: float = _USUAL_OFFSET
    floor: float = _USUAL_FLOOR

    @classmethod
    def learned(cls, scores: Floats, right: NDArray[np.bool_], answerable: NDArray[np.bool_]) -> Self:
        """Fit on cross-fitted phrasings: `scores` are odds, `right` says whether the best sheet was theirs, `answerable` whether theirs was there.

        Phrasings whose own sheet had been taken out stand for the questions that no sheet answers. All arrays have shape (phrasings,).
        """
        known, unknown = int(answerable.sum()), int((~answerable).sum())
        weights = np.ones(len(scores))
        if known and unknown:
            weights[~answerable] = _UNANSWERABLE / (1 - _UNANSWERABLE) * known / unknown
        columns = np.stack([scores, np.ones(len(scores))], axis=1)
        usual = np.array([_USUAL_SLOPE, _USUAL_OFFSET])
        fitted = usual.copy()
        for _ in range(25):
            expected = 1 / (1 + np.exp(-columns @ fitted))
            gradient = columns.T @ (weights * (right - expected)) - _BELIEF * (fitted - usual)
            curvature = (columns * (weights * expected * (1 - expected))[:, None]).T @ columns + _BELIEF * np.eye(2)
            fitted = fitted + np.linalg.solve(curvature, gradient)
        # The floor's own belief: as many usual phrasings as the curve's.
        found = np.sort(scores[right & answerable])
        weight = len(found) / (len(found) + _BELIEF)
        lowest = float(np.quantile(found, 1 - _KEPT)) if len(found) else _USUAL_FLOOR
        return cls(slope=max(float(fitted[0]), 0.1), offset=float(fitted[1]), floor=weight * lowest + (1 - weight) * _USUAL_FLOOR)

    def of(self, score: float) -> float:
        """Return the share of questions with these odds that are answered rightly: 0..1, never falling as the odds rise."""
        return 1 / (1 + math.exp(-(self.slope * score + self.offset)))

    def is_sure(self, score: float, *, scarce: bool) -> bool:
        """Tell whether to answer outright; `scarce` when the sheet has too few phrasings."""
        return self.of(score) >= (SURE_WHEN_SCARCE if scarce else SURE)

    def is_likely(self, score: float, *, scarce: bool) -> bool:
        """Tell whether the sheet may at least be offered."""
        return score >= self.floor and not (scarce and self.of(score) < _SCARCE_FLOOR)
