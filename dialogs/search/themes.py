"""Themes: comments grouped by what they speak of, told by their vectors, all at once, in whatever order they come."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Mean cosine between two groups, by the bundled encoder, below which they aren't put together. Tried on 28 comments in both languages, four themes
# and five that belong to none: at 0.30 every pair of a theme is found, and one pair of 57 is wrong; at 0.40 none is wrong, and a sixth is missed.
ALIKE: Final = 0.30
COMPARED: Final = 2_000  # comments grouped with each other; each that comes after joins the group that it's nearest to, so that time stays linear

Floats = NDArray[np.float32]


def grouped(vectors: Floats) -> tuple[tuple[int, ...], ...]:
    """Return groups of the numbers of unit vectors, shape (comments, dimensions); each comment is in one, the largest group first.

    Average linkage by nearest-neighbour chains (Murtagh 1983), cut at `ALIKE`.
    """
    groups = _linked(vectors[:COMPARED])
    if len(vectors) > COMPARED:
        means = np.stack([vectors[group].mean(axis=0) for group in groups])
        for number, near in enumerate(vectors[COMPARED:] @ means.T, start=COMPARED):
            best = int(near.argmax())
            if near[best] >= ALIKE:
                groups[best].append(number)
            else:
                groups.append([number])
    return tuple(sorted((tuple(sorted(group)) for group in groups), key=lambda group: (-len(group), group)))


def _linked(vectors: Floats) -> list[list[int]]:
    """Group by average linkage. The mean cosine of two groups is the product of their sums over the product of their sizes."""
    sums = vectors.astype(np.float64)
    sizes = np.ones(len(vectors))
    members = [[number] for number in range(len(vectors))]
    active = np.ones(len(vectors), dtype=np.bool_)
    over: list[list[int]] = []
    chain: list[int] = []
    while active.any():
        if not chain:
            chain.append(int(active.argmax()))
        tip = chain[-1]
        likeness = np.where(active, sums @ sums[tip] / (sizes * sizes[tip]), -np.inf)
        likeness[tip] = -np.inf
        nearest = int(likeness.argmax())
        if likeness[nearest] < ALIKE:  # nothing comes nearer later: a merger's mean lies between those of its parts
            active[tip] = False
            over.append(members[tip])
            chain.pop()
        elif len(chain) > 1 and likeness[chain[-2]] >= likeness[nearest]:
            other = chain[-2]
            del chain[-2:]
            sums[other] += sums[tip]
            sizes[other] += sizes[tip]
            members[other] = [*members[other], *members[tip]]
            active[tip] = False
        else:
            chain.append(nearest)
    return over
