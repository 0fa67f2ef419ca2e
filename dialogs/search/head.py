"""The supervised head: multinomial logistic regression on letters and vectors, in numpy alone."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_RANK: Final = 256  # dimensions kept of the features; 512 gained nothing
_STEPS: Final = 40  # accelerated gradient steps; stopping there regularises as well as converging
_RIDGE: Final = 0.1
_SEED: Final = 20260901

Floats = NDArray[np.float32]


def principal(features: Floats) -> Floats:
    """Return orthonormal directions that hold most of the features, shape (dimensions, at most 256).

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
    """`weights` has shape (dimensions, classes)."""

    weights: Floats

    def of(self, features: Floats) -> Floats:
        """Return log-probabilities, shape (rows, classes)."""
        return log_softmax(features @ self.weights)


def log_softmax(scores: Floats) -> Floats:
    """Return the logarithm of the softmax of each row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def trained(features: Floats, classes: NDArray[np.int64], weights: Floats, count: int) -> Head:
    """Fit a head on rows of these classes (0..count-1), each class weighing the same however many rows it has.

    Nesterov's accelerated gradient on the ridge-penalised log-likelihood, from zero: deterministic, no step size to choose. A class without
    rows ends with a low, not a forbidden, probability.
    """
    mass = np.bincount(classes, weights=weights, minlength=count)
    balanced = (weights * (mass[mass > 0].mean() / mass[classes])).astype(np.float32)
    weighted: Floats = np.ascontiguousarray((features * balanced[:, None]).T)
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
    return Head(fitted)


def _largest(weighted: Floats, features: Floats) -> float:
    """Return the largest eigenvalue of the weighted Gram matrix, by power iteration."""
    direction: Floats = np.ones(features.shape[1], dtype=np.float32)
    largest = 1.0
    for _ in range(16):
        direction = weighted @ (features @ direction)
        largest = float(np.linalg.norm(direction)) or 1.0
        direction = direction / np.float32(largest)
    return largest
