"""The one question more: which one, in which words; the same each time for one closing."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from dialogs.catalog import LANGUAGES, Language
from dialogs.feedback import BAD_REASONS, GOOD_REASONS, POSTURE, Item, Occasion, values_of
from dialogs.feedback_actions import AnswerItem
from dialogs.feedback_items import choose, question, said
from dialogs.messages import Button, Buttons, Rating, Text
from tests.company import NOON
from tests.dialogs.responses import answered, helped
from tests.dialogs.told import TEXTS

MANY = range(400)
T = TEXTS["en"]


def chosen(*, human: bool = False, **changes: Any) -> Counter[Item]:
    """Which item is chosen how often, over many closings."""
    first = helped if human else answered
    items = (choose(first(id=f"f{number}", **changes), NOON, NOON) for number in MANY)
    return Counter(item for item in items if item is not None)


def offered(item: Item, *, human: bool = True, **changes: Any) -> list[Button]:
    """The buttons of an item."""
    _, asked = question(T, (helped if human else answered)(**changes), item, "IT", "card")
    assert isinstance(asked, Buttons | Rating)
    return [button for button in asked.buttons if isinstance(button, Button)]


def test_it_is_the_same_each_time() -> None:
    feedback = answered(trace=4, solved="yes")
    assert len({choose(feedback, None, NOON) for _ in range(5)}) == 1
    assert len(chosen(trace=4, solved="yes")) > 3, "and not the same for every closing"


def test_there_is_one_at_most() -> None:
    assert choose(answered(trace=4, item=Item.EFFORT, value="3"), None, NOON) is None


def test_whoever_changes_the_trace_is_asked_the_same_again() -> None:
    assert {choose(answered(id=f"f{number}", trace=2, item=Item.RECOMMENDATION), NOON, NOON) for number in MANY} == {Item.RECOMMENDATION}


def test_each_comes_about_as_often_as_the_others() -> None:
    counts = chosen(human=True, trace=5, solved="yes")
    postures = sum(counts[item] for item in POSTURE)
    assert set(counts) == {Item.EFFORT, Item.REASON, *POSTURE}
    for count in (counts[Item.EFFORT], counts[Item.REASON], postures):
        assert 90 < count < 180
    assert min(counts[item] for item in POSTURE) > 10, "the five rotate"


def test_a_written_answer_has_neither_warmth_nor_things() -> None:
    assert set(chosen(trace=5, solved="yes")) == {Item.EFFORT, Item.REASON, Item.RELIABILITY, Item.ASSURANCE, Item.RESPONSIVENESS}


@pytest.mark.parametrize(
    ("solved", "trace", "more"),
    [
        ("yes", 5, set()),
        ("yes", 4, set()),
        ("yes", 3, {Item.LOST_TIME}),
        ("partly", 5, {Item.LOST_TIME, Item.ELSEWHERE}),
        ("no", 1, {Item.LOST_TIME, Item.ELSEWHERE}),
        (None, 2, {Item.LOST_TIME}),
        (None, 5, set()),
    ],
)
def test_what_went_wrong_is_asked_about_only_where_it_did(solved: str | None, trace: int, more: set[Item]) -> None:
    assert set(chosen(solved=solved, trace=trace)) & {Item.LOST_TIME, Item.ELSEWHERE} == more


def test_without_a_trace_there_is_no_reason_for_it() -> None:
    assert Item.REASON not in chosen(solved="yes")
    assert Item.LOST_TIME not in chosen(solved="yes")


@pytest.mark.parametrize(("days", "may"), [(None, True), (183, True), (182, False), (0, False)])
def test_a_recommendation_is_asked_for_twice_a_year_at_most(days: int | None, may: bool) -> None:
    last = None if days is None else NOON - timedelta(days=days)
    items = {choose(answered(id=f"f{number}", trace=5, solved="yes"), last, NOON) for number in MANY}
    assert (Item.RECOMMENDATION in items) is may


@pytest.mark.parametrize("item", [item for item in Item if item is not Item.REASON])
def test_all_that_may_be_answered_is_offered_and_nothing_is_chosen(item: Item) -> None:
    buttons = offered(item)
    assert [button.action for button in buttons] == [
        AnswerItem(feedback=helped().id, item=item.value, value=value, on="card") for value in values_of(item)
    ]
    assert not any(button.primary for button in buttons)
    assert len({button.label for button in buttons}) == len(buttons)


@pytest.mark.parametrize(("trace", "reasons"), [(5, GOOD_REASONS), (4, GOOD_REASONS), (3, BAD_REASONS), (1, BAD_REASONS)])
def test_the_reasons_go_with_the_trace_five_at_most_in_no_fixed_order(trace: int, reasons: tuple[str, ...]) -> None:
    orders: set[tuple[str, ...]] = set()
    for number in range(40):
        shown = tuple(button.action.value for button in offered(Item.REASON, id=f"f{number}", trace=trace) if isinstance(button.action, AnswerItem))
        assert set(shown) <= set(reasons)
        assert len(shown) == len(set(shown)) == 5
        orders.add(shown)
    assert len(orders) > 10
    assert {value for order in orders for value in order} == set(reasons)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("occasion", [Occasion.ANSWER, Occasion.REQUEST])
@pytest.mark.parametrize("trace", [1, 5])
def test_each_has_its_own_words(language: Language, occasion: Occasion, trace: int) -> None:
    t = TEXTS[language]
    items = [item for item in Item if occasion is Occasion.REQUEST or item not in (Item.EMPATHY, Item.TANGIBLES)]
    texts = [question(t, answered(occasion=occasion, trace=trace), item, "IT", "prompt")[0] for item in items]
    assert all(isinstance(text, Text) for text in texts)
    assert len(set(texts)) == len(items)


def test_a_written_answer_is_spoken_of_as_what_was_written() -> None:
    (text, _) = question(T, answered(), Item.RELIABILITY, "IT", "card")
    assert text == Text(text="“What IT has written is right.”")
    (text, _) = question(T, helped(), Item.RELIABILITY, "IT", "card")
    assert text == Text(text="“IT did what they had promised.”")


def test_what_was_answered_is_said_as_on_its_button() -> None:
    assert said(T, Item.EFFORT, "6") == "6"
    assert said(T, Item.LOST_TIME, "half_day") == "Half a day"
    for item in (Item.REASON, Item.LOST_TIME, Item.ELSEWHERE):
        assert all(said(T, item, value) for value in values_of(item)), "every value has its words"
