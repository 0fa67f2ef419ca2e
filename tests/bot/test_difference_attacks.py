"""No filter, window or succession of readings tells what fewer than five people said."""

from functools import partial

import pytest

from dialogs import publication as publishing
from dialogs import theme_groups
from dialogs.anonymity import people, stands_apart
from dialogs.publication import publish
from storage import export_rows, publication
from storage.database import Database
from tests.bot.difference_attacks import attacks, isolated

EXAMPLES = 200
on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])


@on_one_database
@pytest.mark.parametrize("first", range(0, EXAMPLES, 50))
async def test_the_attacker_learns_nothing_of_fewer_than_five_people(database: Database, first: int) -> None:
    await attacks(database, range(first, first + 50))


async def test_the_attacker_learns_nothing_on_either_database(database: Database) -> None:
    await attacks(database, range(EXAMPLES, EXAMPLES + 5))


@on_one_database
async def test_without_a_floor_the_attacker_wins(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "publish", partial(publish, floor=1))
    with pytest.raises(AssertionError, match="can be told"):
        await attacks(database, range(20))


@on_one_database
async def test_were_only_each_measures_own_floor_kept_the_attacker_would_win(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "stands_apart", lambda part, _, floor: people(part) >= floor)
    with pytest.raises(AssertionError, match=r"trace of .* can be told"):
        await attacks(database, range(EXAMPLES))


@on_one_database
async def test_were_each_themes_traces_judged_alone_the_attacker_would_win(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_groups, "tellable", lambda parts, classes, told: [stands_apart(part, classes) for part in parts])
    with pytest.raises(AssertionError, match=r"trace of .* can be told"):
        await attacks(database, range(17, EXAMPLES))


@on_one_database
async def test_without_a_floor_for_names_an_export_would_tell_who_responds_often(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_rows, "SCORE_FLOOR", 1)
    with pytest.raises(AssertionError, match="how often they responded"):
        await attacks(database, range(20))


def test_two_sums_that_differ_by_one_person_tell_what_they_said() -> None:
    everybody = frozenset("abcdefgh")
    owners = {response: response for response in everybody}
    assert isolated([everybody, everybody - {"a"}], owners) == frozenset("a")
    assert isolated([everybody, frozenset("abc"), frozenset("cdefgh")], owners) is not None
    assert isolated([everybody], owners) is None
    assert isolated([], owners) is None
