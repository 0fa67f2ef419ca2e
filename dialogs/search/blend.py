"""How much each mark of a sheet counts: weights that a catalogue's own phrasings teach, held near the usual ones."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

USUAL: Final = (1.3, 4.0, 0.6)  # of the head's log-probability, the cosine to the nearest phrasing, the weight of the words said
_BELIEF: Final = 60.0  # weight of the usual values, each in its own unit, against that of a phrasing
_STEPS: Final = 10

Floats = NDArray[np.float64]


def blended(marks: Floats, right: NDArray[np.int64]) -> Floats:
    """Return the weights under which the right sheets are likeliest, shape (marks,).

    `marks` has shape (questions, candidates, marks), `right` the place of each question's own sheet among the candidates: McFadden's conditional
    logit (1974) with a Gaussian prior on the usual weights, by Newton's method with halved steps.
    """
    usual = np.array(USUAL)
    precision = _BELIEF / usual**2
    own = np.take_along_axis(marks, right[:, None, None], axis=1)[:, 0]

    def likelihood(weights: Floats) -> float:
        scores = marks @ weights
        best = scores.max(axis=1)
        logs = own @ weights - best - np.log(np.exp(scores - best[:, None]).sum(axis=1))
        return float(logs.sum() - 0.5 * (precision * (weights - usual) ** 2).sum())

    weights = usual
    for _ in range(_STEPS):
        scores = marks @ weights
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        means = np.einsum("qc,qcm->qm", shares, marks)
        gradient = (own - means).sum(axis=0) - precision * (weights - usual)
        curvature = np.einsum("qc,qcm,qcn->mn", shares, marks, marks, optimize=True) - means.T @ means + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        while likelihood(weights + step) < likelihood(weights):
            step /= 2
        weights = weights + step
    return weights
