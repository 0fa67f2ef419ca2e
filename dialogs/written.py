"""What somebody has written for the catalogue, in a file or in a form, before it's known to be right: plain values, and what each is meant to be."""

import re
import types
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

from dialogs.texts import Texts

Raw: TypeAlias = "str | int | float | bool | list[Raw] | dict[str, Raw] | None"
Place: TypeAlias = tuple[str | int, ...]  # the keys and indexes that lead to a value

UNSHOWABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # no database or JSON takes them all
_SHOWN: Final = 60  # characters of a wrong value that a fault quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One written value, with the type asked for and the dataclass and field that it fills; list items share their list's field."""

    place: Place
    value: Raw
    expected: Any
    holder: type | None
    field: str


def spots(value: Raw, expected: Any, place: Place = (), holder: type | None = None, name: str = "") -> Iterator[Spot]:
    """Yield every value that stands where `expected` has a place for it, holders before what they hold; wrong shapes are passed over."""
    expected = meant(expected, value)
    yield Spot(place=place, value=value, expected=expected, holder=holder, field=name)
    if is_dataclass(expected) and isinstance(value, dict):
        for key, hint in hints(expected).items():
            if key in value:
                yield from spots(value[key], hint, (*place, key), expected if isinstance(expected, type) else None, key)
    elif get_origin(expected) is tuple and isinstance(value, list):
        for index, item in enumerate(value):
            yield from spots(item, get_args(expected)[0], (*place, index), holder, name)
    elif get_origin(expected) is dict and isinstance(value, dict):
        for key, item in value.items():
            yield from spots(item, get_args(expected)[1], (*place, key), holder, name)


def hints(kind: Any) -> dict[str, Any]:
    """Return a dataclass's fields with their types, in order."""
    return _hints(kind)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    known = get_type_hints(kind)
    return {field.name: known[field.name] for field in fields(kind)}


def options(expected: Any) -> tuple[Any, ...]:
    """Return the types of a union but None, or the one type that isn't a union."""
    if get_origin(expected) in (Union, types.UnionType):
        return tuple(option for option in get_args(expected) if option is not type(None))
    return (expected,)


def meant(expected: Any, value: Raw) -> Any:
    """Return the one type of a union that a value means to be, or the union itself where it means none."""
    known = options(expected)
    if len(known) == 1:
        return known[0]
    if isinstance(value, dict):
        kinds = {get_args(hints(option)["kind"])[0]: option for option in known if is_dataclass(option) and "kind" in hints(option)}
        if kinds:
            kind = value.get("kind")
            return kinds.get(kind, expected) if isinstance(kind, str) else expected
        return next((option for option in known if is_dataclass(option)), expected)
    return str if str in known else expected


def quoted(value: Raw, t: Texts) -> str:
    """Show a written value in a fault, clipped."""
    match value:
        case str():
            line = " ".join(value.split())
            return f'"{line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"}"'
        case bool():
            return "true" if value else "false"
        case list():
            return t("a list")
        case dict():
            return t("a set of keys")
        case _:
            return str(value)


def as_written(value: Any) -> Raw:
    """Return one of the catalogue's values, or a campaign, as its file has it, keys in their documented order; what is at its default isn't written.

    Raises TypeError for what no pack holds.
    """
    match value:
        case StrEnum():
            return value.value
        case None | str() | bool() | int():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case date():
            return value.isoformat()
        case tuple():
            return [as_written(item) for item in value]
        case dict():
            return {key: as_written(item) for key, item in value.items()}
        case _ if is_dataclass(value):
            held = ((field, getattr(value, field.name)) for field in fields(value))
            return {
                field.name: as_written(item)
                for field, item in held
                if item != (field.default if field.default_factory is MISSING else field.default_factory())
            }
        case _:
            raise TypeError(f"a pack holds no {type(value).__name__}")
