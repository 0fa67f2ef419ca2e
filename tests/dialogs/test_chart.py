"""Charts: what is drawn, and the words that say all of it."""

import json

from dialogs.chart import PERIODS, satisfaction
from tests.dialogs.published import left, of_service, week
from tests.dialogs.told import TEXTS

TWO = (left(1, five=6, two=2), left(0, four=5, one=5))


def test_one_period_needs_no_picture() -> None:
    assert satisfaction(TEXTS["en"], "IT", ()) is None
    assert satisfaction(TEXTS["en"], "IT", (left(0, five=8),)) is None
    assert satisfaction(TEXTS["en"], "IT", (left(1, five=8), week(0, shown=False))) is None
    assert satisfaction(TEXTS["en"], "IT", (left(1, five=8), week(0, of_service(None, {})))) is None


def test_the_words_say_all_that_is_drawn_the_oldest_first() -> None:
    chart = satisfaction(TEXTS["en"], "IT", TWO)
    assert chart is not None
    assert chart.alt == (
        "Bar chart: IT: how many of those who responded left a 4 or a 5; week of 2 Nov 2026, 50% of 10 (between 24% and 76%) · "
        "week of 9 Nov 2026, 75% of 8 (between 41% and 93%)."
    )
    data = chart.spec["data"]
    assert isinstance(data, dict)
    assert [(row["label"], row["share"], row["number"]) for row in data["values"]] == [("2 Nov 2026|n = 10", 0.5, 10), ("9 Nov 2026|n = 8", 0.75, 8)]


def test_it_draws_the_latest_periods_and_loads_nothing() -> None:
    chart = satisfaction(TEXTS["fr"], "DSI", tuple(left(number, five=8) for number in range(PERIODS + 3, 0, -1)))
    assert chart is not None
    data = chart.spec["data"]
    assert isinstance(data, dict)
    assert len(data["values"]) == PERIODS
    assert set(data) == {"values"}
    assert json.dumps(chart.spec).count("http") == 1  # which schema it follows


def test_months_are_named_as_such() -> None:
    month = satisfaction(TEXTS["en"], "IT", (week(4, of_service(None, {"5": 5}), grain="month"), week(0, of_service(None, {"5": 5}), grain="month")))
    assert month is not None
    assert "November 2026, 100% of 5" in month.alt
    assert "December 2026, 100% of 5" in month.alt
