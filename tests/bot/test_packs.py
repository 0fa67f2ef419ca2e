"""A pack is read whole, or everything that's wrong with it is said at once, each mistake where an editor can jump to."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import yaml_source
from bot.mistakes import Mistake
from bot.packs import read_pack
from dialogs.catalog import Company, Contact, Effort, Entry, Function, Localized, Money, Phrasings, Promise

PACKS = Path(__file__).parent / "packs"
FINANCE = "functions/finance.yaml"
TODAY = date(2026, 11, 22)

Mistaken = Callable[[str, str, str], list[str]]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a copy of a pack without a mistake, to spoil."""
    return Path(shutil.copytree(PACKS / "small", tmp_path / "small"))


@pytest.fixture
def mistaken(small: Path) -> Mistaken:
    """Return what is said when one text of a file is replaced by another."""

    def said(name: str, old: str, new: str) -> list[str]:
        file = small / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) >= 1
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        reading = read_pack(small, today=TODAY)
        assert (reading.catalogue is None) == bool(reading.mistakes)
        return [str(mistake) for mistake in reading.mistakes]

    return said


def test_a_pack_without_mistakes_is_a_catalogue() -> None:
    reading = read_pack(PACKS / "small", today=TODAY)
    assert (reading.mistakes, reading.warnings) == ((), ())
    assert reading.catalogue is not None
    assert reading.catalogue.company == Company(
        name="Atelier Nord", segments={"sales": Localized(fr="Ventes", en="Sales"), "field": Localized(fr="Terrain", en="Field")}
    )
    finance, hr = reading.catalogue.functions
    assert (finance.slug, finance.also, finance.co_built_with) == ("finance", ("DAF", "compta"), ("sales",))
    assert finance.partners == ("hr", Localized(fr="Nos banques", en="Our banks"))
    assert finance.contacts == (
        Contact(name="Claire Morel", email="claire.morel@nord.example", role=Localized(fr="Directrice", en="Director"), mandate=True),
    )
    (expenses,) = finance.services
    assert expenses.promise == Promise(time=5, unit="working_days", of=Localized(fr="remboursement", en="reimbursement"))
    assert expenses.tarif == Money(kind="money", amount=12.5, currency="EUR", per=Localized(fr="par note", en="a claim"))
    assert (expenses.checked, expenses.review_by, expenses.new_since) == (date(2026, 9, 1), date(2027, 3, 1), None)
    assert expenses.audience == ("sales", "field")
    assert hr.services[0].audience == ("all",)
    assert [person.id for person in reading.people] == ["p1", "p2"]


def test_every_mistake_is_said_at_once() -> None:
    said = "\n".join(str(mistake) for mistake in read_pack(PACKS / "broken", today=TODAY).mistakes)
    assert said == (PACKS / "broken.txt").read_text(encoding="utf-8").strip()


def test_mistakes_are_said_in_french() -> None:
    (first, *_) = read_pack(PACKS / "broken", language="fr").mistakes
    assert str(first) == 'company.yaml:2: timezone: "Europe/Pariss" n’est pas un fuseau horaire; vouliez-vous dire Europe/Paris\N{NO-BREAK SPACE}?'


def test_people_are_optional(small: Path) -> None:
    (small / "people.csv").unlink()
    reading = read_pack(small)
    assert reading.catalogue is not None
    assert reading.people == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("slug: finance\n", "", "1: slug: this key is missing; add slug: …"),
        ("fr: Nos banques, en: Our banks", "de: Bank", "7: partners[1].de: this key isn't known; remove it, or use one of fr, en"),
        ("[hr,", "[5,", '7: partners[0]: 5 isn\'t a text; put it in quotes: "5"'),
        ("[hr,", "[Nos banques,", '7: partners[0]: "Nos banques" is no slug of this pack; write {fr: …, en: …} for somebody outside the pack'),
        ("[sales]\ncontacts", "[salse]\ncontacts", '11: co_built_with[0]: "salse" is no slug of this pack; did you mean sales?'),
        ("[DAF, compta]", "", "3: also: nothing is written here; write it, or remove the key"),
        ("[DAF, compta]", "DAF", '3: also: "DAF" isn\'t a list; write a list: […, …]'),
        ("[DAF, compta]", "[DAF, '  ']", "3: also[1]: the text is empty; write it, or remove the key"),
        ("mandate: true", "mandate: yes", '13: contacts[0].mandate: "yes" isn\'t true or false; write true or false, without quotes'),
        (
            "claire.morel@nord.example,",
            "claire at nord,",
            '13: contacts[0].email: "claire at nord" isn\'t an e-mail address; write it as ines.martin@example.com',
        ),
        (
            "owner: claire.morel@nord.example",
            "owner: claire@nord",
            '25: services[0].owner: "claire@nord" isn\'t an e-mail address; write it as ines.martin@example.com',
        ),
        ("[sales, field]\n", "[]\n", "18: services[0].audience: the audience is empty: nobody would see this sheet; write [all]"),
        (
            "[sales, field]\n",
            "[sales]\n    not_for: [all]\n",
            "19: services[0].not_for: a sheet that isn't for all is for nobody; name the segments that it isn't for",
        ),
        (
            "[sales, field]\n",
            "[sales]\n    not_for: [sales]\n",
            "19: services[0].not_for: sales is in the audience and in not_for; keep it in one of the two",
        ),
        (", unit: working_days", "", "21: services[0].promise.unit: this key is missing; add unit: minutes|hours|working_hours|days|working_days"),
        ("time: 5, ", "", "21: services[0].promise.time: this key is missing; add time: 5"),
        (
            "pilote.nord.example/frais",
            f"{'x' * 3_000}.example",
            "24: services[0].link: the link has 3016 characters, 3000 at most; use a shorter one",
        ),
        ("time: 5,", "time: 0,", "21: services[0].promise.time: a time must be above 0; write how long it takes"),
        ("time: 5,", "time: 99999999999,", "21: services[0].promise.time: this number is too large; check its digits"),
        ("time: 5,", "time: .inf,", '21: services[0].promise.time: ".inf" isn\'t a number; write a number without quotes, for instance 5'),
        ("time: 5,", "time: true,", "21: services[0].promise.time: true isn't a number; write a number without quotes, for instance 5"),
        (
            "promise: {time: 5, unit: working_days, of: {fr: remboursement, en: reimbursement}}",
            "promise: 5 jours",
            '21: services[0].promise: "5 jours" isn\'t a set of keys; write its keys: time, unit, of',
        ),
        (
            "kind: money, amount: 12.5, currency: EUR, per: {fr: par note, en: a claim}",
            "kind: gift",
            '22: services[0].tarif: "gift" isn\'t a kind of tarif; start with one of {kind: free}, {kind: money}, {kind: effort}',
        ),
        (
            "{kind: money, amount: 12.5, currency: EUR, per: {fr: par note, en: a claim}}",
            "free",
            '22: services[0].tarif: "free" isn\'t a kind of tarif; start with one of {kind: free}, {kind: money}, {kind: effort}',
        ),
        ("kind: money, ", "", "22: services[0].tarif: the kind is missing; start with one of {kind: free}, {kind: money}, {kind: effort}"),
        ("currency: EUR", "currency: eur", '22: services[0].tarif.currency: "eur" isn\'t a currency; did you mean EUR?'),
        ("currency: EUR, ", "", "22: services[0].tarif.currency: this key is missing; add currency: …"),
        ("https://pilote", "mailto:x@pilote", '24: services[0].link: "mailto:x@pilote.nord.example/frais" isn\'t a link; write it as https://…'),
        ("https://pilote.nord.example/frais", "https://[::1", '24: services[0].link: "https://[::1" isn\'t a link; write it as https://…'),
        (
            "2026-09-01",
            "01/09/2026",
            '26: services[0].checked: "01/09/2026" isn\'t a date; write the year, the month and the day, for instance 2026-09-01',
        ),
        ("2027-03-01", "2026-03-01", "27: services[0].review_by: the review is due before the sheet was checked; write a later day"),
        ("phrasings:\n      fr: [", "phrasing:\n      fr: [", "28: services[0].phrasing: this key isn't known; did you mean phrasings?"),
        ("note de frais, rembourser", "42, rembourser", '29: services[0].phrasings.fr[0]: 42 isn\'t a text; put it in quotes: "42"'),
        (
            "fin_late",
            "fin_expenses",
            '32: entries[0].id: "fin_expenses" is already at functions/finance.yaml:15; give each service and entry an id of its own',
        ),
        (
            "fin_late",
            "Retard!",
            '32: entries[0].id: "Retard!" isn\'t a slug; use the letters a to z, digits, _ and -, 64 at most: for instance retard',
        ),
        ("{fr: Mon remboursement tarde, en: My reimbursement is late}", "", "33: entries[0].question: nothing is written here; write it"),
        ("fr: Mon remboursement tarde", f"fr: {'x' * 151}", "33: entries[0].question.fr: the text has 151 characters, 150 at most; shorten it"),
        ("fr: Direction financière", f"fr: {'x' * 76}", "2: names.fr: the text has 76 characters, 75 at most; shorten it"),
    ],
)
def test_a_mistake_in_a_function_says_where_what_and_how(mistaken: Mistaken, old: str, new: str, expected: str) -> None:
    assert f"{FINANCE}:{expected}" in mistaken(FINANCE, old, new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "name: Atelier Nord",
            "nom: Atelier Nord",
            [
                "1: name: this key is missing; add name: …",
                "1: nom: this key isn't known; remove it, or use one of name, languages, timezone, country, segments",
            ],
        ),
        ("[fr, en]", "[fr, de]", ['2: languages[1]: "de" isn\'t one of the choices; use one of fr, en']),
        ("[fr, en]", "[]", ["2: languages: the company has no language; write [fr, en]"]),
        ("Europe/Paris", "Mars/Olympus", ['3: timezone: "Mars/Olympus" isn\'t a time zone; use a name such as Europe/Paris']),
        ("country: FR", "country: France", ['4: country: "France" isn\'t a country; use its two-letter code, for instance FR']),
        (
            "  field:",
            "  À pied:",
            ['7: segments.À pied: "À pied" isn\'t a slug; use the letters a to z, digits, _ and -, 64 at most: for instance a_pied'],
        ),
        ("sales: {fr: Ventes, en: Sales}", "sales: Ventes", ['6: segments.sales: "Ventes" isn\'t a text in two languages; write {fr: …, en: …}']),
    ],
)
def test_a_mistake_in_the_company_says_where_what_and_how(mistaken: Mistaken, old: str, new: str, expected: list[str]) -> None:
    assert [one for one in mistaken("company.yaml", old, new) if one.startswith("company.yaml")] == [f"company.yaml:{one}" for one in expected]


def test_a_list_of_segments_says_the_form_of_segments(small: Path) -> None:
    (small / "company.yaml").write_text("name: Nord\nsegments: [sales]\n", encoding="utf-8")
    (first, *_) = read_pack(small).mistakes
    assert str(first) == "company.yaml:2: segments: a list isn't a set of keys; write {slug: {fr: …, en: …}}"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "1: the file is empty; write its content; the sample company shows its form"),
        (b"# nothing yet\n", "1: the file is empty; write its content; the sample company shows its form"),
        (b"- slug: hr\n", "1: a list isn't a set of keys; write its keys: "),
        (b"slug: hr\nnames: {fr: \xe9}\n", "2: the file isn't in UTF-8; save it again with the encoding UTF-8"),
        (
            b"slug: hr\nnames: fr: RH\n",
            "2: this isn't YAML (mapping values are not allowed here); put quotes around a text that contains a colon and a space",
        ),
        (b"slug: hr\nalso:\n\t- RH\n", "3: this isn't YAML (found character '\\t' that cannot start any token); indent with spaces, not with tabs"),
        (
            b"slug: hr\nalso: [@rh]\n",
            "2: this isn't YAML (found character '@' that cannot start any token); put quotes around a text that starts with",
        ),
        (
            b"slug: hr\nalso: [RH\nnames: x",
            "3: this isn't YAML (expected ',' or ']', but got ':'); check the indentation, the quotes and the brackets",
        ),
        (b'slug: hr\nalso: ["RH]\n', "2: this isn't YAML (found unexpected end of stream); close the quotes or the brackets that open here"),
        (
            b"slug: hr\nalso: [RH\n",
            "2: this isn't YAML (expected ',' or ']', but got '<stream end>'); close the quotes or the brackets that open here",
        ),
        (b'slug: hr\nalso: ["\\UFFFFFFFF"]\n', "1: this isn't YAML ("),
        (b"slug: hr\x01\n", "1: a character that YAML doesn't allow; remove it"),
        (b'slug: "h\\0r"\n', "1: slug: a character that can't be shown; remove it"),
        (b'slug: "\\ud800"\n', "1: slug: a character that can't be shown; remove it"),
        (b"slug: hr\n---\nslug: it\n", "2: a second document starts here; keep one document a file: remove this ---"),
        (b"? [slug]\n: hr\n", "1: a key must be a word; put quotes around a text that starts with a bracket or a brace"),
        (b"slug: !!python/name:os.system hr\n", "1: slug: tags (!) aren't used in packs; remove the tag"),
        (b"slug: &hr hr\nalso: [*hr]\n", "1: slug: anchors and aliases (& and *) aren't used in packs; write the value out"),
        (b"slug: hr\n<<: *hr\n", "2: <<: anchors and aliases (& and *) aren't used in packs; write the value out"),
    ],
)
def test_a_file_that_is_no_pack_says_the_line_and_the_cure(small: Path, content: bytes, expected: str) -> None:
    (small / "functions" / "hr.yaml").write_bytes(content)
    (said, *_) = [str(mistake) for mistake in read_pack(small).mistakes if mistake.file == "functions/hr.yaml"]
    assert said.startswith(f"functions/hr.yaml:{expected}")


def test_a_file_that_may_not_be_read_says_why(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert str(read_pack(small).mistakes[0]) == "company.yaml:1: the file can't be read (Permission denied); check who may read it"


def test_a_byte_order_mark_and_windows_lines_are_read(small: Path) -> None:
    file = small / FINANCE
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_pack(small).catalogue == read_pack(PACKS / "small").catalogue


def test_a_deep_file_is_refused(small: Path) -> None:
    (small / FINANCE).write_text("slug: " + "[" * 100_000, encoding="utf-8")
    assert "values are nested more than 16 deep" in str(read_pack(small).mistakes[0])


def test_a_file_over_5_mb_is_refused(small: Path) -> None:
    (small / FINANCE).write_bytes(b"# " + b"x" * 5_000_000)
    assert str(read_pack(small).mistakes[0]) == f"{FINANCE}:1: the file is larger than 5 MB; split it, or look for what got in by accident"


def test_a_file_of_countless_values_is_refused(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_source, "_VALUES_LIMIT", 500)
    (small / FINANCE).write_text("slug: finance\nalso: [" + "1," * 600 + "]\n", encoding="utf-8")
    assert "the file holds more than 500 values" in str(read_pack(small).mistakes[0])


def test_a_thousand_mistakes_of_a_file_are_enough(small: Path) -> None:
    (small / FINANCE).write_text("slug: finance\nalso: [" + "1," * 5_000 + "]\n", encoding="utf-8")
    assert len(read_pack(small).mistakes) == 1_000


def test_what_stands_under_a_key_given_twice_is_passed_over(mistaken: Mistaken) -> None:
    said = mistaken(FINANCE, "clients:", "names: {fr: [1], fr: {x: 1}}\nclients:")
    assert said == [f"{FINANCE}:5: names: this key is already on line 2; keep one of the two"]


def test_missing_folders_and_files_are_named(tmp_path: Path) -> None:
    def said(folder: Path) -> list[str]:
        return [str(mistake) for mistake in read_pack(folder).mistakes]

    nowhere, file = tmp_path / "nowhere", tmp_path / "file"
    assert said(nowhere) == [f"{nowhere}:1: the folder is missing; name the folder that holds company.yaml"]
    file.touch()
    assert said(file) == [f"{file}:1: this isn't a folder; name the folder that holds company.yaml"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert said(empty) == [
        "company.yaml:1: the file is missing; create it; the sample company shows its form",
        "functions:1: the folder is missing; create it, with one file for each function",
    ]
    (empty / "functions").mkdir()
    (empty / "company.yaml").mkdir()
    assert said(empty) == [
        "company.yaml:1: this isn't a file; put a file of that name here",
        "functions:1: there's no function; write a file for each function, such as finance.yaml",
    ]


def test_a_file_with_another_ending_is_not_forgotten(small: Path) -> None:
    (small / "functions" / "hr.yaml").rename(small / "functions" / "hr.yml")
    assert [str(mistake) for mistake in read_pack(small).mistakes] == [
        f'{FINANCE}:7: partners[0]: "hr" is no slug of this pack; write {{fr: …, en: …}} for somebody outside the pack',
        "functions/hr.yml:1: this file isn't read; rename it to hr.yaml",
    ]


def test_a_slug_told_twice_names_both_places(small: Path) -> None:
    hr = small / "functions" / "hr.yaml"
    hr.write_text(hr.read_text(encoding="utf-8").replace("slug: hr", "slug: finance"), encoding="utf-8")
    assert [str(mistake) for mistake in read_pack(small).mistakes] == [
        "functions/hr.yaml:1: slug: the slug \"finance\" isn't the file's name; rename the file to finance.yaml, or write the slug hr",
        'functions/hr.yaml:1: slug: "finance" is already at functions/finance.yaml:1; give each function a slug of its own',
    ]


def test_no_audience_is_called_wrong_while_the_company_cannot_be_read(small: Path) -> None:
    (small / "company.yaml").write_text("segments: [", encoding="utf-8")
    assert [mistake.file for mistake in read_pack(small).mistakes] == ["company.yaml"]


def test_the_tarif_in_effort_and_the_phrasings_are_values(small: Path) -> None:
    file = small / "functions" / "hr.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("{kind: free}", "{kind: effort, time: 2, unit: hours}"), encoding="utf-8")
    catalogue = read_pack(small).catalogue
    assert catalogue is not None
    hr = catalogue.function("hr")
    assert isinstance(hr, Function)
    assert hr.services[0].tarif == Effort(kind="effort", time=2, unit="hours")
    assert isinstance(hr.services[0].phrasings, Phrasings)
    assert not any(isinstance(sheet, Entry) for sheet in hr.sheets)


def test_a_mistake_is_one_line_that_an_editor_links() -> None:
    mistake = Mistake(file="a.yaml", line=3, path="x[0]", what="wrong", fix="mend it")
    assert str(mistake) == "a.yaml:3: x[0]: wrong; mend it"
    assert str(replace(mistake, path="")) == "a.yaml:3: wrong; mend it"
