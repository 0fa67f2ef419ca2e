"""The whole program, on either database, between platforms that are ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from sqlalchemy import or_
from sqlmodel import col, select

from adapters.encoders.bundled import BundledEncoder
from adapters.playground.app import Playground as PlaygroundPage
from adapters.playground.app import slack_api_url
from adapters.port import Adapter
from adapters.slack.app import SlackAdapter
from adapters.teams.app import TeamsAdapter
from bot.app import Application, adapters_for, opened, served, teams_of
from bot.clock import now
from bot.commands.serving import listen
from bot.settings import Settings, read_settings
from storage import directory, people
from storage.database import Database
from storage.tables import DeliveryRow
from tests.bot.encoders import real_encoder
from tests.bot.simulated import Time
from tests.company import CATALOGUE, DIRECTORY
from tests.loading import load_catalogue
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_gestures import SECRET
from tests.platforms.slack_workspace import BOT_TOKEN
from tests.platforms.teams import TENANT, FakeTeams
from tests.platforms.teams_tokens import APP_ID
from tests.stories.places import Place, Slack, Teams
from tests.stories.playground import Playground

MORNING = datetime(2026, 1, 5, 9, 5, tzinfo=UTC)  # a Monday, the one on which the recorded gestures of Slack were made


def settling(application: Application, database: Database) -> Callable[[], Awaitable[None]]:
    """Return what waits until everything that follows is done: on a busy machine, what is due may take longer than its simulated time."""
    left = select(DeliveryRow.number).where(or_(col(DeliveryRow.status).in_(("planned", "sending")), col(DeliveryRow.change).is_not(None))).limit(1)

    async def settled() -> None:
        for _ in range(10):  # what waits for its hour, or for a platform that is down, isn't awaited
            await application.idle()
            if await database.read(lambda session: session.exec(left).first()) is None:
                return
            await asyncio.sleep(0.05)

    return settled


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the playground's stories on SQLite only: `pourqui demo` has a database of its own, and it's never another (CONTRIBUTING.md)."""
    items[:] = [item for item in items if not ("playground as" in item.name and "postgresql" in item.name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The program and the platforms around it."""

    application: Application
    database: Database
    url: str
    slack: FakeSlack
    teams: FakeTeams
    as_slack: Slack
    as_teams: Teams
    time: Time


@pytest.fixture(scope="session")
def encoder() -> BundledEncoder:
    """The real encoder, loaded once a test process."""
    return real_encoder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that no environment disturbs."""
    return read_settings(data_folder=tmp_path, slack_bot_token=None, language="fr")


async def furnish(database: Database) -> None:
    """Put the small company into an empty database."""
    await load_catalogue(database, CATALOGUE, "tests")
    await database.write(people.LINKING, lambda session: directory.import_directory(session, DIRECTORY, now()))


@asynccontextmanager
async def running(database: Database, settings: Settings, encoder: BundledEncoder) -> AsyncIterator[World]:
    """Serve the program with Slack and Teams on."""
    async with AsyncExitStack() as stack:
        await furnish(database)
        slack, teams = await stack.enter_async_context(FakeSlack()), await stack.enter_async_context(FakeTeams())
        adapters: dict[str, Adapter] = {
            "slack": SlackAdapter(BOT_TOKEN, SECRET, clock=now, api_url=slack.api_url, meeting=0.0),
            "teams": TeamsAdapter(
                now=now,
                app_id=APP_ID,
                tenant_id=TENANT,
                service_urls=(teams.service_url,),
                tokens=teams.token_source,
                metadata_url=teams.metadata_url,
            ),
        }
        time = Time(MORNING)
        application = await stack.enter_async_context(opened(settings, database, adapters, encoder=encoder, clock=time, sleep=time.sleep))
        url = await stack.enter_async_context(served(application, listen("127.0.0.1", 0)))
        http = await stack.enter_async_context(ClientSession())
        yield World(
            application=application,
            database=database,
            url=url,
            slack=slack,
            teams=teams,
            as_slack=Slack(slack, url, http, settling(application, database)),
            as_teams=Teams(teams, url, settling(application, database), time),
            time=time,
        )


@asynccontextmanager
async def playing(database: Database, settings: Settings, encoder: BundledEncoder, look: str) -> AsyncIterator[Playground]:
    """Serve the program as `pourqui demo` does, and sit before one half of its page."""
    async with AsyncExitStack() as stack:
        await furnish(database)
        listening = listen("127.0.0.1", 0)
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        demo = settings.model_copy(
            update={
                "slack_bot_token": SecretStr("xoxb-demo"),
                "slack_signing_secret": SecretStr("s" * 32),
                "slack_api_url": slack_api_url(base_url),
            }
        )
        page = PlaygroundPage(DIRECTORY, signing_secret="s" * 32, bot_token="xoxb-demo", team="T1", tenant="t-1", language="fr", now=now, wall=now)
        time = Time(_working_morning(now()))
        adapters = adapters_for(demo, teams=teams_of(page, base_url, clock=now))
        wired = opened(demo, database, adapters, encoder=encoder, playground=page, clock=time, sleep=time.sleep)
        application = await stack.enter_async_context(wired)
        await stack.enter_async_context(served(application, listening))
        await page.start(base_url)
        stack.push_async_callback(page.stop)
        http = await stack.enter_async_context(ClientSession())
        yield Playground(base_url, http, settling(application, database), look=look)


def _working_morning(at: datetime) -> datetime:
    """Return the last Tuesday morning before: whatever the day on which this runs, people aren't left in peace then."""
    return (at - timedelta(days=(at.weekday() - 1) % 7 or 7)).replace(hour=9, minute=5)


@pytest.fixture(params=["slack", "teams", "playground as slack", "playground as teams"])
async def place(request: pytest.FixtureRequest, database: Database, settings: Settings, encoder: BundledEncoder) -> AsyncIterator[Place]:
    """Where a story is told: each is told everywhere."""
    if request.param.startswith("playground"):
        async with playing(database, settings, encoder, request.param.rpartition(" ")[2]) as playground:
            yield playground
        return
    async with running(database, settings, encoder) as world:
        yield world.as_slack if request.param == "slack" else world.as_teams


@pytest.fixture
async def world(database: Database, settings: Settings, encoder: BundledEncoder) -> AsyncIterator[World]:
    """The program with Slack and Teams on."""
    async with running(database, settings, encoder) as world:
        yield world
