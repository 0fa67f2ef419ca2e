"""`POST /api/exchanges`: other tools tell of the support exchanges that live in them (docs/exchanges.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.knowledge import Knowledge
from bot.told import RefusedError, answered, read_body, read_email, read_fields, read_function, read_json, read_text, read_time
from dialogs.catalog import Catalogue, Function
from dialogs.request import Outcome
from storage import Session, exchange_sources, outside_exchanges
from storage.database import Database
from storage.exchange_sources import Source
from storage.outside_exchanges import STATES, News, Told

BODY_LIMIT: Final = 64 * 1024  # bytes; an exchange without its content is a few hundred
_NAMES: Final = ("external_id", "state", "at", "client", "function", "service", "outcome")
_REQUIRED: Final = _NAMES[:5]
_OUTCOMES: Final = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.WITHDRAWN)

_LOG = structlog.stdlib.get_logger(__name__)


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
        async def take(source: Source) -> web.Response:
            at = self._clock()
            body = await read_body(request, BODY_LIMIT, "send one exchange at a time")
            news = read_news(body, source.name, self._knowledge.current.catalogue, at)
            told = await self._database.write(f"exchange|{news.source}|{news.external_id}", lambda session: _keep(session, news, at))
            _LOG.info("exchange told", source=news.source, state=news.state, function=news.function, ignored=told.ignored)
            return web.json_response({"id": told.id, "state": told.state} | ({"ignored": True} if told.ignored else {}))

        return await answered(self._database, request, take)


def read_news(body: bytes, source: str, catalogue: Catalogue, now: datetime) -> News:
    """Read what a tool tells. Raises an error that says what is wrong, in which field, and how to mend it."""
    told = read_fields(read_json(body), "the body is one JSON object: one exchange", _NAMES, _REQUIRED)
    state = next((state for state in STATES if state == told["state"]), None)
    if state is None:
        raise RefusedError(f"one of {', '.join(STATES)}", field="state")
    function = read_function(told, catalogue)
    return News(
        source=source,
        external_id=read_text(told, "external_id"),
        state=state,
        at=read_time(told, "at", now),
        client=read_email(told, "client", "who was helped"),
        function=function.slug,
        service=_service(function, told),
        outcome=_outcome(told, closed=state == "closed"),
    )


def _keep(session: Session, news: News, at: datetime) -> Told:
    exchange_sources.use(session, news.source, at)
    return outside_exchanges.tell(session, news, at)


def _service(function: Function, told: Mapping[str, Any]) -> str | None:
    if "service" not in told:
        return None
    service = read_text(told, "service")
    if service not in {known.id for known in function.services}:
        known = ", ".join(each.id for each in function.services) or "none"
        raise RefusedError(f"{function.slug} has no such service; it has {known}. Or leave it out", field="service", status=422)
    return service


def _outcome(told: Mapping[str, Any], *, closed: bool) -> str | None:
    if "outcome" not in told:
        return None
    if not closed:
        raise RefusedError("only a closed exchange has an outcome: leave it out", field="outcome")
    if told["outcome"] not in _OUTCOMES:
        raise RefusedError(f"one of {', '.join(_OUTCOMES)}, or leave it out", field="outcome")
    return str(told["outcome"])
