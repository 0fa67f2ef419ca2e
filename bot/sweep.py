"""The sweep: replies that a crash or an outage held back are handed to the ledger, within the hour."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from adapters.port import Adapter
from bot.clock import Clock
from bot.metrics import Metrics
from dialogs.delivery import HELD_BACK, Delivery, Doubt, Kind, reply_key
from dialogs.messages import Message, Place
from storage import Session, conversations, deliveries
from storage.conversations import HeldBack
from storage.database import Database

PATIENCE = timedelta(seconds=30)  # a younger reply may still be on its way
LET_GO = timedelta(hours=1)  # an older answer would only puzzle
AT_ONCE = 25  # of one transaction: they share the row that counts replies, for which every turn that plans one waits meanwhile

_LOG = structlog.stdlib.get_logger(__name__)


class Sweep:
    """Looks for replies that were decided but may not have been posted. Those of a platform that is off here are let go after the hour.

    `handed` is called once some are in the ledger. `alone_since` is when this process joined, where no other one was at work then: what was heard
    before isn't on its way any more. None where others may be answering it.
    """

    def __init__(
        self,
        database: Database,
        adapters: Mapping[str, Adapter],
        metrics: Metrics,
        clock: Clock,
        *,
        handed: Callable[[], Awaitable[None]],
        alone_since: datetime | None,
    ) -> None:
        self._database = database
        self._adapters = adapters
        self._metrics = metrics
        self._clock = clock
        self._handed = handed
        self._alone_since = alone_since

    async def look(self) -> None:
        """Hand over what was heard and never answered, let go of what is older than an hour."""
        at = self._clock()
        let_go = await self._database.write(conversations.SWEEPING, lambda session: conversations.give_up_on(session, at - LET_GO, at))
        for key in let_go:
            self._metrics.swept.labels("let_go").inc()
            _LOG.warning("reply let go after an hour", key=str(key))
        number = AT_ONCE
        while number == AT_ONCE:  # an outage holds back hundreds
            number, handed = await self._database.write(conversations.SWEEPING, lambda session: self._hand_over(session, at))
            for key in handed:
                self._metrics.swept.labels("handed_over").inc()
                _LOG.info("held back reply handed to the ledger", key=str(key))
            if handed:
                await self._handed()

    def _hand_over(self, session: Session, at: datetime) -> tuple[int, list[UUID]]:
        """Plan held back replies, and note that their events are answered: both at once, so that a crash loses neither, and doubles none.

        Return how many were looked at, and which of them were handed over.
        """
        patient = at - PATIENCE
        before = patient if self._alone_since is None else max(self._alone_since, patient)
        held_back = conversations.claim_unanswered(session, before, at - LET_GO, at, limit=AT_ONCE)
        handed = [held for held in held_back if held.reference.platform in self._adapters]
        for held in handed:
            for index, reply in enumerate(held.replies):
                if isinstance(reply, Message):  # a form, or its errors, went with the response
                    self._plan(session, held, index, reply, at)
            conversations.mark_answered(session, held.key, at)
        return len(held_back), [held.key for held in handed]

    def _plan(self, session: Session, held: HeldBack, index: int, reply: Message, at: datetime) -> None:
        """Plan a reply: where one can look, it's looked for first, but for what does no harm when it's shown again (an update, the home tab)."""
        delivery = Delivery(
            key=reply_key(held.key, index),
            kind=Kind.REPLY,
            cause_kind=HELD_BACK,
            cause_id=str(held.key),
            to=held.reference,
            message=reply,
            deadline=held.heard_at + LET_GO,
            urgent=True,
            doubt=Doubt.RESEND,
            user=held.user,
            tapped=held.message_id,
        )
        looks = self._adapters[held.reference.platform].can_look and reply.place not in (Place.UPDATE, Place.HOME)
        if looks:
            deliveries.plan_unknown(session, delivery, at)
        else:
            deliveries.plan(session, delivery, at)
