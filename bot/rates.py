"""Rates: what this process sends to each workspace, and how much of the platform's limit that takes."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

OVER: Final = 10.0  # seconds that a rate is of
KEPT: Final = 3600.0  # seconds after the last send for which a workspace is shown
_LABELS: Final = ("platform", "tenant")


@dataclass(slots=True, kw_only=True)
class _Sends:
    """What went to one workspace: in all, and when, within `OVER`; `limit` is what its platform takes of all processes in a second."""

    limit: int
    total: int = 0
    last: float = 0.0
    recent: deque[float] = field(default_factory=deque)

    def share(self, at: float) -> float:
        """Return the part of the limit that was taken lately."""
        while self.recent and self.recent[0] <= at - OVER:
            self.recent.popleft()
        return len(self.recent) / OVER / self.limit


class Rates(Collector):
    """Counts what is sent, edits and recalls included, and shows it as it's scraped; `monotonic` is what time passes by, where it's simulated."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._sends: dict[tuple[str, str], _Sends] = {}

    def count(self, platform: str, tenant: str, limit: int) -> None:
        """Count a request that goes to a workspace now, whatever comes of it."""
        at = self._monotonic()
        sends = self._sends.setdefault((platform, tenant), _Sends(limit=limit))
        sends.total, sends.last = sends.total + 1, at
        sends.share(at)  # so that one that nobody scrapes doesn't grow
        sends.recent.append(at)

    def collect(self) -> Iterator[Metric]:
        """Show each workspace to which something went within the hour."""
        at = self._monotonic()
        self._sends = {workspace: sends for workspace, sends in self._sends.items() if at - sends.last < KEPT}
        totals = CounterMetricFamily("pourqui_workspace_sends", "What this process sent to a workspace, edits included", labels=_LABELS)
        shares = GaugeMetricFamily("pourqui_workspace_rate", "This process's share of the platform's limit, over 10 s", labels=_LABELS)
        for workspace, sends in self._sends.items():
            totals.add_metric(workspace, sends.total)
            shares.add_metric(workspace, sends.share(at))
        yield totals
        yield shares
