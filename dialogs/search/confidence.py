"""How sure a match is: the share of such questions that are answered rightly, learnt from the phrasings alone."""

import math
from dataclasses import dataclass
from typing import Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

SURE: Final = 0.72  # of the questions at this very score are rightly answered: there one answer is given outright (most score higher)
SURE_WHEN_SCARCE: Final = 0.8  # where a sheet has fewer than `ENOUGH` phrasings
ENOUGH: Final = 5  # phrasings of a sheet in its better language; below, the phrasings say too little about what people will write

_UNANSWERABLE: Final = 0.15  # of the questions are taken to have no sheet
_KEPT: Final = 0.95  # of the phrasings whose sheet is there stay above the floor
_USUAL: Final = (0.6, -0.9)  # slope and offset that the curve starts from, and stays near where phrasings are few
_FIT: Final = 0.25  # of the fit, in the curve; not learnt, since phrasings are shorter than questions and would teach too little of it
_USUAL_FLOOR: Final = 0.5
_HIGHEST_FLOOR: Final = 2.0  # however alike a sheet's phrasings are: people write less like them than they like each other
_BELIEF: Final = 10.0  # weight of the usual values against that of a phrasing
SCORE_LIMIT: Final = 10.0
_STEPS: Final = 12
_SCARCE_FLOOR: Final = 0.25  # confidence below which a sheet with few phrasings isn't even offered

Floats = NDArray[np.float64]


def odds(log_probability: float) -> float:
    """Return the logarithm of the odds of a log-probability, within -10..10."""
    probability = math.exp(min(log_probability, 0.0))
    if probability >= 1.0:
        return SCORE_LIMIT
    return min(SCORE_LIMIT, max(-SCORE_LIMIT, log_probability - math.log1p(-probability)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A logistic curve (Platt 1999) over two scores of the best sheet: its odds among all sheets, and its fit, which no other sheet changes.

    The odds tell a right sheet from its neighbours, the fit tells a question that some sheet answers from one that none does: `floor` is the fit
    below which nothing is near enough.
    """

    slope: float = _USUAL[0]
    offset: float = _USUAL[1]
    floor: float = _USUAL_FLOOR

    @classmethod
    def learned(cls, scores: Floats, fits: Floats, right: NDArray[np.bool_], answerable: NDArray[np.bool_]) -> Self:
        """Learn from cross-fitted phrasings: `right` says whether the best sheet was theirs, `answerable` whether theirs was there.

        Phrasings whose own sheet had been taken out stand for the questions that no sheet answers. All arrays have shape (phrasings,).
        """
        known, unknown = int(answerable.sum()), int((~answerable).sum())
        weights = np.ones(len(scores))
        if known and unknown:
            weights[~answerable] = _UNANSWERABLE / (1 - _UNANSWERABLE) * known / unknown
        slope, offset = _curve(scores, _FIT * fits, right, weights).tolist()
        # The floor's own belief: as many usual phrasings as the curve's.
        weight = known / (known + _BELIEF)
        lowest = float(np.quantile(fits[answerable], 1 - _KEPT)) if known else _USUAL_FLOOR
        floor = min(weight * lowest + (1 - weight) * _USUAL_FLOOR, _HIGHEST_FLOOR)
        return cls(slope=max(slope, 0.1), offset=offset, floor=floor)

    def of(self, score: float, fit: float) -> float:
        """Return the share of questions with these odds and this fit that are answered rightly: 0..1, never falling as either rises.

        It's never above the sheet's own share: two sheets that fit equally well are a choice, however well they fit.
        """
        return min(1 / (1 + math.exp(-(self.slope * score + _FIT * fit + self.offset))), 1 / (1 + math.exp(-score)))

    def outcome(self, score: float, fit: float, *, scarce: bool) -> Literal["sure", "likely", "none"]:
        """Tell whether to answer outright, to offer, or to say that nothing is near enough; `scarce` when the sheet has too few phrasings."""
        confidence = self.of(score, fit)
        if fit < self.floor or (scarce and confidence < _SCARCE_FLOOR):
            return "none"
        return "sure" if confidence >= (SURE_WHEN_SCARCE if scarce else SURE) else "likely"


def _curve(scores: Floats, given: Floats, right: NDArray[np.bool_], weights: Floats) -> Floats:
    """Return the likeliest slope and offset beside what is given, near the usual ones, by Newton's method with halved steps."""
    usual = np.array(_USUAL)
    signs = np.where(right, 1.0, -1.0)
    columns = signs[:, None] * np.stack([scores, np.ones(len(scores))], axis=1)
    given = signs * given

    def loss(curve: Floats) -> float:
        return float(weights @ np.logaddexp(0, -(columns @ curve + given)) + 0.5 * _BELIEF * ((curve - usual) ** 2).sum())

    curve = usual
    for _ in range(_STEPS):
        wrong = np.exp(-np.logaddexp(0, columns @ curve + given))
        gradient = columns.T @ (weights * wrong) - _BELIEF * (curve - usual)
        curvature = (columns * (weights * wrong * (1 - wrong))[:, None]).T @ columns + _BELIEF * np.eye(len(usual))
        step = np.linalg.solve(curvature, gradient)
        while loss(curve + step) > loss(curve):
            step = step / 2
        curve = curve + step
    return curve
