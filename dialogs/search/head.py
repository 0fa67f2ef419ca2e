"""The supervised head: a linear classifier on letters and vectors, in numpy alone.

Multinomial logistic regression; for many classes a discriminant in closed form, which ranks a point worse and learns a thousand times faster.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_RANK: Final = 384  # dimensions kept of the features; 512 gains a tenth of a point, and takes half as long again
_STEPS: Final = 40  # accelerated gradient steps; stopping there regularises as well as converging
_RIDGE: Final = 0.1
_SEED: Final = 20260901
MANY: Final = 1000  # classes above which the closed form is used: the regression's cost grows with rows times classes
_SHRINKAGE: Final = 8.0  # of the pooled covariance towards a sphere; many classes of few rows say little about it
_SHARPNESS: Final = 0.4  # of the closed form's scores, which brings its log-probabilities to those of the regression

Floats = NDArray[np.float32]


def principal(features: Floats) -> Floats:
    """Return orthonormal directions that hold most of the features, shape (dimensions, at most 384).

    The range finder of a randomised SVD with one power iteration and a fixed seed (Halko, Martinsson & Tropp 2011). Which basis of that space
    is immaterial: the head's penalty and its steps don't depend on it.
    """
    rank = min(_RANK, *features.shape)
    drawn = np.random.default_rng(_SEED).standard_normal((features.shape[1], rank), dtype=np.float32)
    span, _ = np.linalg.qr(features.T @ (features @ drawn))
    span, _ = np.linalg.qr(features.T @ (features @ span))
    directions: Floats = np.ascontiguousarray(span, dtype=np.float32)
    return directions


@dataclass(frozen=True, slots=True)
class Head:
    """`weights` has shape (dimensions, classes), `offsets` (classes,)."""

    weights: Floats
    offsets: Floats

    def of(self, features: Floats) -> Floats:
        """Return log-probabilities, shape (rows, classes)."""
        return log_softmax(features @ self.weights + self.offsets)

    def moved(self, former: Sequence[int | None], means: Floats) -> "Head":
        """Return the head for other classes: `former` says which one each was. A new one, None, is as far on the side of its mean as others are.

        `means` has the mean features of each class, shape (classes, dimensions); only those of new classes are read.
        """
        places = np.array([0 if place is None else place for place in former])
        weights, offsets = self.weights.take(places, axis=1), self.offsets[places]
        new = np.flatnonzero([place is None for place in former])
        towards = means[new] / np.maximum(np.linalg.norm(means[new], axis=1, keepdims=True), np.finfo(np.float32).tiny)
        weights[:, new] = np.linalg.norm(self.weights, axis=0).mean() * towards.T
        offsets[new] = self.offsets.mean()
        return Head(weights, offsets)


def log_softmax(scores: Floats) -> Floats:
    """Return the logarithm of the softmax of each row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def trained(features: Floats, classes: NDArray[np.int64], weights: Floats, count: int) -> Head:
    """Fit a head on rows of these classes (0..count-1), each class weighing the same however many rows it has."""
    mass = np.bincount(classes, weights=weights, minlength=count)
    balanced = (weights * (mass[mass > 0].mean() / mass[classes])).astype(np.float32)
    return (_discriminant if count > MANY else _regression)(features, classes, balanced, count)


def _discriminant(features: Floats, classes: NDArray[np.int64], weights: Floats, count: int) -> Head:
    """Linear discriminant analysis with a shrunken covariance (Friedman 1989). A class without rows has its mean at the origin."""
    mass = np.bincount(classes, weights=weights, minlength=count).astype(np.float32)
    order = np.argsort(classes, kind="stable")
    there, starts = np.unique(classes[order], return_index=True)
    means = np.zeros((count, features.shape[1]), dtype=np.float32)
    means[there] = np.add.reduceat(features[order] * weights[order, None], starts) / mass[there, None]
    within = (features * weights[:, None]).T @ features - (means * mass[:, None]).T @ means
    within /= mass.sum()
    within += _SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within), dtype=np.float32)
    directions: Floats = np.linalg.solve(within, means.T).astype(np.float32)
    offsets: Floats = -0.5 * np.einsum("cd,dc->c", means, directions)
    return Head(np.float32(_SHARPNESS) * directions, np.float32(_SHARPNESS) * offsets)


def _regression(features: Floats, classes: NDArray[np.int64], weights: Floats, count: int) -> Head:
    """Multinomial logistic regression.

    Nesterov's accelerated gradient on the ridge-penalised log-likelihood, from zero: deterministic, no step size to choose. A class without
    rows ends with a low, not a forbidden, probability.
    """
    weighted: Floats = np.ascontiguousarray((features * weights[:, None]).T)
    curvature = 0.5 * _largest(weighted, features) + _RIDGE
    fitted: Floats = np.zeros((features.shape[1], count), dtype=np.float32)
    ahead, momentum = fitted, 1.0
    rows = np.arange(len(classes))
    for _ in range(_STEPS):
        error = features @ ahead
        error -= error.max(axis=1, keepdims=True)
        np.exp(error, out=error)
        error /= error.sum(axis=1, keepdims=True)
        error[rows, classes] -= 1
        stepped: Floats = ahead - (weighted @ error + np.float32(_RIDGE) * ahead) / np.float32(curvature)
        following = (1 + (1 + 4 * momentum * momentum) ** 0.5) / 2
        ahead = stepped + np.float32((momentum - 1) / following) * (stepped - fitted)
        fitted, momentum = stepped, following
    return Head(fitted, np.zeros(count, dtype=np.float32))


def _largest(weighted: Floats, features: Floats) -> float:
    """Return the largest eigenvalue of the weighted Gram matrix, by power iteration."""
    direction: Floats = np.ones(features.shape[1], dtype=np.float32)
    largest = 1.0
    for _ in range(16):
        direction = weighted @ (features @ direction)
        largest = float(np.linalg.norm(direction)) or 1.0
        direction = direction / np.float32(largest)
    return largest
