"""A pack that people keep by hand changes only where the catalogue did: their comments, order, quotes and line breaks stay."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.pack_writer import Written, write_pack
from dialogs.catalog import Catalogue, Contact, Effort, Localized, Money, Phrasings, Promise, Service
from dialogs.edits import with_sheet, without_sheet
from tests.bot.pack_folders import BY_HAND, FINANCE, HAND_COMPANY, NEW, changed_lines, find, read


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
