"""Publication: each period once, when nobody can respond any more."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from dialogs.scores import Published
from storage import publication
from storage.database import Database
from storage.readings import readings
from storage.tables import FeedbackRow, GrainRow, PublishedPeriodRow, table_of
from tests.storage.responses import bring, closing, responded

OCTOBER = date(2026, 9, 28)
OVER = datetime(2026, 11, 8, 23, tzinfo=UTC)  # a week after the end of October, midnight in Paris
PARIS = "Europe/Paris"


def at(day: int, hour: int = 12, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


async def publish(database: Database, when: datetime = OVER) -> list[Published]:
    """Publish all that waits for it."""
    published = []
    for function in await database.read(partial(publication.due, at=when, timezone=PARIS)):
        body = partial(publication.publish_next, function=function, at=when, timezone=PARIS)
        while (made := await database.write(publication.publishing(function), body)) is not None:
            published.append(made)
    return published


async def read(database: Database, function: str = "it") -> tuple[Published, ...]:
    return (await database.read(lambda session: readings(session, [function], OVER, timezone=PARIS, whole=True)))[function].published


async def test_a_month_is_published_once_its_last_question_has_expired(database: Database) -> None:
    await bring(database, [*(responded(at(day), f"p{day}", service="laptop") for day in range(1, 9)), closing(at(9), "p9")])
    assert await publish(database, OVER - timedelta(seconds=1)) == []
    (made,) = await publish(database)
    assert (made.begins, made.grain, made.asked, made.answered, made.people) == (OCTOBER, "month", 9, 8, 8)
    (each,) = made.classes
    assert each.told == {"service": "laptop", "platform": "slack", "channel": "personal", "occasion": "answer"}
    assert (each.people, each.solved, each.traces) == (8, {"yes": 8}, {"4": 8})
    assert await read(database) == (made,)
    classes = await database.read(lambda session: set(session.exec(select(FeedbackRow.class_id))))
    assert classes == {each.id, None}


async def test_publishing_again_changes_nothing_whatever_comes_later(database: Database) -> None:
    await bring(database, [responded(at(day), f"p{day}") for day in range(1, 9)])
    before = await publish(database)

    def erase(session: Session) -> None:
        session.connection().execute(update(table_of(FeedbackRow)).values(person_id=None, comment=None))

    await database.write("test", erase)
    await bring(database, [responded(at(20), "late", trace=1)])
    assert await publish(database) == []
    assert list(await read(database)) == before


async def test_several_processes_at_once_publish_it_once(database: Database) -> None:
    await bring(database, [responded(at(day), f"p{day}") for day in range(1, 9)])
    body = partial(publication.publish_next, function="it", at=OVER, timezone=PARIS)
    made = await asyncio.gather(*(database.write(publication.publishing("it"), body) for _ in range(5)))
    assert [each for each in made if each is not None] == list(await read(database))


async def test_under_five_people_nothing_is_shown_and_nothing_is_found_later(database: Database) -> None:
    await bring(database, [*(responded(at(day), f"p{day}", trace=1) for day in range(1, 5)), closing(at(9), "p9")])
    (made,) = await publish(database)
    assert (made.shown, made.asked, made.answered, made.people, made.classes) == (False, 5, 4, 0, ())
    assert await read(database) == (made,)
    row = await database.read(lambda session: session.exec(select(PublishedPeriodRow)).one().model_dump())
    assert (row["solved"], row["traces"], row["people"]) == ({}, {}, 0)


async def test_what_was_taken_back_doesnt_count_as_asked(database: Database) -> None:
    await bring(database, [*(responded(at(day), f"p{day}") for day in range(1, 7)), closing(at(9), "p9", voided_at=at(10))])
    (made,) = await publish(database)
    assert (made.asked, made.answered) == (6, 6)


async def test_a_closing_belongs_to_its_week_by_the_companys_clock(database: Database) -> None:
    sunday, monday = datetime(2026, 11, 1, 22, 59, tzinfo=UTC), datetime(2026, 11, 1, 23, 0, tzinfo=UTC)
    await bring(database, [*(responded(sunday, f"p{number}") for number in range(6)), *(responded(monday, f"q{number}") for number in range(7))])
    october, november = await publish(database, OVER + timedelta(weeks=5))
    assert (october.answered, november.answered) == (6, 7)
    assert november.begins == date(2026, 11, 2)


async def test_a_question_that_expires_later_keeps_its_period_open(database: Database) -> None:
    await bring(database, [*(responded(at(day), f"p{day}") for day in range(1, 8)), closing(at(31), "p9", expires_at=OVER + timedelta(hours=1))])
    assert await publish(database) == []
    assert len(await publish(database, OVER + timedelta(hours=1))) == 1


async def test_a_period_in_which_nobody_was_asked_is_published_empty_once_theres_one_after_it(database: Database) -> None:
    await bring(database, [responded(at(1, month=8), f"p{number}") for number in range(6)])
    assert [each.begins for each in await publish(database)] == [date(2026, 6, 29)]
    await bring(database, [responded(at(10), f"p{number}") for number in range(6)])
    later = await publish(database)
    assert [(each.begins, each.shown, each.asked) for each in later] == [(date(2026, 8, 3), False, 0), (date(2026, 8, 31), False, 0)]


@pytest.mark.parametrize(("before", "grain", "periods"), [(390, "week", 2), (60, "month", 1), (59, "quarter", 0)])
async def test_the_grain_follows_how_many_responded_in_the_quarter_before(database: Database, before: int, grain: str, periods: int) -> None:
    summer = [responded(at(1 + number % 28, month=8), f"p{number}") for number in range(before)]
    await bring(database, [*summer, *(responded(at(5 + day, month=10), f"p{day}") for day in range(14))])
    made = [each for each in await publish(database) if each.begins >= OCTOBER]
    assert [each.grain for each in made if each.asked][:2] == [grain] * periods
    settled = await database.read(lambda session: {row.quarter: row.grain for row in session.exec(select(GrainRow))})
    assert settled.get(OCTOBER, "quarter") == grain


async def test_the_grain_of_a_quarter_stays_whatever_comes_later(database: Database) -> None:
    await bring(database, [responded(at(2), f"p{number}") for number in range(8)])
    await publish(database)
    await bring(database, [responded(at(1 + number % 28, month=8), f"p{number}") for number in range(400)])
    await bring(database, [responded(at(5, month=11), f"p{number}") for number in range(8)])
    (november,) = await publish(database, datetime(2026, 12, 20, tzinfo=UTC))
    assert (november.begins, november.grain) == (date(2026, 11, 2), "month")


async def test_promises_are_held_against_the_first_word(database: Database) -> None:
    due = at(2)
    kept = [responded(at(3), f"p{number}", due_at=due, first_word_at=due, opened_at=at(1)) for number in range(6)]
    late = [responded(at(3), f"q{number}", due_at=due, first_word_at=due + timedelta(minutes=1), opened_at=at(1)) for number in range(2)]
    never = [responded(at(3), "r", due_at=due)]
    await bring(database, [*kept, *late, *never])
    (made,) = await publish(database)
    assert [(each.promised, each.late) for each in made.classes] == [(9, 3)]
    assert "first_word" not in made.measures
