"""The Slack Web API of the playground answers and refuses as Slack does."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from adapters.playground.accounts import accounts
from tests.adapters.playground.conftest import PEOPLE, TEAM, TOKEN, Json, Stage

ALICE = accounts(PEOPLE, language="fr")[0]
GUEST = accounts(PEOPLE, language="fr")[-1]
HOME = {"type": "home", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Bonjour"}}]}


async def call(stage: Stage, method: str, /, *, token: str = TOKEN, **arguments: Any) -> Json:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with stage.http.post(f"{stage.url}/playground/slack/api/{method}", json=arguments, headers=headers) as response:
        assert response.status == 200
        answer: Json = await response.json()
        return answer


async def test_it_says_who_the_bot_is(stage: Stage) -> None:
    told = await call(stage, "auth.test")
    assert told["ok"]
    assert told["team_id"] == TEAM
    assert told["user_id"] != told["bot_id"]


@pytest.mark.parametrize(
    ("method", "token", "arguments", "error"),
    [
        ("auth.test", "", {}, "not_authed"),
        ("auth.test", "xoxb-wrong", {}, "invalid_auth"),
        ("chat.nothing", TOKEN, {}, "unknown_method"),
        ("chat.postMessage", TOKEN, {"channel": "C404", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", TOKEN, {"channel": ALICE.slack_dm}, "no_text"),
        ("chat.postMessage", TOKEN, {"channel": ALICE.slack_dm, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", TOKEN, {"channel": ALICE.slack_dm, "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ("chat.postMessage", TOKEN, {"channel": ALICE.slack_dm, "blocks": ["divider"]}, "invalid_blocks"),
        ("chat.postMessage", TOKEN, {"channel": ALICE.slack_dm, "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ("chat.postMessage", TOKEN, {"channel": ALICE.teams_chat, "text": "x"}, "channel_not_found"),
        ("chat.postEphemeral", TOKEN, {"channel": ALICE.slack_dm, "text": "x", "user": "U404"}, "user_not_in_channel"),
        ("chat.update", TOKEN, {"channel": ALICE.slack_dm, "ts": "1.1", "text": "x"}, "message_not_found"),
        ("conversations.open", TOKEN, {"users": "U404"}, "user_not_found"),
        ("conversations.replies", TOKEN, {"channel": ALICE.slack_dm, "ts": "1.1"}, "thread_not_found"),
        ("users.info", TOKEN, {"user": "U404"}, "user_not_found"),
        ("views.open", TOKEN, {"trigger_id": "1", "view": {"type": "modal", "blocks": []}}, "invalid_trigger_id"),
        ("views.update", TOKEN, {"view_id": "V404", "view": HOME}, "not_found"),
        ("views.publish", TOKEN, {"user_id": ALICE.slack_user, "view": HOME | {"type": "modal"}}, "invalid_arguments"),
        ("assistant.threads.setSuggestedPrompts", TOKEN, {"channel_id": "C0PLAYGROUND", "prompts": []}, "channel_type_not_supported"),
    ],
)
async def test_it_refuses_in_slacks_words(stage: Stage, method: str, token: str, arguments: Json, error: str) -> None:
    assert await call(stage, method, token=token, **arguments) == {"ok": False, "error": error}


async def test_it_refuses_what_isnt_json(stage: Stage) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    for body in (b"{", b"[]"):
        async with stage.http.post(f"{stage.url}/playground/slack/api/auth.test", data=body, headers=headers) as response:
            assert await response.json() == {"ok": False, "error": "invalid_json"}


async def test_forms_carry_their_structures_as_json_texts(stage: Stage) -> None:
    form = {"channel": ALICE.slack_user, "text": "x", "blocks": json.dumps([{"type": "divider"}])}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with stage.http.post(f"{stage.url}/playground/slack/api/chat.postMessage", data=form, headers=headers) as response:
        told = await response.json()
    assert told["channel"] == ALICE.slack_dm
    assert told["message"]["blocks"][0]["type"] == "divider"


async def test_a_conversation_can_be_looked_through_as_the_sweep_does(stage: Stage) -> None:
    opened = await call(stage, "conversations.open", users=ALICE.slack_user, return_im=True)
    channel = opened["channel"]["id"]
    stamp = {"event_type": "reply", "event_payload": {"key": "1"}}
    first = await call(stage, "chat.postMessage", channel=channel, text="un", metadata=stamp)
    second = await call(stage, "chat.postMessage", channel=channel, text="deux")
    reply = await call(stage, "chat.postMessage", channel=channel, text="suite", thread_ts=first["ts"])
    await call(stage, "chat.postEphemeral", channel=channel, text="tout bas", user=ALICE.slack_user)
    history = await call(stage, "conversations.history", channel=channel, include_all_metadata=True)
    assert [message["text"] for message in history["messages"]] == ["deux", "un"]
    assert history["messages"][1]["metadata"] == stamp
    later = await call(stage, "conversations.history", channel=channel, oldest=first["ts"])
    assert [message["ts"] for message in later["messages"]] == [second["ts"]]
    including = await call(stage, "conversations.history", channel=channel, oldest=first["ts"], inclusive=True, limit=1)
    assert [message["ts"] for message in including["messages"]] == [second["ts"]]
    thread = await call(stage, "conversations.replies", channel=channel, ts=first["ts"])
    assert [message["ts"] for message in thread["messages"]] == [first["ts"], reply["ts"]]
    assert "metadata" not in thread["messages"][0]


async def test_a_message_can_be_deleted_but_only_the_bots_own_changed(stage: Stage) -> None:
    await stage.makes("p1", "slack/message", text="bonjour")
    own, answer = await stage.sees("p1", "slack/dm")
    refused = await call(stage, "chat.update", channel=ALICE.slack_dm, ts=own["id"], text="x")
    assert refused == {"ok": False, "error": "cant_update_message"}
    assert (await call(stage, "chat.delete", channel=ALICE.slack_dm, ts=answer["id"]))["ok"]
    assert [post["id"] for post in await stage.sees("p1", "slack/dm")] == [own["id"]]


async def test_a_guests_profile_tells_another_workspace_and_no_email(stage: Stage) -> None:
    member = (await call(stage, "users.info", user=ALICE.slack_user, include_locale=True))["user"]
    guest = (await call(stage, "users.info", user=GUEST.slack_user))["user"]
    assert (member["team_id"], member["locale"], member["profile"]["email"]) == (TEAM, "fr-FR", ALICE.email)
    assert guest["team_id"] != TEAM
    assert guest["is_stranger"]
    assert "email" not in guest["profile"]
    assert "locale" not in guest


async def test_a_view_is_published_then_updated_unless_it_changed_meanwhile(stage: Stage) -> None:
    first = (await call(stage, "views.publish", user_id=ALICE.slack_user, view=HOME))["view"]
    second = (await call(stage, "views.update", view_id=first["id"], view=HOME))["view"]
    assert second["id"] == first["id"]
    assert await call(stage, "views.update", view_id=first["id"], hash=first["hash"], view=HOME) == {"ok": False, "error": "hash_conflict"}


async def test_an_assistants_status_and_prompts_are_shown(stage: Stage) -> None:
    async with stage.watching("p1") as watch:
        await call(stage, "assistant.threads.setStatus", channel_id=ALICE.slack_dm, thread_ts="1.1", status="cherche…")
        assert await watch.next("working") == {"type": "working", "place": "slack/dm", "text": "cherche…"}
        prompts = [{"title": "Aide", "message": "aide"}]
        await call(stage, "assistant.threads.setSuggestedPrompts", channel_id=ALICE.slack_dm, thread_ts="1.1", prompts=prompts)
        assert (await watch.next("prompts"))["prompts"] == prompts
    assert (await call(stage, "assistant.threads.setTitle", channel_id=ALICE.slack_dm, title="x"))["ok"]


async def test_a_response_url_answers_the_one_who_made_the_gesture(stage: Stage) -> None:
    await stage.makes("p1", "slack/message", place="slack/channel", text="qui sait ?")
    (post,) = await stage.sees("p1", "slack/channel")
    await stage.makes("p1", "slack/shortcut", place="slack/channel", message=post["id"], name="ask_pourqui")
    body = stage.requests[-1].body.decode()
    start = body.index("respond%2F") + len("respond%2F")
    url = f"{stage.url}/playground/slack/respond/{body[start:].partition('%22')[0]}"
    for said, seen_by_alice, seen_by_bob in (
        ({"text": "tout bas"}, 2, 1),
        ({"text": "tout haut", "response_type": "in_channel"}, 3, 2),
        ({"text": "mieux dit", "replace_original": True}, 3, 2),
        ({"delete_original": True}, 2, 1),
    ):
        async with stage.http.post(url, json=said) as response:
            assert response.status == 200
        assert len(await stage.sees("p1", "slack/channel")) == seen_by_alice
        assert len(await stage.sees("p2", "slack/channel")) == seen_by_bob
    async with stage.http.post(url, data=b"{", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
    async with stage.http.post(f"{stage.url}/playground/slack/respond/unknown", json={}) as response:
        assert response.status == 404


async def test_a_trigger_opens_one_modal_and_not_after_three_seconds(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "Un"}, "blocks": []}
    await stage.makes("p1", "slack/command", text="aide")
    fresh = _trigger(stage)
    assert (await call(stage, "views.open", trigger_id=fresh, view=modal))["ok"]
    assert (await call(stage, "views.open", trigger_id=fresh, view=modal))["error"] == "invalid_trigger_id"
    monkeypatch.setattr("adapters.playground.slack.TRIGGER_LIFE", -1.0)
    await stage.makes("p1", "slack/command", text="aide")
    assert (await call(stage, "views.open", trigger_id=_trigger(stage), view=modal))["error"] == "expired_trigger_id"


def _trigger(stage: Stage) -> str:
    return parse_qs(stage.requests[-1].body.decode())["trigger_id"][0]
