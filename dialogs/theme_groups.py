"""Themes under their floors: of which groups of comments one may speak, and of whose traces."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dialogs.anonymity import Response, people, tellable
from dialogs.scores import COMMENT_FLOOR, SCORE_FLOOR, Theme
from dialogs.theme_words import typical


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A published response: who gave it (None once they were erased), in which class, what they said, and the masked comment, if there's any."""

    person: str | None
    anonymity_class: str
    trace: int | None = None
    unsolved: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    words: tuple[str, ...]
    numbers: tuple[int, ...]


def themes_of(said: Sequence[Said], groups: Sequence[Sequence[int]]) -> tuple[Theme, ...]:
    """Return the themes of a period's responses; `groups` hold the numbers of all that have a comment.

    None where fewer than `COMMENT_FLOOR` people wrote one. A theme has `SCORE_FLOOR` people; what belongs to none is the rest, without words, which
    has as many, or is empty: else the smallest theme goes into it. A theme's traces are there from `SCORE_FLOOR` people on who left one, and only
    where they can't be told from those of the classes, of what wasn't solved, and of the other themes (`anonymity.tellable`).
    """
    if len(_people(said, (number for group in groups for number in group))) < COMMENT_FLOOR:
        return ()
    named = typical([[said[number].comment or "" for number in group] for group in groups])
    all_ = [_Group(words, tuple(group)) for words, group in zip(named, groups, strict=True)]
    shown = sorted(
        (group for group in all_ if group.words and len(_people(said, group.numbers)) >= SCORE_FLOOR),
        key=lambda group: (-len(_people(said, group.numbers)), -len(group.numbers), group.words),
    )
    rest = [number for group in all_ if group not in shown for number in group.numbers]
    while shown and rest and len(_people(said, rest)) < SCORE_FLOOR:
        rest += shown.pop().numbers
    if not shown:
        return ()
    if rest:
        shown.append(_Group((), tuple(sorted(rest))))
    traced = _traced(said, shown)
    return tuple(
        Theme(
            words=group.words,
            comments=len(group.numbers),
            people=len(_people(said, group.numbers)),
            traces=_traces(said, group.numbers) if group in traced else {},
        )
        for group in shown
    )


def _traced(said: Sequence[Said], shown: Sequence[_Group]) -> list[_Group]:
    """Return the groups whose traces may be told, those that most people rated first."""
    rated = {
        number: Response(id=str(number), person=response.person, dimensions={}) for number, response in enumerate(said) if response.trace is not None
    }
    classes: dict[str, list[Response]] = {}
    for number, response in rated.items():
        classes.setdefault(said[number].anonymity_class, []).append(response)
    unsolved = [response for number, response in rated.items() if said[number].unsolved]
    parts = {group: [rated[number] for number in group.numbers if number in rated] for group in shown}
    largest = sorted(shown, key=lambda group: -people(parts[group]))
    told = tellable([parts[group] for group in largest], list(classes.values()), told=[unsolved])
    return [group for group, may in zip(largest, told, strict=True) if may]


def _people(said: Sequence[Said], numbers: Iterable[int]) -> set[str]:
    """Return who gave these responses; whoever was erased counts for nobody."""
    return {person for number in numbers if (person := said[number].person) is not None}


def _traces(said: Sequence[Said], numbers: Iterable[int]) -> dict[str, int]:
    counted = Counter(said[number].trace for number in numbers)
    return {str(trace): counted[trace] for trace in range(1, 6) if counted[trace]}
