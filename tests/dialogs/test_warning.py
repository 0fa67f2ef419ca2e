"""Early warnings: on both sides of each threshold, and in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.actions import ShowGap, ShowGaps
from dialogs.delivery import Kind
from dialogs.feedback_actions import NoteImprovement, ShowTraces
from dialogs.messages import Button, Buttons, Message, plain_text
from dialogs.warning import WARNING, Mentions, fallen, jumped, planned_fall, planned_jump, told_of_fall, told_of_jump
from tests.company import IT
from tests.dialogs.published import NOVEMBER, left, week
from tests.dialogs.told import TEXTS

LAST = NOVEMBER + timedelta(weeks=3)
USUAL = (left(2, three=10, four=30, five=10), left(1, three=10, four=30, five=10), left(0, three=10, four=30, five=10))
MENTIONS = Mentions(about="sheet", id="it_laptop", times=8, people=6, before=8, weeks=8.0)


def actions(message: Message) -> list[object]:
    rows = [block for block in message.blocks if isinstance(block, Buttons)]
    return [button.action for row in rows for button in row.buttons if isinstance(button, Button)]


# --- a trace that falls --------------------------------------------------------------------------------------------------------------------------


def test_a_trace_well_below_those_before_is_told() -> None:
    fall = fallen((left(3, two=20, three=20, four=10), *USUAL), LAST)
    assert fall is not None
    assert (fall.change.before, fall.change.after, fall.change.asked_before, fall.change.asked_after) == (4.0, 2.8, 150, 50)


def test_a_fall_that_chance_may_make_is_not() -> None:
    assert fallen((left(3, one=1, three=1, four=1, five=3), *USUAL), LAST) is None


def test_a_fall_that_nobody_feels_is_not_however_sure() -> None:
    usual = tuple(left(number, four=2_000, five=100) for number in (2, 1, 0))
    assert fallen((left(3, four=1_500, three=400, five=100), *usual), LAST) is None
    barely = fallen((left(3, three=6, four=14), left(2, four=200)), LAST)
    assert barely is not None  # by 0.3, neither more nor less
    assert fallen((left(3, three=29, four=71), left(2, four=200)), LAST) is None  # by 0.29


def test_a_rise_is_not() -> None:
    assert fallen((left(3, five=50), *USUAL), LAST) is None


def test_a_first_period_has_nothing_to_fall_from_nor_has_one_that_shows_nothing() -> None:
    assert fallen((left(3, one=50),), LAST) is None
    assert fallen((week(3, shown=False), *USUAL), LAST) is None
    assert fallen((left(3, one=50), week(2, shown=False)), LAST) is None


def test_a_fall_of_few_people_is_not_however_sure() -> None:
    assert fallen((left(3, three=5), left(2, four=5)), LAST) is None
    assert fallen((left(3, three=9), left(2, four=50)), LAST) is None
    assert fallen((left(3, three=50), left(2, four=9)), LAST) is None
    assert fallen((left(3, three=10), left(2, four=10)), LAST) is not None
    assert fallen((replace(left(3, three=50), people=9), left(2, four=50)), LAST) is None  # few who say it often


def test_the_warning_says_what_fell_by_how_much_and_how_sure_that_is() -> None:
    fall = fallen((left(3, two=20, three=20, four=10), *USUAL), LAST)
    assert fall is not None
    message = told_of_fall(TEXTS["en"], IT, fall)
    text = plain_text(message)
    assert "2.8 out of 5 (week of 23 Nov 2026), after 4.0 before." in text
    assert "Responses: 50, compared with 150" in text
    assert "Chance alone does that: less than 1 time in 1,000" in text
    assert actions(message) == [ShowTraces(slug="it"), NoteImprovement(slug="it")]
    less = told_of_fall(TEXTS["en"], IT, replace(fall, change=replace(fall.change, p=0.004)))
    assert "less than 1 time in 100\n" in plain_text(less)
    delivery = planned_fall(IT, "bob", message, fall)
    assert (delivery.kind, delivery.cause_kind, delivery.cause_id, delivery.to) == (Kind.ALERT, WARNING, "it", "bob")
    assert delivery.key == planned_fall(IT, "carol", message, fall).key


# --- a problem that more people mention ----------------------------------------------------------------------------------------------------------


def test_mentions_far_above_the_weeks_before_are_told() -> None:
    assert jumped(MENTIONS)
    assert jumped(replace(MENTIONS, times=5, people=5, before=0))


@pytest.mark.parametrize(
    "as_usual",
    [
        replace(MENTIONS, before=24),  # three a week: eight happen one week in a hundred
        replace(MENTIONS, times=4, people=4, before=0),  # too few
        replace(MENTIONS, times=40, people=4, before=0),  # by four people
        replace(MENTIONS, before=0, weeks=0.5),  # nobody has asked anything for long enough
        replace(MENTIONS, times=5, people=5, before=0, weeks=1.0),  # one week without any may be chance
    ],
)
def test_others_are_not(as_usual: Mentions) -> None:
    assert not jumped(as_usual)


def test_the_warning_says_what_is_mentioned_and_how_often_it_usually_is() -> None:
    message = told_of_jump(TEXTS["en"], IT, MENTIONS, "Replace a laptop")
    text = plain_text(message)
    assert "8 times in seven days, people said of “Replace a laptop” that it's wrong or not what they asked." in text
    assert "In a week before: 1.0 on average." in text
    assert actions(message) == [ShowGaps(slug="it")]
    in_vain = told_of_jump(TEXTS["en"], IT, replace(MENTIONS, about="gap", id="g1"), "Is the VPN down?")
    assert "8 times in seven days, people asked this or the like, and found no answer: “Is the VPN down?”" in plain_text(in_vain)
    assert actions(in_vain) == [ShowGap(gap="g1")]


def test_it_is_told_once_a_week() -> None:
    message = told_of_jump(TEXTS["en"], IT, MENTIONS, "Replace a laptop")
    keys = {planned_jump(IT, "bob", message, MENTIONS, LAST + timedelta(days=days)).key for days in range(7)}
    assert len(keys) == 1
    assert planned_jump(IT, "bob", message, MENTIONS, LAST + timedelta(days=7)).key not in keys
