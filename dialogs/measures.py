"""Measures: what published periods say, added up; nothing here looks at a response."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from dialogs.feedback import POSTURE, Item, values_of
from dialogs.periods import period
from dialogs.publication import UNSOLVED
from dialogs.scores import AnonymityClass, Dimension, Grain, Published
from dialogs.statistics import SATISFIED, csat, mean, net_promoter, wilson

Pillar: TypeAlias = Literal["services", "experience", "communication", "posture"]
PILLARS: Final[tuple[Pillar, ...]] = ("services", "experience", "communication", "posture")
_LITTLE: Final = ("none", "under_hour")  # of lost time


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the responses of some classes say together: how many there are, and how many said what."""

    answered: int
    solved: Mapping[str, int]
    traces: Mapping[str, int]
    promised: int
    late: int

    @property
    def rated(self) -> int:
        """How many left a trace."""
        return sum(self.traces.values())

    @property
    def trace(self) -> float | None:
        """The mean trace, from 1 to 5."""
        return mean(self.traces)

    @property
    def satisfied(self) -> float | None:
        """The share of 4s and 5s (CSAT)."""
        return csat(self.traces)

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the satisfied ones are, with 95 % confidence."""
        return wilson(sum(self.traces.get(value, 0) for value in SATISFIED), self.rated)

    @property
    def said_solved(self) -> int:
        """How many said whether it was solved."""
        return sum(self.solved.values())

    @property
    def kept(self) -> float | None:
        """The share of promises that were kept."""
        return 1 - self.late / self.promised if self.promised else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A longer period: what was published of the periods in it. Of its `parts`, `told` show something."""

    begins: date
    grain: Grain
    asked: int
    answered: int
    parts: int
    told: int
    classes: tuple[AnonymityClass, ...]


def score(classes: Iterable[AnonymityClass]) -> Score:
    """Add classes up."""
    answered = promised = late = 0
    solved, traces = Counter[str](), Counter[str]()
    for each in classes:
        answered, promised, late = answered + each.answered, promised + each.promised, late + each.late
        solved.update(each.solved)
        traces.update(each.traces)
    return Score(answered=answered, solved=solved, traces=traces, promised=promised, late=late)


def by(classes: Iterable[AnonymityClass], dimension: Dimension) -> Sequence[tuple[str | None, Score]]:
    """Return the score of each value of a dimension, the most responses first; None, the last, is of those that aren't told apart by it."""
    parts: dict[str | None, list[AnonymityClass]] = {}
    for each in classes:
        parts.setdefault(each.told.get(dimension), []).append(each)
    scores = {value: score(some) for value, some in parts.items()}
    return sorted(scores.items(), key=lambda line: (line[0] is None, -line[1].answered, line[0] or ""))


def sums(published: Iterable[Published], grain: Grain) -> Sequence[Sum]:
    """Add periods up to months or quarters, the latest first; a period that is longer than that stands for itself."""
    parts: dict[tuple[date, Grain], list[Published]] = {}
    for each in published:
        coarser = each.grain if each.grain == "quarter" or grain == "week" else grain
        parts.setdefault((period(coarser, each.begins)[0], coarser), []).append(each)
    return [_sum(begins, coarser, some) for (begins, coarser), some in sorted(parts.items(), key=lambda part: part[0][0], reverse=True)]


def _sum(begins: date, grain: Grain, parts: Sequence[Published]) -> Sum:
    return Sum(
        begins=begins,
        grain=grain,
        asked=sum(part.asked for part in parts),
        answered=sum(part.answered for part in parts),
        parts=len(parts),
        told=sum(part.shown for part in parts),
        classes=tuple(each for part in parts for each in part.classes),
    )


def scale(published: Published, measure: str) -> tuple[float, int] | None:
    """Return the mean of a measure that is a scale, and from how many responses; None where it isn't published."""
    found = published.measures.get(measure)
    return (found[1]["sum"] / found[1]["count"], found[1]["count"]) if found else None


def unsolved(published: Published) -> tuple[float, int] | None:
    """Return the mean trace of what wasn't solved, or only in part, and from how many responses; None where it isn't published."""
    return scale(published, UNSOLVED)


def index(published: Published) -> Mapping[Pillar, float]:
    """Return the trace by pillar, each from 0 to 100: the mean of those of its measures that are published. One of which none is isn't there."""
    parts: dict[Pillar, list[float]] = {
        "services": list(_services(score(published.classes))),
        "experience": list(_experience(published)),
        "communication": list(_communication(published)),
        "posture": [(found[0] - 1) / 4 for item in POSTURE if (found := scale(published, item))],
    }
    return {pillar: 100 * sum(shares) / len(shares) for pillar, shares in parts.items() if shares}


def _services(all_: Score) -> Iterator[float]:
    """Yield how much was solved, a part counting half, and how many promises were kept."""
    if all_.said_solved:
        yield (all_.solved.get("yes", 0) + all_.solved.get("partly", 0) / 2) / all_.said_solved
    if all_.kept is not None:
        yield all_.kept


def _experience(published: Published) -> Iterator[float]:
    """Yield how easy it was, from 1 to 7, and how many lost less than an hour, where that is told apart."""
    if found := scale(published, Item.EFFORT):
        yield (found[0] - 1) / 6
    yield from _share(published, Item.LOST_TIME, _LITTLE, values_of(Item.LOST_TIME))


def _communication(published: Published) -> Iterator[float]:
    """Yield how likely a recommendation is, from -1 to 1, and how many found it clear of those who spoke of it, where that is told apart."""
    if found := published.measures.get(Item.RECOMMENDATION):
        counts = found[1]
        yield (net_promoter(counts["promoters"], counts["detractors"], counts["count"]) + 1) / 2
    yield from _share(published, Item.REASON, ("clear",), ("clear", "unclear"))


def _share(published: Published, measure: str, good: Sequence[str], all_: Sequence[str]) -> Iterator[float]:
    """Yield the share of some values, where no value among them was put together with one that isn't."""
    counts = published.measures.get(measure, (0, {}))[1]
    ours = {name: set(name.split("+")) for name in counts if not set(all_).isdisjoint(name.split("+"))}
    if ours and all(values <= set(good) or (values <= set(all_) and values.isdisjoint(good)) for values in ours.values()):
        yield sum(counts[name] for name, values in ours.items() if values <= set(good)) / sum(counts[name] for name in ours)
