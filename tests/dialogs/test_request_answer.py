"""Make it an answer: what an expert wrote once answers whoever asks next, without anybody's name."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.actions import ForMe, WriteSheet
from dialogs.catalog import Catalogue
from dialogs.events import Event
from dialogs.facts import CatalogueEdited, Refused
from dialogs.messages import Choice, Form, FormErrors, Input, Place, Text
from dialogs.people import Person
from dialogs.request import Outcome, Party, Request, RequestStatus
from dialogs.request_actions import PhraseRequest
from dialogs.request_answer import question_of, reply_of
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import BOB, CATALOGUE, COMPANY, LAPTOP, NOON
from tests.conversation import asks_form, submits, taps
from tests.dialogs.experts import IT_EXPERT, MALIK, MALIKS, ROOM, asked, form_of, place, seen_by, word
from tests.dialogs.told import TEXTS, buttons, fact, words
from tests.examples import examples

AUTHOR = frozenset({Grant(role=Role.AUTHOR, function="it")})
WRITE = WriteSheet(slug="it", request="r1")
PHRASE = PhraseRequest(request="r1", id="it_laptop")
SAID = (
    word("expert", "Hello Alice, it's under the table.", timedelta(minutes=9)),
    word("client", "Thank you!", timedelta(minutes=8)),
    word("expert", "Keep it there.\nMalik", timedelta(minutes=7)),
    word("expert", "Not this.", timedelta(minutes=6), state="deleted"),
)
DONE: dict[str, Any] = {
    "question": "Who has my cable, asks Alice Martin\n(0612345678)?",
    "status": RequestStatus.CLOSED,
    "outcome": Outcome.SOLVED,
    "closed_at": NOON,
    "expert": MALIKS,
    "words": SAID,
}


def seen(event: Event, *requests: Request, grants: frozenset[Grant] = AUTHOR, catalogue: Catalogue = CATALOGUE, person: Person = MALIK) -> Turn:
    return decide(None, event, seen_by(person, *requests, grants=grants, catalogue=catalogue))


def typed(turn: Turn) -> dict[str, str]:
    (reply,) = turn.replies
    assert isinstance(reply, Form | FormErrors)
    form = reply.form if isinstance(reply, FormErrors) else reply
    return {block.id: block.value or "" for block in form.blocks if isinstance(block, Input | Choice)}


# --- an entry of its own ---------------------------------------------------------------------------------------------------------------------------


def test_the_form_holds_the_question_and_the_experts_words_without_names() -> None:
    turn = seen(asks_form(WRITE), asked(**DONE))
    values = typed(turn)
    assert values["title_en"] == "Who has my cable, asks ( )?"
    assert values["phrasings_en"] == "Who has my cable, asks ( )?"
    assert values["body_en"] == "Hello ⟨name⟩, it's under the table.\n\nKeep it there.\n⟨name⟩"
    assert (values["title_fr"], values["body_fr"], values["phrasings_fr"]) == ("", "", "")
    assert form_of(turn).action == WRITE
    assert isinstance(form_of(turn).blocks[0], Text)


def test_it_is_published_once_somebody_has_read_it() -> None:
    values = {"title_en": "Who has my cable?", "body_en": "It's under the table.", "phrasings_en": "where is my cable", "audience": "all"}
    turn = seen(submits(WRITE, values), asked(**DONE))
    edited = turn.facts[0]
    assert isinstance(edited, CatalogueEdited)
    found = edited.catalogue.sheet(edited.subject)
    assert found is not None
    assert found[1].body.en == "It's under the table."


def test_what_was_sent_again_is_there_once() -> None:
    again = replace(SAID[0], id=SAID[3].id)
    assert reply_of(TEXTS["en"], asked(**{**DONE, "words": (SAID[0], again)})) == "Hello ⟨name⟩, it's under the table."


def test_a_long_question_is_its_title_and_no_phrasing() -> None:
    values = typed(seen(asks_form(WRITE), asked(**{**DONE, "question": "cable " * 90})))
    assert len(values["title_en"]) <= 150
    assert values["phrasings_en"] == ""


def test_it_is_written_in_a_language_that_the_company_has() -> None:
    french = Catalogue(company=replace(COMPANY, languages=("fr",)), functions=CATALOGUE.functions)
    assert typed(seen(asks_form(WRITE), asked(**DONE), catalogue=french))["title_fr"].startswith("Who has my cable")


@pytest.mark.parametrize("requests", [(), (asked(**DONE, function="finance"),)])
def test_a_request_that_is_gone_or_anothers_leaves_the_form_empty(requests: tuple[Request, ...]) -> None:
    assert set(typed(seen(asks_form(WRITE), *requests)).values()) == {"", "all"}


def test_only_who_writes_for_the_function_makes_it_an_answer() -> None:
    turn = seen(asks_form(WRITE), asked(**DONE), grants=IT_EXPERT, person=BOB)
    assert isinstance(turn.facts[0], Refused)


NAME = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=8).map(lambda name: f"Q{name}q")


@settings(max_examples=examples(50))
@given(first=NAME, last=NAME, expert=NAME, upper=st.booleans())
def test_no_ones_name_lands_in_the_answer(first: str, last: str, expert: str, upper: bool) -> None:
    text = f"Hello {first}, I'm {expert}. {first} {last} has a cable, {last.upper() if upper else last} said."
    party = Party(id="x", name=f"{first} de {last}")
    request = asked(question=text, client=party, words=(word("expert", text, author=Party(id="y", name=expert)),))
    for said in (question_of(request), reply_of(TEXTS["en"], request)):
        assert not any(name.casefold() in said.casefold() for name in (first, last, expert))


def test_words_without_anybody_stay_as_they_are() -> None:
    nobody = Party(id="x")
    request = asked(question="Where is it?", client=nobody, expert=None, words=(word("expert", "Here. Alice knows.", author=nobody),))
    assert (question_of(request), reply_of(TEXTS["en"], request)) == ("Where is it?", "Here. Alice knows.")


# --- a phrasing of what is there -------------------------------------------------------------------------------------------------------------------


def test_the_question_becomes_a_phrasing_of_what_had_been_shown() -> None:
    form = form_of(seen(asks_form(PHRASE), asked(**DONE)))
    assert form.action == PHRASE
    values = typed(seen(taps(PHRASE), asked(**DONE)))
    assert values == {"phrasing": "Who has my cable, asks ( )?", "language": "en"}


def test_an_authors_yes_teaches_it() -> None:
    turn = seen(submits(PHRASE, {"phrasing": "who has my cable", "language": "en"}, where=ROOM), asked(**DONE))
    edited = fact(turn)
    assert isinstance(edited, CatalogueEdited)
    assert (edited.act, edited.function, edited.subject) == (Act.WRITE_CONTENT, "it", "it_laptop")
    found = edited.catalogue.sheet("it_laptop")
    assert found is not None
    assert found[1].phrasings.en == (*LAPTOP.phrasings.en, "who has my cable")
    assert "Added to “Replace a laptop”: “who has my cable”." in words(turn)
    assert buttons(turn)["Ask it now"].action == ForMe(question="who has my cable")
    assert place(turn) is Place.PRIVATE


def test_what_is_not_for_oneself_is_not_offered_to_be_asked() -> None:
    kit = PhraseRequest(request="r1", id="it_demo_kit")
    turn = seen(submits(kit, {"phrasing": "who has my cable", "language": "en"}), asked(**DONE))
    assert "It isn't meant for you, so it wouldn't answer you." in words(turn)
    assert buttons(turn) == {}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"language": "en"}, {"phrasing": "Write it as people ask it."}),
        ({"phrasing": "who has my cable"}, {"language": "Choose a language."}),
    ],
)
def test_what_is_not_right_yet_is_asked_again(values: dict[str, str], wrong: dict[str, str]) -> None:
    turn = seen(submits(PHRASE, values), asked(**DONE))
    (reply,) = turn.replies
    assert isinstance(reply, FormErrors)
    assert {error.input: error.text for error in reply.errors} == wrong
    assert typed(turn) == {"phrasing": "", "language": "en"} | values


@pytest.mark.parametrize("event", [asks_form(PHRASE), submits(PHRASE, {"phrasing": "x", "language": "en"})], ids=["opened", "filled in"])
def test_only_who_writes_for_the_function_teaches_it(event: Event) -> None:
    assert fact(seen(event, asked(**DONE), grants=IT_EXPERT, person=BOB)) == Refused(act=Act.WRITE_CONTENT, function="it", subject="it_laptop")
    other = frozenset({Grant(role=Role.AUTHOR, function="finance")})
    assert fact(seen(event, asked(**DONE), grants=other, person=BOB)) == Refused(act=Act.ANSWER_REQUESTS, function="it", subject="r1")


def test_a_sheet_that_is_gone_is_said_to_be() -> None:
    gone = PhraseRequest(request="r1", id="gone")
    for event in (asks_form(gone), submits(gone, {})):
        assert "no longer in the catalogue" in words(seen(event, asked(**DONE)))
