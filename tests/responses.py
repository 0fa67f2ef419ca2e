"""Responses of a small company, given in October, and published by the product's own rules."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from storage import publication
from storage.database import Database
from storage.tables import FeedbackRow, PersonRow
from tests.company import NOON

OCTOBER: Final = datetime(2026, 10, 6, 9, 30, tzinfo=UTC)
PARIS: Final = "Europe/Paris"


def somebody(number: int, *, site: str = "Lyon") -> PersonRow:
    """A person of the directory; their name and their address say their number."""
    return PersonRow(
        id=f"person-{number}",
        directory_id=f"d{number}",
        name=f"Camille Numéro{chr(97 + number % 26)}{chr(97 + number // 26)}",
        email=f"person{number}@vaubert.example",
        site=site,
        created_at=OCTOBER,
    )


def response(number: int, person: int | None = None, **changes: Any) -> FeedbackRow:
    """A response to IT about a laptop, by the person of that number unless another one is named; whatever it doesn't say, `changes` does."""
    said: dict[str, Any] = {
        "id": f"feedback-{number}",
        "exchange_id": f"exchange-{number}",
        "occasion": "answer",
        "function": "it",
        "service": "it_laptop",
        "person_id": f"person-{number if person is None else person}",
        "question": "mon portable est mort",
        "language": "fr",
        "platform": "slack",
        "channel": "personal",
        "site": "Lyon",
        "department": "Ventes",
        "opened_at": OCTOBER - timedelta(hours=1),
        "asked_at": OCTOBER,
        "expires_at": OCTOBER + timedelta(days=7),
        "solved": "yes",
        "trace": number % 5 + 1,
        "answered_at": OCTOBER + timedelta(minutes=5),
    }
    return FeedbackRow(**(said | changes))


async def keep(database: Database, rows: Iterable[FeedbackRow], *, people: int = 0) -> None:
    """Put people, the first ones of that many, and responses into a database."""

    def kept(session: Session) -> None:
        session.add_all(somebody(number) for number in range(people))
        session.flush()
        session.add_all(rows)

    await database.write("test", kept)


async def publish(database: Database, function: str = "it", at: datetime = NOON) -> None:
    """Publish all that is over for good."""

    def published(session: Session) -> bool:
        return publication.publish_next(session, function, at, PARIS) is not None

    while await database.write(publication.publishing(function), published):
        pass


def company() -> list[FeedbackRow]:
    """Eighteen people: twelve in Lyon, who all commented, and six in Lille, in two departments of three; each answered one question more, of two."""
    return [
        response(
            number,
            site="Lyon" if number < 12 else "Lille",
            department="Ventes" if number < 12 else ("IT" if number % 2 else "Paie"),
            comment=f"commentaire {number}" if number < 12 else None,
            item="effort" if number % 2 else "reason",
            value=str(number % 7 + 1) if number % 2 else "fast",
        )
        for number in range(18)
    ]


async def october(database: Database) -> None:
    """Put the company's responses into a database, published."""
    await keep(database, company(), people=18)
    await publish(database)
