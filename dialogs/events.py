"""What reaches us from a platform, in one vocabulary for all of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5

from dialogs.actions import Action, FormAction

Platform = Literal["slack", "teams"]

_TEAMS_THREAD = ";messageid="  # https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
_NAMESPACE = UUID("6f0c8a1e-3c57-5b0e-9d3e-70e2f3a0b7c4")


class Scope(StrEnum):
    """How many people read a conversation: one person, a closed group, a channel."""

    PERSONAL = "personal"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where somebody can be reached (the Bot Framework's *conversation reference*).

    `tenant` is a Slack workspace or a Teams tenant. `thread` is None outside a thread. `service_url` is the Teams connector's address.
    """

    platform: Platform
    tenant: str
    conversation: str
    scope: Scope
    thread: str | None = None
    service_url: str | None = None

    @property
    def key(self) -> str:
        """The conversation key: one turn at a time is taken for each."""
        return "|".join((self.platform, self.tenant, self.conversation, self.thread or ""))

    @property
    def whole(self) -> "Reference":
        """The conversation itself, for a reference to one of its threads."""
        conversation = self.conversation.partition(_TEAMS_THREAD)[0] if self.platform == "teams" else self.conversation
        is_whole = self.thread is None and conversation == self.conversation
        return self if is_whole else replace(self, conversation=conversation, thread=None)

    def under(self, message_id: str) -> "Reference":
        """The thread that a message opened in this conversation. Teams has threads in channels only, and names them in the conversation's id."""
        whole = self.whole
        if self.platform == "slack":
            return replace(whole, thread=message_id)
        if self.scope is not Scope.CHANNEL:
            return whole
        return replace(whole, conversation=f"{whole.conversation}{_TEAMS_THREAD}{message_id}", thread=message_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who made the gesture, as far as the payload itself tells.

    `user` is the platform's id of the person in that tenant. `guest` is True when the payload shows that the person belongs to another
    company (Slack Connect, Teams guest); False means "not known to be one". `locale` is the platform's, such as `fr-FR`.
    """

    user: str
    name: str | None = None
    locale: str | None = None
    timezone: str | None = None
    guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What all events share. `id` names the gesture: unique in its conversation, the same in each of the platform's retries."""

    id: str
    at: datetime
    sender: Sender
    reference: Reference

    @property
    def key(self) -> UUID:
        """The event key, from platform, tenant, conversation and gesture: the same however often the platform delivers it."""
        place = self.reference
        return uuid5(_NAMESPACE, "|".join((place.platform, place.tenant, place.conversation, self.id)))

    @property
    def state_key(self) -> str:
        """One state a person and conversation, so that two people in one channel never mix."""
        return f"{self.reference.key}|{self.sender.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture(_Heard):
    """A gesture that asks for no turn: only whether it was heard before matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(_Heard):
    """Somebody wrote to the bot; mentions of the bot are already taken out of `text`.

    `private` asks for a reply that only the sender reads, whatever the conversation (a slash command, a message shortcut); `made_in` is then the
    conversation where the gesture was made, if that's another one. `message_id` is the platform's id of the message, None for a gesture that isn't
    one. `files` counts what was attached.
    """

    text: str
    private: bool = False
    made_in: Reference | None = None
    message_id: str | None = None
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard(_Heard):
    """Somebody wrote in a thread of a channel without addressing the bot; it matters only where the bot opened that thread."""

    text: str
    message_id: str
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(_Heard):
    """Somebody changed a message that they had written; `text` is what it says now."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(_Heard):
    """Somebody deleted a message that they had written."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTaken(_Heard):
    """Somebody tapped a button. `message_id` is the platform's id of the message that holds it, None when it isn't a message (home tab)."""

    action: Action
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAsked(_Heard):
    """Somebody tapped a button whose action opens a form: the reply must be that form, within the response."""

    action: FormAction
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmitted(_Heard):
    """Somebody submitted the form that `action` opened. `values` maps input ids to text; an input left empty may be absent."""

    action: FormAction
    values: dict[str, str]
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened(_Heard):
    """Somebody opened the bot's home (Slack's home tab; elsewhere the home card is a message)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStarted(_Heard):
    """The bot became reachable here: installed, added to a conversation, or an assistant thread was opened."""


Event = MessageReceived | Overheard | MessageEdited | MessageDeleted | ActionTaken | FormAsked | FormSubmitted | HomeOpened | ConversationStarted
