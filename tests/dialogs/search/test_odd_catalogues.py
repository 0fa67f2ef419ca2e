"""Odd catalogues and odd questions: each has a fitting outcome."""

import time
from dataclasses import replace

import pytest

from dialogs.actions import QUESTION_LIMIT
from dialogs.catalog import LANGUAGES, Entry, Language, Localized, Phrasings
from dialogs.search.index import OFFERED, Index, texts_of
from tests.dialogs.search.conftest import BADGE, CATALOGUE, EVERYBODY, LAPTOP, LEAVE, MANAGERS, PASSWORD, Encoding
from tests.dialogs.search.test_index import catalogue_of, found, matched


def test_two_entries_with_the_same_phrasing_are_both_offered(encode: Encoding) -> None:
    visitor = Entry(
        id="visitor_badge",
        question=Localized(fr="Badge d'un visiteur", en="A visitor's badge"),
        reply=Localized(fr="L'accueil prépare le badge de votre visiteur.", en="The front desk prepares your visitor's badge."),
        phrasings=BADGE.phrasings,
    )
    match = matched(catalogue_of(BADGE, visitor, LEAVE, PASSWORD), BADGE.phrasings.fr[0], encode)
    assert match.outcome == "likely"
    assert {candidate.id for candidate in match.candidates[:2]} == {"fac_badge", "visitor_badge"}
    assert match.confidence is not None
    assert match.confidence <= 0.6


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("question", "sheet"), [("j'ai perdu mon badge", "fac_badge"), ("I lost my badge", "fac_badge"), ("reset my password please", "it_password")]
)
def test_entries_in_one_language_answer_in_both(language: Language, question: str, sheet: str, encode: Encoding) -> None:
    def spoken(said: Localized) -> Localized:
        return Localized(fr=said.fr) if language == "fr" else Localized(en=said.en)

    entries = [
        Entry(
            id=each.id,
            question=spoken(each.title),
            reply=spoken(each.body),
            phrasings=Phrasings(fr=each.phrasings.fr) if language == "fr" else Phrasings(en=each.phrasings.en),
        )
        for _, each in CATALOGUE.sheets()
    ]
    assert matched(catalogue_of(*entries), question, encode).candidates[0].id == sheet


@pytest.mark.parametrize("question", ["j'ai perdu mon badge", "I lost my badge"])
def test_a_single_entry_is_found(question: str, encode: Encoding) -> None:
    match = matched(catalogue_of(BADGE), question, encode)
    assert (match.outcome, match.candidates[0].id) == ("sure", "fac_badge")


def test_an_entry_of_a_title_alone_is_found(encode: Encoding) -> None:
    match = matched(catalogue_of(Entry(id="badge", question=BADGE.question, reply=Localized())), "Badge perdu ou hors service", encode)
    assert match.candidates[0].id == "badge"


@pytest.mark.parametrize("question", ["", "comment je peux", "what can you do for me", "est-ce que c'est pour toi ?"])
def test_a_question_without_a_telling_word_is_never_answered_outright(question: str, index: Index, encode: Encoding) -> None:
    assert index.strange(question) == ()
    assert found(index, question, encode).outcome != "sure"


@pytest.mark.parametrize("question", ["\x01\x02\x1b[31m", "\u202e\u200f\u200b", "\ufffd" * 40, "🎉" * 200])
def test_control_characters_alone_are_never_answered_outright(question: str, index: Index, encode: Encoding) -> None:
    match = found(index, question, encode)
    assert match.outcome != "sure"
    assert len(match.candidates) <= OFFERED


@pytest.mark.parametrize(("question", "sheet"), [("لقد فقدت كلمة المرور", "it_password"), ("انكسرت شاشة حاسوبي المحمول", "it_laptop")])
def test_right_to_left_text_is_read_as_any_other(question: str, sheet: str, index: Index, encode: Encoding) -> None:
    assert found(index, question, encode).candidates[0].id == sheet


def test_control_characters_around_a_question_change_nothing_much(index: Index, encode: Encoding) -> None:
    assert found(index, "j'ai perdu\u200b mon badge\u202c", encode).candidates[0].id == "fac_badge"


def test_a_number_that_nobody_wrote_is_near_to_nothing(index: Index) -> None:
    assert index.strange("my parking badge 48213 is lost since the 14th") == ("parking", "since", "14th")


def test_a_question_of_ten_thousand_characters_costs_no_more_than_a_question(index: Index, encode: Encoding) -> None:
    question = "j'ai perdu mon badge " + " ".join(f"mot{number}" for number in range(1500))
    assert len(question) > 10_000
    assert len(index.strange(question)) <= 32
    vector = encode.one(question[:QUESTION_LIMIT])
    started = time.process_time()  # whoever else is busy on the machine
    match = index.match(question, vector, EVERYBODY)
    assert time.process_time() - started < 1
    assert match.candidates


def test_a_catalogue_of_words_said_everywhere_is_searched_all_the_same(encode: Encoding) -> None:
    entries = [
        Entry(id="who", question=Localized(fr="Qui est-ce ?"), reply=Localized()),
        Entry(id="why", question=Localized(fr="Pourquoi ?"), reply=Localized()),
    ]
    assert matched(catalogue_of(*entries), "pourquoi donc", encode).candidates[0].id == "why"


def test_a_large_catalogue_is_searched_alike(encode: Encoding) -> None:
    """Above a thousand sheets the head is another one, and fewer phrasings are held out."""
    copies = [
        replace(sheet, id=f"{sheet.id}_{number}", phrasings=Phrasings(fr=tuple(f"{text} {number}" for text in sheet.phrasings.fr[:2])))
        for number in range(251)
        for sheet in (BADGE, PASSWORD, LEAVE)
    ]
    others = [
        replace(PASSWORD, id=f"short_{number}", question=Localized(fr=f"dossier {number}"), reply=Localized(), phrasings=Phrasings())
        for number in range(260)
    ]
    catalogue = catalogue_of(*copies, *others, Entry(id="laptop", question=LAPTOP.title, reply=LAPTOP.body, phrasings=LAPTOP.phrasings))
    texts = texts_of(catalogue)
    index = Index.build(catalogue, dict(zip(texts, encode(texts), strict=True)))
    assert found(index, "mon portable est en panne", encode, MANAGERS).candidates[0].id == "laptop"
    assert {candidate.id.rpartition("_")[0] for candidate in found(index, "badge perdu", encode).candidates} == {"fac_badge"}
