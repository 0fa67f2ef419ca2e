"""Readings: what's published, what's under way, comments."""

from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session

from dialogs.improvement import Improvement
from dialogs.scores import OpenPeriod, Reading, Theme
from storage import improvements
from storage.database import Database
from storage.readings import COMMENTS, HELD, readings
from storage.tables import FeedbackRow, ThemeRow, table_of
from tests.storage.responses import bring, closing, responded
from tests.storage.test_publication import OCTOBER, OVER, PARIS, at, publish


async def read(database: Database, when: datetime = OVER, begins: date | None = None, *, whole: bool = False) -> Reading:
    return (await database.read(lambda session: readings(session, ["it"], when, begins=begins, timezone=PARIS, whole=whole)))["it"]


async def test_of_a_function_that_nobody_was_asked_about_theres_nothing(database: Database) -> None:
    assert await read(database) == Reading(function="it")


async def test_of_what_is_under_way_only_how_many_were_asked_and_responded(database: Database) -> None:
    await bring(database, [*(responded(at(day), f"p{day}", trace=1) for day in range(1, 4)), *(closing(at(day), f"q{day}") for day in range(1, 4))])
    await bring(database, [closing(at(3, month=11), f"q{number}") for number in range(4)])
    reading = await read(database, at(5, month=11))
    assert (reading.published, reading.under_way) == ((), (OpenPeriod(begins=OCTOBER, grain="month", asked=6, answered=3),))


async def test_what_few_were_asked_often_isnt_counted_under_way_nor_published(database: Database) -> None:
    await bring(database, [responded(at(day), f"p{day % 4}") for day in range(1, 20)])
    assert (await read(database, at(20))).under_way == ()
    await publish(database)
    (period,) = (await read(database)).published
    assert (period.asked, period.answered, period.shown) == (0, 0, False)


async def test_former_periods_have_their_classes_put_together(database: Database) -> None:
    for month in (7, 8, 9):
        rows = [responded(at(4, month=month), f"p{number}", service="ab"[number % 2], trace=1 + number % 5) for number in range(20)]
        await bring(database, rows)
    await publish(database)
    latest, before, first = (await read(database)).published
    assert (len(latest.classes), len(before.classes), len(first.classes)) == (2, 1, 1)
    assert (before.classes[0].told, before.classes[0].answered, before.classes[0].traces) == ({}, 20, {str(trace): 4 for trace in range(1, 6)})
    chosen = (await read(database, begins=before.begins)).published
    assert [len(each.classes) for each in chosen] == [1, 2, 1]
    assert [len(each.classes) for each in (await read(database, whole=True)).published] == [2, 2, 2]


async def test_so_many_periods_at_once_the_one_that_was_asked_for_among_them(database: Database) -> None:
    start = datetime(2024, 1, 10, tzinfo=OVER.tzinfo)
    await bring(database, [responded(start + timedelta(days=30 * month), f"p{number}") for month in range(16) for number in range(24)])
    await publish(database)
    latest, whole = (await read(database)).published, (await read(database, whole=True)).published
    assert len(latest) == HELD < len(whole)
    assert [each.begins for each in latest] == [each.begins for each in whole[:HELD]]
    oldest = await read(database, begins=whole[-1].begins)
    assert whole[-1].begins in [each.begins for each in oldest.published]
    assert len(oldest.published) == HELD


async def test_comments_are_masked_and_shuffled_from_ten_people_on(database: Database) -> None:
    people = [f"p{chr(97 + number)}" for number in range(9)]
    await bring(database, [responded(at(2), person, comment=f"ask Alice Alice, or {person}@vaubert.example") for person in (*people, "pa")])
    await bring(database, [responded(at(3), "alice"), responded(at(3), "alice", comment="")])
    await publish(database)
    assert (await read(database)).comments == ()


async def test_ten_people_wrote_a_comment(database: Database) -> None:
    await bring(database, [responded(at(2), f"p{number}", comment=f"{number}: call Alice Alice on 06 12 34 56 78") for number in range(30)])
    await bring(database, [responded(at(3), "alice", comment="merci")])
    await publish(database)
    found = (await read(database)).comments
    assert len(found) == COMMENTS
    assert {comment.partition(": ")[2] for comment in found if comment != "merci"} == {"call ⟨name⟩ on ⟨phone⟩"}
    assert list(found) != sorted(found, key=lambda comment: int(comment.partition(":")[0]) if ":" in comment else 99)
    assert (await read(database)).comments == found

    def erase(session: Session) -> None:
        feedback = table_of(FeedbackRow)
        session.connection().execute(update(feedback).where(feedback.c.person_id != "p1", feedback.c.person_id != "p2").values(person_id=None))

    await database.write("test", erase)
    assert (await read(database)).comments == ()


async def test_improvements_and_themes_come_along(database: Database) -> None:
    await bring(database, [responded(at(2), f"p{number}") for number in range(8)])
    await publish(database)
    noted = Improvement(id="i1", function="it", text="call back", due=OVER.date(), noted_at=OVER, by="p1")

    def keep(session: Session) -> None:
        improvements.keep(session, noted)
        session.add(ThemeRow(id="t", function="it", begins=OCTOBER, words=["screen"], comments=6, people=5, traces={}))

    await database.write("test", keep)
    reading = await read(database)
    assert reading.improvements == (noted,)
    assert reading.published[0].themes == (Theme(words=("screen",), comments=6, people=5, traces={}),)
