"""`pourqui people import`: the directory, all lines or none."""

from pathlib import Path

import pytest

from dialogs.people import Profile
from storage import directory, people, schema
from storage.database import Database
from tests.bot.program import PACKS, Invoke, use
from tests.company import NOON

HEADER = "id,email,name,language,timezone,site,department,seniority,manager,segments\n"
ALICE = "p1,alice.martin@solane.example,Alice Martin,fr,Europe/Paris,Lyon,Ventes,,p2,sales\n"
BOB = "p2,bob.dupont@solane.example,Bob Dupont,fr,Europe/Paris,Lille,Exploitation,,,field\n"


def written(folder: Path, *lines: str) -> Path:
    file = folder / "people.csv"
    file.write_text(HEADER + "".join(lines), encoding="utf-8")
    return file


def names(url: str) -> list[str]:
    return [row.name for row in use(url, lambda database: database.read(directory.rows))]


@pytest.fixture
def url(alone: Path) -> str:
    """Where the embedded database of the working folder is."""
    return f"sqlite:///{alone}/data/pourqui.sqlite3"


def test_an_import_tells_who_came_who_changed_and_who_is_missing(invoke: Invoke, tmp_path: Path, url: str) -> None:
    first = invoke("people", "import", written(tmp_path, ALICE, BOB))
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.splitlines() == ["2 people added", "0 people changed", "0 people as before"]
    changed = invoke("people", "import", written(tmp_path, ALICE.replace("Lyon", "Nantes").replace("Ventes", "Achats")))
    assert changed.stdout.splitlines() == [
        "0 people added",
        "1 person changed",
        "  p1: site, department",
        "0 people as before",
        "1 person is known but not in this file; kept as is",
        "  p2",
    ]
    same = invoke("people", "import", written(tmp_path, ALICE.replace("Lyon", "Nantes").replace("Ventes", "Achats"), BOB))
    assert same.stdout.splitlines() == ["0 people added", "0 people changed", "2 people as before"]
    assert names(url) == ["Alice Martin", "Bob Dupont"]


def test_the_report_is_in_french_where_the_terminal_is(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    said = invoke("people", "import", written(tmp_path, BOB)).stdout.splitlines()
    assert said == ["1 personne ajoutée", "0 personne modifiée", "0 personne inchangée"]


def test_bad_lines_are_told_with_their_numbers_and_nothing_is_imported(invoke: Invoke, tmp_path: Path, url: str) -> None:
    assert invoke("people", "import", written(tmp_path, BOB)).exit_code == 0
    file = written(
        tmp_path,
        ALICE,
        "p3,not an address,Carol,de,,,,,,\n",
        "p4,carol@solane.example,,fr,Mars/Olympus,,,,,\n",
        "p1,dan@solane.example,Dan,,,,,,,\n",
        "p5,eve@solane.example,Eve,,,,,,p9,\n",
    )
    said = invoke("people", "import", file)
    assert said.exit_code == 1
    assert said.stderr == "Nothing was imported.\n"
    found = [line.removeprefix(f"{file}:").split(": ")[:2] for line in said.stdout.splitlines()]
    assert found == [["3", "email"], ["3", "language"], ["4", "name"], ["4", "timezone"], ["5", "id"], ["6", "manager"]]
    assert names(url) == ["Bob Dupont"]


def test_a_manager_may_be_somebody_imported_before(invoke: Invoke, tmp_path: Path, url: str) -> None:
    assert invoke("people", "import", written(tmp_path, BOB)).exit_code == 0
    assert invoke("people", "import", written(tmp_path, ALICE)).exit_code == 0
    assert names(url) == ["Alice Martin", "Bob Dupont"]


def test_segments_are_those_of_the_catalogue_once_there_is_one(invoke: Invoke, tmp_path: Path) -> None:
    astronaut = BOB.replace("field", "astronauts")
    assert invoke("people", "import", written(tmp_path, astronaut)).exit_code == 0
    assert invoke("catalog", "load", PACKS / "small").exit_code == 0
    said = invoke("people", "import", written(tmp_path, astronaut))
    assert said.exit_code == 1
    assert '"astronauts" isn\'t a segment' in said.stdout


def test_a_file_that_is_not_there_is_told(invoke: Invoke, tmp_path: Path) -> None:
    said = invoke("people", "import", tmp_path / "nobody.csv")
    assert said.exit_code == 1
    assert "nobody.csv:1: the file is missing" in said.stdout


def test_an_address_that_somebody_else_has_is_told_without_a_stack_trace(invoke: Invoke, tmp_path: Path, url: str) -> None:
    assert invoke("people", "import", written(tmp_path, BOB)).exit_code == 0
    said = invoke("people", "import", written(tmp_path, BOB.replace("p2", "p7")))
    assert said.exit_code == 1
    assert "bob.dupont@solane.example" in said.stdout + said.stderr
    assert names(url) == ["Bob Dupont"]


def test_an_account_that_was_there_first_is_recognised_by_its_e_mail(
    invoke: Invoke, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = Profile(platform="slack", tenant="T1", user="U1", name="Alice", email="alice.martin@solane.example")

    async def met(database: Database) -> bool:
        return (await database.write(people.LINKING, lambda session: people.learn_profile(session, profile, NOON))).person.linked

    assert not use(database_url, met)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    said = invoke("people", "import", written(tmp_path, ALICE, BOB))
    assert "1 account recognised by its e-mail" in said.stdout.splitlines()
    known = use(database_url, lambda database: database.read(lambda session: people.find_person(session, "slack", "T1", "U1")))
    assert known is not None
    assert (known.person.department, known.person.linked) == ("Ventes", True)


def test_an_import_makes_its_database(invoke: Invoke, tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", empty_database_url)
    assert invoke("people", "import", written(tmp_path, BOB)).exit_code == 0
    assert schema.revision_of(empty_database_url) == schema.head()
