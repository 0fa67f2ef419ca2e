"""Editors complete and check packs with JSON Schemas that are in step with the catalogue."""

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot import pack_schemas
from bot.pack_schemas import SCHEMAS, schemas
from bot.packs import sample_folder
from bot.po import texts
from bot.yaml_source import read_yaml

PACKS = Path(__file__).parent / "packs"
FINANCE = "functions/finance.yaml"


def _value(file: Path) -> Any:
    source = read_yaml(file, file.name, texts("en"))
    assert source.mistakes == ()
    return source.value


def test_the_module_writes_the_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(pack_schemas, "SCHEMAS", tmp_path / "schemas")
    monkeypatch.delitem(sys.modules, "bot.packs")
    runpy.run_module("bot.packs", run_name="__main__")
    assert {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "schemas").iterdir()} == schemas()
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "schemas" / name) for name in schemas()]


def test_the_schemas_are_in_step() -> None:
    committed = {file.name: file.read_text(encoding="utf-8") for file in SCHEMAS.iterdir()}
    assert committed == schemas(), "the schemas have changed: run `python -m bot.packs` and commit bot/schemas"


@pytest.mark.parametrize(
    "file", [sample_folder() / "company.yaml", *sorted((sample_folder() / "functions").glob("*.yaml"))], ids=lambda file: file.name
)
def test_the_schemas_accept_the_sample_company(file: Path) -> None:
    name = "company.json" if file.name == "company.yaml" else "function.json"
    validator = Draft202012Validator(json.loads(schemas()[name]))
    assert [error.message for error in validator.iter_errors(_value(file))] == []


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"slug": "Direction financière"}, ["slug"]),
        ({"names": {}}, ["names"]),
        ({"names": "Finance"}, ["names"]),
        ({"contact": []}, []),
        ({"services": [{"id": "x", "title": {"fr": "x"}}]}, ["services", 0]),
        ({"contacts": [{"name": "x", "email": 5}]}, ["contacts", 0, "email"]),
    ],
)
def test_the_schemas_refuse_what_is_broken(change: dict[str, object], refused: list[str | int]) -> None:
    value = {**_value(PACKS / "small" / FINANCE), **change}
    validator = Draft202012Validator(json.loads(schemas()["function.json"]))
    assert [list(error.path) for error in validator.iter_errors(value)] == [refused]
