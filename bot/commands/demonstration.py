"""`pourqui demo`: the sample company in the browser, with a history, on this machine only."""

import asyncio
import secrets
import sys
import tempfile
import webbrowser
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from adapters.playground.app import Playground, experts_channel, slack_api_url
from adapters.playground.colleagues import Colleagues as Others
from adapters.playground.slack_payloads import DESK_NAME
from bot.app import Application, adapters_for, opened, opened_database, served, take_up, teams_of
from bot.clock import now
from bot.commands.serving import import_people, listen, told_to_stop
from bot.commands.terminal import fail, run, say, settings, words
from bot.memory import what_stays
from bot.models import loading
from bot.packs import read_pack, sample_folder
from bot.sample_acts import SOURCE, Tool
from bot.sample_campaigns import bring as sample_campaigns_brought
from bot.sample_campaigns import sample_campaigns
from bot.sample_colleagues import Colleagues
from bot.sample_history import history
from bot.settings import Settings, has_display, terminal_language
from bot.time_machine import TimeMachine, Travels
from dialogs.catalog import Catalogue, Language
from dialogs.people import DirectoryRow
from dialogs.periods import day_of
from dialogs.request import Desk
from dialogs.rights import Grant, Role
from storage import Session, bindings, exchange_sources, people, roles
from storage.campaigns import PLANNING
from storage.database import Database
from storage.feedback_history import bring

_TEAM, _TENANT = "T0SOLANE", "5a1e0000-0000-4000-8000-000000000000"  # the playground's own


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
    async with AsyncExitStack() as stack:
        start = stack.enter_context(ExitStack())
        start.enter_context(what_stays())
        models = loading()
        pack = await asyncio.to_thread(read_pack, chosen.company or sample_folder(), language=terminal_language(), today=now().date())
        catalogue = pack.catalogue
        if catalogue is None:
            fail("\n".join(map(str, pack.mistakes)))
        listening = stack.enter_context(listen("127.0.0.1", port, or_any=True))
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        chosen = chosen.model_copy(update={"slack_api_url": slack_api_url(base_url)})
        database = await stack.enter_async_context(opened_database(chosen))
        await take_up(database, catalogue, "demo")
        await import_people(database, pack.people)
        await _open_desks(database, catalogue, chosen.language)
        await _give_roles(database, catalogue, pack.people)
        await database.write("demo", lambda session: bring(session, history(catalogue, pack.people, now().date())))
        machine = TimeMachine()
        campaigns = sample_campaigns(chosen.company or sample_folder(), catalogue, day_of(now(), chosen.timezone))
        await database.write(PLANNING, lambda session: sample_campaigns_brought(session, campaigns, chosen.timezone))
        token = await _trust_the_tool(database)
        playground = Playground(
            pack.people,
            signing_secret=_revealed(chosen.slack_signing_secret),
            bot_token=_revealed(chosen.slack_bot_token),
            team=_TEAM,
            tenant=_TENANT,
            language=chosen.language,
            now=machine,
            wall=now,
        )
        encoder, _ = await models
        application = await stack.enter_async_context(
            opened(
                chosen,
                database,
                adapters_for(chosen, teams=teams_of(playground, base_url, clock=machine), clock=machine),
                encoder=encoder,
                playground=playground,
                clock=machine,
            )
        )
        await stack.enter_async_context(served(application, listening))
        await playground.start(base_url)
        stack.push_async_callback(playground.stop)
        others = Colleagues(campaigns)
        colleagues = playground.colleagues(others.choose)
        tool = Tool(next(iter(campaigns), None), pack.people, token, machine, others.acts)
        lives = partial(_lives, application, colleagues, tool, base_url)
        travels = Travels(machine, application, digest_at=chosen.digest_at, timezone=chosen.timezone, set_out=colleagues.arrive, on_the_way=lives)
        playground.travel_by(travels)
        start.close()
        page = f"{base_url}/playground/"
        say(t("pourqui is ready: {page}", page=page))
        say(t("Be anyone of the company, as in Slack or as in Teams. Try:"))
        for example in ("à quoi sert la DSI ?", "what does Finance do for me?", "mon portable est mort", "how do I get my expenses back?"):
            say(f"  · {example}")
        say(t("Ask a human, then be one of the function's contacts: the request waits in # {channel}.", channel=DESK_NAME))
        say(t("Skip time at the top of the page: a campaign's messages arrive, “plan DSI” shows it."))
        if boss := _boss(pack.people):
            say(t("Be {name}, who is an admin here: “traces”, “export”, “campaigns DSI”. The history is made up.", name=boss.name))
        say(t("Ctrl+C ends it.") if kept else t("Ctrl+C ends it, and nothing is left behind."))
        sys.stdout.flush()
        if browse:
            await asyncio.to_thread(webbrowser.open, page)
        await told_to_stop()


async def _trust_the_tool(database: Database) -> str:
    """Let the sample company's other tool tell of acts; return its token, which is new at each start."""
    token = secrets.token_urlsafe(24)

    def trusting(session: Session) -> None:
        exchange_sources.revoke(session, SOURCE, now())
        exchange_sources.add(session, SOURCE, exchange_sources.hashed(token), "demo", now())

    await database.write(exchange_sources.TRUSTING, trusting)
    return token


async def _lives(application: Application, colleagues: Others, tool: Tool, base_url: str) -> None:
    """Let whoever nobody plays respond to what has arrived, and act; wait until it's taken in."""
    await colleagues.respond()
    await tool.tell(base_url)
    await application.tasks.idle()


def _boss(rows: tuple[DirectoryRow, ...]) -> DirectoryRow | None:
    """Return whom nobody manages, the first of them: the demo's admin."""
    return next((row for row in rows if row.manager is None), None)


async def _give_roles(database: Database, catalogue: Catalogue, rows: tuple[DirectoryRow, ...]) -> None:
    """Let each function's first contact own it, and the boss be admin, so that everything can be tried."""
    known = {row.email: row for row in rows}
    owners = [
        (known.get(function.contacts[0].email), Grant(role=Role.OWNER, function=function.slug))
        for function in catalogue.functions
        if function.contacts
    ]

    def granting(session: Session) -> None:
        for row, grant in (*owners, (_boss(rows), Grant(role=Role.ADMIN))):
            if row is not None:
                roles.grant(session, people.directory_person_id(row.id), grant, "demo", now())

    await database.write(roles.GRANTING, granting)


async def _open_desks(database: Database, catalogue: Catalogue, language: Language) -> None:
    """Bind the playground's channel of experts to every function that has none, so that a human can be asked at once."""

    def binding(session: Session) -> None:
        bound = bindings.desks(session)
        for function in catalogue.functions:
            if (function.slug, None) not in bound:
                desk = Desk(function=function.slug, service=None, reference=experts_channel(_TEAM), language=language)
                bindings.bind(session, desk, "demo", now())

    await database.write("demo", binding)


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
