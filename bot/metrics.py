"""Prometheus metrics of one application."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from storage.deliveries import Count, by_status

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """What an operator watches; a registry each, so that two applications in one process (tests) don't add up."""

    def __init__(self) -> None:
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

    def show_ledger(self, counts: Sequence[Count]) -> None:
        """Show how the ledger stands; a status that no row has any more disappears."""
        self.deliveries.clear()
        for (status, reason), number in by_status(counts).items():
            self.deliveries.labels(status, reason).set(number)
