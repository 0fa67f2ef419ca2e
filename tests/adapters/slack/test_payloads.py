"""The recorded payloads are Slack's: each names the page of its form, and Slack's own libraries read it as we do."""

import json
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.parse import parse
from tests.adapters.slack.conftest import NOW
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack_workspace import GENERAL


@pytest.mark.parametrize("name", gestures.names())
def test_each_names_the_documentation_of_its_form(name: str) -> None:
    body = json.loads((gestures.PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    assert body["_source"].startswith("https://docs.slack.dev/")


SPEAKING = {
    "app_home_opened",
    "app_mention",
    "app_mention_in_thread",
    "app_mention_shared_channel",
    "assistant_thread_started",
    "block_actions_in_channel",
    "block_actions_in_dm",
    "block_actions_in_home",
    "block_actions_of_another_version",
    "block_actions_opening_form",
    "message_action",
    "message_action_support_exchange",
    "message_changed",
    "message_changed_in_thread",
    "message_deleted",
    "message_im",
    "message_im_in_assistant_thread",
    "message_in_private_channel_thread",
    "message_in_thread",
    "message_tombstone",
    "slash_command",
    "view_submission",
}


def test_these_are_events_and_the_others_call_for_no_answer() -> None:
    assert {name for name in gestures.names() if parse(gestures.recorded(name), received=NOW) is not None} == SPEAKING


@pytest.mark.parametrize("name", sorted(SPEAKING))
def test_bolt_finds_the_same_person_and_place_as_we_do(name: str) -> None:
    payload = gestures.recorded(name)
    event = parse(payload, received=NOW)
    assert event is not None
    context = AsyncBoltRequest(body=payload, mode="socket_mode").context
    assert context.user_id in (event.sender.user, None, "USLACKBOT")  # a tombstone is Slackbot's; who deleted a message isn't told
    assert context.team_id == event.reference.tenant
    assert event.reference.conversation in (context.channel_id, event.sender.user, GENERAL)


@pytest.mark.parametrize("name", gestures.names())
def test_slacks_own_types_accept_its_blocks_and_views(name: str) -> None:
    payload = gestures.recorded(name)
    for blocks in _found(payload, "blocks"):
        for block in Block.parse_all(blocks):
            assert block is not None
            block.validate_json()
    if "view" in payload:
        view = View(**payload["view"])
        if payload["view"]["type"] == "modal":
            view.validate_json()
    envelope = SocketModeRequest.from_dict({"type": "interactive", "envelope_id": "e1", "payload": payload})
    assert envelope is not None
    assert envelope.payload == payload


def _found(value: Any, name: str) -> list[Any]:
    if isinstance(value, dict):
        return ([value[name]] if name in value else []) + [found for inner in value.values() for found in _found(inner, name)]
    return [found for inner in value for found in _found(inner, name)] if isinstance(value, list) else []
