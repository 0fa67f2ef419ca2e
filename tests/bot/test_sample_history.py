"""The made-up history of the sample company."""

from collections import Counter
from datetime import date, timedelta

from bot.packs import read_pack, sample_folder
from bot.sample_history import WEEKS, history
from dialogs.feedback import values_of
from storage.database import Database
from storage.directory import import_directory
from storage.feedback_history import bring
from storage.people import LINKING
from tests.company import NOON

TODAY = date(2026, 11, 25)
PACK = read_pack(sample_folder(), language="en", today=TODAY)
assert PACK.catalogue is not None
CATALOGUE = PACK.catalogue


def test_it_is_the_same_for_the_same_day_and_ends_before_its_week() -> None:
    closings = list(history(CATALOGUE, PACK.people, TODAY))
    assert closings == list(history(CATALOGUE, PACK.people, TODAY))
    assert len({closing.id for closing in closings}) == len(closings)
    monday = TODAY - timedelta(days=TODAY.weekday())
    assert max(closing.asked_at.date() for closing in closings) < monday
    assert min(closing.asked_at.date() for closing in closings) >= monday - timedelta(weeks=WEEKS)


def test_each_response_is_one_that_somebody_could_have_given() -> None:
    for closing in history(CATALOGUE, PACK.people, TODAY):
        found = CATALOGUE.sheet(closing.service or "")
        assert found is not None
        assert found[0].slug == closing.function
        if closing.answered_at is None:
            assert (closing.solved, closing.trace, closing.item, closing.comment) == (None, None, None, None)
            continue
        assert closing.asked_at < closing.answered_at < closing.expires_at
        assert closing.trace in range(1, 6)
        assert closing.item is None or closing.value in values_of(closing.item)


def test_every_function_has_enough_of_them_for_a_month_to_be_shown() -> None:
    october = [closing for closing in history(CATALOGUE, PACK.people, TODAY) if closing.answered_at and closing.asked_at.month == 10]
    people = Counter(function for function, _ in {(closing.function, closing.client) for closing in october})
    assert len(people) == len(CATALOGUE.functions)
    assert min(people.values()) >= 10


async def test_it_is_taken_in_once_and_only_where_nothing_is_yet(database: Database) -> None:
    await database.write(LINKING, lambda session: import_directory(session, PACK.people, NOON))
    closings = list(history(CATALOGUE, PACK.people, TODAY))
    assert await database.write("tests", lambda session: bring(session, closings))
    assert not await database.write("tests", lambda session: bring(session, closings))
