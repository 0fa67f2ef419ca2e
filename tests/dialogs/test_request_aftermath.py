"""What follows from a delivery's ending: the thread is known, another way is found, and whoever spoke knows whether they were heard."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dialogs.delivery import Ended, Reason, Status
from dialogs.events import Reference
from dialogs.facts import DeliveryEdited, DeliveryPlanned, RequestKept, WordKept
from dialogs.messages import Button, Buttons, plain_text
from dialogs.request import BINDING, Request, RequestStatus, Step, lane_to_client, lane_to_desk
from dialogs.request_actions import SendAgain
from dialogs.request_aftermath import after, after_greeting
from tests.company import NOON
from tests.conversation import DIRECT
from tests.dialogs.asked import ALICE, AROUND, ASKED, BOB, CARD, CAROL, CHANNEL, DESK, WORD, ended, kept, labels, planned, reached, to, words

DEAD = replace(AROUND, desks={("it", None): replace(DESK, dead="is_archived")})
SAID = replace(ASKED, words=(WORD,))
ANSWER = replace(WORD, id=UUID(int=2), side="expert", author=BOB, text="I'm on my way")
ANSWERED = replace(ASKED, words=(ANSWER,))
OTHER = UUID(int=9)


# --- the card -------------------------------------------------------------------------------------------------------------------------------------


def test_a_card_that_is_there_opens_the_thread() -> None:
    (fact,) = after(ended(status=Status.SENT), replace(ASKED, thread=None), AROUND, NOON)
    assert fact == RequestKept(request=ASKED, step=Step.PLACED, by=None)


@pytest.mark.parametrize("status", [Status.FAILED, Status.SKIPPED])
def test_a_card_that_was_refused_goes_to_the_owner_and_the_client_is_not_bothered(status: Status) -> None:
    facts = after(ended(status=status, reason=Reason.UNREACHABLE), ASKED, DEAD, NOON)
    assert (kept(facts).step, kept(facts).request.keeper) == (Step.REROUTED, BOB.id)
    assert [delivery.to for delivery in planned(facts)] == [BOB.id]


def test_after_three_refusals_the_clock_goes_on_with_patience() -> None:
    often = replace(AROUND, history=((Step.OPENED, NOON), *((Step.REROUTED, NOON),) * 3))
    assert after(ended(reason=Reason.EXHAUSTED), ASKED, often, NOON) == ()


def test_a_service_whose_channel_is_gone_falls_back_on_the_functions_own() -> None:
    service = replace(DESK, service="it_laptop", reference=replace(CHANNEL, conversation="C2"), dead="is_archived")
    both = replace(AROUND, desks={("it", None): DESK, ("it", "it_laptop"): service})
    facts = after(ended(reason=Reason.REFUSED), replace(ASKED, sheet="it_laptop", desk=service.reference), both, NOON)
    assert kept(facts).request.desk == CHANNEL


def test_a_card_that_nobody_else_can_be_given_stays_with_the_clock() -> None:
    assert after(ended(reason=Reason.REFUSED), ASKED, replace(DEAD, keepers={}), NOON) == ()


@pytest.mark.parametrize(
    "ending",
    [
        ended(status=Status.UNKNOWN, reason=Reason.UNANSWERED),
        ended(status=Status.SKIPPED, reason=Reason.CANCELLED),
        ended(OTHER, Status.SENT),
        ended(OTHER, Status.FAILED, Reason.REFUSED),
        ended(OTHER, Status.FAILED, Reason.REFUSED, where=None),
        ended(OTHER, Status.FAILED, Reason.REFUSED, where=DIRECT),
    ],
)
def test_other_endings_of_cards_and_notices_have_no_consequence(ending: Ended) -> None:
    assert after(ending, ASKED, AROUND, NOON) == ()


def test_nothing_follows_for_a_request_that_is_over() -> None:
    assert after(ended(reason=Reason.REFUSED), replace(ASKED, status=RequestStatus.CLOSED), DEAD, NOON) == ()


# --- a channel or a keeper that's gone -------------------------------------------------------------------------------------------------------------


def test_a_channel_that_dies_later_gives_its_request_and_the_lost_word_to_the_owner() -> None:
    facts = after(ended(WORD.id, Status.FAILED, Reason.REFUSED), SAID, DEAD, NOON)
    assert kept(facts).request.keeper == BOB.id
    former, again = [fact.word for fact in facts if isinstance(fact, WordKept)]
    assert (former.state, again.text) == ("dropped", WORD.text)
    assert {delivery.to for delivery in planned(facts)} == {BOB.id}  # the client needn't know
    assert {delivery.lane for delivery in planned(facts)} == {lane_to_desk("r1")}


def test_whoever_gets_a_request_that_was_under_way_reads_what_was_said() -> None:
    long_ago = replace(ASKED, discreet=True, words=(WORD, ANSWER, replace(WORD, id=OTHER, text="taken back", state="deleted")))
    (said,) = [each for each in planned(after(ended(reason=Reason.REFUSED), long_ago, DEAD, NOON)) if each.key != kept_card(long_ago)]
    assert words(said).splitlines() == ["What was said so far", "• Somebody, discreetly: since this morning", "• Bob Leroy: I'm on my way"]
    handed = replace(long_ago, hops=1)
    (card,) = planned(after(ended(reason=Reason.REFUSED), handed, DEAD, NOON))
    assert "• Bob Leroy: I'm on my way" in words(card)


def kept_card(request: Request) -> UUID | None:
    return kept(after(ended(reason=Reason.REFUSED), request, DEAD, NOON)).request.card


def test_a_reminder_that_finds_its_channel_dead_moves_the_request_too() -> None:
    assert kept(after(ended(OTHER, Status.FAILED, Reason.REFUSED), ASKED, DEAD, NOON)).request.keeper == BOB.id
    unbound = replace(AROUND, desks={})
    assert kept(after(ended(OTHER, Status.FAILED, Reason.REFUSED), ASKED, unbound, NOON)).request.keeper == BOB.id


def test_words_that_others_have_overtaken_do_not_move_their_request_behind_these() -> None:
    unbound = replace(AROUND, desks={})
    facts = after(ended(WORD.id, Status.FAILED, Reason.NOT_ARRIVED), SAID, unbound, NOON)
    assert [delivery.to for delivery in planned(facts)] == [ALICE.id]
    assert not any(isinstance(fact, RequestKept) for fact in facts)


def test_a_keeper_who_has_left_hands_the_request_to_the_next_one() -> None:
    held = replace(SAID, desk=None, keeper=BOB.id)
    gone = replace(AROUND, desks={}, keepers={"": (CAROL,)})
    ending = ended(WORD.id, Status.SKIPPED, Reason.UNREACHABLE, where=None, person=BOB.id)
    assert kept(after(ending, held, gone, NOON)).request.keeper == CAROL.id
    there = replace(AROUND, desks={})
    assert reached(after(ending, held, there, NOON)) == {WORD.author.id}  # still there: this word was refused, no more
    assert reached(after(replace(ending, person=None), held, gone, NOON)) == {WORD.author.id}


# --- words ----------------------------------------------------------------------------------------------------------------------------------------


def test_whoever_spoke_knows_when_their_words_may_not_have_arrived() -> None:
    facts = after(ended(WORD.id, Status.UNKNOWN, Reason.UNANSWERED), SAID, AROUND, NOON)
    notice = to(facts, WORD.author.id)
    assert (notice.lane, notice.urgent) == (lane_to_client("r1"), True)
    assert words(notice).startswith("This may not have arrived: “since this morning”")
    (again,) = [button for block in notice.message.blocks if isinstance(block, Buttons) for button in block.buttons]
    assert isinstance(again, Button)
    assert again.action == SendAgain(word=str(WORD.id), request="r1")


def test_an_expert_is_told_so_under_the_card() -> None:
    facts = after(ended(ANSWER.id, Status.UNKNOWN, Reason.UNANSWERED, where=DIRECT, person="alice"), ANSWERED, AROUND, NOON)
    notice = to(facts, CHANNEL)
    assert (notice.under, notice.lane) == (CARD, lane_to_desk("r1"))
    assert "I'm on my way" in words(notice)


def test_words_that_did_arrive_take_that_back_in_its_place() -> None:
    doubt = to(after(ended(WORD.id, Status.UNKNOWN), SAID, AROUND, NOON), WORD.author.id)
    (edited,) = after(ended(WORD.id, Status.SENT), SAID, AROUND, NOON + timedelta(minutes=3))
    assert isinstance(edited, DeliveryEdited)
    assert edited.key == doubt.key
    assert plain_text(edited.message) == "This did arrive: “since this morning”"


def test_words_that_were_lost_after_all_say_so_in_the_same_notice() -> None:
    doubt = to(after(ended(WORD.id, Status.UNKNOWN), SAID, AROUND, NOON), WORD.author.id)
    facts = after(ended(WORD.id, Status.FAILED, Reason.NOT_ARRIVED), SAID, AROUND, NOON)
    (edited,) = [fact for fact in facts if isinstance(fact, DeliveryEdited)]
    (again,) = [fact.delivery for fact in facts if isinstance(fact, DeliveryPlanned)]
    assert edited.key == again.key == doubt.key
    assert edited.message == again.message


@pytest.mark.parametrize(
    ("reason", "why", "again"),
    [
        (Reason.UNREACHABLE, "There's no conversation left in which I can write to them.", False),
        (Reason.REFUSED, "The platform refused it.", False),
        (Reason.EXPIRED, "It couldn't be sent in time.", True),
        (Reason.OFF, "Their platform is switched off at the moment.", True),
        (Reason.NOT_ARRIVED, "It was lost on the way, and what came after it has been read since.", True),
        (Reason.EXHAUSTED, "The platform failed several times in a row.", True),
    ],
)
def test_words_that_did_not_arrive_say_why_and_what_to_do(reason: Reason, why: str, again: bool) -> None:
    notice = to(after(ended(ANSWER.id, Status.FAILED, reason, where=DIRECT, person="alice"), ANSWERED, AROUND, NOON), CHANNEL)
    assert words(notice).splitlines()[:2] == ["This didn't arrive: “I'm on my way”", why]
    assert (labels(notice.message) == ["Send again"]) is again
    assert ("Please reach them another way" in words(notice)) is not again


@pytest.mark.parametrize("state", ["deleted", "dropped", "proposed"])
def test_words_that_were_taken_back_are_nobodys_concern(state: str) -> None:
    taken_back = replace(ASKED, words=(replace(ANSWER, state=state),))  # type: ignore[arg-type]
    assert after(ended(ANSWER.id, Status.UNKNOWN), taken_back, AROUND, NOON) == ()


def test_an_expert_whom_no_conversation_reaches_is_not_told() -> None:
    nowhere = replace(ANSWERED, desk=None, card=None)
    assert after(ended(ANSWER.id, Status.UNKNOWN, where=DIRECT), nowhere, AROUND, NOON) == ()


# --- a channel that can't be greeted ----------------------------------------------------------------------------------------------------------------


def greeting(status: Status = Status.FAILED, where: Reference | None = CHANNEL, person: str | None = None) -> Ended:
    return replace(ended(OTHER, status, Reason.REFUSED, where=where, person=person), cause_kind=BINDING, cause_id="it")


def test_a_channel_that_cannot_be_greeted_is_told_to_whom_its_requests_come() -> None:
    (fact,) = after_greeting(greeting(), AROUND)
    assert (fact.delivery.to, fact.delivery.cause_kind, fact.delivery.cause_id) == (BOB.id, BINDING, "it")
    assert words(fact.delivery) == (
        "I can't write in the channel that was chosen for the requests to IT: they come to you meanwhile. "
        "Invite me into that channel, then say there once more: /pourqui bind it"
    )


def test_a_greeting_that_arrived_or_that_nobody_can_be_told_of_has_no_consequence() -> None:
    assert after_greeting(greeting(Status.SENT), AROUND) == ()
    assert after_greeting(greeting(where=None, person=BOB.id), AROUND) == ()
    assert after_greeting(greeting(), replace(AROUND, keepers={})) == ()


def test_a_card_that_was_refused_never_goes_to_whoever_asked() -> None:
    hers = replace(DEAD, keepers={"it": (ALICE, BOB), "": (ALICE, CAROL)})
    assert kept(after(ended(reason=Reason.REFUSED), ASKED, hers, NOON)).request.keeper == BOB.id
    alone = replace(DEAD, keepers={"it": (ALICE,), "": (ALICE,)})
    assert after(ended(reason=Reason.REFUSED), ASKED, alone, NOON) == ()
