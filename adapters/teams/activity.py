"""What all activities have in common, read piece by piece: pure functions on plain dicts that refuse what can't be one of Teams'."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import Any, TypeAlias

from dialogs.events import Reference, Scope, Sender

DEPTH_LIMIT = 64  # levels of nesting (interfaces.md)
ID_LIMIT = 512  # characters of an id; those of Teams stay below 300, and a database's index takes a few thousand bytes

Activity: TypeAlias = Mapping[str, Any]

_SCOPES = {"personal": Scope.PERSONAL, "groupChat": Scope.GROUP, "channel": Scope.CHANNEL}
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


def tenants(activity: Activity) -> frozenset[str]:
    """Return the tenants that an activity names: its conversation's, and its sender's where Teams tells the two apart."""
    named = (text_of(section(activity, "conversation"), "tenantId"), text_of(section(section(activity, "channelData"), "tenant"), "id"))
    return frozenset(tenant for tenant in named if tenant)


def text_of(holder: Activity, key: str, *, required: bool = False) -> str | None:
    """Return a text, None for none or an empty one. Raises MalformedActivityError, as all that follow."""
    value = holder.get(key)
    if value is None or value == "":
        if required:
            raise MalformedActivityError(f"no {key}")
        return None
    if not isinstance(value, str):
        raise MalformedActivityError(f"{key} isn't a text")
    return value


def id_of(holder: Activity, key: str) -> str:
    """Return an id of at most `ID_LIMIT` characters."""
    value = text_of(holder, key, required=True) or ""
    if len(value) > ID_LIMIT:
        raise MalformedActivityError(f"{key} is longer than {ID_LIMIT}")
    return value


def section(holder: Activity, key: str) -> Activity:
    """Return an object, an empty one for none."""
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedActivityError(f"{key} isn't an object")
    return value


def sections(holder: Activity, key: str) -> list[Activity]:
    """Return a list of objects, an empty one for none."""
    value = holder.get(key)
    if value is None:
        return []
    if not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
        raise MalformedActivityError(f"{key} isn't a list of objects")
    return value


def reference_of(activity: Activity) -> Reference:
    """Return the conversation of an activity."""
    conversation = section(activity, "conversation")
    if not conversation:
        raise MalformedActivityError("no conversation")
    identifier = id_of(conversation, "id")
    # A guest's own tenant may be in channelData; the conversation's is the same for all its members, so it makes the better key.
    tenant = text_of(conversation, "tenantId") or text_of(section(section(activity, "channelData"), "tenant"), "id")
    if tenant is None or len(tenant) > ID_LIMIT:
        raise MalformedActivityError("no tenant")
    return Reference(
        platform="teams",
        tenant=tenant,
        conversation=identifier,
        scope=_scope(conversation, identifier),
        # Posting to a thread takes the whole id, `;messageid=` included; the key of the thread is told apart from it all the same.
        thread=identifier.partition(";messageid=")[2] or None,
        service_url=text_of(activity, "serviceUrl", required=True),
    )


def heard(activity: Activity, reference: Reference, received: datetime, gesture: str) -> dict[str, Any]:
    """Return what every event has: its id (`gesture` says of which kind), its time, its sender, its place."""
    return {
        "id": f"{gesture}:{_gesture_id(activity)}",
        "at": _at(activity, received),
        "sender": _sender(activity, reference),
        "reference": reference,
    }


def heard_of_change(activity: Activity, reference: Reference, received: datetime, gesture: str) -> dict[str, Any]:
    """Return the same for a change of a message. It comes under that message's id, so what tells two changes apart is when they were made.

    A retry repeats that time; where there's none, it repeats the words.
    """
    event = heard(activity, reference, received, gesture)
    when = event["at"].isoformat() if activity.get("timestamp") else _digest(activity, "text")
    return event | {"id": f"{gesture}:{id_of(activity, 'id')}:{when}"}


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


def _scope(conversation: Activity, identifier: str) -> Scope:
    named = _SCOPES.get(text_of(conversation, "conversationType") or "")
    if named is not None:
        return named
    # Some updates name no type. Taking a group for private would show it what is meant for one person, so only `a:` passes for private.
    return Scope.PERSONAL if identifier.startswith("a:") else Scope.GROUP


def _gesture_id(activity: Activity) -> str:
    answered = id_of(activity, "replyToId") if activity.get("replyToId") else None
    # Without an id, the same gesture delivered again must get the same one all the same: only what a retry repeats goes into it.
    own = id_of(activity, "id") if activity.get("id") else _digest(activity, "name", "timestamp", "from", "text", "value")
    return f"{own}:{answered}" if answered else own


def _digest(activity: Activity, *keys: str) -> str:
    return sha256(json.dumps([activity.get(key) for key in keys], sort_keys=True).encode()).hexdigest()


def _at(activity: Activity, received: datetime) -> datetime:
    stamp = text_of(activity, "timestamp")
    if stamp is None:
        return received
    try:
        at = datetime.fromisoformat(stamp)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedActivityError("timestamp isn't a date") from error


def _sender(activity: Activity, reference: Reference) -> Sender:
    # `from.id` (29:…) is stable for a person and this bot, and the only one that opens a conversation; aadObjectId is missing for guests of meetings.
    account = section(activity, "from")
    if not account:
        raise MalformedActivityError("no from")
    bot = text_of(section(activity, "recipient"), "id")
    if bot is not None and account.get("id") == bot:
        account = next((member for member in sections(activity, "membersAdded") if member.get("id") != bot), account)
    client = next((entity for entity in sections(activity, "entities") if entity.get("type") == "clientInfo"), {})
    tenant = text_of(account, "tenantId")
    return Sender(
        user=id_of(account, "id"),
        name=text_of(account, "name"),
        locale=text_of(activity, "locale") or text_of(client, "locale"),
        timezone=text_of(activity, "localTimezone") or text_of(client, "timezone"),
        guest=(text_of(account, "userRole") or "").lower() in _OUTSIDERS or tenant not in (None, reference.tenant) or len(tenants(activity)) > 1,
    )
