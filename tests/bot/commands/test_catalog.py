"""`pourqui catalog`: check, load, versions, rollback."""

import getpass
import os
import pwd
import shutil
from pathlib import Path

import pytest

from bot.packs import sample_folder
from storage import catalog, schema
from tests.bot.program import PACKS, Invoke, use

SMALL, BROKEN = PACKS / "small", PACKS / "broken"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack to change."""
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    return folder


def mend(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_a_pack_without_mistakes_is_counted(invoke: Invoke) -> None:
    checked = invoke("catalog", "check", SMALL)
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout == "Atelier Nord: 2 functions, 3 services and entries, 2 people; no mistake, 0 warnings.\n"


def test_every_mistake_is_told_with_its_line_and_how_to_fix_it(invoke: Invoke, alone: Path) -> None:
    checked = invoke("catalog", "check", BROKEN)
    assert checked.exit_code == 1
    expected = (PACKS / "broken.txt").read_text(encoding="utf-8").splitlines()
    assert checked.stdout.splitlines() == [f"{BROKEN}/{line}" for line in expected]
    assert checked.stderr == f"{len(expected)} mistakes to mend.\n"
    assert list(alone.iterdir()) == []


def test_one_mistake_is_told_in_the_singular_and_in_french(invoke: Invoke, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mend(pack / "functions" / "hr.yaml", "tarif: {kind: free}", "tarif: {kind: fre}")
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    checked = invoke("catalog", "check", pack)
    assert checked.exit_code == 1
    (line,) = checked.stdout.splitlines()
    assert line.startswith(f"{pack}/functions/hr.yaml:10: services[0].tarif")
    assert checked.stderr == "1 erreur à corriger.\n"


def test_what_is_worth_a_look_ends_well(invoke: Invoke, pack: Path) -> None:
    mend(
        pack / "functions" / "hr.yaml",
        "fr: [poser des vacances, solde de jours, absence la semaine prochaine, partir en août, récupérer un samedi]",
        "fr: [congés]",
    )
    mend(pack / "functions" / "finance.yaml", "review_by: 2027-03-01", "review_by: 2026-09-02")
    checked = invoke("catalog", "check", pack)
    assert (checked.exit_code, checked.stderr) == (0, "")
    first, *warnings, last = checked.stdout.splitlines()
    assert first == "Worth a look (the pack can be loaded all the same):"
    assert [line.split(": ")[:2] for line in warnings] == [
        [f"{pack}/functions/finance.yaml:27", "services[0].review_by"],
        [f"{pack}/functions/hr.yaml:12", "services[0].phrasings.fr"],
    ]
    assert last.endswith("no mistake, 2 warnings.")


def test_a_folder_that_is_not_there_is_a_mistake_like_another(invoke: Invoke, alone: Path) -> None:
    for folder in (alone / "nowhere", Path("nowhere")):
        checked = invoke("catalog", "check", folder)
        assert checked.exit_code == 1
        assert checked.stdout == f"{folder}:1: the folder is missing; name the folder that holds company.yaml\n"


def test_the_sample_company_has_no_mistake(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    checked = invoke("catalog", "check", sample_folder())
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "aucune erreur" in checked.stdout


def test_a_pack_is_loaded_once(invoke: Invoke) -> None:
    first = invoke("catalog", "load", SMALL)
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        "Version 1 is loaded, and answers from now on.",
        "  the company's settings changed",
        "  + functions: finance, hr",
        "  + services and entries: fin_expenses, fin_late, hr_leave",
    ]
    again = invoke("catalog", "load", SMALL)
    assert (again.exit_code, again.stdout) == (0, "Nothing changed: version 1 already says this.\n")


def test_a_pack_with_a_mistake_is_not_loaded_at_all(invoke: Invoke, pack: Path) -> None:
    assert invoke("catalog", "load", SMALL).exit_code == 0
    mend(pack / "functions" / "finance.yaml", "Notes de frais", "Frais de mission")
    mend(pack / "functions" / "hr.yaml", "slug: hr", "slug: rh")
    loaded = invoke("catalog", "load", pack)
    assert loaded.exit_code == 1
    assert f"{pack}/functions/hr.yaml:1: slug" in loaded.stdout
    assert loaded.stderr.endswith(" Nothing was loaded.\n")
    assert "Frais de mission" not in invoke("ask", "note de frais", "--as", "nobody", "--lang", "fr").stdout
    assert [line for line in invoke("catalog", "versions").stdout.splitlines() if line.startswith("│ 2")] == []


def test_a_mistake_makes_no_database(invoke: Invoke, alone: Path) -> None:
    assert invoke("catalog", "load", BROKEN).exit_code == 1
    assert list(alone.iterdir()) == []


def test_versions_tell_who_when_and_what_and_one_can_go_back(invoke: Invoke, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "carol")
    monkeypatch.setenv("COLUMNS", "120")
    assert invoke("catalog", "load", SMALL).exit_code == 0
    mend(pack / "functions" / "finance.yaml", "Notes de frais", "Frais de mission")
    (pack / "functions" / "hr.yaml").unlink()
    mend(pack / "functions" / "finance.yaml", "partners: [hr, ", "partners: [")
    changed = invoke("catalog", "load", pack).stdout.splitlines()
    assert changed[1:] == [
        "  ~ functions: finance",
        "  - functions: hr",
        "  ~ services and entries: fin_expenses",
        "  - services and entries: hr_leave",
    ]
    back = invoke("catalog", "rollback", "1")
    assert (back.exit_code, back.stdout) == (0, "Version 3 is loaded: it says again what version 1 said.\n")
    assert invoke("catalog", "rollback", "1").stdout == "Nothing changed: version 3 already says this.\n"
    listed = invoke("catalog", "versions")
    assert listed.exit_code == 0
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in listed.stdout.splitlines() if line.startswith("│")]
    numbered = [row for row in rows if row[0]]
    assert [row[0] for row in numbered] == ["3", "2", "1"]
    assert {row[2] for row in numbered} == {"carol"}
    assert all(row[1].endswith("UTC") for row in numbered)
    assert [row[3] for row in numbered] == ["back to version 1", "~ functions: finance", "the company's settings changed"]


def test_a_version_that_never_was_is_told_with_how_to_find_one(invoke: Invoke) -> None:
    assert invoke("catalog", "load", SMALL).exit_code == 0
    back = invoke("catalog", "rollback", "7")
    assert (back.exit_code, back.stdout) == (1, "")
    assert back.stderr == "there's no version 7 of the catalogue; `pourqui catalog versions` lists them\n"


def test_before_the_first_version_the_list_says_how_to_get_one(invoke: Invoke) -> None:
    assert invoke("catalog", "versions").stdout == "No catalogue is loaded yet: pourqui catalog load FOLDER\n"


def test_long_lists_of_changes_are_cut_with_their_number(invoke: Invoke) -> None:
    loaded = invoke("catalog", "load", sample_folder())
    (sheets,) = (line for line in loaded.stdout.splitlines() if "services and entries" in line)
    assert sheets.count(",") == 7
    assert " … (+" in sheets


def test_a_user_without_a_name_can_load_too(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(number: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)  # what containers do that run as a number of their own
    with pytest.raises((KeyError, OSError)):
        getpass.getuser()
    assert invoke("catalog", "load", SMALL).exit_code == 0
    assert f"uid {os.getuid()}" in invoke("catalog", "versions").stdout


def test_a_catalogue_is_loaded_into_a_database_elsewhere(
    invoke: Invoke, alone: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", empty_database_url)
    assert invoke("catalog", "load", SMALL).exit_code == 0
    assert schema.revision_of(empty_database_url) == schema.head()
    latest = use(empty_database_url, lambda database: database.read(catalog.latest))
    assert latest is not None
    assert (latest[0], [function.slug for function in latest[1].functions]) == (1, ["finance", "hr"])
    assert list(alone.iterdir()) == []
