"""`pourqui campaign report`."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.campaign_page import Report, lines, page
from bot.clock import now
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.pictures import svg
from dialogs.campaign import CampaignStatus, Kept
from dialogs.outcome import outcome
from dialogs.texts import Texts
from dialogs.verdict_chart import chart
from dialogs.verdict_words import progress
from storage import Session, campaigns, catalog, outcomes, plain
from storage.database import Database

_STARTED = (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.FINISHED)


def add_report(app: typer.Typer, t: Texts) -> None:
    """Add the command to those of the campaigns."""

    @app.command(help=t("Print what a campaign came to; before its end, how it goes."))
    def report(
        name: Annotated[str, typer.Argument(metavar="NAME", help=t("the campaign's name"))],
        html: Annotated[str | None, typer.Option("--html", metavar="PATH|-", help=t("write it as a page into this file, or print it (-)"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=t("print it as JSON"))] = False,
    ) -> None:
        print_report(name, html=html, as_json=as_json)


def print_report(name: str, *, html: str | None, as_json: bool) -> None:
    """Print a campaign's report; end with 2 where there's no such campaign, or for two forms at once, with 1 where the file can't be written."""
    t = words()
    settings(log_level="warning")
    if html is not None and as_json:
        fail(t("--html or --json: choose one."), 2)
    at = now()

    async def reading(database: Database) -> Report:
        return await database.snapshot(lambda session: _report(session, t, name.strip(), at))

    found = with_database(reading)
    if as_json:
        say(json.dumps(_as_json(found), ensure_ascii=False))
    elif html is None:
        for line in lines(t, found):
            say(line)
    else:
        _write(t, html, page(t, _drawn(t, found), at))


def _report(session: Session, t: Texts, name: str, at: datetime) -> Report:
    known, kept = catalog.latest(session), campaigns.load(session, name)
    if kept is None:
        there = sorted(each.campaign.name for each in campaigns.of_functions(session))
        fail(t("There's no campaign {name}; there are {choices}.", name=repr(name), choices=", ".join(there) or "–"), 2)
    function = known[1].function(kept.campaign.function) if known else None
    if known is None or function is None:
        fail(t("The catalogue has no function {slug} any more, whose campaign it is.", slug=repr(kept.campaign.function)))
    report = Report(kept=kept, function=function, company=known[1].company, verdict=outcomes.verdict_of(session, name))
    return report if report.verdict is not None else replace(report, progress=_progress(session, t, kept, at))


def _progress(session: Session, t: Texts, kept: Kept, at: datetime) -> tuple[str, ...]:
    """Say how a campaign goes that has no verdict (yet)."""
    stage, target = kept.campaign.objective.stage, kept.campaign.objective.target
    if kept.status is CampaignStatus.CANCELLED:
        return (t("It was cancelled, so there's no verdict."),)
    if kept.status not in _STARTED or stage is None or target is None:
        return (t("It hasn't started yet."),)
    if kept.status is CampaignStatus.FINISHED:
        return (t("It's over. What it came to is reckoned within the hour."),)
    treated = outcome(outcomes.members(session, kept, at), stage).treated
    return progress(t, treated.before, treated.after, stage, target)


def _drawn(t: Texts, report: Report) -> Report:
    drawing = chart(t, report.kept.campaign.titles.to(t.language), report.verdict) if report.verdict else None
    return replace(report, drawing=(svg(drawing.spec, t.language), drawing.alt)) if drawing else report


def _as_json(report: Report) -> dict[str, Any]:
    kept = report.kept
    return {
        "campaign": kept.campaign.name,
        "function": kept.campaign.function,
        "status": kept.status.value,
        "started_at": kept.started_at.isoformat() if kept.started_at else None,
        "ended_at": kept.ended_at.isoformat() if kept.ended_at else None,
        "progress": list(report.progress),
        "verdict": json.loads(plain.write_verdict(report.verdict)) if report.verdict else None,
    }


def _write(t: Texts, where: str, content: str) -> None:
    if where == "-":
        say(content)
        return
    try:
        Path(where).write_text(content, encoding="utf-8")
    except OSError as error:
        fail(t("{file} can't be written: {reason}", file=where, reason=error.strerror))
    say(where)
