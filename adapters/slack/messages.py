"""Messages to events: what people write to the bot, write beside it in a thread, change and delete.

Slack tells of each message in the bot's channels. What mentions the bot comes once more as an `app_mention`, and counts as that one; what is in no
thread isn't for us. A message with replies that is deleted stays as a *tombstone*, of which Slack tells as of a change.
"""

from adapters.slack.mrkdwn import mentions, plain
from adapters.slack.payload import Payload, event_id, identifier, number_of, optional_identifier, optional_section, time_of, words
from adapters.slack.places import personal, scope_of
from adapters.slack.sender import Installation, author_of_event, tenant_of_event
from dialogs.events import MessageDeleted, MessageEdited, MessageReceived, Overheard, Reference, Scope

_WRITTEN = (None, "file_share", "me_message", "thread_broadcast")  # subtypes of what a person has just written; the others tell of changes
_SLACKBOT = "USLACKBOT"
_OWN, _CHANNELS = ("im", "app_home"), ("channel", "group")  # channel types; a group is a private channel


def event_of(
    payload: Payload, event: Payload, bot: str | None, ours: Installation | None
) -> MessageReceived | Overheard | MessageEdited | MessageDeleted | None:
    """Return the event of a `message`, None for what isn't a person's or isn't for us. `bot` is the bot's user id, where it's known."""
    match event.get("subtype"):
        case "message_changed":
            return _changed(payload, event, bot, ours)
        case "message_deleted":
            return _deleted(payload, event, bot, ours)
        case _:
            return _written(payload, event, bot, ours)


def is_written(event: Payload) -> bool:
    """Tell whether this is what somebody has just written."""
    return event.get("subtype") in _WRITTEN and not event.get("edited") and event.get("hidden") is not True


def is_a_persons(said: Payload, bot: str | None) -> bool:
    """Tell whether a message or a gesture is a person's: neither ours, nor another bot's, nor Slack's own."""
    return not said.get("bot_id") and said.get("user") not in (bot or _SLACKBOT, _SLACKBOT)


def received(payload: Payload, event: Payload, bot: str | None, ours: Installation | None, scope: Scope) -> MessageReceived:
    """Return a message to the bot: in somebody's own conversation, or with a mention in a channel."""
    return MessageReceived(
        id=event_id(payload),
        at=time_of(payload, event),
        sender=author_of_event(payload, event, identifier(event, "user"), ours),
        reference=_place(payload, event, event, scope),
        text=plain(words(event, "text"), bot),
        message_id=optional_identifier(event, "ts"),
        files=number_of(event, "files"),
    )


def _written(payload: Payload, event: Payload, bot: str | None, ours: Installation | None) -> MessageReceived | Overheard | None:
    if not is_written(event):
        return None
    if event.get("channel_type") in _OWN:
        return received(payload, event, bot, ours, Scope.PERSONAL)
    return _overheard(payload, event, bot, ours) if event.get("channel_type") in _CHANNELS else None


def _overheard(payload: Payload, event: Payload, bot: str | None, ours: Installation | None) -> Overheard | None:
    text, stamp = words(event, "text"), identifier(event, "ts")
    if optional_identifier(event, "thread_ts") in (None, stamp) or mentions(text, bot):
        return None
    return Overheard(
        id=event_id(payload),
        at=time_of(payload, event),
        sender=author_of_event(payload, event, identifier(event, "user"), ours),
        reference=_place(payload, event, event, Scope.CHANNEL),
        text=plain(text, bot),
        message_id=stamp,
        files=number_of(event, "files"),
    )


def _changed(payload: Payload, event: Payload, bot: str | None, ours: Installation | None) -> MessageEdited | MessageDeleted | None:
    """Return an edit, None where the words are the same: Slack also tells of links that it unfurls, and of files that go."""
    now, before = optional_section(event, "message"), optional_section(event, "previous_message")
    if now.get("subtype") == "tombstone":
        return _deleted(payload, event, bot, ours)
    user = optional_identifier(now, "user")
    if user is None or now.get("subtype") not in _WRITTEN or not is_a_persons(now, bot):
        return None
    text = plain(words(now, "text"), bot)
    if text == plain(words(before, "text"), bot):
        return None
    return MessageEdited(
        id=event_id(payload),
        at=time_of(payload, event),
        sender=author_of_event(payload, now, user, ours),
        reference=_place(payload, event, now, _scope(event)),
        message_id=identifier(now, "ts"),
        text=text,
    )


def _deleted(payload: Payload, event: Payload, bot: str | None, ours: Installation | None) -> MessageDeleted | None:
    """Return a deletion, None where Slack doesn't tell whose message it was."""
    before = optional_section(event, "previous_message")
    user = optional_identifier(before, "user")
    if user is None or not is_a_persons(before, bot):
        return None
    return MessageDeleted(
        id=event_id(payload),
        at=time_of(payload, event),
        sender=author_of_event(payload, before, user, ours),
        reference=_place(payload, event, before, _scope(event)),
        message_id=identifier(before, "ts"),
    )


def _place(payload: Payload, event: Payload, said: Payload, scope: Scope) -> Reference:
    """Return where a message stands: in a channel always in a thread, be it the one that it may open."""
    tenant, thread = tenant_of_event(payload), optional_identifier(said, "thread_ts")
    if scope is Scope.PERSONAL:
        return personal(tenant, identifier(said, "user"), thread)
    return Reference(platform="slack", tenant=tenant, conversation=identifier(event, "channel"), scope=scope, thread=thread or identifier(said, "ts"))


def _scope(event: Payload) -> Scope:
    return scope_of(identifier(event, "channel"), "")  # not every change tells the channel's type
