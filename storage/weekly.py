"""The facts of weekly digests and early warnings, besides what is published: one question a function."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Select, func
from sqlalchemy import select as select_columns
from sqlmodel import Session

from storage.tables import (
    AnonymityClassRow,
    ExchangeRow,
    FeedbackRow,
    GapQuestionRow,
    GapRow,
    IdentityRow,
    PersonRow,
    PublishedPeriodRow,
    ReportRow,
    RequestRow,
    table_of,
)

PLANNING: Final = "weekly"  # the key under which weekly digests and warnings are planned
KEEN: Final = 4  # the trace from which a comment may say thank you

_FEEDBACK, _CLASS = table_of(FeedbackRow).c, table_of(AnonymityClassRow).c
_REQUEST, _PERIOD = table_of(RequestRow).c, table_of(PublishedPeriodRow).c
_PERSON, _EXCHANGE, _REPORT = table_of(PersonRow).c, table_of(ExchangeRow).c, table_of(ReportRow).c
_GAP, _QUESTION = table_of(GapRow).c, table_of(GapQuestionRow).c
_IDENTITY = table_of(IdentityRow).c
_ACCOUNT_NAME: Final = (
    select_columns(_IDENTITY.name)
    .where(_IDENTITY.person_id == _FEEDBACK.person_id, _IDENTITY.name.is_not(None))
    .order_by(_IDENTITY.refreshed_at.desc())
    .limit(1)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How many closings of a function were asked about in a time, of so many people, and how many of them were responded to so far."""

    asked: int
    answered: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A comment that its author agreed to share as thanks, as they wrote it; `name` where they agreed to that too."""

    id: str
    comment: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody complained of an answer (`sheet`), or asked in vain (`gap`)."""

    about: Literal["sheet", "gap"]
    id: str
    person: str
    at: datetime


def asked(session: Session, function: str, begins: datetime, ends: datetime) -> Asked:
    """Count what a function asked from one time until before another."""
    counted = select_columns(
        func.count().label("asked"), func.count(_FEEDBACK.answered_at).label("answered"), func.count(_FEEDBACK.person_id.distinct()).label("people")
    ).where(_FEEDBACK.function == function, _FEEDBACK.asked_at >= begins, _FEEDBACK.asked_at < ends, _FEEDBACK.voided_at.is_(None))
    row = session.execute(counted).one()
    return Asked(asked=row.asked, answered=row.answered, people=row.people)


def first_words(session: Session, function: str, begins: datetime, ends: datetime) -> Sequence[timedelta]:
    """Return how long each request of that time waited for a human's first word, the shortest first; those that still wait aren't among them."""
    opened = (_REQUEST.function == function, _REQUEST.opened_at >= begins, _REQUEST.opened_at < ends, _REQUEST.first_word_at.is_not(None))
    rows = session.execute(select_columns(_REQUEST.opened_at, _REQUEST.first_word_at).where(*opened))
    return sorted(row.first_word_at - row.opened_at for row in rows)


def commenters(session: Session, function: str, begins: date) -> int:
    """Count the people whose comments were published in a period."""
    counted = _published(function, begins).with_only_columns(func.count(_FEEDBACK.person_id.distinct()))
    return int(session.execute(counted).scalar_one())


def shared(session: Session, function: str, begins: date) -> Sequence[Shared]:
    """Return the comments of a published period that may be shown as thanks, in the order of their ids."""
    agreed = (_FEEDBACK.shared.in_(("unnamed", "named")), func.coalesce(_FEEDBACK.trace, KEEN) >= KEEN)
    rows = session.execute(_published(function, begins).where(*agreed).order_by(_FEEDBACK.id))
    return [Shared(id=row.id, comment=row.comment, name=row.name if row.shared == "named" else None) for row in rows]


def published_since(session: Session, since: datetime) -> frozenset[tuple[str, date]]:
    """Return what was published from that time on: each a function, and when its period begins."""
    rows = session.execute(select_columns(_PERIOD.function, _PERIOD.begins).where(_PERIOD.published_at >= since, _PERIOD.shown))
    return frozenset((row.function, row.begins) for row in rows)


def first_exchange(session: Session) -> datetime | None:
    """Return when somebody first asked the bot something."""
    return session.execute(select_columns(_EXCHANGE.opened_at).order_by(_EXCHANGE.opened_at).limit(1)).scalar()


def mentions(session: Session, since: datetime) -> Sequence[Mention]:
    """Return what was said against answers, and asked in vain of an open gap, from that time on, in no order."""
    reported = select_columns(_REPORT.sheet_id, _REPORT.person_id, _REPORT.reported_at).where(_REPORT.reported_at >= since)
    in_vain = (
        select_columns(_QUESTION.gap_id, _EXCHANGE.person_id, _QUESTION.asked_at)
        .join(table_of(ExchangeRow), _EXCHANGE.id == _QUESTION.source)
        .join(table_of(GapRow), _GAP.id == _QUESTION.gap_id)
        .where(_QUESTION.asked_at >= since, _GAP.decision.is_(None))
    )
    return [
        *(Mention(about="sheet", id=row.sheet_id, person=row.person_id, at=row.reported_at) for row in session.execute(reported)),
        *(Mention(about="gap", id=row.gap_id, person=row.person_id, at=row.asked_at) for row in session.execute(in_vain)),
    ]


def _published(function: str, begins: date) -> Select[tuple[str, str, str, str | None]]:
    """Select the comments of a published period, but those of people who were erased since."""
    return (
        select_columns(_FEEDBACK.id, _FEEDBACK.comment, _FEEDBACK.shared, func.coalesce(_PERSON.name, _ACCOUNT_NAME).label("name"))
        .join(table_of(AnonymityClassRow), _CLASS.id == _FEEDBACK.class_id)
        .outerjoin(table_of(PersonRow), _PERSON.id == _FEEDBACK.person_id)
        .where(_CLASS.function == function, _CLASS.begins == begins, _FEEDBACK.comment != "", _FEEDBACK.person_id.is_not(None))
    )
