"""`pourqui serve`: the program, running."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog

from bot.app import adapters_for, opened, opened_database, served, take_up
from bot.clock import now
from bot.commands.terminal import fail, run, settings, warn, words
from bot.memory import what_stays
from bot.models import loading
from bot.packs import read_pack
from bot.secret import is_shared
from bot.settings import LOOPBACK, Settings, terminal_language
from dialogs.people import DirectoryRow
from storage import directory, people
from storage.database import Database
from storage.errors import UnavailableError

PATIENCE = 60.0  # seconds for which a database that isn't there yet is awaited
_TELL_EVERY = 10.0  # seconds
_TRY_EVERY = 0.5  # seconds

_LOG = structlog.stdlib.get_logger(__name__)


def serve(*, host: str | None, port: int | None, dev: bool) -> None:
    """Serve the platforms that are on, until told to stop; end with 2 where the settings can't be served."""
    chosen = settings(host=host, port=port)
    refuse_unservable(chosen, dev=dev)

    async def serving() -> None:
        async with AsyncExitStack() as stack:
            with what_stays():
                listening = stack.enter_context(listen(chosen.host, chosen.port))
                models = loading()
                database = await stack.enter_async_context(awaited_database(chosen))
                await _load_company(database, chosen)
                stop = heed_signals()  # before anything is sent: from here on it ends in order
                encoder, _ = await models
                application = await stack.enter_async_context(opened(chosen, database, adapters_for(chosen, dev=dev), encoder=encoder))
                url = await stack.enter_async_context(served(application, listening))
            _LOG.info("serving", url=url, platforms=sorted(application.adapters), catalogue=application.knowledge.current.number)
            if not application.knowledge.current.number:
                _LOG.warning("no catalogue is loaded: set POURQUI_COMPANY, or run `pourqui catalog load FOLDER`")
            await told_to_stop(stop)
            _LOG.info("stopping")
            application.registry.retire()  # the others take over while the requests under way end

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


@asynccontextmanager
async def awaited_database(chosen: Settings) -> AsyncIterator[Database]:
    """Open the database, migrated to this version; a server that isn't there yet is awaited for `PATIENCE`. Raises UnavailableError after it."""
    began = told = time.monotonic()
    async with AsyncExitStack() as stack:
        while True:
            try:
                database = await stack.enter_async_context(opened_database(chosen))
                break
            except UnavailableError as error:
                at = time.monotonic()
                if not is_shared(chosen) or at - began >= PATIENCE:
                    raise
                if told == began or at - told >= _TELL_EVERY:
                    told = at
                    _LOG.warning("the database isn't there yet; it's awaited", reason=str(error), seconds_left=round(began + PATIENCE - at))
            await asyncio.sleep(_TRY_EVERY)
        yield database


def refuse_unservable(chosen: Settings, *, dev: bool) -> None:
    """End with 2 where no platform is on, or `--dev` would touch a real one."""
    t = words()
    if dev:
        if chosen.host not in LOOPBACK:
            fail(t("--dev only serves this machine: leave POURQUI_HOST at 127.0.0.1 (it is {host}).", host=chosen.host), 2)
        if chosen.teams_app_id or chosen.teams_app_password:
            fail(t("--dev takes Teams without an app id: unset TEAMS_APP_ID and TEAMS_APP_PASSWORD, or leave --dev out."), 2)
        if chosen.slack_on and not chosen.slack_api_is_loopback:
            fail(t("--dev takes Slack credentials only beside an emulator: set SLACK_API_URL to one on this machine, or leave --dev out."), 2)
        return
    halves = [
        t("{platform} is off: {settings} is missing, in the environment or in .env.", platform=platform, settings=", ".join(missing))
        for platform, missing in (("Slack", chosen.slack_missing), ("Teams", chosen.teams_missing))
        if missing
    ]
    if not chosen.slack_on and not chosen.teams_on:
        lines = [*halves, t("No platform is on. Set one of these, in the environment or in .env:")]
        lines.append("  Slack: SLACK_BOT_TOKEN (xoxb-…), SLACK_SIGNING_SECRET " + t("(api.slack.com/apps, your app, Basic Information)"))
        lines.append("  Slack: SLACK_BOT_TOKEN, SLACK_APP_TOKEN (xapp-…) " + t("for Socket Mode, without a public address"))
        lines.append("  Teams: TEAMS_APP_ID, TEAMS_APP_PASSWORD, TEAMS_TENANT_ID " + t("(Azure portal, your bot, Configuration)"))
        lines.append(t("To try without a platform: pourqui demo. To point an emulator here: pourqui serve --dev."))
        fail("\n".join(lines), 2)
    for half in halves:  # the other one is served: whoever starts it must hear that this one isn't
        warn(half)


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


def heed_signals() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set from now on, instead of ending the process on the spot."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return stop


async def told_to_stop(stop: asyncio.Event | None = None, *, sooner: Coroutine[Any, Any, object] | None = None) -> None:
    """Wait for SIGINT or SIGTERM (`stop`, where they've been heeded since earlier), or until `sooner` has come to its end."""
    stop = stop or heed_signals()
    if sooner is None:
        await stop.wait()
        return
    other = asyncio.get_running_loop().create_task(sooner)
    other.add_done_callback(lambda _: stop.set())
    await stop.wait()
    other.cancel()
