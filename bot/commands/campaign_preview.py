"""`pourqui campaign preview`: the dry run, who would get what and when, and who wouldn't and why; nothing is planned."""

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated, Final, assert_never
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import now
from bot.commands.cells import harmless, printable
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.public_holidays import hours_for
from dialogs.audience import LeftOut
from dialogs.campaign import Campaign
from dialogs.campaign_foresight import Foreseen, Prospect, count_reach, foresee
from dialogs.campaigning import Reach
from dialogs.catalog import Language
from dialogs.delivery import Reason
from dialogs.gates import Hours
from dialogs.texts import Texts
from storage import Session, addressees, campaigns

SHOWN: Final = 20  # people of the table; the CSV has all
_ENDLESS: Final = timedelta(days=365)  # how far a draft without a period is foreseen
_COLUMNS: Final = ("email", "name", "left_out", "arm", "step", "variant", "at", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a dry run needs: the campaign, from when to when (UTC), when each may be written to, the company's language and zone."""

    campaign: Campaign
    begins: datetime
    ends: datetime
    at: datetime
    hours: Hours
    language: Language
    timezone: str


def add_preview(app: typer.Typer, t: Texts) -> None:
    """Add the command to those of the campaigns."""

    @app.command(help=t("Dry run: who would get which message when, and who wouldn't and why. Nothing is planned."))
    def preview(
        name: Annotated[str, typer.Argument(help=t("the campaign's name"))],
        as_csv: Annotated[bool, typer.Option("--csv", help=t("print one row for each person and message, as CSV"))] = False,
        limit: Annotated[int | None, typer.Option(min=1, help=t("how many people are listed"))] = None,
    ) -> None:
        preview_campaign(name, as_csv=as_csv, limit=limit)


def preview_campaign(name: str, *, as_csv: bool, limit: int | None) -> None:
    """Print the dry run of a campaign, its totals first; CSV holds everybody unless it's limited."""
    t, chosen, at = words(), settings(), now()
    hours = hours_for(chosen)

    def reading(session: Session) -> Reach | None:
        kept = campaigns.load(session, name)
        if kept is None:
            return None
        period = kept.campaign.period
        begins, ends = (at, at + _ENDLESS) if period is None else campaigns.bounds(period, chosen.timezone)
        run = DryRun(
            campaign=kept.campaign,
            begins=max(begins, at),
            ends=ends,
            at=at,
            hours=hours,
            language=chosen.language,
            timezone=chosen.timezone,
        )
        reach = _reach(session, run)
        found = islice(_prospects(session, run, reach.people), limit if as_csv else limit or SHOWN)
        if as_csv:
            _write_csv(found)
        else:
            _show(t, run, reach, found)
        return reach

    reach = with_database(lambda database: database.snapshot(reading))
    if reach is None:
        fail(t("There's no campaign {name}: pourqui campaign list", name=repr(name)), 2)


def _reach(session: Session, run: DryRun) -> Reach:
    """Count everybody first: how many there are decides how long the waves last."""
    asked = addressees.asked_for(run.campaign, run.at, run.language)
    return count_reach(run.campaign, (one for page in addressees.pages(session, asked) for one in page))


def _prospects(session: Session, run: DryRun, people: int) -> Iterator[Prospect]:
    for page in addressees.pages(session, addressees.asked_for(run.campaign, run.at, run.language)):
        for one in page:
            yield foresee(run.campaign, one, run.begins, run.ends, run.hours(one.timezone), people)


def _show(t: Texts, run: DryRun, reach: Reach, found: Iterator[Prospect]) -> None:
    if run.campaign.period is None:
        say(t("It has no period yet: this is what would happen if it began now."))
    if reach.people == 0:
        say(t("Nobody is in its audience as things stand: a campaign for nobody ends as soon as it starts. Change whom it's for."))
    table = Table(t("People"), t("Number"))
    for told, number in _totals(t, reach):
        table.add_row(told, str(number))
    console = Console(markup=False, emoji=False)
    console.print(table)
    console.print(_people(t, run, found))
    say(t("--csv prints everybody, --limit says how many."))


def _totals(t: Texts, reach: Reach) -> Iterator[tuple[str, int]]:
    yield t("in the audience"), reach.people
    yield t("of them, the comparison group: they get the surveys alone"), reach.held_out
    yield t("of them, the bot can't write to: they never spoke to it"), reach.unreachable
    yield t("of them, want to be left in peace"), reach.paused
    yield t("of them, are at the last message's stage already"), reach.there
    for variant, number in sorted(reach.variants.items()):
        yield (t("get variant {variant} of the first message", variant=variant) if variant else t("get the first message as it is")), number
    for why, number in sorted(reach.left_out.items()):
        yield t("left out: {why}", why=why), number


def _people(t: Texts, run: DryRun, found: Iterator[Prospect]) -> Table:
    table = Table(t("Who"), t("What"), t("Variant"), t("When"))
    for prospect in found:
        who = printable(f"{prospect.one.name} <{prospect.one.email}>")
        if prospect.left_out is not None:
            table.add_row(who, _left_out(t, prospect.left_out), "", "")
        elif not prospect.steps:
            table.add_row(who, t("comparison group: no message"), "", "")
        for number, each in enumerate(prospect.steps):
            step = t("{step} (comparison group)", step=each.step) if prospect.arm == "control" else each.step
            table.add_row("" if number else who, step, each.variant or "", _when(t, each, prospect.one.timezone or run.timezone))
    return table


def _left_out(t: Texts, why: LeftOut) -> str:
    match why:
        case "guest":
            return t("left out: a guest")
        case "excluded":
            return t("left out: excluded")
        case "outside":
            return t("left out: not in the audience")
        case _:
            assert_never(why)


def _when(t: Texts, foreseen: Foreseen, timezone: str) -> str:
    if foreseen.skipped is not None:
        return t("skipped: {reason}", reason=_REASONS[foreseen.skipped](t))
    if foreseen.at is None:
        return t("once the evidence it waits for is there")
    return foreseen.at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z")


_REASONS: Final[dict[Reason, Callable[[Texts], str]]] = {
    Reason.OVER: lambda t: t("the campaign is over by then"),
    Reason.UNREACHABLE: lambda t: t("the bot can't write to them"),
    Reason.PAUSED: lambda t: t("they want to be left in peace"),
    Reason.ALREADY_THERE: lambda t: t("they're at its stage already"),
}


def _write_csv(found: Iterator[Prospect]) -> None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for prospect in found:
        who = (harmless(prospect.one.email), harmless(prospect.one.name))
        if not prospect.steps:
            rows.writerow((*who, prospect.left_out or "", "" if prospect.left_out else prospect.arm, "", "", "", ""))
        for each in prospect.steps:
            at = "" if each.at is None else each.at.isoformat()
            rows.writerow((*who, "", prospect.arm, each.step, each.variant or "", at, "" if each.skipped is None else each.skipped.value))
