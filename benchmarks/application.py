"""pourqui as a process where its command can't be used, and its search alone.

python -m benchmarks.application teams DATABASE_URL SERVICE_URL METADATA_URL   `pourqui serve`, with a Microsoft of our own
python -m benchmarks.application search DATABASE_URL                            POST / a JSON list of questions: each is understood
"""

import asyncio
import socket
import sys
from contextlib import AsyncExitStack

from aiohttp import web
from pydantic import SecretStr

from adapters.encoders.bundled import BundledEncoder
from adapters.teams.app import TeamsAdapter
from benchmarks.processes import announce
from bot import logs
from bot.app import opened, opened_database, served
from bot.clock import now
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.packs import read_pack, sample_folder
from bot.settings import Settings, read_settings
from dialogs.search.match import Asked
from storage import directory, people
from storage.database import Database
from tests.loading import load_catalogue
from tests.platforms.teams import TENANT, FakeTeams
from tests.platforms.teams_tokens import APP_ID


async def serve_teams(settings: Settings, service_url: str, metadata_url: str) -> None:
    """Serve what `bot.commands.serving` serves; only sign-in and key server are the fake's."""
    adapter = TeamsAdapter(
        now=now, app_id=APP_ID, tenant_id=TENANT, service_urls=(service_url,), tokens=FakeTeams().token_source, metadata_url=metadata_url
    )
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
        database = await stack.enter_async_context(opened_database(settings))
        await _load_sample(database)
        application = await stack.enter_async_context(opened(settings, database, {"teams": adapter}, encoder=BundledEncoder()))
        announce(url=await stack.enter_async_context(served(application, listening)))
        await asyncio.Event().wait()


async def _load_sample(database: Database) -> None:
    pack = read_pack(sample_folder())
    if pack.catalogue is None:
        raise RuntimeError(f"the sample company is broken: {pack.mistakes[0]}")
    await load_catalogue(database, pack.catalogue, "benchmark")
    await database.write(people.LINKING, lambda session: directory.import_directory(session, pack.people, now()))


async def serve_search(settings: Settings) -> None:
    """Understand questions one after the other, as a turn has them understood, with what the database holds."""
    async with opened_database(settings) as database:
        knowledge = Knowledge(database, BundledEncoder(), Metrics())
        if not await knowledge.refresh():
            raise RuntimeError("the database holds no catalogue")

        async def understand(request: web.Request) -> web.Response:
            for question in await request.json():
                await knowledge.understand(knowledge.current, Asked(text=question), frozenset())
            return web.Response()

        application = web.Application()
        application.add_routes([web.post("/", understand)])
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        announce(url=site.name)
        await asyncio.Event().wait()


if __name__ == "__main__":
    logs.set_up("json", "warning")
    chosen = read_settings(database_url=SecretStr(sys.argv[2]))
    asyncio.run(serve_teams(chosen, *sys.argv[3:]) if sys.argv[1] == "teams" else serve_search(chosen))
