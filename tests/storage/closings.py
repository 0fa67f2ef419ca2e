"""Closings, in a test's words: what was asked about an exchange, and how it stands."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from dialogs.feedback import EXPIRES, Feedback, Given, Occasion
from storage import feedback
from storage.database import Database
from storage.tables import FeedbackRow
from tests.company import NOON

CLOSING = Feedback(
    id="f1",
    exchange="x1",
    occasion=Occasion.ANSWER,
    function="it",
    client=None,
    question="mon portable est mort",
    language="fr",
    channel="personal",
    opened_at=NOON,
    asked_at=NOON,
    expires_at=NOON + EXPIRES,
)


def of(client: str | None, name: str = "f1", *, at: datetime = NOON, **more: Any) -> Feedback:
    """Return a closing of an exchange of its own, unless told otherwise."""
    given: dict[str, Any] = {"exchange": f"x-{name}", "asked_at": at, "opened_at": at - timedelta(minutes=5), "expires_at": at + EXPIRES} | more
    return replace(CLOSING, id=name, client=client, **given)


async def ask(database: Database, *closings: Feedback, prompt: bool = True) -> None:
    def body(session: Session) -> None:
        for closing in closings:
            feedback.ask(session, closing, closing.asked_at, prompt=prompt)

    await database.write("test", body)


async def give(database: Database, name: str, at: datetime = NOON, **given: Any) -> None:
    await database.write("test", lambda session: feedback.give(session, name, Given(**given), at))


async def void(database: Database, exchange: str, at: datetime = NOON) -> None:
    await database.write("test", lambda session: feedback.void(session, exchange, at))


async def load(database: Database, name: str) -> Feedback | None:
    return await database.read(lambda session: feedback.load(session, name))


async def kept(database: Database, name: str = "f1") -> dict[str, Any]:
    """Return a closing's row."""

    def read(session: Session) -> dict[str, Any]:
        return session.get_one(FeedbackRow, name).model_dump()

    return await database.read(read)


async def clocks(database: Database, name: str = "f1") -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return when the clock looks whether to prompt, to remind, to ask again."""
    row = await kept(database, name)
    return row["prompt_at"], row["remind_at"], row["look_again_at"]
