"""Whatever isn't Slack's, or isn't of a known form, gets its status and leaves no trace."""

import copy
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from adapters.slack.app import SlackAdapter
from tests.adapters.slack.conftest import NOW, Bot
from tests.examples import examples
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack_workspace import BOT_TOKEN

JSON_TYPE = {"Content-Type": "application/json"}
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def untouched(bot: Bot) -> AsyncIterator[Bot]:
    """A bot that must hear nothing."""
    yield bot
    await bot.listener.settled()
    assert bot.listener.heard == []
    assert {call.method for call in bot.slack.calls} <= {"auth.test"}


def body_of(name: str = "message_im") -> str:
    return gestures.wire(gestures.recorded(name))[0]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=0"},
        {"X-Slack-Request-Timestamp": "1767603800"},
        gestures.signed(body_of()) | {"X-Slack-Signature": "v0=" + "0" * 64},
        gestures.signed(body_of()) | {"X-Slack-Signature": "v0=é"},
        gestures.signed(body_of()) | {"X-Slack-Request-Timestamp": "soon"},
        gestures.signed(body_of()) | {"X-Slack-Request-Timestamp": "9" * 400},
        gestures.signed(body_of(), secret="another"),
        gestures.signed(body_of() + " "),
        gestures.signed(body_of(), timestamp=1767603800),
        gestures.signed(body_of(), timestamp=int(gestures.signed("")["X-Slack-Request-Timestamp"]) - 310),
        gestures.signed(body_of(), timestamp=int(gestures.signed("")["X-Slack-Request-Timestamp"]) + 3_600),
    ],
)
async def test_what_slack_did_not_sign_in_the_last_five_minutes_is_refused(untouched: Bot, headers: dict[str, str]) -> None:
    answer = await untouched.gets(body_of(), JSON_TYPE | headers)
    assert answer.status == 401


async def test_bytes_that_are_no_text_were_not_signed_by_slack(untouched: Bot) -> None:
    assert (await untouched.gets(b"\xff\xfe", JSON_TYPE | gestures.signed(b"\xff\xfe"))).status == 401


async def test_the_same_body_within_five_minutes_has_no_second_effect(bot: Bot) -> None:
    body = body_of()
    headers = JSON_TYPE | gestures.signed(body)
    assert [(await bot.gets(body, headers)).status for _ in range(3)] == [200] * 3
    await bot.listener.settled()
    assert len(bot.listener.heard) == len(bot.slack.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "1",
        "null",
        "{}",
        '{"type": 5}',
        '{"type": ""}',
        '{"type": "event_callback"}',
        '{"type": "event_callback", "event": []}',
        '{"type": "event_callback", "event": {"type": "app_mention"}}',
        '{"type": "block_actions", "actions": [5]}',
        '{"type": "block_actions", "actions": {"type": "button"}}',
        '{"type": "view_submission"}',
        '{"command": "/pourqui"}',
        '{"command": "/pourqui", "user_id": "U1", "team_id": "T1", "trigger_id": "\ud800"}',
        '{"type": ' + "9" * 5000 + "}",
        "[" * 100_000,
        json.dumps({"type": "event_callback", "event": {}}),
    ],
)
async def test_what_is_not_of_a_known_form_is_refused_with_a_reason(untouched: Bot, body: str) -> None:
    raw = body.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    answer = await untouched.gets(raw, JSON_TYPE | gestures.signed(raw))
    assert answer.status == 400
    assert answer.json["error"]


@pytest.mark.parametrize("body", ["payload=", "payload=no", "payload=[]", "payload=%7B%7D", "a=b", "&".join(f"a{n}=b" for n in range(100))])
async def test_a_form_that_is_not_slacks_is_refused(untouched: Bot, body: str) -> None:
    assert (await untouched.gets(body, FORM_TYPE | gestures.signed(body))).status == 400


@pytest.mark.parametrize(("path", "value"), [(("channel", "id"), 5), (("user",), "U1"), (("actions", 0, "action_ts"), "now"), (("team", "id"), None)])
async def test_a_gesture_with_wrong_types_is_refused(untouched: Bot, path: tuple[Any, ...], value: object) -> None:
    payload = gestures.recorded("block_actions_in_dm")
    if path == ("team", "id"):
        del payload["user"]["team_id"]
    place: Any = payload
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert (await untouched.hears(payload)).status == 400


@pytest.mark.parametrize(("depth", "status"), [(60, 200), (65, 400), (2000, 400)])
async def test_nesting_has_a_bottom(bot: Bot, depth: int, status: int) -> None:
    payload = gestures.recorded("message_im")
    body = json.dumps(payload)[:-1] + ', "more": ' + "[" * depth + "]" * depth + "}"
    assert (await bot.gets(body, JSON_TYPE | gestures.signed(body))).status == status


async def test_a_body_over_one_megabyte_is_refused(untouched: Bot) -> None:
    body = json.dumps(gestures.recorded("message_im") | {"more": "x" * 10_000_000})
    assert (await untouched.gets(body, JSON_TYPE | gestures.signed(body))).status == 413


async def test_a_command_about_a_payload_is_a_command(bot: Bot) -> None:
    await bot.told(gestures.command("what is a payload=1 ?"))
    assert getattr(bot.listener.heard[0], "text", None) == "what is a payload=1 ?"


async def test_unknown_kinds_of_a_known_platform_are_acknowledged(untouched: Bot) -> None:
    for payload in ({"type": "workflow_step_execute"}, {"type": "app_rate_limited", "team_id": "T0SOLANE1", "minute_rate_limited": 1767603800}):
        body = json.dumps(payload)
        assert (await untouched.gets(body, JSON_TYPE | gestures.signed(body))).status == 200


def test_without_any_credential_of_slacks_there_is_no_adapter() -> None:
    with pytest.raises(ValueError, match="signing secret"):
        SlackAdapter(BOT_TOKEN, None, clock=lambda: NOW)


async def test_an_adapter_that_was_never_started_stops_quietly() -> None:
    await SlackAdapter(BOT_TOKEN, gestures.SECRET, clock=lambda: NOW).stop()


JSON_VALUES: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A recorded payload with up to three values replaced or removed, wherever they stand."""
    payload = copy.deepcopy(gestures.recorded(draw(st.sampled_from(gestures.names()))))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = payload
        while True:
            key = draw(st.sampled_from(sorted(place))) if isinstance(place, dict) else draw(st.integers(0, len(place) - 1))
            if not (isinstance(place[key], dict | list) and place[key] and draw(st.integers(0, 3))):
                break
            place = place[key]
        if draw(st.booleans()):
            place[key] = draw(JSON_VALUES | st.sampled_from(["", "\x00", "\ud800", "💥", "x" * 300, "|", "-1", "1e400", [[]], {"id": []}]))
        else:
            del place[key]
        if not payload:
            break
    return payload


NEARLY: SearchStrategy[Any] = st.dictionaries(st.sampled_from(["type", "event", "command", "ssl_check"]), JSON_VALUES)


@given(payload=mutated() | mutated() | NEARLY | JSON_VALUES)
@settings(max_examples=examples(400), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_no_signed_payload_makes_an_inside_failure(bot: Bot, payload: Any) -> None:
    bodies = [(json.dumps(payload), JSON_TYPE), (urlencode({"payload": json.dumps(payload)}), FORM_TYPE)]
    if isinstance(payload, dict):
        bodies.append((urlencode(payload, errors="replace"), FORM_TYPE))
    for body, headers in bodies:
        answer = await bot.gets(body, headers | gestures.signed(body))
        assert answer.status in (200, 400)
    await bot.listener.settled()
