"""The routes by which other tools tell of things, of a company that trusts one of them; it's noon."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import ClientSession, web

from bot.clock import Clock
from bot.commands.serving import listen
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from storage import exchange_sources
from storage.database import Database
from storage.exchange_sources import TRUSTING, hashed
from tests.bot.encoders import LetterEncoder
from tests.bot.program import furnish
from tests.company import NOON


@asynccontextmanager
async def told_by(
    source: str, database: Database, routes: Callable[[Database, Knowledge, Clock], list[web.RouteDef]], *, body_limit: int
) -> AsyncIterator[tuple[ClientSession, str]]:
    """Serve routes on loopback to a tool whose token is `a-token`; yields an HTTP client and the base URL. The server takes twice
    the routes' own `body_limit`, in bytes."""
    await furnish(database)
    await database.write(TRUSTING, lambda session: exchange_sources.add(session, source, hashed("a-token"), "tests", NOON))
    knowledge = Knowledge(database, LetterEncoder(), Metrics())
    await knowledge.refresh()
    server = web.Application(client_max_size=2 * body_limit)
    server.add_routes(routes(database, knowledge, lambda: NOON))
    async with AsyncExitStack() as stack:
        stack.callback(knowledge.close)
        runner = web.AppRunner(server)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        socket = listen("127.0.0.1", 0)
        await web.SockSite(runner, socket).start()
        http = await stack.enter_async_context(ClientSession())
        yield http, f"http://127.0.0.1:{socket.getsockname()[1]}"
