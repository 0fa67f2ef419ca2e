"""What was said without a name is passed on: once enough of it has come together, all at once, and then each function hears of it."""

import secrets
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from bot.sealed import Seal, UnreadableError, shuffled
from bot.telling import Telling
from dialogs.relay import route
from dialogs.voice import BATCH
from dialogs.voice_card import unnamed_card
from storage import Session, anonymous, bindings, deliveries, roles
from storage.anonymous import PassedOn

_KEY_BYTES: Final = 16

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass
class PassingOn(Telling):
    """A coarse job, once a day; the office's clock says which month it is."""

    _: KW_ONLY
    seal: Seal | None

    async def pass_on(self) -> None:
        """Write what waits, where it's at least `BATCH`, and tell the functions for which something is there. Nothing of it is logged."""
        at = self.clock()
        here = at.astimezone(ZoneInfo(self.office(at).timezone))
        try:
            count = await self.database.write(anonymous.SEALING, lambda session: self._write(session, at, here))
        except UnreadableError as error:
            _LOG.error("what was said without a name can't be passed on", reason=str(error))
            return
        if count:
            self.planned()

    def _write(self, session: Session, at: datetime, here: datetime) -> int:
        if self.seal is not None:
            pending = self.seal.open(anonymous.sealed(session))
            if len(pending.waiting) >= BATCH:
                batch = [PassedOn(key=_random_key(), words=each.words, receipt_hash=each.receipt_hash) for each in shuffled(pending.waiting)]
                anonymous.write(session, batch, f"{here:%Y-%m}")
                anonymous.seal(session, None)
        return self._tell(session, at, here)

    def _tell(self, session: Session, at: datetime, here: datetime) -> int:
        """Plan a card for each function that can be reached; what the others have waits until they can be."""
        catalogue = self.knowledge.current.catalogue
        found = anonymous.untold(session)
        if not found:
            return 0
        desks, keepers = bindings.desks(session), roles.keepers(session, catalogue, self.admins)
        count = 0
        for slug, number in shuffled(tuple(found.items())):
            way = route(desks, keepers, slug, None, self.language)
            to = way.desk or way.keeper
            if to is None:
                continue
            card = unnamed_card(self.texts[way.language], catalogue, slug, number, to, here.date())
            if deliveries.plan(session, card, at):  # one a day: what came after today's is told tomorrow
                anonymous.mark_told(session, slug)
                count += 1
        return count


def _random_key() -> UUID:
    return UUID(bytes=secrets.token_bytes(_KEY_BYTES), version=4)
