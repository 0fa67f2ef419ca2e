"""Prompts: which closings are to be asked about apart, and what is known of them then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, and_, col, exists, select

from dialogs.catalog import LANGUAGES, Language
from dialogs.feedback import Feedback, Occasion
from dialogs.prompt import prompt_key
from dialogs.request import RequestStatus
from storage.feedback import closing
from storage.reach import timezones
from storage.tables import FeedbackRow, IdentityRow, PersonRow, RequestRow, table_of

Clock: TypeAlias = Literal["prompt_at", "remind_at", "look_again_at"]  # the column that says when the clock looks

_FEEDBACK: Final = table_of(FeedbackRow)
_PERSON, _IDENTITY = table_of(PersonRow).c, table_of(IdentityRow).c
_LATER: Final = Occasion.LATER.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A closing at which the clock looks now."""

    id: str
    exchange: str


def due(session: Session, clock: Clock, until: datetime, *, limit: int, after: str) -> Sequence[Due]:
    """Return the closings that are to be looked at by then, in the order of their ids, past one of them."""
    here = (_FEEDBACK.c[clock].is_not(None), _FEEDBACK.c[clock] <= until, _FEEDBACK.c.id > after)
    found = select_columns(_FEEDBACK.c.id, _FEEDBACK.c.exchange_id).where(*here).order_by(_FEEDBACK.c.id).limit(limit)
    return [Due(id=row.id, exchange=row.exchange_id) for row in session.execute(found)]


def take(session: Session, feedback: str, clock: Clock) -> Feedback | None:
    """Return a closing that is to be looked at, and have it looked at this once; None where another look was first."""
    row = session.get(FeedbackRow, feedback, populate_existing=True)
    if row is None or getattr(row, clock) is None:
        return None
    session.connection().execute(update(_FEEDBACK).where(_FEEDBACK.c.id == feedback).values({clock: None}))
    return closing(row)


def is_followed(session: Session, feedback: Feedback) -> bool:
    """Tell whether an exchange goes on, or was closed again since: a human has it now, or a later closing asks in place of this one."""
    request, later = col(RequestRow.exchange_id), col(FeedbackRow.asked_at)
    open_ = exists().where(request == feedback.exchange, col(RequestRow.status) != RequestStatus.CLOSED.value)
    other = and_(col(FeedbackRow.exchange_id) == feedback.exchange, col(FeedbackRow.id) != feedback.id, col(FeedbackRow.voided_at).is_(None))
    closed_again = exists().where(other, later > feedback.asked_at, col(FeedbackRow.occasion) != _LATER)
    return any(session.execute(select_columns(open_, closed_again)).one())


def volume(session: Session, function: str, since: datetime, at_most: int) -> int:
    """Count the closings of a function since then, void ones too; no further than needed."""
    some = select_columns(_FEEDBACK.c.id).where(_FEEDBACK.c.function == function, _FEEDBACK.c.asked_at >= since, _FEEDBACK.c.occasion != _LATER)
    number: int = session.execute(select_columns(func.count()).select_from(some.limit(at_most).subquery())).scalar_one()
    return number


def asked_by(session: Session, exchange: str, key: UUID) -> Feedback | None:
    """Return the closing that a prompt asks about, by its delivery's key; None for a reminder, and for what is gone."""
    rows = session.exec(select(FeedbackRow).where(col(FeedbackRow.exchange_id) == exchange).execution_options(populate_existing=True))
    return next((closing(row) for row in rows if prompt_key(exchange, row.id) == key), None)


def remind(session: Session, feedback: str, at: datetime) -> None:
    """Have somebody reminded then, if they haven't responded."""
    waits = (_FEEDBACK.c.id == feedback, _FEEDBACK.c.answered_at.is_(None), _FEEDBACK.c.voided_at.is_(None))
    session.connection().execute(update(_FEEDBACK).where(*waits).values(remind_at=at))


def language_of(session: Session, person: str, asked_in: Language | None) -> Language | None:
    """Return the language in which somebody is asked: the one they chose, spoke last, asked in, or the directory's; None where nobody knows."""
    spoken = (
        select_columns(_IDENTITY.spoken_language)
        .where(_IDENTITY.person_id == person, _IDENTITY.spoken_language.is_not(None))
        .order_by(_IDENTITY.refreshed_at.desc(), _IDENTITY.platform, _IDENTITY.tenant, _IDENTITY.user)
        .limit(1)
    )
    known = select_columns(_PERSON.language, spoken.scalar_subquery().label("spoken"), _PERSON.directory_language).where(_PERSON.id == person)
    row = session.execute(known).first()
    said = (None, None, None) if row is None else (row.language, row.spoken, row.directory_language)
    tongue = said[0] or said[1] or asked_in or said[2]
    return next((language for language in LANGUAGES if language == tongue), None)


def timezone_of(session: Session, person: str) -> str | None:
    """Return somebody's IANA time zone, None where nobody knows it."""
    return timezones(session, (person,)).get(person)
