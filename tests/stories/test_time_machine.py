"""The demo's time machine: weeks of a campaign in a minute, with the same adapters, ledger and gates as ever."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from adapters.encoders.bundled import BundledEncoder
from adapters.playground.app import Playground, slack_api_url
from adapters.playground.colleagues import Colleagues as Others
from adapters.playground.travel import Arrival
from bot.app import Application, adapters_for, opened, served, teams_of
from bot.clock import now
from bot.commands.serving import listen
from bot.sample_campaigns import bring
from bot.sample_colleagues import Colleagues
from bot.settings import Settings
from bot.time_machine import TimeMachine, Travels
from dialogs.campaign import Campaign, CampaignStatus, Period
from dialogs.periods import day_of
from storage import campaigns, tallies
from storage.campaigns import PLANNING
from storage.database import Database
from tests.company import DIRECTORY
from tests.dialogs.campaigns import READY
from tests.stories.conftest import furnish


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The demo of the small company, and its time machine."""

    application: Application
    database: Database
    machine: TimeMachine
    campaign: Campaign
    url: str
    http: ClientSession

    async def skips(self, skip: str) -> Arrival:
        """Skip time as alice does in the page."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with self.http.post(f"{self.url}/playground/time", json={"skip": skip, "account": "p1"}, headers=headers) as response:
            told = await response.json()
        return Arrival(at=datetime.fromisoformat(told["at"]), sent=told["sent"], idle=told["idle"])


@pytest.fixture
async def demo(database: Database, settings: Settings, encoder: BundledEncoder) -> AsyncIterator[Demo]:
    async with AsyncExitStack() as stack:
        await furnish(database)
        listening = listen("127.0.0.1", 0)
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        chosen = settings.model_copy(
            update={
                "slack_bot_token": SecretStr("xoxb-demo"),
                "slack_signing_secret": SecretStr("s" * 32),
                "slack_api_url": slack_api_url(base_url),
            }
        )
        machine = TimeMachine()
        page = Playground(DIRECTORY, signing_secret="s" * 32, bot_token="xoxb-demo", team="T1", tenant="t-1", language="fr", now=machine, wall=now)
        today = day_of(now(), "Europe/Paris")
        campaign = replace(
            READY, name="security_reflexes", period=Period(starts=today + timedelta(days=1), ends=today + timedelta(days=40)), control=None
        )
        await database.write(PLANNING, lambda session: bring(session, (campaign,), "Europe/Paris"))
        adapters = adapters_for(chosen, teams=teams_of(page, base_url, clock=machine), clock=machine)
        wired = opened(chosen, database, adapters, encoder=encoder, playground=page, clock=machine)
        application = await stack.enter_async_context(wired)
        await stack.enter_async_context(served(application, listening))
        await page.start(base_url)
        stack.push_async_callback(page.stop)
        colleagues = page.colleagues(Colleagues((campaign,)).choose)
        travels = Travels(
            machine,
            application,
            digest_at=chosen.digest_at,
            timezone="Europe/Paris",
            set_out=colleagues.arrive,
            on_the_way=partial(_lives, application, colleagues),
        )
        page.travel_by(travels)
        http = await stack.enter_async_context(ClientSession())
        yield Demo(application=application, database=database, machine=machine, campaign=campaign, url=base_url, http=http)


async def _lives(application: Application, colleagues: Others) -> None:
    await colleagues.respond()
    await application.tasks.idle()


async def test_the_whole_path_is_lived_and_judged(demo: Demo) -> None:
    arrivals = []
    for _ in range(12):
        arrival = await demo.skips("next")
        arrivals.append(arrival)
        if arrival.idle:
            break
    assert arrivals[0].sent > 0
    assert not arrivals[0].idle
    assert [arrival.at for arrival in arrivals] == sorted(arrival.at for arrival in arrivals)
    for _ in range(45):
        await demo.skips("day")
    kept = await demo.database.read(lambda session: campaigns.load(session, demo.campaign.name))
    assert kept is not None
    assert kept.status is CampaignStatus.FINISHED
    tally = await demo.database.read(lambda session: tallies.tally(session, demo.campaign.name, demo.machine()))
    assert tally.is_balanced
    assert tally.count("sent") > 0
    assert tally.count("planned") == 0


async def test_an_hour_is_an_hour_and_a_day_a_day(demo: Demo) -> None:
    before = demo.machine()
    hour = await demo.skips("hour")
    assert timedelta(hours=1) <= hour.at - before < timedelta(hours=1, minutes=2)
    day = await demo.skips("day")
    assert timedelta(days=1) <= day.at - hour.at < timedelta(days=1, minutes=2)
