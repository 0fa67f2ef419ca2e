"""Changes: the trace that a function left before and after, and whether it's more than chance."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.improvement import Improvement
from dialogs.scores import Published
from dialogs.statistics import drop, mean

SURE: Final = 0.05  # of chance, at most, to call a change more than that
COMPARED: Final = 4  # published periods, the latest, that one is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Mean traces before and after, from so many responses; `p` is how likely chance alone moves it as far, in that direction."""

    before: float
    after: float
    asked_before: int
    asked_after: int
    p: float

    @property
    def sure(self) -> bool:
        """Whether it's more than chance."""
        return self.p < SURE


def traces(periods: Iterable[Published]) -> Mapping[str, int]:
    """Return how many responses left each trace, `1` to `5`, in published periods together."""
    total = Counter[str]()
    for period in periods:
        for each in period.classes:
            total.update(each.traces)
    return {str(trace): total[str(trace)] for trace in range(1, 6)}


def change(before: Iterable[Published], after: Iterable[Published]) -> Change | None:
    """Return what changed between published periods; None where no trace was left on one side."""
    former, latter = traces(before), traces(after)
    was, is_ = mean(former), mean(latter)
    if was is None or is_ is None:
        return None
    p = drop(former, latter) if is_ < was else drop(latter, former)
    return Change(before=was, after=is_, asked_before=sum(former.values()), asked_after=sum(latter.values()), p=p)


def since(improvement: Improvement, published: Sequence[Published]) -> Change | None:
    """Return what changed since an improvement was noted: from the period it's about to all that began later; None where nothing can be told."""
    before = [period for period in published if period.shown and period.begins == improvement.before]
    after = [period for period in published if period.shown and period.begins >= improvement.noted_at.date()]
    return change(before, after)
