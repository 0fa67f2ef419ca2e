"""Why this answer: what matched, whose words they are, from where, how sure, for whom; in private."""

from dataclasses import replace
from typing import Literal

import pytest

from dialogs.actions import QUESTION_LIMIT, ReportWrong, Show, Why, WriteQuestion
from dialogs.catalog import Catalogue, Language
from dialogs.events import Event
from dialogs.messages import Place
from dialogs.packing import PACKED_LIMIT, pack
from dialogs.people import Person
from dialogs.router import asked_of, decide
from dialogs.search.match import Asked, Candidate, FunctionAsked, Grounds, Match, Understood
from dialogs.turn import Context, State, exchange_id
from tests.company import ALICE, BOB, CATALOGUE, COMPANY, DANA, IT, LAPTOP
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.told import buttons, context, found, message, words

WHY = Why(id="it_laptop", exchange="e1", question="my old laptop died this morning")
NEAREST = Grounds(id="it_laptop", nearest="my laptop died", kind="phrasing", words=("laptop", "died"), confidence=0.93)


def explained(grounds: Grounds | None, *, outcome: Literal["sure", "likely"] = "sure", follows: bool = False) -> Understood:
    match = Match(outcome=outcome, candidates=(Candidate(id="it_laptop", score=1.0),), confidence=0.93)
    return Understood(question=WHY.question, language="en", match=match, follows=follows, grounds=grounds)


def why(
    understood: Understood | None,
    *,
    person: Person = ALICE,
    event: Event | None = None,
    language: Language = "en",
    catalogue: Catalogue = CATALOGUE,
) -> str:
    return words(decide(None, event or taps(WHY), context(person, language=language, understood=understood, catalogue=catalogue)))


def test_every_answer_to_a_question_can_be_asked_why() -> None:
    event = said("mon portable est mort")
    turn = decide(None, event, context(language="en", understood=found("sure", "it_laptop", question="mon portable est mort")))
    assert buttons(turn)["Why this answer?"].action == Why(id="it_laptop", exchange=exchange_id(event), question="mon portable est mort")


def test_what_was_opened_from_a_list_answers_no_question() -> None:
    assert "Why this answer?" not in buttons(decide(None, taps(Show(id="it_laptop")), context(language="en")))


def test_the_question_is_understood_again_with_what_speaks_for_the_answer() -> None:
    assert asked_of(taps(WHY), None) == Asked(text=WHY.question, explain="it_laptop")


def test_it_says_what_matched_whose_words_from_where_how_sure_and_for_whom() -> None:
    assert why(explained(NEAREST)).splitlines() == [
        "[IT · Information Technology] Why this answer",
        "You asked: “my old laptop died this morning”",
        "I answered with: “Replace a laptop”",
        "• Nearest to your question: “my laptop died”, a way of asking that IT wrote down.",
        "• Words that both say: laptop, died",
        "• It's from what IT has written. Checked on 1 Sept 2026 by Malik Benali.",
        "• It's open to everyone.",
        "I'm sure of it: of the answers as sure as this one, about 9 in 10 are right.",
        "I look for the nearest among what the functions have written, and add nothing of my own.",
        "[Ask it another way] [This is wrong]",
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("title", "the title that IT gave to this answer."),
        ("sentence", "a sentence of this answer, written by IT."),
        (None, "Words that both say"),
    ],
)
def test_the_nearest_text_is_quoted_with_whose_words_it_is(kind: Literal["title", "sentence"] | None, expected: str) -> None:
    text = why(explained(replace(NEAREST, kind=kind)))
    assert expected in text
    assert ("my laptop died" in text) == (kind is not None)


def test_a_sheet_without_a_text_has_nothing_to_quote() -> None:
    assert "Nearest to your question" not in why(explained(replace(NEAREST, nearest=None)))


def test_a_likeness_of_meaning_without_a_word_in_common_is_said_to_be_one() -> None:
    assert "They share no word: it's their meaning that is near." in why(explained(replace(NEAREST, words=())))


def test_a_follow_up_was_read_with_the_question_before() -> None:
    assert "I read your question together with the one before it." in why(explained(NEAREST, follows=True))
    assert "together with the one before" not in why(explained(NEAREST))


@pytest.mark.parametrize(
    ("confidence", "outcome", "expected"),
    [
        (0.999, "sure", "I'm sure of it: of the answers as sure as this one, about 99 in 100 are right."),
        (0.95, "sure", "I'm sure of it: of the answers as sure as this one, about 95 in 100 are right."),
        (0.9, "sure", "I'm sure of it: of the answers as sure as this one, about 9 in 10 are right."),
        (0.84, "sure", "I'm fairly sure of it: of the answers as sure as this one, about 8 in 10 are right."),
        (0.4, "likely", "It was one of several that could be meant: of the answers as sure as this one, about 4 in 10 are right."),
        (0.01, "likely", "It was one of several that could be meant: of the answers as sure as this one, about 1 in 10 are right."),
    ],
)
def test_confidence_is_said_in_words_with_what_they_mean(confidence: float, outcome: Literal["sure", "likely"], expected: str) -> None:
    assert expected in why(explained(replace(NEAREST, confidence=confidence), outcome=outcome))


def test_an_answer_meant_for_the_persons_groups_says_so() -> None:
    kit, grounds = Why(id="it_demo_kit", exchange="e1", question="kit"), replace(NEAREST, id="it_demo_kit")
    assert "• It's meant for you: Sales teams." in why(explained(grounds), event=taps(kit))
    won = "• Another answer came about as near. This one is meant for you (Sales teams), so it came first."
    assert won in why(explained(replace(grounds, segment=True)), event=taps(kit))
    unnamed = replace(CATALOGUE, company=replace(COMPANY, segments={}))
    assert "• It's meant for you: sales." in why(explained(grounds), event=taps(kit), catalogue=unnamed)


@pytest.mark.parametrize("grounds", [None, replace(NEAREST, confidence=None), replace(NEAREST, confidence=None, nearest=None)])
def test_what_the_question_would_not_find_now_is_not_made_up_for(grounds: Grounds | None) -> None:
    text = why(explained(grounds))
    assert "This isn't what your question would find now" in text
    assert "are right" not in text
    assert ("my laptop died" in text) == (grounds is not None and grounds.nearest is not None)


def test_a_question_that_is_about_a_function_today_found_something_else_then() -> None:
    about = Understood(question="?", function=FunctionAsked(slug="it", aspect="purpose"))
    assert "This isn't what your question would find now" in why(about)
    assert "This isn't what your question would find now" in why(None)


@pytest.mark.parametrize(("sheet", "person"), [("gone", ALICE), ("it_tablet", ALICE), ("it_demo_kit", BOB), ("it_demo_kit", DANA)])
def test_what_is_gone_or_not_for_the_person_is_not_explained(sheet: str, person: Person) -> None:
    assert "no longer in the catalogue" in why(explained(replace(NEAREST, id=sheet)), person=person, event=taps(replace(WHY, id=sheet)))


@pytest.mark.parametrize("sheet", ["it_laptop", "gone"])
def test_in_a_channel_only_the_one_who_asks_reads_why(sheet: str) -> None:
    turn = decide(None, taps(replace(WHY, id=sheet), where=CHANNEL), context(language="en", understood=explained(NEAREST)))
    assert message(turn).place is Place.PRIVATE


def test_in_a_channel_nobodys_groups_count() -> None:
    kit = Why(id="it_demo_kit", exchange="e1", question="kit")
    assert "no longer in the catalogue" in why(explained(replace(NEAREST, id="it_demo_kit")), event=taps(kit, where=CHANNEL))


def test_there_is_a_way_on() -> None:
    for understood in (explained(NEAREST), None):
        turn = decide(None, taps(WHY), context(language="en", understood=understood))
        assert buttons(turn)["Ask it another way"].action == WriteQuestion()
        assert buttons(turn)["This is wrong"].action == ReportWrong(id="it_laptop", exchange="e1")


def test_asking_why_ends_nothing_and_changes_nothing() -> None:
    state = State(dialog="ask", version=2, kept={})
    someone: Context = context(replace(ALICE, spoken_language="fr"), language="en", understood=explained(NEAREST))
    turn = decide(state, taps(WHY), someone)
    assert turn.state == state
    assert turn.facts == ()  # the words may be a colleague's: they don't tell which language the reader speaks


def test_a_long_question_fits_into_its_button() -> None:
    turn = decide(None, said("?"), context(language="en", understood=found("sure", "it_laptop", question='"\\' * 400)))
    action = buttons(turn)["Why this answer?"].action
    assert isinstance(action, Why)
    assert len(action.question) == QUESTION_LIMIT
    assert len(pack(action)) <= PACKED_LIMIT
    assert f"You asked: “{'x' * 299}…”" in why(explained(NEAREST), event=taps(replace(WHY, question="x" * 512)))


def test_who_wrote_it_is_left_out_where_nobody_signed() -> None:
    unsigned = replace(CATALOGUE, functions=(replace(IT, services=(replace(LAPTOP, owner=None, checked=None),)),))
    assert "• It's from what IT has written.\n" in why(explained(NEAREST), catalogue=unsigned)
