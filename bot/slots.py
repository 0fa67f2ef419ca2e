"""When a workspace takes the next call of the pump: its slots, what is left to the calls that others make there, what a 429 asked for."""

from collections.abc import Callable, Set
from datetime import datetime
from typing import Final
from uuid import UUID

from bot.clock import Sleep
from storage.sending import Pace

_CATCHING_UP: Final = 0.95  # of the time between two messages, after which one that's late may follow another
_REPLY_CALLS: Final = 2  # that a gesture takes of its workspace, as a rule: a card changes, and something is said
_LOOK_CALLS: Final = 2  # that looking for a message takes: which conversation is somebody's own, and what was said there
_OWED: Final = 20  # of those calls at most: what was more than a second ago is over


class Slots:
    """One workspace's, by the clock that can't be set (`monotonic`, in seconds)."""

    def __init__(self, sleep: Sleep, monotonic: Callable[[], float]) -> None:
        self._sleep, self._monotonic = sleep, monotonic
        self._opens: float | None = None  # when the next call may be made
        self._stilled = 0.0  # until when the workspace wants to be left alone
        self._owed = 0  # slots that are still to be left to others
        self._noticed: Set[UUID] = frozenset()  # the gestures that the last look has found
        self._looked_at: datetime | None = None  # the reconciler's last turn that was noticed

    async def wait(self, slot: float) -> None:
        """Wait for a slot, and until the workspace takes the next call."""
        wait = max(slot, slot if self._opens is None else self._opens) - self._monotonic()
        if wait > 0:
            await self._sleep(wait)

    def take(self, pace: Pace, calls: int = 1) -> None:
        """Take the slots of so many calls, now. A process that was held up doesn't send at once what it's late with: that would be above the limit.

        As long as slots are owed to others, every other one is left to them: half of them stay, whatever people do.
        """
        left, self._owed = self._owed > 0, max(0, self._owed - 1)
        self._opens = self._monotonic() + (_CATCHING_UP + left + calls - 1) * pace.spacing.total_seconds()

    def leave(self, gestures: Set[UUID]) -> None:
        """Leave slots to the replies to gestures, which nobody paces; each counts when it's first seen, which may be well after it was heard."""
        self._owe(_REPLY_CALLS * len(gestures - self._noticed))
        self._noticed = gestures

    def leave_to_reconciler(self, looked_at: datetime | None) -> None:
        """Leave slots to the reconciler, whose last turn in this workspace was at `looked_at`."""
        self._owe(_LOOK_CALLS * (looked_at is not None and looked_at != self._looked_at))
        self._looked_at = looked_at

    def still(self, seconds: float) -> None:
        """Leave the workspace alone for so long."""
        self._stilled = self._monotonic() + max(seconds, self.stilled_for())

    def stilled_for(self) -> float:
        """Return for how many seconds the workspace still wants to be left alone; 0 or less for not at all."""
        return self._stilled - self._monotonic()

    def _owe(self, calls: int) -> None:
        self._owed = min(_OWED, self._owed + calls)
