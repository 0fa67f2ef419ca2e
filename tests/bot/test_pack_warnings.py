"""A pack that could be better is loaded all the same, and says where."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.packs import read_pack

PACKS = Path(__file__).parent / "packs"
FINANCE = "functions/finance.yaml"
TODAY = date(2026, 11, 22)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a copy of a pack without a mistake, to spoil."""
    return Path(shutil.copytree(PACKS / "small", tmp_path / "small"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (", envoyer mes tickets", "", "29: services[0].phrasings.fr: 4 phrasings in French; write at least 5, as people really ask"),
        (
            "[expense claim, get my hotel paid back, I paid a taxi myself, how much for lunch, where do receipts go]",
            "[expense claim]",
            "30: services[0].phrasings.en: 1 phrasing in English; write at least 5, as people really ask",
        ),
        ("{fr: Les repas, en: Meals}", "{fr: Les repas}", "20: services[0].included[0]: the text is missing in English; translate it; until then"),
        ("fr: Notes de frais, ", "", "16: services[0].title: the text is missing in French; translate it; until then the other language is shown"),
        ("2027-03-01", "2026-11-21", "27: services[0].review_by: the review was due on 21 Nov 2026; read it again, then move the dates of checked"),
        (
            "  - {name: Claire Morel, email: claire.morel@nord.example, role: {fr: Directrice, en: Director}, mandate: true}",
            "  []",
            "1: this function has no contact: there's nobody to answer what people hand to a human; add the people who answer for it under contacts",
        ),
        (
            "toujours rien sur mon compte",
            "mon hôtél ; rembourser !",
            '36: entries[0].phrasings.fr[0]: "mon hôtél ; rembourser !" is nearly the same as "rembourser mon hôtel" of fin_expenses (func',
        ),
        (
            "en: My reimbursement is late",
            "en: how much for lunchs",
            '33: entries[0].question.en: "how much for lunchs" is nearly the same as "how much for lunch" of fin_expenses (functions',
        ),
    ],
)
def test_a_warning_does_not_stop_a_pack(small: Path, old: str, new: str, expected: str) -> None:
    file = small / FINANCE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    reading = read_pack(small, today=TODAY)
    assert reading.mistakes == ()
    assert reading.catalogue is not None
    (said,) = reading.warnings
    assert str(said).startswith(f"{FINANCE}:{expected}")


def test_a_segment_without_a_language_is_a_warning(small: Path) -> None:
    file = small / "company.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("fr: Terrain, ", ""), encoding="utf-8")
    (said,) = read_pack(small).warnings
    assert str(said).startswith("company.yaml:7: segments.field: the text is missing in French; translate it")


def test_a_company_of_one_language_hears_nothing_of_the_other(small: Path) -> None:
    file = small / "company.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("[fr, en]", "[fr]").replace(", en: Sales", ""), encoding="utf-8")
    reading = read_pack(small, today=TODAY)
    assert (reading.mistakes, reading.warnings) == ((), ())


def test_a_review_is_late_only_for_who_knows_the_day() -> None:
    assert [warning.what for warning in read_pack(PACKS / "small", today=date(2027, 3, 2)).warnings] == ["the review was due on 1 Mar 2027"]
    assert read_pack(PACKS / "small").warnings == ()
