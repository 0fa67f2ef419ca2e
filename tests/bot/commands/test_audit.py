"""`pourqui audit`: the log, checked and read; every command that changes something leaves its line."""

import csv
import json
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from sqlmodel import Session

from dialogs.catalog import Catalogue
from dialogs.people import Profile
from storage import audit, catalog, people
from storage.tables import AuditRow, PseudonymRow
from tests.bot.program import PACKS, Invoke, execute, furnish, use
from tests.company import CATALOGUE, NOON

ALICE = people.directory_person_id("p1")


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "170")
    return database_url


def write(url: str, body: Callable[[Session], object]) -> None:
    use(url, lambda database: database.write("test", body))


def add(session: Session, actor: str, subject: str | None = None) -> None:
    audit.append(session, actor=actor, act="write_content", function="it", subject=subject, at=NOON, detail={"version": "2"})


def fill(session: Session, count: int) -> None:
    for number in range(1, count + 1):
        add(session, "p-1", f"it_{number}")


def alice(session: Session) -> str:
    return audit.pseudonym_of(session, ALICE)


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if line.startswith("│")]


def head_of(text: str) -> str:
    (line,) = (line for line in text.splitlines() if line.startswith("Its head: "))
    return line.removeprefix("Its head: ")


def test_an_empty_log_says_so(invoke: Invoke, url: str) -> None:
    for command in ("verify", "list"):
        said = invoke("audit", command)
        assert (said.exit_code, said.stdout) == (0, "The audit log is empty.\n")


def test_a_whole_log_tells_its_length_and_its_head(invoke: Invoke, url: str) -> None:
    write(url, partial(fill, count=3))
    said = invoke("audit", "verify")
    assert said.exit_code == 0
    first, head, advice = said.stdout.splitlines()
    assert first == "The audit log is whole: 3 lines."
    assert head.startswith("Its head: 3:")
    assert advice.startswith("Note it somewhere else: pourqui audit verify --head HEAD")
    write(url, partial(fill, count=1))
    later = invoke("audit", "verify", "--head", head_of(said.stdout))
    assert (later.exit_code, later.stdout.splitlines()[0]) == (0, "The audit log is whole: 4 lines.")
    assert "Note it" not in later.stdout


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET subject = 'x' WHERE number = 2", "Line 2 was changed after it was written. 1 line before it is sound."),
        ("DELETE FROM audit WHERE number = 3", "Line 3 is missing. 2 lines before it are sound."),
        ("DELETE FROM audit WHERE number = 1", "Line 1 is missing. 0 lines before it are sound."),
        ("UPDATE audit SET number = 0 WHERE number = 1", "Line 0 was put in by hand: the log begins with 1. 0 lines before it are sound."),
    ],
)
def test_a_broken_log_ends_with_one_and_tells_where(invoke: Invoke, url: str, statement: str, told: str) -> None:
    write(url, partial(fill, count=4))
    write(url, partial(execute, statement=statement))
    said = invoke("audit", "verify")
    assert (said.exit_code, said.stdout, said.stderr) == (1, "", f"{told}\n")


def test_a_line_changed_with_its_hash_is_told_by_the_next(invoke: Invoke, url: str) -> None:
    def forge(session: Session) -> None:
        row = session.get_one(AuditRow, 1)
        row.actor = "p-9"
        row.hash = audit.hash_of(row)

    write(url, partial(fill, count=2))
    write(url, forge)
    assert invoke("audit", "verify").stderr == "Line 2 doesn't follow the line before it, which was replaced. 1 line before it is sound.\n"


def test_a_noted_head_tells_what_was_cut_off_or_written_anew(invoke: Invoke, url: str) -> None:
    write(url, partial(fill, count=3))
    noted = head_of(invoke("audit", "verify").stdout)
    write(url, partial(execute, statement="DELETE FROM audit WHERE number > 1"))
    assert invoke("audit", "verify").exit_code == 0
    cut = invoke("audit", "verify", "--head", noted)
    assert cut.exit_code == 1
    assert cut.stderr == "The log was cut off: line 2 is missing, by the head that was noted. 1 line before it is sound.\n"
    write(url, partial(fill, count=5))
    anew = invoke("audit", "verify", "--head", noted)
    assert (anew.exit_code, anew.stderr.split(". ")[0]) == (1, "Line 3 isn't the one whose head was noted: the log was written anew")


@pytest.mark.parametrize("head", ["3", "0:" + "0" * 64, "3:xyz", "-1:" + "0" * 64, ""])
def test_what_is_no_head_is_told_with_its_form(invoke: Invoke, url: str, head: str) -> None:
    said = invoke("audit", "verify", f"--head={head}")
    assert (said.exit_code, said.stderr) == (2, f"{head!r} isn't a head: it's NUMBER:HASH, as pourqui audit verify prints it.\n")


def test_people_are_listed_by_name_until_they_are_erased(invoke: Invoke, url: str) -> None:
    write(url, lambda session: add(session, alice(session), "it_laptop"))
    write(url, lambda session: audit.append(session, actor="p-x", act="read_gaps", function=None, subject=None, at=NOON, outcome="refused"))
    assert table(invoke("audit", "list").stdout) == [
        ["1", "2026-11-20 12:00 UTC", "Alice Martin", "write_content", "it", "it_laptop", "done", "version=2"],
        ["2", "2026-11-20 12:00 UTC", "p-x", "read_gaps", "", "", "refused", ""],
    ]
    write(url, lambda session: session.delete(session.get_one(PseudonymRow, alice(session))))
    (first, _) = table(invoke("audit", "list").stdout)
    assert first[2].startswith("p-")
    assert invoke("audit", "verify").exit_code == 0


def test_a_table_shows_the_last_lines_and_says_how_many_came_before(invoke: Invoke, url: str) -> None:
    write(url, partial(fill, count=51))
    said = invoke("audit", "list").stdout
    assert [row[0] for row in table(said)] == [str(number) for number in range(2, 52)]
    assert said.splitlines()[-1] == "1 earlier line: --last N shows more, --csv all."
    said = invoke("audit", "list", "--last", "3").stdout
    assert [row[0] for row in table(said)] == ["49", "50", "51"]
    assert said.splitlines()[-1] == "48 earlier lines: --last N shows more, --csv all."
    assert "earlier" not in invoke("audit", "list", "--last", "51").stdout


def test_csv_holds_all_lines_with_their_hashes(invoke: Invoke, url: str) -> None:
    write(url, partial(fill, count=51))
    write(url, lambda session: add(session, "command line: root", alice(session)))
    rows = list(csv.DictReader(StringIO(invoke("audit", "list", "--csv").stdout)))
    assert [row["number"] for row in rows] == [str(number) for number in range(1, 53)]
    last = rows[-1]
    assert (last["at"], last["actor"], last["actor_name"], last["subject_name"]) == (
        "2026-11-20T12:00:00+00:00",
        "command line: root",
        "",
        "Alice Martin",
    )
    assert (last["act"], last["function"], last["outcome"], last["detail"]) == ("write_content", "it", "done", '{"version": "2"}')
    assert invoke("audit", "verify").stdout.splitlines()[1].endswith(last["hash"])
    assert len(invoke("audit", "list", "--csv", "--last", "2").stdout.splitlines()) == 3


def test_the_chain_can_be_made_again_from_the_csv(invoke: Invoke, url: str) -> None:
    write(url, partial(fill, count=3))
    write(url, lambda session: audit.append(session, actor="p-é", act="read_gaps", function=None, subject=None, at=NOON, outcome="refused"))
    former = "0" * 64
    for row in csv.DictReader(StringIO(invoke("audit", "list", "--csv").stdout)):
        said = (row["at"], row["actor"], row["act"], row["function"] or None, row["subject"] or None, row["outcome"], row["detail"])
        hashed = json.dumps([int(row["number"]), *said, former], ensure_ascii=False, separators=(",", ":"))
        former = sha256(hashed.encode()).hexdigest()
        assert row["hash"] == former


def tries(url: str, name: str) -> None:
    """Leave a line of somebody who calls themselves this."""
    mallory = Profile(platform="slack", tenant="T1", user="U9", name=name)
    met = use(url, lambda database: database.write(people.LINKING, lambda session: people.learn_profile(session, mallory, NOON)))
    write(url, lambda session: add(session, audit.pseudonym_of(session, met.person.id)))


def test_an_accounts_name_is_no_order_to_the_terminal(invoke: Invoke, url: str) -> None:
    tries(url, "[/red]Mallory\x1b[2J :bomb:")
    (row,) = table(invoke("audit", "list").stdout)
    assert row[2] == "[/red]Mallory[2J :bomb:"


def test_an_accounts_name_is_no_formula_in_a_spreadsheet(invoke: Invoke, url: str) -> None:
    tries(url, '=HYPERLINK("https://evil.example")')
    (row,) = csv.DictReader(StringIO(invoke("audit", "list", "--csv").stdout))
    assert row["actor_name"] == '\'=HYPERLINK("https://evil.example")'


def test_each_command_that_changes_something_leaves_its_line(invoke: Invoke, url: str, tmp_path: Path) -> None:
    people_file = tmp_path / "people.csv"
    header = "id,email,name,language,timezone,site,department,seniority,manager,segments\n"
    people_file.write_text(f"{header}p1,alice.martin@solane.example,Alice Durand,fr,,,,,,\np7,eve@solane.example,Eve,en,,,,,,\n", encoding="utf-8")
    commands: list[tuple[str | Path, ...]] = [
        ("people", "import", people_file),
        ("people", "import", people_file),
        ("catalog", "load", PACKS / "small"),
        ("catalog", "load", PACKS / "small"),
        ("catalog", "rollback", "1"),
        ("catalog", "rollback", "1"),
        ("roles", "grant", "p1", "admin"),
    ]
    for command in commands:
        assert invoke(*command).exit_code == 0
    assert invoke("catalog", "rollback", "77").exit_code == 1
    rows = list(csv.DictReader(StringIO(invoke("audit", "list", "--csv").stdout)))
    assert [(row["act"], row["detail"], row["subject_name"]) for row in rows] == [
        ("import_people", '{"added": "1", "changed": "1"}', ""),
        ("load_catalogue", '{"version": "2"}', ""),
        ("restore_content", '{"restored": "1", "version": "3"}', ""),
        ("grant_roles", '{"change": "granted", "role": "admin"}', "Alice Durand"),
    ]
    assert {row["actor"] for row in rows} == {"command line: root"}
    assert invoke("audit", "verify").exit_code == 0


def test_versions_name_their_authors_as_far_as_they_are_known(invoke: Invoke, url: str) -> None:
    smaller = Catalogue(company=CATALOGUE.company, functions=CATALOGUE.functions[1:])
    write(url, lambda session: catalog.load(session, smaller, alice(session), NOON))
    assert [row[2] for row in table(invoke("catalog", "versions").stdout) if row[0]] == ["Alice Martin", "tests"]
