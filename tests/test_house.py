"""The house stays as it's drawn: four rooms, plain names, settings that are documented, and a wheel that holds what runs."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.settings import SECRET_NAMES, Settings

HOUSE = Path(__file__).resolve().parent.parent
PACKAGES = ("adapters", "bot", "dialogs", "storage")
BANNED = {"manager", "managers", "helper", "helpers", "util", "utils", "base", "common", "core", "misc", "handler", "handlers", "data", "info"}


def modules(*folders: str) -> Iterator[Path]:
    """Yield every Python file below these folders of ours."""
    for folder in folders:
        for file in sorted((HOUSE / folder).rglob("*.py")):
            if "node_modules" not in file.parts:
                yield file


def words(name: str) -> set[str]:
    """Return the words of a name, in either way of writing it."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_the_one_of_this_project(package: str) -> None:
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).is_relative_to(HOUSE), "another distribution shadows it: install pourqui in an environment of its own"


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [file.relative_to(HOUSE) for file in modules(*PACKAGES, "tests", "benchmarks")]
    assert [str(file) for file in named if any(BANNED & words(part) for part in (*file.parent.parts, file.stem))] == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    classes = [
        f"{file.relative_to(HOUSE)}:{node.lineno}: {node.name}"
        for file in modules(*PACKAGES)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and BANNED & words(node.name)
    ]
    assert classes == []


def documented() -> dict[str, bool]:
    """Return each setting of the operator's table, and whether the table calls it a secret."""
    page = (HOUSE / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("\n## Settings\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name: "(secret)" in row for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_the_settings_table_names_exactly_the_settings() -> None:
    assert documented().keys() == {field.validation_alias for field in Settings.model_fields.values()}
    assert {name for name, secret in documented().items() if secret} == set(SECRET_NAMES)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names in the wheel that this tree gives."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    built = subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", folder, HOUSE], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    with ZipFile(file) as opened:
        return frozenset(opened.namelist())


@pytest.mark.parametrize(
    "pattern",
    [
        "bot/sample/solane/company.yaml",
        "bot/sample/solane/people.csv",
        "bot/sample/solane/functions/*.yaml",
        "bot/schemas/*.json",
        "dialogs/locale/*/messages.po",
        "storage/migrations/script.py.mako",
        "storage/migrations/versions/*.py",
        "adapters/playground/static/*.*",
        "adapters/playground/static/vendor/*.*",
        "*.py",
    ],
)
def test_the_wheel_holds_what_runs(wheel: frozenset[str], pattern: str) -> None:
    files = {file.relative_to(HOUSE).as_posix() for package in PACKAGES for file in (HOUSE / package).rglob("*") if file.is_file()}
    wanted = {name for name in files if Path(name).match(pattern) and "node_modules" not in name and "__pycache__" not in name}
    assert wanted
    assert wanted <= wheel


def test_the_wheel_holds_nothing_else(wheel: frozenset[str]) -> None:
    others = {name for name in wheel if name.split("/")[0] not in PACKAGES and not name.split("/")[0].endswith(".dist-info")}
    assert others == set()
    development = ("/web/", "node_modules", "__pycache__", ".npmrc", "/tests/", "package.json")
    assert [name for name in sorted(wheel) if any(part in f"/{name}" for part in development)] == []
