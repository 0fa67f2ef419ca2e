"""`pourqui serve`: the program, running."""

import asyncio
import signal
import socket
from contextlib import AsyncExitStack

import structlog

from adapters.encoders.bundled import BundledEncoder
from bot.app import adapters_for, opened, opened_database, served, take_up
from bot.clock import now
from bot.commands.terminal import fail, run, settings, words
from bot.packs import read_pack
from bot.settings import LOOPBACK, Settings, terminal_language
from dialogs.people import DirectoryRow
from storage import directory, people
from storage.database import Database

_TEAM, _TENANT = "T0SOLANE", "5a1e0000-0000-4000-8000-000000000000"  # the playground's own

_LOG = structlog.stdlib.get_logger(__name__)


def serve(*, host: str | None, port: int | None, dev: bool) -> None:
    """Serve the platforms that are on, until told to stop; end with 2 where the settings can't be served."""
    chosen = settings(host=host, port=port)
    _refuse_unservable(chosen, dev=dev)

    async def serving() -> None:
        async with AsyncExitStack() as stack:
            listening = stack.enter_context(listen(chosen.host, chosen.port))
            database = await stack.enter_async_context(opened_database(chosen))
            await _load_company(database, chosen)
            application = await stack.enter_async_context(opened(chosen, database, adapters_for(chosen, dev=dev), encoder=BundledEncoder()))
            url = await stack.enter_async_context(served(application, listening))
            _LOG.info("serving", url=url, platforms=sorted(application.adapters), catalogue=application.knowledge.current.number)
            if not application.knowledge.current.number:
                _LOG.warning("no catalogue is loaded: set POURQUI_COMPANY, or run `pourqui catalog load FOLDER`")
            await told_to_stop()
            _LOG.info("stopping")

    run(serving())


async def _load_company(database: Database, chosen: Settings) -> None:
    """Load the pack that the settings name, if any; a pack with mistakes ends the start, since the former version may be what is wanted."""
    if chosen.company is None:
        return
    pack = read_pack(chosen.company, language=terminal_language(), today=now().date())
    if pack.catalogue is None:
        fail("\n".join(map(str, pack.mistakes)), 2)
    await take_up(database, pack.catalogue, "POURQUI_COMPANY")
    if pack.people:
        await import_people(database, pack.people)


async def import_people(database: Database, rows: tuple[DirectoryRow, ...]) -> None:
    """Take in the directory."""
    await database.write(people.LINKING, lambda session: directory.import_directory(session, rows, now()))


def _refuse_unservable(chosen: Settings, *, dev: bool) -> None:
    t = words()
    if dev:
        if chosen.host not in LOOPBACK:
            fail(t("--dev only serves this machine: leave POURQUI_HOST at 127.0.0.1 (it is {host}).", host=chosen.host), 2)
        if chosen.teams_app_id or chosen.teams_app_password:
            fail(t("--dev takes Teams without an app id: unset TEAMS_APP_ID and TEAMS_APP_PASSWORD, or leave --dev out."), 2)
        if chosen.slack_on and not chosen.slack_api_is_loopback:
            fail(t("--dev takes Slack credentials only beside an emulator: set SLACK_API_URL to one on this machine, or leave --dev out."), 2)
        return
    if not chosen.slack_on and not chosen.teams_on:
        lines = [t("No platform is on. Set one of these, in the environment or in .env:")]
        lines.append("  Slack: SLACK_BOT_TOKEN (xoxb-…), SLACK_SIGNING_SECRET " + t("(api.slack.com/apps, your app, Basic Information)"))
        lines.append("  Slack: SLACK_BOT_TOKEN, SLACK_APP_TOKEN (xapp-…) " + t("for Socket Mode, without a public address"))
        lines.append("  Teams: TEAMS_APP_ID, TEAMS_APP_PASSWORD, TEAMS_TENANT_ID " + t("(Azure portal, your bot, Configuration)"))
        lines.append(t("To try without a platform: pourqui demo. To point an emulator here: pourqui serve --dev."))
        fail("\n".join(lines), 2)


def listen(host: str, port: int, *, or_any: bool = False) -> socket.socket:
    """Return a socket that listens; where the port is taken, end with 2, or (`or_any`) take a free one."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        if or_any and port:
            return listen(host, 0)
        t = words()
        fail(t("Can't listen on {host}:{port}: {reason}. Choose another with --port.", host=host, port=port, reason=error.strerror), 2)


async def told_to_stop() -> None:
    """Wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()
