"""Published periods in a test's words: weeks of November 2026, by the traces that people left."""

from collections.abc import Mapping
from datetime import date, timedelta

from dialogs.scores import AnonymityClass, Dimension, Grain, Published, Theme

NOVEMBER = date(2026, 11, 2)  # a Monday


def of_service(service: str | None, traces: Mapping[str, int], number: int = 1) -> AnonymityClass:
    """Return responses of as many people, of one service or of several."""
    told: dict[Dimension, str] = {} if service is None else {"service": service}
    count = sum(traces.values())
    return AnonymityClass(
        id=f"class {number}",
        told=told,
        people=count,
        answered=count,
        solved={},
        traces=traces,
        promised=0,
        late=0,
    )


def week(number: int, *classes: AnonymityClass, themes: tuple[Theme, ...] = (), grain: Grain = "week", shown: bool = True) -> Published:
    """Return the published week so many weeks after that of the 2nd of November."""
    answered = sum(each.answered for each in classes)
    return Published(
        begins=NOVEMBER + timedelta(weeks=number),
        grain=grain,
        asked=2 * answered,
        answered=answered,
        people=answered,
        shown=shown,
        classes=classes,
        themes=themes,
    )


def left(number: int, **traces: int) -> Published:
    """Return a published week in which people left these traces: `left(0, four=3, two=1)`."""
    names = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
    return week(number, of_service(None, {names[name]: count for name, count in traces.items()}))
