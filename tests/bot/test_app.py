"""The composition root: what is on is served, and nothing else."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.port import Listener
from adapters.teams.app import TeamsAdapter
from bot.app import adapters_for, embedded_file, endpoint_for, opened, opened_database, served, suggestions
from bot.clock import now
from bot.commands.serving import listen
from bot.po import texts
from bot.settings import read_settings
from dialogs.catalog import LANGUAGES, Language
from dialogs.messages import Message, Title
from dialogs.router import decide
from dialogs.turn import Context
from storage import processes, schema
from storage.database import Database
from storage.errors import AnotherDeploymentError
from tests.bot.encoders import LetterEncoder
from tests.bot.program import furnish
from tests.bot.watched import until
from tests.company import ALICE, CATALOGUE, NOON
from tests.conversation import said
from tests.platforms import slack_gestures as slack
from tests.platforms.embeddings import KEY, MODEL, FakeEmbeddings
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_workspace import BOT_TOKEN
from tests.processes import process

pytestmark = pytest.mark.usefixtures("alone")
GUID = "5a1e0000-0000-4000-8000-00000000000a"
TEAMS = {"teams_app_id": GUID, "teams_app_password": "secret", "teams_tenant_id": GUID}
SLACK = {"slack_bot_token": BOT_TOKEN, "slack_signing_secret": slack.SECRET}


@pytest.mark.parametrize(
    ("given", "dev", "paths"),
    [
        ({}, False, set()),
        (SLACK, False, {"/slack/events"}),
        ({"slack_bot_token": BOT_TOKEN, "slack_app_token": "xapp-1"}, False, set()),
        (TEAMS, False, {"/api/messages"}),
        ({**SLACK, **TEAMS}, False, {"/slack/events", "/api/messages"}),
        (SLACK, True, {"/slack/events", "/api/messages"}),
    ],
    ids=["nothing", "Slack over HTTP", "Slack over a socket", "Teams", "both", "an emulator"],
)
def test_the_routes_are_those_of_the_platforms_that_are_on(given: dict[str, str], dev: bool, paths: set[str]) -> None:
    adapters = adapters_for(read_settings(**given), dev=dev)
    assert {route.path for adapter in adapters.values() for route in adapter.routes()} == paths
    assert all(name == adapter.platform for name, adapter in adapters.items())


async def test_the_embedded_database_is_made_with_its_folder() -> None:
    settings = read_settings(data_folder=Path("deep/inside"))
    async with opened_database(settings):
        assert schema.revision_of(settings.url) == schema.head()
    assert embedded_file(settings) == Path("deep/inside/pourqui.sqlite3")
    assert embedded_file(read_settings(database_url="postgresql://db/pourqui")) is None


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_an_endpoint_of_the_settings_is_asked(database: Database) -> None:
    await furnish(database)
    with FakeEmbeddings() as fake:
        settings = read_settings(encoder_url=fake.url, encoder_model=MODEL, encoder_key=KEY, encoder_dimensions=48)
        async with opened(settings, database, {}, encoder=LetterEncoder()) as application:
            await until(lambda: application.knowledge.current.remote is not None)
    assert {call.body["dimensions"] for call in fake.calls} == {48}
    assert endpoint_for(read_settings()) is None


class Broken(TeamsAdapter):
    """A platform that can't be started."""

    async def start(self, listener: Listener, *, hears: bool = True) -> None:
        raise OSError("no file is left to open")


@pytest.mark.parametrize("refused", [True, False], ids=["by another deployment", "by a platform"])
async def test_a_start_that_fails_halfway_leaves_nothing_behind(database: Database, database_url: str, refused: bool) -> None:
    await furnish(database)
    there = replace(STRANGER, seen_at=now(), started_at=now())
    if refused:
        await database.write(processes.JOINING, lambda session: processes.note(session, there))
    before = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
    settings = read_settings(database_url=database_url, secret_key="ours")
    adapters = adapters_for(read_settings(**SLACK)) | {"teams": Broken(now=now, dev=True)}
    with pytest.raises(AnotherDeploymentError if refused else OSError):
        async with opened(settings, database, adapters, encoder=LetterEncoder()):
            pass
    assert await database.read(lambda session: processes.alive(session, now())) == ([there] if refused else [])
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == before


STRANGER = process("stranger", NOON, fingerprint="of other credentials")


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    ("locale", "expected"), [("fr-FR", suggestions("fr")), ("en-US", suggestions("en")), ("de-DE", suggestions("fr"))], ids=["fr", "en", "neither"]
)
async def test_an_assistant_thread_suggests_what_to_ask_in_the_language_of_the_persons_slack(
    database: Database, locale: str, expected: Sequence[tuple[str, str]]
) -> None:
    await furnish(database)
    async with AsyncExitStack() as stack:
        fake = await stack.enter_async_context(FakeSlack())
        payload = slack.thread_started()
        fake.people[payload["event"]["assistant_thread"]["user_id"]]["locale"] = locale
        settings = read_settings(**SLACK, slack_api_url=fake.api_url)
        application = await stack.enter_async_context(opened(settings, database, adapters_for(settings), encoder=LetterEncoder()))
        url = await stack.enter_async_context(served(application, listen("127.0.0.1", 0)))
        http = await stack.enter_async_context(ClientSession())
        body, headers = slack.wire(payload)
        async with http.post(f"{url}/slack/events", data=body, headers=headers | slack.signed(body)) as response:
            assert response.status == 200
        await application.tasks.idle()
        (call,) = fake.calls_of("assistant.threads.setSuggestedPrompts")
    assert [(prompt["title"], prompt["message"]) for prompt in call["prompts"]] == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_suggested_is_understood_word_for_word(language: Language) -> None:
    context = Context(person=ALICE, catalogue=CATALOGUE, texts={language: texts(language)}, language=language)
    for _, words in suggestions(language):
        (reply,) = decide(None, said(words), context).replies
        assert isinstance(reply, Message)
        assert isinstance(reply.blocks[0], Title), f"{words} is one of the words that ask for a card"
