"""A client talks with a human: what they write goes to the right request, in their name or without, and never silently nowhere."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.actions import FormAction
from dialogs.client_requests import live, said
from dialogs.client_words import LIMIT
from dialogs.events import MessageReceived
from dialogs.facts import DeliveryEdited, DeliveryPlanned, DeliveryRecalled, ExchangeOpened, FeedbackAsked, RequestKept, WordKept
from dialogs.messages import Input, Message, Place, plain_text
from dialogs.packing import pack
from dialogs.people import Person
from dialogs.request import Inside, Request, RequestStatus, Step, Word
from dialogs.request_actions import AddToRequest, AskHuman, NotForThem, ReopenRequest, SendAgain, WithdrawRequest
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import ALICE, NOON
from tests.conversation import CHANNEL, asks_form, submits, taps
from tests.conversation import said as heard
from tests.dialogs.alice_asked import CARD, CLIENT, KARIM, ROOM, about, asked, form_of, kept, planned, refusals, to_experts, word, words_kept, writes
from tests.dialogs.told import buttons, found, message, words

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANSWER = word("expert", "Which cable is it?", HOUR)
TALKING = asked(status=RequestStatus.WAITING, expert=KARIM, words=(ANSWER,))
CLOSED = replace(TALKING, status=RequestStatus.CLOSED, closed_at=NOON)
MINE = word("client", "The blue one", MINUTE, source=("slack|T1|D1|", "m5"))
AGAIN = replace(MINE, id=uuid5(MINE.id, "again"), source=None)
ADD = AddToRequest(request="r1")


# --- which request somebody's words are for --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said_so_far", "expected"),
    [
        ((), False),
        ((word("client", "hello?", MINUTE),), False),
        ((word("expert", "Which one?", 24 * HOUR),), True),
        ((word("expert", "Which one?", 24 * HOUR + MINUTE),), False),
        ((ANSWER, word("client", "the blue one", 30 * MINUTE)), True),
        ((ANSWER, word("client", "the blue one", 31 * MINUTE)), False),
        ((word("expert", "Which one?", 25 * HOUR), word("client", "the blue one", MINUTE)), False),
        ((word("expert", "a proposal", MINUTE, state="proposed"),), False),
        ((ANSWER, word("client", "oops", 40 * MINUTE, state="deleted")), True),
    ],
)
def test_words_are_for_whoever_is_talking_with_the_person(said_so_far: tuple[Word, ...], expected: bool) -> None:
    request = asked(status=RequestStatus.CLAIMED, words=said_so_far)
    assert live(writes("the blue one"), about(request)) == (request if expected else None)


def test_of_two_talks_the_latest_gets_the_words() -> None:
    older = replace(TALKING, id="r2", words=(word("expert", "Anything else?", 2 * HOUR, request="r2"),))
    assert live(writes("the blue one"), about(older, TALKING)) == TALKING


@pytest.mark.parametrize(
    "event",
    [heard("the blue one", where=CHANNEL), heard("the blue one", private=True), writes("  "), writes("\x07")],
)
def test_what_others_read_commands_and_empty_messages_are_for_nobody(event: MessageReceived) -> None:
    assert live(event, about(TALKING)) is None


def test_closed_requests_and_those_of_others_are_nobodys_talk() -> None:
    assert live(writes("thanks"), about(CLOSED, asked(client=KARIM, words=(ANSWER,)))) is None


# --- said ------------------------------------------------------------------------------------------------------------------------------------------


def test_what_the_client_writes_goes_under_the_card_and_that_is_said_in_a_line() -> None:
    event = writes("The blue one")
    turn = decide(None, event, about(TALKING))
    (kept_word,) = words_kept(turn)
    assert (kept_word.side, kept_word.author, kept_word.text, kept_word.at) == ("client", CLIENT, "The blue one", NOON)
    assert kept_word.source == ("slack|T1|D1|", "m9"), "so that its edit and its deletion are found"
    (delivery,) = planned(turn)
    assert (delivery.key, delivery.to, delivery.under) == (kept_word.id, ROOM, CARD)
    assert "The blue one" in plain_text(delivery.message)
    assert (kept(turn).status, turn.facts[0]) == (RequestStatus.CLAIMED, RequestKept(request=kept(turn), step=Step.ADDED, by="alice"))
    assert words(turn).startswith("Sent to Karim (IT).\n")
    assert buttons(turn)["It was a question for you"].action == NotForThem(word=str(kept_word.id), request="r1", question="The blue one")


def test_a_request_that_waits_without_an_expert_is_open_again() -> None:
    assert kept(decide(None, writes("here"), about(replace(TALKING, expert=None)))).status is RequestStatus.OPEN
    assert kept(decide(None, writes("here"), about(replace(TALKING, status=RequestStatus.OPEN)))).status is RequestStatus.OPEN


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"discreet": True}, "Sent to Karim (IT), without your name."),
        ({"expert": None}, "Sent to IT."),
        ({"expert": None, "discreet": True}, "Sent to IT, without your name."),
        ({"desk": None}, "Kept with your request: nobody at IT can be reached through me for now."),
        ({"desk": None, "keeper": "malik"}, "Sent to Karim (IT)."),
    ],
)
def test_the_confirmation_says_to_whom_and_whether_by_name(changes: dict[str, object], expected: str) -> None:
    assert words(decide(None, writes("the blue one"), about(replace(TALKING, **changes)))).startswith(expected + "\n")  # type: ignore[arg-type]


def test_a_message_that_no_platform_named_has_no_source() -> None:
    assert words_kept(decide(None, writes("x", message=None), about(TALKING)))[0].source is None


def test_a_file_is_not_carried_and_both_sides_know() -> None:
    turn = decide(None, writes("see this", files=1), about(TALKING))
    assert "I don't carry files across: what you attached stays here. Send a link to where it's kept" in words(turn)
    carried, notice = planned(turn)
    assert "see this" in plain_text(carried.message)
    assert "Something was attached to these words, and I don't carry files across." in plain_text(notice.message)
    discreetly = decide(None, writes("see this", files=1), about(replace(TALKING, discreet=True)))
    assert "but it may show who you are" in words(discreetly), "a file of theirs would tell"


def test_a_file_alone_goes_nowhere_and_that_is_said() -> None:
    turn = decide(None, writes("", files=2), about(TALKING))
    assert words(turn).startswith("I don't carry files across")
    assert turn.facts == ()


def test_nothing_at_all_is_said_to_be_nothing() -> None:
    turn = said(writes(""), about(TALKING), TALKING)
    assert words(turn) == "Your message reached me without words, so I sent nothing."
    assert turn.facts == ()


def test_what_is_too_long_is_not_sent_and_says_why() -> None:
    assert words_kept(decide(None, writes("x" * LIMIT), about(TALKING)))
    turn = decide(None, writes("x" * (LIMIT + 1)), about(TALKING))
    assert "Your message has 3001 characters, and I carry up to 3000 at once, so I haven't sent it." in words(turn)
    assert turn.facts == ()


def test_a_word_in_the_thread_of_a_closed_request_is_given_back() -> None:
    event = writes("one more thing")
    turn = said(event, about(CLOSED), CLOSED)
    text = words(turn)
    assert "This request was closed on 20 Nov 2026." in text
    assert "What you wrote wasn't sent. Here it is, so that it isn't lost:\n“one more thing”" in text
    assert buttons(turn)["It isn't over: reopen"].action == ReopenRequest(request="r1")
    assert buttons(turn)["Ask a human"].action == AskHuman(question="one more thing", slug="it")
    assert turn.facts == ()


def test_somebody_elses_thread_says_nothing_of_it() -> None:
    turn = said(writes("hello"), about(TALKING, person=Person(id="bob")), TALKING)
    assert "I don't find this request among yours" in words(turn)
    assert turn.facts == ()


@given(st.text(max_size=700))
def test_whatever_is_typed_fits_the_button_that_takes_it_back(text: str) -> None:
    turn = said(writes(text, files=1), about(TALKING), TALKING)
    assert all(pack(button.action) for button in buttons(turn).values())


# --- the form --------------------------------------------------------------------------------------------------------------------------------------


def test_the_form_shows_what_it_is_about_and_whether_it_is_discreet() -> None:
    form = form_of(decide(None, asks_form(ADD), about(TALKING)))
    assert "“Who has my cable?”" in str(form.blocks)
    assert "They don't see who writes." not in str(form.blocks)
    assert "They don't see who writes." in str(form_of(decide(None, asks_form(ADD), about(replace(TALKING, discreet=True)))).blocks)


def test_what_is_typed_into_the_form_is_carried() -> None:
    turn = decide(None, submits(ADD, {"words": " It's urgent \x00"}), about(asked()))
    (kept_word,) = words_kept(turn)
    assert (kept_word.text, kept_word.source) == ("It's urgent", None)
    assert words(turn) == "Sent to IT."
    assert message(decide(None, submits(ADD, {"words": "x"}, where=CHANNEL), about(asked()))).place is Place.PRIVATE


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("  ", "Write what they should know, even in two words."), ("x" * (LIMIT + 1), "That's 3001 characters, and I carry up to 3000 at once.")],
)
def test_what_cannot_be_carried_is_asked_for_again_with_what_was_typed(typed: str, expected: str) -> None:
    turn = decide(None, submits(ADD, {"words": typed}), about(asked()))
    assert expected in refusals(turn)["words"]
    (errors,) = turn.replies
    assert [block.value for block in errors.form.blocks if isinstance(block, Input)] == [typed]  # type: ignore[union-attr]


def test_an_old_cards_form_says_that_it_is_over_and_loses_nothing() -> None:
    opened = words(decide(None, asks_form(ADD), about(CLOSED)))
    assert "This request was closed on 20 Nov 2026." in opened
    assert "What you wrote" not in opened
    assert "“and now?”" in words(decide(None, submits(ADD, {"words": "and now?"}), about(CLOSED)))


# --- taking back, sending again --------------------------------------------------------------------------------------------------------------------


def back(*said_so_far: Word, **changes: object) -> Turn:
    request = replace(TALKING, words=said_so_far, **changes)  # type: ignore[arg-type]
    event = taps(NotForThem(word=str(MINE.id), request="r1", question="The blue one"))
    return decide(None, event, replace(about(request), understood=found("sure", "it_laptop", question="The blue one")))


def test_a_question_for_the_bot_is_taken_back_and_answered() -> None:
    turn = back(ANSWER, MINE)
    taken, answer = turn.replies
    assert isinstance(taken, Message)
    assert isinstance(answer, Message)
    assert (plain_text(taken), taken.place) == ("Taken back: this was a question for me.", Place.UPDATE)
    assert "Replace a laptop" in plain_text(answer)
    assert turn.facts[:2] == (WordKept(word=replace(MINE, state="deleted")), DeliveryRecalled(key=MINE.id))
    assert isinstance(turn.facts[2], ExchangeOpened)


def test_what_was_sent_again_is_taken_back_too() -> None:
    recalled = [fact.key for fact in back(MINE, AGAIN).facts if isinstance(fact, DeliveryRecalled)]
    assert recalled == [MINE.id, AGAIN.id]


def test_what_went_elsewhere_with_its_request_is_taken_back_there() -> None:
    moved = replace(MINE, id=uuid5(MINE.id, "rerouted"))
    turn = back(replace(MINE, state="dropped", source=None), moved)
    assert moved.id in [fact.key for fact in turn.facts if isinstance(fact, DeliveryRecalled)]
    assert {word.state for word in words_kept(turn)} == {"deleted"}


def test_what_is_taken_back_leaves_the_card_that_lists_it() -> None:
    (card,) = [fact for fact in back(ANSWER, MINE, hops=1).facts if isinstance(fact, DeliveryEdited)]
    assert card.key == CARD
    assert "Which cable is it?" in plain_text(card.message)
    assert MINE.text not in plain_text(card.message)


def test_taking_back_twice_does_it_once_and_answers_again() -> None:
    turn = back(replace(MINE, state="deleted"))
    assert [type(fact) for fact in turn.facts] == [ExchangeOpened, FeedbackAsked]


@pytest.mark.parametrize("turn", [back(), back(replace(MINE, side="expert")), back(MINE, client=KARIM)])
def test_words_that_are_not_there_or_not_ones_own_are_not_taken_back(turn: Turn) -> None:
    assert isinstance(turn.replies[0], Message)
    assert "I don't find these words any more" in plain_text(turn.replies[0])
    assert [type(fact) for fact in turn.facts] == [ExchangeOpened, FeedbackAsked]


def again(*said_so_far: Word, **changes: object) -> Turn:
    request = replace(TALKING, words=said_so_far, **changes)  # type: ignore[arg-type]
    return decide(None, taps(SendAgain(word=str(MINE.id), request="r1")), about(request))


def test_words_that_may_not_have_arrived_are_sent_again_as_new_ones() -> None:
    turn = again(ANSWER, MINE)
    (new,) = words_kept(turn)
    assert new == replace(MINE, id=AGAIN.id, at=NOON, source=None)
    assert [delivery.key for delivery in planned(turn)] == [new.id]
    assert words(turn) == "Sent to Karim (IT)."


def test_they_are_sent_again_once() -> None:
    turn = again(MINE, AGAIN)
    assert words(turn) == "I've sent these words again already."
    assert turn.facts == ()


@pytest.mark.parametrize(
    ("said_so_far", "changes", "expected"),
    [
        ((), {}, "I don't find this request among yours"),
        ((replace(MINE, state="deleted"),), {}, "You took these words back since"),
        ((MINE,), {"status": RequestStatus.CLOSED, "closed_at": NOON}, "“The blue one”"),
    ],
)
def test_what_cannot_be_sent_again_says_why(said_so_far: tuple[Word, ...], changes: dict[str, object], expected: str) -> None:
    turn = again(*said_so_far, **changes)
    assert expected in words(turn)
    assert turn.facts == ()


# --- discreet --------------------------------------------------------------------------------------------------------------------------------------

ALEXANDRINE = Person(
    id="5f0c", name="Alexandrine Morel", email="alexandrine.morel@vaubert.example", site="Nantes", department="Achats", linked=True, greeted=True
)
TELLING = ("alexandrine", "morel", "nantes", "achats", "vaubert.example")
TYPED = st.text(alphabet="0123456789 /?\n", min_size=1, max_size=40).filter(lambda text: bool(text.strip()))
STEPS = st.lists(st.tuples(st.sampled_from(["says", "shares", "types", "withdraws", "reopens", "takes back", "sends again"]), TYPED), max_size=8)


def follow(request: Request, turn: Turn) -> Request:
    """Return the request as storage would give it to the next turn."""
    said_so_far = {each.id: each for each in request.words} | {each.id: each for each in words_kept(turn)}
    now = next((fact.request for fact in turn.facts if isinstance(fact, RequestKept)), request)
    return replace(now, words=tuple(said_so_far.values()))


@given(TYPED, STEPS, st.sampled_from(["fr", "en"]))
def test_nothing_that_the_experts_read_tells_who_asks_discreetly(question: str, steps: list[tuple[str, str]], language: str) -> None:
    at = about(person=ALEXANDRINE, language="fr" if language == "fr" else "en")
    opening: FormAction = AskHuman(slug="it", id="it_laptop")
    turns = [decide(None, submits(opening, {"question": question, "way": "discreet"}), at)]
    request = replace(kept(turns[0]), expert=KARIM, thread="1.2")
    request = replace(request, words=(replace(ANSWER, request=request.id),))
    for what, text in steps:
        mine = next((each for each in reversed(request.words) if each.side == "client"), None)
        id_ = str(mine.id) if mine else "none"
        now = replace(at, requests=(request,), inside=Inside(request=request.id, side="client"))
        match what:
            case "says" | "shares":
                turn = said(writes(text, files=int(what == "shares")), now, request)
            case "types":
                turn = decide(None, submits(AddToRequest(request=request.id), {"words": text}), now)
            case "withdraws":
                turn = decide(None, taps(WithdrawRequest(request=request.id)), now)
            case "reopens":
                turn = decide(None, taps(ReopenRequest(request=request.id)), now)
            case "takes back":
                event = taps(NotForThem(word=id_, request=request.id, question=text))
                turn = decide(None, event, replace(now, understood=found("sure", "it_laptop")))
            case _:
                turn = decide(None, taps(SendAgain(word=id_, request=request.id)), now)
        request = follow(request, turn)
        turns.append(turn)
    read = [fact for turn in turns for fact in turn.facts if isinstance(fact, DeliveryPlanned | DeliveryEdited)]
    assert read, "the card at least"
    assert [secret for secret in TELLING if secret in str(read).lower()] == []


def test_by_name_the_experts_do_read_it() -> None:
    turn = decide(None, submits(AskHuman(slug="it"), {"question": "?", "way": "named"}), about(person=ALICE))
    assert "Alice Martin" in str(to_experts(turn))
