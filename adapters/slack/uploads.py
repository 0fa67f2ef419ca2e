"""What a message carries, uploaded before the message is posted: its words never point at what isn't there.

A picture becomes a file that only the bot has, which its blocks may then show. A file is shared in the person's own conversation first. An upload
takes the time that it takes, beside the sending, which has `SEND_SECONDS`: a message whose file isn't there yet certainly wasn't posted, so the
ledger tries it again, and finds the upload that went on. Only where a process ends between the two, or another one has taken the workspace over (its
owner keeps it for as long as it tries within the lease), may a file come twice.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog

from adapters.port import DeliveryError, Outgoing
from adapters.slack.client import SlackClient
from adapters.slack.render import Uploaded
from dialogs.attachment import Attachment
from dialogs.messages import File, Picture

Spawn = Callable[[Coroutine[Any, Any, None]], None]

_WAIT: Final = 1.5  # seconds of a sending, which leave as many for the message
_KEPT: Final = 500  # uploads that are remembered
# Slack looks at a picture after it took it, and refuses the blocks that show it until then (slackapi/python-slack-sdk#1658, slack-github-action#413);
# by the ledger's delays, so many refusals take some 15 seconds
_REFUSALS: Final = 4

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class _Upload:
    """An upload under way, or over: what came of it. `refusals` counts the messages that Slack didn't take with it."""

    over: asyncio.Future[Uploaded | DeliveryError]
    refusals: int = 0


class Uploads:
    """Uploads each picture once, whatever shows it, and each file once for its delivery; `spawn` runs work beside the sending."""

    def __init__(self, client: SlackClient, spawn: Spawn) -> None:
        self._client, self._spawn = client, spawn
        self._uploads: dict[tuple[str, UUID | None], _Upload] = {}

    async def ready(self, outgoing: Outgoing, conversation: str | None, thread: str | None, *, sharing: bool = True) -> Mapping[str, Uploaded]:
        """Return what the message carries as Slack has it, by key, without what it can't have: a picture that Slack refuses is told in words.

        `conversation` is the person's own, None where others read too. Raises DeliveryError, never an ambiguous one: the message wasn't posted.
        """
        ready: dict[str, Uploaded] = {}
        until = asyncio.get_running_loop().time() + _WAIT
        for block in outgoing.message.blocks:
            match block:
                case Picture(attachment=key) if (held := outgoing.attachments.get(key)) is not None:
                    if (picture := await self._picture(key, held, until)) is not None:
                        ready[key] = picture
                case File(attachment=key) if sharing and (held := outgoing.attachments.get(key)) is not None:
                    if conversation is None:
                        raise DeliveryError("a file goes into a private conversation only", permanent=True)
                    ready[key] = await self._uploaded((key, outgoing.key), self._client.upload(held, conversation=conversation, thread=thread), until)
                case _:
                    continue
        return ready

    def refused(self, uploaded: Mapping[str, Uploaded]) -> bool:
        """Note that Slack took no message with these; tell whether it was for their pictures, so that it's worth trying again."""
        pictures = [upload for key in uploaded if (upload := self._uploads.get((key, None))) is not None]
        for upload in pictures:
            upload.refusals += 1
        return bool(pictures)

    async def _picture(self, key: str, held: Attachment, until: float) -> Uploaded | None:
        known = self._uploads.get((key, None))
        if known is not None and known.refusals >= _REFUSALS:
            return None
        try:
            return await self._uploaded((key, None), self._client.upload(held), until)
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.warning("slack.no_picture", reason=str(error))
            return None

    async def _uploaded(self, name: tuple[str, UUID | None], work: Coroutine[Any, Any, Uploaded], until: float) -> Uploaded:
        """Wait until then for an upload, begun now unless it was before; one that failed is begun again the next time."""
        upload = self._uploads.get(name)
        if upload is None:
            upload = self._uploads[name] = _Upload(over=asyncio.get_running_loop().create_future())
            self._spawn(_settle(upload.over, work))
            while len(self._uploads) > _KEPT:
                del self._uploads[next(iter(self._uploads))]
        else:
            work.close()
        try:
            async with asyncio.timeout_at(until):
                came = await asyncio.shield(upload.over)
        except TimeoutError as error:
            raise DeliveryError("its file is still on the way to Slack", permanent=False) from error
        if isinstance(came, DeliveryError):
            if self._uploads.get(name) is upload:
                del self._uploads[name]
            raise DeliveryError(str(came), permanent=came.permanent, retry_after=came.retry_after, dead=came.dead) from came
        return came


async def _settle(over: asyncio.Future[Uploaded | DeliveryError], work: Coroutine[Any, Any, Uploaded]) -> None:
    try:
        over.set_result(await work)
    except DeliveryError as error:
        over.set_result(error)
    finally:
        if not over.done():  # the program ends, or the work failed in a way that its log tells
            over.set_result(DeliveryError("the upload ended early", permanent=False))
