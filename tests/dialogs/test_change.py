"""Changes: what trace was left before and after, and whether it's more than chance."""

from datetime import UTC, date, datetime

import pytest

from dialogs.change import Change, change, since, traces
from dialogs.improvement import Improvement
from tests.dialogs.published import NOVEMBER, left, of_service, week

NOTED = Improvement(
    id="i1", function="it", text="two more people", due=date(2026, 12, 1), noted_at=datetime(2026, 11, 12, 9, tzinfo=UTC), by="bob", before=NOVEMBER
)


def test_the_traces_of_periods_are_those_of_their_classes_together() -> None:
    period = week(0, of_service("it_laptop", {"5": 4, "1": 1}, 1), of_service(None, {"5": 5}, 2))
    assert traces((period, left(1, three=6))) == {"1": 1, "2": 0, "3": 6, "4": 0, "5": 9}


def test_a_large_rise_of_many_is_more_than_chance_and_of_few_isnt() -> None:
    many = change((left(0, three=40, four=10),), (left(1, three=5, four=45),))
    assert many is not None
    assert (many.before, many.after, many.asked_before, many.asked_after) == (3.2, 3.9, 50, 50)
    assert many.sure
    few = change((left(0, three=4, two=1),), (left(1, three=4, four=1),))
    assert few is not None
    assert not few.sure


def test_a_fall_is_judged_as_a_fall() -> None:
    fall = change((left(0, three=5, four=45),), (left(1, three=40, four=10),))
    assert fall is not None
    assert fall.after < fall.before
    assert fall.sure


@pytest.mark.parametrize("sides", [((), (left(0, five=5),)), ((left(0, five=5),), ())])
def test_where_one_side_left_none_nothing_changed(sides: tuple[tuple[()], tuple[()]]) -> None:
    assert change(*sides) is None


def test_an_improvement_is_judged_from_the_period_it_is_about_to_those_that_began_later() -> None:
    before, beside, after = left(0, three=50), left(1, one=50), left(2, four=49, five=1)
    told = since(NOTED, (after, beside, before))
    assert told == Change(before=3.0, after=4.02, asked_before=50, asked_after=50, p=told.p if told else 1)
    assert since(NOTED, (beside, before)) is None
