"""The playground on loopback, between a page that a test plays and the two real adapters, whose program is scripted."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import create_server
from typing import Any

import jwt
import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.typedefs import Handler

from adapters.playground.app import Playground, slack_api_url
from adapters.slack.app import SlackAdapter
from bot.app import teams_of
from bot.clock import now
from dialogs.people import DirectoryRow
from tests.adapters.slack.listener import ScriptedListener

Json = dict[str, Any]

SECRET, TOKEN, TEAM, TENANT = "s" * 32, "xoxb-playground", "T0TEST", "11111111-0000-4000-8000-000000000000"
PEOPLE = (
    DirectoryRow(id="p1", email="alice.martin@vaubert.example", name="Alice Martin", language="fr", site="Lyon", department="Ventes"),
    DirectoryRow(
        id="p2", email="bob.leroy@vaubert.example", name="Bob Leroy", language="en", site="Lille", department="IT", timezone="Europe/London"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What reached one of the program's public routes."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body of a JSON request."""
        read: Json = json.loads(self.body)
        return read


@dataclass(slots=True, kw_only=True)
class Stage:
    """The playground, what the program heard, and the page."""

    url: str
    http: ClientSession
    listener: ScriptedListener
    playground: Playground
    requests: list[Request] = field(default_factory=list)

    @property
    def as_bot(self) -> dict[str, str]:
        """The header by which the bot's calls are known as its own."""
        return {"Authorization": f"Bearer {self.playground.sign_in.bot_token}"}

    async def makes(self, account: str, gesture: str, /, **fields: Any) -> Json:
        """Make a gesture as the page does (`slack/message`…), wait for the bot to have said its say; return the playground's answer."""
        async with self.sends(gesture, {"account": account, "window": "w1", **fields}) as response:
            assert response.status == 200, await response.text()
            told: Json = await response.json()
        await self.listener.settled()
        return told

    def sends(self, gesture: str, body: object, **headers: str) -> Any:
        """Send a gesture, whatever it holds."""
        return self.http.post(f"{self.url}/playground/gestures/{gesture}", json=body, headers={"Sec-Fetch-Site": "same-origin", **headers})

    @asynccontextmanager
    async def watching(self, account: str, window: str = "w1") -> AsyncIterator["Watch"]:
        """Watch as a window does."""
        async with self.http.get(f"{self.url}/playground/events", params={"account": account, "window": window}) as response:
            yield Watch(response)

    async def proves(self, request: Request) -> None:
        """Check that a request is the platform's own: signed as Slack signs, or with the Bot Connector's token for what it says."""
        if request.path != "/api/messages":
            basis = f"v0:{request.headers['X-Slack-Request-Timestamp']}:".encode() + request.body
            assert request.headers["X-Slack-Signature"] == "v0=" + hmac.new(SECRET.encode(), basis, hashlib.sha256).hexdigest()
            return
        token = request.headers["Authorization"].removeprefix("Bearer ")
        async with self.http.get(f"{self.url}/playground/teams/openid") as metadata:
            keys_url = (await metadata.json())["jwks_uri"]
        async with self.http.get(keys_url) as answer:
            keys = jwt.PyJWKSet.from_dict(await answer.json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=self.playground.sign_in.app_id, issuer="https://api.botframework.com")
        assert claims["serviceurl"] == request.json["serviceUrl"] == f"{self.url}/playground/teams/"

    async def sees(self, account: str, place: str) -> list[Json]:
        """Return what an account sees in a place."""
        async with self.watching(account) as watch:
            picture = await watch.next("picture")
            posts: list[Json] = picture["places"][place]
            return posts


class Watch:
    """A window's stream."""

    def __init__(self, response: ClientResponse) -> None:
        self._response = response

    async def next(self, kind: str) -> Json:
        """Return the next event of a kind."""
        async for line in self._response.content:
            if line.startswith(b"data: "):
                event: Json = json.loads(line.removeprefix(b"data: "))
                if event["type"] == kind:
                    return event
        raise AssertionError(f"the stream ended without {kind}")

    async def ended(self) -> bool:
        """Wait for the stream's end."""
        return await self._response.content.read() == b""


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Serve the playground, Slack's and Teams' adapters on one port of loopback."""
    playground = Playground(PEOPLE, signing_secret=SECRET, bot_token=TOKEN, team=TEAM, tenant=TENANT, language="fr", now=now, wall=now)
    listener = ScriptedListener()
    heard: list[Request] = []

    @web.middleware
    async def recording(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/playground"):
            heard.append(Request(path=request.path, headers=request.headers.copy(), body=await request.read()))
        return await handler(request)

    with create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        slack = SlackAdapter(TOKEN, SECRET, clock=now, api_url=slack_api_url(url))
        teams = teams_of(playground, url, clock=now)
        application = web.Application(middlewares=[recording])
        application.add_routes([*playground.routes(), *slack.routes(), *teams.routes()])
        runner = web.AppRunner(application)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        await slack.start(listener)
        await teams.start(listener)
        await playground.start(url)
        async with ClientSession() as http:
            stage = Stage(url=url, http=http, listener=listener, playground=playground, requests=heard)
            yield stage
            for request in heard:  # whatever gesture a test made
                await stage.proves(request)
        await listener.settled()
        await playground.stop()
        await runner.cleanup()
        await teams.stop()
        await slack.stop()
