"""An expert's words by form: sent in their name by who holds the mandate, proposed by who doesn't, sent again where they may not have arrived."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from dialogs.delivery import Delivery
from dialogs.facts import DeliveryPlanned, Refused, WordKept
from dialogs.messages import Choice, Form, Input, Place, Text
from dialogs.request import WORD, Outcome, Party, Request, RequestStatus, Step, Word
from dialogs.request_actions import AnswerRequest, ApproveWord, DropWord, SendAgain
from dialogs.rights import Act, Grant, Role
from dialogs.turn import Turn
from tests.company import BOB, NOON
from tests.dialogs.experts import (
    BOBS,
    CARD,
    CLAIRE,
    CLAIRES,
    CLIENT,
    MALIK,
    MALIKS,
    asked,
    edited,
    filled,
    form_of,
    now,
    place,
    read,
    refusals,
    row,
    spoken,
    steps,
    tapped,
    to_client,
    to_desk,
    word,
    words_kept,
)
from tests.dialogs.told import buttons, fact, message, words

ANSWER = AnswerRequest(request="r1")
MALIK_HAS_IT: dict[str, Any] = {"status": RequestStatus.CLAIMED, "expert": MALIKS, "claimed_at": NOON}
CLOSED: dict[str, Any] = {**MALIK_HAS_IT, "status": RequestStatus.CLOSED, "closed_at": NOON, "outcome": Outcome.SOLVED}
OWNER = frozenset({Grant(role=Role.OWNER, function="it")})


def carried(turn: Turn) -> tuple[Word, Delivery]:
    """The word that a turn sent, with its delivery."""
    (said,) = words_kept(turn)
    (delivery,) = [each for each in to_client(turn) if each.cause_kind == WORD]
    assert delivery.key == said.id
    return said, delivery


def waiting(text: str = "Under the table.", **changes: Any) -> Word:
    """An answer of claire's that nobody has decided upon yet."""
    return word("expert", text, timedelta(minutes=5), author=CLAIRES, state="proposed", **changes)


def of(said: Word) -> Request:
    return asked(status=RequestStatus.CLAIMED, expert=CLAIRES, claimed_at=NOON, words=(said,))


def approves(said: Word) -> ApproveWord:
    return ApproveWord(word=str(said.id), request="r1", seen=uuid5(said.id, said.text).hex[:8])


def drops(said: Word) -> DropWord:
    return DropWord(word=str(said.id), request="r1")


# --- the form --------------------------------------------------------------------------------------------------------------------------------------


def test_the_form_asks_for_the_answer_and_what_it_is() -> None:
    form = form_of(tapped(ANSWER, asked()))
    question, text, then = form.blocks
    assert question == Text(text="Who has my cable?", strong=True)
    assert isinstance(text, Input)
    assert (text.required, text.multiline, text.limit) == (True, True, 3000)
    assert isinstance(then, Choice)
    assert [option.label for option in then.options] == ["It answers the question", "I'm asking back"]
    assert (then.value, form.submit) == ("answered", "Send")


def test_without_the_mandate_the_form_says_who_decides() -> None:
    form = form_of(tapped(ANSWER, asked(), by=CLAIRE))
    assert Text(text="Your answer goes out once one of those who hold the mandate says so: Malik Benali.") in form.blocks
    assert not any(isinstance(block, Choice) for block in form.blocks)
    assert form.submit == "Propose"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Write what you want to say."),
        (" \n\x07", "Write what you want to say."),
        ("x" * 3001, "That's 3001 characters, and I carry up to 3000 at once. Please send it in parts."),
    ],
)
def test_what_cannot_be_sent_is_asked_again_and_nothing_typed_is_lost(text: str, error: str) -> None:
    turn = filled(ANSWER, {"text": text, "then": "asked"}, asked())
    assert refusals(turn) == {"text": error}
    (again,) = turn.replies
    assert not isinstance(again, Form)
    assert again.kind == "form_errors"
    (typed,) = [block for block in again.form.blocks if isinstance(block, Input)]
    (chosen,) = [block for block in again.form.blocks if isinstance(block, Choice)]
    assert chosen.value == "asked"
    assert typed.value.strip("\x07 \n") == text.strip("\x07 \n")


# --- with the mandate ------------------------------------------------------------------------------------------------------------------------------


def test_who_holds_the_mandate_answers_without_anyones_validation() -> None:
    turn = filled(ANSWER, {"text": " Under the table. ", "then": "answered"}, asked())
    said, delivery = carried(turn)
    assert (said.text, said.author, said.side, said.state, said.source) == ("Under the table.", MALIKS, "expert", "sent", None)
    assert read(delivery).startswith("[IT · Information Technology] Malik Benali\nUnder the table.")
    assert (delivery.to, delivery.urgent) == ("alice", True)


def test_answering_takes_it_and_is_the_first_human_word() -> None:
    turn = filled(ANSWER, {"text": "Under the table."}, asked())
    request = now(turn)
    assert (request.status, request.expert, request.claimed_at, request.first_word_at) == (RequestStatus.CLAIMED, MALIKS, NOON, NOON)
    assert steps(turn) == [(Step.CLAIMED, "malik"), (Step.ANSWERED, "malik")]
    assert len(to_client(turn)) == 1
    early = NOON - timedelta(hours=3)
    again = filled(ANSWER, {"text": "And behind it."}, asked(**MALIK_HAS_IT, first_word_at=early))
    assert now(again).first_word_at == early
    assert steps(again) == [(Step.ANSWERED, "malik")]


def test_asking_back_waits_for_the_client() -> None:
    turn = filled(ANSWER, {"text": "Which cable?", "then": "asked"}, asked(**MALIK_HAS_IT))
    assert now(turn).status is RequestStatus.WAITING
    assert steps(turn) == [(Step.ASKED_BACK, "malik")]
    answered = filled(ANSWER, {"text": "This one."}, now(turn))
    assert now(answered).status is RequestStatus.CLAIMED


def test_a_colleagues_request_stays_theirs() -> None:
    assert now(filled(ANSWER, {"text": "Under the table."}, asked(**{**MALIK_HAS_IT, "expert": BOBS}))).expert == BOBS


def test_what_was_written_in_a_form_is_shown_under_the_card() -> None:
    (told,) = to_desk(filled(ANSWER, {"text": "Under the table."}, asked()))
    assert read(told) == "Malik Benali wrote to whoever asked:\nUnder the table."
    assert to_desk(filled(ANSWER, {"text": "Under the table."}, asked(desk=None, keeper="malik"))) == []


def test_the_card_shows_it_or_a_line_says_so() -> None:
    assert place(filled(ANSWER, {"text": "Under the table."}, asked())) is Place.UPDATE
    elsewhere = filled(ANSWER, {"text": "Under the table."}, asked(), where="another")
    assert (words(elsewhere), place(elsewhere)) == ("Sent to Alice Martin.", Place.PRIVATE)
    assert words(filled(ANSWER, {"text": "x"}, asked(discreet=True), where="another")) == "Sent to whoever asked."


def test_words_for_a_closed_request_come_back_to_their_author() -> None:
    turn = filled(ANSWER, {"text": "Under the table."}, asked(**CLOSED))
    assert words(turn).endswith("What you wrote:\nUnder the table.")
    assert turn.facts == ()


@pytest.mark.parametrize("grants", [OWNER, frozenset({Grant(role=Role.ADMIN)})])
def test_owners_and_admins_need_nobodys_yes(grants: frozenset[Grant]) -> None:
    assert carried(filled(ANSWER, {"text": "Hello."}, asked(), by=BOB, grants=grants))[0].state == "sent"


def test_where_nobody_holds_the_mandate_whoever_answers_answers() -> None:
    grants = frozenset({Grant(role=Role.EXPERT, function="finance")})
    assert carried(filled(ANSWER, {"text": "Hello."}, asked(function="finance"), by=BOB, grants=grants))[0].state == "sent"


# --- without it ------------------------------------------------------------------------------------------------------------------------------------


def test_without_the_mandate_an_answer_waits_under_the_card() -> None:
    turn = filled(ANSWER, {"text": "Under the table."}, asked(), by=CLAIRE)
    (said,) = words_kept(turn)
    assert (said.state, said.author) == ("proposed", CLAIRES)
    (proposed,) = to_desk(turn)
    assert (proposed.key, proposed.under) == (uuid5(said.id, "proposal"), CARD)
    assert "Claire Vasseur proposes this answer:\nUnder the table." in read(proposed)
    offered = row(proposed.message.blocks)
    assert (offered["Send it"].action, offered["Don't send it"].action) == (approves(said), drops(said))
    assert "waits under the card for somebody who may send it: Malik Benali." in words(turn)
    assert place(turn) is Place.PRIVATE


def test_a_proposal_takes_the_request_and_the_client_knows_that_much() -> None:
    turn = filled(ANSWER, {"text": "Under the table.", "then": "asked"}, asked(), by=CLAIRE)
    assert (now(turn).expert, now(turn).status, now(turn).first_word_at) == (CLAIRES, RequestStatus.CLAIMED, None)
    assert [read(told).split("\n")[0] for told in to_client(turn)] == ["Claire Vasseur (IT) is taking care of your question now."]
    assert CARD in edited(turn)
    second = filled(ANSWER, {"text": "Behind it."}, asked(**MALIK_HAS_IT), by=CLAIRE)
    assert to_client(second) == []
    assert steps(second) == []


def test_who_holds_the_mandate_sends_it_in_its_authors_name() -> None:
    said = waiting()
    turn = tapped(approves(said), of(said), where="proposal")
    sent, delivery = carried(turn)
    assert (sent.state, sent.at, sent.author) == ("sent", NOON, CLAIRES)
    assert "Claire Vasseur\nUnder the table." in read(delivery)
    assert steps(turn) == [(Step.ANSWERED, "malik")]
    assert now(turn).first_word_at == NOON
    assert place(turn) is Place.UPDATE
    assert words(turn) == "Under the table.\nSent in the name of Claire Vasseur: Malik Benali said yes."
    assert spoken(edited(turn)[uuid5(said.id, "proposal")]) == words(turn)


def test_what_its_author_changed_meanwhile_is_read_again_before_it_goes_out() -> None:
    said = waiting()
    changed = replace(said, text="Ask somebody else.")
    turn = tapped(approves(said), of(changed), where="proposal")
    assert turn.facts == ()
    assert "so it hasn't gone out" in words(turn)
    assert "Claire Vasseur proposes this answer:\nAsk somebody else." in words(turn)
    assert place(turn) is Place.UPDATE
    assert carried(tapped(row(message(turn).blocks)["Send it"].action, of(changed), where="proposal"))[0].text == "Ask somebody else."
    old_card = ApproveWord(word=str(said.id), request="r1")  # of before such cards said which text it was
    assert carried(tapped(old_card, of(said)))[0].text == said.text


def test_what_was_given_back_meanwhile_is_its_authors_again_once_sent() -> None:
    said = waiting()
    turn = tapped(approves(said), asked(words=(said,)))
    assert (now(turn).status, now(turn).expert) == (RequestStatus.CLAIMED, CLAIRES)
    assert CARD in edited(turn)


def test_nobody_without_the_mandate_sends_it() -> None:
    said = waiting()
    for who in (CLAIRE, BOB):
        turn = tapped(approves(said), of(said), by=who)
        assert fact(turn) == Refused(act=Act.APPROVE_ANSWERS, function="it", subject="r1")
    assert isinstance(tapped(drops(said), of(said), by=BOB).facts[0], Refused)


def test_who_holds_the_mandate_may_say_no_and_its_author_hears_of_it() -> None:
    said = waiting()
    turn = tapped(drops(said), of(said), where="proposal")
    assert [kept.state for kept in words_kept(turn)] == ["dropped"]
    assert words(turn) == "Under the table.\nNot sent: Malik Benali would rather not."
    (told,) = to_desk(turn)
    assert read(told).startswith("Claire Vasseur, Malik Benali would rather not send your answer as it is.")
    assert to_client(turn) == []


def test_its_author_takes_it_back() -> None:
    said = waiting()
    turn = tapped(drops(said), of(said), by=CLAIRE, where="proposal")
    assert "Not sent: Claire Vasseur took it back." in words(turn)
    assert to_desk(turn) == []


def test_a_decision_from_a_message_without_an_id_is_said_in_private() -> None:
    said = waiting()
    turn = tapped(approves(said), of(said), where="")
    assert place(turn) is Place.UPDATE
    bare = tapped(approves(said), of(said), where=None)  # type: ignore[arg-type]
    assert place(bare) is Place.PRIVATE


@pytest.mark.parametrize(
    ("state", "answer"), [("sent", "has gone out already"), ("dropped", "taken back, or refused"), ("deleted", "taken back, or refused")]
)
def test_what_was_decided_already_is_said(state: Any, answer: str) -> None:
    said = replace(waiting(), state=state)
    for action in (approves(said), drops(said)):
        turn = tapped(action, of(said))
        assert answer in words(turn)
        assert turn.facts == ()


def test_nothing_goes_out_of_a_closed_request() -> None:
    said = waiting()
    turn = tapped(approves(said), asked(**CLOSED, words=(said,)))
    assert "Reopen" in buttons(turn)
    assert turn.facts == ()


@pytest.mark.parametrize("action", [ApproveWord, DropWord, SendAgain])
def test_words_that_are_not_kept_any_more_are_said_to_be_gone(action: Any) -> None:
    turn = tapped(action(word="nobody", request="r1"), asked(words=(word("client", "hello"),)))
    assert "These words aren't kept any more" in words(turn)
    assert buttons(turn)["Answer"].action == ANSWER


def test_nobody_decides_upon_the_clients_words() -> None:
    clients = word("client", "hello")
    assert "aren't kept any more" in words(tapped(approves(clients), asked(words=(clients,))))


# --- sent again ------------------------------------------------------------------------------------------------------------------------------------


def test_words_that_may_not_have_arrived_are_sent_again_once() -> None:
    said = word("expert", "Under the table.", timedelta(minutes=5), author=MALIKS, source=("place", "m7"))
    request = asked(**MALIK_HAS_IT, words=(said,))
    turn = tapped(SendAgain(word=str(said.id), request="r1"), request)
    again, delivery = carried(turn)
    assert (again.id, again.text, again.author, again.source, again.at) == (uuid5(said.id, "again"), said.text, MALIKS, None, NOON)
    assert delivery.to == "alice"
    assert words(turn) == "Sent again to Alice Martin."
    assert words(tapped(SendAgain(word=str(said.id), request="r1"), replace(request, discreet=True))) == "Sent again to whoever asked."
    twice = tapped(SendAgain(word=str(said.id), request="r1"), replace(request, words=(said, again)))
    assert "sent again already" in words(twice)
    assert twice.facts == ()


def test_who_asked_their_own_function_sends_their_own_answer_again() -> None:
    answer = word("expert", "Under the table.", timedelta(minutes=5))
    own = asked(**MALIK_HAS_IT, client=MALIKS, words=(answer,))
    assert carried(tapped(SendAgain(word=str(answer.id), request="r1"), own))[0].side == "expert"


def test_words_that_were_taken_back_are_not_sent_again() -> None:
    said = word("expert", "Under the table.", timedelta(minutes=5), author=MALIKS, state="deleted")
    turn = tapped(SendAgain(word=str(said.id), request="r1"), asked(**MALIK_HAS_IT, words=(said,)))
    assert "taken back meanwhile" in words(turn)
    assert turn.facts == ()


def test_each_word_is_one_delivery_whose_key_it_is() -> None:
    turn = filled(ANSWER, {"text": "Under the table."}, asked())
    keys = {fact.delivery.key for fact in turn.facts if isinstance(fact, DeliveryPlanned)}
    ids: set[UUID] = {fact.word.id for fact in turn.facts if isinstance(fact, WordKept)}
    assert ids <= keys


def test_the_clients_own_name_is_never_that_of_the_expert() -> None:
    said, delivery = carried(filled(ANSWER, {"text": "Hello."}, asked(client=Party(id="alice", name=CLIENT.name)), by=MALIK))
    assert said.author == MALIKS
    assert "Alice" not in read(delivery)
