"""Gaps: the questions that a function couldn't answer, each taken in once, and what its owner decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, exists, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.catalog import LANGUAGES, Language
from dialogs.gap import KINDS, Gap, GapKind, GapQuestion
from storage.tables import ExchangeRow, GapQuestionRow, GapRow, IdentityRow, PersonRow, ReportRow, table_of

GATHERING: Final = "gaps"  # the key under which questions are taken in
COMPARED: Final = 10  # questions of a gap, the newest, that a new one is compared with
HELD: Final = 5  # questions of each kind, the newest, that a gap holds when it's opened

_EXCHANGE, _REPORT = table_of(ExchangeRow).c, table_of(ReportRow).c
_GAP, _QUESTION = table_of(GapRow).c, table_of(GapQuestionRow).c
_NOBODY: Final = ""  # in `subject`, whom an open gap was sent on by: no function


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A question that no gap holds yet, as it was asked: nothing is masked.

    `question` and `language` are None where the exchange is gone. `function` is the exchange's; `sheets` are those that were shown, the best first,
    for a report the one that it's about.
    """

    id: str
    kind: GapKind
    question: str | None
    language: Language | None
    function: str | None
    sheets: tuple[str, ...]
    comment: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A question of an open gap, to compare a new one with; `functions` are those whose questions may join: the gap's, and whoever sent it on."""

    gap: str
    functions: frozenset[str | None]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A source as a gap keeps it, personal data masked; `function` is that of the gap if this question opens it."""

    source: str
    gap: str
    function: str | None
    question: GapQuestion


def waiting(session: Session, limit: int) -> list[Source]:
    """Return the questions that no gap holds yet, the oldest first, at most `limit`."""
    found = [*_unanswered(session, limit), *_reported(session, limit)]
    return sorted(found, key=lambda source: (source.asked_at, source.id))[:limit]


def members(session: Session) -> list[Member]:
    """Return the newest questions of every open gap, `COMPARED` of each at most."""
    newest = func.row_number().over(partition_by=_QUESTION.gap_id, order_by=(_QUESTION.asked_at.desc(), _QUESTION.source)).label("newest")
    asked = (
        select_columns(_QUESTION.gap_id, _QUESTION.text, _GAP.function, _GAP.subject, newest)
        .join(table_of(GapRow), _GAP.id == _QUESTION.gap_id)
        .where(_GAP.decision.is_(None))
        .subquery()
    )
    rows = session.execute(select_columns(asked).where(asked.c.newest <= COMPARED).order_by(asked.c.gap_id, asked.c.newest))
    return [Member(gap=row.gap_id, functions=_functions(row.function, row.subject), text=row.text) for row in rows]


def take_in(session: Session, taken: Sequence[Taken]) -> bool:
    """Keep these questions, each in its gap, which is opened where it isn't there. Write it under the key `GATHERING`.

    False, and nothing is kept, where somebody was faster: a source is held already, or a gap was settled. Then look again at what waits.
    """
    sources = [one.source for one in taken]
    if session.exec(select(GapQuestionRow.source).where(col(GapQuestionRow.source).in_(sources)).limit(1)).first() is not None:
        return False
    wanted = {one.gap for one in taken}
    # for update: whoever settles one of these gaps waits until its new questions are in it
    rows = {row.id: row for row in session.exec(select(GapRow).where(col(GapRow.id).in_(wanted)).with_for_update())}
    if any(row.decision is not None for row in rows.values()):
        return False
    for one in taken:
        if one.gap not in rows:
            rows[one.gap] = GapRow(id=one.gap, function=one.function, opened_at=one.question.asked_at)
            session.add(rows[one.gap])
    session.flush()
    session.add_all(_row(one) for one in taken)
    session.flush()
    return True


def open_gaps(session: Session, only: str | None = None) -> tuple[Gap, ...]:
    """Return every gap that nobody has decided upon, the most asked first, each with the newest question of each kind.

    With `only`, that gap alone, if it's open, with `HELD` questions of each kind.
    """
    held: dict[str, list[Row[Any]]] = {}
    for row in session.execute(_newest(1) if only is None else _newest(HELD, only)):
        held.setdefault(row.gap_id, []).append(row)
    return tuple(sorted(map(_gap, held.values()), key=lambda gap: (-gap.count, -gap.questions[0].asked_at.timestamp(), gap.id)))


def newest_question(session: Session, gap: str) -> str | None:
    """Return the newest question of a gap, masked; None where there's no such gap."""
    asked = select(GapQuestionRow.text).where(col(GapQuestionRow.gap_id) == gap)
    return session.exec(asked.order_by(col(GapQuestionRow.asked_at).desc(), col(GapQuestionRow.source)).limit(1)).first()


def settle(
    session: Session, gap: str, decision: Literal["phrasing", "written", "sent", "ignored"], subject: str | None, settled_by: str, at: datetime
) -> None:
    """Keep what was decided. A gap that is sent stays open, for the function `subject`; what was decided before stays as it is."""
    row = session.exec(select(GapRow).where(col(GapRow.id) == gap).with_for_update()).first()
    if row is None or row.decision is not None:
        return
    if decision == "sent":
        row.function, row.subject = subject, row.function or _NOBODY
    else:
        row.decision, row.subject, row.settled_at, row.settled_by = decision, subject, at, settled_by
    session.flush()


def people_names(session: Session) -> list[str]:
    """Return the full names of everybody, as the directory and the platforms know them, in their order: what is masked."""
    return sorted({name for row in (PersonRow, IdentityRow) for name in session.exec(select(row.name)) if name})


def _unanswered(session: Session, limit: int) -> list[Source]:
    """Return what got no answer, or a choice that held none; a choice that was settled is no gap."""
    asked = (
        select_columns(
            _EXCHANGE.id,
            _EXCHANGE.question,
            _EXCHANGE.language,
            _EXCHANGE.function,
            _EXCHANGE.sheet_ids,
            _EXCHANGE.none_of_these,
            _EXCHANGE.opened_at,
        )
        # what was asked may be gone: its time went by, or its author was erased
        .where(or_(_EXCHANGE.outcome == "none", _EXCHANGE.none_of_these), _EXCHANGE.question != "", ~_is_held(_EXCHANGE.id))
        .order_by(_EXCHANGE.opened_at, _EXCHANGE.id)
        .limit(limit)
    )
    return [
        Source(
            id=row.id,
            kind="none_of_these" if row.none_of_these else "unanswered",
            question=row.question,
            language=_language(row.language),
            function=row.function,
            sheets=tuple(row.sheet_ids),
            comment=None,
            asked_at=row.opened_at,
        )
        for row in session.execute(asked)
    ]


def _reported(session: Session, limit: int) -> list[Source]:
    reported = (
        select_columns(_REPORT.id, _REPORT.kind, _REPORT.sheet_id, _REPORT.comment, _REPORT.reported_at, _EXCHANGE.question, _EXCHANGE.language)
        .outerjoin(table_of(ExchangeRow), _EXCHANGE.id == _REPORT.exchange_id)
        # SQLite writes a UUID without hyphens, PostgreSQL with them
        .where(~_is_held(func.replace(cast(_REPORT.id, String), "-", "")))
        .order_by(_REPORT.reported_at, _REPORT.id)
        .limit(limit)
    )
    return [
        Source(
            id=row.id.hex,
            kind=_kind(row.kind),
            question=row.question,
            language=_language(row.language),
            function=None,
            sheets=(row.sheet_id,),
            comment=row.comment,
            asked_at=row.reported_at,
        )
        for row in session.execute(reported)
    ]


def _is_held(source: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(and_(_QUESTION.source == source))


def _newest(held: int, only: str | None = None) -> Select[tuple[Any, ...]]:
    """Select the newest questions of each kind of every open gap, the newest first, each with how many there are of its kind."""
    alike = (_QUESTION.gap_id, _QUESTION.kind)
    place = func.row_number().over(partition_by=alike, order_by=(_QUESTION.asked_at.desc(), _QUESTION.source)).label("place")
    asked = (
        select_columns(*table_of(GapQuestionRow).c, _GAP.function, _GAP.subject, place, func.count().over(partition_by=alike).label("of_kind"))
        .join(table_of(GapRow), _GAP.id == _QUESTION.gap_id)
        .where(_GAP.decision.is_(None), *(() if only is None else (_GAP.id == only,)))
        .subquery()
    )
    return select_columns(asked).where(asked.c.place <= held).order_by(asked.c.asked_at.desc(), asked.c.source)


def _gap(rows: Sequence[Row[Any]]) -> Gap:
    counts = {row.kind: row.of_kind for row in rows}
    return Gap(
        id=rows[0].gap_id,
        function=rows[0].function,
        questions=tuple(_question(row) for row in rows),
        count=sum(counts.values()),
        kinds=tuple((kind, counts[kind]) for kind in KINDS if kind in counts),
        sent_by=rows[0].subject or None,
    )


def _functions(function: str | None, sent_by: str | None) -> frozenset[str | None]:
    """Return the functions whose questions may join an open gap: what one function sent on would come back to it with the next question."""
    return frozenset({function} if sent_by is None else {function, sent_by or None})


def _row(taken: Taken) -> GapQuestionRow:
    asked = taken.question
    return GapQuestionRow(
        source=taken.source,
        gap_id=taken.gap,
        kind=asked.kind,
        text=asked.text,
        language=asked.language,
        sheet_id=asked.sheet,
        comment=asked.comment,
        asked_at=asked.asked_at,
    )


def _question(row: Row[Any]) -> GapQuestion:
    return GapQuestion(
        text=row.text,
        language=_language(row.language) or LANGUAGES[0],
        kind=_kind(row.kind),
        asked_at=row.asked_at,
        sheet=row.sheet_id,
        comment=row.comment,
    )


def _kind(written: str) -> GapKind:
    return next(kind for kind in KINDS if kind == written)


def _language(written: str | None) -> Language | None:
    return next((language for language in LANGUAGES if language == written), None)
