"""Payloads to events: pure functions, and the one place that names the id of every gesture.

A mention in a channel comes as `app_mention`, and as a `message` that doesn't count (`messages`): one message is one event. Assistant threads are
direct messages with a thread.

| gesture | id | why |
|---|---|---|
| event | `event_id` | the same in each of Slack's retries |
| command, shortcut | `trigger_id` | they carry no event id |
| tap | user and `action_ts` | a second tap is another gesture |
| submission | view, its hash, and a digest of what was typed | errors don't change the view's hash, and the mended form is another gesture |
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from adapters.slack import messages
from adapters.slack.mrkdwn import plain
from adapters.slack.origin import unseal
from adapters.slack.payload import (
    MalformedPayloadError,
    Payload,
    event_id,
    first,
    identifier,
    moment,
    optional_identifier,
    optional_section,
    section,
    storable,
    time_of,
    words,
)
from adapters.slack.places import personal, scope_of, shared
from adapters.slack.sender import (
    Installation,
    author_of_event,
    author_of_interaction,
    tenant_of_event,
    tenant_of_interaction,
)
from dialogs.actions import FormAction, Help
from dialogs.events import (
    ActionTaken,
    ConversationStarted,
    Event,
    FormAsked,
    FormSubmitted,
    HomeOpened,
    MessageReceived,
    Reference,
    Scope,
    Sender,
)
from dialogs.packing import UnreadableActionError, unpack
from dialogs.request_actions import MarkExchange

BOT_EVENTS = (  # subscribed to
    "app_home_opened",
    "app_mention",
    "assistant_thread_context_changed",
    "assistant_thread_started",
    "message.channels",
    "message.groups",
    "message.im",
)
COMMAND = "/pourqui"
ASK, MARK = "ask_pourqui", "support_exchange"  # shortcuts on messages
FORM = "pourqui_form"


def parse(payload: Payload, *, received: datetime, ours: Installation | None = None) -> Event | None:
    """Return the event of a payload; None for what is known but calls for no answer (our own messages, links opened, unknown kinds).

    `received` is when the request came, for the gestures that don't tell their own time. While `ours` is unknown, the payload is believed
    about who the bot and its workspace are. Raises MalformedPayloadError.
    """
    if "command" in payload:
        return _command(payload, received, ours)
    match identifier(payload, "type"):
        case "event_callback":
            return _event(payload, ours)
        case "block_actions":
            return _tap(payload, ours)
        case "view_submission":
            return _submission(payload, received, ours)
        case "message_action":
            return _shortcut(payload, ours)
        case _:
            return None


def _event(payload: Payload, ours: Installation | None) -> Event | None:
    event = section(payload, "event")
    authorization = first(payload, "authorizations")
    bot = ours.user if ours else optional_identifier(authorization, "user_id") if authorization.get("is_bot") is True else None
    if not messages.is_a_persons(event, bot):
        return None
    match identifier(event, "type"):
        case "app_mention" if messages.is_written(event):
            return messages.received(payload, event, bot, ours, Scope.CHANNEL)
        case "message":
            return messages.event_of(payload, event, bot, ours)
        case "app_home_opened" if event.get("tab") == "home":
            user = identifier(event, "user")
            return HomeOpened(
                id=event_id(payload),
                at=time_of(payload, event),
                sender=author_of_event(payload, event, user, ours),
                reference=personal(tenant_of_event(payload), user),
            )
        case "assistant_thread_started":
            thread = section(event, "assistant_thread")
            user = identifier(thread, "user_id")
            return ConversationStarted(
                id=event_id(payload),
                at=time_of(payload, event),
                sender=author_of_event(payload, event, user, ours),
                reference=personal(tenant_of_event(payload), user, optional_identifier(thread, "thread_ts")),
            )
        case _:
            return None


def _command(payload: Payload, received: datetime, ours: Installation | None) -> MessageReceived:
    user, tenant = identifier(payload, "user_id"), identifier(payload, "team_id")
    place = optional_identifier(payload, "channel_id")
    return MessageReceived(
        id=f"command:{identifier(payload, 'trigger_id')}",
        at=received,
        sender=Sender(user=user),
        reference=personal(tenant, user),
        text=plain(words(payload, "text"), ours.user if ours else None),
        private=True,
        made_in=shared(tenant, place, words(payload, "channel_name")) if place else None,
    )


def _shortcut(payload: Payload, ours: Installation | None) -> MessageReceived | FormAsked | None:
    name = payload.get("callback_id")
    if name not in (ASK, MARK):
        return None
    id_, at = f"shortcut:{identifier(payload, 'trigger_id')}", moment(identifier(payload, "action_ts"))
    sender, tenant, used_on = author_of_interaction(payload, ours), tenant_of_interaction(payload), section(payload, "message")
    own = personal(tenant, sender.user)
    if name == MARK:
        return FormAsked(id=id_, at=at, sender=sender, reference=own, action=_marked(payload, tenant, used_on))
    text = plain(words(used_on, "text"), ours.user if ours else None)
    return MessageReceived(id=id_, at=at, sender=sender, reference=own, text=text, private=True)


def _marked(payload: Payload, tenant: str, used_on: Payload) -> MarkExchange:
    """Return what a message is marked by; a bot that posted it may have no user."""
    channel = section(payload, "channel")
    conversation = identifier(channel, "id")
    place = Reference(platform="slack", tenant=tenant, conversation=conversation, scope=scope_of(conversation, words(channel, "name")))
    stamp = optional_identifier(payload, "message_ts") or identifier(used_on, "ts")
    return MarkExchange(place=place.key, message=stamp, user=optional_identifier(used_on, "user") or "")


def _tap(payload: Payload, ours: Installation | None) -> ActionTaken | FormAsked | None:
    tapped = first(payload, "actions")
    if tapped.get("type") != "button" or tapped.get("value") in (None, ""):
        return None  # a link that opened a page, or no block of ours
    sender = author_of_interaction(payload, ours)
    timestamp = identifier(tapped, "action_ts")
    id_, at = f"tap:{sender.user}:{timestamp}", moment(timestamp)
    reference, message_id = _tapped(payload, sender.user)
    try:
        action = unpack(words(tapped, "value"))
    except UnreadableActionError:
        action = Help()  # a card of another version: whoever taps gets an answer, and help shows the way to everything
    if isinstance(action, FormAction):
        return FormAsked(id=id_, at=at, sender=sender, reference=reference, action=action, message_id=message_id)
    return ActionTaken(id=id_, at=at, sender=sender, reference=reference, action=action, message_id=message_id)


def _tapped(payload: Payload, user: str) -> tuple[Reference, str | None]:
    """Return where a tap was made, and the id of the tapped message where it can be updated (not ephemeral, not a view)."""
    tenant, container = tenant_of_interaction(payload), optional_section(payload, "container")
    channel = optional_section(payload, "channel")
    conversation = optional_identifier(channel, "id") or optional_identifier(container, "channel_id")
    if conversation is None:
        return personal(tenant, user), None
    message = optional_section(payload, "message")
    stamp = optional_identifier(container, "message_ts") or optional_identifier(message, "ts")
    thread = optional_identifier(container, "thread_ts") or optional_identifier(message, "thread_ts")
    message_id = None if container.get("is_ephemeral") is True else stamp
    scope = scope_of(conversation, words(channel, "name"))
    if scope is Scope.PERSONAL:
        return personal(tenant, user, thread), message_id
    return Reference(platform="slack", tenant=tenant, conversation=conversation, scope=scope, thread=thread or stamp), message_id


def _submission(payload: Payload, received: datetime, ours: Installation | None) -> FormSubmitted | ActionTaken | None:
    view = section(payload, "view")
    if view.get("callback_id") != FORM:
        return None
    sender = author_of_interaction(payload, ours)
    origin, packed = unseal(words(view, "private_metadata"), tenant_of_interaction(payload))
    values = _values(optional_section(optional_section(view, "state"), "values"))
    typed = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
    id_ = f"form:{identifier(view, 'id')}:{identifier(view, 'hash')}:{typed}"
    try:
        action = unpack(packed)
    except UnreadableActionError:
        action = Help()
    if not isinstance(action, FormAction):
        return ActionTaken(id=id_, at=received, sender=sender, reference=origin.reference, action=action, message_id=None)
    return FormSubmitted(
        id=id_,
        at=received,
        sender=sender,
        reference=origin.reference,
        action=action,
        values=values,
        message_id=origin.message_id,
    )


def _values(inputs: Payload) -> dict[str, str]:
    """Return what was typed and chosen, by input id; `inputs` is Slack's `{block_id: {action_id: state}}`."""
    values: dict[str, str] = {}
    for name in inputs:
        for element in section(inputs, name).values():
            if not isinstance(element, Mapping):
                raise MalformedPayloadError("the state of an input isn't an object")
            value = words(element, "value") or words(optional_section(element, "selected_option"), "value")
            if value:
                values[storable(name)] = value
    return values
