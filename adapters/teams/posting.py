"""Where messages go: replies beside their gesture, and what the bot sends on its own initiative."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

import structlog

from adapters.port import NO_ATTACHMENTS, SEND_SECONDS, DeliveryError, Outgoing
from adapters.teams import consent, render
from adapters.teams.client import Connector, RefusedError
from dialogs.attachment import Attachment
from dialogs.events import Reference, Scope
from dialogs.messages import File, Form, FormErrors, Message, Place, Reply

_TOO_MUCH: Final = frozenset({400, 413})  # how a card is refused for what it holds
_KEPT: Final = 500  # deliveries whose file was offered, remembered until their message is there; another process would offer it once more

log = structlog.get_logger(__name__)


class Posting:
    """Posts through the Connector. Every method raises DeliveryError."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._offered: dict[UUID, None] = {}

    async def answer(self, reference: Reference, user: str, tapped: str | None, reply: Reply) -> None:
        """Post a reply, waiting for a short throttling. `tapped` is the message whose button was tapped."""
        match reply:
            case Message(place=Place.UPDATE) if tapped is not None:
                await self._replace(reference, tapped, reply)
            case Message(place=Place.PRIVATE):
                await self._connector.post(await self._private(reference, user), render.activity(reply))
            case Message():
                await self._connector.post(reference, render.activity(reply))
            case Form():
                await self._connector.post(await self._private(reference, user), render.form_activity(reply))
            case FormErrors(form=form, errors=errors):
                await self._connector.post(await self._private(reference, user), render.form_activity(form, errors))

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send once, within `SEND_SECONDS`, and return the message's id. A file is offered before the words that come with it."""
        until = _deadline()
        reference, message = outgoing.reference, outgoing.message
        if outgoing.attachments:
            await self._offer(outgoing, until)
        match message.place:
            case Place.UPDATE if outgoing.tapped is not None:
                return await self._replace(reference, outgoing.tapped, message, until)
            case Place.PRIVATE | Place.HOME if reference.scope is not Scope.PERSONAL:
                return await self._send_elsewhere(reference, outgoing.user, message, until, outgoing.attachments)
            case _:
                return await self._show(reference, message, outgoing.attachments, until)

    async def edit(self, reference: Reference, message_id: str, message: Message, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS) -> None:
        """Put a message in place of another."""
        until = _deadline()
        try:
            await self._connector.update(reference, message_id, render.activity(message, attachments), until=until)
        except RefusedError as error:
            if not (attachments and error.status in _TOO_MUCH):
                raise
            await self._connector.update(reference, message_id, render.activity(message), until=until)

    async def recall(self, reference: Reference, message_id: str) -> None:
        """Delete a message."""
        try:
            await self._connector.delete(reference, message_id, until=_deadline())
        except RefusedError as error:
            if error.status != 404:
                raise

    async def _show(self, reference: Reference, message: Message, attachments: Mapping[str, Attachment], until: float) -> str | None:
        """Post a message with its pictures; where Teams doesn't take them, with their words."""
        try:
            return await self._connector.post(reference, render.activity(message, attachments), until=until)
        except RefusedError as error:
            if not (attachments and error.status in _TOO_MUCH):
                raise
            log.warning("teams.no_picture", reason=str(error))
            return await self._connector.post(reference, render.activity(message), until=until)

    async def _offer(self, outgoing: Outgoing, until: float) -> None:
        """Offer the person a message's file, once a delivery: whatever goes wrong here, the message itself wasn't sent, so it's sent again."""
        message = outgoing.message
        offered = next((block for block in message.blocks if isinstance(block, File) and block.attachment in outgoing.attachments), None)
        if offered is None or outgoing.key in self._offered:
            return
        private = message.place is Place.PRIVATE and outgoing.user is not None
        if outgoing.reference.scope is not Scope.PERSONAL and not private:
            raise DeliveryError("a file goes into a private conversation only", permanent=True)
        try:
            place = await self._private(outgoing.reference, outgoing.user or "", until)
            shown = consent.offer(message, offered.attachment, offered.name, outgoing.attachments[offered.attachment])
            await self._connector.post(place, shown, until=until)
        except DeliveryError as error:
            raise DeliveryError(str(error), permanent=error.permanent, retry_after=error.retry_after, dead=error.dead and not private) from error
        self._offered[outgoing.key] = None
        while len(self._offered) > _KEPT:
            del self._offered[next(iter(self._offered))]

    async def _replace(self, reference: Reference, message_id: str, message: Message, until: float | None = None) -> str | None:
        """Put a card in place for good: what the response replaces is replaced for the one who tapped, on that device."""
        try:
            await self._connector.update(reference, message_id, render.activity(message), until=until)
        except DeliveryError as error:
            if not error.permanent:
                raise
            return await self._connector.post(reference, render.activity(message), until=until)
        return message_id

    async def _send_elsewhere(
        self, reference: Reference, user: str | None, message: Message, until: float, attachments: Mapping[str, Attachment]
    ) -> str | None:
        """Send to the person rather than where they spoke; what fails on the way there says nothing of that conversation."""
        if user is None:
            raise DeliveryError("a private message to nobody in particular", permanent=True)
        try:
            private = await self._private(reference, user, until)
        except DeliveryError as error:
            raise DeliveryError(str(error), permanent=error.permanent, retry_after=error.retry_after) from error  # nothing was posted yet
        try:
            return await self._show(private, message, attachments, until)
        except DeliveryError as error:
            raise DeliveryError(str(error), permanent=error.permanent, retry_after=error.retry_after, ambiguous=error.ambiguous) from error

    async def _private(self, reference: Reference, user: str, until: float | None = None) -> Reference:
        if reference.scope is Scope.PERSONAL:
            return reference
        conversation = await self._connector.personal(reference, user, until=until)
        return replace(reference, conversation=conversation, scope=Scope.PERSONAL, thread=None)


def _deadline() -> float:
    return asyncio.get_running_loop().time() + SEND_SECONDS
