"""Retention as a nightly job: what has been kept for its time goes, a little at a time, so that no turn waits for it."""

from collections import Counter
from collections.abc import Mapping
from functools import partial

import structlog

from bot.clock import Clock
from bot.settings import Settings
from dialogs.ladder import Stage
from storage import retention
from storage.database import Database
from storage.retention import AT_ONCE, Kind

_STAGES = len(Stage) - 1  # that one after the other are lost without new evidence
_LOG = structlog.stdlib.get_logger(__name__)


def kept_days(settings: Settings) -> Mapping[Kind, int]:
    """Return for how many days each kind is kept; 0 is for ever."""
    return {
        "questions": settings.keep_questions,
        "events": settings.keep_events,
        "deliveries": settings.keep_deliveries,
        "comments": settings.keep_comments,
        "words": settings.keep_words,
        "files": settings.keep_files,
        "campaigns": settings.keep_campaigns,
        # until then, it may be what the standing is reckoned from
        "evidence": settings.keep_evidence and max(settings.keep_evidence, _STAGES * settings.stage_days),
    }


class Retention:
    """One coarse job, which may be done twice, by several processes at once, to no effect."""

    def __init__(self, database: Database, keep: Mapping[Kind, int], clock: Clock) -> None:
        self._database = database
        self._keep = keep
        self._clock = clock

    async def look(self) -> None:
        """Let go of what is due."""
        await self.let_go()

    async def let_go(self) -> Mapping[str, int]:
        """Let go of what is due; return how many rows of each table."""
        gone = Counter[str]()
        for rule, before in retention.timed(self._keep, self._clock()):
            while True:
                count = await self._database.write("retention", partial(retention.let_go, rule=rule, before=before))
                gone[rule.table] += count
                if count < AT_ONCE:
                    break
        gone = +gone
        if gone:
            _LOG.info("let go of what has been kept for its time", rows=dict(gone))
        return gone
