"""What people do in Slack, as the payloads that Slack sends: the fixtures' forms, with other people, places and words in them; and the signature."""

import copy
import hashlib
import hmac
import json
import time
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from dialogs.actions import Action
from dialogs.packing import pack
from tests.platforms.slack_workspace import ALICE, BOT, GENERAL, dm

JSON = dict[str, Any]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PAYLOADS = Path(__file__).parents[1] / "adapters" / "slack" / "payloads"

_numbers = count(1)


@cache
def _recorded(name: str) -> JSON:
    body: JSON = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    del body["_source"]
    return body


def recorded(name: str) -> JSON:
    """Return a payload of `tests/adapters/slack/payloads`, without its `_source`."""
    return copy.deepcopy(_recorded(name))


def names() -> list[str]:
    """Return the names of all payloads."""
    return sorted(path.stem for path in PAYLOADS.glob("*.json"))


def signed(body: str | bytes, secret: str = SECRET, timestamp: int | None = None) -> dict[str, str]:
    """Return the headers that Slack signs a body with; `timestamp` is in seconds, now by default."""
    at = str(time.time_ns() // 10**9 if timestamp is None else timestamp)
    text = body.encode() if isinstance(body, str) else body
    digest = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + text, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}


def wire(payload: JSON) -> tuple[str, dict[str, str]]:
    """Return a payload's body and its content type, as Slack sends its kind: events as JSON, commands as a form, gestures as JSON in a form."""
    if "command" in payload:
        return urlencode(payload), {"Content-Type": "application/x-www-form-urlencoded"}
    if payload.get("type") in ("event_callback", "url_verification"):
        return json.dumps(payload), {"Content-Type": "application/json"}
    return urlencode({"payload": json.dumps(payload)}), {"Content-Type": "application/x-www-form-urlencoded"}


def mention(text: str, *, user: str = ALICE, channel: str = GENERAL, thread: str | None = None, ts: str | None = None, files: int = 0) -> JSON:
    """Somebody mentions the bot in a channel; `text` says where, with `<@U0POURQUI>`. Slack sends it beside a `message` (`in_channel`)."""
    payload = _event("app_mention", user=user, channel=channel, text=text)
    return _written(payload, thread, ts, files)


def in_channel(
    text: str, *, user: str = ALICE, channel: str = GENERAL, thread: str | None = None, ts: str | None = None, files: int = 0
) -> list[JSON]:
    """Somebody writes in a channel: all that Slack sends of it, which is two events where the bot is mentioned."""
    payload = _written(_event("message_in_thread", user=user, channel=channel, text=text), thread, ts, files)
    if f"<@{BOT}>" not in text:
        return [payload]
    return [mention(text, user=user, channel=channel, thread=thread, ts=payload["event"]["ts"], files=files), payload]


def in_thread(text: str, *, thread: str, user: str = ALICE, channel: str = GENERAL, ts: str | None = None, files: int = 0) -> JSON:
    """Somebody writes in a thread of a channel, to nobody but those who read it."""
    (payload,) = in_channel(text, user=user, channel=channel, thread=thread, ts=ts, files=files)
    return payload


def direct(text: str, *, user: str = ALICE, thread: str | None = None, ts: str | None = None, files: int = 0) -> JSON:
    """Somebody writes to the bot; with `thread`, in an assistant thread or below one of its messages."""
    payload = _event("message_im", user=user, channel=dm(user), text=text)
    return _written(payload, thread, ts, files)


def edit(text: str, *, ts: str, before: str, user: str = ALICE, channel: str | None = None, thread: str | None = None) -> JSON:
    """Somebody changes a message, in their own conversation or in a channel, from what it said `before`."""
    said = _said(before, user, ts, thread)
    now = said | {"text": text, "edited": {"user": user, "ts": _timestamp()}}
    return _event("message_changed", message=now, previous_message=said, **_channel(user, channel))


def delete(*, ts: str, text: str = "…", user: str = ALICE, channel: str | None = None, thread: str | None = None, replies: bool = False) -> JSON:
    """Somebody deletes a message, in their own conversation or in a channel; one with replies becomes a tombstone."""
    said = _said(text, user, ts, ts if replies else thread)
    if replies:
        gone = recorded("message_tombstone")["event"]["message"] | {"ts": ts, "thread_ts": ts}
        return _event("message_tombstone", message=gone, previous_message=said, **_channel(user, channel))
    return _event("message_deleted", deleted_ts=ts, previous_message=said, **_channel(user, channel))


def home_opened(*, user: str = ALICE) -> JSON:
    """Somebody opens the home tab."""
    return _event("app_home_opened", user=user, channel=dm(user))


def thread_started(*, user: str = ALICE) -> JSON:
    """Somebody opens an assistant thread."""
    payload = _event("assistant_thread_started")
    payload["event"]["assistant_thread"] |= {"user_id": user, "channel_id": dm(user)}
    return payload


def command(text: str, *, user: str = ALICE, channel: str = GENERAL) -> JSON:
    """Somebody types `/pourqui text`, in whichever conversation."""
    name = "directmessage" if channel.startswith("D") else "general"
    typed = {"text": text, "user_id": user, "channel_id": channel, "channel_name": name, "trigger_id": f"{next(_numbers)}.738474920.8088"}
    return recorded("slash_command") | typed


def shortcut(text: str, *, user: str = ALICE) -> JSON:
    """Somebody uses "Ask pourqui" on a message."""
    payload = recorded("message_action")
    payload["user"]["id"], payload["message"]["text"] = user, text
    return payload | {"trigger_id": f"{next(_numbers)}.738474920.8088"}


def support_exchange(*, trigger: str, ts: str, author: str, user: str = ALICE, channel: str = GENERAL) -> JSON:
    """Somebody uses "Note a support exchange" on a message of `author`; `trigger` comes from `FakeSlack.trigger`."""
    payload = recorded("message_action_support_exchange")
    payload["user"]["id"], payload["channel"]["id"] = user, channel
    payload["message"] |= {"user": author, "ts": ts}
    return payload | {"trigger_id": trigger, "message_ts": ts, "action_ts": _timestamp()}


def tap(action: Action, *, trigger: str, user: str = ALICE, channel: str | None = None, message: str = "1767603801.000410") -> JSON:
    """Somebody taps a button of a message, in their own conversation or in a channel; `trigger` comes from `FakeSlack.trigger`."""
    payload = recorded("block_actions_in_dm" if channel is None else "block_actions_in_channel")
    payload["user"]["id"], payload["trigger_id"] = user, trigger
    payload["actions"][0] |= {"value": pack(action), "action_ts": _timestamp()}
    payload["channel"]["id"] = payload["container"]["channel_id"] = channel or dm(user)
    payload["container"]["message_ts"] = payload["message"]["ts"] = message
    return payload


def submission(view: JSON, values: dict[str, str], *, user: str = ALICE) -> JSON:
    """Somebody submits a view, as `FakeSlack.views` keeps it, with these values."""
    payload = recorded("view_submission")
    payload["user"]["id"] = user
    states: JSON = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            kind, id_ = block["element"]["type"], block["block_id"]
            value = values.get(id_)
            typed = {"value": value} if kind == "plain_text_input" else {"selected_option": {"value": value} if value else None}
            states[id_] = {block["element"]["action_id"]: {"type": kind, **typed}}
    payload["view"] |= {**view, "state": {"values": states}}
    return payload


def _event(name: str, **fields: object) -> JSON:
    payload = recorded(name)
    number, timestamp = next(_numbers), _timestamp()
    payload["event"] |= {"event_ts": timestamp, **fields}
    if "ts" in payload["event"]:
        payload["event"]["ts"] = timestamp
    return payload | {"event_id": f"Ev{number:08d}"}


def _written(payload: JSON, thread: str | None, ts: str | None, files: int) -> JSON:
    """Return a message's event in a thread or none, with an id of its own or the given one, and with so many files."""
    event = payload["event"]
    event.pop("blocks", None)
    event.pop("thread_ts", None)
    event |= {"ts": ts or event["ts"]} | ({} if thread is None else {"thread_ts": thread})
    if files:
        event |= {"subtype": "file_share", "files": [{"id": f"F0FILE{number}", "name": f"{number}.pdf"} for number in range(files)]}
    return payload


def _said(text: str, user: str, ts: str, thread: str | None) -> JSON:
    said: JSON = recorded("message_changed")["event"]["previous_message"] | {"text": text, "user": user, "ts": ts}
    return said if thread is None else said | {"thread_ts": thread}


def _channel(user: str, channel: str | None) -> JSON:
    return {"channel": dm(user), "channel_type": "im"} if channel is None else {"channel": channel, "channel_type": "channel"}


def _timestamp() -> str:
    number = next(_numbers)
    return f"{1767700000 + number}.{number:06d}"
