"""How often somebody is asked or taught something: the caps, all functions together and each alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dialogs.attention import BUDGET, Budget, Limit, Spent, budget, free_at, spending_of
from dialogs.delivery import Kind

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def spent(days: float, function: str | None = "it") -> Spent:
    return Spent(at=NOW - timedelta(days=days), function=function)


def asks_again(*before: Spent, function: str | None = "it", limit: Limit | None = None, of: Budget = BUDGET) -> float | None:
    """Return in how many days a function may ask, None for at once."""
    freed = free_at(of.caps("ask", limit), before, function, NOW)
    return None if freed is None else (freed - NOW) / timedelta(days=1)


def sends_again(*before: Spent, function: str | None = "it", limit: Limit | None = None, of: Budget = BUDGET) -> float | None:
    freed = free_at(of.caps("message", limit), before, function, NOW)
    return None if freed is None else (freed - NOW) / timedelta(days=1)


def test_prompts_and_reminders_spend_an_ask_campaigns_a_message_and_nothing_else_spends_anything() -> None:
    asks, messages = (Kind.PROMPT, Kind.REMINDER), (Kind.CAMPAIGN,)
    assert {spending_of(kind) for kind in asks} == {"ask"}
    assert {spending_of(kind) for kind in messages} == {"message"}
    assert {spending_of(kind) for kind in Kind if kind not in (*asks, *messages)} == {None}


def test_whoever_was_never_asked_may_be() -> None:
    assert asks_again() is None
    assert sends_again() is None


def test_once_in_fourteen_days_over_all_functions() -> None:
    assert asks_again(spent(13, "finance")) == 1
    assert asks_again(spent(14, "finance")) is None
    assert asks_again(spent(13, None), function=None) == 1


def test_once_in_thirty_days_for_the_same_function() -> None:
    assert asks_again(spent(20, "it")) == 10
    assert asks_again(spent(20, "it"), function="finance") is None
    assert asks_again(spent(30, "it")) is None


def test_of_two_caps_the_later_one_counts() -> None:
    assert asks_again(spent(20, "it"), spent(2, "finance")) == 12
    assert asks_again(spent(28, "it"), spent(2, "finance")) == 12
    assert asks_again(spent(17, "it"), spent(2, "finance")) == 13


def test_what_is_on_its_way_counts_though_it_may_be_seconds_ahead() -> None:
    assert asks_again(spent(-1), function="finance") == 15


def test_a_function_may_ask_less_often_but_never_more() -> None:
    assert asks_again(spent(31), limit=Limit(ask_days=60)) == 29
    assert asks_again(spent(20), limit=Limit(ask_days=10)) == 10  # the setting was raised since
    assert asks_again(spent(31, "finance"), limit=Limit(ask_days=60)) is None
    assert asks_again(spent(20), limit=Limit(messages_month=1)) == 10


def test_campaigns_send_once_a_day_twice_a_week_and_four_a_month_from_one_function() -> None:
    assert sends_again(spent(0.5, "finance")) == 0.5
    assert sends_again(spent(1, "finance")) is None
    assert sends_again(spent(5, "finance"), spent(1, "finance")) == 2
    month = [spent(days) for days in (29, 22, 15, 8)]
    assert sends_again(*month) == 1
    assert sends_again(*month, function="finance") is None
    assert sends_again(*month, function=None) is None


def test_a_function_may_send_less_but_never_more() -> None:
    assert sends_again(spent(20), limit=Limit(messages_month=1)) == 10
    assert sends_again(*(spent(days) for days in (29, 22, 15, 8)), limit=Limit(messages_month=9)) == 1
    assert sends_again(spent(20), limit=Limit(ask_days=60)) is None


@pytest.mark.parametrize(("days", "again"), [(6, 1), (7, None)])
def test_the_company_sets_the_numbers(days: int, again: float | None) -> None:
    weekly = budget(ask_days=7, ask_function_days=7)
    assert asks_again(spent(days), of=weekly) == again
    assert replace(weekly, asks=BUDGET.asks) == BUDGET


# --- what is kept for those who seldom send -------------------------------------------------------------------------------------------------------


def test_a_function_that_sends_often_leaves_one_of_a_weeks_messages_to_the_others() -> None:
    often = (spent(20), spent(9))
    assert sends_again(*often) is None
    assert sends_again(*often, spent(3, "finance")) == 4  # its own share of the week is taken, whoever took it
    assert sends_again(*often, spent(3, "finance"), function="hr") is None
    assert sends_again(spent(20), spent(3, "finance")) is None  # once in a month is seldom
    assert sends_again(*often, spent(3, "finance"), function=None) is None


def test_who_sends_often_may_send_again_once_it_is_seldom_if_that_is_sooner() -> None:
    soon_seldom = (spent(29.5), spent(20))
    assert sends_again(*soon_seldom, spent(2, "finance")) == 0.5
    assert sends_again(*soon_seldom, spent(2, "finance"), spent(1.5, "hr")) == 5
    assert sends_again(*soon_seldom, spent(6.9, "hr"), spent(2, "finance")) == 0.5


def test_one_of_a_weeks_messages_stays_however_many_are_kept() -> None:
    greedy = budget(messages_week=2, messages_kept=9)
    often = (spent(20), spent(9))
    assert sends_again(*often, of=greedy) is None
    assert sends_again(*often, spent(3, "finance"), of=greedy) == 4
    generous = budget(messages_week=2, messages_kept=0)
    assert sends_again(*often, spent(3, "finance"), of=generous) is None
