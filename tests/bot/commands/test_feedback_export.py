"""`pourqui feedback export`."""

import csv
import json
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import audit, schema
from storage.audit import Line
from storage.database import Database
from tests.bot.program import PROGRAM, Invoke, lone, use
from tests.responses import keep, october, publish, response


@pytest.fixture
def database_url(alone: Path) -> str:
    """The embedded database of the working folder, with October's responses."""
    file = alone / "data" / "pourqui.sqlite3"
    file.parent.mkdir()
    schema.upgrade(f"sqlite:///{file}")
    use(f"sqlite:///{file}", october)
    return f"sqlite:///{file}"


def audited(url: str) -> list[Line]:
    async def reading(database: Database) -> list[Line]:
        return await database.read(lambda session: audit.lines(session))

    return use(url, reading)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name != "data"}


@pytest.mark.parametrize(("name", "form"), [("out", "csv"), ("out.zip", "csv"), ("out.xlsx", "XLSX"), ("out.jsonl", "jsonl")])
def test_an_export_is_written_and_audited(invoke: Invoke, database_url: str, alone: Path, name: str, form: str) -> None:
    done = invoke("feedback", "export", "--format", form, "--output", name)
    assert (done.exit_code, done.stderr, done.stdout) == (0, "", f"{name}: 18 responses, 12 comments.\n")
    assert files(alone) == {name}
    (line,) = audited(database_url)
    assert (line.act, line.function, line.outcome) == ("export_feedback", None, "done")
    assert line.actor.startswith("command line: ")
    assert line.detail == {"depth": "protected", "form": form.casefold()}


def test_filters_are_read_and_kept_in_the_audit_log(invoke: Invoke, database_url: str, alone: Path) -> None:
    done = invoke(
        "feedback", "export", "--format", "csv", "--function", "it", "--site", "Lyon", "--from", "2026-09-28", "--to", "2026-11-01", "--output", "o"
    )
    assert done.stdout == "o: 12 responses, 0 comments.\n"
    with (alone / "o" / "responses.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["site"] for row in csv.DictReader(file)} == {"Lyon"}
    (line,) = audited(database_url)
    assert line.function == "it"
    assert line.detail == {"depth": "protected", "form": "csv", "function": "it", "site": "Lyon", "from": "2026-09-28", "to": "2026-11-01"}


def test_names_need_a_reason_which_is_audited(invoke: Invoke, database_url: str, alone: Path) -> None:
    options = ("feedback", "export", "--format", "jsonl", "--depth", "named", "--output", "o.jsonl")
    for reason in ((), ("--reason", " because "), ("--reason", "          ")):
        refused = invoke(*options, *reason)
        assert (refused.exit_code, refused.stderr) == (2, "--depth named needs --reason, in 10 characters or more: it goes to the audit log.\n")
    assert (files(alone), audited(database_url)) == (set(), [])
    assert invoke(*options, "--reason", "a dispute with a carrier").stdout == "o.jsonl: 18 responses, 0 comments.\n"
    (line,) = audited(database_url)
    assert (line.act, line.detail["reason"]) == ("export_responses", "a dispute with a carrier")
    first = json.loads((alone / "o.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["person_email"] == "person0@vaubert.example"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--format", "pdf"), "--format is csv, xlsx, jsonl, not 'pdf'."),
        (("--depth", "all"), "--depth is protected, full, named, not 'all'."),
        (("--language", "de"), "--language is fr, en, not 'de'."),
        (("--platform", "irc"), "--platform: irc isn't one of slack, teams."),
        (("--from", "yesterday"), "--from: yesterday isn't a day: write it as 2026-01-31."),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "--to: The last day comes before the first one: swap them."),
        (("--output", "nowhere/o.xlsx"), "There's no folder nowhere to write into: make it first."),
        (("--output", "data"), "data is a folder, and a file is to be written: name a file in it."),
        (
            ("--format", "csv", "--output", "there.csv"),
            "there.csv is a file, and CSV is a folder of several: name a folder, or a file that ends with .zip.",
        ),
        (("--format", "csv", "--output", "data"), "data is there already: choose another name, or add --force to replace it."),
        (("--output", "there.csv"), "there.csv is there already: choose another name, or add --force to replace it."),
    ],
)
def test_what_cant_be_meant_says_so_and_writes_nothing(invoke: Invoke, database_url: str, alone: Path, wrong: tuple[str, ...], said: str) -> None:
    (alone / "there.csv").write_text("mine", encoding="utf-8")
    done = invoke("feedback", "export", "--format", "xlsx", "--output", "o.xlsx", *wrong)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{said}\n")
    assert (files(alone), audited(database_url)) == ({"there.csv"}, [])
    assert (alone / "there.csv").read_text(encoding="utf-8") == "mine"


def test_force_replaces_what_is_there(invoke: Invoke, database_url: str, alone: Path) -> None:
    assert database_url
    (alone / "o.jsonl").write_text("old", encoding="utf-8")
    assert invoke("feedback", "export", "--format", "jsonl", "--output", "o.jsonl", "--force").exit_code == 0
    assert "old" not in (alone / "o.jsonl").read_text(encoding="utf-8")


def test_an_empty_folder_is_filled(invoke: Invoke, database_url: str, alone: Path) -> None:
    assert database_url
    (alone / "o").mkdir()
    assert invoke("feedback", "export", "--format", "csv", "--output", "o").exit_code == 0
    assert files(alone / "o") == {"responses.csv", "comments.csv", "dictionary.csv"}


def test_a_filter_that_leaves_too_few_people_writes_nothing(invoke: Invoke, database_url: str, alone: Path) -> None:
    assert database_url
    done = invoke("feedback", "export", "--format", "xlsx", "--department", "IT", "--output", "o.xlsx")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "Within these filters, fewer than 5 people can be told from the others, so there's nothing that I may export. "
        "Try wider ones. Something is published of: it.\n"
    )
    assert files(alone) == set()


def test_the_language_of_the_dictionary_and_of_the_separator_is_chosen(invoke: Invoke, database_url: str, alone: Path) -> None:
    assert database_url
    assert invoke("feedback", "export", "--format", "csv", "--language", "FR", "--output", "o").exit_code == 0
    assert (alone / "o" / "responses.csv").read_text(encoding="utf-8-sig").startswith("respondent;function;")


def limited(to: int) -> Callable[[], None]:
    """Return what gives a process a disk on which no file may be larger than so many bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (to, to))

    return limit


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_disk_that_is_full_is_said_and_nothing_is_left(database_url: str, alone: Path, form: str) -> None:
    async def wordy(database: Database) -> None:
        # a mask is longer than what it hides, so that the export is larger than the database, whose own writes must not fail
        await keep(database, [response(100 + number, number % 18, comment="a@b.fr " * 3_500, function="hr") for number in range(72)])
        await publish(database, "hr")

    use(database_url, wordy)
    room = (alone / "data" / "pourqui.sqlite3").stat().st_size + 300_000
    command: list[str | Path] = [PROGRAM, "feedback", "export", "--format", form, "--output", "out"]
    full = subprocess.run(command, cwd=alone, env=lone(LANG="C.UTF-8"), capture_output=True, text=True, check=False, preexec_fn=limited(room))
    assert (full.returncode, full.stdout, full.stderr) == (1, "", "out can't be written (File too large). Nothing was left there.\n")
    assert files(alone) == set()
