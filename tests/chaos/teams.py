"""Teams tenants behind one Bot Connector, for many people: what was posted is known by its conversation and its content, as Teams has no stamps."""

import hashlib
import json
import time
from itertools import count

from aiohttp import web

from tests.chaos.places import tenant
from tests.chaos.weather import Weather, befalls
from tests.platforms.teams_limits import RateLimits

_PREFIX = "/teams/{tenant}/v3/conversations"


class Teams:
    """What the tenants hold, and what they were asked. Each tenant has a service URL of its own, `/teams/NUMBER/`."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.accepted: list[tuple[float, int, str]] = []  # when, in which tenant, conversation and digest of what was said
        self.above: list[tuple[str, str, str]] = []
        self._limits: dict[int, RateLimits] = {}
        self._numbers = count(1_700_000_000_000)

    def routes(self) -> list[web.RouteDef]:
        """Return the Bot Connector's routes."""
        return [
            web.post(_PREFIX + "/{conversation}/activities", self._serve),
            web.post(_PREFIX + "/{conversation}/activities/{activity}", self._serve),
            web.put(_PREFIX + "/{conversation}/activities/{activity}", self._serve),
            web.delete(_PREFIX + "/{conversation}/activities/{activity}", self._serve),
            web.get(_PREFIX + "/{conversation}/members/{member}", self._serve),
        ]

    async def _serve(self, request: web.Request) -> web.Response:
        number, body = int(request.match_info["tenant"]), await request.read()
        limits = self._limits.setdefault(number, RateLimits(time.monotonic))
        place = request.match_info["conversation"] if request.method != "GET" else None
        if (wait := limits.wait(place)) is not None:
            self.above.append((request.method, place or "", ""))
            return web.json_response({"error": {"code": "Throttled"}}, status=429, headers={"Retry-After": str(wait)})
        gust = self.weather.draw()
        if gust is None:
            return self._answer(request, number, body)
        return await befalls(gust, request, lambda: self._answer(request, number, body))

    def _answer(self, request: web.Request, number: int, body: bytes) -> web.Response:
        if request.method == "GET":
            member = request.match_info["member"]
            return web.json_response({"id": member, "name": member, "tenantId": tenant(number), "userRole": "user"})
        if request.method != "POST":
            return web.json_response({"id": request.match_info["activity"]})
        said = json.loads(body)
        if said.get("type") == "message":
            content = json.dumps([said.get("text"), said.get("attachments")], sort_keys=True)
            digest = hashlib.blake2b(content.encode(), digest_size=8).hexdigest()
            self.accepted.append((time.monotonic(), number, f"{request.match_info['conversation']}|{digest}"))
        return web.json_response({"id": str(next(self._numbers))}, status=201)
