"""Words in French and in English at once."""

import pytest

from dialogs.search.text import folded, sentences, stems, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Où est l’Écran ?", ("ou", "est", "ecran")),
        ("Qu'est-ce que c'est", ("est", "ce", "que", "est")),
        ("aujourd'hui", ("aujourd", "hui")),
        ("R&D's partners", ("r&d", "partners")),
        ("I can't, they're away", ("i", "can", "not", "they", "are", "away")),
        ("whats Anna's phone", ("what", "is", "anna", "phone")),
        ("ＯＫ œuvre", ("ok", "oeuvre")),
        ("", ()),
    ],
)
def test_words_are_folded_and_written_out(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_letters_of_other_scripts_stay() -> None:
    assert folded("Привет") == "привет"


def test_a_text_is_searched_by_stems_of_both_languages_without_what_everybody_says() -> None:
    assert set(terms("Quelles imprimantes pour mes tickets ?")) == set(stems("imprimantes")) | set(stems("tickets"))
    assert stems("imprimantes") == ("imprim", "imprimant")
    assert stems("r&d") == ("rd",)
    assert stems("x" * 200) == ("x" * 200,)


def test_sentences_end_with_their_punctuation() -> None:
    assert sentences("Un badge ? Passez à l'accueil.\nC'est gratuit") == ("Un badge ?", "Passez à l'accueil.", "C'est gratuit")
