"""Where a gesture was made, as our conversation references say it."""

from adapters.slack.payload import Payload, optional_identifier, optional_section
from dialogs.events import Reference, Scope


def personal(tenant: str, user: str, thread: str | None = None) -> Reference:
    """Return somebody's own conversation with the bot, by the person's id, as Slack itself allows.

    Slack's id of it (`D…`) isn't told everywhere (home tab, command, shortcut), and one conversation must have one name: what was said in it
    elsewhere is found again. Commands and shortcuts may be used inside conversations that the bot isn't part of, so where they were used is no place
    to answer.
    """
    return Reference(platform="slack", tenant=tenant, conversation=user, scope=Scope.PERSONAL, thread=thread)


def told_conversation(payload: Payload) -> str | None:
    """Return Slack's id of the sender's own conversation with the bot, where a payload tells it. Raises MalformedPayloadError.

    Only events and taps are believed: a command or a shortcut may be used in a conversation of two others.
    """
    if payload.get("type") == "event_callback":
        event = optional_section(payload, "event")
        told = optional_identifier(event, "channel") or optional_identifier(optional_section(event, "assistant_thread"), "channel_id")
    elif payload.get("type") == "block_actions":
        told = optional_identifier(optional_section(payload, "channel"), "id")
    else:
        return None
    return told if told is not None and scope_of(told, "") is Scope.PERSONAL else None


def shared(tenant: str, conversation: str, name: str) -> Reference | None:
    """Return a conversation that isn't the bot's own with one person, None for what may be: it's the channel `name`, by Slack's own naming."""
    scope = scope_of(conversation, name)
    return None if scope is Scope.PERSONAL else Reference(platform="slack", tenant=tenant, conversation=conversation, scope=scope)


def scope_of(conversation: str, name: str) -> Scope:
    """Return how many people read a conversation, by its id and its name."""
    if conversation.startswith("D"):
        return Scope.PERSONAL
    return Scope.GROUP if name.startswith("mpdm-") else Scope.CHANNEL
