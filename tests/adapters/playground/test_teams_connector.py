"""The Bot Connector of the playground answers and refuses as Microsoft's does."""

from typing import Any
from urllib.parse import quote

import pytest

from adapters.playground.accounts import accounts
from adapters.playground.teams import SERVICE_PATH
from adapters.playground.teams_payloads import CHANNEL
from tests.adapters.playground.conftest import PEOPLE, TENANT, Json, Stage

ALICE, BOB = accounts(PEOPLE, language="fr")[:2]
CHAT = quote(ALICE.teams_chat, safe="")


async def call(stage: Stage, method: str, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Json]:
    headers = {"Authorization": f"Bearer {token}"} if token else stage.as_bot
    async with stage.http.request(method, f"{stage.url}{SERVICE_PATH}v3/conversations{path}", json=body, headers=headers) as response:
        text = await response.read()
        return response.status, await response.json() if text else {}


async def test_a_persons_chat_is_opened_and_written_to(stage: Stage) -> None:
    status, opened = await call(stage, "POST", "", {"members": [{"id": ALICE.teams_user}], "activity": {"type": "message", "text": "Bonjour"}})
    assert (status, opened["id"]) == (201, ALICE.teams_chat)
    status, said = await call(stage, "POST", f"/{CHAT}/activities", {"type": "message", "text": "un"})
    assert status == 201
    assert (await call(stage, "PUT", f"/{CHAT}/activities/{said['id']}", {"type": "message", "text": "deux"}))[0] == 200
    assert [post["body"]["text"] for post in await stage.sees("p1", "teams/chat")] == ["Bonjour", "deux"]
    assert (await call(stage, "DELETE", f"/{CHAT}/activities/{said['id']}"))[0] == 200
    assert len(await stage.sees("p1", "teams/chat")) == 1


async def test_a_thread_of_the_channel_is_opened_and_answered_in(stage: Stage) -> None:
    asked = {"isGroup": True, "channelData": {"channel": {"id": CHANNEL}}, "activity": {"type": "message", "text": "À tous"}}
    status, opened = await call(stage, "POST", "", asked)
    assert (status, opened["id"]) == (201, f"{CHANNEL};messageid={opened['activityId']}")
    path = f"/{quote(opened['id'], safe='')}/activities/{opened['activityId']}"
    assert (await call(stage, "POST", path, {"type": "message", "text": "suite"}))[0] == 201
    root, reply = await stage.sees("p2", "teams/channel")
    assert (root["thread"], reply["thread"]) == (None, root["id"])


async def test_typing_is_shown_and_kept_nowhere(stage: Stage) -> None:
    async with stage.watching("p1") as watch:
        await call(stage, "POST", f"/{CHAT}/activities", {"type": "typing"})
        assert await watch.next("working") == {"type": "working", "place": "teams/chat", "text": "typing"}
    assert await stage.sees("p1", "teams/chat") == []


async def test_the_roster_tells_tenant_role_and_mail(stage: Stage) -> None:
    status, member = await call(stage, "GET", f"/{CHAT}/members/{quote(ALICE.teams_user, safe='')}")
    assert status == 200
    assert (member["email"], member["userPrincipalName"], member["tenantId"], member["userRole"]) == (ALICE.email, ALICE.email, TENANT, "user")
    assert (await call(stage, "GET", f"/{quote(CHANNEL, safe='')}/members/{BOB.aad_object_id}"))[1]["givenName"] == "Bob"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"members": [{"id": "29:nobody"}]}, 404, "MemberNotFoundInConversation"),
        ("POST", "", {"channelData": {"channel": {"id": "19:nowhere"}}}, 404, "ConversationNotFound"),
        ("POST", "/a:nowhere/activities", {"type": "message", "text": "x"}, 404, "ConversationNotFound"),
        ("POST", f"/{ALICE.slack_dm}/activities", {"type": "message", "text": "x"}, 404, "ConversationNotFound"),
        ("POST", f"/{CHAT}/activities", {"type": "message", "text": "x" * 28_673}, 413, "MessageSizeTooBig"),
        ("PUT", f"/{CHAT}/activities/1", {"type": "message"}, 404, "ActivityNotFoundInConversation"),
        ("DELETE", f"/{CHAT}/activities/1", None, 404, "ActivityNotFoundInConversation"),
        ("GET", "/a:nowhere/members/29:nobody", None, 404, "ConversationNotFound"),
        ("GET", f"/{CHAT}/members/{quote(BOB.teams_user, safe='')}", None, 404, "MemberNotFoundInConversation"),
    ],
)
async def test_it_refuses_with_the_connectors_codes(stage: Stage, method: str, path: str, body: Json | None, status: int, code: str) -> None:
    answered, told = await call(stage, method, path, body)
    assert (answered, told["error"]["code"]) == (status, code)


async def test_only_the_bots_own_messages_can_be_changed_and_within_their_size(stage: Stage) -> None:
    await stage.makes("p1", "teams/message", text="bonjour")
    own, answer = await stage.sees("p1", "teams/chat")
    assert (await call(stage, "PUT", f"/{CHAT}/activities/{own['id']}", {"type": "message", "text": "x"}))[0] == 403
    assert (await call(stage, "PUT", f"/{CHAT}/activities/{answer['id']}", {"type": "message", "text": "x" * 28_673}))[0] == 413


@pytest.mark.parametrize("body", [b"{", b"[]"])
async def test_what_isnt_a_json_object_is_a_bad_request(stage: Stage, body: bytes) -> None:
    async with stage.http.post(f"{stage.url}{SERVICE_PATH}v3/conversations/{CHAT}/activities", data=body, headers=stage.as_bot) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ""), ("POST", f"/{CHAT}/activities"), ("PUT", f"/{CHAT}/activities/1"), ("GET", f"/{CHAT}/members/x")]
)
async def test_only_the_bot_is_served(stage: Stage, method: str, path: str) -> None:
    status, told = await call(stage, method, path, {"type": "message", "text": "un"}, token="another's")
    assert (status, told) == (401, {"message": "Authorization has been denied for this request."})
