"""Where a message goes, and how it's found again there."""

import asyncio
from collections.abc import Mapping

from adapters.port import SEND_SECONDS, DeliveryError, Outgoing
from adapters.slack import render
from adapters.slack.client import SlackClient
from adapters.slack.failures import RefusedError
from adapters.slack.render import NOTHING, Uploaded
from adapters.slack.uploads import Uploads
from dialogs.events import Reference, Scope
from dialogs.messages import Place

_NOT_UPDATABLE = {"cant_update_message", "edit_window_closed", "message_not_found"}


async def post(client: SlackClient, outgoing: Outgoing) -> None:
    """Post a reply, waiting for a short rate limit. Raises DeliveryError."""
    await _put(client, outgoing, NOTHING, patient=True)


async def send(client: SlackClient, outgoing: Outgoing, uploads: Uploads) -> str | None:
    """Send once, within `SEND_SECONDS`; return the id of the message, None for a home tab. Raises DeliveryError."""
    until = asyncio.get_running_loop().time() + SEND_SECONDS
    uploaded = await uploads.ready(outgoing, *_own(outgoing)) if outgoing.attachments else NOTHING
    try:
        async with asyncio.timeout_at(until):
            return await _put(client, outgoing, uploaded, patient=False)
    except RefusedError as error:
        if error.code == "invalid_blocks" and uploads.refused(uploaded):
            raise DeliveryError(f"Slack doesn't take its picture yet: {error}", permanent=False) from error
        raise
    except TimeoutError as error:
        raise DeliveryError(f"Slack gave no answer within {SEND_SECONDS:.0f} s", permanent=False, ambiguous=True) from error
    except ValueError as error:  # a dialog's mistake, such as an action too long for its button: one message must not hold up the others
        raise DeliveryError(f"it can't be shown in Slack: {error}", permanent=True) from error


async def find(client: SlackClient, outgoing: Outgoing) -> str | None:
    """Return the id of what was sent, where it's there; a home tab isn't looked for: it's published again without harm. Raises DeliveryError."""
    if outgoing.message.place is Place.HOME:
        return None
    conversation, thread = _place(outgoing)
    return await client.find(await client.id_of(conversation), thread, outgoing.key)


async def edit(client: SlackClient, message_id: str, outgoing: Outgoing, uploads: Uploads) -> None:
    """Show a message in place of one that was sent. Raises DeliveryError."""
    uploaded = await uploads.ready(outgoing, None, None, sharing=False) if outgoing.attachments else NOTHING
    conversation, shown = await client.id_of(outgoing.reference.conversation), render.message(outgoing.message, uploaded)
    try:
        await client.update(conversation, message_id, shown, patient=False)
    except RefusedError as error:
        if error.code == "invalid_blocks" and uploads.refused(uploaded):
            raise DeliveryError(f"Slack doesn't take its picture yet: {error}", permanent=False) from error
        raise


async def recall(client: SlackClient, place: Reference, message_id: str) -> None:
    """Delete a message that was sent, unless it's gone. Raises DeliveryError."""
    try:
        await client.delete(await client.id_of(place.conversation), message_id)
    except RefusedError as error:
        if error.code != "message_not_found":
            raise


async def _put(client: SlackClient, outgoing: Outgoing, uploaded: Mapping[str, Uploaded], *, patient: bool) -> str | None:
    said = outgoing.message
    if said.place is Place.HOME:
        await client.publish(_person(outgoing), render.home(said), patient=patient)
        return None
    shown = render.message(said, uploaded)
    if said.place is Place.UPDATE and outgoing.tapped is not None:
        try:
            await client.update(await client.id_of(outgoing.reference.conversation), outgoing.tapped, shown, patient=patient)
        except RefusedError as error:
            if error.code not in _NOT_UPDATABLE:
                raise
        else:
            return outgoing.tapped
    conversation, thread = _place(outgoing)
    return await client.post(conversation, thread, shown, key=outgoing.key, patient=patient)


def _own(outgoing: Outgoing) -> tuple[str | None, str | None]:
    """Return the person's own conversation, and the thread there, where that's where a message goes."""
    conversation, thread = _place(outgoing)
    return (
        (None, None) if conversation == outgoing.reference.conversation and outgoing.reference.scope is not Scope.PERSONAL else (conversation, thread)
    )


def _place(outgoing: Outgoing) -> tuple[str, str | None]:
    """Return the conversation and the thread of a message: a private one leaves a channel for the person's own conversation."""
    place = outgoing.reference
    if outgoing.message.place is Place.PRIVATE and place.scope is not Scope.PERSONAL:
        return _person(outgoing), None
    return place.conversation, place.thread


def _person(outgoing: Outgoing) -> str:
    if outgoing.user is None:
        raise DeliveryError("a private message, or a home tab, of nobody", permanent=True)
    return outgoing.user
