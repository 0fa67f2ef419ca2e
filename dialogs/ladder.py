"""The ladder: the stages of one person for one function, and the dated evidence that places somebody on it. The rules are data."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Final, TypeAlias

LASTS: Final = timedelta(days=180)  # without new evidence, a stage is lost after each such time
NEEDED: Final = 0.6  # the weight that places somebody: one right answer of three does, one of two doesn't
_ROUNDING: Final = 1e-9  # a sum of thirds isn't exact
_FEWEST_OPTIONS: Final = 2
_Steps: TypeAlias = list[tuple[datetime, int]]  # from when on, what rank


class Stage(StrEnum):
    """Where somebody is on the way from knowing nothing of a subject to acting; in order."""

    UNAWARE = "unaware"
    AWARENESS = "awareness"  # savoir
    COMPREHENSION = "comprehension"  # comprendre
    CONVICTION = "conviction"  # adhérer
    ACTION = "action"  # agir

    @property
    def rank(self) -> int:
        """How far it is, from 0."""
        return _STAGES.index(self)


_STAGES: Final = tuple(Stage)


class EvidenceKind(StrEnum):
    """What shows where somebody is."""

    RECALL_UNAIDED = "recall_unaided"  # they named the function in their own words
    RECALL_AIDED = "recall_aided"  # they picked it among others
    CARD_OPENED = "card_opened"  # they opened the function's card, or asked for more
    QUIZ = "quiz"
    ASKED_RIGHT = "asked_right"  # their question went to the right function at once
    OPINION = "opinion"  # a 4 or a 5 of five
    RECOMMENDS = "recommends"  # a 9 or a 10 of ten
    SERVICE_USED = "service_used"  # an exchange that was solved
    EVENT = "event"  # another tool tells of an act
    IMPORTED = "imported"  # a file tells of an act
    GESTURE = "gesture"  # they say that they did it


STAGE_OF: Final[Mapping[EvidenceKind, Stage]] = {
    EvidenceKind.RECALL_UNAIDED: Stage.AWARENESS,
    EvidenceKind.RECALL_AIDED: Stage.AWARENESS,
    EvidenceKind.CARD_OPENED: Stage.AWARENESS,
    EvidenceKind.QUIZ: Stage.COMPREHENSION,
    EvidenceKind.ASKED_RIGHT: Stage.COMPREHENSION,
    EvidenceKind.OPINION: Stage.CONVICTION,
    EvidenceKind.RECOMMENDS: Stage.CONVICTION,
    EvidenceKind.SERVICE_USED: Stage.ACTION,
    EvidenceKind.EVENT: Stage.ACTION,
    EvidenceKind.IMPORTED: Stage.ACTION,
    EvidenceKind.GESTURE: Stage.ACTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One dated piece of evidence of a person for a function.

    `source` says where it comes from, and with `person`, `function`, `topic` and `kind` makes it one: told again, it changes nothing but its weight
    and time where they moved (an answer that was changed). `topic` is empty for the function as a whole, for which evidence of a topic counts too.
    `weight` is 1 for what shows it by itself; of a quiz, what guessing can't give (`quiz_weight`); below 0 for what speaks against it. `campaign` and
    `step` are those whose message brought it about, None for what people did of their own accord; `survey` says that it was asked of everybody alike.
    """

    person: str
    function: str
    topic: str
    kind: EvidenceKind
    source: str
    at: datetime
    weight: float = 1.0
    campaign: str | None = None
    step: str | None = None
    survey: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The stage of one person for one function (and topic): since when, and when it's lost without new evidence, None for what can't be."""

    stage: Stage
    since: datetime | None = None
    lost_at: datetime | None = None


UNAWARE: Final = Standing(stage=Stage.UNAWARE)


def quiz_weight(right: bool, options: int) -> float:
    """Return what an answer to a quiz of so many options weighs: nothing on the whole for whoever guesses.

    1 - 1/k for a right answer and -1/k for a wrong one: the correction for guessing R - W/(k - 1), per item and scaled by (k - 1)/k (F. B. Davis,
    "Estimation and use of scoring weights for each choice in multiple-choice test items", 1959). Raises ValueError under two options.
    """
    if options < _FEWEST_OPTIONS:
        raise ValueError(f"a quiz of {options} option asks nothing: it needs {_FEWEST_OPTIONS} at least")
    return right - 1 / options


def stage_at(evidence: Iterable[Evidence], at: datetime, lasts: timedelta = LASTS) -> tuple[Stage, datetime | None]:
    """Return where the evidence of one person, function and topic places them at a time, and when that's lost without more of it.

    Of each stage, what weighs `NEEDED` together places somebody there, whatever was skipped. After `lasts` without evidence of it, it places them one
    stage lower, and so on. What is dated later than `at` isn't there yet. None for a stage that can't be lost: there's nothing below `unaware`.

    Of one source, the latest counts. What speaks against a stage grows old as well, which lifts nobody: only evidence for a stage lifts to it.
    """
    latest: dict[tuple[Stage, str], Evidence] = {}
    for each in evidence:
        if each.at <= at:
            one = STAGE_OF[each.kind], each.source
            if one not in latest or _order(latest[one]) < _order(each):
                latest[one] = each
    pieces: defaultdict[Stage, list[tuple[datetime, float]]] = defaultdict(list)
    for (stage, _), each in latest.items():
        pieces[stage].append((each.at, each.weight))
    steps = [_steps(stage.rank, pieces[stage], lasts) for stage in pieces]
    rank = _rank_at(steps, at)
    later = sorted(time for each in steps for time, _ in each if time > at)
    return _STAGES[rank], next((time for time in later if _rank_at(steps, time) < rank), None)


def _order(piece: Evidence) -> tuple[datetime, str, str, float]:
    return piece.at, piece.topic, piece.kind, piece.weight


def _rank_at(steps: Iterable[_Steps], at: datetime) -> int:
    return max((each[number - 1][1] for each in steps if (number := bisect_right(each, at, key=lambda step: step[0]))), default=0)


def _steps(rank: int, pieces: Sequence[tuple[datetime, float]], lasts: timedelta) -> _Steps:
    """Return how far the pieces of the stage of that rank place somebody from the last one that speaks for it on, each time that it's less.

    A look back over `lasts` reaches the stage where its pieces weigh enough, one over twice as long the stage below it, and so on.
    """
    known = _that_count(sorted(pieces))
    begins = max((time for time, weight in known if weight > 0), default=None)
    if begins is None:
        return []
    times = [time for time, _ in known]
    sums = [0.0, *accumulate(weight for _, weight in known)]

    def reached(at: datetime) -> int:
        so_far = sums[bisect_right(times, at)]
        looks = (so_far - sums[bisect_right(times, at - (back + 1) * lasts)] for back in range(rank))
        return next((rank - back for back, weight in enumerate(looks) if weight >= NEEDED - _ROUNDING), 0)

    moments = {time for time in times if time >= begins} | {time + (back + 1) * lasts for time in times for back in range(rank)}
    steps: _Steps = []
    for moment in sorted(moment for moment in moments if moment >= begins):
        here = reached(moment)
        if not steps or here < steps[-1][1]:
            steps.append((moment, here))
    return steps


def _that_count(pieces: Sequence[tuple[datetime, float]]) -> Sequence[tuple[datetime, float]]:
    """Leave out what is older than enough of what is newer, where nothing speaks against it: whoever acts every day has thousands."""
    if any(weight < 0 for _, weight in pieces):
        return pieces
    weighs = 0.0
    for number in range(len(pieces) - 1, -1, -1):
        weighs += pieces[number][1]
        if weighs >= NEEDED:
            return pieces[number:]
    return pieces
