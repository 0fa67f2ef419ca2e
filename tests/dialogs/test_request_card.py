"""The cards of a request: what the experts read, what their clients read, and what a discreet one never shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.actions import WriteSheet
from dialogs.catalog import Language
from dialogs.messages import Bullets, Text, Title
from dialogs.request import Outcome, Party, Request, RequestStatus, Side
from dialogs.request_actions import AddToRequest, AnswerRequest, ClaimRequest, CloseRequest, HandRequest, ReleaseRequest, ReopenRequest
from dialogs.request_card import card, edited_mark, handed_card, outcome_in_words, word_as_client, word_as_expert
from tests.company import CATALOGUE, NOON
from tests.dialogs.experts import MALIKS, asked, row, spoken, word
from tests.dialogs.told import TEXTS
from tests.examples import examples

EN = TEXTS["en"]
CLAIMED = {"status": RequestStatus.CLAIMED, "expert": MALIKS, "claimed_at": NOON}
CLOSED = {"status": RequestStatus.CLOSED, "closed_at": NOON, "outcome": Outcome.SOLVED}


def shown(**changes: Any) -> str:
    return spoken(card(EN, CATALOGUE, asked(**changes)))


def test_the_card_says_all_that_an_expert_needs() -> None:
    text = shown(sheet="it_laptop", tried=("it_laptop", "gone"), language="fr")
    assert text == (
        "[IT · Information Technology] Who has my cable?\n"
        "From: Alice Martin · Ventes · Lyon\n"
        "About: Replace a laptop\n"
        "Reads: French\n"
        "What I had shown already\n"
        "• Replace a laptop\n"
        "Nobody has taken it yet. Somebody should by Tuesday 24 November, 11:00.\n"
        "[I take it] [Answer] [Hand it on] [Close]\n"
        "What is written under this card goes to whoever asked. Begin with // to keep it among you."
    )


def test_a_long_question_is_there_in_full_below_its_first_words() -> None:
    question = "My cable is gone.\n\n" + "I looked everywhere. " * 20
    blocks = card(EN, CATALOGUE, asked(question=question)).blocks
    assert isinstance(blocks[0], Title)
    assert len(blocks[0].text) <= 80
    assert blocks[0].text.startswith("My cable is gone. I looked")
    assert blocks[1] == Text(text=question)


def test_what_has_no_words_has_a_title_all_the_same() -> None:
    assert shown(question="").startswith("[IT · Information Technology] New request\n")


def test_nothing_shown_before_is_said() -> None:
    assert "Nothing: I had found no answer." in shown()
    assert "Nothing: I had found no answer." in shown(tried=("gone",), sheet="gone")


def test_a_function_that_left_the_catalogue_is_named_by_its_slug() -> None:
    assert shown(function="wellness").startswith("[wellness] Who has my cable?")
    unnamed = word("expert", "hi", author=Party(id="x"))
    assert "Somebody of wellness" in spoken(word_as_client(EN, CATALOGUE, asked(function="wellness"), unnamed))


def test_somebody_unknown_to_the_directory_is_shown_as_that() -> None:
    assert "From: Somebody whom the directory doesn't know\n" in shown(client=Party(id="x"))


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        (CLAIMED, "Malik Benali has it, since Friday 20 November, 13:00."),
        ({**CLAIMED, "claimed_at": None}, "Malik Benali has it, since Friday 20 November, 12:00."),
        ({**CLAIMED, "expert": Party(id="x")}, "Somebody of IT has it, since"),
        ({**CLAIMED, "expert": None}, "Somebody has it, since"),
        ({**CLAIMED, "status": RequestStatus.WAITING}, "Malik Benali has asked back: it waits for whoever asked."),
        ({"status": RequestStatus.WAITING}, "Somebody has asked back: it waits for whoever asked."),
        ({**CLAIMED, **CLOSED}, "Closed by Malik Benali, Friday 20 November, 13:00: solved."),
        (CLOSED, "Closed, Friday 20 November, 13:00: solved."),
        ({**CLOSED, "outcome": Outcome.PARTLY}, ": partly solved."),
        ({**CLOSED, "outcome": Outcome.NOT_SOLVED}, ": not solved."),
        ({**CLOSED, "outcome": Outcome.NOT_OURS}, ": not for this function."),
        ({**CLOSED, "outcome": None, "closed_at": None}, "Closed, Friday 20 November, 12:00: nobody said how."),
        ({**CLAIMED, **CLOSED, "outcome": Outcome.WITHDRAWN}, "whoever asked doesn't need it any more."),
    ],
)
def test_the_card_says_who_has_it_and_how_it_ended(changes: dict[str, Any], state: str) -> None:
    assert state in shown(**changes)


def test_what_its_client_withdrew_is_said_in_a_word_too() -> None:
    assert outcome_in_words(EN, Outcome.WITHDRAWN) == "no longer needed"


def test_its_buttons_are_what_can_be_done_now() -> None:
    opened = row(card(EN, CATALOGUE, asked()).blocks)
    assert [(button.label, button.action, button.primary) for button in opened.values()] == [
        ("I take it", ClaimRequest(request="r1"), True),
        ("Answer", AnswerRequest(request="r1"), False),
        ("Hand it on", HandRequest(request="r1"), False),
        ("Close", CloseRequest(request="r1"), False),
    ]
    for status in (RequestStatus.CLAIMED, RequestStatus.WAITING):
        taken = row(card(EN, CATALOGUE, asked(**{**CLAIMED, "status": status})).blocks)
        assert list(taken) == ["Answer", "Give it back", "Hand it on", "Close"]
        assert taken["Answer"].primary
        assert taken["Give it back"].action == ReleaseRequest(request="r1")
    over = row(card(EN, CATALOGUE, asked(**CLOSED)).blocks)
    assert {label: button.action for label, button in over.items()} == {
        "Reopen": ReopenRequest(request="r1"),
        "Make it an answer": WriteSheet(slug="it", request="r1"),
    }


def test_what_is_written_under_a_closed_card_goes_nowhere_and_nothing_says_it_does() -> None:
    assert "What is written under this card" not in shown(**CLOSED)


def test_in_a_keepers_private_conversation_the_button_carries_the_words() -> None:
    text = shown(desk=None, keeper="malik")
    assert "What you write with “Answer” goes to whoever asked, in your name." in text
    assert "under this card" not in text


def test_whoever_gets_it_from_elsewhere_reads_what_was_said_so_far() -> None:
    said = (
        word("client", "It was on my desk.", timedelta(minutes=9)),
        word("expert", "Which desk?", timedelta(minutes=8), author=MALIKS),
        word("expert", "taken back", timedelta(minutes=7), state="deleted"),
    )
    assert "What was said so far" not in shown(words=said)
    for moved in ({"hops": 1}, {"reopened": 1}):
        assert "• Alice Martin: It was on my desk.\n• Malik Benali: Which desk?\nNobody" in shown(words=said, **moved)
    many = tuple(word("client", f"line {number}", timedelta(minutes=20 - number)) for number in range(9))
    (_, listed) = [block for block in card(EN, CATALOGUE, asked(words=many, hops=1, tried=("it_laptop",))).blocks if isinstance(block, Bullets)]
    assert [line[-6:] for line in listed.items] == ["line 4", "line 5", "line 6", "line 7", "line 8"]
    assert "What was said so far" not in shown(hops=1)


def test_the_card_that_stays_behind_says_where_it_went_and_why() -> None:
    message = handed_card(EN, CATALOGUE, asked(), to="finance", by=MALIKS, reason="It's about an invoice.")
    assert spoken(message).endswith(
        "Malik Benali handed it to Finance.\nWhy: It's about an invoice.\nWhat is written under this card stays here from now on."
    )
    assert row(message.blocks) == {}
    assert "Why:" not in spoken(handed_card(EN, CATALOGUE, asked(), to="finance", by=MALIKS, reason=""))


def test_the_client_reads_a_named_person_and_can_reply() -> None:
    message = word_as_client(EN, CATALOGUE, asked(), word("expert", "Under the table.", author=MALIKS))
    assert spoken(message) == (
        "[IT · Information Technology] Malik Benali\nUnder the table.\nAbout: “Who has my cable?”\n"
        "What you write here within a day goes to Malik Benali. After that, use the button.\n[Reply to them]"
    )
    assert row(message.blocks)["Reply to them"].action == AddToRequest(request="r1")


def test_the_experts_read_the_clients_words_under_the_clients_name() -> None:
    said = word("client", "Found it!", timedelta())
    message = word_as_expert(EN, CATALOGUE, asked(), said)
    assert spoken(message) == "Alice Martin\nFound it!\n[Answer]"
    assert row(message.blocks)["Answer"].action == AnswerRequest(request="r1")
    assert "About: “Who has my cable?”" in spoken(word_as_expert(EN, CATALOGUE, asked(desk=None, keeper="malik"), said))
    assert spoken(edited_mark(EN, message)).endswith("(edited)")


SIDES: tuple[Side, ...] = ("client", "expert")
NAMES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=6, max_size=9).map(lambda name: f"Zz{name}")


@st.composite
def discreet(draw: st.DrawFn) -> Request:
    client = Party(id="zz-id", name=draw(NAMES), site=draw(NAMES), department=draw(NAMES))
    status = draw(st.sampled_from(RequestStatus))
    words = tuple(
        replace(word(side, f"word {number}", timedelta(minutes=9 - number)), author=client if side == "client" else MALIKS)
        for number, side in enumerate(draw(st.lists(st.sampled_from(SIDES), max_size=6)))
    )
    return asked(
        client=client,
        discreet=True,
        status=status,
        expert=draw(st.sampled_from([None, MALIKS, Party(id="x")])),
        outcome=draw(st.sampled_from([None, *Outcome])),
        hops=draw(st.integers(0, 2)),
        reopened=draw(st.integers(0, 2)),
        words=words,
        desk=draw(st.sampled_from([None, asked().desk])),
    )


@settings(max_examples=examples(50))
@given(request=discreet(), language=st.sampled_from(["fr", "en"]))
def test_nothing_that_the_experts_read_of_a_discreet_request_tells_who_asked(request: Request, language: Language) -> None:
    t = TEXTS[language]
    messages = [card(t, CATALOGUE, request), handed_card(t, CATALOGUE, request, to="finance", by=MALIKS, reason="")]
    messages += [word_as_expert(t, CATALOGUE, request, said) for said in request.words if said.side == "client"]
    for message in messages:
        for told in (request.client.name, request.client.site, request.client.department, request.client.id):
            assert told is not None
            assert told not in spoken(message)
