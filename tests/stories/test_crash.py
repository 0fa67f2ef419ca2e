"""A real process is killed between the commit and the post, and started again on the same database: the reply goes out once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession

from bot.commands.serving import listen
from tests.chaos.children import own
from tests.platforms import slack_gestures as slack
from tests.platforms.slack import FakeSlack, Fault, cut, held
from tests.platforms.slack_workspace import ALICE, BOT_TOKEN, dm
from tests.platforms.teams import HELD, UNANSWERED, FakeTeams
from tests.platforms.teams import Fault as TeamsFault
from tests.platforms.teams_gestures import direct

PACK = Path(__file__).parents[1] / "bot" / "packs" / "small"


@asynccontextmanager
async def serving(url: str, folder: Path, fake: FakeSlack) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run `pourqui serve --dev` in a process of its own, in a hurry (`tests.chaos.skewed`), until it's ready; yields the process and its address."""
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    environment = {
        "PATH": os.defpath,
        "POURQUI_DATABASE_URL": url,
        "POURQUI_COMPANY": str(PACK),
        "POURQUI_LOG": "console",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": slack.SECRET,
        "SLACK_API_URL": fake.api_url,
    }
    program = own("tests.chaos.skewed", "--hurried", "serve", "--dev", "--port", str(port))
    process = await asyncio.create_subprocess_exec(*program, cwd=folder, env=environment)
    try:
        await _ready(process, address := f"http://127.0.0.1:{port}")
        yield process, address
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _ready(process: asyncio.subprocess.Process, address: str) -> None:
    async with ClientSession() as http:
        for _ in range(600):
            assert process.returncode is None, "the program ended by itself"
            try:
                async with http.get(f"{address}/readyz") as response:
                    if response.status == 200:
                        return
            except ClientConnectionError:
                await asyncio.sleep(0.1)
    raise AssertionError("the program did not become ready")


async def _delivers(address: str, text: str) -> None:
    body, headers = slack.wire(slack.direct(text, user=ALICE))
    async with (
        ClientSession() as http,
        http.post(f"{address}/slack/events", data=BytesIO(body.encode()), headers=headers | slack.signed(body)) as answer,
    ):
        assert answer.status == 200


@pytest.mark.parametrize("point", [held(), cut(done=True)], ids=["before the post", "after the post, before it was noted"])
async def test_a_reply_goes_out_once_whenever_the_process_is_killed(database_url: str, tmp_path: Path, point: Fault) -> None:
    async with FakeSlack() as fake:
        async with serving(database_url, tmp_path, fake) as (process, address):
            fake.fail("chat.postMessage", point)
            await _delivers(address, "bonjour")
            await fake.until(lambda slack: bool(slack.calls_of("chat.postMessage")))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        already = len(fake.messages[dm(ALICE)])
        async with serving(database_url, tmp_path, fake):
            await fake.until(lambda slack: bool(slack.calls_of("conversations.history")) and len(slack.messages[dm(ALICE)]) == 1)
        assert len(fake.messages[dm(ALICE)]) == 1
        assert already == (1 if point.done else 0)


@pytest.mark.parametrize("point", [HELD, UNANSWERED], ids=["before the post", "after the post, before it was noted"])
async def test_in_teams_a_reply_goes_out_whenever_the_process_is_killed(database_url: str, tmp_path: Path, point: TeamsFault) -> None:
    """Nobody can look what a chat of Teams holds: what may have arrived is posted again, since two answers are better than none."""
    async with FakeSlack() as fake, FakeTeams() as teams:
        teams.access_token = None
        asked = direct("bonjour") | {"serviceUrl": teams.service_url}
        chat = asked["conversation"]["id"]
        async with serving(database_url, tmp_path, fake) as (process, address):
            teams.fail(point, on="send")
            status, _ = await teams.deliver(f"{address}/api/messages", asked)
            assert status in (200, 202)
            await asyncio.wait_for(teams.struck.wait(), 10)
            process.send_signal(signal.SIGKILL)
            await process.wait()
        teams.release()
        already = len(teams.shown(chat))
        assert already == (1 if point.taken else 0)
        async with serving(database_url, tmp_path, fake) as (_, address):
            await teams.wait_for(already + 1)
            status, _ = await teams.deliver(f"{address}/api/messages", asked)  # Teams' own retry: it was heard, and is answered
            assert status in (200, 202)
        assert len({str(message) for message in teams.shown(chat).values()}) == 1
        assert len(teams.shown(chat)) == already + 1
