"""Publication: what is published of a closed period of a function, made once of its responses."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid5

from dialogs.anonymity import Group, Response, buckets, classes, left_trace, people, said_solved, stands_apart
from dialogs.feedback import Item, values_of
from dialogs.scores import SCORE_FLOOR, AnonymityClass, Grain, Published
from dialogs.statistics import DETRACTORS, PROMOTERS

SOLVED, TRACES, UNSOLVED, GAP, FIRST_WORD = "solved", "traces", "unsolved", "gap", "first_word"  # measures, besides those of the items
WAITS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "three_days": timedelta(days=3), "more": timedelta.max}
_SAID: Final = ("yes", "partly", "no")
_TRACE: Final = tuple(str(trace) for trace in range(1, 6))
_NAMESPACE: Final = UUID("6d5a0d0e-3b0c-5f56-8a57-5b0f6f7b1b9c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is published of a period; `class_of` tells in which class each response is, by its id."""

    published: Published
    class_of: Mapping[str, str]


def publish(function: str, grain: Grain, begins: date, asked: int, responses: Sequence[Response], floor: int = SCORE_FLOOR) -> Publication:
    """Make what is published of a period that's over for good; the same, whenever and wherever it's made of the same responses."""
    groups = classes(responses, floor)
    number = people(responses)
    enough = asked >= floor
    published = Published(
        begins=begins,
        grain=grain,
        asked=asked if enough else 0,
        answered=len(responses) if enough else 0,
        people=number if groups else 0,
        shown=bool(groups),
    )
    if not groups:
        return Publication(published=published, class_of={})
    told_solved, told_trace = (people(filter(question, responses)) >= floor for question in (said_solved, left_trace))
    made = tuple(_class(function, begins, group, floor, solved=told_solved, trace=told_trace) for group in groups)
    class_of = {response.id: each.id for group, each in zip(groups, made, strict=True) for response in group.responses}
    measures = dict(_measures(responses, groups, floor))
    return Publication(published=replace(published, classes=made, measures=measures), class_of=class_of)


def _class(function: str, begins: date, group: Group, floor: int, *, solved: bool, trace: bool) -> AnonymityClass:
    told = "|".join(f"{dimension}={value}" for dimension, value in sorted(group.told.items()))
    promised = [response for response in group.responses if response.late is not None]
    if people(promised) < floor:
        promised = []
    return AnonymityClass(
        id=str(uuid5(_NAMESPACE, f"{function}|{begins.isoformat()}|{told}")),
        told=group.told,
        people=people(group.responses),
        answered=len(group.responses),
        solved=_counted([each.solved for each in group.responses if each.solved], _SAID) if solved else {},
        traces=_counted([str(each.trace) for each in group.responses if each.trace], _TRACE) if trace else {},
        promised=len(promised),
        late=sum(response.late is True for response in promised),
    )


def _counted(said: Sequence[str], order: Sequence[str]) -> Mapping[str, int]:
    counts = Counter(said)
    return {value: counts[value] for value in order if value in counts}


def _measures(responses: Sequence[Response], groups: Sequence[Group], floor: int) -> Iterator[tuple[str, tuple[int, Mapping[str, int]]]]:
    """Yield the measures of the period as a whole that may be published beside its classes."""
    for name, order, value_of in _MEASURES:
        said = [(response, value) for response in responses if (value := value_of(response)) is not None]
        part = [response for response, _ in said]
        # a trace counts twice, in the classes and among the unsolved: only those who left one can be told apart by it
        among = [[response for response in group.responses if name != UNSOLVED or left_trace(response)] for group in groups]
        if not stands_apart(part, among, floor):
            continue
        counts = _added(name, [int(value) for _, value in said]) if order is None else _chosen(said, order, floor)
        if counts:
            yield name, (people(part), counts)


def _chosen(said: Sequence[tuple[Response, str]], order: Sequence[str], floor: int) -> Mapping[str, int]:
    return buckets([(response.person, value) for response, value in said], order, floor)


def _added(name: str, values: Sequence[int]) -> Mapping[str, int]:
    if name != Item.RECOMMENDATION:
        return {"count": len(values), "sum": sum(values)}
    promoters, detractors = (sum(str(value) in some for value in values) for some in (PROMOTERS, DETRACTORS))
    return {"count": len(values), "promoters": promoters, "detractors": detractors}


def _trace(response: Response) -> str | None:
    return str(response.trace) if response.trace else None


def _unsolved(response: Response) -> str | None:
    return _trace(response) if response.solved in ("partly", "no") else None


def _gap(response: Response) -> str | None:
    return str(response.trace - response.expected) if response.trace and response.expected else None


def _wait(response: Response) -> str | None:
    waited = response.waited
    return None if waited is None else next(name for name, longest in WAITS.items() if waited <= longest)


def _item(response: Response, item: Item) -> str | None:
    return response.value if response.item == item and response.value in values_of(item) else None


_CHOICES: Final = (Item.REASON, Item.LOST_TIME, Item.ELSEWHERE)
# their names, the values of those of which each value is counted (None for what is added up), and what a response says
_MEASURES: Final[Sequence[tuple[str, Sequence[str] | None, Callable[[Response], str | None]]]] = (
    (SOLVED, _SAID, lambda response: response.solved),
    (TRACES, _TRACE, _trace),
    (UNSOLVED, None, _unsolved),
    (GAP, None, _gap),
    (FIRST_WORD, tuple(WAITS), _wait),
    *((item.value, values_of(item) if item in _CHOICES else None, partial(_item, item=item)) for item in Item),
)
