"""Teams activities to events: pure functions on plain dicts.

The forms are those of the Bot Framework's activity schema and of Teams' own documentation; each fixture in `tests/adapters/teams/payloads` names
the page that documents it.

In a channel, the bot hears what mentions it. With a team's consent (`ChannelMessage.Read.Group`) it's told all that is said there; of the rest, only
replies in threads are events, since some threads are requests.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.teams.activity import (
    Activity,
    MalformedActivityError,
    heard,
    heard_of_change,
    id_of,
    reference_of,
    section,
    sections,
    text_of,
)
from adapters.teams.files import count_files
from dialogs.actions import Action, FormAction, Home
from dialogs.events import (
    ActionTaken,
    ConversationStarted,
    Event,
    FormAsked,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Overheard,
    Reference,
    Scope,
)
from dialogs.packing import UnreadableActionError, pack, unpack
from dialogs.request_actions import MarkExchange

ACTION_KEY = "pourqui"  # in a button's data: the packed action
FORM_KEY = "pourqui.form"  # in a form's data: marks the submission of that form
MESSAGE_KEY = "pourqui.message"  # in a form's data: the message whose button opened it; Teams forgets it (microsoft/botframework-sdk#6473)
INPUT_PREFIX = "input."  # before an input's id, so that no input can pass for one of the keys above

EXCHANGE_ACTION = "support_exchange"  # the manifest's message action: "this was a support exchange"

_AT = re.compile(r"</?at\b[^<>]*>", re.IGNORECASE)
_CALLED = re.compile(r"\A\s*(?:<at\b[^<>]*>[^<>]*</at>(?:\s|&nbsp;|[,:])*)+(?=//)", re.IGNORECASE)


def parse(activity: Activity, *, received: datetime) -> Event | None:
    """Turn an activity into an event; None for what is known, or may come to be known, but asks for no turn.

    `received` stands in for a missing timestamp. Raises MalformedActivityError for what can't be an activity of Teams.
    """
    kind = text_of(activity, "type", required=True)
    reference = reference_of(activity)
    match kind:
        case "message":
            return _message(activity, reference, received)
        case "messageUpdate" | "messageDelete":
            return _change(activity, reference, received)
        case "invoke":
            return _invoke(activity, reference, received)
        case "conversationUpdate":
            return _members_added(activity, reference, received)
        case "installationUpdate" if str(activity.get("action", "")).lower() in ("add", "add-upgrade"):
            return ConversationStarted(**heard(activity, reference, received, "installed"))
        case _:
            return None


def _message(activity: Activity, reference: Reference, received: datetime) -> Event | None:
    if _is_bot(section(activity, "from")):
        return None
    text, value = text_of(activity, "text"), activity.get("value")
    if text is None and value is not None:
        if not isinstance(value, dict):
            raise MalformedActivityError("value isn't an object")
        return _tap(value, heard(activity, reference, received, "submit"), text_of(activity, "replyToId"), is_form=FORM_KEY in value)
    event = heard(activity, reference, received, "message")
    message_id, files, ours = text_of(activity, "id"), count_files(activity), _mentions_of_us(activity)
    said = _without_mentions(text or "", ours)
    if reference.scope is Scope.PERSONAL or ours:
        return MessageReceived(text=said, message_id=message_id, files=files, **event)
    if reference.scope is Scope.CHANNEL and message_id is not None and reference.thread not in (None, message_id):
        return Overheard(text=said, message_id=message_id, files=files, **event)
    return None


def _change(activity: Activity, reference: Reference, received: datetime) -> Event | None:
    """What Teams tells of a message that was changed, deleted or brought back.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#update-message
    """
    if _is_bot(section(activity, "from")) or not activity.get("id"):
        return None
    match activity.get("type"), section(activity, "channelData").get("eventType"):
        case "messageUpdate", "editMessage" | "undeleteMessage":
            text = text_of(activity, "text")
            if text is None:
                return None  # a message isn't emptied by an edit that doesn't say what it says now
            said = _without_mentions(text, _mentions_of_us(activity))
            event = heard_of_change(activity, reference, received, "edited")
            return MessageEdited(message_id=id_of(activity, "id"), text=said, **event)
        case "messageDelete", "softDeleteMessage":
            return MessageDeleted(message_id=id_of(activity, "id"), **heard_of_change(activity, reference, received, "deleted"))
        case _:
            return None


def _is_bot(account: Activity) -> bool:
    return account.get("role") == "bot" or str(account.get("id", "")).startswith("28:")


def _mentions_of_us(activity: Activity) -> list[Activity]:
    bot = text_of(section(activity, "recipient"), "id")
    mentions = (entity for entity in sections(activity, "entities") if entity.get("type") == "mention")
    return [mention for mention in mentions if text_of(section(mention, "mentioned"), "id") == bot]


def _without_mentions(text: str, ours: Iterable[Activity]) -> str:
    for mention in ours:
        if tag := text_of(mention, "text"):
            text = text.replace(tag, " ")
    text = _CALLED.sub("", text)  # a colleague is called, then told something aside: that it begins with // must still show
    return html.unescape(_AT.sub("", text)).replace("\N{NO-BREAK SPACE}", " ").strip()


def _invoke(activity: Activity, reference: Reference, received: datetime) -> Event | None:
    tapped = text_of(activity, "replyToId")
    match activity.get("name"):
        case "adaptiveCard/action":
            button = section(section(activity, "value"), "action")
            return _tap(section(button, "data"), heard(activity, reference, received, "execute"), tapped, is_form=False)
        case "task/fetch":
            asked = section(section(activity, "value"), "data")
            return _tap(asked, heard(activity, reference, received, "fetch"), tapped, is_form=False)
        case "task/submit":
            filled = section(section(activity, "value"), "data")
            return _tap(filled, heard(activity, reference, received, "filled"), text_of(filled, MESSAGE_KEY) or tapped, is_form=True)
        case "composeExtension/fetchTask" | "composeExtension/submitAction" as name if _is_ours(activity):
            event = heard(activity, _not_ours(reference), received, "filled" if name.endswith("submitAction") else "fetch")
            if name.endswith("fetchTask"):
                return FormAsked(action=_marked(activity, reference), **event)
            return _tap(section(section(activity, "value"), "data"), event, None, is_form=True)
        case _:
            return None


def _is_ours(activity: Activity) -> bool:
    return section(activity, "value").get("commandId") == EXCHANGE_ACTION


def _not_ours(reference: Reference) -> Reference:
    """A message action can be used where the bot isn't: two people's own chat calls itself personal, and isn't one's chat with the bot."""
    return reference if reference.conversation.startswith("a:") or reference.scope is not Scope.PERSONAL else replace(reference, scope=Scope.GROUP)


def _marked(activity: Activity, reference: Reference) -> MarkExchange:
    """The message on which the action was used.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module#initial-invoke-request-from-a-message
    """
    message = section(section(activity, "value"), "messagePayload")
    author = section(message, "from")
    person = section(author, "user")
    user = id_of(person, "id") if person else text_of(section(author, "application"), "id") or ""
    sender = section(activity, "from")
    if user and user == sender.get("aadObjectId"):
        user = id_of(sender, "id")  # authors are told by their Entra ids, and people are known by those that a bot is given
    action = MarkExchange(place=reference.key, message=id_of(message, "id"), user=user)
    try:
        pack(action)
    except ValueError as error:
        raise MalformedActivityError("ids too long to come back with a form") from error
    return action


def _tap(chosen: Activity, event: dict[str, Any], tapped: str | None, *, is_form: bool) -> Event:
    action = _action(chosen)
    if not isinstance(action, FormAction):
        return ActionTaken(action=action, message_id=tapped, **event)
    if is_form:
        return FormSubmitted(action=action, values=_values(chosen), message_id=text_of(chosen, MESSAGE_KEY) or tapped, **event)
    return FormAsked(action=action, message_id=tapped, **event)


def _action(chosen: Activity) -> Action:
    """Whoever taps a button that this version can't read any more starts again at home, rather than at an error."""
    try:
        return unpack(text_of(chosen, ACTION_KEY) or "")
    except UnreadableActionError:
        return Home()


def _values(filled: Activity) -> dict[str, str]:
    values = {}
    for key in filled:
        if key.startswith(INPUT_PREFIX) and (value := text_of(filled, key)) is not None:
            values[key.removeprefix(INPUT_PREFIX)] = value
    return values


def _members_added(activity: Activity, reference: Reference, received: datetime) -> Event | None:
    added = sections(activity, "membersAdded")
    bot = text_of(section(activity, "recipient"), "id")
    if added and (reference.scope is Scope.PERSONAL or any(member.get("id") == bot for member in added)):
        return ConversationStarted(**heard(activity, reference, received, "added"))
    return None
