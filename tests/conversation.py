"""What people do to the bot, in a test's words: said, taps, submits."""

from collections.abc import Mapping
from itertools import count

from dialogs.actions import Action, FormAction
from dialogs.events import ActionTaken, ConversationStarted, FormAsked, FormSubmitted, HomeOpened, MessageReceived, Reference, Scope, Sender
from tests.company import NOON

_NUMBERS = count(1)

DIRECT = Reference(platform="slack", tenant="T1", conversation="D1", scope=Scope.PERSONAL)
CHANNEL = Reference(platform="slack", tenant="T1", conversation="C1", scope=Scope.CHANNEL, thread="1700000000.0001")
TEAMS_DIRECT = Reference(platform="teams", tenant="tenant-1", conversation="a:1", scope=Scope.PERSONAL, service_url="http://127.0.0.1/")


def _gesture() -> str:
    return f"gesture-{next(_NUMBERS)}"


def said(
    text: str, *, by: str = "U1", where: Reference = DIRECT, locale: str | None = None, private: bool = False, gesture: str | None = None
) -> MessageReceived:
    return MessageReceived(id=gesture or _gesture(), at=NOON, sender=Sender(user=by, locale=locale), reference=where, text=text, private=private)


def taps(action: Action, *, by: str = "U1", where: Reference = DIRECT, message: str | None = "m1") -> ActionTaken:
    return ActionTaken(id=_gesture(), at=NOON, sender=Sender(user=by), reference=where, action=action, message_id=message)


def asks_form(action: FormAction, *, by: str = "U1", where: Reference = DIRECT) -> FormAsked:
    return FormAsked(id=_gesture(), at=NOON, sender=Sender(user=by), reference=where, action=action, message_id="m1")


def submits(action: FormAction, values: Mapping[str, str], *, by: str = "U1", where: Reference = DIRECT) -> FormSubmitted:
    return FormSubmitted(id=_gesture(), at=NOON, sender=Sender(user=by), reference=where, action=action, values=dict(values), message_id="m1")


def opens_home(*, by: str = "U1") -> HomeOpened:
    return HomeOpened(id=_gesture(), at=NOON, sender=Sender(user=by), reference=DIRECT)


def starts(*, by: str = "U1", where: Reference = DIRECT) -> ConversationStarted:
    return ConversationStarted(id=_gesture(), at=NOON, sender=Sender(user=by), reference=where)
