"""Drafted profiles: what an interview wrote down of a function, until its owner publishes it."""

from datetime import datetime

from sqlmodel import Session, col, select

from dialogs.catalog import Function
from storage import plain
from storage.tables import ProfileDraftRow


def drafts(session: Session) -> dict[str, Function]:
    """Return every draft by its function's slug."""
    rows = session.exec(select(ProfileDraftRow).order_by(col(ProfileDraftRow.function)))
    return {row.function: plain.read_function(row.content) for row in rows}


def keep(session: Session, slug: str, draft: Function | None, author: str, at: datetime) -> None:
    """Keep a function's draft in place of the former one; None drops it."""
    row = session.get(ProfileDraftRow, slug)
    if draft is None:
        if row is not None:
            session.delete(row)
    else:
        session.merge(ProfileDraftRow(function=slug, content=plain.write_function(draft), author=author, changed_at=at))
    session.flush()
