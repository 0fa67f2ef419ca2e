"""How much Slack takes of one app: a message a second in a channel, some requests a second in a workspace.

docs.slack.dev/apis/web-api/rate-limits tells the first; the second is what workspaces are seen to take.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable

_WINDOW = 1.0  # seconds, rolling
POSTING = ("chat.postMessage", "chat.postEphemeral")


class Limits:
    """Those limits by a clock in seconds, which may be a test's own. What is refused doesn't count."""

    def __init__(self, clock: Callable[[], float], *, channel: int = 1, workspace: int = 20) -> None:
        self._clock, self._channel, self._workspace = clock, channel, workspace
        self._taken: dict[str, deque[float]] = defaultdict(deque)

    def wait(self, method: str, channel: str | None) -> int | None:
        """Take a call, or return in how many seconds it may be made again."""
        now = self._clock()
        rules = [("", self._workspace)]
        if method in POSTING and channel is not None:
            rules.append((channel, self._channel))
        waits = [self._taken[name][0] + _WINDOW - now for name, most in rules if self._since(name, now) >= most]
        if waits:
            return max(1, math.ceil(max(waits)))
        for name, _ in rules:
            self._taken[name].append(now)
        return None

    def _since(self, name: str, now: float) -> int:
        taken = self._taken[name]
        while taken and taken[0] <= now - _WINDOW:
            taken.popleft()
        return len(taken)
