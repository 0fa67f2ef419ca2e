"""What an operator and a balancer see, on the program as it's served; and what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from adapters.port import Adapter
from adapters.slack.app import SlackAdapter
from adapters.teams.app import TeamsAdapter
from bot.app import BODY_LIMIT, Application, opened, served
from bot.clock import now
from bot.commands.serving import listen
from bot.health import AT_ONCE, guard
from bot.metrics import Metrics
from bot.registry import Role
from bot.settings import read_settings
from storage import schema
from storage.database import Database
from tests.bot.encoders import LetterEncoder
from tests.bot.program import execute, furnish
from tests.databases import Server, stop_server
from tests.platforms import slack_gestures as slack
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_gestures import SECRET
from tests.platforms.slack_workspace import BOT_TOKEN

pytestmark = pytest.mark.usefixtures("alone")
on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])
HELD = b"POST /slack/events HTTP/1.1\r\nHost: pourqui\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"  # its body never comes


@asynccontextmanager
async def serving(database: Database, folder: Path, role: Role = "serve") -> AsyncIterator[tuple[Application, str, ClientSession]]:
    """Serve the small company on Slack and Teams; yields the application, its address, and a client."""
    async with AsyncExitStack() as stack:
        fake = await stack.enter_async_context(FakeSlack())
        adapters: dict[str, Adapter] = {
            "slack": SlackAdapter(BOT_TOKEN, SECRET, clock=now, api_url=fake.api_url),
            "teams": TeamsAdapter(now=now, dev=True),
        }
        settings = read_settings(data_folder=folder)
        application = await stack.enter_async_context(opened(settings, database, adapters, encoder=LetterEncoder(), role=role))
        url = await stack.enter_async_context(served(application, listen("127.0.0.1", 0)))
        yield application, url, await stack.enter_async_context(ClientSession())


async def test_it_is_alive_and_ready_with_its_catalogue(database: Database, tmp_path: Path) -> None:
    await furnish(database)
    async with serving(database, tmp_path) as (_, url, http):
        async with http.get(f"{url}/healthz") as response:
            assert (response.status, await response.json()) == (200, {"status": "ok"})
        async with http.get(f"{url}/readyz") as response:
            assert (response.status, await response.json()) == (200, {"status": "ok", "catalogue": 1, "latest_catalogue": 1})


@on_one_database
async def test_before_the_first_catalogue_it_is_ready_all_the_same(database: Database, tmp_path: Path) -> None:
    async with serving(database, tmp_path) as (_, url, http), http.get(f"{url}/readyz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok", "catalogue": 0, "latest_catalogue": 0})


async def test_it_is_not_ready_while_its_database_is_gone_and_alive_all_the_same(postgresql_to_stop: Server, tmp_path: Path) -> None:
    url_of_database = postgresql_to_stop.make("pourqui")
    await asyncio.to_thread(schema.upgrade, url_of_database)
    async with await Database.open(url_of_database) as database, serving(database, tmp_path) as (_, url, http):
        async with http.get(f"{url}/readyz") as response:
            assert response.status == 200
        with capture_logs() as logs:
            stop_server(postgresql_to_stop)
            async with http.get(f"{url}/readyz") as response:
                assert (response.status, await response.json()) == (503, {"status": "the database doesn't answer"})
        assert "not ready: the database doesn't answer" in [line["event"] for line in logs]
        async with http.get(f"{url}/healthz") as response:
            assert response.status == 200


@on_one_database
async def test_once_a_later_version_has_overtaken_it_it_is_not_ready_says_why_and_goes_on_hearing(database: Database, tmp_path: Path) -> None:
    await furnish(database)
    async with serving(database, tmp_path) as (application, url, http):
        await database.write("test", lambda session: execute(session, "UPDATE alembic_version SET version_num = '9999'"))
        await application.registry.beat()
        async with http.get(f"{url}/readyz") as response:
            assert (response.status, await response.json()) == (503, {"status": application.registry.outdated})
        assert application.registry.outdated is not None
        assert "revision 9999" in application.registry.outdated
        body, headers = slack.wire(slack.direct("à quoi sert la DSI ?"))
        async with http.post(f"{url}/slack/events", data=body, headers=headers | slack.signed(body)) as response:
            assert response.status == 200
        async with http.get(f"{url}/healthz") as response:
            assert response.status == 200


@on_one_database
async def test_a_worker_has_the_operators_routes_and_no_others(database: Database, tmp_path: Path) -> None:
    async with serving(database, tmp_path, role="worker") as (_, url, http):
        for path in ("healthz", "readyz", "metrics"):
            async with http.get(f"{url}/{path}") as response:
                assert response.status == 200
        for path in ("slack/events", "api/messages", "api/exchanges"):
            async with http.post(f"{url}/{path}", json={}) as response:
                assert response.status == 404


@on_one_database
async def test_it_is_ready_again_when_its_database_is(database: Database, tmp_path: Path) -> None:
    await furnish(database)
    async with serving(database, tmp_path) as (_, url, http):
        await database.write("test", lambda session: execute(session, "ALTER TABLE catalogue_version RENAME TO elsewhere"))
        async with http.get(f"{url}/readyz") as response:
            assert response.status == 503
        await database.write("test", lambda session: execute(session, "ALTER TABLE elsewhere RENAME TO catalogue_version"))
        async with http.get(f"{url}/readyz") as response:
            assert response.status == 200


@on_one_database
async def test_turns_are_counted_by_platform_gesture_and_outcome(database: Database, tmp_path: Path) -> None:
    await furnish(database)
    async with serving(database, tmp_path) as (application, url, http):
        for said in ("bonjour", "à quoi sert la DSI ?"):
            body, headers = slack.wire(slack.direct(said))
            async with http.post(f"{url}/slack/events", data=body, headers=headers | slack.signed(body)) as response:
                assert response.status == 200
        await application.tasks.idle()
        async with http.get(f"{url}/metrics") as response:
            assert response.headers["Content-Type"].startswith("text/plain")
            measured = (await response.text()).splitlines()
    for line in (
        'pourqui_turns_total{event="MessageReceived",outcome="other",platform="slack"} 1.0',
        'pourqui_turns_total{event="MessageReceived",outcome="profile",platform="slack"} 1.0',
        'pourqui_turn_seconds_count{platform="slack"} 2.0',
        "pourqui_catalogue_version 1.0",
        "pourqui_overload_refusals_total 0.0",
    ):
        assert line in measured


@on_one_database
@pytest.mark.parametrize("path", ["/slack/events", "/api/messages"])
@pytest.mark.parametrize("announced", [True, False], ids=["with its length", "in chunks"])
async def test_a_body_over_a_megabyte_is_refused_unread(database: Database, tmp_path: Path, path: str, announced: bool) -> None:
    body = b"x" * (BODY_LIMIT + 1)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1 << 16):
            yield body[start : start + (1 << 16)]

    async with serving(database, tmp_path) as (_, url, http):
        sent = BytesIO(body) if announced else chunks()
        async with http.post(f"{url}{path}", data=sent, headers={"Content-Type": "application/json"}) as response:
            assert response.status == 413


@on_one_database
async def test_too_many_requests_at_once_are_sent_back_to_try_again(database: Database, tmp_path: Path) -> None:
    async with serving(database, tmp_path) as (_, url, http):
        host, port = url.removeprefix("http://").split(":")
        waiting = [await asyncio.open_connection(host, int(port)) for _ in range(AT_ONCE)]
        for _, writer in waiting:
            writer.write(HELD)
            await writer.drain()
        async with asyncio.timeout(10):
            while (refused := await _status(http, url))[0] != 503:
                assert refused[0] == 401  # not signed
        assert refused == (503, "1")
        async with http.get(f"{url}/healthz") as response:
            assert response.status == 200
        async with http.get(f"{url}/metrics") as response:
            assert "pourqui_overload_refusals_total 1.0" in (await response.text()).splitlines()
        for _, writer in waiting:
            writer.close()
        async with asyncio.timeout(10):
            while (again := await _status(http, url))[0] != 401:
                assert again == refused


async def _status(http: ClientSession, url: str) -> tuple[int, str | None]:
    async with http.post(f"{url}/slack/events", json={}) as response:
        return response.status, response.headers.get("Retry-After")


async def test_a_body_that_never_comes_gives_its_place_back() -> None:
    async def hear(_: web.Request) -> web.Response:
        return web.Response()

    application = web.Application(middlewares=[guard(Metrics(), at_once=1, body_seconds=0.05)])
    application.add_routes([web.post("/slack/events", hear)])
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(HELD)
    assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()
    async with ClientSession() as http, http.post(f"http://{host}:{port}/slack/events") as response:
        assert response.status == 200
    await runner.cleanup()
