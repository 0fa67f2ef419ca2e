"""What all commands share: help in two languages, the database's form, and how they end when the settings can't be used."""

from pathlib import Path

import pytest

from storage import schema
from tests.bot.program import Invoke, run

COMMANDS = (
    (),
    ("ask",),
    ("demo",),
    ("serve",),
    ("doctor",),
    ("catalog",),
    ("catalog", "check"),
    ("catalog", "load"),
    ("catalog", "versions"),
    ("catalog", "rollback"),
    ("people",),
    ("people", "import"),
    ("db",),
    ("db", "upgrade"),
)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en_GB.UTF-8", ("What does each function of the company do for you?", "Ask a question, without a server", "Try it: the sample company")),
        ("fr_FR.UTF-8", ("Que fait chaque fonction de la société pour vous ?", "Poser une question, sans serveur", "Essayer")),
    ],
)
def test_help_is_in_the_terminals_language(invoke: Invoke, locale: str, expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", locale)
    said = invoke("--help")
    assert said.exit_code == 0
    words = " ".join(said.stdout.split())
    for sentence in expected:
        assert sentence in words
    for name in ("ask", "catalog", "db", "demo", "doctor", "people", "serve"):
        assert f" {name} " in words


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_in_both_languages(invoke: Invoke, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    english = invoke(*command, "--help")
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    french = invoke(*command, "--help")
    assert (english.exit_code, french.exit_code) == (0, 0)
    assert english.stdout != french.stdout


def test_the_program_speaks_the_language_of_its_process(tmp_path: Path) -> None:
    ended = run(tmp_path, "--help", LANG="fr_FR.UTF-8", COLUMNS="200")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Poser une question, sans serveur" in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_database_is_brought_to_this_versions_form_and_twice_does_no_harm(
    invoke: Invoke, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", empty_database_url)
    assert schema.revision_of(empty_database_url) is None
    for _ in range(2):
        upgraded = invoke("db", "upgrade")
        assert (upgraded.exit_code, upgraded.stdout, upgraded.stderr) == (0, f"The database is at revision {schema.head()}.\n", "")
        assert schema.revision_of(empty_database_url) == schema.head()


def test_the_embedded_database_is_made_in_the_data_folder(invoke: Invoke, alone: Path) -> None:
    assert invoke("db", "upgrade").exit_code == 0
    assert (alone / "data" / "pourqui.sqlite3").is_file()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://pourqui:hunter2@127.0.0.1:1/pourqui", "127.0.0.1:1"),
        ("sqlite:////nowhere/at/all.db", "there's no folder /nowhere/at"),
        ("mysql://pourqui:hunter2@db/pourqui", "mysql:// isn't supported"),
    ],
)
def test_a_database_that_cannot_be_had_is_told_without_its_password(invoke: Invoke, url: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", url)
    upgraded = invoke("db", "upgrade")
    assert (upgraded.exit_code, upgraded.stdout) == (1, "")
    assert reason in upgraded.stderr
    assert "hunter2" not in upgraded.stderr
    assert "Traceback" not in upgraded.stderr


@pytest.mark.parametrize("command", [("db", "upgrade"), ("catalog", "versions"), ("people", "import", "x.csv")])
def test_a_data_folder_that_cannot_be_made_is_told_without_a_stack_trace(
    invoke: Invoke, alone: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone / "taken").write_text("a file", encoding="utf-8")
    monkeypatch.setenv("POURQUI_DATA", str(alone / "taken" / "data"))
    said = invoke(*command)
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == f"can't make the folder {alone}/taken/data, POURQUI_DATA: Not a directory\n"


@pytest.mark.parametrize(
    "command", [("ask", "?"), ("db", "upgrade"), ("catalog", "versions"), ("people", "import", "x.csv"), ("doctor",), ("serve",), ("demo",)]
)
def test_settings_that_cannot_be_used_end_every_command_by_their_names(
    invoke: Invoke, alone: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POURQUI_PORT", "many")
    monkeypatch.setenv("POURQUI_COUNTRY", "France")
    said = invoke(*command)
    assert (said.exit_code, said.stdout) == (2, "")
    assert [line.split(":")[0] for line in said.stderr.splitlines()] == ["POURQUI_PORT", "POURQUI_COUNTRY"]
    assert list(alone.iterdir()) == []
