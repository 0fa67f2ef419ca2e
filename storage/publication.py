"""Publication: each closed period of a function is published once, in one transaction, and never again."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlmodel import Session

from dialogs.anonymity import Response
from dialogs.feedback import Item, Solved
from dialogs.periods import publishable_at
from dialogs.publication import Publication, publish
from dialogs.scores import DIMENSIONS, SCORE_FLOOR, AnonymityClass, Published
from storage.grid import Span, asked_between, counted, following, functions, reached, settle_grain
from storage.tables import AnonymityClassRow, FeedbackRow, PublishedMeasureRow, PublishedPeriodRow, table_of

_SOLVED: Final[tuple[Solved, ...]] = ("yes", "partly", "no")
_FEEDBACK, _PERIOD = table_of(FeedbackRow), table_of(PublishedPeriodRow)
_CLASS, _MEASURE = table_of(AnonymityClassRow), table_of(PublishedMeasureRow)


def publishing(function: str) -> str:
    """Return the key under which a function's periods are published."""
    return f"publication|{function}"


def due(session: Session, at: datetime, timezone: str) -> list[str]:
    """Return the functions of which a period waits to be published."""
    return [function for function in functions(session) if _due(session, function, at, timezone) is not None]


def publish_next(session: Session, function: str, at: datetime, timezone: str) -> Published | None:
    """Publish the first period of a function that waits for it; None, and nothing is done, where none does. Write it under the key `publishing`."""
    span = _due(session, function, at, timezone)
    if span is None:
        return None
    few = reached(session, function, span.opens, span.closes) < SCORE_FLOOR
    asked = 0 if few else counted(session, function, span.opens, span.closes)[0]
    responses = [_response(row) for row in session.execute(_responses(span))]
    made = publish(function, span.grain, span.begins, asked, responses)
    settle_grain(session, span)
    _keep(session, span, made, at)
    return made.published


def _due(session: Session, function: str, at: datetime, timezone: str) -> Span | None:
    """Return the first period that isn't published, if nobody can respond any more to what was asked in it."""
    span = next(following(session, function, timezone), None)
    if span is None or publishable_at(span.ends, timezone) > at:
        return None
    latest = session.execute(select(func.max(_FEEDBACK.c.expires_at)).where(*asked_between(function, span.opens, span.closes))).scalar()
    return span if latest is None or latest <= at else None


def _responses(span: Span) -> Any:
    asked = select(
        _FEEDBACK.c.id,
        _FEEDBACK.c.person_id,
        *(_FEEDBACK.c[dimension] for dimension in DIMENSIONS),
        *(_FEEDBACK.c[name] for name in ("solved", "trace", "item", "value", "expected", "opened_at", "asked_at", "due_at", "first_word_at")),
    )
    return asked.where(*asked_between(span.function, span.opens, span.closes), _FEEDBACK.c.answered_at.is_not(None), _FEEDBACK.c.class_id.is_(None))


def _response(row: Row[Any]) -> Response:
    return Response(
        id=row.id,
        person=row.person_id,
        dimensions={dimension: value for dimension in DIMENSIONS if (value := getattr(row, dimension)) is not None},
        solved=next((said for said in _SOLVED if said == row.solved), None),
        trace=row.trace,
        item=Item(row.item) if row.item else None,
        value=row.value,
        expected=row.expected,
        waited=row.first_word_at - row.opened_at if row.first_word_at else None,
        late=(row.first_word_at or row.asked_at) > row.due_at if row.due_at else None,
    )


def _keep(session: Session, span: Span, made: Publication, at: datetime) -> None:
    connection, published = session.connection(), made.published
    key: dict[str, object] = {"function": span.function, "begins": published.begins}
    solved, traces = Counter[str](), Counter[str]()
    for each in published.classes:
        solved.update(each.solved)
        traces.update(each.traces)
    totals = {
        "solved": dict(solved),
        "traces": dict(traces),
        "promised": sum(each.promised for each in published.classes),
        "late": sum(each.late for each in published.classes),
    }
    heads = {"grain": published.grain, "asked": published.asked, "answered": published.answered, "people": published.people, "shown": published.shown}
    connection.execute(insert(_PERIOD).values(**key, **heads, **totals, published_at=at))
    if published.classes:
        connection.execute(insert(_CLASS), [key | {"grain": span.grain} | _columns(each) for each in published.classes])
        classed = update(_FEEDBACK).where(_FEEDBACK.c.id == bindparam("response")).values(class_id=bindparam("class"))
        connection.execute(classed, [{"response": response, "class": class_id} for response, class_id in made.class_of.items()])
    if published.measures:
        measures = [key | {"measure": name, "people": number, "values": dict(counts)} for name, (number, counts) in published.measures.items()]
        connection.execute(insert(_MEASURE), measures)


def _columns(each: AnonymityClass) -> dict[str, object]:
    return {
        "id": each.id,
        **{dimension: each.told.get(dimension) for dimension in DIMENSIONS},
        "people": each.people,
        "answered": each.answered,
        "solved": dict(each.solved),
        "traces": dict(each.traces),
        "promised": each.promised,
        "late": each.late,
    }
