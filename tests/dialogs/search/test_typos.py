"""Misspelt words: mended where it's plain what was meant, left alone otherwise."""

import time
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slips import misspelt
from dialogs.search.index import texts_of
from dialogs.search.text import folded
from dialogs.search.typos import Repair
from tests.dialogs.search.conftest import CATALOGUE

# Common words of a language, some of them a slip away from the catalogue's.
COMMON = ("the", "de", "la", "and", "work", "world", "monde", "porter", "table", "carte")
TEXTS = texts_of(CATALOGUE)
REPAIR = Repair.learned(TEXTS, COMMON)

letters = st.text(alphabet="abcdeéèilmnoprstuz", min_size=1, max_size=12)
prose = st.lists(st.sampled_from(" ".join(TEXTS).split()) | letters | st.text(max_size=8), max_size=30).map(" ".join)


@pytest.mark.parametrize(
    ("question", "mended"),
    [
        ("j'ai oublié mon mot de pase", "j'ai oublié mon mot de passe"),  # a letter missed
        ("mon ordinateurr rame", "mon ordinateur rame"),  # doubled
        ("mon ordibateur rame", "mon ordinateur rame"),  # replaced by its neighbour
        ("mon ordiantuer rame", "mon ordinateur rame"),  # two pairs swapped
        ("where is my paysilp ?", "where is my payslip ?"),
        ("Wehre is my PAYSLIP?!", "Where is my PAYSLIP?!"),  # case and punctuation as they were typed
        ("l'ordinatuer d'Inès", "l'ordinateur d'Inès"),
        ("mon\u00a0compte  est\tblouqé", "mon\u00a0compte  est\tbloque"),
        ("je suis bloqué, mon badgr non plus", "je suis bloqué, mon badge non plus"),
        ("motde passe oublié", "mot de passe oublié"),  # a space missed
        ("bulletinde paie", "bulletin de paie"),
        ("reinitialise\u0301r le mdp", "reinitialise\u0301r le mdp"),  # right but for an accent, and written in two characters
        ("reinitalise\u0301r le mdp", "reinitialiser le mdp"),
    ],
)
def test_a_misspelt_word_is_mended(question: str, mended: str) -> None:
    assert REPAIR.of(question) == mended


@pytest.mark.parametrize(
    "question",
    [
        "my laptpo12 and laptpo@solane.example",
        "https://solane.example/laptpo, www.laptpo.example, laptpo.docx",
        r"/etc/laptpo \\srv\laptpo `laptpo` #laptpo :laptpo: <@U02LAPTPO> <#C1|laptpo>",
        "LAPTPO, laptPo, MacLaptpo",
        "4512 laptpo7 12:30 laptpo_2",
    ],
)
def test_numbers_addresses_links_mentions_and_acronyms_are_never_touched(question: str) -> None:
    assert REPAIR.of(question) == question


def test_a_short_word_is_left_alone() -> None:
    assert REPAIR.of("my pda and my cra") == "my pda and my cra"


def test_a_word_of_the_language_is_no_slip_although_it_is_a_letter_from_ours() -> None:
    assert REPAIR.of("porter la table") == "porter la table"
    assert Repair.learned(TEXTS).of("porter la table") == "porte la tableau"  # without the language's words


def test_a_name_inside_a_sentence_is_only_taken_for_our_own_word_a_slip_away() -> None:
    assert REPAIR.of("je cherche Laptpo") == "je cherche Laptop"
    assert REPAIR.of("je cherche Laptpi") == "je cherche Laptpi"
    assert REPAIR.of("un mot de Wrold") == "un mot de Wrold"
    assert REPAIR.of("je cherche Bulletinde") == "je cherche Bulletinde"
    assert REPAIR.of("Bonjour. « Wrold ? ») Laptpi") == "Bonjour. « World ? ») Laptpi"


@pytest.mark.parametrize("word", ["Kervadec", "zscaler", "exosquelette", "Quimperlé", "wolofzbt", "мотоцикл", "パスワード", "كلمة"])
def test_a_strange_word_far_from_all_others_stays(word: str) -> None:
    assert REPAIR.of(f"{word}, comment demander {word} ?") == f"{word}, comment demander {word} ?"


def test_a_slip_that_fingers_make_is_preferred_to_one_that_they_do_not() -> None:
    both = Repair.learned(("salon", "saxon"))
    assert both.of("sakon") == "salon"  # k is beside l
    assert both.of("sacon") == "saxon"  # c is beside x


def test_what_the_catalogue_says_more_often_is_preferred() -> None:
    assert Repair.learned(("carte", "carte", "carbe")).of("carre") == "carte"
    assert Repair.learned(("carve",), ("carte",)).of("carbe") == "carve"


def test_the_commonest_is_preferred_among_words_that_no_sheet_says() -> None:
    commonest_first = ("the", "and", "carte", *"abcdefghijkl", "carve")
    assert Repair.learned((), commonest_first).of("carfe") == "carte"
    assert Repair.learned((), ("carve", *commonest_first)).of("carfe") == "carve"


@pytest.mark.parametrize("text", TEXTS)
def test_what_the_catalogue_says_is_right(text: str) -> None:
    assert REPAIR.of(text) == text


@given(question=prose)
@example("İstanbul ŉotre ﷺﷺﷺﷺ ﬁnances ℡ ǅungla")
@example("a\u0301\u0301\u0301\u0301\u0301laptpo\u202elaptpo\u0007laptpo\x00laptpo")
@example("laptpo" * 90)
@example("Dqy¹ laptpo² ⅣX")
def test_mending_twice_changes_no_more_and_only_words_change(question: str) -> None:
    mended = REPAIR.of(question)
    assert REPAIR.of(mended) == mended
    assert len(mended) <= len(question) + 3 * 24
    strange = [character for character in question if not character.isalpha() and not character.isspace() and not "\u0300" <= character <= "\u036f"]
    assert [each for each in mended if not each.isalpha() and not each.isspace() and not "\u0300" <= each <= "\u036f"] == strange


@given(question=st.text())
@example("اكتب لي كلمة المرور \u202b\u200f من فضلك")
@example("\ud800 laptop \x07\x1b[31m")
def test_any_text_passes(question: str) -> None:
    assert isinstance(REPAIR.of(question), str)


@given(
    word=st.sampled_from(sorted({word for text in TEXTS for word in folded(text).split() if word.isalpha() and len(word) >= 8})), seed=st.integers()
)
def test_a_slipped_word_becomes_a_known_one_or_stays_as_typed(word: str, seed: int) -> None:
    slipped = misspelt(word, 0.08, Random(seed))
    mended = REPAIR.of(slipped)
    assert mended == slipped or all(part in REPAIR.chances for part in mended.split())


def test_most_slips_are_undone() -> None:
    words = sorted({word for text in TEXTS for word in folded(text).split() if word.isalpha() and len(word) >= 6})
    drawn = Random(4)
    slipped = [(word, typed) for word in words for _ in range(3) if (typed := misspelt(word, 0.12, drawn)) != word]
    assert sum(REPAIR.of(typed) == word for word, typed in slipped) > 0.85 * len(slipped)


def test_without_any_word_nothing_is_mended_but_what_everybody_says() -> None:
    nothing = Repair.learned(())
    assert nothing.of("laptpo") == "laptpo"
    assert nothing.of("bonjuor") == "bonjour"
    assert nothing.of("") == ""


STRANGE = [f"laptp{first}{second}" for first in "aeiou" for second in "aeiouy"]


def test_a_question_with_many_strange_words_is_not_a_misspelt_one() -> None:
    assert REPAIR.of(" ".join(STRANGE)) == " ".join(STRANGE)
    assert REPAIR.of("laptpo " * 24) == "laptop " * 24
    assert REPAIR.of("laptpo " * 25) == "laptpo " * 25


def test_the_cost_of_a_question_is_bounded() -> None:
    started = time.process_time()
    for first in range(0, 30, 6):
        REPAIR.of(" ".join((*STRANGE[first:], *STRANGE[:first])[:24]))
    assert time.process_time() - started < 0.25


def test_words_that_came_later_are_left_alone() -> None:
    repair = Repair.learned(("le badge du parking",), ("bonjour", "merci"))
    assert repair.of("bagde") == "badge"
    later = repair.also(("Bagde, notre nouvel outil",))
    assert later.of("bagde") == "bagde"
    assert later.of("parkign") == "parking"
    assert repair.also(("le parking",)) is repair
