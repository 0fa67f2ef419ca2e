"""Publication: what is over for good is published, function by function, period by period."""

from functools import partial

import structlog

from bot.clock import Clock
from storage import publication
from storage.database import Database

_LOG = structlog.stdlib.get_logger(__name__)


class Publications:
    """A coarse job, which may be done twice, by several processes at once, to no effect. `timezone` is the company's (IANA)."""

    def __init__(self, database: Database, clock: Clock, *, timezone: str) -> None:
        self._database = database
        self._clock = clock
        self._timezone = timezone

    async def publish(self) -> None:
        """Publish every period that waits for it, the oldest first, each in a transaction of its own."""
        at = self._clock()
        for function in await self._database.read(partial(publication.due, at=at, timezone=self._timezone)):
            body = partial(publication.publish_next, function=function, at=at, timezone=self._timezone)
            while (published := await self._database.write(publication.publishing(function), body)) is not None:
                _LOG.info("scores published", function=function, grain=published.grain, begins=published.begins.isoformat(), shown=published.shown)
