"""The balance of a campaign: which kinds of messages it has, and which mix its audience would need."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from dialogs.campaign import STEP_KINDS, Campaign, Histogram, StepKind
from dialogs.campaigning import rank_counts
from dialogs.ladder import Stage

# what helps somebody who stands there to the next stage: at first words that explain, and what outsiders say; then practice; then what it gave
_HELPS: Final[Mapping[Stage, Mapping[StepKind, int]]] = {
    Stage.UNAWARE: {"pedagogy": 3, "external_proof": 1},
    Stage.AWARENESS: {"pedagogy": 2, "quiz": 1, "external_proof": 1},
    Stage.COMPREHENSION: {"internal_proof": 1, "gesture": 2, "opinion": 1},
    Stage.CONVICTION: {"gesture": 2, "offer": 2},
    Stage.ACTION: {"success": 2, "survey": 1, "offer": 1},
}


def meter(campaign: Campaign) -> Mapping[StepKind, int]:
    """Return how many steps there are of each kind, in their documented order."""
    counted = Counter(step.kind for step in campaign.steps)
    return {kind: counted[kind] for kind in STEP_KINDS}


def proposed(histogram: Histogram, steps: int) -> Mapping[StepKind, int]:
    """Return a mix of so many steps for an audience at these stages: the further it starts, the more pedagogy.

    Each person weighs the same; the parts are rounded by the largest remainder (A. Hamilton's method), so that they add up. Nobody known counts as
    unaware.
    """
    people = dict(zip(Stage, rank_counts(histogram), strict=True))
    if not any(people.values()):
        people[Stage.UNAWARE] = 1
    weights = {
        kind: sum(number * _HELPS[stage].get(kind, 0) / sum(_HELPS[stage].values()) for stage, number in people.items()) for kind in STEP_KINDS
    }
    total = sum(weights.values())
    parts = {kind: steps * weight / total for kind, weight in weights.items()}
    whole = {kind: int(part) for kind, part in parts.items()}
    rest = sorted(STEP_KINDS, key=lambda kind: (whole[kind] - parts[kind], STEP_KINDS.index(kind)))
    for kind in rest[: steps - sum(whole.values())]:
        whole[kind] += 1
    return whole
