"""Teams activities to events: pure functions on plain dicts.

The forms are those of the Bot Framework's activity schema and of Teams' own documentation; each fixture in `tests/adapters/teams/payloads` names
the page that documents it.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import Any, TypeAlias

from dialogs.actions import Action, FormAction, Home, UnreadableActionError, unpack
from dialogs.events import (
    ActionTaken,
    ConversationStarted,
    Event,
    FormAsked,
    FormSubmitted,
    MessageReceived,
    Reference,
    Scope,
    Sender,
)

ACTION_KEY = "pourqui"  # in a button's data: the packed action
FORM_KEY = "pourqui.form"  # in a form's data: marks the submission of that form
MESSAGE_KEY = "pourqui.message"  # in a form's data: the message whose button opened it; Teams forgets it (microsoft/botframework-sdk#6473)
INPUT_PREFIX = "input."  # before an input's id, so that no input can pass for one of the keys above

DEPTH_LIMIT = 64  # levels of nesting (interfaces.md)
ID_LIMIT = 512  # characters of an id; those of Teams stay below 300, and a database's index takes a few thousand bytes

Activity: TypeAlias = Mapping[str, Any]

_SCOPES = {"personal": Scope.PERSONAL, "groupChat": Scope.GROUP, "channel": Scope.CHANNEL}
_AT = re.compile(r"</?at\b[^<>]*>", re.IGNORECASE)
_OUTSIDERS = frozenset({"guest", "anonymous"})


class MalformedActivityError(ValueError):
    """A body that is no activity; the text says why, for the log."""


def read_activity(body: bytes) -> dict[str, Any]:
    """Read a request's body. Raises MalformedActivityError unless it's a JSON object of Unicode texts, nested no deeper than `DEPTH_LIMIT`."""
    try:
        activity = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedActivityError("not JSON") from error
    if not isinstance(activity, dict):
        raise MalformedActivityError("not a JSON object")
    level: list[Any] = [activity]
    for _ in range(DEPTH_LIMIT):
        level = [child for holder in level for child in _held(holder)]
        if not level:
            return activity
    raise MalformedActivityError(f"nested deeper than {DEPTH_LIMIT}")


def parse(activity: Activity, *, received: datetime) -> Event | None:
    """Turn an activity into an event; None for what is known, or may come to be known, but asks for no turn.

    `received` stands in for a missing timestamp. Raises MalformedActivityError for what can't be an activity of Teams.
    """
    kind = _text(activity, "type", required=True)
    reference = _reference(activity)
    match kind:
        case "message":
            return _message(activity, reference, received)
        case "invoke":
            return _invoke(activity, reference, received)
        case "conversationUpdate":
            return _members_added(activity, reference, received)
        case "installationUpdate" if str(activity.get("action", "")).lower() in ("add", "add-upgrade"):
            return ConversationStarted(**_heard(activity, reference, received, "installed"))
        case _:
            return None


def tenants(activity: Activity) -> frozenset[str]:
    """Return the tenants that an activity names: its conversation's, and its sender's where Teams tells the two apart."""
    named = (_text(_object(activity, "conversation"), "tenantId"), _text(_object(_object(activity, "channelData"), "tenant"), "id"))
    return frozenset(tenant for tenant in named if tenant)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} isn't JSON")


def _held(holder: dict[str, Any] | list[Any]) -> Iterator[dict[str, Any] | list[Any]]:
    for child in chain(holder, holder.values()) if isinstance(holder, dict) else holder:
        if isinstance(child, str):
            # Neither can be stored: PostgreSQL refuses NUL in a text, UTF-8 has no lone surrogates.
            if "\0" in child or not _is_unicode(child):
                raise MalformedActivityError("a text that isn't Unicode")
        elif isinstance(child, dict | list):
            yield child


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(holder: Activity, key: str, *, required: bool = False) -> str | None:
    value = holder.get(key)
    if value is None or value == "":
        if required:
            raise MalformedActivityError(f"no {key}")
        return None
    if not isinstance(value, str):
        raise MalformedActivityError(f"{key} isn't a text")
    return value


def _identifier(holder: Activity, key: str) -> str:
    value = _text(holder, key, required=True) or ""
    if len(value) > ID_LIMIT:
        raise MalformedActivityError(f"{key} is longer than {ID_LIMIT}")
    return value


def _object(holder: Activity, key: str) -> Activity:
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedActivityError(f"{key} isn't an object")
    return value


def _objects(holder: Activity, key: str) -> list[Activity]:
    value = holder.get(key)
    if value is None:
        return []
    if not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
        raise MalformedActivityError(f"{key} isn't a list of objects")
    return value


def _reference(activity: Activity) -> Reference:
    conversation = _object(activity, "conversation")
    if not conversation:
        raise MalformedActivityError("no conversation")
    identifier = _identifier(conversation, "id")
    # A guest's own tenant may be in channelData; the conversation's is the same for all its members, so it makes the better key.
    tenant = _text(conversation, "tenantId") or _text(_object(_object(activity, "channelData"), "tenant"), "id")
    if tenant is None or len(tenant) > ID_LIMIT:
        raise MalformedActivityError("no tenant")
    return Reference(
        platform="teams",
        tenant=tenant,
        conversation=identifier,
        scope=_scope(conversation, identifier),
        # Posting to a thread takes the whole id, `;messageid=` included; the key of the thread is told apart from it all the same.
        thread=identifier.partition(";messageid=")[2] or None,
        service_url=_text(activity, "serviceUrl", required=True),
    )


def _scope(conversation: Activity, identifier: str) -> Scope:
    named = _SCOPES.get(_text(conversation, "conversationType") or "")
    if named is not None:
        return named
    # Some updates name no type. Taking a group for private would show it what is meant for one person, so only `a:` passes for private.
    return Scope.PERSONAL if identifier.startswith("a:") else Scope.GROUP


def _heard(activity: Activity, reference: Reference, received: datetime, gesture: str) -> dict[str, Any]:
    return {
        "id": f"{gesture}:{_gesture_id(activity)}",
        "at": _at(activity, received),
        "sender": _sender(activity, reference),
        "reference": reference,
    }


def _gesture_id(activity: Activity) -> str:
    answered = _identifier(activity, "replyToId") if activity.get("replyToId") else None
    if activity.get("id"):
        identifier = _identifier(activity, "id")
    else:
        # The same gesture delivered again must get the same id: only what a retry repeats goes into it.
        repeated = [activity.get(key) for key in ("name", "timestamp", "from", "text", "value")]
        identifier = sha256(json.dumps(repeated, sort_keys=True).encode()).hexdigest()
    return f"{identifier}:{answered}" if answered else identifier


def _at(activity: Activity, received: datetime) -> datetime:
    stamp = _text(activity, "timestamp")
    if stamp is None:
        return received
    try:
        at = datetime.fromisoformat(stamp)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedActivityError("timestamp isn't a date") from error


def _sender(activity: Activity, reference: Reference) -> Sender:
    # `from.id` (29:…) is stable for a person and this bot, and the only one that opens a conversation; aadObjectId is missing for guests of meetings.
    account = _object(activity, "from")
    if not account:
        raise MalformedActivityError("no from")
    bot = _text(_object(activity, "recipient"), "id")
    if bot is not None and account.get("id") == bot:
        account = next((member for member in _objects(activity, "membersAdded") if member.get("id") != bot), account)
    client = next((entity for entity in _objects(activity, "entities") if entity.get("type") == "clientInfo"), {})
    tenant = _text(account, "tenantId")
    return Sender(
        user=_identifier(account, "id"),
        name=_text(account, "name"),
        locale=_text(activity, "locale") or _text(client, "locale"),
        timezone=_text(activity, "localTimezone") or _text(client, "timezone"),
        guest=(_text(account, "userRole") or "").lower() in _OUTSIDERS or tenant not in (None, reference.tenant) or len(tenants(activity)) > 1,
    )


def _message(activity: Activity, reference: Reference, received: datetime) -> Event | None:
    if _is_bot(_object(activity, "from")):
        return None
    text, value = _text(activity, "text"), activity.get("value")
    if text is None and value is not None:
        if not isinstance(value, dict):
            raise MalformedActivityError("value isn't an object")
        return _tap(value, _heard(activity, reference, received, "submit"), _text(activity, "replyToId"), is_form=FORM_KEY in value)
    heard = _heard(activity, reference, received, "message")
    mentions = [entity for entity in _objects(activity, "entities") if entity.get("type") == "mention"]
    bot = _text(_object(activity, "recipient"), "id")
    ours = [mention for mention in mentions if _text(_object(mention, "mentioned"), "id") == bot]
    if reference.scope is not Scope.PERSONAL and not ours:
        return None  # with a resource-specific consent, Teams delivers what people say to each other
    return MessageReceived(text=_without_mentions(text or "", ours), **heard)


def _is_bot(account: Activity) -> bool:
    return account.get("role") == "bot" or str(account.get("id", "")).startswith("28:")


def _without_mentions(text: str, ours: list[Activity]) -> str:
    for mention in ours:
        if tag := _text(mention, "text"):
            text = text.replace(tag, " ")
    return html.unescape(_AT.sub("", text)).replace("\N{NO-BREAK SPACE}", " ").strip()


def _invoke(activity: Activity, reference: Reference, received: datetime) -> Event | None:
    tapped = _text(activity, "replyToId")
    match activity.get("name"):
        case "adaptiveCard/action":
            button = _object(_object(activity, "value"), "action")
            return _tap(_object(button, "data"), _heard(activity, reference, received, "execute"), tapped, is_form=False)
        case "task/fetch":
            asked = _object(_object(activity, "value"), "data")
            return _tap(asked, _heard(activity, reference, received, "fetch"), tapped, is_form=False)
        case "task/submit":
            filled = _object(_object(activity, "value"), "data")
            return _tap(filled, _heard(activity, reference, received, "filled"), _text(filled, MESSAGE_KEY) or tapped, is_form=True)
        case _:
            return None


def _tap(chosen: Activity, heard: dict[str, Any], tapped: str | None, *, is_form: bool) -> Event:
    action = _action(chosen)
    if not isinstance(action, FormAction):
        return ActionTaken(action=action, message_id=tapped, **heard)
    if is_form:
        return FormSubmitted(action=action, values=_values(chosen), message_id=_text(chosen, MESSAGE_KEY) or tapped, **heard)
    return FormAsked(action=action, message_id=tapped, **heard)


def _action(chosen: Activity) -> Action:
    """Whoever taps a button that this version can't read any more starts again at home, rather than at an error."""
    try:
        return unpack(_text(chosen, ACTION_KEY) or "")
    except UnreadableActionError:
        return Home()


def _values(filled: Activity) -> dict[str, str]:
    values = {}
    for key in filled:
        if key.startswith(INPUT_PREFIX) and (value := _text(filled, key)) is not None:
            values[key.removeprefix(INPUT_PREFIX)] = value
    return values


def _members_added(activity: Activity, reference: Reference, received: datetime) -> Event | None:
    added = _objects(activity, "membersAdded")
    bot = _text(_object(activity, "recipient"), "id")
    if added and (reference.scope is Scope.PERSONAL or any(member.get("id") == bot for member in added)):
        return ConversationStarted(**_heard(activity, reference, received, "added"))
    return None
