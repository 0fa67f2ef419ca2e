"""A Teams, a bot on its own port, and what the bot's program hears."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from adapters.teams.app import ROUTE, TeamsAdapter
from tests.adapters.teams.activities import activity
from tests.adapters.teams.listener import RecordingListener
from tests.platforms.teams import TENANT, FakeTeams, Json
from tests.platforms.teams_tokens import APP_ID, Forgery


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The adapter behind its route, with the Teams and the program on either side of it."""

    teams: FakeTeams
    listener: RecordingListener
    adapter: TeamsAdapter
    endpoint: str

    async def hears(self, name: str, /, *, forgery: Forgery | None = None, **changes: Any) -> tuple[int, Json | None]:
        """Deliver a recorded activity from this Teams' own service URL; return status and JSON of the response."""
        sent = activity(name, **({"serviceUrl": self.teams.service_url} | changes))
        return await self.teams.deliver(self.endpoint, sent, forgery=forgery)


@asynccontextmanager
async def serving(teams: FakeTeams, **settings: Any) -> AsyncIterator[Bot]:
    """Serve an adapter on loopback; `settings` change those of an ordinary SingleTenant app."""
    ordinary: dict[str, Any] = {
        "now": teams.now,
        "app_id": APP_ID,
        "tenant_id": TENANT,
        "service_urls": (teams.service_url,),
        "tokens": teams.token_source,
        "metadata_url": teams.metadata_url,
    }
    adapter, listener = TeamsAdapter(**(ordinary | settings)), RecordingListener()
    application = web.Application(client_max_size=16 * 1024 * 1024)
    application.add_routes(adapter.routes())
    runner = web.AppRunner(application, lingering_time=0)  # what is refused unread isn't waited for
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await adapter.start(listener)
    yield Bot(teams=teams, listener=listener, adapter=adapter, endpoint=site.name + ROUTE)
    teams.release()
    await listener.idle()
    await runner.cleanup()
    await adapter.stop()


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with FakeTeams() as teams:
        yield teams


@pytest.fixture
async def bot(teams: FakeTeams) -> AsyncIterator[Bot]:
    async with serving(teams) as bot:
        yield bot


@pytest.fixture
def serve() -> Callable[[bytes], AbstractAsyncContextManager[str]]:
    """Make servers that answer the same bytes to everything; URL in them stands for the server's own address."""

    @asynccontextmanager
    async def serving_bytes(answer: bytes) -> AsyncIterator[str]:
        async def respond(request: web.Request) -> web.Response:
            return web.Response(body=answer.replace(b"URL", str(request.url.origin()).encode()))

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", respond)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"{site.name}/"
        await runner.cleanup()

    return serving_bytes
