"""What other tools tell over HTTP: whose token it came with, a body that isn't too long, fields that say what they should."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from aiohttp import web

from dialogs.catalog import Catalogue, Function
from storage import exchange_sources
from storage.database import Database
from storage.errors import StorageError
from storage.exchange_sources import Source

AHEAD: Final = timedelta(minutes=5)  # how far another tool's clock may be ahead of ours
NAME_LIMIT: Final = 200  # characters of an external id
_EMAIL_LIMIT: Final = 254  # characters of an address, RFC 5321

_LOG = structlog.stdlib.get_logger(__name__)


class RefusedError(Exception):
    """What was told can't be taken: why, where (`index` in a list, from 0), and how to mend it."""

    def __init__(self, error: str, *, field: str | None = None, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body: dict[str, object] = {"error": error}
        if field:
            self.body["field"] = field

    def at(self, index: int) -> "RefusedError":
        """Say which one of a list it is."""
        self.body["index"] = index
        return self


async def answered(database: Database, request: web.Request, take: Callable[[Source], Awaitable[web.Response]]) -> web.Response:
    """Answer a tool: what was taken, or why nothing was."""
    try:
        source = await _source(database, request)
        if source is None:
            error = "send the header “Authorization: Bearer TOKEN”, with a token that `pourqui sources add` gave and that isn't revoked"
            return web.json_response({"error": error}, status=401, headers={"WWW-Authenticate": "Bearer"})
        return await take(source)
    except RefusedError as refused:
        return web.json_response(refused.body, status=refused.status)
    except StorageError as error:
        _LOG.warning("what a tool told couldn't be kept", path=request.path, reason=str(error))
        return web.json_response({"error": "the database doesn't answer; send it again"}, status=503, headers={"Retry-After": "5"})


async def _source(database: Database, request: web.Request) -> Source | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.isascii():
        return None
    return await database.read(lambda session: exchange_sources.trusted(session, token.strip()))


async def read_body(request: web.Request, limit: int, instead: str) -> bytes:
    """Read the body. A longer one isn't read to its end where its length is told; `instead` says what to send."""
    too_long = RefusedError(f"the body may have {limit} bytes at most; {instead}", status=413)
    if (request.content_length or 0) > limit:
        raise too_long
    body = await request.read()
    if len(body) > limit:
        raise too_long
    return body


def read_json(body: bytes) -> object:
    """Read the body as JSON."""
    try:
        told: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError("the body isn't JSON in UTF-8") from error
    return told


def read_fields(told: object, what: str, names: Sequence[str], required: Collection[str]) -> Mapping[str, Any]:
    """Return the fields that are told; `null` is the same as leaving one out, and one that isn't known is refused."""
    if not isinstance(told, dict):
        raise RefusedError(what)
    given = {name: value for name, value in told.items() if value is not None}
    if unknown := [name for name in given if name not in names]:
        raise RefusedError(f"not taken here, leave it out: nothing of what was said is kept. The fields are {', '.join(names)}", field=unknown[0])
    if missing := [name for name in names if name in required and name not in given]:
        raise RefusedError("this field is missing", field=missing[0])
    return given


def read_text(told: Mapping[str, Any], name: str, limit: int = NAME_LIMIT) -> str:
    """Read one line of text."""
    value = told[name]
    if not isinstance(value, str) or not value.strip() or len(value) > limit or not value.isprintable():
        raise RefusedError(f"a text of 1 to {limit} characters, without line breaks or control characters", field=name)
    return value.strip()


def read_time(told: Mapping[str, Any], name: str, now: datetime) -> datetime:
    """Read a time that isn't in the future, as UTC."""
    value = told[name]
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        utc = at.astimezone(UTC) if at is not None and at.utcoffset() is not None else None
    except (ValueError, OverflowError):
        utc = None
    if utc is None:
        raise RefusedError("a time in ISO 8601 with its offset, such as 2026-11-20T14:05:00+01:00", field=name)
    if utc > now + AHEAD:
        raise RefusedError(f"it's in the future: here it's {now.isoformat(timespec='seconds')}; look at your clock and at the offset", field=name)
    return utc


def read_email(told: Mapping[str, Any], name: str, whose: str) -> str:
    """Read an e-mail address; `whose` says of whom, for the mistake."""
    email = read_text(told, name, _EMAIL_LIMIT)
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or any(mark.isspace() for mark in email):
        raise RefusedError(f"the e-mail of {whose}, such as ines.martin@solane.example", field=name)
    return email


def read_function(told: Mapping[str, Any], catalogue: Catalogue) -> Function:
    """Read a function of the catalogue, by its slug."""
    function = catalogue.function(read_text(told, "function"))
    if function is None:
        known = ", ".join(function.slug for function in catalogue.functions)
        raise RefusedError(f"the catalogue has no such function; it has {known}", field="function", status=422)
    return function
