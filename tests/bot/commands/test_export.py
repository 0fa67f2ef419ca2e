"""`pourqui catalog export`: what answers, as a pack."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.packs import read_pack
from dialogs.catalog import Localized, Service
from dialogs.edits import with_sheet
from storage.database import Database
from tests.bot.program import PACKS, Invoke, use
from tests.loading import load_catalogue

SMALL = PACKS / "small"


def test_what_is_exported_reads_back_the_same(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("catalog", "load", SMALL).exit_code == 0
    exported = invoke("catalog", "export", tmp_path / "new")
    assert (exported.exit_code, exported.stderr) == (0, "")
    assert exported.stdout.splitlines() == ["Version 1 is written.", "  + company.yaml", "  + functions/finance.yaml", "  + functions/hr.yaml"]
    assert read_pack(tmp_path / "new").catalogue == read_pack(SMALL).catalogue
    assert not (tmp_path / "new" / "people.csv").exists()
    assert "export_content" in invoke("audit", "list", "--csv").stdout


def test_a_pack_gets_back_what_was_corrected_in_chat(
    invoke: Invoke, alone: Path, tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", empty_database_url)
    pack = Path(shutil.copytree(SMALL, tmp_path / "pack"))
    assert invoke("catalog", "load", pack).exit_code == 0
    assert invoke("catalog", "export", pack).stdout == "Version 1 is written.\nNo file needed a change.\n"
    catalogue = read_pack(pack).catalogue
    assert catalogue is not None
    found = catalogue.sheet("hr_leave")
    assert found is not None
    assert isinstance(found[1], Service)
    corrected = with_sheet(catalogue, "hr", replace(found[1], title=Localized(fr="Congés payés", en="Paid leave")))

    async def chat(database: Database) -> None:
        await load_catalogue(database, corrected, "p-1")

    use(empty_database_url, chat)
    assert invoke("catalog", "export", pack).stdout == "Version 2 is written.\n  ~ functions/hr.yaml\n"
    assert read_pack(pack).catalogue == corrected
    assert invoke("catalog", "export", pack, "--version", "1").exit_code == 0
    assert (pack / "functions" / "hr.yaml").read_bytes() == (SMALL / "functions" / "hr.yaml").read_bytes()


def test_a_file_that_had_to_be_written_anew_is_named(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "functions").mkdir()
    (tmp_path / "company.yaml").write_text("name: Nord\n", encoding="utf-8")
    file = tmp_path / "functions" / "hr.yaml"
    file.write_text("slug: hr\nnames: {en: HR}\n", encoding="utf-8")
    assert invoke("catalog", "load", tmp_path).exit_code == 0
    file.write_text("slug: hr\nnames: {en: HR}\nproof:\n  - # the first\n    en: One\n  - en: Two\n", encoding="utf-8")
    one = tmp_path / "one"
    shutil.copytree(tmp_path, one, ignore=lambda folder, names: {"one", "data"} & set(names))
    (one / "functions" / "hr.yaml").write_text("slug: hr\nnames: {en: HR}\nproof:\n  - en: Two\n", encoding="utf-8")
    assert invoke("catalog", "load", one).exit_code == 0
    exported = invoke("catalog", "export", tmp_path)
    assert exported.stdout.splitlines()[-1] == "functions/hr.yaml had to be written anew: its comments are lost."


def test_a_folder_of_something_else_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("catalog", "load", SMALL).exit_code == 0
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    refused = invoke("catalog", "export", tmp_path)
    assert refused.exit_code == 1
    assert f"{tmp_path}/company.yaml:1: the file is missing" in refused.stdout
    assert refused.stderr == "Nothing was written: name a new folder, an empty one, or a pack without mistakes.\n"
    assert "export_content" not in invoke("audit", "list", "--csv").stdout


def test_a_place_that_cannot_be_written_is_told(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("catalog", "load", SMALL).exit_code == 0
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = invoke("catalog", "export", tmp_path / "file" / "inside")
    assert (refused.exit_code, refused.stderr) == (1, f"{tmp_path}/file/inside can't be written (Not a directory).\n")


def test_before_the_first_version_there_is_nothing_to_export(invoke: Invoke, tmp_path: Path) -> None:
    exported = invoke("catalog", "export", tmp_path / "new")
    assert (exported.exit_code, exported.stderr) == (1, "No catalogue is loaded yet: pourqui catalog load FOLDER\n")
    assert invoke("catalog", "load", SMALL).exit_code == 0
    assert invoke("catalog", "export", tmp_path / "new", "--version", "7").stderr.startswith("there's no version 7 of the catalogue")
