"""The sweep: replies that a crash or an outage held back are posted once, within the hour."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from adapters.port import Adapter, DeliveryError, Unanswered
from bot.clock import now
from bot.metrics import Metrics
from storage import conversations
from storage.conversations import HeldBack
from storage.database import Database

EVERY = 60.0  # seconds between two sweeps
PATIENCE = timedelta(seconds=30)  # a younger reply may still be on its way
LET_GO = timedelta(hours=1)  # an older answer would only puzzle

_LOG = structlog.stdlib.get_logger(__name__)


class Sweep:
    """Looks for replies that were decided but may not have been posted. Those of a platform that is off now are let go after the hour."""

    def __init__(self, database: Database, adapters: Mapping[str, Adapter], metrics: Metrics) -> None:
        self._database = database
        self._adapters = adapters
        self._metrics = metrics

    async def run(self, started_at: datetime) -> None:
        """Sweep what an earlier process left, then every minute. Runs until cancelled."""
        before = started_at
        while True:
            try:
                await self.once(before)
            except Exception:
                _LOG.exception("sweep failed; the next one tries again")
            await asyncio.sleep(EVERY)
            before = now() - PATIENCE

    async def once(self, before: datetime) -> None:
        """Post what was heard before `before` and never answered; let go of what is older than an hour."""
        at = now()
        let_go = await self._database.write(conversations.SWEEPING, lambda session: conversations.give_up_on(session, at - LET_GO, at))
        for key in let_go:
            self._metrics.swept.labels("let_go").inc()
            _LOG.warning("reply let go after an hour", key=str(key))
        held_back = await self._database.write(
            conversations.SWEEPING, lambda session: conversations.claim_unanswered(session, before, at - LET_GO, at)
        )
        # one after another on each platform, so that a platform that hangs holds up only its own
        await asyncio.gather(*(self._post_all([held for held in held_back if held.reference.platform == name]) for name in self._adapters))

    async def _post_all(self, held_back: Sequence[HeldBack]) -> None:
        for held in held_back:
            try:
                await self._post(self._adapters[held.reference.platform], held)
            except Exception:  # else the same one would hold up all that follow it, every minute for an hour
                self._metrics.swept.labels("failed").inc()
                _LOG.exception("held back reply could not be posted", key=str(held.key))

    async def _post(self, adapter: Adapter, held: HeldBack) -> None:
        unanswered = Unanswered(key=held.key, reference=held.reference, user=held.user, message_id=held.message_id, replies=held.replies)
        try:
            await adapter.post_again(unanswered)
        except DeliveryError as error:
            self._metrics.swept.labels("failed").inc()
            _LOG.warning("held back reply could not be posted", key=str(held.key), permanent=error.permanent, reason=str(error))
            if not error.permanent:
                return
        else:
            self._metrics.swept.labels("posted").inc()
        await self._database.write(f"answered|{held.key}", lambda session: conversations.mark_answered(session, held.key, now()))
