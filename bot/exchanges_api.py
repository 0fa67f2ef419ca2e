"""`POST /api/exchanges`: other tools tell of the support exchanges that live in them (docs/exchanges.md)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.knowledge import Knowledge
from dialogs.catalog import Catalogue, Function
from dialogs.request import Outcome
from storage import Session, exchange_sources, outside_exchanges
from storage.database import Database
from storage.errors import StorageError
from storage.exchange_sources import Source
from storage.outside_exchanges import STATES, News, Told

BODY_LIMIT: Final = 64 * 1024  # bytes; an exchange without its content is a few hundred
AHEAD: Final = timedelta(minutes=5)  # how far another tool's clock may be ahead of ours
_NAME_LIMIT: Final = 200  # characters of an external id
_EMAIL_LIMIT: Final = 254  # characters of an address, RFC 5321
_NAMES: Final = ("external_id", "state", "at", "client", "function", "service", "outcome")
_REQUIRED: Final = _NAMES[:5]
_OUTCOMES: Final = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.WITHDRAWN)

_LOG = structlog.stdlib.get_logger(__name__)


class _RefusedError(Exception):
    """What was told can't be taken: why, where, and how to mend it."""

    def __init__(self, error: str, *, field: str | None = None, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error} | ({"field": field} if field else {})


class ExchangesApi:
    """The route by which other tools tell of exchanges, each with its own token; nothing of what was said is taken, or logged."""

    def __init__(self, database: Database, knowledge: Knowledge, clock: Clock) -> None:
        self._database = database
        self._knowledge = knowledge
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.post("/api/exchanges", self._receive)]

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            source = await self._source(request)
            if source is None:
                error = "send the header “Authorization: Bearer TOKEN”, with a token that `pourqui sources add` gave and that isn't revoked"
                return web.json_response({"error": error}, status=401, headers={"WWW-Authenticate": "Bearer"})
            at = self._clock()
            news = read_news(await _body(request), source.name, self._knowledge.current.catalogue, at)
            told = await self._database.write(f"exchange|{news.source}|{news.external_id}", lambda session: _keep(session, news, at))
        except _RefusedError as refused:
            return web.json_response(refused.body, status=refused.status)
        except StorageError as error:
            _LOG.warning("an exchange couldn't be kept", reason=str(error))
            return web.json_response({"error": "the database doesn't answer; send it again"}, status=503, headers={"Retry-After": "5"})
        _LOG.info("exchange told", source=news.source, state=news.state, function=news.function, ignored=told.ignored)
        return web.json_response({"id": told.id, "state": told.state} | ({"ignored": True} if told.ignored else {}))

    async def _source(self, request: web.Request) -> Source | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.isascii():
            return None
        return await self._database.read(lambda session: exchange_sources.trusted(session, token.strip()))


def read_news(body: bytes, source: str, catalogue: Catalogue, now: datetime) -> News:
    """Read what a tool tells. Raises an error that says what is wrong, in which field, and how to mend it."""
    told = _told(body)
    if unknown := [name for name in told if name not in _NAMES]:
        raise _RefusedError(f"not taken here, leave it out: nothing of what was said is kept. The fields are {', '.join(_NAMES)}", field=unknown[0])
    if missing := [name for name in _REQUIRED if name not in told]:
        raise _RefusedError("this field is missing", field=missing[0])
    state = next((state for state in STATES if state == told["state"]), None)
    if state is None:
        raise _RefusedError(f"one of {', '.join(STATES)}", field="state")
    function = _function(catalogue, _text(told, "function", _NAME_LIMIT))
    return News(
        source=source,
        external_id=_text(told, "external_id", _NAME_LIMIT),
        state=state,
        at=_time(told["at"], now),
        client=_email(told),
        function=function.slug,
        service=_service(function, told),
        outcome=_outcome(told, closed=state == "closed"),
    )


def _keep(session: Session, news: News, at: datetime) -> Told:
    exchange_sources.use(session, news.source, at)
    return outside_exchanges.tell(session, news, at)


async def _body(request: web.Request) -> bytes:
    """Read the body. A longer one isn't read to its end where its length is told."""
    too_long = _RefusedError(f"the body may have {BODY_LIMIT} bytes at most; send one exchange at a time", status=413)
    if (request.content_length or 0) > BODY_LIMIT:
        raise too_long
    body = await request.read()
    if len(body) > BODY_LIMIT:
        raise too_long
    return body


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _RefusedError("the body isn't JSON in UTF-8") from error
    if not isinstance(told, dict):
        raise _RefusedError("the body is one JSON object: one exchange")
    return {name: value for name, value in told.items() if value is not None}


def _text(told: Mapping[str, Any], name: str, limit: int) -> str:
    value = told[name]
    if not isinstance(value, str) or not value.strip() or len(value) > limit or not value.isprintable():
        raise _RefusedError(f"a text of 1 to {limit} characters, without line breaks or control characters", field=name)
    return value.strip()


def _time(value: object, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        utc = at.astimezone(UTC) if at is not None and at.utcoffset() is not None else None
    except (ValueError, OverflowError):
        utc = None
    if utc is None:
        raise _RefusedError("a time in ISO 8601 with its offset, such as 2026-11-20T14:05:00+01:00", field="at")
    if utc > now + AHEAD:
        raise _RefusedError(f"it's in the future: here it's {now.isoformat(timespec='seconds')}; look at your clock and at the offset", field="at")
    return utc


def _email(told: Mapping[str, Any]) -> str:
    email = _text(told, "client", _EMAIL_LIMIT)
    name, at, domain = email.rpartition("@")
    if not (name and at and domain) or any(mark.isspace() for mark in email):
        raise _RefusedError("the e-mail of who was helped, such as ines.martin@solane.example", field="client")
    return email


def _function(catalogue: Catalogue, slug: str) -> Function:
    function = catalogue.function(slug)
    if function is None:
        known = ", ".join(function.slug for function in catalogue.functions)
        raise _RefusedError(f"the catalogue has no such function; it has {known}", field="function", status=422)
    return function


def _service(function: Function, told: Mapping[str, Any]) -> str | None:
    if "service" not in told:
        return None
    service = _text(told, "service", _NAME_LIMIT)
    if service not in {known.id for known in function.services}:
        known = ", ".join(each.id for each in function.services) or "none"
        raise _RefusedError(f"{function.slug} has no such service; it has {known}. Or leave it out", field="service", status=422)
    return service


def _outcome(told: Mapping[str, Any], *, closed: bool) -> str | None:
    if "outcome" not in told:
        return None
    if not closed:
        raise _RefusedError("only a closed exchange has an outcome: leave it out", field="outcome")
    if told["outcome"] not in _OUTCOMES:
        raise _RefusedError(f"one of {', '.join(_OUTCOMES)}, or leave it out", field="outcome")
    return str(told["outcome"])
