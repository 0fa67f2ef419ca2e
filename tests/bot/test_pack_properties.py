"""Nothing that somebody may write into a pack stops its reading: it's read, or said to be wrong."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.packs import read_pack
from bot.po import texts
from bot.yaml_source import read_yaml
from dialogs.written import Raw
from tests.examples import examples

PACKS = Path(__file__).parent / "packs"
FINANCE = "functions/finance.yaml"


def _value(file: Path) -> Any:
    source = read_yaml(file, file.name, texts("en"))
    assert source.mistakes == ()
    return source.value


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["free", "money", "2026-09-01", "all"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["fr", "en", "kind", "time", "unit", "id", "title", "body", "amount", "phrasings", "audience", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


def _places(value: Raw, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    match value:
        case dict():
            return [place, *(found for key, item in value.items() for found in _places(item, (*place, key)))]
        case list():
            return [place, *(found for index, item in enumerate(value) for found in _places(item, (*place, index)))]
        case _:
            return [place]


@settings(max_examples=examples(60))
@given(drawn=st.data(), put=_JSON)
def test_whatever_stands_anywhere_is_read_or_said(tmp_path_factory: pytest.TempPathFactory, drawn: st.DataObject, put: object) -> None:
    value: Any = _value(PACKS / "small" / FINANCE)
    place = drawn.draw(st.sampled_from(_places(value)[1:]))
    holder = value
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = put
    folder = Path(shutil.copytree(PACKS / "small", tmp_path_factory.mktemp("pack") / "small"))
    (folder / FINANCE).write_text(json.dumps(value), encoding="utf-8")
    reading = read_pack(folder)
    assert (reading.catalogue is None) == bool(reading.mistakes)
    assert all(mistake.what and mistake.fix and mistake.line >= 1 for mistake in reading.mistakes)


@settings(max_examples=examples(100))
@given(content=st.binary(max_size=60) | st.text(alphabet="ab:-?[]{},&*!|>'\"%@` \n\t#\\xu0é", max_size=60).map(lambda text: text.encode()))
def test_any_bytes_are_read_or_said(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("bytes") / "any.yaml"
    file.write_bytes(content)
    source = read_yaml(file, "any.yaml", texts("en"))
    assert source.is_read or source.mistakes
