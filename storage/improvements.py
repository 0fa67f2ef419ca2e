"""Improvements: what owners will do about a result."""

from collections.abc import Sequence

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from dialogs.improvement import Improvement
from storage.tables import ImprovementRow, table_of

_IMPROVEMENT = table_of(ImprovementRow)


def keep(session: Session, improvement: Improvement) -> None:
    """Keep an improvement as it is from now on; the first time notes it. What was done first stands: nothing that's over is changed."""
    connection = session.connection()
    columns = {
        "function": improvement.function,
        "text": improvement.text,
        "due": improvement.due,
        "before": improvement.before,
        "noted_at": improvement.noted_at,
        "noted_by": improvement.by,
        "done_at": improvement.done_at,
        "done": improvement.done,
    }
    if session.get(ImprovementRow, improvement.id) is None:
        connection.execute(insert(_IMPROVEMENT).values(id=improvement.id, **columns))
        return
    still_open = (_IMPROVEMENT.c.id == improvement.id, _IMPROVEMENT.c.done_at.is_(None))
    connection.execute(update(_IMPROVEMENT).where(*still_open).values(**columns))
    session.expire_all()


def of(session: Session, function: str) -> Sequence[Improvement]:
    """Return a function's improvements: those under way first, the first due first; then those that are done, the latest first."""
    rows = session.exec(select(ImprovementRow).where(col(ImprovementRow.function) == function)).all()
    under_way = sorted((row for row in rows if row.done_at is None), key=lambda row: (row.due, row.noted_at, row.id))
    over = sorted((row for row in rows if row.done_at is not None), key=lambda row: (row.done_at, row.id), reverse=True)
    return [_improvement(row) for row in (*under_way, *over)]


def _improvement(row: ImprovementRow) -> Improvement:
    return Improvement(
        id=row.id,
        function=row.function,
        text=row.text,
        due=row.due,
        noted_at=row.noted_at,
        by=row.noted_by,
        before=row.before,
        done_at=row.done_at,
        done=row.done,
    )
