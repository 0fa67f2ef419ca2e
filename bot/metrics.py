"""Prometheus metrics of one application."""

import math
import time
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.rates import Rates
from storage.deliveries import Count, by_status
from storage.leases import Lease
from storage.processes import Process
from storage.queue import QueueFigures

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """What an operator watches; a registry each, so that two applications in one process (tests) don't add up.

    `monotonic` is what time passes by, where it's simulated.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter("pourqui_turns", "Turns taken", ["platform", "event", "outcome"], registry=self.registry)
        self.turn_seconds = Histogram("pourqui_turn_seconds", "Seconds a turn took", ["platform"], buckets=_SECONDS, registry=self.registry)
        self.failures = Counter("pourqui_failures", "Turns that failed inside and ended in an apology", ["platform"], registry=self.registry)
        self.refused = Counter("pourqui_overload_refusals", "Requests refused because too many were under way", registry=self.registry)
        self.swept = Counter("pourqui_swept_replies", "Held back replies, by what became of them", ["outcome"], registry=self.registry)
        self.deliveries = Gauge("pourqui_deliveries", "Rows of the ledger, by status and reason", ["status", "reason"], registry=self.registry)
        self.sends = Counter("pourqui_sends", "What the pump did, by platform and outcome", ["platform", "outcome"], registry=self.registry)
        self.catalogue_version = Gauge("pourqui_catalogue_version", "Number of the catalogue version that answers", registry=self.registry)
        self.index_seconds = Gauge("pourqui_index_build_seconds", "Seconds the last index build took", registry=self.registry)
        self.fallbacks = Counter(
            "pourqui_encoder_fallbacks", "Questions that the bundled encoder understood in the endpoint's place", registry=self.registry
        )
        self.encoder_down = Gauge("pourqui_encoder_down", "1 while an endpoint is set and doesn't answer", registry=self.registry)

        self.rates = Rates(monotonic)
        self.registry.register(self.rates)
        self.on_duty = Gauge("pourqui_on_duty", "1 while this process sends and does coarse jobs", registry=self.registry)
        self.processes = Gauge("pourqui_processes", "Processes that are alive, by role", ["role"], registry=self.registry)
        self.lease_age = Gauge(
            "pourqui_lease_age_seconds", "Seconds since the lease on a workspace was renewed", ["platform", "tenant"], registry=self.registry
        )
        self.jobs = Gauge("pourqui_jobs", "Coarse jobs of the queue, by state", ["job", "state"], registry=self.registry)
        self.jobs_stalled = Gauge("pourqui_jobs_stalled", "Coarse jobs whose worker gives no sign of life", registry=self.registry)
        self.jobs_oldest = Gauge("pourqui_jobs_oldest_seconds", "Seconds for which a coarse job has been waiting", registry=self.registry)

    def show_ledger(self, counts: Sequence[Count]) -> None:
        """Show how the ledger stands; a status that no row has any more disappears."""
        self.deliveries.clear()
        for (status, reason), number in by_status(counts).items():
            self.deliveries.labels(status, reason).set(number)

    def show_fleet(self, processes: Sequence[Process], leases: Sequence[Lease]) -> None:
        """Show who is alive, and how the leases on the workspaces stand."""
        self.processes.clear()
        for role in ("serve", "worker"):
            self.processes.labels(role).set(sum(process.role == role for process in processes))
        self.lease_age.clear()
        for lease in leases:
            self.lease_age.labels(lease.platform, lease.tenant).set(lease.age.total_seconds())

    def show_queue(self, figures: QueueFigures) -> None:
        """Show how the queue stands; a job of which there's none any more disappears."""
        self.jobs.clear()
        for state, numbers in (("waiting", figures.waiting), ("running", figures.running)):
            for job, number in numbers.items():
                self.jobs.labels(job, state).set(number)
        self.jobs_stalled.set(figures.stalled)
        self.jobs_oldest.set(figures.oldest_seconds or 0)

    def forget_fleet(self) -> None:
        """Show nothing of what can't be known while the database is away: no number is a value too."""
        for gauge in (self.processes, self.lease_age, self.jobs):
            gauge.clear()
        for gauge in (self.jobs_stalled, self.jobs_oldest):
            gauge.set(math.nan)
