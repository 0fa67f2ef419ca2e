"""`pourqui privacy`: written out whole, erased with its proof, kept as long as the settings say."""

import json
from pathlib import Path
from stat import S_IMODE

import pytest
from sqlalchemy import Executable
from sqlmodel import Session

from bot.clock import now
from storage import audit, directory, people, scrub
from storage.audit import Line
from storage.errors import UnavailableError
from storage.personal_rows import REGISTER, table
from tests.bot.commands.test_roles import cells
from tests.bot.program import Invoke, use
from tests.company import NOON
from tests.storage.life import ALICE, SECRET, add, live
from tests.storage.vaubert import ALICE_ROW, DIRECTORY


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in which Alice has lived, which the commands use."""
    use(database_url, lambda database: live(database, now()))
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "200")
    return database_url


def changes(url: str, change: Executable) -> None:
    def body(session: Session) -> None:
        session.execute(change)

    use(url, lambda database: database.write("test", body))


def log(url: str) -> list[Line]:
    return [line for line in use(url, lambda database: database.read(audit.lines)) if line.act == "privacy"]


def erases(invoke: Invoke, who: str, *more: str) -> tuple[int, str, str]:
    said = invoke("privacy", "erase", who, "--reason", "she asked us to", *more)
    return said.exit_code, said.stdout, said.stderr


@pytest.mark.parametrize("who", ["p1", ALICE, "Alice@Vaubert.example", " alice martin ", "U01X"])
def test_all_that_is_kept_is_written_out_in_two_files(invoke: Invoke, url: str, tmp_path: Path, who: str) -> None:
    said = invoke("privacy", "export", who, "--output", tmp_path / "out")
    assert (said.exit_code, said.stderr) == (0, "")
    as_json, page = (tmp_path / "out" / f"privacy-{ALICE[:8]}.{ending}" for ending in ("json", "md"))
    assert said.stdout.splitlines()[:2] == [str(as_json), str(page)]
    assert {S_IMODE(file.stat().st_mode) for file in (as_json, page)} == {0o600}
    told = json.loads(as_json.read_text(encoding="utf-8"))
    assert told["person"] == ALICE
    assert told["tables"].keys() | told["not_found"].keys() == REGISTER.keys()
    assert told["tables"]["audit"][-1]["act"] == "privacy", "the line that tells of this very export"
    written = page.read_text(encoding="utf-8")
    assert f"question où est mon {SECRET}" in written
    assert f"> votre {SECRET} est là" in written, "what the bot wrote to her, in words"
    assert "confidentiel" not in written
    assert "bob@vaubert.example" not in written
    (line,) = log(url)
    assert (line.actor, line.detail) == ("command line: root", {"change": "exported"})
    assert line.subject is not None
    assert line.subject.startswith("p-")


def test_the_page_takes_no_markup_from_what_people_write(invoke: Invoke, url: str, tmp_path: Path) -> None:
    nasty = "<img src=x> [a](http://b) `c`\n# d"
    change = table("exchange").update().where(table("exchange").c.id == "x-alice").values(question=nasty)
    changes(url, change)
    assert invoke("privacy", "export", "p1", "--output", tmp_path).exit_code == 0
    written = (tmp_path / f"privacy-{ALICE[:8]}.md").read_text(encoding="utf-8")
    assert "  > &lt;img src=x&gt; \\[a\\](http://b) \\`c\\`\n  > \\# d" in written


def test_a_folder_that_cannot_be_is_told(invoke: Invoke, url: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    said = invoke("privacy", "export", "p1", "--output", tmp_path / "file" / "below")
    assert said.exit_code == 1
    assert "can't make the folder" in said.stderr
    (tmp_path / f"privacy-{ALICE[:8]}.json").mkdir()
    said = invoke("privacy", "export", "p1", "--output", tmp_path)
    assert said.exit_code == 1
    assert "can't be written" in said.stderr


@pytest.mark.parametrize("command", [("export",), ("erase", "--reason", "x")])
@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("alice martn", "Nobody is called 'alice martn'. Perhaps: Alice Martin."),
        ("xyz", "Nobody is called 'xyz': give an id, an e-mail or a full name."),
        ("erased", "Nobody is called 'erased': give an id, an e-mail or a full name."),
    ],
)
def test_whoever_nobody_knows_is_refused(invoke: Invoke, url: str, command: tuple[str, ...], who: str, told: str) -> None:
    said = invoke("privacy", command[0], who, *command[1:])
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", f"{told}\n")
    assert log(url) == []


def test_a_name_that_two_people_have_is_refused_with_their_ids(invoke: Invoke, url: str) -> None:
    twin = ALICE_ROW.__class__(id="p9", email="alice2@vaubert.example", name="Alice Martin")
    use(
        url,
        lambda database: database.write(people.LINKING, lambda session: directory.import_directory(session, (*DIRECTORY, twin), NOON)),
    )
    code, _, told = erases(invoke, "Alice Martin", "--yes")
    assert code == 2
    assert told.startswith("Several people are called 'Alice Martin': give one of ")
    assert ALICE in told


def test_an_erasure_proves_itself(invoke: Invoke, url: str) -> None:
    said = invoke("privacy", "erase", "p1", "--reason", "she asked us to", "--yes")
    told = said.stdout
    assert (said.exit_code, said.stderr) == (0, "")
    proof = {row[0]: row[1:] for row in cells(said)}
    assert proof["exchange"] == ["1", "0", "1", "0"]
    assert proof["report"] == ["1", "1", "0", "0"]
    assert {row[3] for row in proof.values()} == {"0"}
    assert "Nothing is left." in told
    assert "brings them back as somebody new" in told
    assert "POURQUI_ADMINS" not in told
    (line,) = log(url)
    assert (line.actor, line.detail) == ("command line: root", {"change": "erased", "reason": "she asked us to"})
    assert use(url, lambda database: database.read(lambda session: audit.names_of(session, [line.subject or ""]))) == {}
    assert use(url, lambda database: database.read(audit.verify)).broken is None
    assert erases(invoke, "p1", "--yes")[0] == 2


def test_an_address_that_makes_an_admin_is_said(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_ADMINS", "Alice@Vaubert.example")
    code, told, _ = erases(invoke, "p1", "--yes")
    assert code == 0
    assert "take alice@vaubert.example out of it" in told


def test_an_erasure_is_asked_about_first(invoke: Invoke, url: str) -> None:
    code, told, errors = erases(invoke, "p1")
    assert (code, told.strip()) == (1, "")
    assert "Erase Alice Martin (alice@vaubert.example) for good?" in errors
    assert log(url) == []


@pytest.mark.parametrize("reason", ["Alice Martin asked", "see alice@vaubert.example", " "])
def test_the_reason_stays_for_good_so_it_names_nobody_and_says_something(invoke: Invoke, url: str, reason: str) -> None:
    said = invoke("privacy", "erase", "p1", "--reason", reason, "--yes")
    assert said.exit_code == 2
    assert log(url) == []


def test_what_is_left_for_a_reason_is_printed_with_it(invoke: Invoke, url: str) -> None:
    content = {"number": 1, "content": "alice@vaubert.example", "author": "p-1", "created_at": NOON}
    use(url, lambda database: database.write("test", lambda session: add(session, "catalogue_version", **content)))
    code, told, _ = erases(invoke, "p1", "--yes", "--no-vacuum")
    assert code == 0, "it has a reason"
    assert "names its contacts" in told


def test_what_is_left_without_a_reason_is_an_error(invoke: Invoke, url: str) -> None:
    change = table("workspace").insert().values(platform="slack", tenant="alice@vaubert.example", next_at=NOON)
    changes(url, change)
    code, told, _ = erases(invoke, "p1", "--yes")
    assert code == 1
    assert "please report it" in told


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_that_cannot_be_rewritten_now_is_told(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_url: str) -> bool:
        raise UnavailableError("the file can't be rewritten now: database is locked")

    monkeypatch.setattr("bot.commands.privacy.scrub", busy)
    code, told, _ = erases(invoke, "p1", "--yes")
    assert code == 1
    assert "database is locked" in told
    assert "Stop pourqui, then run: sqlite3 FILE VACUUM" in told
    assert scrub.scrub(url)


def test_the_retention_is_shown_and_let_go_of_on_demand(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_KEEP_WORDS", "0")
    assert "attachment 1" in invoke("privacy", "retention").stdout
    assert "1 row let go of" in invoke("privacy", "retention", "--now").stdout
    said = invoke("privacy", "retention")
    table_ = {row[0]: row[1:] for row in cells(said)}
    assert table_["questions"] == ["POURQUI_KEEP_QUESTIONS", "180", ""]
    assert table_["words"] == ["POURQUI_KEEP_WORDS", "for ever", ""]
    assert "--now" not in said.stdout
    change = table("exchange").update().values(opened_at=NOON.replace(year=2020))
    changes(url, change)
    said = invoke("privacy", "retention")
    assert "exchange 2" in said.stdout
    assert "pourqui privacy retention --now" in said.stdout
    assert "2 rows let go of" in invoke("privacy", "retention", "--now").stdout
    assert "exchange" not in invoke("privacy", "retention").stdout


@pytest.mark.parametrize(
    ("name", "written", "told"),
    [
        ("POURQUI_KEEP_QUESTIONS", "-1", "at least 0 is wanted"),
        ("POURQUI_KEEP_EVENTS", "a month", "a whole number is wanted"),
        ("POURQUI_KEEP_COMMENTS", "30", "write at least that many, or 0 to keep them"),
    ],
)
def test_days_that_cannot_be_are_told(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch, name: str, written: str, told: str) -> None:
    monkeypatch.setenv(name, written)
    said = invoke("privacy", "retention")
    assert said.exit_code == 2
    assert name in said.stderr
    assert told in said.stderr
