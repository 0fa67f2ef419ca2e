"""What the phrasings teach about the index itself: each is asked of a ranking that hasn't seen it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dialogs.search.blend import USUAL, blended
from dialogs.search.confidence import Confidence, odds
from dialogs.search.head import MANY
from dialogs.search.ranking import Floats, Ranking, Texts, logs_of, owners_of
from dialogs.search.rows import FOLDS, Row

_ASKED: Final = 800  # phrasings of a fold, at most: more change little, and cost
_SEED: Final = 20260901
_CANDIDATES: Final = 50  # sheets that the blend is fitted on; those behind them hold no probability


@dataclass(frozen=True, slots=True)
class _Asked:
    """Phrasings with what a ranking gave them: marks, shape (phrasings, sheets + 1, 3); `answerable` where it knew their own sheets."""

    marks: Floats
    own: NDArray[np.int64]
    answerable: NDArray[np.bool_]


def cross_fitted(sheets: int, words: int, rows: Sequence[Row], texts: Texts) -> tuple[Floats, Confidence]:
    """Learn the weights of the marks, shape (3,), and the confidence, from phrasings that the ranking hadn't seen.

    Each fold holds out a fifth of the phrasings, and all that belongs to a fifth of the sheets: the phrasings of the latter are then questions
    that no sheet answers, which is as near as one gets to what people will ask in vain.
    """
    folds = np.array([-1 if row.fold is None else row.fold for row in rows])
    owners = owners_of(rows)
    tried = FOLDS if sheets <= MANY else 1  # a fold of a large catalogue teaches enough
    asked = [each for fold in range(tried) if (each := _held_out(fold, sheets, words, rows, texts, folds, owners)) is not None]
    weights = _weights(asked)
    scores: list[float] = []
    fits: list[float] = []
    right: list[bool] = []
    for each in asked:
        logs = logs_of(each.marks, weights)[:, :-1]
        best = logs.argmax(axis=1)
        places = np.arange(len(best))
        scores += [odds(log) for log in logs[places, best].tolist()]
        fits += (each.marks[places, best] @ weights).tolist()
        right += (best == each.own).tolist()
    answerable = np.concatenate([each.answerable for each in asked]) if asked else np.zeros(0, dtype=np.bool_)
    return weights, Confidence.learned(np.array(scores), np.array(fits), np.array(right, dtype=np.bool_), answerable)


def _held_out(
    fold: int, sheets: int, words: int, rows: Sequence[Row], texts: Texts, folds: NDArray[np.int64], owners: NDArray[np.int64]
) -> _Asked | None:
    gone = (owners < sheets) & (owners % FOLDS == fold) if sheets >= FOLDS else np.zeros(len(rows), dtype=np.bool_)
    kept = np.flatnonzero(~gone & (folds != fold))
    asked = np.flatnonzero((folds >= 0) & (gone | (folds == fold)))
    if not len(asked) or not (owners[kept] < sheets).any():
        return None
    if len(asked) > _ASKED:
        asked = np.sort(np.random.default_rng(_SEED).choice(asked, _ASKED, replace=False))
    ranking = Ranking.learned(sheets, words, [rows[row] for row in kept.tolist()], texts.at(kept))
    return _Asked(ranking.of(texts.at(asked)), owners[asked], np.isin(owners[asked], owners[kept]))


def _weights(asked: Sequence[_Asked]) -> Floats:
    usual = np.array(USUAL, dtype=np.float32)
    marks: list[Floats] = []
    places: list[NDArray[np.int64]] = []
    for each in asked:
        known = each.marks[each.answerable, :-1]
        near = np.argsort(-(known @ usual), axis=1, kind="stable")[:, :_CANDIDATES]
        found = near == each.own[each.answerable, None]
        there = found.any(axis=1)
        marks.append(np.take_along_axis(known[there], near[there, :, None], axis=1))
        places.append(found[there].argmax(axis=1))
    if not sum(map(len, places)):
        return usual
    return blended(np.concatenate(marks).astype(np.float64), np.concatenate(places)).astype(np.float32)
