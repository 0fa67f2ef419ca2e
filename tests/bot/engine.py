"""The engine alone, under test: no platform, no pump, office hours all year."""

from collections.abc import Callable

from bot.clock import Clock, now
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from bot.sealed import Seal
from bot.tasks import Tasks
from bot.turns import Turns
from dialogs.catalog import Language
from dialogs.working_time import COMPANY_HOURS
from storage.database import Database


def engine(
    database: Database,
    known: Knowledge,
    *,
    language: Language = "fr",
    metrics: Metrics | None = None,
    clock: Clock = now,
    planned: Callable[[], None] = lambda: None,
    seal: Seal | None = None,
) -> Turns:
    """Return the engine over a database and what the program knows."""
    return Turns(
        database,
        known,
        both_languages(),
        company_language=language,
        metrics=metrics or Metrics(),
        spawn=Tasks().spawn,
        now=clock,
        hours=lambda _: COMPANY_HOURS,
        planned=planned,
        seal=seal,
    )
