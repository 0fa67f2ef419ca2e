"""What Slack sends to an app, as plain JSON: events, interactions and commands, in the forms of Slack's own documentation."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from adapters.playground.accounts import Account, Kind
from adapters.playground.conversations import Conversation, Json

APP = "A0PLAYGROUND"
BOT = "B0PLAYGROUND"
BOT_USER = "U0POURQUI"
CHANNEL = "C0PLAYGROUND"
CHANNEL_NAME = "entraide"
DESK = "C0EXPERTS"  # where the experts of every function answer
DESK_NAME = "experts"
COMMAND = "/pourqui"
DOMAIN = "playground"
PARTNER_TEAM = "T0PARTNER"  # the workspace of the guest's own company (Slack Connect)
SHORTCUTS = ("ask_pourqui", "support_exchange")  # on a message
TOKEN = "playground-verification-token"  # noqa: S105 - deprecated by Slack in favour of the signature, and still sent along


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Sign a request as Slack does (docs.slack.dev/authentication/verifying-requests-from-slack); `timestamp` in seconds."""
    return "v0=" + hmac.new(secret.encode(), b"v0:%d:%s" % (timestamp, body), hashlib.sha256).hexdigest()


def team_of(account: Account, team: str) -> str:
    """Return the workspace that an account belongs to."""
    return PARTNER_TEAM if account.kind is Kind.GUEST else team


def written(account: Account, team: str, *, text: str, ts: str, thread: str | None) -> Json:
    """Return a person's message as Slack keeps it; `text` is what was typed, `@pourqui` is a mention."""
    said = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@pourqui", f"<@{BOT_USER}>")
    return {
        "type": "message",
        "user": account.slack_user,
        "ts": ts,
        "client_msg_id": account.aad_object_id[:24] + hashlib.sha256(ts.encode()).hexdigest()[:12],
        "text": said,
        "team": team_of(account, team),
        "blocks": [{"type": "rich_text", "block_id": _short(ts), "elements": [{"type": "rich_text_section", "elements": _rich(text)}]}],
        **({"thread_ts": thread} if thread else {}),
    }


def _rich(text: str) -> list[Json]:
    pieces: list[Json] = []
    for index, piece in enumerate(text.split("@pourqui")):
        if index:
            pieces.append({"type": "user", "user_id": BOT_USER})
        if piece:
            pieces.append({"type": "text", "text": piece})
    return pieces


def message_event(account: Account, team: str, conversation: Conversation, message: Mapping[str, Any]) -> Json:
    """Return the callback of a message, which the bot gets for every conversation that it's in."""
    return callback(account, team, {**message, "channel": conversation.id, "event_ts": message["ts"], "channel_type": _channel_type(conversation)})


def mention_event(account: Account, team: str, conversation: Conversation, message: Mapping[str, Any]) -> Json:
    """Return the callback of a mention in a channel; Slack sends it besides that of the message."""
    return callback(account, team, {**message, "type": "app_mention", "channel": conversation.id, "event_ts": message["ts"]})


def changed_event(account: Account, team: str, conversation: Conversation, former: Mapping[str, Any], message: Mapping[str, Any], ts: str) -> Json:
    """Return the callback of a message that its author edited (docs.slack.dev/reference/events/message/message_changed)."""
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": conversation.id,
        "channel_type": _channel_type(conversation),
        "ts": ts,
        "event_ts": ts,
        "message": {**message, "edited": {"user": account.slack_user, "ts": ts}},
        "previous_message": former,
    }
    return callback(account, team, event)


def deleted_event(account: Account, team: str, conversation: Conversation, former: Mapping[str, Any], ts: str) -> Json:
    """Return the callback of a message that its author deleted (docs.slack.dev/reference/events/message/message_deleted)."""
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": conversation.id,
        "channel_type": _channel_type(conversation),
        "ts": ts,
        "event_ts": ts,
        "deleted_ts": former["ts"],
        "previous_message": former,
    }
    return callback(account, team, event)


def _channel_type(conversation: Conversation) -> str:
    return "im" if conversation.owner is not None else "channel"


def home_event(account: Account, *, tab: str, ts: str, view: Mapping[str, Any] | None, team: str) -> Json:
    """Return the callback of somebody who opened the bot's home or messages tab."""
    event: Json = {"type": "app_home_opened", "user": account.slack_user, "channel": account.slack_dm, "tab": tab, "event_ts": ts}
    if tab == "home" and view is not None:
        event["view"] = view
    return callback(account, team, event)


def callback(account: Account, team: str, event: Json) -> Json:
    """Wrap an event as the Events API does; its id is derived from its timestamp, so a retry would repeat it."""
    guest = account.kind is Kind.GUEST
    if guest and event["type"] != "app_home_opened":
        # Slack Connect tells where somebody comes from.
        event = {**event, "user_team": PARTNER_TEAM, "source_team": PARTNER_TEAM}
    return {
        "token": TOKEN,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{_short(event['type'] + event['event_ts'] + account.id)}",
        "event_time": int(float(event["event_ts"])),
        "authorizations": [{"enterprise_id": None, "team_id": team, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": guest,
    }


def interaction(kind: str, account: Account, team: str, **rest: Any) -> Json:
    """Return what every interaction (`block_actions`, `view_submission`, `message_action`…) shares, and `rest`."""
    return {
        "type": kind,
        "team": {"id": team, "domain": DOMAIN},
        "user": {
            "id": account.slack_user,
            "username": account.handle,
            "name": account.handle,
            "team_id": team_of(account, team),
        },
        "api_app_id": APP,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
        **rest,
    }


def command_form(account: Account, team: str, conversation: Conversation, *, text: str, trigger: str, response_url: str) -> dict[str, str]:
    """Return the form of a slash command."""
    return {
        "token": TOKEN,
        "team_id": team,
        "team_domain": DOMAIN,
        "channel_id": conversation.id,
        "channel_name": "directmessage" if conversation.owner else conversation.name,
        "user_id": account.slack_user,
        "user_name": account.handle,
        "command": COMMAND,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }


def channel_object(conversation: Conversation) -> Json:
    """Return the conversation as interactions name it."""
    return {"id": conversation.id, "name": "directmessage" if conversation.owner else conversation.name}


def action_of(element: Mapping[str, Any], block_id: str, *, option: str | None, ts: str) -> Json:
    """Return the action of an element that was tapped; `option` is the value chosen in a menu, or of a feedback button."""
    action: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block_id, "action_ts": ts}
    match element["type"]:
        case "button":
            action |= {key: element[key] for key in ("text", "value", "url", "style") if key in element}
        case "static_select" | "radio_buttons" | "overflow":
            action["selected_option"] = next((one for one in element["options"] if one.get("value") == option), None)
        case "feedback_buttons":
            chosen: Mapping[str, Any] = next(
                (element[key] for key in ("positive_button", "negative_button") if element[key].get("value") == option), {}
            )
            action |= {key: chosen[key] for key in ("text", "value") if key in chosen}
        case _:
            action["value"] = option
    return action


def identified(blocks: list[Any], seed: str) -> list[Any]:
    """Give blocks and elements the ids that Slack gives them where the app named none."""
    named: list[Any] = []
    for number, block in enumerate(blocks):
        if not isinstance(block, dict):
            named.append(block)
            continue
        block = {"block_id": _short(f"{seed}/{number}")[:5], **block}
        for key in ("elements", "accessory", "element"):
            if key in block and block["type"] != "context":
                block[key] = _with_action_ids(block[key], f"{seed}/{number}")
        named.append(block)
    return named


def _with_action_ids(elements: Any, seed: str) -> Any:
    if isinstance(elements, list):
        return [_with_action_ids(element, f"{seed}/{number}") for number, element in enumerate(elements)]
    interactive = isinstance(elements, dict) and elements.get("type") not in ("image", "rich_text_section", "rich_text_list", None)
    return {"action_id": _short(seed)[:5], **elements} if interactive else elements


def find_element(blocks: list[Any], block_id: str, action_id: str) -> Mapping[str, Any] | None:
    """Return the element that was tapped among a message's or a view's blocks."""
    for block in blocks:
        if block.get("block_id") == block_id:
            elements = [*block.get("elements", []), block.get("accessory"), block.get("element")]
            return next((one for one in elements if isinstance(one, dict) and one.get("action_id") == action_id), None)
    return None


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:11].upper()
