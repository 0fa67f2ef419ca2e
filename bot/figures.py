"""Figures: what /metrics shows of the database, counted by each process for itself."""

from bot.clock import Clock
from bot.metrics import Metrics
from bot.runner import Runner
from storage import Session, deliveries, leases, processes
from storage.database import Database
from storage.errors import UnavailableError
from storage.leases import Lease
from storage.processes import Process


class Figures:
    """Looks at the ledger now and then, since that counts all of its rows, and often at what shows within seconds whether the work goes on."""

    def __init__(self, database: Database, metrics: Metrics, runner: Runner, clock: Clock) -> None:
        self._database, self._metrics, self._runner, self._clock = database, metrics, runner, clock

    async def count(self) -> None:
        """Show how the ledger stands."""
        self._metrics.show_ledger(await self._database.read(deliveries.counts))

    async def look(self) -> None:
        """Show who is alive, how old the leases are, and what is queued; nothing of it where the database is away, for old figures would lie."""
        at = self._clock()

        def fleet(session: Session) -> tuple[list[Process], list[Lease]]:
            return processes.alive(session, at), leases.ages(session, at)

        try:
            self._metrics.show_fleet(*await self._database.read(fleet))
            if (figures := await self._runner.figures()) is not None:
                self._metrics.show_queue(figures)
        except UnavailableError:
            self._metrics.forget_fleet()
            raise
