"""What must not get in: each with its status, and no trace left."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.teams.authentication import PUBLIC_SERVICE_URLS, is_allowed
from tests.adapters.teams.activities import NAMES, activity
from tests.adapters.teams.conftest import Bot, serving
from tests.examples import examples
from tests.platforms.teams import FakeTeams
from tests.platforms.teams_tokens import Forgery


def assert_no_trace(bot: Bot) -> None:
    """Nothing was heard, and nothing said."""
    assert bot.listener.heard == []
    assert bot.teams.calls == []


@pytest.mark.parametrize("forgery", Forgery, ids=str)
async def test_a_request_that_is_not_the_bot_connectors_is_refused(bot: Bot, forgery: Forgery) -> None:
    assert await bot.hears("message_personal", forgery=forgery) == (401, None)
    assert_no_trace(bot)


@pytest.mark.parametrize("forgery", Forgery, ids=str)
async def test_a_forged_request_learns_nothing_of_its_body(bot: Bot, forgery: Forgery) -> None:
    if forgery is Forgery.SERVICE_URL:
        assert (await bot.teams.deliver_raw(bot.endpoint, b"not JSON", forgery=forgery))[0] == 400
    else:
        assert (await bot.teams.deliver_raw(bot.endpoint, b"not JSON", forgery=forgery))[0] == 401
    assert_no_trace(bot)


@pytest.mark.parametrize("channel", ["webchat", "directline", "emulator", ..., "", 5])
async def test_a_channel_where_clients_choose_who_they_are_is_refused(bot: Bot, channel: object) -> None:
    assert await bot.hears("message_personal", channelId=channel) == (401, None)
    assert_no_trace(bot)


async def test_a_token_that_was_verified_once_is_checked_again_for_its_service_url(bot: Bot) -> None:
    header = {"Authorization": bot.teams.authorization() or ""}
    question = activity("message_personal", serviceUrl=bot.teams.service_url)

    assert (await bot.teams.deliver(bot.endpoint, question, headers=header))[0] == 200
    await bot.listener.idle()
    assert (await bot.teams.deliver(bot.endpoint, question, headers=header))[0] == 200
    await bot.listener.idle()
    assert (await bot.teams.deliver(bot.endpoint, question | {"serviceUrl": "https://smba.trafficmanager.net/emea/"}, headers=header))[0] == 401
    assert len(bot.listener.heard) == 2


async def test_forged_keys_do_not_make_us_hammer_the_key_server(bot: Bot) -> None:
    for _ in range(5):
        await bot.hears("message_personal", forgery=Forgery.UNKNOWN_KEY)

    assert bot.teams.key_requests <= 2


async def test_without_the_keys_nothing_can_be_told_so_teams_is_asked_to_come_back(teams: FakeTeams) -> None:
    teams.keys_down = True
    async with serving(teams) as bot:
        assert await bot.hears("message_personal") == (503, None)
        assert_no_trace(bot)


async def test_a_service_url_that_is_not_allowed_is_refused(teams: FakeTeams) -> None:
    async with serving(teams, service_urls=PUBLIC_SERVICE_URLS) as bot:
        assert await bot.hears("message_personal") == (403, None)
        assert_no_trace(bot)


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net",
        "https://SMBA.trafficmanager.net/amer/",
        "https://smba.trafficmanager.net:443/in/",
    ],
)
def test_microsofts_service_urls_are_allowed(url: str) -> None:
    assert is_allowed(url, PUBLIC_SERVICE_URLS)


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net.evil.example/",
        "https://smba.trafficmanager.network/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example/https://smba.trafficmanager.net/",
        "https://evil.example#smba.trafficmanager.net/",
        "https://evil.example\\@smba.trafficmanager.net/",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net:x/",
        "https://[smba.trafficmanager.net/",
        "//smba.trafficmanager.net/",
        "file:///etc/passwd",
        "https://smbа.trafficmanager.net/",
        "https://smba.trafficmanager.net/\nHost: evil.example",
        "",
    ],
)
def test_whatever_only_looks_like_a_service_url_of_microsofts_is_not_allowed(url: str) -> None:
    assert not is_allowed(url, PUBLIC_SERVICE_URLS)


@pytest.mark.parametrize(
    "url", ["https://host.example/teamsters/", "https://host.example/", "https://host.example/teams/../admin", "https://host.example/teams/%2e%2e/"]
)
def test_a_path_is_allowed_by_whole_segments(url: str) -> None:
    assert not is_allowed(url, ("https://host.example/teams",))
    assert is_allowed("https://host.example/teams/emea/", ("https://host.example/teams",))


def test_a_prefix_that_is_no_url_allows_nothing() -> None:
    assert not is_allowed("https://host.example/", ("host.example", "", "*"))


async def test_another_tenant_is_refused_by_a_single_tenant_app(bot: Bot) -> None:
    elsewhere = {"id": "a:1", "conversationType": "personal", "tenantId": "another"}

    assert await bot.hears("message_personal", conversation=elsewhere, channelData={"tenant": {"id": "another"}}) == (403, None)
    assert_no_trace(bot)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": ...},
        {"type": ["message"]},
        {"conversation": ...},
        {"conversation": "a:1"},
        {"conversation": {"id": ""}},
        {"from": ...},
        {"from": "Alice"},
        {"text": 5},
        {"entities": {"type": "mention"}},
        {"timestamp": "yesterday"},
        {"serviceUrl": ...},
        {"serviceUrl": 5},
        {"membersAdded": "everybody"},
        {"attachments": "none"},
    ],
    ids=str,
)
async def test_what_is_no_activity_is_refused(bot: Bot, changes: dict[str, Any]) -> None:
    assert await bot.hears("message_personal", **changes) == (400, None)
    assert_no_trace(bot)


@pytest.mark.parametrize("name", ["execute", "task_fetch", "task_submit"])
@pytest.mark.parametrize("value", [5, [], {"action": 5, "data": 5}, {"action": {"data": "x"}, "data": {"pourqui": []}}], ids=str)
async def test_an_invoke_of_the_wrong_shape_is_refused(bot: Bot, name: str, value: object) -> None:
    assert await bot.hears(name, value=value) == (400, None)
    assert_no_trace(bot)


@pytest.mark.parametrize("body", [b"", b"not JSON", b"[]", b"5", b"\xff", b'{"type": NaN}', b'{"a":' * 50_000, b'{"text": "\\ud800"}'], ids=len)
async def test_a_body_that_is_no_json_object_is_refused(bot: Bot, body: bytes) -> None:
    assert (await bot.teams.deliver_raw(bot.endpoint, body))[0] == 400
    assert_no_trace(bot)


async def test_nesting_deeper_than_the_limit_is_refused(bot: Bot) -> None:
    deep: Any = "bottom"
    for _ in range(64):
        deep = {"deeper": deep}

    assert await bot.hears("message_personal", channelData={"tenant": {"id": "t"}, "deep": deep}) == (400, None)
    assert_no_trace(bot)


async def test_a_body_of_ten_megabytes_is_refused(bot: Bot) -> None:
    status, _ = await bot.teams.deliver_raw(bot.endpoint, json.dumps({"text": "a" * 10_000_000}).encode())

    assert status == 413
    assert_no_trace(bot)


KEYS = ["id", "type", "data", "action", "tenant", "pourqui", "x"]
FIELDS = [
    "type",
    "name",
    "id",
    "timestamp",
    "conversation",
    "from",
    "recipient",
    "entities",
    "channelData",
    "membersAdded",
    "value",
    "text",
    "replyToId",
    "locale",
    "localTimezone",
    "action",
    "attachments",
    "reactionsAdded",
    "textFormat",
    "deliveryMode",
    "expiration",
    "importance",
    "semanticAction",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)


@given(name=st.sampled_from(NAMES), changes=st.dictionaries(st.sampled_from(FIELDS), JSON, min_size=1, max_size=3))
@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_payload_makes_a_server_error(bot: Bot, name: str, changes: dict[str, Any]) -> None:
    status, _ = await bot.hears(name, **changes)
    await bot.listener.idle()

    assert status in (200, 400)
