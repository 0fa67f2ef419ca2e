"""The JSON Schemas of a pack's files and of campaigns, for completion and checks in editors; `python -m bot.packs` writes them."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from dialogs.campaign import Campaign
from dialogs.campaign_rules import LARGEST_CONTROL, LONGEST_DELAY, MOST_STEPS
from dialogs.campaign_step_rules import AT, FEWEST_OPTIONS, MOST_BUTTONS, MOST_OPTIONS, MOST_VARIANTS
from dialogs.catalog import Company, Function
from dialogs.catalog_rules import NAME_LIMIT, SLUG, SLUG_LIMIT

SCHEMAS = Path(__file__).resolve().parent / "schemas"

_SLUG = {"pattern": f"^{SLUG.pattern}$", "maxLength": SLUG_LIMIT}
_HTTPS = {"type": "string", "format": "uri", "pattern": "^https://"}
_EMAIL = {"type": "string", "format": "email"}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_SOME = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
_RIGHT = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_OPTIONS}, {"type": "null"}]}
_NO_STAGE = {"not": {"const": "unaware"}}

# What the dataclasses can't say, by definition and property ("" is the definition itself); `catalog_rules` says it to people.
_BOUNDS: dict[str, dict[str, dict[str, Any]]] = {
    "Campaign": {
        "name": _SLUG,
        "function": _SLUG,
        "topic": {"anyOf": [{"type": "string", **_SLUG}, {"type": "null"}]},
        "steps": {"maxItems": MOST_STEPS},
    },
    "Company": {
        "country": {"pattern": "^[A-Z]{2}$"},
        "segments": {"propertyNames": {**_SLUG, "not": {"const": "all"}}},
        "languages": {"minItems": 1},
    },
    "Contact": {"email": _EMAIL, "name": {"minLength": 1, "maxLength": NAME_LIMIT}},
    "Control": {"share": {"exclusiveMinimum": 0, "maximum": LARGEST_CONTROL}},
    "Declared": {"share": _SHARE},
    "Delay": {"time": {"minimum": 1, "maximum": LONGEST_DELAY}},
    "Effort": {"time": {"exclusiveMinimum": 0}},
    "Entry": {"id": _SLUG, "owner": {"anyOf": [_EMAIL, {"type": "null"}]}, "audience": {"minItems": 1}},
    "Exit": {"stage": _NO_STAGE, "by": {"minItems": 1}},
    "Function": {"slug": _SLUG, "also": {"items": {"type": "string", "minLength": 1, "maxLength": NAME_LIMIT}}},
    "Localized": {"": {"minProperties": 1}},
    "Money": {"amount": {"exclusiveMinimum": 0}, "currency": {"pattern": "^[A-Z]{3}$"}},
    "Objective": {"stage": {"anyOf": [{"$ref": "#/$defs/Stage", **_NO_STAGE}, {"type": "null"}]}, "target": {"anyOf": [_SOME, {"type": "null"}]}},
    "Promise": {"time": {"exclusiveMinimum": 0}},
    "Service": {
        "id": _SLUG,
        "owner": {"anyOf": [_EMAIL, {"type": "null"}]},
        "link": {"anyOf": [_HTTPS, {"type": "null"}]},
        "audience": {"minItems": 1},
    },
    "Question": {"options": {"anyOf": [{"maxItems": 0}, {"minItems": FEWEST_OPTIONS, "maxItems": MOST_OPTIONS}]}, "right": _RIGHT},
    "Slice": {"": {"minProperties": 1}, "people": {"items": _EMAIL}},
    "Step": {
        "id": _SLUG,
        "stage": _NO_STAGE,
        "variants": {"maxItems": MOST_VARIANTS},
        "buttons": {"maxItems": MOST_BUTTONS},
        "at": {"anyOf": [{"type": "string", "pattern": f"^{AT.pattern}$"}, {"type": "null"}]},
    },
    "StepButton": {"link": {"anyOf": [_HTTPS, {"type": "null"}]}},
    "Variant": {"id": _SLUG, "share": {"anyOf": [_SOME, {"type": "null"}]}},
    "Wave": {"people": {"minimum": 1}},
}


def schemas() -> dict[str, str]:
    """Return each schema's text by its file's name."""
    return {
        "campaign.json": _schema(Campaign, "campaigns/*.yaml"),
        "company.json": _schema(Company, "company.yaml"),
        "function.json": _schema(Function, "functions/*.yaml"),
    }


def write_schemas() -> tuple[Path, ...]:
    """Write the schemas where they're committed; return their files."""
    SCHEMAS.mkdir(exist_ok=True)
    files = []
    for name, text in schemas().items():
        file = SCHEMAS / name
        file.write_text(text, encoding="utf-8", newline="\n")
        files.append(file)
    return tuple(files)


def _schema(kind: type, yaml: str) -> str:
    schema: dict[str, Any] = TypeAdapter(kind).json_schema()
    definitions = {kind.__name__: schema, **schema.get("$defs", {})}
    for name, definition in definitions.items():
        for key, bounds in _BOUNDS.get(name, {}).items():
            (definition["properties"][key] if key else definition).update(bounds)
    written = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"pourqui: {yaml}"}
    return json.dumps(written, ensure_ascii=False, indent=2) + "\n"
