"""What Slack sends, before it means anything: decoded once, then read without trusting its types."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

Payload = Mapping[str, Any]

DEPTH_LIMIT = 64  # interfaces.md; Slack's own rich text stays under 20
_FIELDS_LIMIT = 64  # fields of a form; a slash command has 13
_FIRST_YEAR, _LAST_YEAR = 2000, 2199  # what is reckoned from an event's time stays a date
_IDENTIFIER = re.compile(r"[\w.:=+/-]{1,255}", re.ASCII)  # 255: Slack's limit for the ids that an app chooses; its own are shorter
_UNSTORABLE = re.compile(r"[\ud800-\udfff\x00]")  # half a surrogate pair has no UTF-8, NUL has no place in PostgreSQL


class MalformedPayloadError(ValueError):
    """A body that isn't of a known form; its text says why. Answered with 400."""


def decode(body: bytes, content_type: str) -> dict[str, Any]:
    """Read the body of an authenticated request: JSON (events), a form holding JSON in `payload` (gestures), or a plain form (commands).

    Raises MalformedPayloadError. Bolt's own reading isn't used: it takes a command whose text has the word "payload" for an empty body.
    """
    try:
        text = body.decode()
        if content_type == "application/json":
            return _checked(json.loads(text))
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_LIMIT))
        return _checked(json.loads(form["payload"]) if "payload" in form else form)
    except RecursionError as error:
        raise MalformedPayloadError("nested too deeply") from error
    except MalformedPayloadError:
        raise
    except ValueError as error:
        raise MalformedPayloadError(f"neither JSON nor a form: {type(error).__name__}") from error


def _checked(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedPayloadError("not an object")
    if not ("type" in value or "command" in value or "ssl_check" in value):
        raise MalformedPayloadError("no known form: neither type nor command")
    if value.get("type") == "event_callback":
        section(value, "event")
    level: list[object] = [value]
    for _ in range(DEPTH_LIMIT):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise MalformedPayloadError("nested too deeply")


def _inside(value: object) -> list[object]:
    """Return the containers that a container holds."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [inner for inner in held if isinstance(inner, dict | list)]


def section(payload: Payload, name: str) -> Payload:
    """Return the object called `name`. Raises MalformedPayloadError when there is none."""
    value = payload.get(name)
    if not isinstance(value, dict):
        raise MalformedPayloadError(f"{name} isn't an object")
    return value


def optional_section(payload: Payload, name: str) -> Payload:
    """Return the object called `name`, an empty one when it's absent or null. Raises MalformedPayloadError for anything else."""
    return {} if payload.get(name) is None else section(payload, name)


def first(payload: Payload, name: str) -> Payload:
    """Return the first object of the list called `name`, an empty one when there is none. Raises MalformedPayloadError for anything else."""
    value = payload.get(name)
    if value is None or value == []:
        return {}
    if not (isinstance(value, list) and isinstance(value[0], dict)):
        raise MalformedPayloadError(f"{name} isn't a list of objects")
    return value[0]


def number_of(payload: Payload, name: str) -> int:
    """Return how many things the list called `name` holds, 0 when it's absent or null. Raises MalformedPayloadError when it isn't a list."""
    value = payload.get(name)
    if value is None:
        return 0
    if not isinstance(value, list):
        raise MalformedPayloadError(f"{name} isn't a list")
    return len(value)


def identifier(payload: Payload, name: str) -> str:
    """Return an id, a timestamp or a kind: 1 to 255 plain characters. Raises MalformedPayloadError for anything else."""
    value = payload.get(name)
    if not (isinstance(value, str) and _IDENTIFIER.fullmatch(value)):
        raise MalformedPayloadError(f"{name} isn't an identifier")
    return value


def optional_identifier(payload: Payload, name: str) -> str | None:
    """Return an id, None when it's absent, null or empty. Raises MalformedPayloadError for anything else."""
    return identifier(payload, name) if payload.get(name) not in (None, "") else None


def words(payload: Payload, name: str) -> str:
    """Return a text that can be stored, empty when it's absent or null. Raises MalformedPayloadError when it isn't a text."""
    value = payload.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedPayloadError(f"{name} isn't a text")
    return storable(value)


def storable(text: str) -> str:
    """Return the text with what no database takes replaced."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def moment(timestamp: str) -> datetime:
    """Return the time of a Slack timestamp, such as `1548426417.840180` (seconds). Raises MalformedPayloadError when it isn't one."""
    try:
        at = datetime.fromtimestamp(float(timestamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedPayloadError("a timestamp isn't one") from error
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise MalformedPayloadError("a timestamp isn't of our time")
    return at


def event_id(payload: Payload) -> str:
    """Return the gesture id of an event: the same in each of Slack's retries. Raises MalformedPayloadError when there is none."""
    return f"event:{identifier(payload, 'event_id')}"


def time_of(payload: Payload, event: Payload) -> datetime:
    """Return when an event happened, else when it was delivered. Raises MalformedPayloadError when it tells neither."""
    timestamp = optional_identifier(event, "event_ts") or optional_identifier(event, "ts")
    if timestamp is not None:
        return moment(timestamp)
    seconds = payload.get("event_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise MalformedPayloadError("an event without its time")
    return moment(str(seconds))
