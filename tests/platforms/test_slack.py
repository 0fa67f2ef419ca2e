"""The fake Slack refuses what the real one refuses, and fails on demand: a test that passes against it means something."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, ContentTypeError

from tests.platforms import slack_rules as rules
from tests.platforms.slack import FakeSlack, Fault, cut, held, nonsense, rate_limited, refused, server_error
from tests.platforms.slack_limits import Limits
from tests.platforms.slack_workspace import ALICE, APP_TOKEN, ARCHIVED, BOT, BOT_TOKEN, GENERAL, PRIVATE, dm

JSON = dict[str, Any]


class Caller:
    """Calls the Web API as any client would."""

    def __init__(self, slack: FakeSlack, http: ClientSession) -> None:
        self.slack, self.http = slack, http

    async def __call__(self, method: str, arguments: JSON | None = None, *, token: str = BOT_TOKEN) -> JSON:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.post(f"{self.slack.api_url}{method}", json=arguments or {}, headers=headers) as response:
            body: JSON = await response.json()
            return body


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    async with FakeSlack() as slack, ClientSession() as http:
        yield Caller(slack, http)


def plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> JSON:
    return {"type": "button", "text": plain("Oui"), "action_id": "a", "value": "v"} | more


def modal(*blocks: JSON, **more: Any) -> JSON:
    return {"type": "modal", "title": plain("Titre"), "submit": plain("Oui"), "blocks": list(blocks)} | more


def said(text: str) -> JSON:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]}


INPUT = {"type": "input", "label": plain("Nom"), "element": {"type": "plain_text_input"}}
SECTION = {"type": "section", "text": plain("Bonjour.")}
YES = {"text": plain("Oui"), "value": "yes"}


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": BOT, "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": PRIVATE, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": ARCHIVED, "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": GENERAL}, "no_text"),
        ("chat.postMessage", {"channel": GENERAL, "text": "x" * 4001}, "msg_too_long"),
        ("chat.postMessage", {"channel": GENERAL, "blocks": "[]"}, "invalid_blocks"),
        ("chat.postMessage", {"channel": GENERAL, "blocks": [SECTION] * 51}, "invalid_blocks"),
        ("chat.postMessage", {"channel": GENERAL, "blocks": [said("x" * 2900)] * 4}, "msg_blocks_too_long"),
        ("chat.postMessage", {"channel": GENERAL, "text": "x", "thread_ts": None}, "invalid_arguments"),
        ("chat.postMessage", {"channel": GENERAL, "text": "x", "metadata": {"event_type": 5}}, "invalid_metadata_format"),
        ("chat.update", {"channel": GENERAL, "ts": "1.1", "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": ALICE, "ts": "1.1", "text": "x"}, "channel_not_found"),
        ("chat.delete", {"channel": GENERAL, "ts": "1.1"}, "message_not_found"),
        ("chat.delete", {"channel": PRIVATE, "ts": "1.1"}, "not_in_channel"),
        ("chat.postEphemeral", {"channel": GENERAL, "user": "U0NOBODY", "text": "x"}, "user_not_in_channel"),
        ("chat.postEphemeral", {"channel": GENERAL, "user": ALICE}, "no_text"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("conversations.open", {"users": BOT}, "cannot_dm_bot"),
        ("conversations.history", {"channel": "C0NOWHERE"}, "channel_not_found"),
        ("conversations.replies", {"channel": GENERAL, "ts": "1.1"}, "thread_not_found"),
        ("conversations.replies", {"channel": GENERAL}, "invalid_arguments"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("views.open", {"view": modal(SECTION)}, "invalid_arguments"),
        ("views.open", {"trigger_id": "never-issued", "view": modal(SECTION)}, "invalid_trigger_id"),
        ("views.publish", {"view": {"type": "home", "blocks": [SECTION]}}, "invalid_arguments"),
        ("views.publish", {"user_id": "U0NOBODY", "view": {"type": "home", "blocks": [SECTION]}}, "user_not_found"),
        ("views.publish", {"user_id": ALICE, "view": modal(SECTION)}, "invalid_arguments"),
        ("views.publish", {"user_id": ALICE}, "invalid_arguments"),
        ("views.update", {"view_id": "V0", "view": modal(SECTION)}, "not_found"),
        ("assistant.threads.setSuggestedPrompts", {"channel_id": dm(ALICE), "thread_ts": "1.1", "prompts": []}, "invalid_arguments"),
        ("assistant.threads.setSuggestedPrompts", {"channel_id": dm(ALICE), "prompts": [{"title": "t", "message": "m"}]}, "invalid_arguments"),
        ("assistant.threads.setStatus", {"channel_id": dm(ALICE), "thread_ts": "1.1"}, "invalid_arguments"),
        ("apps.connections.open", {}, "not_allowed_token_type"),
        ("chat.whisper", {}, "unknown_method"),
    ],
)
async def test_a_malformed_call_is_refused(call: Caller, method: str, arguments: JSON, error: str) -> None:
    answer = await call(method, arguments)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert call.slack.messages[GENERAL] == []
    assert call.slack.calls_of(method) == [arguments]


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-another", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")])
async def test_a_call_without_the_bots_token_is_refused(call: Caller, token: str, error: str) -> None:
    assert (await call("auth.test", token=token))["error"] == error


async def test_a_message_of_somebody_else_cannot_be_updated_or_deleted(call: Caller) -> None:
    ts = call.slack.said("bonjour", user=ALICE, channel=GENERAL)
    assert (await call("chat.update", {"channel": GENERAL, "ts": ts, "text": "x"}))["error"] == "cant_update_message"
    assert (await call("chat.delete", {"channel": GENERAL, "ts": ts}))["error"] == "cant_delete_message"


async def test_a_deleted_message_is_gone_but_for_the_tombstone_above_its_replies(call: Caller) -> None:
    card = (await call("chat.postMessage", {"channel": GENERAL, "text": "une demande"}))["ts"]
    word = call.slack.said("un mot", user=ALICE, channel=GENERAL, thread=card)
    call.slack.edited("deux mots", channel=GENERAL, ts=word)
    assert call.slack.messages[GENERAL][1]["text"] == "deux mots"
    assert (await call("chat.delete", {"channel": GENERAL, "ts": card}))["ok"]
    replies = (await call("conversations.replies", {"channel": GENERAL, "ts": card}))["messages"]
    assert [(message.get("subtype"), message["text"]) for message in replies] == [("tombstone", "This message was deleted."), (None, "deux mots")]
    assert [message["ts"] for message in (await call("conversations.history", {"channel": GENERAL}))["messages"]] == [card]
    call.slack.deleted(channel=GENERAL, ts=word)
    assert call.slack.message(GENERAL, word) is None


async def test_it_takes_a_message_a_second_in_a_channel_and_some_calls_in_a_workspace(call: Caller) -> None:
    at = 0.0
    call.slack.limits = Limits(lambda: at, workspace=3)
    said: JSON = {"channel": GENERAL, "text": "x"}
    answers = [await call("chat.postMessage", said), await call("chat.postMessage", said), await call("chat.postMessage", said | {"channel": ALICE})]
    answers += [await call("chat.postMessage", said | {"channel": dm(ALICE)}), await call("auth.test"), await call("auth.test")]
    assert [answer.get("error") for answer in answers] == [None, "ratelimited", None, "ratelimited", None, "ratelimited"]
    at = 1.0
    assert (await call("chat.postMessage", said))["ok"]
    assert len(call.slack.messages[GENERAL]) == 2


async def test_a_trigger_opens_one_view_and_not_for_long(call: Caller) -> None:
    trigger = call.slack.trigger()
    answers = [await call("views.open", {"trigger_id": given, "view": modal(SECTION)}) for given in (trigger, trigger, call.slack.trigger("expired"))]
    assert [answer.get("error") for answer in answers] == [None, "exchanged_trigger_id", "expired_trigger_id"]
    view = answers[0]["view"]
    assert (await call("views.update", {"view_id": view["id"], "view": modal(SECTION), "hash": "another"}))["error"] == "hash_conflict"
    assert (await call("views.update", {"view_id": view["id"], "view": modal(SECTION), "hash": view["hash"]}))["ok"]


async def test_what_was_posted_can_be_read_with_its_metadata_only_when_asked_for(call: Caller) -> None:
    stamp = {"event_type": "t", "event_payload": {"key": "k"}}
    root = (await call("chat.postMessage", {"channel": GENERAL, "text": "un"}))["ts"]
    await call("chat.postMessage", {"channel": GENERAL, "text": "deux", "thread_ts": root, "metadata": stamp})
    assert [message["text"] for message in (await call("conversations.history", {"channel": GENERAL}))["messages"]] == ["un"]
    asked = {"channel": GENERAL, "ts": root}
    assert [message.get("metadata") for message in (await call("conversations.replies", asked))["messages"]] == [None, None]
    page = await call("conversations.replies", asked | {"include_all_metadata": True, "limit": 1})
    assert page["response_metadata"]["next_cursor"]
    page = await call("conversations.replies", asked | {"include_all_metadata": True, "cursor": page["response_metadata"]["next_cursor"]})
    assert [message["metadata"] for message in page["messages"]] == [stamp]
    assert (await call("users.info", {"user": ALICE}))["user"].get("locale") is None


async def test_a_message_to_a_person_goes_to_their_conversation(call: Caller) -> None:
    assert (await call("chat.postMessage", {"channel": ALICE, "text": "x"}))["channel"] == dm(ALICE)
    assert (await call("chat.postEphemeral", {"channel": GENERAL, "user": ALICE, "text": "x"}))["ok"]
    assert (await call("assistant.threads.setStatus", {"channel_id": dm(ALICE), "thread_ts": "1.1", "status": "…"}))["ok"]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "carousel"},
        "not an object",
        {"type": "divider", "color": "red"},
        {"type": "divider", "block_id": "x" * 256},
        {"type": "header", "text": plain("x" * 151)},
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "header", "text": plain(" ")},
        {"type": "section"},
        {"type": "section", "text": plain("x" * 3001)},
        {"type": "section", "fields": [plain("x")] * 11},
        {"type": "section", "fields": [plain("x" * 2001)]},
        {"type": "section", "text": plain("x"), "accessory": {"type": "image"}},
        {"type": "context", "elements": []},
        {"type": "context", "elements": [plain("x")] * 11},
        {"type": "actions", "elements": []},
        {"type": "actions", "elements": [button(action_id=f"{number}") for number in range(26)]},
        {"type": "actions", "elements": [button(), button()]},
        {"type": "actions", "elements": [button(text=plain("x" * 76))]},
        {"type": "actions", "elements": [button(value="x" * 2001)]},
        {"type": "actions", "elements": [button(url="https://" + "x" * 3000)]},
        {"type": "actions", "elements": [button(url="ftp://x")]},
        {"type": "actions", "elements": [button(style="quiet")]},
        {"type": "actions", "elements": [button(accessibility_label="x" * 76)]},
        {"type": "actions", "elements": [button(color="red")]},
        {"type": "rich_text", "elements": []},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [{"type": "rich_text_section"}]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": 1}}]}]},
        said(""),
        INPUT | {"label": plain("x" * 2001)},
        INPUT | {"element": None},
        INPUT | {"element": {"type": "slider"}},
        INPUT | {"element": {"type": "plain_text_input", "action_id": "x" * 256}},
        INPUT | {"element": {"type": "plain_text_input", "max_length": 3001}},
        INPUT | {"element": {"type": "plain_text_input", "max_length": 2, "initial_value": "xxx"}},
        INPUT | {"element": {"type": "plain_text_input", "placeholder": plain("x" * 151)}},
        INPUT | {"element": {"type": "radio_buttons", "options": []}},
        INPUT | {"element": {"type": "radio_buttons", "options": [{"text": plain("x"), "value": f"{number}"} for number in range(11)]}},
        INPUT | {"element": {"type": "static_select", "options": [{"text": plain("x" * 76), "value": "v"}]}},
        INPUT | {"element": {"type": "static_select", "options": [{"text": plain("x"), "value": "v" * 151}]}},
        INPUT | {"element": {"type": "static_select", "option_groups": []}},
        INPUT | {"element": {"type": "static_select", "options": [YES], "initial_option": {"text": plain("Non"), "value": "no"}}},
    ],
)
def test_a_malformed_block_is_refused(block: Any) -> None:
    assert rules.problems_of_blocks([block], limit=rules.MESSAGE_BLOCKS)


def test_two_blocks_of_one_id_are_refused() -> None:
    assert rules.problems_of_blocks([{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}], limit=rules.MESSAGE_BLOCKS)


@pytest.mark.parametrize(
    "view",
    [
        None,
        {"type": "modal", "blocks": [SECTION]},
        modal(),
        modal(*[SECTION] * 101),
        modal(SECTION, title=plain("x" * 25)),
        modal(SECTION, close=plain("x" * 25)),
        modal(SECTION, private_metadata="x" * 3001),
        modal(SECTION, callback_id="x" * 256),
        {"type": "modal", "title": plain("Titre"), "blocks": [INPUT]},
        {"type": "home", "title": plain("Titre"), "blocks": [SECTION]},
        {"type": "drawer", "blocks": [SECTION]},
    ],
)
def test_a_malformed_view_is_refused(view: Any) -> None:
    assert rules.problems_of_view(view)


def test_well_formed_ones_are_not_refused() -> None:
    blocks = [SECTION, INPUT, said("x"), {"type": "divider"}, {"type": "actions", "elements": [button()]}]
    assert rules.problems_of_blocks(blocks, limit=rules.MESSAGE_BLOCKS) == []
    assert rules.problems_of_view(modal(*blocks, close=plain("Non"), private_metadata="x" * 3000)) == []


async def test_it_fails_on_demand_and_then_works_again(call: Caller) -> None:
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    for fault in (rate_limited(3), server_error(503), nonsense(), refused("fatal_error")):
        call.slack.fail("auth.test", fault)
    seen = []
    for _ in range(5):
        async with call.http.post(f"{call.slack.api_url}auth.test", headers=headers) as response:
            seen.append((response.status, response.headers.get("Retry-After"), response.content_type))
    assert seen == [
        (429, "3", "application/json"),
        (503, None, "text/html"),
        (200, None, "text/html"),
        (200, None, "application/json"),
        (200, None, "application/json"),
    ]


@pytest.mark.parametrize("done", [False, True])
async def test_it_cuts_connections_before_or_after_the_work(call: Caller, done: bool) -> None:
    call.slack.fail("chat.postMessage", cut(done=done))
    with pytest.raises(ClientConnectionError):
        await call("chat.postMessage", {"channel": GENERAL, "text": "x"})
    assert len(call.slack.messages[GENERAL]) == done


@pytest.mark.parametrize("fault", [server_error(502, done=True), held(done=True)])
async def test_it_takes_a_message_and_still_gives_no_proper_answer(call: Caller, fault: Fault) -> None:
    call.slack.fail("chat.postMessage", fault)
    with pytest.raises((ContentTypeError, TimeoutError)):
        async with asyncio.timeout(0.2):
            await call("chat.postMessage", {"channel": GENERAL, "text": "x"})
    assert len(call.slack.messages[GENERAL]) == 1


async def test_it_holds_a_call_until_released(call: Caller) -> None:
    call.slack.fail("auth.test", held())
    with pytest.raises(TimeoutError):
        async with call.http.post(f"{call.slack.api_url}auth.test", timeout=0.1):  # type: ignore[arg-type]
            pytest.fail("it answered")
    call.slack.release()
    call.slack.fail("auth.test", held())
    assert (await call("auth.test"))["ok"]
