"""A catalogue is written as a pack that reads back the same; a pack that people keep by hand changes only where the catalogue did."""

import difflib
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pack_writer import NotAPackError, Written, write_pack
from bot.packs import read_pack, sample_folder
from dialogs.catalog import Catalogue, Company, Contact, Effort, Entry, Free, Function, Localized, Money, Phrasings, Promise, Service, Sheet
from dialogs.edits import with_phrasing, with_sheet, without_sheet
from dialogs.written import UNSHOWABLE
from tests.examples import examples

PACKS = Path(__file__).parent / "packs"
FINANCE = "functions/finance.yaml"
NEW = Entry(id="fin_vat", question=Localized(fr="Quelle TVA ?", en="Which VAT?"), reply=Localized(en="20% mostly."), checked=date(2026, 11, 20))


def read(folder: Path) -> Catalogue:
    reading = read_pack(folder)
    assert reading.mistakes == ()
    assert reading.catalogue is not None
    return reading.catalogue


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def find(catalogue: Catalogue, id_: str) -> Sheet:
    found = catalogue.sheet(id_)
    assert found is not None
    return found[1]


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a copy of a pack, to write into."""
    return Path(shutil.copytree(PACKS / "small", tmp_path / "small"))


@pytest.fixture
def solane(tmp_path: Path) -> Path:
    """Return a copy of the sample company's pack."""
    return Path(shutil.copytree(sample_folder(), tmp_path / "solane"))


@pytest.mark.parametrize("pack", [PACKS / "small", sample_folder()])
def test_a_pack_written_anew_reads_back_the_same(pack: Path, tmp_path: Path) -> None:
    catalogue = read(pack)
    written = write_pack(catalogue, tmp_path / "new")
    assert read(tmp_path / "new") == catalogue
    assert set(written.added) == {"company.yaml", *(f"functions/{function.slug}.yaml" for function in catalogue.functions)}


def test_what_is_written_anew_looks_as_people_write_it(tmp_path: Path) -> None:
    entry = replace(NEW, phrasings=Phrasings(en=("vat", "value: added", "a long way to ask for it, " * 3, "no")), audience=("sales",))
    service = Service(
        id="fin_x",
        title=Localized(en="X"),
        body=Localized(fr="Corps\n« é »", en="Body\u2028\x85"),
        tarif=Free(kind="free"),
        link="https://x.example/a:b",
    )
    function = Function(
        slug="finance",
        names=Localized(fr="Finances", en="Finance"),
        also=("DAF", "off"),
        partners=("finance", Localized(en="Banks")),
        services=(replace(service, promise=Promise(time=1.5, unit="hours")),),
        entries=(entry,),
        contacts=(Contact(name="Ada Noir", email="a@x.example", mandate=True),),
    )
    catalogue = Catalogue(company=Company(name="Nord", segments={"sales": Localized(fr="Ventes", en="Sales")}), functions=(function,))
    write_pack(catalogue, tmp_path)
    assert read(tmp_path) == catalogue
    assert (tmp_path / "company.yaml").read_text(encoding="utf-8") == "name: Nord\nsegments: {sales: {fr: Ventes, en: Sales}}\n"
    assert (tmp_path / FINANCE).read_text(encoding="utf-8").splitlines() == [
        "slug: finance",
        "names: {fr: Finances, en: Finance}",
        'also: [DAF, "off"]',
        "partners: [finance, {en: Banks}]",
        'contacts: [{name: "Ada Noir", email: a@x.example, mandate: true}]',
        "services:",
        "  - id: fin_x",
        "    title: {en: X}",
        '    body: {fr: "Corps\\n« é »", en: "Body\\u2028\\u0085"}',
        "    promise: {time: 1.5, unit: hours}",
        "    tarif: {kind: free}",
        "    link: https://x.example/a:b",
        "entries:",
        "  - id: fin_vat",
        '    question: {fr: "Quelle TVA ?", en: "Which VAT?"}',
        '    reply: {en: "20% mostly."}',
        "    phrasings:",
        "      en:",
        "        - vat",
        '        - "value: added"',
        f'        - "{"a long way to ask for it, " * 3}"',
        '        - "no"',
        "    audience: [sales]",
        "    checked: 2026-11-20",
    ]


@pytest.mark.parametrize("pack", [PACKS / "small", sample_folder()])
def test_what_did_not_change_is_not_touched(pack: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(pack, tmp_path / "pack"))
    assert write_pack(read(folder), folder) == Written()
    assert bytes_of(folder) == bytes_of(pack)


def test_a_correction_changes_its_own_lines_only(solane: Path) -> None:
    before, text = read(solane), (solane / FINANCE).read_text(encoding="utf-8")
    expenses = find(before, "fin_expenses")
    assert isinstance(expenses, Service)
    corrected = replace(
        expenses,
        title=replace(expenses.title, en="Expense claims and cash"),
        checked=date(2026, 11, 20),
        phrasings=replace(expenses.phrasings, en=(*expenses.phrasings.en, "cash for a taxi")),
    )
    after = with_sheet(before, "finance", corrected)
    assert write_pack(after, solane) == Written(changed=(FINANCE,))
    assert read(solane) == after
    assert changed_lines(text, (solane / FINANCE).read_text(encoding="utf-8")) == [
        '-    title: {fr: "Notes de frais", en: "Expense claims"}',
        '+    title: {fr: "Notes de frais", en: "Expense claims and cash"}',
        "-    checked: 2026-10-05",
        "+    checked: 2026-11-20",
        '+        - "cash for a taxi"',
    ]


def test_a_new_answer_comes_last_and_a_removed_one_takes_its_lines_only(solane: Path) -> None:
    before, text = read(solane), (solane / FINANCE).read_text(encoding="utf-8")
    function = before.function("finance")
    assert function is not None
    first = function.entries[0]
    after = without_sheet(with_sheet(before, "finance", NEW), first.id)
    write_pack(after, solane)
    assert read(solane) == after
    lines = changed_lines(text, (solane / FINANCE).read_text(encoding="utf-8"))
    removed, added = [line for line in lines if line.startswith("-")], [line for line in lines if line.startswith("+")]
    assert removed[0] == f"-  - id: {first.id}"
    assert added == [
        "+  - id: fin_vat",
        '+    question: {fr: "Quelle TVA ?", en: "Which VAT?"}',
        '+    reply: {en: "20% mostly."}',
        "+    checked: 2026-11-20",
    ]


BY_HAND = """\
# Finance, kept by Claire
slug: finance
names: {fr: "Finances", en: 'Finance'}   # both short
also: [DAF,
       compta]
contacts:
- {name: Claire Morel, email: claire.morel@nord.example, mandate: false}
services:

  # The one that everybody asks for
  - link: https://nord.example
    id: fin_expenses
    title:
      fr: Notes de frais
      en: 'Expense''s claims'
    body:
      fr: |
        Photographiez le ticket.

        Puis attendez.

      en: >-
        Take a photo,
        then wait.
    audience: [all]
    tarif: {kind: money, amount: 12.50, currency: EUR}   # since 2024

  # Only in winter
  - id: fin_heating
    title: {en: Heating}
    body: {en: Ask.}
    phrasings:
      en:
        - heat
        # said on the phone
        - it is cold
entries:
  - id: fin_vat
    question: {en: VAT?}
    reply: {en: Yes.}
    phrasings:
     en:
      - vat
proof: []
"""
HAND_COMPANY = "name: Nord\nsegments: {sales: {fr: Ventes, en: Sales}}\n"


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """Return a pack that somebody writes with care and comments."""
    (tmp_path / "functions").mkdir()
    (tmp_path / "company.yaml").write_text(HAND_COMPANY, encoding="utf-8")
    (tmp_path / FINANCE).write_text(BY_HAND, encoding="utf-8")
    return tmp_path


def _service(catalogue: Catalogue, id_: str) -> Service:
    service = find(catalogue, id_)
    assert isinstance(service, Service)
    return service


def _expenses(**changes: object) -> Callable[[Catalogue], Catalogue]:
    return lambda catalogue: with_sheet(catalogue, "finance", replace(_service(catalogue, "fin_expenses"), **changes))  # type: ignore[arg-type]


def _heating(**changes: object) -> Callable[[Catalogue], Catalogue]:
    return lambda catalogue: with_sheet(catalogue, "finance", replace(_service(catalogue, "fin_heating"), **changes))  # type: ignore[arg-type]


def _entry(**changes: object) -> Callable[[Catalogue], Catalogue]:
    return lambda catalogue: with_sheet(catalogue, "finance", replace(find(catalogue, "fin_vat"), **changes))  # type: ignore[arg-type]


def _finance(**changes: object) -> Callable[[Catalogue], Catalogue]:
    return lambda catalogue: replace(catalogue, functions=(replace(catalogue.functions[0], **changes),))  # type: ignore[arg-type]


EXPENSES_FR = "Photographiez le ticket.\n\nPuis attendez.\n"
EDITS: list[tuple[str, Callable[[Catalogue], Catalogue], list[str]]] = [
    (
        "a plain text",
        _expenses(title=Localized(fr="Frais de mission", en="Expense's claims")),
        ["-      fr: Notes de frais", "+      fr: Frais de mission"],
    ),
    (
        "a text in single quotes",
        _expenses(title=Localized(fr="Notes de frais", en="It's claims")),
        ["-      en: 'Expense''s claims'", "+      en: 'It''s claims'"],
    ),
    (
        "a plain text that needs quotes now",
        _expenses(title=Localized(fr="Frais : tous", en="Expense's claims")),
        ["-      fr: Notes de frais", '+      fr: "Frais : tous"'],
    ),
    (
        "a block of text",
        _expenses(body=Localized(fr="Photographiez le ticket.\n\nPuis patientez.\n", en="Take a photo, then wait.")),
        ["-        Puis attendez.", "+        Puis patientez."],
    ),
    (
        "a block of text without its last line break",
        _expenses(body=Localized(fr="Court.", en="Take a photo, then wait.")),
        ["-      fr: |", "-        Photographiez le ticket.", "-", "-        Puis attendez.", "+      fr: |-", "+        Court."],
    ),
    (
        "a block that can't hold it",
        _expenses(body=Localized(fr=" Avec un blanc.", en="Take a photo, then wait.")),
        ["-      fr: |", "-        Photographiez le ticket.", "-", "-        Puis attendez.", '+      fr: " Avec un blanc."'],
    ),
    (
        "the last key of a mapping goes, with its comment",
        _expenses(tarif=None),
        ["-    tarif: {kind: money, amount: 12.50, currency: EUR}   # since 2024"],
    ),
    (
        "a default that was written out",
        _expenses(audience=("sales",)),
        ["-    audience: [all]", "+    audience: [sales]"],
    ),
    (
        "a key behind its dash",
        _expenses(link=None),
        ["-  - link: https://nord.example", "-    id: fin_expenses", "+  - id: fin_expenses"],
    ),
    (
        "texts of one language, and a key behind its dash",
        _expenses(link=None, title=Localized(en="Claims")),
        [
            "-  - link: https://nord.example",
            "-    id: fin_expenses",
            "+  - id: fin_expenses",
            "-      fr: Notes de frais",
            "-      en: 'Expense''s claims'",
            "+      en: 'Claims'",
        ],
    ),
    (
        "a new key, in its place",
        _expenses(promise=Promise(time=2, unit="days"), owner="claire.morel@nord.example"),
        ["+    promise: {time: 2, unit: days}", "+    owner: claire.morel@nord.example"],
    ),
    (
        "a key of a mapping on one line",
        _expenses(tarif=Money(kind="money", amount=12.5, currency="EUR", per=Localized(fr="nuit"))),
        [
            "-    tarif: {kind: money, amount: 12.50, currency: EUR}   # since 2024",
            "+    tarif: {kind: money, amount: 12.50, currency: EUR, per: {fr: nuit}}   # since 2024",
        ],
    ),
    (
        "another kind of value",
        _expenses(tarif=Effort(kind="effort", time=3, unit="minutes")),
        [
            "-    tarif: {kind: money, amount: 12.50, currency: EUR}   # since 2024",
            "+    tarif: {kind: effort, time: 3, unit: minutes}   # since 2024",
        ],
    ),
    (
        "a list on several lines",
        _finance(also=("DAF", "argent", "compta")),
        ["-also: [DAF,", "-       compta]", "+also: [DAF, argent, compta]"],
    ),
    (
        "one word of a list",
        _finance(also=("DAF", "argent")),
        ["-       compta]", "+       argent]"],
    ),
    (
        "a phrasing more, and one less",
        _heating(phrasings=Phrasings(en=("it is cold", "brrr"))),
        ["-        - heat", "+        - brrr"],
    ),
    (
        "a phrasing more, and a key behind the list",
        _entry(phrasings=Phrasings(en=("vat", "taxes")), checked=date(2026, 11, 20)),
        ["+      - taxes", "+    checked: 2026-11-20"],
    ),
    (
        "all phrasings go",
        _heating(phrasings=Phrasings()),
        ["-    phrasings:", "-      en:", "-        - heat", "-        # said on the phone", "-        - it is cold"],
    ),
    (
        "a service goes, its comment with it",
        lambda catalogue: without_sheet(catalogue, "fin_heating"),
        [
            "-",
            "-  # Only in winter",
            "-  - id: fin_heating",
            "-    title: {en: Heating}",
            "-    body: {en: Ask.}",
            "-    phrasings:",
            "-      en:",
            "-        - heat",
            "-        # said on the phone",
            "-        - it is cold",
        ],
    ),
    (
        "a first proof",
        _finance(proof=(Localized(en="It works"),)),
        ["-proof: []", '+proof: [{en: "It works"}]'],
    ),
    (
        "a service more, as far from the last as the others are from each other",
        lambda catalogue: with_sheet(catalogue, "finance", Service(id="fin_x", title=Localized(en="X"), body=Localized(en="Y"))),
        ["+", "+  - id: fin_x", "+    title: {en: X}", '+    body: {en: "Y"}'],
    ),
    (
        "a contact's mandate",
        _finance(contacts=(Contact(name="Claire Morel", email="claire.morel@nord.example", mandate=True),)),
        [
            "-- {name: Claire Morel, email: claire.morel@nord.example, mandate: false}",
            "+- {name: Claire Morel, email: claire.morel@nord.example, mandate: true}",
        ],
    ),
    (
        "another language",
        _entry(phrasings=Phrasings(fr=("tva",))),
        ["-     en:", "-      - vat", "+     fr: [tva]"],
    ),
    (
        "a new key before all others",
        _entry(phrasings=Phrasings(fr=("tva",), en=("vat",))),
        ["+     fr: [tva]"],
    ),
    ("a purpose", _finance(purpose=Localized(en="To pay")), ['+purpose: {en: "To pay"}']),
    (
        "one name",
        _finance(names=Localized(fr="Finances")),
        ["-names: {fr: \"Finances\", en: 'Finance'}   # both short", '+names: {fr: "Finances"}   # both short'],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), [pytest.param(edit, lines, id=name) for name, edit, lines in EDITS])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_what_changed_changes(by_hand: Path, edit: Callable[[Catalogue], Catalogue], expected: list[str], newline: str) -> None:
    file = by_hand / FINANCE
    file.write_bytes(("\ufeff" + BY_HAND).replace("\n", newline).encode())
    after = edit(read(by_hand))
    assert write_pack(after, by_hand) == Written(changed=(FINANCE,))
    assert read(by_hand) == after
    text = file.read_bytes().decode()
    assert text.startswith("\ufeff# Finance")
    assert text.count("\n") == text.count(newline)
    assert changed_lines("\ufeff" + BY_HAND, text.replace("\r\n", "\n")) == expected


def test_services_in_another_order_take_their_comments_along(by_hand: Path) -> None:
    before = read(by_hand)
    first, second = before.functions[0].services
    after = replace(before, functions=(replace(before.functions[0], services=(second, first)),))
    assert write_pack(after, by_hand) == Written(changed=(FINANCE,))
    assert read(by_hand) == after
    text = (by_hand / FINANCE).read_text(encoding="utf-8")
    assert sorted(text.splitlines()) == sorted(BY_HAND.splitlines())
    assert "  # Only in winter\n  - id: fin_heating\n" in text


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ("slug: finance\nnames: {en: Finance}\npurpose:\n", {"purpose": Localized(en="To pay")}),
        ("slug: finance\npurpose:   # to come\nnames: {en: Finance}\n", {"purpose": Localized(en="To pay")}),
        ("names: {en: Finance}\nslug: finance", {"also": ("DAF",)}),
        ("{slug: finance, names: {en: Finance}, also: [DAF]}\n", {"also": (), "purpose": Localized(en="To pay")}),
        ("slug: finance\nnames: {en: Finance}\nproof:\n  -\n    en: One\n  - {en: Two}\n", {"proof": (Localized(en="Two"), Localized(en="Three"))}),
        ("slug: finance\nnames: {en: Finance}\nproof:\n  - en: One\n  - en: Two\n", {"proof": (Localized(fr="Un"), Localized(en="Two"))}),
        ("slug: finance\nnames: {en: Finance}\nproof:\n  - en: |+\n      One\n\n", {"proof": (Localized(en="One\n\n", fr="Un"),)}),
        (
            "slug: finance\nnames: {en: F}\nservices:\n- link: https://x.example\n  ask: {en: Ask}\n  id: fin_x\n  title: {en: X}\n  body: {en: X}",
            {"services": (Service(id="fin_x", title=Localized(en="X"), body=Localized(en="X"), new_since=date(2026, 1, 1)),)},
        ),
        ("slug: finance\nnames: {en: Finance}\nentries: []\n", {"entries": (NEW,)}),
        ("slug: finance\nnames:\n    en: Finance\n", {"names": Localized(fr="Finances", en="Finance")}),
        ("slug: finance\nnames: {en: Finance}\npartners: [finance]\n", {"partners": (Localized(en="Banks"),)}),
        ("slug: finance\nnames: {en: Finance}\nalso:\n  - DAF\n  - cash", {"also": ("cash", "DAF")}),
        ("slug: finance\nnames: {en: Finance}\nalso: [DAF, DAF]\n", {"also": ("DAF",)}),
    ],
)  # fmt: skip
def test_whatever_the_form_it_reads_back(by_hand: Path, before: str, change: dict[str, object]) -> None:
    (by_hand / FINANCE).write_text(before, encoding="utf-8")
    catalogue = read(by_hand)
    after = _finance(**change)(catalogue)
    assert after != catalogue
    write_pack(after, by_hand)
    assert read(by_hand) == after


def test_a_form_that_cannot_be_edited_in_place_is_written_anew_and_said(by_hand: Path) -> None:
    (by_hand / FINANCE).write_text("slug: finance\nnames: {en: Finance}\nproof:\n  - # the first\n    en: One\n  - en: Two\n", encoding="utf-8")
    after = _finance(proof=(Localized(en="Two"),))(read(by_hand))
    assert write_pack(after, by_hand) == Written(restyled=(FINANCE,))
    assert read(by_hand) == after


def test_the_company_and_its_functions_come_and_go(small: Path) -> None:
    before = read(small)
    finance, hr = before.functions
    company = replace(before.company, segments={**before.company.segments, "night": Localized(en="Night shift")})
    legal = replace(hr, slug="legal", names=Localized(en="Legal"), also=(), services=(), entries=())
    after = Catalogue(company=company, functions=(replace(finance, partners=()), legal))
    people = (small / "people.csv").read_bytes()
    assert write_pack(after, small) == Written(added=("functions/legal.yaml",), changed=("company.yaml", FINANCE), removed=("functions/hr.yaml",))
    assert read(small) == after
    assert (small / "people.csv").read_bytes() == people


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(NotAPackError):
        write_pack(read(PACKS / "small"), tmp_path)
    assert bytes_of(tmp_path) == {"thesis.txt": b"years of work"}


def test_a_pack_with_mistakes_is_left_alone_and_they_are_said(small: Path) -> None:
    catalogue = read(small)
    file = small / FINANCE
    file.write_text(file.read_text(encoding="utf-8").replace("slug: finance", "slug: money"), encoding="utf-8")
    before = bytes_of(small)
    with pytest.raises(NotAPackError) as refused:
        write_pack(catalogue, small, language="fr")
    assert [mistake.file for mistake in refused.value.mistakes] == [FINANCE]
    assert bytes_of(small) == before


_TEXT = st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip()) and not UNSHOWABLE.search(text))
_LOCALIZED = st.builds(Localized, fr=_TEXT, en=_TEXT) | st.builds(Localized, en=_TEXT)
_PHRASINGS = st.builds(Phrasings, fr=st.lists(_TEXT, max_size=3).map(tuple), en=st.lists(_TEXT, max_size=3).map(tuple))
_ID = st.sampled_from(["fin_expenses", "fin_late", "fin_new", "fin_newer"])


@st.composite
def edits(draw: st.DrawFn, catalogue: Catalogue) -> Catalogue:
    """A catalogue after a few edits."""
    for _ in range(draw(st.integers(1, 4))):
        function = catalogue.functions[0]
        sheets = list(function.sheets)
        match draw(st.sampled_from(["text", "phrasing", "add", "remove", "order", "profile", "options"])):
            case "text" if sheets:
                sheet = draw(st.sampled_from(sheets))
                title, body = draw(_LOCALIZED), draw(_LOCALIZED)
                changed = (
                    replace(sheet, question=title, reply=body, phrasings=draw(_PHRASINGS))
                    if isinstance(sheet, Entry)
                    else replace(sheet, title=title, body=body, phrasings=draw(_PHRASINGS))
                )
                catalogue = with_sheet(catalogue, function.slug, changed)
            case "phrasing" if sheets:
                catalogue = with_phrasing(catalogue, draw(st.sampled_from(sheets)).id, draw(st.sampled_from(["fr", "en"])), draw(_TEXT))
            case "add":
                known = {sheet.id for sheet in sheets}
                new = f"fin_new_{len(known)}"
                if new not in known:
                    catalogue = with_sheet(catalogue, function.slug, Entry(id=new, question=draw(_LOCALIZED), reply=draw(_LOCALIZED)))
            case "remove" if sheets:
                catalogue = without_sheet(catalogue, draw(st.sampled_from(sheets)).id)
            case "order":
                shuffled = replace(
                    function, services=tuple(draw(st.permutations(function.services))), also=tuple(draw(st.permutations(function.also)))
                )
                catalogue = replace(catalogue, functions=(shuffled, *catalogue.functions[1:]))
            case "profile":
                proof = draw(st.lists(_LOCALIZED, max_size=3).map(tuple))
                drafted = replace(function, purpose=draw(st.none() | _LOCALIZED), posture=draw(st.none() | _LOCALIZED), proof=proof)
                catalogue = replace(catalogue, functions=(drafted, *catalogue.functions[1:]))
            case "options" if function.services:
                service = draw(st.sampled_from(function.services))
                options = replace(
                    service,
                    promise=draw(st.none() | st.builds(Promise, time=st.sampled_from([1.0, 2.5]), unit=st.just("days"), of=st.none() | _LOCALIZED)),
                    tarif=draw(
                        st.none() | st.just(Free(kind="free")) | st.builds(Effort, kind=st.just("effort"), time=st.just(3.0), unit=st.just("hours"))
                    ),
                    included=draw(st.lists(_LOCALIZED, max_size=2).map(tuple)),
                    audience=draw(st.sampled_from([("all",), ("sales",), ("field", "sales")])),
                    link=draw(st.none() | st.just("https://nord.example/?a=1#b")),
                    ask=draw(st.none() | _LOCALIZED),
                )
                catalogue = with_sheet(catalogue, function.slug, options)
            case _:
                pass
    return catalogue


@settings(max_examples=examples(25), deadline=None)
@given(drawn=st.data())
def test_any_edit_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, drawn: st.DataObject) -> None:
    pack = drawn.draw(st.sampled_from(["small", "by hand"]))
    folder = tmp_path_factory.mktemp("pack") / "pack"
    if pack == "small":
        shutil.copytree(PACKS / "small", folder)
    else:
        (folder / "functions").mkdir(parents=True)
        (folder / "company.yaml").write_text(HAND_COMPANY.replace("}}", "}, field: {en: Field}}"), encoding="utf-8")
        (folder / FINANCE).write_text(BY_HAND, encoding="utf-8")
    after = drawn.draw(edits(read(folder)))
    written = write_pack(after, folder)
    assert written.restyled == (), "what people wrote by hand stays"
    reading = read_pack(folder)
    assert reading.catalogue == after, reading.mistakes
