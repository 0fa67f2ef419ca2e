"""Corrections: reports that an owner took up, and whose author hasn't been told yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, cast, func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session

from dialogs.catalog import LANGUAGES, Language
from storage.tables import ExchangeRow, GapQuestionRow, GapRow, PersonRow, ReportRow, table_of

_REPORT, _QUESTION, _GAP = table_of(ReportRow).c, table_of(GapQuestionRow).c, table_of(GapRow).c
_EXCHANGE, _PERSON = table_of(ExchangeRow).c, table_of(PersonRow).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A report that was taken up: who made it, the sheet that answers now, the language that its author reads."""

    report: UUID
    person: str
    sheet: str
    language: Language | None


def taken(session: Session, since: datetime, limit: int = 100) -> list[Taken]:
    """Return the reports that say what is wrong, whose gap was settled by an answer after `since`, and whose author wasn't told; the oldest first."""
    language = func.coalesce(_PERSON.language, _EXCHANGE.language, _PERSON.directory_language)
    found = (
        select_columns(_REPORT.id, _REPORT.person_id, _REPORT.sheet_id, _GAP.subject, language.label("language"))
        # SQLite writes a UUID without hyphens, PostgreSQL with them
        .join(table_of(GapQuestionRow), _QUESTION.source == func.replace(cast(_REPORT.id, String), "-", ""))
        .join(table_of(GapRow), _GAP.id == _QUESTION.gap_id)
        .join(table_of(PersonRow), _PERSON.id == _REPORT.person_id)
        .outerjoin(table_of(ExchangeRow), _EXCHANGE.id == _REPORT.exchange_id)
        .where(_REPORT.kind == "wrong", _REPORT.told_at.is_(None), _GAP.decision.in_(("written", "phrasing")), _GAP.settled_at > since)
        .order_by(_GAP.settled_at, _REPORT.reported_at)
        .limit(limit)
    )
    return [
        Taken(
            report=row.id,
            person=row.person_id,
            sheet=row.subject or row.sheet_id,
            language=next((each for each in LANGUAGES if each == row.language), None),
        )
        for row in session.execute(found)
    ]


def mark_told(session: Session, reports: Sequence[UUID], at: datetime) -> None:
    """Note that the authors of these reports are told."""
    session.connection().execute(update(table_of(ReportRow)).where(_REPORT.id.in_(reports)).values(told_at=at))
