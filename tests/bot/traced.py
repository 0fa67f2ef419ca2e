"""Traces that people left, in a test's words: asked about, responded to, published, in the real database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlmodel import Session

from dialogs.feedback import EXPIRES, Feedback, Given, Occasion, Shared
from dialogs.people import Profile
from storage import feedback, people, publication
from storage.database import Database
from tests.conversation import said

TIMEZONE = "Europe/Paris"
OCTOBER = datetime(2026, 10, 14, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 18, 12, tzinfo=UTC)
PUBLISHED = datetime(2026, 12, 8, 8, tzinfo=UTC)  # November's last question expired on the evening before
MONDAY = datetime(2026, 12, 14, 8, tzinfo=UTC)
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What somebody left: the trace, and perhaps a comment, to be shared or not; `service` is what they asked about."""

    trace: int | None
    comment: str | None = None
    shared: Shared | None = None
    service: str | None = None


def traces(*several: int, service: str | None = None) -> list[Left]:
    return [Left(trace=trace, service=service) for trace in several]


def person_of(session: Session, number: int) -> str:
    """Return the person of that number, who has written to the bot."""
    return people.meet(session, said("?", by=f"U-{number}"), OCTOBER).person.id


async def left(database: Database, at: datetime, several: Sequence[Left], *, function: str = "it", first: int = 1) -> None:
    """Have as many people, from that number on, leave these traces at that time: each responds an hour after they were asked."""

    def take(session: Session) -> None:
        for number, each in enumerate(several, start=first):
            name = f"f{next(_NUMBERS)}"
            asked = Feedback(
                id=name,
                exchange=f"x-{name}",
                occasion=Occasion.ANSWER,
                function=function,
                client=person_of(session, number),
                question="mon portable est mort",
                language="fr",
                channel="personal",
                service=each.service,
                opened_at=at - timedelta(minutes=5),
                asked_at=at,
                expires_at=at + EXPIRES,
            )
            feedback.ask(session, asked, at, prompt=False)
            given = Given(solved="yes", trace=each.trace, comment=each.comment, shared=each.shared)
            feedback.give(session, name, given, at + timedelta(hours=1))

    await database.write("test", take)


async def publish(database: Database, at: datetime = PUBLISHED, function: str = "it") -> int:
    """Publish all of a function that may be by then; return how many periods that were."""
    number = 0
    while await database.write(
        publication.publishing(function), lambda session: publication.publish_next(session, function, at, TIMEZONE) is not None
    ):
        number += 1
    return number


async def named(database: Database, number: int, name: str) -> None:
    """Tell who the person of that number is."""
    profile = Profile(platform="slack", tenant="T1", user=f"U-{number}", name=name)
    await database.write("people", lambda session: people.learn_profile(session, profile, OCTOBER))
