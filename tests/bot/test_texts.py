"""Whatever is said is said in French and in English, with the same values in it."""

from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog, Message

from bot import po
from bot.po import Msgid, main, po_file, read_catalogue, said_in, said_in_sources, texts, translations, updated, write_catalogue
from dialogs.catalog import LANGUAGES, Language

UPDATE = "run `python -m bot.po`, translate what is empty in dialogs/locale/fr/messages.po, and commit both files"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def msgids(messages: Iterable[Message]) -> list[Msgid]:
    return [message.id if isinstance(message.id, str) else (message.id[0], message.id[1]) for message in messages if message.id]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    return "fr" if request.param == "fr" else "en"


@pytest.fixture
def committed(language: Language) -> Catalog:
    return read_catalogue(po_file(language))


def test_every_text_is_written_out_where_it_is_said() -> None:
    unreadable = [f"{said.file}:{said.line}" for said in said_in_sources() if said.msgid is None]
    assert unreadable == [], 'a text in a variable can\'t be found by the translators: write it as t("…")'


def test_the_catalogues_hold_what_is_said_and_nothing_else(committed: Catalog) -> None:
    said = {said.msgid for said in said_in_sources()}
    written = set(msgids(committed))
    assert (sorted(map(str, said - written)), sorted(map(str, written - said))) == ([], []), UPDATE
    assert list(committed.obsolete) == [], UPDATE


def test_every_text_is_translated(committed: Catalog) -> None:
    untranslated = [message.id for message in committed if message.id and (message.fuzzy or not all(translations(message)))]
    assert untranslated == [], UPDATE


def test_a_translation_shows_the_same_values(committed: Catalog) -> None:
    def differs(message: Message) -> bool:
        forms = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        wanted = [placeholders(form) for form in forms]
        return any(placeholders(form) not in wanted for form in translations(message) if form)

    assert [message.id for message in committed if differs(message)] == []


def test_a_translation_begins_and_ends_as_the_text_does(committed: Catalog) -> None:
    def edges(text: str) -> tuple[bool, bool]:
        return text != text.lstrip(), text != text.rstrip()

    def forms(message: Message) -> tuple[str, ...]:
        return (message.id,) if isinstance(message.id, str) else tuple(message.id)

    differing = [
        message.id
        for message in committed
        for msgid, translation in zip(forms(message), translations(message), strict=False)
        if translation and message.id and edges(msgid) != edges(translation)
    ]
    assert differing == []


def test_a_plural_has_two_forms_in_both_languages(committed: Catalog) -> None:
    assert committed.num_plurals == 2
    assert [message.id for message in committed if message.pluralizable and len(translations(message)) != 2] == []


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("fr", 0, "0 jour"),
        ("fr", 1, "1 jour"),
        ("fr", 1.5, "1,5 jour"),
        ("fr", 2, "2 jours"),
        ("en", 0, "0 days"),
        ("en", 1, "1 day"),
        ("en", 1.5, "1.5 days"),
        ("en", 2, "2 days"),
    ],
)
def test_each_language_counts_in_its_own_way(language: Language, number: float, expected: str) -> None:
    assert texts(language).duration(number, "days") == expected


def test_a_text_is_said_in_its_language() -> None:
    assert (texts("fr")("free"), texts("en")("free")) == ("gratuit", "free")
    assert texts("fr") is texts("fr")


SOURCE = """
def decide(self, t, context):
    t("one")
    Text(text=t("two {name}", name=short(t("three"))))
    context.t("four" if context else "five")
    t.many("{number} day", "{number} days", 3)
    self("six")
    self.many("a day", "days", number)
    t("a long "
      "text")
    t.duration("not a text", 2)
    quote("not a text either")
    t(variable)
    t.many(one, "many", 2)
"""


def test_the_sources_are_read_for_texts_wherever_they_stand() -> None:
    said = [said.msgid for said in sorted(said_in(SOURCE, "a.py"), key=lambda said: said.line)]
    assert [msgid for msgid in said if msgid is not None] == [
        "one",
        "two {name}",
        "three",
        "four",
        "five",
        ("{number} day", "{number} days"),
        "six",
        ("a day", "days"),
        "a long text",
    ]
    assert [(said.file, said.line) for said in said_in(SOURCE, "a.py") if said.msgid is None] == [("a.py", 13), ("a.py", 14)]


def test_an_update_keeps_translations_and_drops_what_is_no_longer_said(tmp_path: Path) -> None:
    before = Catalog(locale="fr")
    before.add("kept", "gardé")
    before.add(("{number} day", "{number} days"), ("{number} jour", "{number} jours"))
    before.add("gone", "parti")
    before.add("guessed", "deviné", flags=["fuzzy"])
    lent = Catalog(locale="fr")
    lent.add("lent", "prêté")
    said: list[Msgid] = ["guessed", "kept", "lent", "new", ("{number} day", "{number} days"), ("cat", "cats")]
    write_catalogue(tmp_path / "fr.po", updated("fr", said, [before, lent]))
    french = {str(message.id): translations(message) for message in read_catalogue(tmp_path / "fr.po") if message.id}
    assert french == {
        "guessed": ("",),
        "kept": ("gardé",),
        "lent": ("prêté",),
        "new": ("",),
        "('{number} day', '{number} days')": ("{number} jour", "{number} jours"),
        "('cat', 'cats')": ("", ""),
    }
    english = {str(message.id): translations(message) for message in updated("en", said, [])}
    assert (english["new"], english["('cat', 'cats')"]) == (("new",), ("cat", "cats"))


def test_the_update_command_writes_the_same_files_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lent = Catalog(locale="fr")
    lent.add("free", "offert")
    write_catalogue(tmp_path / "lent.po", lent)
    monkeypatch.setattr(po, "LOCALES", tmp_path / "locale")
    main([str(tmp_path / "lent.po")])
    first = {language: po_file(language).read_bytes() for language in LANGUAGES}
    main([])
    assert {language: po_file(language).read_bytes() for language in LANGUAGES} == first
    assert {message.id: message.string for message in read_catalogue(po_file("fr"))}["free"] == "offert"
    assert {message.id: message.string for message in read_catalogue(po_file("en"))}["free"] == "free"
    (french, english) = capsys.readouterr().out.splitlines()[:2]
    assert french.endswith("to translate")
    assert english.endswith(" 0 to translate")
