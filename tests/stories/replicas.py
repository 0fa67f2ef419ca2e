"""Several processes on one database, as a balancer shares them: whoever it's said to, each gesture comes to the next one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from typing import Any

from aiohttp import ClientSession
from pydantic import SecretStr
from sqlmodel import Session, col, or_, select

from adapters.encoders.bundled import BundledEncoder
from adapters.port import Adapter
from adapters.slack.app import SlackAdapter
from adapters.teams.app import TeamsAdapter
from bot.app import Application, opened, served
from bot.clock import now
from bot.commands.serving import listen
from bot.settings import Settings
from storage.database import Database
from storage.tables import DeliveryRow
from tests.bot.simulated import Time
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_workspace import BOT_TOKEN
from tests.platforms.teams import TENANT, FakeTeams
from tests.platforms.teams_tokens import APP_ID
from tests.stories.conftest import MORNING, furnish
from tests.stories.places import Idle, Place, Slack, Teams

JSON = dict[str, Any]


class SlackInTurn(Slack):
    """Slack behind a balancer that gives each delivery to the next process."""

    def __init__(self, fake: FakeSlack, urls: Sequence[str], http: ClientSession, idle: Idle) -> None:
        super().__init__(fake, urls[0], http, idle)
        self._next = cycle(urls)

    async def delivers(self, payload: JSON) -> JSON | None:
        self._url = next(self._next)
        return await super().delivers(payload)


class TeamsInTurn(Teams):
    """Teams behind such a balancer."""

    def __init__(self, fake: FakeTeams, urls: Sequence[str], idle: Idle, clock: Time) -> None:
        super().__init__(fake, urls[0], idle, clock)
        self._next = cycle(urls)

    async def _sends(self, who: str, sent: JSON) -> JSON | None:
        self._url = f"{next(self._next)}/api/messages"
        return await super()._sends(who, sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One process: its application, and where it listens."""

    application: Application
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicas:
    """Several of them, the platforms around them, and each platform as people see it."""

    each: Sequence[Replica]
    database: Database
    slack: FakeSlack
    teams: FakeTeams
    as_slack: SlackInTurn
    as_teams: TeamsInTurn
    at: Sequence[Slack]  # Slack as it is where only one of them hears
    time: Time
    http: ClientSession
    settled: Callable[[], Awaitable[None]]

    async def delivers(self, number: int, payload: JSON, *, retry: int | None = None) -> JSON | None:
        """Deliver a payload of Slack to one of them, and wait for its acknowledgement only."""
        body, headers = gestures.wire(payload)
        headers |= gestures.signed(body) | ({} if retry is None else {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"})
        async with self.http.post(f"{self.each[number].url}/slack/events", data=BytesIO(body.encode()), headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.json() if response.content_type == "application/json" else None

    async def everywhere(self, payload: JSON) -> list[JSON | None]:
        """Deliver one payload of Slack to all of them at once, then again as Slack's retry; return the answers."""
        copies = [self.delivers(number, payload, retry=retry) for number in range(len(self.each)) for retry in (None, 1)]
        answers = list(await asyncio.gather(*copies))
        await self.settled()
        return [*answers, *[await self.delivers(number, payload, retry=2) for number in range(len(self.each))]]

    async def activity(self, number: int, activity: JSON) -> JSON | None:
        """Deliver an activity of Teams to one of them, and wait for its response only."""
        status, answer = await self.teams.deliver(f"{self.each[number].url}/api/messages", activity | {"serviceUrl": self.teams.service_url})
        assert status in (200, 202), (status, answer)
        return answer


@asynccontextmanager
async def replica(url: str, settings: Settings, encoder: BundledEncoder, slack: FakeSlack, teams: FakeTeams, time: Time) -> AsyncIterator[Replica]:
    """Serve the program on a pool of connections of its own."""
    shared = settings.model_copy(update={"database_url": SecretStr(url), "secret_key": SecretStr("k" * 32)})
    adapters: dict[str, Adapter] = {
        "slack": SlackAdapter(BOT_TOKEN, gestures.SECRET, clock=now, api_url=slack.api_url, meeting=0.0),
        "teams": TeamsAdapter(
            now=now, app_id=APP_ID, tenant_id=TENANT, service_urls=(teams.service_url,), tokens=teams.token_source, metadata_url=teams.metadata_url
        ),
    }
    async with (
        await Database.open(url) as database,
        opened(shared, database, adapters, encoder=encoder, clock=time, sleep=time.sleep) as application,
        served(application, listen("127.0.0.1", 0)) as address,
    ):
        yield Replica(application=application, url=address)


@asynccontextmanager
async def sharing(url: str, settings: Settings, encoder: BundledEncoder, number: int = 2) -> AsyncIterator[Replicas]:
    """Serve the program so many times on one database."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(await Database.open(url))
        await furnish(database)
        slack, teams = await stack.enter_async_context(FakeSlack()), await stack.enter_async_context(FakeTeams())
        time = Time(MORNING)
        each = [await stack.enter_async_context(replica(url, settings, encoder, slack, teams, time)) for _ in range(number)]
        http = await stack.enter_async_context(ClientSession())

        async def settled() -> None:
            for _ in range(20):  # what one plans may be the other's to send
                for one in each:
                    await one.application.idle()
                if not await database.read(_is_something_left):
                    return
                await asyncio.sleep(0.05)

        urls = [one.url for one in each]
        yield Replicas(
            each=each,
            database=database,
            slack=slack,
            teams=teams,
            as_slack=SlackInTurn(slack, urls, http, settled),
            as_teams=TeamsInTurn(teams, urls, settled, time),
            at=[Slack(slack, address, http, settled) for address in urls],
            time=time,
            http=http,
            settled=settled,
        )


def _is_something_left(session: Session) -> bool:
    waits = or_(col(DeliveryRow.status).in_(("planned", "sending")), col(DeliveryRow.change).is_not(None))
    return session.exec(select(DeliveryRow.number).where(waits).limit(1)).first() is not None


def place_of(replicas: Replicas, platform: str) -> Place:
    """Return a platform as people see it, behind the balancer."""
    return replicas.as_slack if platform == "slack" else replicas.as_teams
