"""A catalogue is written as a pack that reads back the same, and what isn't a pack is left alone."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.pack_writer import NotAPackError, Written, write_pack
from bot.packs import sample_folder
from dialogs.catalog import Catalogue, Company, Contact, Free, Function, Localized, Phrasings, Promise, Service
from dialogs.edits import with_sheet, without_sheet
from tests.bot.pack_folders import FINANCE, NEW, PACKS, bytes_of, changed_lines, find, read


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
