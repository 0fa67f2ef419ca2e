"""The filters of an export: what is meant, or the first mistake."""

from datetime import date

import pytest

from dialogs.export_filters import FILTERS, Filters, Mistake, read
from tests.dialogs.told import TEXTS


def test_filters_are_read_and_empty_ones_narrow_nothing() -> None:
    given = {"function": "it", "site": " Lyon ", "department": "", "occasion": "later", "from": "2026-01-31", "to": "2026-01-31"}
    assert read(given, TEXTS["en"]) == Filters(
        function="it", told={"site": "Lyon", "occasion": "later"}, since=date(2026, 1, 31), until=date(2026, 1, 31)
    )
    assert read({}, TEXTS["en"]) == Filters()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("sex", "f", f"sex isn't a filter: there are {', '.join(FILTERS)}."),
        ("platform", "irc", "irc isn't one of slack, teams."),
        ("channel", "public", "public isn't one of personal, group, channel, outside."),
        ("from", "31/01/2026", "31/01/2026 isn't a day: write it as 2026-01-31."),
        ("to", "20260131", "20260131 isn't a day: write it as 2026-01-31."),
    ],
)
def test_a_mistake_says_what_is_wrong_and_what_is_right(name: str, value: str, text: str) -> None:
    assert read({name: value}, TEXTS["en"]) == Mistake(filter=name, text=text)


def test_days_that_are_swapped_are_said() -> None:
    found = read({"from": "2026-02-01", "to": "2026-01-31"}, TEXTS["en"])
    assert found == Mistake(filter="to", text="The last day comes before the first one: swap them.")
