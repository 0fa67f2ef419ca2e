"""The fake Teams refuses what the real one refuses, so that a test that passes means something."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jwt
import pytest
from jwt import PyJWK

from tests.platforms.adaptive_cards import card_error
from tests.platforms.teams import (
    CUT,
    CUT_TAKEN,
    ERROR,
    ERROR_TAKEN,
    HELD,
    SIZE_LIMIT,
    TENANT,
    THROTTLED,
    UNANSWERED,
    FakeTeams,
    Fault,
    Json,
    card_text,
)
from tests.platforms.teams_limits import CONVERSATION_LIMITS, TENANT_LIMIT, RateLimits
from tests.platforms.teams_tokens import APP_ID, ISSUER, Forgery

CHANNEL = "19:team@thread.tacv2"
CARD: Json = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "bonjour"}]}


def message(card: Any = CARD, **more: Any) -> Json:
    return {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}], **more}


class Caller:
    """A bot that calls the Connector by hand."""

    def __init__(self, teams: FakeTeams, session: aiohttp.ClientSession) -> None:
        self.teams = teams
        self._session = session

    async def call(self, method: str, path: str, body: Any = None, **request: Any) -> tuple[int, Json]:
        sent = {"json": body} if body is not None else {}
        headers = {"Authorization": f"Bearer {self.teams.access_token}"}
        async with self._session.request(method, f"{self.teams.service_url}v3/{path}", **({"headers": headers} | sent | request)) as response:
            answer: Json = await response.json(content_type=None)
            return response.status, answer

    async def refusal(self, *call: Any, **request: Any) -> tuple[int, str]:
        status, answer = await self.call(*call, **request)
        return status, answer["error"]["code"]


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with FakeTeams() as teams, aiohttp.ClientSession() as session:
        teams.join("a:1", {"id": "29:alice", "tenantId": TENANT})
        yield Caller(teams, session)


async def test_a_message_is_accepted_updated_and_recorded(caller: Caller) -> None:
    status, answer = await caller.call("POST", "conversations/a:1/activities", message())
    assert status == 201
    assert (await caller.call("PUT", f"conversations/a:1/activities/{answer['id']}", message()))[0] == 200
    assert (await caller.call("POST", "conversations/a:1/activities/7", message(replyToId="7")))[0] == 201
    assert [call.operation for call in caller.teams.calls] == ["send", "update", "reply"]


async def test_a_message_to_a_channel_opens_a_thread(caller: Caller) -> None:
    caller.teams.join(CHANNEL)
    _, opened = await caller.call("POST", f"conversations/{CHANNEL}/activities", message())
    thread = f"conversations/{CHANNEL};messageid={opened['id']}/activities/{opened['id']}"

    assert (await caller.call("POST", thread, message(replyToId=opened["id"])))[0] == 201
    assert len(caller.teams.shown(CHANNEL)) == 2
    unknown = f"conversations/{CHANNEL};messageid=5/activities/5"
    assert await caller.refusal("POST", unknown, message(replyToId="5")) == (404, "ConversationNotFound")


async def test_a_message_is_shown_as_it_stands_until_it_is_deleted(caller: Caller) -> None:
    said = {**CARD, "body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "au revoir"}]}]}
    _, answer = await caller.call("POST", "conversations/a:1/activities", message())
    path = f"conversations/a:1/activities/{answer['id']}"

    await caller.call("PUT", path, message(said))
    assert [card_text(body) for body in caller.teams.shown("a:1").values()] == ["au revoir"]
    assert await caller.call("DELETE", path) == (200, {})
    assert caller.teams.shown("a:1") == caller.teams.shown("a:unknown") == {}
    assert await caller.refusal("DELETE", path) == (404, "ActivityNotFoundInConversation")


async def test_a_member_is_known_and_a_personal_conversation_opened(caller: Caller) -> None:
    assert (await caller.call("GET", "conversations/a:1/members/29:alice"))[1]["tenantId"] == TENANT
    opened = {"members": [{"id": "29:alice"}], "channelData": {"tenant": {"id": TENANT}}}
    assert await caller.call("POST", "conversations", opened) == (201, {"id": "a:29:alice"})


async def test_a_text_and_a_card_together_are_split_and_get_no_id(caller: Caller) -> None:
    assert await caller.call("POST", "conversations/a:1/activities", message(text="bonjour")) == (201, {})


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}, {"Authorization": "Basic x"}], ids=["none", "wrong", "basic"])
async def test_a_call_without_the_bots_token_is_refused(caller: Caller, headers: dict[str, str]) -> None:
    status, _ = await caller.call("POST", "conversations/a:1/activities", message(), headers=headers)

    assert status == 401
    assert caller.teams.calls == []


async def test_an_unknown_conversation_message_or_member_is_refused(caller: Caller) -> None:
    assert await caller.refusal("POST", "conversations/a:2/activities", message()) == (404, "ConversationNotFound")
    assert await caller.refusal("PUT", "conversations/a:1/activities/9", message()) == (404, "ActivityNotFoundInConversation")
    assert await caller.refusal("GET", "conversations/a:1/members/29:bob") == (404, "MemberNotFoundInConversation")


async def test_a_blocked_or_uninstalled_bot_is_told_so_in_its_own_form(caller: Caller) -> None:
    caller.teams.conversations["a:1"].refusal = "MessageWritesBlocked"
    caller.teams.refusals["29:alice"] = "ForbiddenOperationException"

    status, answer = await caller.call("POST", "conversations/a:1/activities", message())

    assert (status, answer["errorCode"]) == (403, 209)
    assert '"subCode": "MessageWritesBlocked"' in answer["message"]
    assert await caller.refusal("POST", "conversations", {"members": [{"id": "29:alice"}], "tenantId": TENANT}) == (
        403,
        "ForbiddenOperationException",
    )


@pytest.mark.parametrize("code", ["ConversationBlockedByUser", "BotNotInConversationRoster", "BotDisabledByAdmin"])
async def test_a_closed_conversation_is_refused(caller: Caller, code: str) -> None:
    caller.teams.conversations["a:1"].refusal = code

    assert await caller.refusal("POST", "conversations/a:1/activities", message()) == (403, code)


async def test_too_large_a_message_is_refused(caller: Caller) -> None:
    large = message({**CARD, "fallbackText": "a" * SIZE_LIMIT})

    assert await caller.refusal("POST", "conversations/a:1/activities", large) == (413, "MessageSizeTooBig")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"type": "somethingNew"},
        {"type": "message"},
        message({"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "Texte"}]}),
        message({"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": 5}]}),
        message("a card"),
        [],
    ],
    ids=["nothing", "kind", "empty", "element", "type", "card", "list"],
)
async def test_a_malformed_message_is_refused(caller: Caller, sent: Any) -> None:
    assert await caller.refusal("POST", "conversations/a:1/activities", sent) == (400, "BadSyntax")


async def test_a_body_that_is_no_json_is_refused(caller: Caller) -> None:
    path = "conversations/a:1/activities"
    assert await caller.refusal("POST", path, data=b"not JSON") == (400, "BadSyntax")
    assert await caller.refusal("POST", path, data='{"type": "typing"}') == (400, "BadSyntax")


async def test_a_wrong_argument_is_refused(caller: Caller) -> None:
    picture = {"type": "message", "attachments": [{"contentType": "image/x-unknown"}]}
    assert await caller.refusal("POST", "conversations/a:1/activities", picture) == (400, "BadArgument")
    assert await caller.refusal("POST", "conversations/a:1/activities/7", message(replyToId="8")) == (400, "BadArgument")


@pytest.mark.parametrize(
    "opened",
    [
        {},
        {"members": [{"id": "29:alice"}]},
        {"members": [{"id": "29:stranger"}], "tenantId": TENANT},
        {"members": [{"id": "29:alice"}, {"id": "29:bob"}], "tenantId": TENANT},
        {"members": [{"id": "29:alice"}], "tenantId": TENANT, "isGroup": True},
    ],
    ids=["nothing", "no tenant", "stranger", "two", "group"],
)
async def test_a_conversation_that_cannot_be_opened_is_refused(caller: Caller, opened: Json) -> None:
    assert await caller.refusal("POST", "conversations", opened) == (400, "BadArgument")


async def test_faults_come_as_often_as_asked_and_where_asked(caller: Caller) -> None:
    path = "conversations/a:1/activities"
    caller.teams.fail(THROTTLED, times=2, on="send")
    caller.teams.fail(ERROR)

    assert await caller.refusal("GET", "conversations/a:1/members/29:alice") == (500, "ServiceError")
    assert await caller.refusal("POST", path, message()) == (429, "Throttled")
    assert await caller.refusal("POST", path, message()) == (429, "Throttled")
    assert (await caller.call("POST", path, message()))[0] == 201

    caller.teams.fail(CUT)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.call("POST", path, message())

    caller.teams.fail(HELD)
    with pytest.raises(TimeoutError):
        await caller.call("POST", path, message(), timeout=aiohttp.ClientTimeout(total=0.05))
    assert len(caller.teams.calls) == 1


async def test_a_call_can_be_taken_and_fail_all_the_same(caller: Caller) -> None:
    path = "conversations/a:1/activities"
    caller.teams.fail(ERROR_TAKEN)
    caller.teams.fail(Fault(status=503, retry_after="2", taken=True))
    assert (await caller.call("POST", path, message()))[0] == 500
    assert (await caller.call("POST", path, message()))[0] == 503

    caller.teams.fail(CUT_TAKEN)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.call("POST", path, message())

    caller.teams.fail(UNANSWERED)
    with pytest.raises(TimeoutError):
        await caller.call("POST", path, message(), timeout=aiohttp.ClientTimeout(total=0.05))
    assert len(caller.teams.shown("a:1")) == 4

    caller.teams.fail(ERROR_TAKEN)
    assert await caller.refusal("POST", path, {}) == (400, "BadSyntax")


async def test_limits_are_kept_where_asked_for() -> None:
    clock = 0.0
    async with FakeTeams(limited=True, clock=lambda: clock) as teams, aiohttp.ClientSession() as session:
        caller = Caller(teams, session)
        teams.join(CHANNEL)
        path, headers = f"conversations/{CHANNEL}/activities", {"Authorization": f"Bearer {teams.access_token}"}
        for _ in range(7):
            assert (await caller.call("POST", path, message()))[0] == 201
        async with session.post(f"{teams.service_url}v3/{path}", json=message(), headers=headers) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "1")
        thread = next(iter(teams.shown(CHANNEL)))
        assert await caller.refusal("PUT", f"{path}/{thread}", message()) == (429, "Throttled")
        assert (await caller.call("GET", f"conversations/{CHANNEL}/members/29:alice"))[0] == 404
        clock = 1.0
        assert (await caller.call("POST", path, message()))[0] == 201
        assert teams.limits is not None
        assert teams.limits.throttled == 2


def test_no_conversation_gets_more_than_its_share_of_an_hour() -> None:
    clock = 0.0
    limits = RateLimits(lambda: clock)
    hourly = CONVERSATION_LIMITS[1]
    for _ in range(hourly.calls):
        assert limits.wait("a:1") is None
        clock += 0.5

    assert limits.wait("a:1") == hourly.seconds - hourly.calls * 0.5
    assert limits.wait("a:2") is None


def test_no_tenant_gets_more_than_its_share_of_a_second() -> None:
    limits = RateLimits(lambda: 0.0)
    for number in range(TENANT_LIMIT.calls):
        assert limits.wait(f"a:{number}") is None

    assert limits.wait("a:another") == limits.wait(None) == 1


async def test_its_own_tokens_verify_and_every_forgery_does_not(caller: Caller) -> None:
    async with aiohttp.ClientSession() as session:
        metadata = await (await session.get(caller.teams.metadata_url)).json()
        keys = {key["kid"]: key for key in (await (await session.get(metadata["jwks_uri"])).json())["keys"]}

    def verifies(header: str | None) -> bool:
        scheme, _, token = (header or "").partition(" ")
        try:
            key = keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token, PyJWK(key).key, algorithms=["RS256"], audience=APP_ID, issuer=ISSUER, options={"require": ["exp", "iss", "aud"]}
            )
        except (jwt.PyJWTError, KeyError):
            return False
        return scheme == "Bearer" and claims["serviceurl"] == caller.teams.service_url and "msteams" in key["endorsements"]

    assert verifies(caller.teams.authorization())
    assert [forgery for forgery in Forgery if verifies(caller.teams.authorization(forgery))] == []


def test_the_official_schema_judges_cards() -> None:
    assert card_error(CARD) is None
    assert "Texte" in (card_error({**CARD, "body": [{"type": "Texte"}]}) or "")
