"""What Teams sends to a bot, as plain JSON: Bot Framework activities in the forms that Teams gives them."""

import html
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.playground.accounts import Account, Kind
from adapters.playground.conversations import Conversation, Json

BOT_USER = "28:00000000-0000-4000-8000-000000000000"
BOT_NAME = "pourqui"
CHANNEL = "19:playground@thread.tacv2"
DESK = "19:experts@thread.tacv2"  # where the experts of every function answer
TEAM = "19:playground-team@thread.tacv2"
EXCHANGE_ACTION = "support_exchange"  # the manifest's name of the message action
FILE_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
FILE_INFO = "application/vnd.microsoft.teams.card.file.info"
MENTION = f"<at>{BOT_NAME}</at>"
PARTNER_TENANT = "00000000-0000-4000-8000-00000000beef"  # the tenant of the guest's own company


def account_object(account: Account) -> Json:
    """Return the person as an activity's `from`."""
    return {"id": account.teams_user, "name": account.name, "aadObjectId": account.aad_object_id}


def member_object(account: Account, tenant: str) -> Json:
    """Return the person as the roster tells of them: e-mail, principal name, tenant and role."""
    guest = account.kind is Kind.GUEST
    given, _, family = account.name.partition(" ")
    principal = f"{account.email.replace('@', '_')}#EXT#@playground.example" if guest else account.email
    return {
        **account_object(account),
        "objectId": account.aad_object_id,
        "givenName": given,
        "surname": family,
        "email": account.email,
        "userPrincipalName": principal,
        "tenantId": tenant,
        "userRole": "guest" if guest else "user",
    }


def conversation_object(conversation: Conversation, tenant: str, *, thread: str | None) -> Json:
    """Return the conversation as an activity names it; in a channel its id holds the thread's first message."""
    if conversation.owner is not None:
        return {"conversationType": "personal", "tenantId": tenant, "id": conversation.id}
    named = f"{conversation.id};messageid={thread}" if thread else conversation.id
    return {"isGroup": True, "conversationType": "channel", "tenantId": tenant, "id": named}


def activity(
    kind: str, account: Account, conversation: Conversation, tenant: str, *, id_: str, at: datetime, service_url: str, thread: str | None, **rest: Any
) -> Json:
    """Return what every activity of a person shares, and `rest`."""
    channel_data: Json = {"tenant": {"id": tenant}}
    if conversation.owner is None:
        channel_data |= {
            "teamsChannelId": conversation.id,
            "teamsTeamId": TEAM,
            "channel": {"id": conversation.id},
            "team": {"id": TEAM, "name": "Playground"},
        }
    local = at.astimezone(ZoneInfo(account.timezone))
    sender = account_object(account) | ({"tenantId": PARTNER_TENANT, "userRole": "guest"} if account.kind is Kind.GUEST else {})
    return {
        "type": kind,
        "id": id_,
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "localTimestamp": local.isoformat(),
        "localTimezone": account.timezone,
        "serviceUrl": service_url,
        "channelId": "msteams",
        "from": sender,
        "conversation": conversation_object(conversation, tenant, thread=thread),
        "recipient": {"id": BOT_USER, "name": BOT_NAME},
        "locale": account.locale,
        "entities": [
            {
                "type": "clientInfo",
                "locale": account.locale,
                "country": account.locale[-2:],
                "platform": "Web",
                "timezone": account.timezone,
            }
        ],
        "channelData": channel_data,
        **rest,
    }


def with_text(message: Json, text: str) -> Json:
    """Add what was typed to a message; `@pourqui` is a mention. Teams adds the same as HTML."""
    said = html.escape(text, quote=False).replace(f"@{BOT_NAME}", MENTION)
    mention = {"type": "mention", "mentioned": {"id": BOT_USER, "name": BOT_NAME}, "text": MENTION}
    entities = [*message["entities"], mention] if MENTION in said else message["entities"]
    content = said.replace(MENTION, f'<span itemscope itemtype="http://schema.skype.com/Mention" itemid="0">{BOT_NAME}</span>')
    return {
        **message,
        "textFormat": "plain",
        "text": said if MENTION in said else text,
        "entities": entities,
        "attachments": [{"contentType": "text/html", "content": f"<div>{content}</div>"}],
    }


def size(message: Mapping[str, Any]) -> int:
    """Return a message's size on the wire, in bytes, without the pictures beside its card, which don't count."""
    beside = sum(len(str(one.get("contentUrl"))) for one in attachments_of(message) if str(one.get("contentType")).startswith("image/"))
    return len(json.dumps(message, ensure_ascii=False).encode()) - beside


def offers_file(message: Mapping[str, Any]) -> bool:
    """Tell whether a message offers a file, or shows one that was taken: for a person's own chat only."""
    return any(one.get("contentType") in (FILE_CONSENT, FILE_INFO) for one in attachments_of(message))


def is_offer(message: Mapping[str, Any]) -> bool:
    """Tell whether each offer of a file in a message has a name, and a size."""
    offers = [one for one in attachments_of(message) if one.get("contentType") == FILE_CONSENT]
    contents = [one["content"] if isinstance(one.get("content"), dict) else {} for one in offers]
    return all(isinstance(one.get("name"), str) for one in offers) and all(isinstance(one.get("sizeInBytes"), int) for one in contents)


def attachments_of(message: Mapping[str, Any]) -> list[Json]:
    """Return a message's attachments."""
    held = message.get("attachments")
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
