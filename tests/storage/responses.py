"""Closings in a test's words: who was asked about which function when, and what they gave back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from dialogs.feedback import EXPIRES
from storage.database import Database
from storage.tables import FeedbackRow, PersonRow, table_of

_NUMBERS = count(1)


def closing(at: datetime, person: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a closing that nobody responded to; `more` are its columns."""
    number = next(_NUMBERS)
    blank = {column.name: None for column in table_of(FeedbackRow).columns}
    asked = {
        "id": f"f{number:06}",
        "exchange_id": f"e{number}",
        "occasion": "answer",
        "function": "it",
        "person_id": person,
        "question": "?",
        "language": "fr",
        "platform": "slack",
        "channel": "personal",
        "opened_at": at,
        "asked_at": at,
        "expires_at": at + EXPIRES,
        "hops": 0,
    }
    return blank | asked | more


def responded(at: datetime, person: str | None, *, trace: int | None = 4, solved: str | None = "yes", **more: Any) -> dict[str, Any]:
    """Return a closing with its response."""
    return closing(at, person, trace=trace, solved=solved, answered_at=at, **more)


async def bring(database: Database, rows: Sequence[dict[str, Any]]) -> None:
    """Put closings into a database, with the people they're of."""

    def bringing(session: Session) -> None:
        add_people(session, {row["person_id"] for row in rows if row["person_id"]}, rows[0]["asked_at"])
        session.connection().execute(insert(table_of(FeedbackRow)), list(rows))

    await database.write("test", bringing)


def add_people(session: Session, persons: Iterable[str], at: datetime) -> None:
    """Add people of the directory who aren't there yet: `alice` is called Alice Alice."""
    for person in sorted(persons):
        if session.get(PersonRow, person) is None:
            session.add(PersonRow(id=person, directory_id=person, name=f"{person.title()} {person.title()}", created_at=at))
    session.flush()
