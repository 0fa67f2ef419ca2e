"""How often a bot may call the Bot Connector: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit."""

import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many calls in any period of so many seconds."""

    calls: int
    seconds: float


TENANT_LIMIT = Limit(calls=50, seconds=1)  # of an app in a tenant, whatever it calls
CONVERSATION_LIMITS = (Limit(calls=7, seconds=1), Limit(calls=1_800, seconds=3_600))  # of messages sent, changed or deleted in a conversation


class RateLimits:
    """Counts the calls that were let through; `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.throttled = 0
        self._clock = clock
        self._calls: defaultdict[tuple[str | None, Limit], deque[float]] = defaultdict(deque)

    def wait(self, conversation: str | None) -> int | None:
        """Let a call through (None), or say after how many seconds it may be tried again. `conversation` is where it sends to, if it sends."""
        now = self._clock()
        counted = list(self._counted(conversation))
        waits = [self._wait(calls, limit, now) for calls, limit in counted]
        if any(waits):
            self.throttled += 1
            return math.ceil(max(waits))
        for calls, _ in counted:
            calls.append(now)
        return None

    def _counted(self, conversation: str | None) -> Iterator[tuple[deque[float], Limit]]:
        yield self._calls[None, TENANT_LIMIT], TENANT_LIMIT
        if conversation is not None:
            for limit in CONVERSATION_LIMITS:
                yield self._calls[conversation, limit], limit

    @staticmethod
    def _wait(calls: deque[float], limit: Limit, now: float) -> float:
        while calls and calls[0] <= now - limit.seconds:
            calls.popleft()
        return calls[0] + limit.seconds - now if len(calls) >= limit.calls else 0
