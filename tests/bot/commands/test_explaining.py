"""What Typer says by itself is said in the terminal's language: every command's help, and what's wrong with what was typed."""

import re
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup

from bot.cli import command_line, main
from bot.po import texts

ENGLISH = re.compile(r"Usage|Options:|Arguments:|Commands:|Show this|\[default|\[required|Try '|Error|Missing|No such|Invalid|Got |Did you|Input ")


def commands(command: object, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from commands(each, *path, name)


EVERY = list(commands(typer.main.get_command(command_line(texts("fr")))))


def typed(monkeypatch: pytest.MonkeyPatch, language: str, *words: str) -> int:
    monkeypatch.setenv("LC_ALL", {"fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}[language])
    monkeypatch.setattr("sys.argv", ["pourqui", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_help_is_in_french_where_the_terminal_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: tuple[str, ...]
) -> None:
    assert typed(monkeypatch, "fr", *path, "--help") == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.startswith("Utilisation\u00a0: pourqui")
    assert "Afficher cette aide." in told.out
    assert ENGLISH.findall(told.out) == []


WRONG = [
    (("foo",), "Il n’y a pas de commande 'foo'.", "No such command 'foo'."),
    (("catalog", "chek"), "Vouliez-vous dire 'check'\u00a0?", "Did you mean 'check'?"),
    (("ask",), "Il manque l’argument 'question'.", "Missing argument 'question'."),
    (("privacy", "erase", "x"), "Il manque l’option '--reason'.", "Missing option '--reason'."),
    (("ask", "un", "deux"), "Des mots sont de trop\u00a0: deux", "Got unexpected words: deux"),
    (("serve", "--foo"), "Il n’y a pas d’option --foo", "No such option: --foo"),
    (("serve", "--hots", "x"), "(Options possibles\u00a0: --host, --port)", "(Possible options: --host, --port)"),
    (("serve", "--port"), "L’option '--port' demande une valeur.", "Option '--port' requires a value."),
    (("serve", "--dev=1"), "L’option '--dev' ne prend pas de valeur.", "Option '--dev' takes no value."),
    (
        ("serve", "--port", "x"),
        "Valeur refusée pour '--port'\u00a0: il faut un nombre entier",
        "Invalid value for '--port': a whole number is wanted",
    ),
    (("serve", "--port", "-1"), "il faut au moins 0", "at least 0 is wanted"),
    (("eval", "x.csv", "--typos", "2"), "il faut au plus 1", "at most 1 is wanted"),
    (("eval", "x.csv", "--typos", "x"), "il faut un nombre", "a number is wanted"),
]


@pytest.mark.parametrize(("words", "french", "english"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_what_was_typed_wrong_is_told_in_the_terminals_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], french: str, english: str
) -> None:
    assert typed(monkeypatch, "fr", *words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert french in told.err
    assert ENGLISH.findall(told.err) == []
    assert typed(monkeypatch, "en", *words) == 2
    assert english in capsys.readouterr().err


def test_without_a_command_the_help_is_told_in_french_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(monkeypatch, "fr") == 2
    told = capsys.readouterr()
    assert "Commandes\u00a0:" in told.err
    assert ENGLISH.findall(told.err) == []


def test_a_command_that_fails_ends_with_its_own_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(monkeypatch, "fr", "catalog", "check", "nulle-part") == 1
    assert "nulle-part" in capsys.readouterr().out
