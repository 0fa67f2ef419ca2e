"""What an embeddings endpoint answers, checked: JSON to unit vectors, or what is wrong with it."""

import json
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

ANSWER_LIMIT: Final = 32 * 1024**2  # bytes; 64 vectors of 8,192 numbers take 12 MB


def vectors_in(raw: bytes, count: int) -> NDArray[np.float32]:
    """Return the unit vectors of an answer for `count` texts, in the order of the texts, shape (count, dimensions). Raises ValueError."""
    if len(raw) > ANSWER_LIMIT:
        raise ValueError(f"more than {ANSWER_LIMIT} bytes")
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ValueError("no JSON") from error
    listed = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise ValueError("no list of embeddings")
    if len(listed) != count:
        raise ValueError(f"{len(listed)} embeddings for {count} texts")
    return _unit(_numbers([item.get("embedding") for item in _in_order(listed)]))


def _in_order(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the embeddings in the order of the texts: each says its place, and endpoints may answer out of order."""
    places = {item.get("index"): item for item in listed if type(item.get("index")) is int}
    if places.keys() != set(range(len(listed))):
        raise ValueError("embeddings whose places aren't those of the texts")
    return [places[place] for place in range(len(listed))]


def _numbers(rows: list[Any]) -> NDArray[np.float64]:
    if not all(isinstance(row, list) and row and len(row) == len(rows[0]) for row in rows):
        raise ValueError("embeddings that aren't lists of numbers of one length")
    try:
        numbers = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError("embeddings that aren't numbers") from error
    if numbers.ndim != 2:
        raise ValueError("embeddings that aren't numbers")
    if not np.isfinite(numbers).all():
        raise ValueError("numbers that aren't finite")
    return numbers


def _unit(numbers: NDArray[np.float64]) -> NDArray[np.float32]:
    largest = np.abs(numbers).max(axis=1, keepdims=True)
    if not largest.all():
        raise ValueError("an embedding of nothing but zeros")
    scaled = numbers / largest  # first, so that no square overflows
    unit: NDArray[np.float32] = (scaled / np.linalg.norm(scaled, axis=1, keepdims=True)).astype(np.float32)
    return unit
