"""What the response to an activity holds: only an invoke's can open a form, or replace a card at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.teams import render
from dialogs.messages import Form, FormErrors, Message, Place, Reply, plain_text

_MESSAGE_ACTIONS = frozenset({"composeExtension/fetchTask", "composeExtension/submitAction"})
_OPENING = frozenset({"task/fetch", "composeExtension/fetchTask"})
_DIALOGS = frozenset({"task/submit"}) | _OPENING | _MESSAGE_ACTIONS  # the invokes whose response can hold a form


def response_to(name: object, replies: Sequence[Reply], *, tapped: str | None) -> dict[str, Any] | None:
    """Return what an invoke's response holds; None (an empty one) closes a dialog. `tapped` is the message whose button was tapped."""
    messages = [reply for reply in replies if isinstance(reply, Message)]
    said = render.headline(messages[0]) if messages else None
    if name not in _DIALOGS:
        replaced = next((message for message in messages if message.place is Place.UPDATE), None)
        return render.replacement(replaced) if replaced is not None else render.acknowledgement(said or "✓")
    for reply in replies:
        match reply:
            case Form():
                return render.task(reply, message_id=tapped)
            case FormErrors(form=form, errors=errors):
                return render.task(form, errors, message_id=tapped)
            case Message():
                pass
    if name in _MESSAGE_ACTIONS and messages:
        return render.task_message("\n\n".join(plain_text(message) for message in messages))
    return render.task_message(said or "…") if name in _OPENING else None


def left_to_post(name: object, replies: Iterable[Reply]) -> tuple[Reply, ...]:
    """Return the replies that the response couldn't hold. That to a message action holds them all, since the bot may not be where it was used."""
    if name in _MESSAGE_ACTIONS:
        return ()
    return tuple(reply for reply in replies if name not in _DIALOGS or isinstance(reply, Message))
