"""A client's own requests: where each stands, what was said, and what the client may do about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.client_requests import LISTED
from dialogs.events import Event
from dialogs.facts import DeliveryEdited, DeliveryPlanned, RequestKept
from dialogs.messages import Items, Place, plain_text
from dialogs.people import Person
from dialogs.request import Outcome, Party, Request, RequestStatus, Step
from dialogs.request_actions import AddToRequest, AskHuman, ListRequests, ReopenRequest, ShowRequest, WithdrawRequest
from dialogs.router import decide
from tests.company import ALICE, NOON
from tests.conversation import CHANNEL, asks_form, submits, taps
from tests.dialogs.alice_asked import CARD, KARIM, ROOM, about, asked, edited, kept, planned, to_experts, word
from tests.dialogs.told import buttons, lines, message, words

TAKEN = asked(status=RequestStatus.CLAIMED, expert=KARIM)
CLOSED = replace(TAKEN, status=RequestStatus.CLOSED, closed_at=NOON - timedelta(minutes=5), outcome=Outcome.SOLVED)
OF_ONE = [
    taps(ShowRequest(request="r1")),
    taps(WithdrawRequest(request="r1")),
    taps(ReopenRequest(request="r1")),
    asks_form(AddToRequest(request="r1")),
    submits(AddToRequest(request="r1"), {"words": "it's urgent"}),
]


def shows(request: Request) -> str:
    return words(decide(None, taps(ShowRequest(request="r1")), about(request)))


# --- the list ------------------------------------------------------------------------------------------------------------------------------------


def test_ones_requests_are_listed_the_open_ones_first() -> None:
    turn = decide(None, taps(ListRequests()), about(replace(CLOSED, id="r2", question="Closed?"), TAKEN, asked(id="r3", question="Open?")))
    assert lines(turn) == ["Who has my cable?", "Open?", "Closed?"]
    assert "Karim (IT) takes care of it." in words(turn)
    assert "Closed on 20 Nov 2026: solved." in words(turn)
    (items,) = (block for block in message(turn).blocks if isinstance(block, Items))
    assert items.items[0].action == ShowRequest(request="r1")


def test_nobody_elses_request_is_listed() -> None:
    turn = decide(None, taps(ListRequests()), about(asked(client=KARIM), person=ALICE))
    assert "You have no request with anybody at the moment." in words(turn)
    assert buttons(turn)["Ask a human"].action == AskHuman()


def test_a_long_list_says_how_many_more_there_are() -> None:
    many = [asked(id=f"r{number}") for number in range(LISTED + 2)]
    turn = decide(None, taps(ListRequests()), about(*many))
    assert len(lines(turn)) == LISTED
    assert "and 2 more" in words(turn)


@pytest.mark.parametrize("action", [ListRequests(), ShowRequest(request="r1"), WithdrawRequest(request="r1")])
def test_in_a_channel_ones_requests_are_answered_in_private(action: ListRequests | ShowRequest | WithdrawRequest) -> None:
    assert message(decide(None, taps(action, where=CHANNEL), about(asked()))).place is Place.PRIVATE


# --- one of them ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked(), "Sent to IT. Somebody should take it before Tuesday 24 November, 11:00."),
        (asked(due_at=NOON - timedelta(hours=1)), "Sent to IT. Nobody has taken it yet, and somebody should have before Friday 20 November, 12:00."),
        (asked(desk=None), "It's kept, and not sent yet: nobody at IT can be reached through me for now."),
        (asked(desk=None, keeper="malik"), "Sent to IT. Somebody should take it"),
        (TAKEN, "Karim (IT) takes care of it."),
        (replace(TAKEN, expert=Party(id="x")), "Somebody at IT takes care of it."),
        (replace(TAKEN, status=RequestStatus.WAITING), "Karim (IT) is waiting for your answer."),
        (asked(status=RequestStatus.WAITING), "Somebody at IT is waiting for your answer."),
        (CLOSED, "Closed on 20 Nov 2026: solved."),
        (replace(CLOSED, outcome=Outcome.PARTLY), "Closed on 20 Nov 2026: partly solved."),
        (replace(CLOSED, outcome=Outcome.NOT_SOLVED), "Closed on 20 Nov 2026: not solved."),
        (replace(CLOSED, outcome=Outcome.NOT_OURS), "Closed on 20 Nov 2026: it isn't for IT."),
        (replace(CLOSED, outcome=Outcome.WITHDRAWN), "Closed on 20 Nov 2026: you didn't need it any more."),
        (replace(CLOSED, outcome=None, closed_at=None), "Closed on 20 Nov 2026."),
        (replace(TAKEN, function="gone"), "Karim (gone) takes care of it."),
    ],
)
def test_a_request_says_where_it_stands(request_: Request, expected: str) -> None:
    text = shows(request_)
    assert expected in text
    assert "“Who has my cable?”" in text


def test_it_says_how_it_was_asked() -> None:
    assert "How: in your name" in shows(asked())
    assert "How: without your name" in shows(asked(discreet=True))


def test_it_shows_the_last_words_of_both_sides_but_not_what_was_never_said() -> None:
    hour = timedelta(hours=1)
    said = [word("client", f"line {number}", hour) for number in range(5)]
    said += [word("expert", "a proposal", hour, state="proposed"), word("client", "taken back", hour, state="deleted")]
    said += [word("expert", "Found it", hour), word("expert", "In room 3", hour, author=Party(id="x"))]
    text = shows(replace(TAKEN, words=tuple(said)))
    assert "• You: line 2\n• You: line 3\n• You: line 4\n• Karim: Found it\n• IT: In room 3" in text
    assert "line 1" not in text
    assert "proposal" not in text
    assert "taken back" not in text


def test_what_can_be_done_depends_on_where_it_stands() -> None:
    going_on = decide(None, taps(ShowRequest(request="r1")), about(TAKEN))
    assert list(buttons(going_on)) == ["Add something", "I don't need it any more"]
    over = decide(None, taps(ShowRequest(request="r1")), about(CLOSED))
    assert buttons(over)["It isn't over: reopen"].action == ReopenRequest(request="r1")
    assert buttons(over)["Ask a human"].action == AskHuman(slug="it")


@pytest.mark.parametrize("event", OF_ONE)
@pytest.mark.parametrize("person", [ALICE, Person(id="bob", name="Bob")])
def test_what_is_gone_and_what_is_somebody_elses_sound_the_same(event: Event, person: Person) -> None:
    theirs = asked(client=Party(id="dana", name="Dana"))
    if event is OF_ONE[2]:  # for whoever isn't its client, reopening is the experts' own question
        event = taps(ShowRequest(request="r1"))
    turns = [decide(None, event, about(*requests, person=person)) for requests in ((), (theirs,))]
    assert [turn.facts for turn in turns] == [(), ()]
    gone, others = map(words, turns)
    assert gone == others
    assert "I don't find this request among yours" in gone
    assert "Dana" not in others


def test_reopening_what_is_gone_is_explained_too() -> None:
    mine = asked(id="another")
    assert "I don't find this request among yours" in words(decide(None, taps(ReopenRequest(request="r1")), about(mine)))


# --- withdrawing ---------------------------------------------------------------------------------------------------------------------------------


def test_whoever_needs_it_no_more_says_so_and_the_experts_learn_it() -> None:
    turn = decide(None, taps(WithdrawRequest(request="r1")), about(TAKEN))
    request = kept(turn)
    assert (request.status, request.outcome, request.closed_at) == (RequestStatus.CLOSED, Outcome.WITHDRAWN, NOON)
    assert isinstance(turn.facts[0], RequestKept)
    assert turn.facts[0].step is Step.WITHDRAWN
    (told,) = planned(turn)
    assert (told.to, told.under) == (ROOM, CARD)
    assert "doesn't need anybody for this any more" in plain_text(told.message)
    assert list(edited(turn)) == [CARD]
    assert words(turn).startswith("Thank you for telling me: nobody spends time on it any more.")
    assert "It isn't over: reopen" in buttons(turn)


def test_what_is_closed_is_not_closed_again() -> None:
    turn = decide(None, taps(WithdrawRequest(request="r1")), about(CLOSED))
    assert words(turn).startswith("It was closed already.")
    assert "solved" in words(turn)
    assert turn.facts == ()


# --- reopening -----------------------------------------------------------------------------------------------------------------------------------


def test_what_is_not_over_goes_on_with_the_same_expert_and_comes_back_up() -> None:
    before = replace(CLOSED, reminded_at=NOON, escalated_at=NOON)
    turn = decide(None, taps(ReopenRequest(request="r1")), about(before))
    request = kept(turn)
    assert (request.status, request.expert, request.reopened) == (RequestStatus.CLAIMED, KARIM, 1)
    assert (request.closed_at, request.outcome, request.reminded_at, request.escalated_at) == (None, None, None, None)
    assert request.due_at > NOON
    card, told = planned(turn)
    assert card.key == request.card != CARD, "a new card, at the bottom of the channel"
    assert told.under == request.card
    assert "Whoever asked has reopened this request" in plain_text(told.message)
    former = edited(turn)[CARD]
    assert "it goes on under its new card" in plain_text(former)
    assert "[" not in plain_text(former), "no button of the former card does anything any more"
    assert words(turn).startswith("Reopened: it goes on.")


def test_what_nobody_had_taken_is_open_again_and_goes_where_the_function_is_now() -> None:
    nobody = replace(CLOSED, expert=None, card=None, desk=None)
    turn = decide(None, taps(ReopenRequest(request="r1")), about(nobody))
    assert (kept(turn).status, kept(turn).desk) == (RequestStatus.OPEN, ROOM)
    assert edited(turn) == {}
    unreachable = decide(None, taps(ReopenRequest(request="r1")), about(nobody, desks=()))
    assert planned(unreachable) == []
    assert "nobody at IT can be reached" in words(unreachable)


def test_what_is_open_is_not_reopened() -> None:
    turn = decide(None, taps(ReopenRequest(request="r1")), about(TAKEN))
    assert words(turn).startswith("It's open already.")
    assert turn.facts == ()


def test_nothing_is_said_to_experts_whom_nobody_reaches() -> None:
    turn = decide(None, taps(WithdrawRequest(request="r1")), about(asked(desk=None, card=None)))
    assert not any(isinstance(fact, DeliveryPlanned | DeliveryEdited) for fact in turn.facts)
    assert to_experts(turn) == []
