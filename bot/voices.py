"""What was said without a name is passed on: once enough of it has come together, all at once, and then each function hears of it."""

import secrets
from collections.abc import Callable, Mapping, Set
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.knowledge import Knowledge
from bot.sealed import Seal, UnreadableError, shuffled
from dialogs.catalog import Language
from dialogs.relay import route
from dialogs.texts import Texts
from dialogs.voice import BATCH
from dialogs.voice_card import unnamed_card
from dialogs.working_time import WorkingHours
from storage import Session, anonymous, bindings, deliveries, roles
from storage.anonymous import PassedOn
from storage.database import Database

_KEY_BYTES: Final = 16

_LOG = structlog.stdlib.get_logger(__name__)


class PassingOn:
    """A coarse job, once a day, which may be done twice, by several processes at once, to no effect.

    `office` returns the company's working hours around a time, whose clock says which month it is; `planned` is called when something was planned.
    """

    def __init__(
        self,
        database: Database,
        knowledge: Knowledge,
        texts: Mapping[Language, Texts],
        *,
        seal: Seal | None,
        language: Language,
        office: Callable[[datetime], WorkingHours],
        clock: Clock,
        planned: Callable[[], None],
        admins: Set[str] = frozenset(),
    ) -> None:
        self._database = database
        self._knowledge = knowledge
        self._texts = texts
        self._seal = seal
        self._language = language
        self._office = office
        self._clock = clock
        self._planned = planned
        self._admins = admins

    async def pass_on(self) -> None:
        """Write what waits, where it's at least `BATCH`, and tell the functions for which something is there. Nothing of it is logged."""
        at = self._clock()
        here = at.astimezone(ZoneInfo(self._office(at).timezone))
        try:
            count = await self._database.write(anonymous.SEALING, lambda session: self._write(session, at, here))
        except UnreadableError as error:
            _LOG.error("what was said without a name can't be passed on", reason=str(error))
            return
        if count:
            self._planned()

    def _write(self, session: Session, at: datetime, here: datetime) -> int:
        if self._seal is not None:
            pending = self._seal.open(anonymous.sealed(session))
            if len(pending.waiting) >= BATCH:
                batch = [PassedOn(key=_random_key(), words=each.words, receipt_hash=each.receipt_hash) for each in shuffled(pending.waiting)]
                anonymous.write(session, batch, f"{here:%Y-%m}")
                anonymous.seal(session, None)
        return self._tell(session, at, here)

    def _tell(self, session: Session, at: datetime, here: datetime) -> int:
        """Plan a card for each function that can be reached; what the others have waits until they can be."""
        catalogue = self._knowledge.current.catalogue
        found = anonymous.untold(session)
        if not found:
            return 0
        desks, keepers = bindings.desks(session), roles.keepers(session, catalogue, self._admins)
        count = 0
        for slug, number in shuffled(tuple(found.items())):
            way = route(desks, keepers, slug, None, self._language)
            to = way.desk or way.keeper
            if to is None:
                continue
            card = unnamed_card(self._texts[way.language], catalogue, slug, number, to, here.date())
            if deliveries.plan(session, card, at):  # one a day: what came after today's is told tomorrow
                anonymous.mark_told(session, slug)
                count += 1
        return count


def _random_key() -> UUID:
    return UUID(bytes=secrets.token_bytes(_KEY_BYTES), version=4)
