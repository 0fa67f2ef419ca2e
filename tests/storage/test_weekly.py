"""What weekly digests and warnings are made of."""

from datetime import date, timedelta

from dialogs.feedback import Feedback
from storage import weekly
from storage.database import Database
from storage.weekly import Asked
from tests.bot.traced import NOVEMBER, PUBLISHED, Left, left, person_of, publish, traces
from tests.storage.closings import ask, of, void

BEGINS = date(2026, 11, 2)
HOUR = timedelta(hours=1)


async def asked(database: Database, function: str = "it") -> Asked:
    return await database.read(lambda session: weekly.asked(session, function, NOVEMBER, NOVEMBER + HOUR))


async def test_what_was_asked_is_counted_with_what_came_back_and_from_how_many(database: Database) -> None:
    await left(database, NOVEMBER, traces(4, 4, 5))
    await left(database, NOVEMBER + HOUR, traces(1))  # just after
    one = await database.write("people", lambda session: person_of(session, 1))
    waits: tuple[Feedback, ...] = (of(one, "f-waits", at=NOVEMBER), of(one, "f-void", at=NOVEMBER))
    await ask(database, *waits)
    await void(database, "x-f-void")
    assert await asked(database) == Asked(asked=4, answered=3, people=3)
    assert await asked(database, "finance") == Asked(asked=0, answered=0, people=0)


async def test_thanks_are_comments_of_a_published_period_whose_authors_agreed(database: Database) -> None:
    several = [
        Left(trace=5, comment="Merci", shared="unnamed"),
        Left(trace=None, comment="Bravo", shared="named"),
        Left(trace=3, comment="Mouais", shared="named"),
        Left(trace=5, comment="Entre nous", shared="no"),
        Left(trace=5, comment="Sans réponse"),
    ]
    await left(database, NOVEMBER, several)
    assert await database.read(lambda session: weekly.shared(session, "it", BEGINS)) == []
    await publish(database)
    found = await database.read(lambda session: weekly.shared(session, "it", BEGINS))
    assert sorted((each.comment, each.name) for each in found) == [("Bravo", None), ("Merci", None)]
    assert await database.read(lambda session: weekly.commenters(session, "it", BEGINS)) == 5


async def test_news_are_what_was_published_since(database: Database) -> None:
    await left(database, NOVEMBER, traces(4, 4, 4, 4, 4))
    await publish(database)
    assert await database.read(lambda session: weekly.published_since(session, PUBLISHED)) == {("it", BEGINS)}
    assert await database.read(lambda session: weekly.published_since(session, PUBLISHED + HOUR)) == frozenset()


async def test_before_anybody_asked_there_is_no_first_exchange(database: Database) -> None:
    assert await database.read(weekly.first_exchange) is None
    assert await database.read(lambda session: weekly.mentions(session, NOVEMBER)) == []
