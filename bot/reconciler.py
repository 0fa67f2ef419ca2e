"""The reconciler: what may have arrived is looked for, or settled by its policy."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from adapters.port import Adapter, DeliveryError, Outgoing
from bot.clock import Clock, Sleep
from bot.endings import Aftermath, Endings
from dialogs.delivery import Doubt, Ended
from storage import Session, reconciling
from storage.database import Database
from storage.errors import StorageError
from storage.reconciling import Unknown

_AT_ONCE: Final = 50  # deliveries taken by one look at the ledger
_LONGEST: Final = reconciling.LOOK_AGAIN / 2  # of one look, before what couldn't be settled would come round again
_APART: Final = 1.0  # seconds between two that are looked for in a workspace, two calls each: the pump leaves a fifth of what it takes

_LOG = structlog.stdlib.get_logger(__name__)


class Reconciler:
    """Asks the platforms that can be asked, outside any transaction. `planned` is called when something is to be sent again."""

    def __init__(
        self,
        database: Database,
        adapters: Mapping[str, Adapter],
        clock: Clock,
        *,
        aftermath: Mapping[str, Aftermath],
        planned: Callable[[], None],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._database, self._adapters, self._clock, self._sleep = database, adapters, clock, sleep
        self._endings = Endings(database, aftermath)
        self._planned = planned

    async def expire(self) -> None:
        """Turn the claims of processes that ended, or froze, into unknown deliveries."""
        at = self._clock()

        def expiring(session: Session) -> tuple[int, Sequence[Ended]]:
            ended = reconciling.expire(session, at)
            return len(ended), ended

        if number := await self._endings.settle("pump|expire", expiring, at):
            _LOG.warning("deliveries were interrupted: it's unknown whether they arrived", number=number)
            self._planned()  # what waited behind them goes on

    async def look(self) -> None:
        """Settle what is unknown, as far as it can be. A platform that can't be asked now is asked again later."""
        await self.expire()
        began = self._clock()
        while True:
            taking = partial(reconciling.doubted, at=self._clock(), limit=_AT_ONCE)
            doubted = await self._database.write("pump|doubted", taking)
            by_workspace = defaultdict(list)
            for unknown in doubted:
                by_workspace[unknown.reference.platform, unknown.reference.tenant].append(unknown)
            for error in await asyncio.gather(*map(self._settle_all, by_workspace.values()), return_exceptions=True):
                if error is not None:
                    raise error
            if len(doubted) < _AT_ONCE or self._clock() - began >= _LONGEST:
                return  # the next look goes on

    async def _settle_all(self, doubted: Sequence[Unknown]) -> None:
        """Settle what is unknown of one workspace, a while apart: what it takes is for those who send."""
        for number, unknown in enumerate(doubted):
            adapter = self._adapters.get(unknown.reference.platform)
            if number and adapter is not None and adapter.can_look:
                await self._sleep(_APART)
            try:
                await self._settle(unknown)
            except DeliveryError as error:
                _LOG.warning("a delivery couldn't be looked for", key=str(unknown.key), permanent=error.permanent, reason=str(error))
                if error.retry_after is not None:
                    return  # this workspace wants to be left alone for a while
            except StorageError:
                raise
            except Exception:  # else the same one would hold up all that follow it, at each look
                _LOG.exception("a delivery couldn't be looked for", key=str(unknown.key))

    async def _settle(self, unknown: Unknown) -> None:
        adapter = self._adapters.get(unknown.reference.platform)
        if adapter is None:
            return  # off here; whoever serves it looks
        if adapter.can_look:
            await self._look_for(adapter, unknown)
        elif unknown.doubt is Doubt.RESEND:
            at = self._clock()
            if await self._database.write(_cause(unknown), lambda session: reconciling.resend(session, unknown.key, at)):
                self._planned()

    async def _look_for(self, adapter: Adapter, unknown: Unknown) -> None:
        outgoing = Outgoing(key=unknown.key, reference=unknown.reference, message=unknown.message, user=unknown.user, tapped=unknown.tapped)
        message_id = await adapter.find(outgoing)
        at = self._clock()
        await self._endings.settle(_cause(unknown), _settling(unknown, message_id, at), at, [(unknown.cause_kind, unknown.cause_id)])
        self._planned()  # it's to be sent again, or a change of it is due


def _cause(unknown: Unknown) -> str:
    return f"{unknown.cause_kind}|{unknown.cause_id}"


def _settling(unknown: Unknown, message_id: str | None, at: datetime) -> Callable[[Session], tuple[None, Sequence[Ended]]]:
    def settle(session: Session) -> tuple[None, Sequence[Ended]]:
        key = unknown.key
        ended = reconciling.missed(session, key, at) if message_id is None else reconciling.found(session, key, message_id, at)
        return None, () if ended is None else (ended,)

    return settle
