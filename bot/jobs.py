"""The coarse jobs of this program, each by its name."""

from collections.abc import Callable, Mapping, Set
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from adapters.port import Adapter
from bot.campaigns import Campaigns
from bot.clock import Clock
from bot.digests import Digests
from bot.endings import Aftermath
from bot.evidence import Gathering
from bot.export_job import Exports
from bot.figures import Figures
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.pictures import Pictures
from bot.privacy import Retention, kept_days
from bot.prompts import Prompts
from bot.publication import Publications
from bot.reconciler import Reconciler
from bot.requests import RequestClock
from bot.runner import Job, Runner
from bot.schedule import (
    CAMPAIGNS,
    CHUNK,
    CORRECTIONS,
    DIGESTS,
    EVIDENCE,
    EXPIRE,
    EXPORTS,
    FIGURES,
    FLEET,
    PROMPTS,
    PUBLISH,
    RECONCILE,
    REQUESTS,
    RETENTION,
    STANDINGS,
    SWEEP,
    THEMES,
    VERDICTS,
    VOICES,
    WARNINGS,
    WEEKLY,
    job,
)
from bot.sealed import Seal
from bot.settings import Settings
from bot.sweep import Sweep
from bot.themes import Themes
from bot.verdicts import Verdicts
from bot.voices import PassingOn
from bot.warnings import Warnings
from bot.weekly import Weekly
from dialogs.catalog import Language
from dialogs.gates import Hours
from dialogs.texts import Texts
from dialogs.working_time import WorkingHours
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What several of them are given. `planned` is called when something was planned; `seal` is None where no key is set."""

    settings: Settings
    database: Database
    adapters: Mapping[str, Adapter]
    metrics: Metrics
    knowledge: Knowledge
    texts: Mapping[Language, Texts]
    clock: Clock
    office: Callable[[datetime], WorkingHours]
    hours: Hours
    planned: Callable[[], None]
    admins: Set[str]
    seal: Seal | None


def coarse_jobs(
    wired: Wiring, *, aftermath: Mapping[str, Aftermath], runner: Runner, alone_since: datetime | None, spread: bool, stack: ExitStack
) -> dict[str, Job]:
    """Return the jobs by name.

    `alone_since` is when this process joined, where no other one was at work then; `spread` says that several processes share the work, so that
    chunks go to the runner. What must be closed at the end goes to the `stack`.
    """
    settings, database, knowledge, said, clock = wired.settings, wired.database, wired.knowledge, wired.texts, wired.clock
    office, planned, admins, language, timezone = wired.office, wired.planned, wired.admins, settings.language, settings.timezone
    pictures = Pictures()
    stack.callback(pictures.close)
    reconciler = Reconciler(database, wired.adapters, clock, aftermath=aftermath, planned=planned)
    reminders = RequestClock(database, knowledge, said, language=language, office=office, clock=clock, planned=planned, admins=admins)
    digests = Digests(database, knowledge, said, language=language, office=office, clock=clock, planned=planned, admins=admins)
    delay = timedelta(minutes=settings.prompt_minutes)
    apart = Prompts(database, knowledge, said, language=language, timezone=timezone, delay=delay, clock=clock, planned=planned)
    voices = PassingOn(database, knowledge, said, seal=wired.seal, language=language, office=office, clock=clock, planned=planned, admins=admins)
    files = Exports(database, said, timezone=timezone, clock=clock, planned=planned, admins=admins)
    weekly = Weekly(database, knowledge, said, pictures, language=language, office=office, clock=clock, planned=planned, admins=admins)
    campaigns = Campaigns(
        database,
        knowledge,
        said,
        language=language,
        office=office,
        clock=clock,
        planned=planned,
        admins=admins,
        hours=wired.hours,
        hand_on=partial(runner.defer, CHUNK) if spread else None,
    )
    verdicts = Verdicts(database, knowledge, said, pictures, language=language, office=office, clock=clock, planned=planned, admins=admins)
    gathering = Gathering(database, clock, lasts=timedelta(days=settings.stage_days))
    warnings = Warnings(database, knowledge, said, language=language, office=office, clock=clock, planned=planned, admins=admins)
    sweep = Sweep(database, wired.adapters, wired.metrics, clock, handed=partial(runner.defer, RECONCILE), alone_since=alone_since)
    shown = Figures(database, wired.metrics, runner, clock)
    return {
        EXPIRE: job(reconciler.expire),
        RECONCILE: job(reconciler.look),
        SWEEP: job(sweep.look),
        REQUESTS: job(reminders.look),
        PROMPTS: job(apart.look),
        PUBLISH: job(Publications(database, clock, timezone=timezone).publish),
        CORRECTIONS: job(digests.tell),
        DIGESTS: job(digests.send),
        THEMES: job(Themes(database, knowledge, clock).make),
        WARNINGS: job(warnings.look),
        WEEKLY: job(weekly.send),
        RETENTION: job(Retention(database, kept_days(settings), clock).look),
        EXPORTS: job(files.look),
        EVIDENCE: job(gathering.gather),
        STANDINGS: job(gathering.lose),
        CAMPAIGNS: job(campaigns.look),
        CHUNK: campaigns.plan_chunk,
        VERDICTS: job(verdicts.look),
        VOICES: job(voices.pass_on),
        FIGURES: job(shown.count),
        FLEET: job(shown.look),
    }
