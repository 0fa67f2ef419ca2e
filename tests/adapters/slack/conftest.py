"""A Slack, the adapter on its own port, and the program that it tells."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, web

from adapters.port import Adapter
from adapters.slack.app import SlackAdapter
from tests.adapters.slack.listener import ScriptedListener
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_gestures import SECRET, signed, wire
from tests.platforms.slack_workspace import BOT_TOKEN

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Slack gets back from one request."""

    status: int
    body: str
    json: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The adapter behind its route, with the Slack and the program on either side of it."""

    slack: FakeSlack
    listener: ScriptedListener
    adapter: SlackAdapter
    url: str
    http: ClientSession

    async def hears(self, payload: dict[str, Any]) -> Answer:
        """Deliver a payload, signed, as Slack sends its kind; return the acknowledgement."""
        body, headers = wire(payload)
        return await self.gets(body, headers | signed(body))

    async def gets(self, body: str | bytes, headers: dict[str, str]) -> Answer:
        """Deliver a body as it is."""
        async with self.http.post(self.url, data=BytesIO(body.encode() if isinstance(body, str) else body), headers=headers) as response:
            text = await response.text()
            return Answer(status=response.status, body=text, json=await response.json() if response.content_type == "application/json" else None)

    async def told(self, payload: dict[str, Any]) -> Answer:
        """Deliver a payload, and wait until everything that follows is done."""
        answer = await self.hears(payload)
        await self.listener.settled()
        return answer


@asynccontextmanager
async def serving(slack: FakeSlack, **settings: Any) -> AsyncIterator[Bot]:
    """Serve an adapter on loopback; `settings` change those of an ordinary one over HTTP."""
    ordinary: dict[str, Any] = {"bot_token": BOT_TOKEN, "signing_secret": SECRET, "api_url": slack.api_url, "clock": lambda: NOW}
    built = SlackAdapter(**(ordinary | settings))
    adapter: Adapter = built
    listener = ScriptedListener()
    application = web.Application()
    application.add_routes(adapter.routes())
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await adapter.start(listener)
    async with ClientSession() as http:
        yield Bot(slack=slack, listener=listener, adapter=built, url=f"{site.name}/slack/events", http=http)
    await adapter.stop()
    await listener.abandoned()
    await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[Bot]:
    async with serving(slack) as bot:
        yield bot
