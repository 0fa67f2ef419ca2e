"""Payloads to events: pure functions, and the one place that names the id of every gesture.

A mention in a channel comes as `app_mention`, a direct message as `message.im`; Slack never sends both for one message, and the manifest
subscribes to no other message event: one message is one event. Assistant threads are direct messages with a thread.

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

from adapters.slack.mrkdwn import plain
from adapters.slack.origin import unseal
from adapters.slack.payload import (
    MalformedPayloadError,
    Payload,
    first,
    identifier,
    moment,
    optional_identifier,
    optional_section,
    section,
    storable,
    words,
)
from adapters.slack.sender import (
    Installation,
    author_of_event,
    author_of_interaction,
    tenant_of_event,
    tenant_of_interaction,
)
from dialogs.actions import FormAction, Help, UnreadableActionError, unpack
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

BOT_EVENTS = ("app_home_opened", "app_mention", "assistant_thread_context_changed", "assistant_thread_started", "message.im")  # subscribed to
COMMAND = "/pourqui"
SHORTCUT = "ask_pourqui"
FORM = "pourqui_form"

_WRITTEN = (None, "file_share", "me_message", "thread_broadcast")  # subtypes of what a person has just written; the others tell of changes
_SLACKBOT = "USLACKBOT"


def parse(payload: Payload, *, received: datetime, ours: Installation | None = None) -> Event | None:
    """Return the event of a payload; None for what is known but calls for no answer (our own messages, edits, links opened, unknown kinds).

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
    if event.get("bot_id") or optional_identifier(event, "user") in (bot or _SLACKBOT, _SLACKBOT):
        return None
    match identifier(event, "type"):
        case "app_mention" if _is_written(event):
            return _message(payload, event, bot, ours, Scope.CHANNEL)
        case "message" if event.get("channel_type") in ("im", "app_home") and _is_written(event):
            return _message(payload, event, bot, ours, Scope.PERSONAL)
        case "app_home_opened" if event.get("tab") == "home":
            user = identifier(event, "user")
            return HomeOpened(
                id=_event_id(payload),
                at=_time_of(payload, event),
                sender=author_of_event(payload, event, user, ours),
                reference=_personal(tenant_of_event(payload), optional_identifier(event, "channel") or user),
            )
        case "assistant_thread_started":
            thread = section(event, "assistant_thread")
            return ConversationStarted(
                id=_event_id(payload),
                at=_time_of(payload, event),
                sender=author_of_event(payload, event, identifier(thread, "user_id"), ours),
                reference=_personal(tenant_of_event(payload), identifier(thread, "channel_id"), optional_identifier(thread, "thread_ts")),
            )
        case _:
            return None


def _is_written(event: Payload) -> bool:
    return event.get("subtype") in _WRITTEN and not event.get("edited") and event.get("hidden") is not True


def _message(payload: Payload, event: Payload, bot: str | None, ours: Installation | None, scope: Scope) -> MessageReceived:
    thread = optional_identifier(event, "thread_ts")
    return MessageReceived(
        id=_event_id(payload),
        at=_time_of(payload, event),
        sender=author_of_event(payload, event, identifier(event, "user"), ours),
        reference=Reference(
            platform="slack",
            tenant=tenant_of_event(payload),
            conversation=identifier(event, "channel"),
            scope=scope,
            thread=thread or identifier(event, "ts") if scope is Scope.CHANNEL else thread,
        ),
        text=plain(words(event, "text"), bot),
    )


def _event_id(payload: Payload) -> str:
    return f"event:{identifier(payload, 'event_id')}"


def _time_of(payload: Payload, event: Payload) -> datetime:
    timestamp = optional_identifier(event, "event_ts") or optional_identifier(event, "ts")
    if timestamp is not None:
        return moment(timestamp)
    seconds = payload.get("event_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise MalformedPayloadError("an event without its time")
    return moment(str(seconds))


def _command(payload: Payload, received: datetime, ours: Installation | None) -> MessageReceived:
    user = identifier(payload, "user_id")
    return MessageReceived(
        id=f"command:{identifier(payload, 'trigger_id')}",
        at=received,
        sender=Sender(user=user),
        reference=_personal(identifier(payload, "team_id"), user),
        text=plain(words(payload, "text"), ours.user if ours else None),
        private=True,
    )


def _shortcut(payload: Payload, ours: Installation | None) -> MessageReceived | None:
    if payload.get("callback_id") != SHORTCUT:
        return None
    sender = author_of_interaction(payload, ours)
    return MessageReceived(
        id=f"shortcut:{identifier(payload, 'trigger_id')}",
        at=moment(identifier(payload, "action_ts")),
        sender=sender,
        reference=_personal(tenant_of_interaction(payload), sender.user),
        text=plain(words(section(payload, "message"), "text"), ours.user if ours else None),
        private=True,
    )


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
        return _personal(tenant, user), None
    message = optional_section(payload, "message")
    stamp = optional_identifier(container, "message_ts") or optional_identifier(message, "ts")
    thread = optional_identifier(container, "thread_ts") or optional_identifier(message, "thread_ts")
    scope = _scope(conversation, words(channel, "name"))
    reference = Reference(
        platform="slack",
        tenant=tenant,
        conversation=conversation,
        scope=scope,
        thread=thread if scope is Scope.PERSONAL else thread or stamp,
    )
    return reference, None if container.get("is_ephemeral") is True else stamp


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


def _personal(tenant: str, conversation: str, thread: str | None = None) -> Reference:
    """Return a conversation of one person with the bot, by its id or, as Slack itself allows, by the person's.

    The user id stands where only a call would tell the real one (`D…`): the home tab, a command, a shortcut. The last two may be used inside
    conversations that the bot isn't part of, so where they were used is no place to answer.
    """
    return Reference(platform="slack", tenant=tenant, conversation=conversation, scope=Scope.PERSONAL, thread=thread)


def _scope(conversation: str, name: str) -> Scope:
    if conversation.startswith("D"):
        return Scope.PERSONAL
    return Scope.GROUP if name.startswith("mpdm-") else Scope.CHANNEL
