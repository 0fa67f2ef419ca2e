"""Anonymity: the responses of a period in classes of several people, which nothing that's published ever tells apart.

How a class is made depends on where people are, on what they asked about, and on which questions they answered; never on what they answered.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from dialogs.feedback import Item, Solved
from dialogs.scores import DIMENSIONS, SCORE_FLOOR, Dimension

_WORTH: Final = 0.5  # of a group's responses that a dimension has to tell, to be taken before the ones after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What somebody gave back. `person` is None once they were erased: such responses count, but as nobody, since they can't be told apart.

    `waited` is the time until a human's first word, None where none was said; `late` tells whether that was after the promise, None without one.
    """

    id: str
    person: str | None
    dimensions: Mapping[Dimension, str]
    solved: Solved | None = None
    trace: int | None = None
    item: Item | None = None
    value: str | None = None
    expected: int | None = None
    waited: timedelta | None = None
    late: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A class to be: its responses, and the dimensions in which they are all alike and may be told."""

    told: Mapping[Dimension, str]
    responses: tuple[Response, ...]


_Enough: TypeAlias = Callable[[Collection[Response]], bool]


def people(responses: Iterable[Response]) -> int:
    """Return from how many people responses come."""
    return len({response.person for response in responses if response.person is not None})


def classes(responses: Collection[Response], floor: int = SCORE_FLOOR) -> tuple[Group, ...]:
    """Return the classes of a period of a function, none where fewer than `floor` people responded; the same whatever the order.

    Responses are split by one dimension after the other, as long as each part has `floor` people. Values with fewer are put together with the next
    smallest ones until they have, and lose that dimension. A part also has `floor` people who said whether it was solved, and who left a trace, where
    the period has as many: `said_solved` and `left_trace` tell.
    """
    if people(responses) < floor:
        return ()
    questions = [question for question in (_anything, said_solved, left_trace) if people(filter(question, responses)) >= floor]

    def enough(some: Collection[Response]) -> bool:
        return all(people(filter(question, some)) >= floor for question in questions)

    return tuple(_split(sorted(responses, key=lambda response: response.id), {}, DIMENSIONS, enough))


def said_solved(response: Response) -> bool:
    """Tell whether somebody said if it was solved."""
    return response.solved is not None


def left_trace(response: Response) -> bool:
    """Tell whether somebody rated the trace."""
    return response.trace is not None


def stands_apart(part: Collection[Response], groups: Iterable[Collection[Response]], floor: int = SCORE_FLOOR) -> bool:
    """Tell whether the sum over a part of the responses may be published beside the sums over classes.

    No combination of them may be left with fewer than `floor` people. Whatever classes are taken away from the part, of each that it cuts in two
    one side remains: so the smaller sides together are what counts. Somebody in several classes may be on both sides, and isn't counted.
    """
    if people(part) < floor:
        return False
    left = _left(part, groups)
    return left is None or left >= floor


def tellable(
    parts: Iterable[Collection[Response]], groups: Sequence[Collection[Response]], told: Iterable[Collection[Response]] = ()
) -> Iterator[bool]:
    """Tell of each part, one after the other, whether the sum over it may be published beside those over classes, those `told`, and those before it.

    No two parts share a response. Whoever knows both sides of each class that a published part cuts knows more than is published; the next part has
    to stand apart even for them. Then no combination of all of them is left with fewer than `SCORE_FLOOR` people: one in which that part counts
    isn't, by this, and one in which it doesn't is made of those before it. A part that makes whole classes with those before it tells nothing new.
    """
    sides, together = groups, list[Response]()
    for part in told:
        sides = _cut(part, sides)
    for part in parts:
        known = _left(part, groups) is None or _left([*together, *part], groups) is None
        may = people(part) >= SCORE_FLOOR and (known or (_left(part, sides) or 0) >= SCORE_FLOOR)
        if may:
            sides = _cut(part, sides)
            together += part
        yield may


def _left(part: Collection[Response], groups: Iterable[Collection[Response]]) -> int | None:
    """Return how many people at least are left of a sum over a part, whatever groups are taken away from it; None where it cuts none in two."""
    held, sides = {response.id for response in part}, []
    inside = [([r for r in group if r.id in held], [r for r in group if r.id not in held]) for group in groups]
    groups_of = Counter(person for within, without in inside for person in {r.person for r in (*within, *without)})
    for within, without in inside:
        if within and without:
            sides.append(min(people(r for r in side if groups_of[r.person] == 1) for side in (within, without)))
    return sum(sides) if sides else None


def _cut(part: Collection[Response], groups: Iterable[Collection[Response]]) -> Sequence[Collection[Response]]:
    """Return the sides of each group, within the part and without."""
    held = {response.id for response in part}
    sides = (side for group in groups for side in ([r for r in group if r.id in held], [r for r in group if r.id not in held]))
    return [side for side in sides if side]


def buckets(said: Iterable[tuple[str | None, str]], order: Sequence[str], floor: int = SCORE_FLOOR) -> Mapping[str, int]:
    """Return how many said each value, given who said what; values of fewer than `floor` people are put together with the next smallest (`a+b`).

    `order` holds the values as their scale has them. Empty where nothing could be told apart.
    """
    by_value: dict[str, list[str | None]] = defaultdict(list)
    for person, value in said:
        by_value[value].append(person)
    sizes = {value: len(set(persons) - {None}) for value, persons in by_value.items()}
    smallest = sorted(by_value, key=lambda value: (sizes[value], order.index(value)))
    together: list[str] = []
    while smallest and (sizes[smallest[0]] < floor or (together and _persons(by_value, together) < floor)):
        together.append(smallest.pop(0))
    if together and not smallest:
        return {}
    counts = {value: len(by_value[value]) for value in smallest}
    if together:
        counts["+".join(sorted(together, key=order.index))] = sum(len(by_value[value]) for value in together)
    return {value: counts[value] for value in sorted(counts, key=lambda each: order.index(each.split("+")[0]))}


def _persons(by_value: Mapping[str, Sequence[str | None]], values: Iterable[str]) -> int:
    return len({person for value in values for person in by_value[value]} - {None})


def _anything(_: Response) -> bool:
    return True


def _split(responses: Sequence[Response], told: Mapping[Dimension, str], dimensions: Sequence[Dimension], enough: _Enough) -> Iterator[Group]:
    chosen = _choose(responses, dimensions, enough)
    if chosen is None:
        yield Group(told=told, responses=tuple(responses))
        return
    dimension, parts, rest = chosen
    left = [each for each in dimensions if each != dimension]
    for value, part in parts.items():
        yield from _split(part, {**told, dimension: value}, left, enough)
    if rest:
        yield from _split(rest, told, left, enough)


_Parts: TypeAlias = tuple[Dimension, Mapping[str, Sequence[Response]], Sequence[Response]]


def _choose(responses: Sequence[Response], dimensions: Sequence[Dimension], enough: _Enough) -> _Parts | None:
    """Return the first dimension that tells of many what it is, else the one that tells of most; None where none tells anything."""
    found = [parts for dimension in dimensions if (parts := _apart(responses, dimension, enough))[1]]
    worth = (parts for parts in found if sum(map(len, parts[1].values())) >= _WORTH * len(responses))
    return next(worth, None) or min(found, key=lambda parts: len(parts[2]), default=None)


def _apart(responses: Sequence[Response], dimension: Dimension, enough: _Enough) -> _Parts:
    by_value: dict[str, list[Response]] = defaultdict(list)
    rest: list[Response] = []
    for response in responses:
        value = response.dimensions.get(dimension)
        (rest if value is None else by_value[value]).append(response)
    smallest = sorted(by_value, key=lambda value: (people(by_value[value]), value))
    told = [value for value in smallest if enough(by_value[value])]
    for value in smallest:
        if value not in told:
            rest += by_value[value]
    while rest and told and not enough(rest):
        rest += by_value[told.pop(0)]
    return dimension, {value: by_value[value] for value in sorted(told)}, rest
