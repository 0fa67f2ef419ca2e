"""What `pourqui doctor` said, taken apart."""

import pytest
from typer.testing import Result


def findings(said: Result) -> dict[str, tuple[str, str]]:
    """Return each finding by its name: its mark and all its words."""
    found: dict[str, tuple[str, str]] = {}
    name = ""
    for line in said.stdout.splitlines():
        if line.startswith(("ok ", "!! ")):
            name, _, words = line[3:].partition("  ")
            found[name.strip()] = (line[:2], words.strip())
        else:
            mark, words = found[name]
            found[name] = (mark, f"{words} {line.strip()}")
    assert said.exit_code == (1 if any(mark == "!!" for mark, _ in found.values()) else 0)
    assert said.stderr == ""
    return found


def set_all(monkeypatch: pytest.MonkeyPatch, *settings: dict[str, str]) -> None:
    for one in settings:
        for name, value in one.items():
            monkeypatch.setenv(name, value)
