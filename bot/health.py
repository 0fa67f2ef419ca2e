"""Liveness, readiness and metrics, on the server that the platforms call; and the guard against too many requests at once."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from adapters.playground.files import STORE_PATH
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.registry import Registry
from storage import catalog
from storage.database import Database
from storage.errors import StorageError

BODY_SECONDS = 10.0  # for a request's body to arrive
AT_ONCE = 200  # requests under way; a platform retries what is refused above it
_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})

_LOG = structlog.stdlib.get_logger(__name__)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Health:
    """The operator's three routes."""

    def __init__(self, database: Database, knowledge: Knowledge, metrics: Metrics, registry: Registry) -> None:
        self._database = database
        self._registry = registry
        self._knowledge = knowledge
        self._metrics = metrics

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/healthz", self._alive), web.get("/readyz", self._ready), web.get("/metrics", self._measured)]

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _request: web.Request) -> web.Response:
        if self._registry.outdated is not None:  # what the database has by now may not even be readable
            return web.json_response({"status": self._registry.outdated}, status=503)
        try:
            latest = await self._database.read(catalog.latest_number)
        except StorageError as error:
            _LOG.warning("not ready: the database doesn't answer", reason=str(error))
            return web.json_response({"status": "the database doesn't answer"}, status=503)
        return web.json_response({"status": "ok", "catalogue": self._knowledge.current.number, "latest_catalogue": latest or 0})

    async def _measured(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _has_come(request: web.Request, seconds: float) -> bool:
    """Read the body, which the request keeps for its handler; tell whether it came in time."""
    try:
        async with asyncio.timeout(seconds):
            await request.read()
    except TimeoutError:
        return False
    return True


def guard(metrics: Metrics, at_once: int = AT_ONCE, body_seconds: float = BODY_SECONDS) -> Middleware:
    """Return the middleware that refuses a request with 503 and Retry-After while `at_once` others are under way.

    A body that doesn't come within `body_seconds` is refused with 408: it would hold its place for ever.
    """
    under_way = 0

    @web.middleware
    async def refuse_above(request: web.Request, handler: _Handler) -> web.StreamResponse:
        nonlocal under_way
        # a file that the bot itself uploads to the playground's store is read as it comes, past the limit of a gesture's body
        if request.method != "POST" or request.path in _OPEN or request.path.startswith(STORE_PATH):
            return await handler(request)
        if under_way >= at_once:
            metrics.refused.inc()
            return web.json_response({"error": "too many requests at once; try again in a second"}, status=503, headers={"Retry-After": "1"})
        under_way += 1
        try:
            if not await _has_come(request, body_seconds):
                return web.json_response({"error": "the body didn't come in time"}, status=408)
            return await handler(request)
        finally:
            under_way -= 1

    return refuse_above
