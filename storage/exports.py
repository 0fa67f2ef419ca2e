"""Exports: what was asked for in chat, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from dialogs.catalog import LANGUAGES
from dialogs.export import DEPTHS, FORMS, Export
from dialogs.people import Person
from storage.tables import ExportRow, PersonRow

MAKING: Final = "export"  # with an export's id, the key under which its file is kept


def ask(session: Session, export: Export, at: datetime) -> None:
    """Keep that an export is wanted; once more, by its id, changes nothing."""
    if session.get(ExportRow, export.id) is not None:
        return
    row = ExportRow(
        id=export.id,
        person_id=export.person,
        language=export.language,
        form=export.form,
        filters=dict(export.filters),
        depth=export.depth,
        reason=export.reason,
        asked_at=at,
    )
    session.add(row)
    session.flush()


def waiting(session: Session) -> Sequence[Export]:
    """Return the exports that weren't made yet, the oldest first."""
    wanted = select(ExportRow).where(col(ExportRow.made_at).is_(None)).order_by(col(ExportRow.asked_at), col(ExportRow.id))
    return [_export(row) for row in session.exec(wanted)]


def asker(session: Session, export: Export) -> Person | None:
    """Return who asked, as the directory knows them by now."""
    row = session.get(PersonRow, export.person)
    return Person(id=row.id, email=row.email, linked=row.directory_id is not None) if row else None


def mark_made(session: Session, export: str, at: datetime, failure: str | None = None) -> bool:
    """Keep that an export was made, or why it couldn't be; False where somebody was faster, and then nothing is to follow."""
    row = session.exec(select(ExportRow).where(col(ExportRow.id) == export).with_for_update()).first()
    if row is None or row.made_at is not None:
        return False
    row.made_at, row.failure = at, failure
    session.flush()
    return True


def _export(row: ExportRow) -> Export:
    return Export(
        id=row.id,
        person=row.person_id,
        language=next(language for language in LANGUAGES if language == row.language),
        form=next(form for form in FORMS if form == row.form),
        depth=next(depth for depth in DEPTHS if depth == row.depth),
        asked_at=row.asked_at,
        filters=row.filters,
        reason=row.reason,
    )
