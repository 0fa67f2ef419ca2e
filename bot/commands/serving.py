"""`pourqui demo` and `pourqui serve`: the program, running."""

import asyncio
import secrets
import signal
import socket
import sys
import tempfile
import webbrowser
from contextlib import AsyncExitStack
from pathlib import Path

import structlog
from pydantic import SecretStr

from adapters.encoders.bundled import BundledEncoder
from adapters.playground.app import Playground, experts_channel, slack_api_url
from adapters.playground.slack_payloads import DESK_NAME
from bot.app import adapters_for, opened, opened_database, served, take_up
from bot.clock import now
from bot.commands.terminal import fail, run, say, settings, words
from bot.packs import read_pack, sample_folder
from bot.settings import LOOPBACK, Settings, has_display, terminal_language
from dialogs.catalog import Catalogue, Language
from dialogs.people import DirectoryRow
from dialogs.request import Desk
from storage import Session, bindings, directory, people
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
            await _told_to_stop()
            _LOG.info("stopping")

    run(serving())


def demo(*, port: int | None, data: Path | None, browse: bool) -> None:
    """Serve the sample company with the playground, on this machine only."""
    t = words()
    with tempfile.TemporaryDirectory(prefix="pourqui-demo-") as scratch:
        chosen = settings(data_folder=data or Path(scratch), log_level="warning", log="console").model_copy(
            update={
                "host": "127.0.0.1",
                "database_url": None,
                "slack_bot_token": SecretStr("xoxb-demo"),
                "slack_signing_secret": SecretStr(secrets.token_hex(16)),
                "slack_app_token": None,
            }
        )
        say(t("Preparing the sample company…"))
        sys.stdout.flush()
        run(_demonstrate(chosen, chosen.port if port is None else port, kept=data is not None, browse=browse and has_display()))


async def _demonstrate(chosen: Settings, port: int, *, kept: bool, browse: bool) -> None:
    t = words()
    pack = read_pack(chosen.company or sample_folder(), language=terminal_language(), today=now().date())
    if pack.catalogue is None:
        fail("\n".join(map(str, pack.mistakes)))
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(listen("127.0.0.1", port, or_any=True))
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        chosen = chosen.model_copy(update={"slack_api_url": slack_api_url(base_url)})
        database = await stack.enter_async_context(opened_database(chosen))
        await take_up(database, pack.catalogue, "demo")
        await _import(database, pack.people)
        await _open_desks(database, pack.catalogue, chosen.language)
        playground = Playground(
            pack.people,
            signing_secret=_revealed(chosen.slack_signing_secret),
            bot_token=_revealed(chosen.slack_bot_token),
            team=_TEAM,
            tenant=_TENANT,
            language=chosen.language,
            now=now,
        )
        application = await stack.enter_async_context(
            opened(chosen, database, adapters_for(chosen, dev=True), encoder=BundledEncoder(), playground=playground)
        )
        await stack.enter_async_context(served(application, listening))
        await playground.start(base_url)
        stack.push_async_callback(playground.stop)
        page = f"{base_url}/playground/"
        say(t("pourqui is ready: {page}", page=page))
        say(t("Be anyone of the company, as in Slack or as in Teams. Try:"))
        for example in ("à quoi sert la DSI ?", "what does Finance do for me?", "mon portable est mort", "how do I get my expenses back?"):
            say(f"  · {example}")
        say(t("Ask a human, then be one of the function's contacts: the request waits in # {channel}.", channel=DESK_NAME))
        say(t("Ctrl+C ends it.") if kept else t("Ctrl+C ends it, and nothing is left behind."))
        sys.stdout.flush()
        if browse:
            await asyncio.to_thread(webbrowser.open, page)
        await _told_to_stop()


async def _open_desks(database: Database, catalogue: Catalogue, language: Language) -> None:
    """Bind the playground's channel of experts to every function that has none, so that a human can be asked at once."""

    def binding(session: Session) -> None:
        bound = bindings.desks(session)
        for function in catalogue.functions:
            if (function.slug, None) not in bound:
                desk = Desk(function=function.slug, service=None, reference=experts_channel(_TEAM), language=language)
                bindings.bind(session, desk, "demo", now())

    await database.write("demo", binding)


async def _load_company(database: Database, chosen: Settings) -> None:
    """Load the pack that the settings name, if any; a pack with mistakes ends the start, since the former version may be what is wanted."""
    if chosen.company is None:
        return
    pack = read_pack(chosen.company, language=terminal_language(), today=now().date())
    if pack.catalogue is None:
        fail("\n".join(map(str, pack.mistakes)), 2)
    await take_up(database, pack.catalogue, "POURQUI_COMPANY")
    if pack.people:
        await _import(database, pack.people)


async def _import(database: Database, rows: tuple[DirectoryRow, ...]) -> None:
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


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


async def _told_to_stop() -> None:
    """Wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()
