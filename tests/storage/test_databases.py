"""The suite itself: where PostgreSQL isn't on the machine, what needs it is left out, said, and the run fails."""

import subprocess
import sys
from pathlib import Path

import pytest

WITHOUT = """
import tests.databases

tests.databases.find_programs = lambda: None
pytest_plugins = ("tests.databases",)
"""
NEEDS_BOTH = """
def test_on_each(database_kind): pass
def test_on_a_server(postgresql): pass
"""
NEEDS_NEITHER = """
def test_of_something_else(): pass
"""


def run(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(WITHOUT)
    (folder / "test_some.py").write_text(tests)
    command: list[str | Path] = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", folder, *options, folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_what_needs_postgresql_is_left_out_and_the_run_fails(tmp_path: Path, options: tuple[str, ...]) -> None:
    told = run(tmp_path, NEEDS_BOTH + NEEDS_NEITHER, *options)
    assert "2 tests need PostgreSQL. PostgreSQL isn't on this machine" in told.stdout
    assert "sudo apt-get install postgresql" in told.stdout
    assert "2 passed" in told.stdout
    assert told.returncode == 1


def test_a_run_that_needs_no_postgresql_succeeds(tmp_path: Path) -> None:
    told = run(tmp_path, NEEDS_NEITHER)
    assert "PostgreSQL" not in told.stdout
    assert told.returncode == 0
