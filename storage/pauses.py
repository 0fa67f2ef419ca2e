"""Pauses: who wants to be left in peace, by which function, until when."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from dialogs.feedback import Pause
from storage.tables import PauseRow

_ALL = ""  # the `function` of a pause from all of them


def choose(session: Session, person: str, function: str | None, until: datetime | None, at: datetime) -> None:
    """Leave somebody in peace by a function, or (None) by all, until then, None for good; the latest choice stands."""
    session.merge(PauseRow(person_id=person, function=function or _ALL, until=until, since=at))
    session.flush()


def end(session: Session, person: str, function: str | None) -> None:
    """Don't, any more."""
    session.connection().execute(delete(PauseRow).where(col(PauseRow.person_id) == person, col(PauseRow.function) == (function or _ALL)))


def pauses_of(session: Session, person: str, at: datetime) -> tuple[Pause, ...]:
    """Return the pauses that hold at that time, that of all functions first."""
    return pauses_of_many(session, (person,), at).get(person, ())


def pauses_of_many(session: Session, persons: Collection[str], at: datetime) -> Mapping[str, tuple[Pause, ...]]:
    """Return each person's pauses that hold at that time; those who have none are missing."""
    holds = or_(col(PauseRow.until).is_(None), col(PauseRow.until) > at)
    rows = session.exec(select(PauseRow).where(col(PauseRow.person_id).in_(sorted(persons)), holds).order_by(col(PauseRow.function)))
    found: dict[str, tuple[Pause, ...]] = {}
    for row in rows:
        found[row.person_id] = (*found.get(row.person_id, ()), Pause(function=row.function or None, until=row.until))
    return found


def hand_over(session: Session, former: str, owner: str) -> None:
    """Give the pauses of a person of an account's own to the person it turned out to be, whose own choices win."""
    theirs = select(PauseRow.function).where(col(PauseRow.person_id) == owner)
    session.connection().execute(delete(PauseRow).where(col(PauseRow.person_id) == former, col(PauseRow.function).in_(theirs)))
    session.connection().execute(update(PauseRow).where(col(PauseRow.person_id) == former).values(person_id=owner))
