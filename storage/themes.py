"""Themes: the comments of a published period, grouped once by what they speak of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import insert, update
from sqlalchemy import select as select_columns
from sqlmodel import Session

from dialogs.scores import Theme
from storage.tables import AnonymityClassRow, FeedbackRow, PublishedPeriodRow, ThemeRow, table_of

THEMING: Final = "themes"  # the key under which themes are written

_PERIOD, _THEME = table_of(PublishedPeriodRow), table_of(ThemeRow)
_CLASS, _FEEDBACK = table_of(AnonymityClassRow).c, table_of(FeedbackRow).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A published period of a function, whose comments wait to be grouped."""

    function: str
    begins: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response that was published; `person` is None once they were erased. Nothing of the comment is masked."""

    id: str
    person: str | None
    anonymity_class: str
    solved: str | None
    trace: int | None
    comment: str | None


def waiting(session: Session, limit: int = 20) -> Sequence[Period]:
    """Return the published periods that show something and whose comments weren't grouped yet, the oldest first."""
    ungrouped = (_PERIOD.c.shown, _PERIOD.c.themed_at.is_(None))
    found = select_columns(_PERIOD.c.function, _PERIOD.c.begins).where(*ungrouped).order_by(_PERIOD.c.begins, _PERIOD.c.function).limit(limit)
    return [Period(function=row.function, begins=row.begins) for row in session.execute(found)]


def responses(session: Session, period: Period) -> Sequence[Response]:
    """Return the responses that were published in a period, in the order of their ids."""
    found = (
        select_columns(
            _FEEDBACK.id,
            _FEEDBACK.person_id.label("person"),
            _CLASS.id.label("anonymity_class"),
            _FEEDBACK.solved,
            _FEEDBACK.trace,
            _FEEDBACK.comment,
        )
        .join(table_of(AnonymityClassRow), _CLASS.id == _FEEDBACK.class_id)
        .where(_CLASS.function == period.function, _CLASS.begins == period.begins)
        .order_by(_FEEDBACK.id)
    )
    return [Response(**row._mapping) for row in session.execute(found)]


def keep(session: Session, period: Period, themes: Sequence[Theme], at: datetime) -> bool:
    """Keep a period's themes, none where it has none; False, and nothing is kept, where that was done before. Write it under the key `THEMING`."""
    connection = session.connection()
    mine = (_PERIOD.c.function == period.function, _PERIOD.c.begins == period.begins, _PERIOD.c.themed_at.is_(None))
    if connection.execute(update(_PERIOD).where(*mine).values(themed_at=at)).rowcount == 0:
        return False
    if themes:
        connection.execute(insert(_THEME), [_columns(period, theme, number) for number, theme in enumerate(themes)])
    return True


def of(session: Session, function: str) -> Mapping[date, tuple[Theme, ...]]:
    """Return a function's themes by the day on which their period begins, what most people speak of first, and the rest last."""
    found: dict[date, list[Theme]] = defaultdict(list)
    for row in session.execute(select_columns(_THEME).where(_THEME.c.function == function).order_by(_THEME.c.begins, _THEME.c.id)):
        found[row.begins].append(Theme(words=tuple(row.words), comments=row.comments, people=row.people, traces=row.traces))
    return {begins: tuple(sorted(themes, key=_rank)) for begins, themes in found.items()}


def _rank(theme: Theme) -> tuple[bool, int, int, tuple[str, ...]]:
    return not theme.words, -theme.people, -theme.comments, theme.words


def _columns(period: Period, theme: Theme, number: int) -> dict[str, object]:
    return {
        "id": f"{period.function}|{period.begins.isoformat()}|{number}",
        "function": period.function,
        "begins": period.begins,
        "words": list(theme.words),
        "comments": theme.comments,
        "people": theme.people,
        "traces": dict(theme.traces),
    }
