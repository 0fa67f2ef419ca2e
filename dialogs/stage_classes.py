"""Stages of people in classes that may be shown: nobody is told apart by standing where few others do."""

from dialogs.campaign import NOBODY, Histogram
from dialogs.campaigning import rank_counts
from dialogs.ladder import Stage
from dialogs.scores import SCORE_FLOOR


def may_be_shown(histogram: Histogram) -> Histogram:
    """Return a histogram in which no stage has fewer than `SCORE_FLOOR` people, but none: a few are counted with the stage below, or the next above.

    Nobody is shown of fewer than `SCORE_FLOOR` people in all.
    """
    counts = list(rank_counts(histogram))
    if sum(counts) < SCORE_FLOOR:
        return NOBODY
    for rank in range(len(counts) - 1, 0, -1):
        if counts[rank] < SCORE_FLOOR:
            counts[rank - 1] += counts[rank]
            counts[rank] = 0
    if 0 < counts[0] < SCORE_FLOOR:
        above = next(rank for rank, number in enumerate(counts) if rank and number)
        counts[above] += counts[0]
        counts[0] = 0
    return Histogram(**{stage.value: number for stage, number in zip(Stage, counts, strict=True)})
