"""`pourqui evidence import|list`: acts from a file, all or none, and where somebody stands."""

from pathlib import Path

import pytest

from dialogs.ladder import Evidence, EvidenceKind, Stage
from storage import Session, audit, evidence
from storage.people import directory_person_id
from tests.bot.program import Invoke, furnish, use
from tests.company import NOON

ALICE, BOB = directory_person_id("p1"), directory_person_id("p2")
FILE = """person,function,topic,at
alice.martin@solane.example,it,,2026-01-20
p2,finance,expenses,2026-01-20T14:05:00+01:00
 BOB.dupont@solane.example ,it,,
"""


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "160")
    return database_url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "acts.csv"


def left(url: str, *people: str) -> list[tuple[str, str, str, str]]:
    def read(session: Session) -> list[Evidence]:
        return [piece for person in people or (ALICE, BOB) for piece in evidence.evidence_of(session, person)]

    return [(piece.function, piece.topic, piece.kind.value, piece.source) for piece in use(url, lambda database: database.read(read))]


def acts(url: str) -> list[tuple[str, str, dict[str, str]]]:
    return [(line.actor, line.act, dict(line.detail)) for line in use(url, lambda database: database.read(audit.lines))]


def test_a_file_of_acts_is_taken_in_and_once_more_changes_nothing_but_the_latest(invoke: Invoke, url: str, file: Path) -> None:
    file.write_text(FILE, encoding="utf-8-sig")
    said = invoke("evidence", "import", file)
    assert (said.exit_code, said.stdout) == (0, "3 acts are in the file.\n3 of them are new.\n")
    assert left(url) == [
        ("it", "", "imported", "file|2026-01-19T23:00:00+00:00"),  # the company's midnight
        ("finance", "expenses", "imported", "file|2026-01-20T13:05:00+00:00"),
        ("it", "", "imported", "file"),
    ]
    assert invoke("evidence", "import", file).stdout == "3 acts are in the file.\n1 of them is new.\n"  # the one that is of now
    assert len(left(url)) == 3
    assert acts(url) == [("command line: root", "tell_evidence", {"acts": "3"})] * 2


def test_a_rehearsal_changes_nothing(invoke: Invoke, url: str, file: Path) -> None:
    file.write_text(FILE)
    said = invoke("evidence", "import", file, "--dry-run")
    assert (said.exit_code, said.stdout) == (0, "3 acts are in the file.\nNothing is wrong in it. Nothing was imported: that was a rehearsal.\n")
    assert (left(url), acts(url)) == ([], [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ":1: the file is empty; start with the line person,function,topic,at"),
        ("person;functoin\n", ":1: functoin: this column isn't known; did you mean function?"),
        ("person,function,kind\n", ":1: kind: this column isn't known; remove it, or use one of person, function, topic, at"),
        ("person\n", ":1: function: this column is missing; add it to the first line"),
        ("person,function\np1\n", ":2: this line has 1 cells, the first line 2; put quotes around a cell that holds the separator"),
        ("person,function\n,it\n", ":2: person: nothing is written here; write it"),
        ("person,function\n\np1,itt\n", ':3: function: "itt" isn\'t a function; did you mean it?'),
        ("person,function\np1,xyz\n", ':2: function: "xyz" isn\'t a function; use one of it, finance'),
        ("person,function\np1,it\nnobody,it\n", ":3: person: nobody in the directory has this e-mail or id; correct it, or take the line out"),
        ("person,function,topic\np1,it,Mots de passe\n", ':2: topic: "Mots de passe" isn\'t the name of a topic'),
        ("person,function,at\np1,it,hier\n", ':2: at: "hier" isn\'t a date or a time; write it as 2026-11-20, 2026-11-20T14:05:00+01:00'),
        ("person,function,at\np1,it,2199-01-01\n", ":2: at: it's in the future; write when it happened, or leave the cell empty"),
        ('person,function\np1,"it\n', ":2: this line can't be read as CSV"),
    ],
)
def test_one_mistake_keeps_every_line_out(invoke: Invoke, url: str, file: Path, text: str, told: str) -> None:
    file.write_text(text)
    said = invoke("evidence", "import", file)
    assert (said.exit_code, said.stderr) == (1, "Nothing was imported.\n")
    assert f"{file}{told}" in said.stdout
    assert (left(url), acts(url)) == ([], [])


def test_a_file_that_is_not_there_and_a_catalogue_that_is_not_there_are_told(
    invoke: Invoke, url: str, file: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "the file is missing" in invoke("evidence", "import", file).stdout
    monkeypatch.setenv("POURQUI_DATABASE_URL", empty_database_url)
    said = invoke("evidence", "import", file)
    assert (said.exit_code, said.stderr) == (2, "No catalogue is loaded yet: pourqui catalog load FOLDER\n")


def test_many_acts_are_taken_in_a_thousand_at_a_time(invoke: Invoke, url: str, file: Path) -> None:
    times = (f"p1,it,2026-01-20T{number // 60:02}:{number % 60:02}:00+00:00" for number in range(1_005))
    file.write_text("\n".join(("person,function,at", *times)))
    assert invoke("evidence", "import", file).stdout == "1,005 acts are in the file.\n1,005 of them are new.\n"
    assert len(left(url, ALICE)) == 1_005


def test_where_somebody_stands_is_shown_with_what_shows_it(invoke: Invoke, url: str) -> None:
    opened = Evidence(person=ALICE, function="it", topic="", kind=EvidenceKind.QUIZ, source="campaign|q\x1b[31m", at=NOON, weight=2 / 3)

    def leave(session: Session) -> Stage:
        return evidence.leave(session, opened, NOON)

    use(url, lambda database: database.write("test", leave))
    said = invoke("evidence", "list", "Alice Martin")
    assert said.exit_code == 0
    for told in ("comprehension", "2026-11-20 12:00 UTC", "2027-05-19 12:00 UTC", "quiz", "+0.67", "campaign|q[31m"):
        assert told in said.stdout
    (line,) = use(url, lambda database: database.read(audit.lines))
    assert (line.act, line.detail) == ("privacy", {"change": "evidence read"})


def test_who_left_nothing_and_who_is_not_there_are_told(invoke: Invoke, url: str) -> None:
    assert invoke("evidence", "list", "p3").stdout == "Carol Petit has left no evidence yet.\n"
    said = invoke("evidence", "list", "Alise Martin")
    assert (said.exit_code, "Perhaps: Alice Martin" in said.stderr) == (2, True)
