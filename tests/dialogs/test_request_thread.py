"""The thread of a request: what goes across, what stays, and what becomes of edits and deletions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest

from dialogs import request_thread
from dialogs.events import MessageReceived, Overheard, Sender
from dialogs.facts import DeliveryRecalled, Refused
from dialogs.messages import Message, Place, Text
from dialogs.request import WORD, Inside, Outcome, Party, Request, RequestStatus, Step, Word
from dialogs.request_actions import NotForThem
from dialogs.rights import Act
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import ALICE, BOB, NOON
from tests.conversation import DIRECT, said
from tests.dialogs.experts import (
    CARD,
    CAROL,
    CLAIRE,
    CLAIRES,
    MALIK,
    MALIKS,
    ROOM,
    THREAD,
    asked,
    deletes,
    edited,
    edits,
    in_thread,
    now,
    place,
    read,
    seen_by,
    spoken,
    steps,
    to_client,
    to_desk,
    word,
    words_kept,
)
from tests.dialogs.told import buttons, fact, message, words

TAKEN: dict[str, Any] = {"status": RequestStatus.CLAIMED, "expert": MALIKS, "claimed_at": NOON}
CLOSED: dict[str, Any] = {**TAKEN, "status": RequestStatus.CLOSED, "closed_at": NOON, "outcome": Outcome.SOLVED}
SOURCE = (ROOM.key, "m7")


def was(text: str = "Under the table.", **changes: Any) -> Word:
    """What malik wrote under the card a minute ago."""
    return word("expert", text, timedelta(minutes=1), source=SOURCE, **changes)


def recalled(turn: Turn) -> list[Any]:
    return [each.key for each in turn.facts if isinstance(each, DeliveryRecalled)]


def under_what_the_client_got(event: MessageReceived, request: Request) -> Turn:
    inside = Inside(request=request.id, side="client")
    return decide(None, event, seen_by(ALICE, request, inside=inside))


# --- what goes across ------------------------------------------------------------------------------------------------------------------------------


def test_what_is_written_under_the_card_goes_to_the_client_and_silence_says_so() -> None:
    turn = in_thread("Under the table.", asked(**TAKEN))
    (told,) = to_client(turn)
    (kept,) = words_kept(turn)
    assert (told.key, told.cause_kind, told.to) == (kept.id, WORD, "alice")
    assert (kept.source, kept.state, kept.author) == (SOURCE, "sent", MALIKS)
    assert "Malik Benali\nUnder the table." in read(told)
    assert turn.replies == ()
    assert steps(turn) == [(Step.ANSWERED, "malik")]


def test_the_first_who_answers_has_it() -> None:
    turn = in_thread("Under the table.", asked())
    assert (now(turn).expert, now(turn).status) == (MALIKS, RequestStatus.CLAIMED)
    assert CARD in edited(turn)
    assert edited(in_thread("And behind it.", asked(**TAKEN))) == {}


def test_a_word_more_does_not_end_the_wait_for_the_client() -> None:
    assert now(in_thread("The grey one?", asked(**{**TAKEN, "status": RequestStatus.WAITING}))).status is RequestStatus.WAITING


def test_a_mention_of_the_bot_in_the_thread_is_a_word_too() -> None:
    event = replace(said("Under the table.", where=THREAD), message_id="m7")
    turn = decide(None, event, seen_by(MALIK, asked(**TAKEN), inside=Inside(request="r1", side="expert")))
    assert [kept.source for kept in words_kept(turn)] == [SOURCE]
    unnamed = decide(None, replace(event, message_id=None), seen_by(MALIK, asked(**TAKEN), inside=Inside(request="r1", side="expert")))
    assert [kept.source for kept in words_kept(unnamed)] == [None]


def test_without_the_mandate_it_waits_and_its_author_alone_is_told() -> None:
    turn = in_thread("Under the table.", asked(**TAKEN), by=CLAIRE)
    assert [kept.state for kept in words_kept(turn)] == ["proposed"]
    assert "waits under the card" in words(turn)
    assert place(turn) is Place.PRIVATE
    assert "Claire Vasseur proposes this answer:" in read(to_desk(turn)[0])
    assert to_client(turn) == []


# --- what stays ------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["// does anybody know?", "//", "  // aside", "\u200b\ufeff // aside", "", " \n ", "\u200b"])
def test_what_begins_with_two_slashes_stays_among_them(text: str) -> None:
    for who in (MALIK, CAROL):
        assert in_thread(text, asked(**TAKEN), by=who) == Turn(replies=())


def test_who_does_not_answer_for_the_function_is_told_so_in_private() -> None:
    turn = in_thread("Me too!", asked(**TAKEN), by=CAROL)
    assert fact(turn) == Refused(act=Act.ANSWER_REQUESTS, function="it", subject="r1")
    assert place(turn) is Place.PRIVATE


def test_words_to_a_closed_request_are_not_sent() -> None:
    turn = in_thread("One more thing.", asked(**CLOSED))
    assert "So these words weren't sent; they're kept here. Reopen it, and write them again." in words(turn)
    assert list(buttons(turn)) == ["Reopen"]
    assert (place(turn), turn.facts) == (Place.HERE, ())


def test_words_that_no_message_holds_are_not_sent() -> None:
    turn = in_thread("x" * 3001, asked(**TAKEN))
    assert words(turn) == "That's 3001 characters, and I carry up to 3000 at once. Please send it in parts.\nNothing of it was sent."
    assert turn.facts == ()


def test_a_file_stays_and_both_sides_know_it() -> None:
    turn = in_thread("See the plan.", asked(**TAKEN), files=1)
    assert "What was attached stays here: I don't carry files across." in words(turn)
    assert place(turn) is Place.HERE
    first, second = to_client(turn)
    assert "See the plan." in read(first)
    assert read(second).startswith("Malik Benali (IT) attached a file, and I don't carry files across.")
    alone = in_thread("", asked(**TAKEN), files=2)
    assert words_kept(alone) == []
    assert len(to_client(alone)) == 1


def test_a_file_beside_a_proposed_answer_is_news_for_the_experts_only() -> None:
    turn = in_thread("See the plan.", asked(**TAKEN), by=CLAIRE, files=1)
    assert [reply.place for reply in turn.replies if isinstance(reply, Message)] == [Place.PRIVATE, Place.HERE]
    assert to_client(turn) == []


def test_what_was_no_request_any_more_when_its_turn_came_is_let_be() -> None:
    event = replace(said("hello", where=THREAD), message_id="m7")
    assert decide(None, event, seen_by(MALIK, inside=Inside(request="r1", side="expert"))) == Turn(replies=())
    assert in_thread("hello", asked(id="r2")).facts != ()
    assert request_thread.said(event, seen_by(MALIK, asked())) == Turn(replies=())


# --- the client's side -----------------------------------------------------------------------------------------------------------------------------


def test_what_the_client_writes_under_what_they_got_goes_to_the_experts() -> None:
    event = replace(said("Thank you!", where=DIRECT.under("1.1")), message_id="m8")
    turn = under_what_the_client_got(event, asked(**TAKEN))
    (kept,) = words_kept(turn)
    assert (kept.side, kept.text, kept.source) == ("client", "Thank you!", (DIRECT.key, "m8"))
    assert "Alice Martin\nThank you!" in read(to_desk(turn)[0])
    assert any(isinstance(button.action, NotForThem) for button in buttons(turn).values())


def test_what_is_overheard_on_the_clients_side_is_nobodys_word() -> None:
    event = Overheard(id="o1", at=NOON, sender=Sender(user="U1"), reference=DIRECT.under("1.1"), text="hello", message_id="m8")
    assert decide(None, event, seen_by(ALICE, asked(), inside=Inside(request="r1", side="client"))) == Turn(replies=())


# --- edits -----------------------------------------------------------------------------------------------------------------------------------------


def test_an_edit_reaches_the_client_with_a_mark() -> None:
    said_before = was()
    turn = edits("On the table.", asked(**TAKEN, words=(said_before,)))
    assert words_kept(turn) == [replace(said_before, text="On the table.")]
    shown = spoken(edited(turn)[said_before.id])
    assert "Malik Benali\nOn the table." in shown
    assert shown.endswith("(edited)")
    assert turn.replies == ()


def test_an_edit_of_the_clients_words_reaches_the_experts() -> None:
    own = word("client", "The grey one.", timedelta(minutes=1), source=(DIRECT.key, "m8"))
    turn = edits("The black one.", asked(**TAKEN, words=(own,), hops=1), by=ALICE, where=DIRECT, message="m8")
    assert "Alice Martin\nThe black one." in spoken(edited(turn)[own.id])
    assert "Alice Martin: The black one." in spoken(edited(turn)[CARD])


def test_what_was_sent_again_is_edited_and_taken_back_with_it() -> None:
    first = was()
    again = replace(first, id=uuid5(first.id, "again"), source=None)
    request = asked(**TAKEN, words=(first, again))
    assert set(edited(edits("On the table.", request))) == {first.id, again.id}
    assert recalled(deletes(request)) == [first.id, again.id]


def test_an_edit_that_changes_nothing_is_none() -> None:
    assert edits(" Under the table. ", asked(**TAKEN, words=(was(),))) == Turn(replies=())


def test_nobody_but_its_author_changes_a_word() -> None:
    request = asked(**TAKEN, words=(was(),))
    for turn in (edits("x", request, by=BOB), deletes(request, by=BOB), edits("x", request, message="m9"), deletes(request, where=DIRECT)):
        assert turn == Turn(replies=())
    assert edits("x", asked()) == Turn(replies=())


@pytest.mark.parametrize("state", ["deleted", "dropped"])
def test_what_is_taken_back_stays_so(state: Any) -> None:
    request = asked(**TAKEN, words=(was(state=state),))
    assert edits("x", request) == deletes(request) == Turn(replies=())


@pytest.mark.parametrize("text", ["// Under the table.", " "])
def test_an_edit_that_keeps_it_among_the_experts_takes_it_back(text: str) -> None:
    turn = edits(text, asked(**TAKEN, words=(was(),), hops=1))
    assert [kept.state for kept in words_kept(turn)] == ["deleted"]
    assert recalled(turn) == [was().id]
    assert "Under the table." not in spoken(edited(turn)[CARD])


def test_two_slashes_mean_nothing_on_the_clients_side() -> None:
    own = word("client", "The grey one.", timedelta(minutes=1), source=(DIRECT.key, "m8"))
    turn = edits("// the grey one", asked(**TAKEN, words=(own,)), by=ALICE, where=DIRECT, message="m8")
    assert [kept.text for kept in words_kept(turn)] == ["// the grey one"]


def test_an_edit_that_no_message_holds_is_not_carried() -> None:
    turn = edits("x" * 3001, asked(**TAKEN, words=(was(),)))
    assert "They keep your words as they were before." in words(turn)
    assert (place(turn), turn.facts) == (Place.PRIVATE, ())


def test_an_answer_that_waits_is_decided_upon_as_it_is_now() -> None:
    waiting = was(author=CLAIRES, state="proposed")
    turn = edits("On the table.", asked(**TAKEN, words=(waiting,)), by=CLAIRE)
    assert [(kept.text, kept.state) for kept in words_kept(turn)] == [("On the table.", "proposed")]
    assert "Claire Vasseur proposes this answer:\nOn the table." in spoken(edited(turn)[uuid5(waiting.id, "proposal")])


def test_what_was_approved_is_not_changed_behind_anybodys_back() -> None:
    turn = edits("Ask somebody else.", asked(**TAKEN, words=(was(author=CLAIRES),)), by=CLAIRE)
    assert "these words were approved as they were" in words(turn)
    assert (place(turn), turn.facts) == (Place.PRIVATE, ())


# --- deletions -------------------------------------------------------------------------------------------------------------------------------------


def test_what_its_author_deletes_is_taken_back() -> None:
    turn = deletes(asked(**TAKEN, words=(was(),)))
    assert [kept.state for kept in words_kept(turn)] == ["deleted"]
    assert recalled(turn) == [was().id]
    assert turn.replies == ()


def test_an_answer_that_waits_is_taken_back_with_its_proposal() -> None:
    waiting = was(author=CLAIRES, state="proposed")
    assert recalled(deletes(asked(**TAKEN, words=(waiting,)), by=CLAIRE)) == [uuid5(waiting.id, "proposal")]


def test_nothing_written_for_a_discreet_request_tells_who_asked() -> None:
    hidden = asked(**TAKEN, discreet=True, client=Party(id="alice", name="Alice Martin", site="Lyon", department="Ventes"))
    for turn in (in_thread("Hello", hidden, by=CLAIRE, files=1), in_thread("x", replace(hidden, status=RequestStatus.CLOSED))):
        texts = [spoken(reply) for reply in turn.replies if isinstance(reply, Message)] + [read(each) for each in to_desk(turn)]
        assert texts
        assert not any(told in text for told in ("Alice", "Lyon", "Ventes") for text in texts)


def test_what_is_written_is_said_in_the_channels_language() -> None:
    turn = in_thread("x" * 3001, asked(**TAKEN, desk_language="fr"))
    assert message(turn).language == "fr"
    assert isinstance(message(turn).blocks[0], Text)
