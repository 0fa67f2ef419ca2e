"""The app that an operator pastes into Slack is the app that the code expects."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from adapters.slack.client import SCOPES
from adapters.slack.parse import ASK, BOT_EVENTS, COMMAND, MARK
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack_workspace import BOB

MANIFEST = Path(__file__).parents[3] / "docs" / "manifests" / "slack.yaml"


@pytest.fixture(scope="module")
def manifest() -> Any:
    return YAML(typ="safe").load(MANIFEST)


def test_it_subscribes_to_the_events_that_are_parsed(manifest: Any) -> None:
    assert tuple(manifest["settings"]["event_subscriptions"]["bot_events"]) == BOT_EVENTS


def test_it_asks_for_the_scopes_of_the_calls_that_are_made_and_no_others(manifest: Any) -> None:
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted({scope for scopes in SCOPES.values() for scope in scopes})


def test_it_has_the_command_and_the_shortcuts(manifest: Any) -> None:
    (command,), shortcuts = manifest["features"]["slash_commands"], manifest["features"]["shortcuts"]
    assert (command["command"], gestures.command("")["command"]) == (COMMAND, COMMAND)
    assert [(shortcut["callback_id"], shortcut["type"]) for shortcut in shortcuts] == [(ASK, "message"), (MARK, "message")]
    used = gestures.shortcut(""), gestures.support_exchange(trigger="1.2.3", ts="1767604050.000900", author=BOB)
    assert [payload["callback_id"] for payload in used] == [ASK, MARK]


def test_every_address_is_the_one_route(manifest: Any) -> None:
    addresses = {
        manifest["features"]["slash_commands"][0]["url"],
        manifest["settings"]["event_subscriptions"]["request_url"],
        manifest["settings"]["interactivity"]["request_url"],
    }
    assert addresses == {"https://pourqui.example/slack/events"}


def test_its_texts_fit_slacks_manifest_schema(manifest: Any) -> None:
    limits = {
        manifest["display_information"]["name"]: 35,
        manifest["display_information"]["description"]: 140,
        manifest["features"]["bot_user"]["display_name"]: 80,
        manifest["features"]["slash_commands"][0]["description"]: 2000,
    }
    for shortcut in manifest["features"]["shortcuts"]:
        limits |= {shortcut["name"]: 24, shortcut["description"]: 150}
    assert {text: len(text) for text, limit in limits.items() if len(text) > limit} == {}
