"""The clock of requests: nobody took it, so the channel is reminded, then the owner is told; the client knows the truth, and isn't bothered."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialogs.delivery import Kind
from dialogs.events import Reference, Scope
from dialogs.facts import DeliveryRecalled, WordKept
from dialogs.request import RequestStatus, Step, lane_to_desk
from dialogs.request_clock import escalation_at, overdue, stranded
from dialogs.working_time import COMPANY_HOURS
from tests.company import CATALOGUE, NOON
from tests.dialogs.asked import (
    ALICE,
    AROUND,
    ASKED,
    BOB,
    CARD,
    CAROL,
    CHANNEL,
    DESK,
    KEEPERS,
    TEAMS_CHANNEL,
    WORD,
    kept,
    labels,
    planned,
    reached,
    to,
    words,
)

LATE = NOON + timedelta(minutes=1)  # a Friday, 13:01 in Paris
REMINDED = replace(ASKED, reminded_at=LATE)
MONDAY = datetime.fromisoformat("2026-11-23T11:00:00+01:00")
WAITING = replace(ASKED, thread=None)  # its card is on its way
PLACED = replace(AROUND, history=((Step.OPENED, NOON),))
LATER = NOON + timedelta(minutes=15)
BOB_ON_TEAMS = Reference(platform="teams", tenant="tenant-1", conversation="a:bob", scope=Scope.PERSONAL)


# --- reminders ------------------------------------------------------------------------------------------------------------------------------------


def test_once_the_promise_is_over_the_experts_are_reminded_under_the_card() -> None:
    facts = overdue(AROUND, COMPANY_HOURS, ASKED, LATE)
    assert (kept(facts).step, kept(facts).by, kept(facts).request) == (Step.REMINDED, None, REMINDED)
    (reminder,) = planned(facts)
    assert (reminder.to, reminder.under, reminder.kind, reminder.lane) == (CHANNEL, CARD, Kind.ALERT, lane_to_desk("r1"))
    assert words(reminder).splitlines()[0] == ("Nobody has this request yet, and whoever asked was to have somebody by Friday 20 November, 13:00.")
    assert labels(reminder.message) == ["I take it", "Answer", "Hand it on"]


@pytest.mark.parametrize(
    ("request_", "at"),
    [
        (ASKED, NOON - timedelta(minutes=1)),
        (ASKED, NOON + timedelta(hours=8)),  # the evening
        (ASKED, NOON + timedelta(days=1)),  # a Saturday
        (replace(ASKED, status=RequestStatus.CLAIMED), LATE),
        (replace(ASKED, status=RequestStatus.CLOSED), LATE),
        (REMINDED, LATE + timedelta(hours=1)),
        (replace(REMINDED, escalated_at=MONDAY), MONDAY + timedelta(hours=4)),
    ],
)
def test_nobody_is_reminded_too_early_nor_outside_the_hours_nor_of_what_somebody_has(request_: object, at: datetime) -> None:
    assert overdue(AROUND, COMPANY_HOURS, request_, at) == ()  # type: ignore[arg-type]


def test_nobody_is_reminded_where_nobody_can_be_reached() -> None:
    assert overdue(AROUND, COMPANY_HOURS, replace(ASKED, desk=None, card=None), LATE) == ()


def test_a_request_that_was_reopened_makes_a_new_promise() -> None:
    again = replace(ASKED, reminded_at=NOON - timedelta(days=2), escalated_at=NOON - timedelta(days=1))
    assert kept(overdue(AROUND, COMPANY_HOURS, again, LATE)).step is Step.REMINDED


# --- the owner ------------------------------------------------------------------------------------------------------------------------------------


def test_the_owner_is_told_once_as_long_again_has_gone_by() -> None:
    assert escalation_at(COMPANY_HOURS, CATALOGUE, REMINDED) == NOON + timedelta(hours=4)  # four working hours, Friday 13:00 to 17:00
    laptop = replace(REMINDED, sheet="it_laptop")
    assert escalation_at(COMPANY_HOURS, CATALOGUE, laptop) == NOON + timedelta(days=7)  # five working days


def test_the_owner_is_told_two_working_hours_after_the_reminder_at_the_earliest() -> None:
    late_reminder = replace(ASKED, reminded_at=MONDAY)
    assert escalation_at(COMPANY_HOURS, CATALOGUE, late_reminder) == MONDAY + timedelta(hours=2)
    assert escalation_at(COMPANY_HOURS, CATALOGUE, ASKED) == NOON + timedelta(hours=4)


def test_the_owner_hears_it_in_private_with_the_card_and_the_client_the_truth() -> None:
    facts = overdue(AROUND, COMPANY_HOURS, REMINDED, MONDAY)
    assert (kept(facts).step, kept(facts).request.escalated_at) == (Step.ESCALATED, MONDAY)
    owner, client = to(facts, BOB.id), to(facts, ALICE.id)
    assert len(planned(facts)) == 2
    assert (owner.kind, owner.lane) == (Kind.ALERT, None)
    assert words(owner).startswith("Nobody at IT has taken this request, although I reminded them.")
    assert "my screen flickers" in words(owner)
    assert "I take it" in labels(owner.message)
    assert words(client).startswith("Nobody at IT has been able to take your request yet. I've told Bob Leroy, who can see to it.")
    assert labels(client.message) == ["Add something", "I don't need it any more"]


def test_an_admin_is_told_where_the_function_has_nobody() -> None:
    nobody = replace(AROUND, keepers={"": (CAROL,)})
    assert reached(overdue(nobody, COMPANY_HOURS, REMINDED, MONDAY)) == {CAROL.id, ALICE.id}


def test_whoever_holds_the_request_already_or_asked_it_is_not_told_of_it() -> None:
    held = replace(REMINDED, desk=None, keeper=BOB.id)
    assert reached(overdue(AROUND, COMPANY_HOURS, held, MONDAY)) == {CAROL.id, ALICE.id}
    own = replace(REMINDED, client=BOB)
    assert reached(overdue(AROUND, COMPANY_HOURS, own, MONDAY)) == {CAROL.id, BOB.id}


def test_an_owner_without_a_name_is_called_by_their_function() -> None:
    nameless = replace(AROUND, keepers={"it": (replace(BOB, name=None),)})
    assert "I've told IT, who can see to it." in words(to(overdue(nameless, COMPANY_HOURS, REMINDED, MONDAY), ALICE.id))


def test_where_nobody_else_is_there_the_experts_are_reminded_once_more() -> None:
    alone = replace(AROUND, keepers={})
    facts = overdue(alone, COMPANY_HOURS, REMINDED, MONDAY)
    assert words(to(facts, CHANNEL)).startswith("Nobody has this request yet")
    assert "I've just reminded them." in words(to(facts, ALICE.id))
    assert overdue(alone, COMPANY_HOURS, replace(REMINDED, desk=None), MONDAY) == ()


def test_what_a_discreet_client_is_called_stays_unknown_to_the_owner() -> None:
    owner = to(overdue(AROUND, COMPANY_HOURS, replace(REMINDED, discreet=True), MONDAY), BOB.id)
    assert not any(mark in words(owner) for mark in ("Alice", "Martin", "Lyon", "Ventes"))


# --- a card that isn't there ----------------------------------------------------------------------------------------------------------------------


def test_a_card_that_does_not_get_through_goes_to_the_owner_on_another_platform() -> None:
    around = replace(PLACED, elsewhere={BOB.id: BOB_ON_TEAMS}, on_their_way=(CARD,))
    facts = stranded(around, WAITING, LATER)
    assert DeliveryRecalled(key=CARD) in facts
    there = kept(facts)
    assert (there.step, there.request.keeper, there.request.desk) == (Step.REROUTED, BOB.id, None)
    card = to(facts, BOB_ON_TEAMS)
    assert card.key == there.request.card != CARD
    client = words(to(facts, ALICE.id))
    assert client.startswith("I can't reach IT where they usually answer. I've passed your request to somebody who can see to it.")


def test_it_has_a_quarter_of_an_hour_and_twice_as_long_after_each_rerouting() -> None:
    assert stranded(PLACED, WAITING, LATER - timedelta(seconds=1)) == ()
    once = replace(PLACED, history=((Step.OPENED, NOON), (Step.REROUTED, LATER)))
    assert stranded(once, WAITING, LATER + timedelta(minutes=29)) == ()
    assert kept(stranded(once, WAITING, LATER + timedelta(minutes=30))).step is Step.REROUTED
    often = replace(PLACED, history=((Step.OPENED, NOON), *((Step.REROUTED, LATER),) * 9))
    assert stranded(often, WAITING, LATER + timedelta(minutes=239)) == ()
    assert stranded(often, WAITING, LATER + timedelta(hours=4)) != ()
    handed = replace(PLACED, history=((Step.REROUTED, NOON), (Step.HANDED, NOON), (Step.CLAIMED, LATER)))
    assert stranded(handed, WAITING, LATER) != ()
    assert stranded(AROUND, WAITING, LATER) != ()  # nobody knows since when


def test_the_clients_words_that_wait_with_the_card_go_where_it_goes() -> None:
    asked = replace(WAITING, words=(WORD, replace(WORD, id=CARD, side="expert")))
    facts = stranded(replace(PLACED, on_their_way=(CARD, WORD.id)), asked, LATER)
    former, again = [fact.word for fact in facts if isinstance(fact, WordKept)]
    assert (former.id, former.state, former.source) == (WORD.id, "dropped", None)
    assert (again.text, again.state, again.source) == (WORD.text, "sent", WORD.source)
    carried = [delivery for delivery in planned(facts) if delivery.key == again.id]
    assert [(delivery.to, delivery.under) for delivery in carried] == [(BOB.id, kept(facts).request.card)]


def test_words_that_may_have_arrived_are_listed_and_not_carried_twice() -> None:
    asked = replace(WAITING, words=(WORD,))
    facts = stranded(replace(PLACED, on_their_way=(CARD, WORD.id), in_doubt=frozenset({WORD.id})), asked, LATER)
    assert DeliveryRecalled(key=WORD.id) in facts
    assert not any(isinstance(fact, WordKept) for fact in facts)
    assert [WORD.text in words(delivery) for delivery in planned(facts) if delivery.to == BOB.id] == [False, True]


def test_words_that_are_carried_are_not_on_the_card_too() -> None:
    asked = replace(WAITING, hops=1, words=(WORD,))
    facts = stranded(replace(PLACED, on_their_way=(CARD, WORD.id)), asked, LATER)
    assert [WORD.text in words(delivery) for delivery in planned(facts) if delivery.to == BOB.id] == [False, True]


def test_another_channel_on_another_platform_comes_before_any_person() -> None:
    service = replace(DESK, service="it_laptop", reference=TEAMS_CHANNEL)
    two = replace(PLACED, desks={("it", None): DESK, ("it", "it_laptop"): service})
    facts = stranded(two, replace(WAITING, sheet="it_laptop"), LATER)
    assert kept(facts).request.desk == TEAMS_CHANNEL
    same_platform = replace(two, desks={("it", None): DESK, ("it", "it_laptop"): replace(service, reference=replace(CHANNEL, conversation="C2"))})
    assert kept(stranded(same_platform, replace(WAITING, sheet="it_laptop"), LATER)).request.keeper == BOB.id


def test_a_keeper_who_cannot_be_reached_leaves_it_to_the_next_one() -> None:
    facts = stranded(PLACED, replace(WAITING, desk=None, keeper=BOB.id), LATER)
    assert kept(facts).request.desk == CHANNEL  # the function may have a channel by now
    without = replace(PLACED, desks={})
    assert kept(stranded(without, replace(WAITING, desk=None, keeper=BOB.id), LATER)).request.keeper == CAROL.id


def test_where_there_is_no_other_way_the_client_knows_that_it_waits() -> None:
    alone = replace(PLACED, keepers={})
    (client,) = planned(stranded(alone, WAITING, LATER))
    assert words(client).startswith("I can't reach IT at the moment. Your request is kept, and goes to them as soon as I can.")
    assert planned(stranded(alone, WAITING, LATER + timedelta(hours=1)))[0].key == client.key  # said once


def test_a_card_that_was_given_up_is_sent_again_where_there_is_no_other_way() -> None:
    facts = stranded(replace(PLACED, keepers={}, given_up=True), WAITING, LATER)
    assert to(facts, CHANNEL).key != CARD
    (client,) = planned(stranded(replace(PLACED, keepers={}, desks={}, given_up=True), WAITING, LATER))
    assert client.to == ALICE.id


def test_a_request_that_nobody_could_be_reached_for_goes_out_as_soon_as_somebody_can() -> None:
    nowhere = replace(WAITING, desk=None, card=None)
    assert stranded(replace(PLACED, desks={}, keepers={}), nowhere, NOON) == ()
    facts = stranded(replace(PLACED, keepers=KEEPERS), nowhere, NOON)
    assert reached(facts) == {CHANNEL, ALICE.id}
    assert words(to(facts, ALICE.id)).startswith("I've found somebody who can take your request: it's with them now.")
