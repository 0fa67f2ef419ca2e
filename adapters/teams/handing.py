"""What follows from somebody's answer to the offer of a file: the file, or why they don't get it."""

import aiohttp
import structlog

from adapters.port import DeliveryError, FileEnding, Listener
from adapters.teams import consent, render
from adapters.teams.client import Connector

log = structlog.get_logger(__name__)


class Handing:
    """Hands files over; `stores_here` puts them on this machine only."""

    def __init__(self, session: aiohttp.ClientSession, connector: Connector, listener: Listener, *, stores_here: bool) -> None:
        self._session, self._connector, self._listener, self._stores_here = session, connector, listener, stores_here

    async def follow(self, answer: consent.Answer) -> None:
        """Put the file where it belongs and show it, or say why not; the offer goes, unless it's worth accepting again."""
        try:
            ending = await self._hand_over(answer)
        except Exception:  # whatever it was, who tapped is told
            log.exception("teams.file.failed", key=answer.attachment)
            ending = FileEnding.FAILED
        try:
            if ending is not None:
                said = await self._listener.words_for(ending, answer.reference, answer.sender)
                await self._connector.post(answer.reference, render.activity(said))
            if ending is not FileEnding.FAILED and answer.card is not None:
                await self._connector.delete(answer.reference, answer.card)
        except DeliveryError as error:
            log.warning("teams.file.not_told", key=answer.attachment, ending=ending, reason=str(error))

    async def _hand_over(self, answer: consent.Answer) -> FileEnding | None:
        """Return None once the file is there."""
        if answer.place is None:
            return FileEnding.DECLINED
        held = await self._listener.attachment(answer.attachment, answer.reference, answer.sender.user)
        if held is None:
            return FileEnding.GONE
        if not consent.is_store(answer.place.upload, here=self._stores_here):
            log.warning("teams.file.strange_store", key=answer.attachment)
            return FileEnding.FAILED
        try:
            await consent.put(self._session, answer.place, held.content)
            await self._connector.post(answer.reference, consent.handed_over(answer.place))
        except DeliveryError as error:
            log.warning("teams.file.not_handed_over", key=answer.attachment, reason=str(error))
            return FileEnding.FAILED
        return None
