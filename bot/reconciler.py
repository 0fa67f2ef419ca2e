"""The reconciler: what may have arrived is looked for, or settled by its policy."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from adapters.port import Adapter, DeliveryError, Outgoing
from bot.clock import Clock, Sleep
from bot.endings import Aftermath, Endings
from dialogs.delivery import Ended
from storage import Session, reconciling
from storage.database import Database
from storage.errors import StorageError
from storage.reconciling import Unknown

_AT_ONCE: Final = 10  # deliveries of one workspace, taken by one look at the ledger: they're looked for long before they'd come round again
_LONGEST: Final = timedelta(seconds=25)  # of one look, before the clock asks for the next, which sees what has come to be in doubt by then
_APART: Final = timedelta(seconds=1.5)  # between two that are looked for in a workspace: 80 % of the 50 a minute at which Slack shows a history

_LOG = structlog.stdlib.get_logger(__name__)


class Reconciler:
    """Asks the platforms that can be asked, outside any transaction, in turns that all processes share with those who send.

    `planned` is called when something is to be sent again.
    """

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
        self._asked = frozenset(name for name, adapter in adapters.items() if adapter.can_look)
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
        until = self._clock() + _LONGEST
        finding = partial(reconciling.in_doubt, at=self._clock(), served=self._adapters.keys(), asked=self._asked)
        workspaces = await self._database.read(finding)
        for error in await asyncio.gather(*(self._settle_all(*workspace, until) for workspace in workspaces), return_exceptions=True):
            if error is not None:
                raise error

    async def _settle_all(self, platform: str, tenant: str, until: datetime) -> None:
        """Settle what is unknown of one workspace, a while apart: what it takes is for those who send. Workspaces don't wait for each other."""
        while self._clock() < until:  # the next look goes on
            taking = partial(reconciling.doubted, platform=platform, tenant=tenant, at=self._clock(), asked=self._asked, limit=_AT_ONCE)
            doubted = await self._database.write(f"pump|doubted|{platform}|{tenant}", taking)
            for unknown in doubted:
                if platform in self._asked and not await self._has_turn(platform, tenant):
                    return
                if not await self._is_done_with(unknown):
                    return
            if len(doubted) < _AT_ONCE:
                return

    async def _has_turn(self, platform: str, tenant: str) -> bool:
        """Wait until a workspace may be asked again, whoever asked it last; False where it wants to be left alone for longer than a look lasts."""
        at = self._clock()
        while True:
            taking = partial(reconciling.take_turn, platform=platform, tenant=tenant, at=at, apart=_APART)
            opens = await self._database.write(f"pump|doubted|{platform}|{tenant}", taking)
            if opens is None:
                return True
            if opens - at > _LONGEST:
                return False
            await self._sleep((opens - at).total_seconds())
            at = max(opens, self._clock())

    async def _is_done_with(self, unknown: Unknown) -> bool:
        """Settle it, if that can be done now; tell whether others of its workspace may follow, False where it wants to be left alone for a while."""
        try:
            await self._settle(unknown)
        except DeliveryError as error:
            _LOG.warning("a delivery couldn't be looked for", key=str(unknown.key), permanent=error.permanent, reason=str(error))
            return error.retry_after is None
        except StorageError:
            raise
        except Exception:  # else the same one would hold up all that follow it, at each look
            _LOG.exception("a delivery couldn't be looked for", key=str(unknown.key))
        return True

    async def _settle(self, unknown: Unknown) -> None:
        adapter = self._adapters[unknown.reference.platform]
        if adapter.can_look:
            await self._look_for(adapter, unknown)
            return
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
