"""Gestures: what the page tells of a click or a message, read without trusting its types."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.playground.conversations import Json

TEXT = 12_000  # characters; Slack's own limit is 40,000, Teams' about 28 KB: enough here to try a text that is far too long


@dataclass(frozen=True, slots=True)
class Gesture:
    """A gesture's fields; reading one that is missing or of another type answers 400."""

    fields: Json

    def text(self, name: str, *, empty: bool = False) -> str:
        """Return a text that must be there; it may be empty only where that is said."""
        value = self.fields.get(name)
        if not isinstance(value, str) or len(value) > TEXT or not (value or empty):
            raise web.HTTPBadRequest(text=f"{name} must be a text of at most {TEXT} characters.\n")
        return value

    def optional(self, name: str) -> str | None:
        """Return a text, None when it's missing or null."""
        return None if self.fields.get(name) is None else self.text(name, empty=True)

    def object(self, name: str) -> dict[str, Any]:
        """Return an object that must be there."""
        value = self.fields.get(name)
        if not isinstance(value, dict):
            raise web.HTTPBadRequest(text=f"{name} must be an object.\n")
        return value


async def read_gesture(request: web.Request) -> Gesture:
    """Read the body of a gesture; answers 415 unless it's JSON (which no plain form of another site can send), 400 unless it's an object."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="A gesture is JSON.\n")
    try:
        fields = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise web.HTTPBadRequest(text="A gesture is JSON.\n") from error
    if not isinstance(fields, dict):
        raise web.HTTPBadRequest(text="A gesture is a JSON object.\n")
    return Gesture(fields)
