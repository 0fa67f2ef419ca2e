"""The columns of an export: each is documented, in both languages, and the page of the manual says the same."""

import re
from pathlib import Path

import pytest

from dialogs.export import DEPTHS, Depth
from dialogs.export_columns import DICTIONARY, TABLES, dictionary, names
from dialogs.feedback import Item
from tests.dialogs.told import TEXTS

MANUAL = Path(__file__).parents[2] / "docs" / "exports.md"


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_column_is_documented_once_in_its_order(depth: Depth) -> None:
    for t in TEXTS.values():
        found = dictionary(t, depth)
        assert [(column.table, column.name) for column in found] == [(table, name) for table in TABLES[depth] for name in names(table, depth)]
        assert all(column.meaning.endswith(".") for column in found)
        assert all(re.fullmatch(r"[a-z_]+", column.name) for column in found)


def test_only_what_was_asked_for_names_anybody() -> None:
    naming = {"person_name", "person_email", "helper_name", "question"}
    assert naming.isdisjoint({*names("responses", "protected"), *names("comments", "protected"), *names("responses", "full")})
    assert naming < set(names("responses", "named"))


def test_groups_have_no_time_but_the_period_and_their_floors_are_told() -> None:
    found = {(column.table, column.name): column for column in dictionary(TEXTS["en"], "protected")}
    assert not any(column.type == "time" for column in found.values())
    assert found["responses", "site"].floor == "5 people in each class of responses"
    assert found["responses", "item"].floor == "5 people who answered that question in that period"
    assert found["comments", "comment"].floor == "10 people who commented in that period"
    assert found["responses", "item"].values == tuple(item.value for item in Item)
    assert {column.floor for column in dictionary(TEXTS["en"], "full")} == {""}


def test_comments_are_masked_unless_names_were_asked_for() -> None:
    meanings = {depth: next(each.meaning for each in dictionary(TEXTS["en"], depth) if each.name == "comment") for depth in DEPTHS}
    assert meanings["protected"].startswith("What was said, personal data masked;")
    assert meanings["full"] == "What was said, personal data masked."
    assert meanings["named"] == "What was said, as it was written."


def test_the_manual_says_of_each_column_what_the_dictionary_says() -> None:
    pages = dict(zip(DEPTHS, MANUAL.read_text(encoding="utf-8").split("\n## Columns: ")[1:], strict=True))
    for depth, page in pages.items():
        lines = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in page.splitlines() if line.startswith("|")]
        head, _, *told = lines
        assert head == DICTIONARY
        assert told == [
            (column.table, f"`{column.name}`", column.type, column.meaning, ", ".join(column.values), column.floor)
            for column in dictionary(TEXTS["en"], depth)
        ]
