"""The rows of an export: whole classes or nothing, comments that can't be joined, one snapshot whatever is written meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, product

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from dialogs.export_filters import Filters
from dialogs.scores import DIMENSIONS, SCORE_FLOOR
from storage import export_rows
from storage.database import Database
from storage.errors import UnavailableError
from storage.export_rows import PublishedComment, PublishedResponse, WholeResponse
from storage.tables import AnonymityClassRow, FeedbackRow, PublishedMeasureRow
from tests.company import NOON
from tests.responses import OCTOBER, PARIS, company, keep, october, publish, response

ALL = Filters()


async def responses(database: Database, filters: Filters = ALL) -> list[PublishedResponse]:
    return await database.snapshot(lambda session: list(export_rows.published_responses(session, filters)))


async def comments(database: Database, filters: Filters = ALL) -> list[PublishedComment]:
    return await database.snapshot(lambda session: list(export_rows.published_comments(session, filters)))


async def whole(database: Database, filters: Filters = ALL) -> list[WholeResponse]:
    return await database.snapshot(lambda session: list(export_rows.whole_responses(session, filters, PARIS)))


def groups(found: Sequence[PublishedResponse]) -> Counter[tuple[str | None, ...]]:
    return Counter((each.function, each.service, each.department, each.site) for each in found)


async def test_a_response_tells_what_its_class_tells_and_when_by_the_period(database: Database) -> None:
    await october(database)
    found = await responses(database)
    # in Lille, either department has three people: it isn't told
    assert groups(found) == {("it", "it_laptop", "Ventes", "Lyon"): 12, ("it", "it_laptop", None, "Lille"): 6}
    assert {(each.period_begins, each.period_ends) for each in found} == {(date(2026, 9, 28), date(2026, 11, 1))}
    assert {each.person for each in found} == {f"person-{number}" for number in range(18)}
    assert Counter(each.trace for each in found) == Counter(row.trace for row in company())
    assert len({each.anonymity_class for each in found}) == 2


async def test_nobody_is_known_by_how_often_they_responded(database: Database) -> None:
    often = [response(100 + number, number // 3) for number in range(18)]  # six people, three times each
    once = [response(200 + number, 10 + number) for number in range(6)]
    await keep(database, [*often, *once, *(response(300 + number, 20) for number in range(7))], people=21)
    await publish(database)
    found = Counter(each.person for each in await responses(database))
    assert found.pop(None) == 7
    assert found == {f"person-{number}": 3 for number in range(6)} | {f"person-{10 + number}": 1 for number in range(6)}


@pytest.mark.parametrize(("english", "told"), [(4, {None}), (5, {"fr", "en"})])
async def test_few_people_arent_known_by_their_language(database: Database, english: int, told: set[str | None]) -> None:
    await keep(database, [response(number, comment="?", language="en" if number < english else "fr") for number in range(15)], people=15)
    await publish(database)
    assert {each.language for each in await comments(database)} == told


async def test_nothing_is_told_before_its_period_is_published(database: Database) -> None:
    await keep(database, company(), people=18)
    assert await responses(database) == []
    assert await comments(database) == []
    assert not await database.snapshot(lambda session: export_rows.has_published(session, ALL))
    assert await database.snapshot(export_rows.functions) == []
    assert len(await whole(database)) == 18


async def test_a_period_of_four_people_is_never_told(database: Database) -> None:
    await keep(database, [response(number) for number in range(4)], people=4)
    await publish(database)
    assert await responses(database) == []


async def test_a_class_that_shouldnt_be_is_not_told(database: Database) -> None:
    await october(database)
    await database.write(
        "test", lambda session: session.execute(update(AnonymityClassRow).where(col(AnonymityClassRow.site) == "Lille").values(people=4))
    )
    assert {each.site for each in await responses(database)} == {"Lyon"}


async def test_the_question_more_is_told_where_its_measure_was_published(database: Database) -> None:
    await october(database)
    assert {each.item for each in await responses(database)} == {"effort", "reason"}
    await database.write("test", lambda session: session.execute(delete(PublishedMeasureRow).where(col(PublishedMeasureRow.measure) == "effort")))
    found = await responses(database)
    assert {(each.item, each.value) for each in found} == {(None, None), ("reason", "fast")}


async def test_what_too_few_said_isnt_told(database: Database) -> None:
    rows = [response(number, trace=None if number > 2 else 1) for number in range(8)]
    rows += [response(20 + number, number, function="hr", solved=None if number > 2 else "no") for number in range(8)]
    await keep(database, rows, people=8)
    await publish(database)
    await publish(database, "hr")
    found = await responses(database)
    assert {(each.function, each.solved is None, each.trace is None) for each in found} == {("it", False, True), ("hr", True, False)}


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(function="it"), 18),
        (Filters(function="finance"), 0),
        (Filters(told={"site": "Lyon"}), 12),
        (Filters(told={"site": "Lille"}), 6),
        (Filters(told={"department": "IT"}), 0),
        (Filters(since=date(2026, 9, 28), until=date(2026, 11, 1)), 18),
        (Filters(since=date(2026, 9, 29)), 0),
        (Filters(until=date(2026, 10, 31)), 0),
    ],
)
async def test_a_filter_takes_a_class_or_leaves_it(database: Database, filters: Filters, count: int) -> None:
    await october(database)
    assert len(await responses(database, filters)) == count
    assert await database.snapshot(lambda session: export_rows.has_published(session, filters)) is bool(count)


async def test_no_two_exports_differ_by_less_than_a_class(database: Database) -> None:
    """An attacker with every filter there is, and what each two of their exports don't share."""
    sites, departments = ("Lyon", "Lille", "Nantes"), ("Ventes", "IT", "Paie")
    rows = [
        response(
            number, site=sites[number % 3 if number < 30 else 0], department=departments[number % 7 % 3], platform="teams" if number % 11 else "slack"
        )
        for number in range(40)
    ]
    await keep(database, rows, people=40)
    await publish(database)
    choices = [dict(zip(("site", "department"), pair, strict=True)) for pair in product((None, *sites), (None, *departments))]
    seen = []
    for chosen in choices:
        told = {name: value for name, value in chosen.items() if value is not None}
        found = await responses(database, replace(ALL, told=told))  # type: ignore[arg-type]
        seen.append(frozenset(each.person for each in found))
    assert len(set(seen)) > 3
    for one, other in combinations(seen, 2):
        for part in (one - other, one & other):
            assert not part or len(part) >= SCORE_FLOOR


async def test_comments_are_told_apart_from_responses_where_ten_people_wrote_one(database: Database) -> None:
    await october(database)
    found = await comments(database)
    assert sorted(each.comment for each in found) == sorted(f"commentaire {number}" for number in range(12))
    assert found[0].__slots__ == ("function", "period_begins", "period_ends", "language", "comment")
    assert await comments(database, Filters(told={"site": "Lyon"})) == []
    assert len(await comments(database, Filters(function="it"))) == 12
    assert await comments(database, Filters(function="hr")) == []


async def test_nine_peoples_comments_are_not_told_however_many_they_wrote(database: Database) -> None:
    rows = [response(number, number % 9, comment=f"commentaire {number}") for number in range(30)]
    await keep(database, rows, people=9)
    await publish(database)
    assert len(await responses(database)) == 30
    assert await comments(database) == []


async def test_whoever_was_erased_still_counts_in_their_class_but_says_nothing_more(database: Database) -> None:
    await october(database)
    erased = update(FeedbackRow).where(col(FeedbackRow.id) == "feedback-0").values(person_id=None)
    await database.write("test", lambda session: session.execute(erased))
    found = await responses(database)
    assert groups(found)["it", "it_laptop", "Ventes", "Lyon"] == 12
    assert [each.person for each in found].count(None) == 1
    assert "commentaire 0" not in {each.comment for each in await comments(database)}


async def test_rows_come_in_another_order_each_time(database: Database) -> None:
    await october(database)
    orders = {tuple(each.person for each in await responses(database)) for _ in range(5)}
    assert len(orders) > 1
    assert len({tuple(each.comment for each in await comments(database)) for _ in range(5)}) > 1


async def test_every_response_is_told_as_it_is_in_the_order_in_which_it_was_asked(database: Database) -> None:
    await keep(database, [response(number, asked_at=OCTOBER.replace(hour=10 + number)) for number in reversed(range(3))], people=3)
    unanswered = response(9, 0, answered_at=None, solved=None, trace=None)
    helped = response(4, 0, helper_id="person-1", asked_at=NOON, comment="merci", shared="unnamed")
    await keep(database, [unanswered, helped])
    found = await whole(database)
    assert [each.person for each in found] == ["person-0", "person-1", "person-2", "person-0"]
    last = found[-1]
    assert (last.person_name, last.person_email, last.helper_name) == ("Camille Numéroaa", "person0@vaubert.example", "Camille Numéroba")
    assert (last.asked_at, last.comment, last.shared, last.question) == (NOON, "merci", "unnamed", "mon portable est mort")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(function="it", told={"department": "IT"}), 3),
        (Filters(function="hr"), 0),
        (Filters(since=date(2026, 10, 6), until=date(2026, 10, 6)), 18),
        (Filters(since=date(2026, 10, 7)), 0),
        (Filters(until=date(2026, 10, 5)), 0),
    ],
)
async def test_every_response_is_filtered_by_its_own_dimensions_and_day(database: Database, filters: Filters, count: int) -> None:
    await keep(database, company(), people=18)
    assert len(await whole(database, filters)) == count
    assert await database.snapshot(lambda session: export_rows.has_responses(session, filters, PARIS)) is bool(count)


async def test_a_day_begins_at_the_companys_midnight(database: Database) -> None:
    late = OCTOBER.replace(hour=22, minute=30)  # half past midnight in Paris
    await keep(database, [response(0, asked_at=late)], people=1)
    assert await whole(database, Filters(until=date(2026, 10, 6))) == []
    assert len(await whole(database, Filters(since=date(2026, 10, 7)))) == 1


async def test_what_is_written_meanwhile_isnt_there(database: Database) -> None:
    await october(database)
    loop = asyncio.get_running_loop()

    def change(session: Session) -> None:
        session.execute(update(FeedbackRow).values(trace=1, comment="changé"))
        session.execute(delete(AnonymityClassRow).where(col(AnonymityClassRow.site) == "Lille"))

    def reading(session: Session) -> tuple[list[PublishedResponse], list[PublishedComment], bool]:
        rows = export_rows.published_responses(session, ALL)
        found = [next(rows)]
        asyncio.run_coroutine_threadsafe(database.write("test", change), loop).result()
        found += rows
        return found, list(export_rows.published_comments(session, ALL)), export_rows.has_responses(session, ALL, PARIS)

    found, said, there = await database.snapshot(reading)
    assert (len(found), len(said), there) == (18, 12, True)
    assert Counter(each.trace for each in found) == Counter(row.trace for row in company())
    assert "changé" not in {each.comment for each in said}
    assert Counter(each.trace for each in await responses(database)) == {1: 12}


async def test_a_snapshot_cant_write(database: Database) -> None:
    with pytest.raises((DBAPIError, UnavailableError), match=r"read-?only"):
        await database.snapshot(lambda session: session.execute(text("DELETE FROM feedback")))


async def test_what_a_snapshots_body_raises_is_its_callers(database: Database) -> None:
    def fails(_: Session) -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        await database.snapshot(fails)


def test_a_class_tells_every_dimension_that_scores_know() -> None:
    assert set(DIMENSIONS) < set(PublishedResponse.__slots__)
