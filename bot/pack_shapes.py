"""The shape of a pack's values: what the catalogue's dataclasses ask for, and where a file departs from it."""

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.mistakes import Mistake
from bot.yaml_source import YamlSource
from dialogs.campaign_step_rules import EXAMPLE
from dialogs.catalog import Localized, Unit
from dialogs.search.likeness import nearest
from dialogs.texts import Texts
from dialogs.written import Place, Raw, hints, meant, options, quoted

Made = TypeVar("Made")

_EXAMPLES: dict[Any, str] = {
    float: "5",
    int: "5",
    date: "2026-09-01",
    datetime: EXAMPLE,
    tuple: "[…, …]",
    Localized: "{fr: …, en: …}",
}


def made(source: YamlSource, kind: type[Made], t: Texts) -> tuple[Made | None, list[Mistake]]:
    """Return the value of a file as a `kind`, or None with everything in its shape that's wrong.

    JSON in pydantic's strict mode is the rule: a list for a tuple and a text for a date are right, `"5"` for a number isn't.
    """
    shape: Any = kind
    adapter: TypeAdapter[Made] = _adapter(shape)
    try:
        return adapter.validate_json(json.dumps(source.value), strict=True), []
    except ValidationError as error:
        found: dict[Place, Mistake] = {}
        for details in error.errors(include_url=False, include_context=False):
            if (mistake := _mistake(details, source, kind, t)) is not None:
                found.setdefault(*mistake)
        return None, list(found.values())


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _mistake(details: ErrorDetails, source: YamlSource, kind: Any, t: Texts) -> tuple[Place, Mistake] | None:
    """Say one of pydantic's errors; None where it speaks of another type of a union than the one that's meant."""
    place: Place = ()
    value, expected, holder = source.value, kind, None
    problem = details["type"]
    for step in details["loc"]:
        if len(options(expected)) > 1:
            chosen = meant(expected, value)
            if chosen is expected:
                problem = "union"
                break
            if step != chosen.__name__:
                return None
            expected = chosen
            continue
        (expected,) = options(expected)
        place = (*place, step)
        if isinstance(value, dict) and isinstance(step, str):
            holder = expected if is_dataclass(expected) else None
            expected = hints(expected).get(step) if is_dataclass(expected) else get_args(expected)[1]
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            expected, value = get_args(expected)[0], value[step]
    match problem:
        case "missing":
            what, fix = t("this key is missing"), t("add {form}", form=f"{place[-1]}: {_example(expected)}")
        case "unexpected_keyword_argument":
            what, fix = t("this key isn't known"), _instead(str(place[-1]), holder, t)
        case _:
            what, fix = _wrong_type(value, expected, _may_be_left_out(holder, place), str(place[-1]) if place else "", t)
    return place, source.mistake(place, what, fix)


def _may_be_left_out(holder: Any, place: Place) -> bool:
    if holder is None:
        return False
    return any(field.name == place[-1] and (field.default is not MISSING or field.default_factory is not MISSING) for field in fields(holder))


def _instead(key: str, holder: Any, t: Texts) -> str:
    known = list(hints(holder)) if holder else []
    near = nearest(key, known)
    if near is not None:
        return t("did you mean {key}?", key=near)
    return t("remove it, or use one of {choices}", choices=", ".join(known))


def _choices(expected: Any) -> tuple[str, ...]:
    """Return the words among which a value must be, none where it may be any."""
    if get_origin(expected) is Literal:
        return get_args(expected)
    return tuple(choice.value for choice in expected) if isinstance(expected, type) and issubclass(expected, StrEnum) else ()


def _example(expected: Any) -> str:
    if choices := _choices(expected):
        return "|".join(choices)
    return _EXAMPLES.get(expected, "…")


def _wrong_type(value: Raw, expected: Any, optional: bool, key: str, t: Texts) -> tuple[str, str]:
    if value is None:
        return t("nothing is written here"), t("write it, or remove the key") if optional else t("write it")
    shown = quoted(value, t)
    if len(options(expected)) > 1:
        kinds = ", ".join(f"{{kind: {get_args(hints(option)['kind'])[0]}}}" for option in options(expected) if is_dataclass(option))
        kind = value.get("kind") if isinstance(value, dict) else value
        what = t("the kind is missing") if kind is None else t("{value} isn't a kind of {key}", value=quoted(kind, t), key=key)
        return what, t("start with one of {choices}", choices=kinds)
    (expected,) = options(expected)
    match get_origin(expected) or expected:
        case kind if kind is str:
            single = isinstance(value, int | float)
            return t("{value} isn't a text", value=shown), t("put it in quotes: {form}", form=f'"{shown}"') if single else t("write one text here")
        case kind if kind is float:
            return t("{value} isn't a number", value=shown), t("write a number without quotes, for instance {example}", example=_EXAMPLES[float])
        case kind if kind is int:
            return t("{value} isn't a whole number", value=shown), t("write a number without quotes, for instance {example}", example=_EXAMPLES[int])
        case kind if kind is datetime:
            what = t("{value} isn't a day with a time", value=shown)
            return what, t("write the day and the time, without a time zone, for instance {example}", example=EXAMPLE)
        case kind if kind is bool:
            return t("{value} isn't true or false", value=shown), t("write true or false, without quotes")
        case kind if kind is date:
            return t("{value} isn't a date", value=shown), t("write the year, the month and the day, for instance {example}", example=_EXAMPLES[date])
        case kind if kind is tuple:
            return t("{value} isn't a list", value=shown), t("write a list: {form}", form=_EXAMPLES[tuple])
        case kind if kind is Literal:
            what = t("{value} isn't a unit", value=shown) if expected == Unit else t("{value} isn't one of the choices", value=shown)
            return what, t("use one of {choices}", choices=", ".join(_choices(expected)))
        case kind if _choices(kind):
            return _unknown_choice(value, _choices(kind), t)
        case kind if kind is Localized:
            return t("{value} isn't a text in two languages", value=shown), t("write {form}", form=_EXAMPLES[Localized])
        case kind if is_dataclass(kind):
            return t("{value} isn't a set of keys", value=shown), t("write its keys: {choices}", choices=", ".join(hints(kind)))
        case _:
            return t("{value} isn't a set of keys", value=shown), t("write {form}", form="{slug: {fr: …, en: …}}")


def _unknown_choice(value: Raw, choices: tuple[str, ...], t: Texts) -> tuple[str, str]:
    near = nearest(value, choices) if isinstance(value, str) else None
    fix = t("did you mean {key}?", key=near) if near else t("use one of {choices}", choices=", ".join(choices))
    return t("{value} isn't one of the choices", value=quoted(value, t)), fix
