"""One language of a text or a list changes, and what the other one says is kept."""

from hypothesis import given
from hypothesis import strategies as st

from dialogs.bilingual import lines, own, paired, with_list, with_own
from dialogs.catalog import Language, Localized

EVERYBODY = Localized(fr="Tous les salariés", en="All employees")
MANAGERS = Localized(fr="Les managers", en="Managers")
FRENCH = Localized(fr="Les stagiaires")
ENGLISH = Localized(en="Newcomers")

_TEXTS = st.text("abcé ", min_size=1).map(lambda text: " ".join(text.split())).filter(bool)
_LOCALIZED = st.builds(Localized, fr=_TEXTS | st.none(), en=_TEXTS | st.none()).filter(lambda text: bool(text.fr or text.en))


def test_what_a_text_says_in_its_own_language_only() -> None:
    assert own(FRENCH, "fr") == "Les stagiaires"
    assert own(FRENCH, "en") is None
    assert own(None, "fr") is None


def test_a_text_changes_in_one_language() -> None:
    assert with_own(EVERYBODY, "fr", "Tous") == Localized(fr="Tous", en="All employees")
    assert with_own(FRENCH, "en", "Interns") == Localized(fr="Les stagiaires", en="Interns")
    assert with_own(None, "en", "Interns") == Localized(en="Interns")
    assert with_own(FRENCH, "fr", None) is None


def test_what_was_in_a_list_keeps_its_translation_wherever_it_goes() -> None:
    assert with_list((EVERYBODY, MANAGERS), "fr", ["les managers", "Tous les salariés"]) == (Localized(fr="les managers", en="Managers"), EVERYBODY)


def test_what_is_new_in_a_list_has_no_translation_yet_and_what_went_stays_in_the_other_language() -> None:
    assert with_list((EVERYBODY, MANAGERS), "fr", ["Les managers", "Les stagiaires"]) == (MANAGERS, FRENCH, Localized(en="All employees"))
    assert with_list((EVERYBODY, FRENCH), "en", ["Newcomers"]) == (ENGLISH, Localized(fr="Tous les salariés"), FRENCH)


@given(st.lists(_LOCALIZED), st.lists(_TEXTS, unique=True), st.sampled_from(["fr", "en"]))
def test_a_list_says_what_was_said_and_loses_nothing_of_the_other_language(known: list[Localized], said: list[str], language: Language) -> None:
    other: Language = "en" if language == "fr" else "fr"
    after = with_list(known, language, said)
    assert [text for each in after if (text := own(each, language))] == said
    assert sorted(text for each in after if (text := own(each, other))) == sorted(text for each in known if (text := own(each, other)))


def test_a_list_is_written_line_by_line_with_a_mark_where_a_translation_is_missing() -> None:
    texts = (EVERYBODY, ENGLISH, FRENCH)
    assert lines(texts, "fr") == "Tous les salariés\n–\nLes stagiaires"
    assert lines(texts, "en") == "All employees\nNewcomers"
    assert lines((FRENCH,), "en") == ""


def test_empty_lines_and_blanks_say_nothing() -> None:
    assert paired("  Tous les salariés \n\n-\nLes stagiaires\n", "All employees\n\n\nNewcomers\n—") == (EVERYBODY, ENGLISH, FRENCH)
    assert paired("–", "") == ()


@given(st.lists(_LOCALIZED))
def test_what_was_written_down_is_read_back(known: list[Localized]) -> None:
    assert paired(lines(known, "fr"), lines(known, "en")) == tuple(known)
