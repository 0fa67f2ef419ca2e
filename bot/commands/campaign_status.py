"""`pourqui campaign status|deliveries`: how what a campaign says stands, and each of its rows in the ledger."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Final

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bot.clock import now
from bot.commands.campaign_moves import add_moves
from bot.commands.delivery_csv import write_csv
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.limits import paces
from dialogs.campaign import OVER, CampaignStatus, Kept
from dialogs.campaigning import Tally
from dialogs.delivery import Status
from dialogs.texts import Texts
from storage import Session, campaigns, tallies
from storage.database import Database
from storage.deliveries import Line

_SECOND: Final = 1.0
_BAR: Final = 60  # characters


def add_status(app: typer.Typer, t: Texts) -> None:
    """Add the commands to those of the campaigns."""
    one = Annotated[str, typer.Argument(metavar="NAME", help=t("the campaign's name"))]

    @app.command("status", help=t("Show how its messages stand: each one that was targeted is planned, sent, skipped for a reason, …"))
    def show_status(
        name: one,
        watch: Annotated[bool, typer.Option("--watch", help=t("again each second, until the campaign is over or Ctrl+C"))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=t("print JSON"))] = False,
    ) -> None:
        status(name, watch=watch, as_json=as_json)

    @app.command("deliveries", help=t("List its messages, one a line, without their words."))
    def list_lines(name: one, as_csv: Annotated[bool, typer.Option("--csv", help=t("print CSV"))] = False) -> None:
        list_deliveries(name, as_csv=as_csv)

    add_moves(app, t)


def status(name: str, *, watch: bool, as_json: bool) -> None:
    """Show how a campaign's deliveries stand; end with 1 for no such campaign, or where they don't add up."""
    t, spacing = words(), {platform: pace.spacing for platform, pace in paces(settings().pace_share).items()}

    def reading(session: Session) -> tuple[Kept | None, Tally]:
        return campaigns.load(session, name), tallies.tally(session, name, now(), spacing=spacing)

    async def read(database: Database) -> tuple[Kept, Tally]:
        kept, tally = await database.read(reading)
        if kept is None:
            fail(t("There's no campaign {name}: pourqui campaign list", name=repr(name)))
        return kept, tally

    console = Console(markup=False, emoji=False, highlight=False)
    if watch and not as_json:
        with suppress(KeyboardInterrupt):
            kept, tally = with_database(lambda database: watched(t, console, lambda: read(database)))
            _refuse_imbalance(t, kept, tally)
        return
    kept, tally = with_database(read)
    if as_json:
        say(json.dumps(_plain(kept, tally), ensure_ascii=False))
    else:
        console.print(_shown(t, kept, tally))
    _refuse_imbalance(t, kept, tally)


async def watched(
    t: Texts, console: Console, read: Callable[[], Awaitable[tuple[Kept, Tally]]], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> tuple[Kept, Tally]:
    """Show how a campaign stands, each second until it's over; in a pipe, a line each time that something moved."""
    kept, tally = await read()
    if console.is_terminal:
        with Live(_shown(t, kept, tally), console=console, auto_refresh=False) as live:
            while kept.status not in OVER:
                await sleep(_SECOND)
                kept, tally = await read()
                live.update(_shown(t, kept, tally), refresh=True)
        return kept, tally
    said = ""
    while True:
        if said != (said := f"{kept.status.value}: {identity(tally)}"):
            say(said)
            sys.stdout.flush()
        if kept.status in OVER:
            return kept, tally
        await sleep(_SECOND)
        kept, tally = await read()


def identity(tally: Tally) -> str:
    """Write the ledger's identity out: targeted = planned + sending + sent + failed + skipped + unknown, each with its reasons."""
    terms = []
    for each in Status:
        reasons = sorted((number, reason) for (status_, reason), number in tally.by.items() if status_ == each and reason)
        why = ", ".join(f"{reason} {number}" for number, reason in reversed(reasons))
        terms.append(f"{each.value} {tally.count(each)}" + (f" ({why})" if why else ""))
    return f"targeted {tally.targeted} = {' + '.join(terms)}"


def _shown(t: Texts, kept: Kept, tally: Tally) -> RenderableType:
    name, function = kept.campaign.name, kept.campaign.function
    under_way = tally.count(Status.PLANNED) + tally.count(Status.SENDING)
    done = max(0, tally.targeted - under_way)
    lines = [
        t("{name} ({function}), version {version}: {status}", name=name, function=function, version=kept.version, status=kept.status.value),
        t(
            "{people} get its messages, {held} are the comparison group and get its surveys only.",
            people=t.many("{number} person", "{number} people", tally.members),
            held=tally.held_out,
        ),
        identity(tally),
    ]
    below = []
    if tally.to_come:
        below.append(t.many("{number} more follows the others.", "{number} more follow the others.", tally.to_come))
    if tally.recalled or tally.corrected:
        below.append(t("Of those sent, {recalled} were taken back and {corrected} corrected.", recalled=tally.recalled, corrected=tally.corrected))
    if tally.ends_about is not None and kept.status is not CampaignStatus.PAUSED:
        below.append(t("The last one that is planned is expected to go about {time}.", time=_time(tally.ends_about)))
    bar = ProgressBar(total=max(1, tally.targeted), completed=done, width=_BAR)
    return Group(*map(Text, lines), bar, *map(Text, below), *([_steps(t, kept, tally)] if tally.sent_by_step else []))


def _steps(t: Texts, kept: Kept, tally: Tally) -> Table:
    table = Table(t("Step"), t("Sent"), t("Responses"))
    written = [step.id for step in kept.campaign.steps]
    for step in [*written, *sorted(set(tally.sent_by_step) - set(written))]:
        said = ", ".join(f"{does} {number}" for (of, does), number in sorted(tally.responses.items()) if of == step)
        table.add_row(step, str(tally.sent_by_step.get(step, 0)), said)
    return table


def _plain(kept: Kept, tally: Tally) -> dict[str, object]:
    return {
        "campaign": kept.campaign.name,
        "function": kept.campaign.function,
        "version": kept.version,
        "status": kept.status.value,
        "targeted": tally.targeted,
        "balanced": tally.is_balanced,
        "deliveries": [{"status": status_, "reason": reason or None, "number": number} for (status_, reason), number in sorted(tally.by.items())],
        "to_come": tally.to_come,
        "members": tally.members,
        "held_out": tally.held_out,
        "sent_by_step": dict(sorted(tally.sent_by_step.items())),
        "responses": [{"step": step, "does": does, "number": number} for (step, does), number in sorted(tally.responses.items())],
        "recalled": tally.recalled,
        "corrected": tally.corrected,
        "ends_about": None if tally.ends_about is None else tally.ends_about.isoformat(),
    }


def _refuse_imbalance(t: Texts, kept: Kept, tally: Tally) -> None:
    if not tally.is_balanced:
        fail(
            t(
                "The messages of {name} don't add up: {targeted} were targeted, {rows} are in the ledger. Run pourqui doctor.",
                name=kept.campaign.name,
                targeted=tally.targeted,
                rows=sum(tally.by.values()),
            )
        )


def list_deliveries(name: str, *, as_csv: bool) -> None:
    """Print a campaign's rows of the ledger, in the order in which they were planned; end with 1 for no such campaign."""
    t = words()

    def reading(session: Session) -> list[Line] | None:
        return None if campaigns.load(session, name) is None else list(tallies.lines(session, name))

    found = with_database(lambda database: database.read(reading))
    if found is None:
        fail(t("There's no campaign {name}: pourqui campaign list", name=repr(name)))
    if as_csv:
        write_csv(found)
        return
    if not found:
        say(t("Nothing was planned for {name} yet.", name=name))
        return
    table = Table(t("Planned"), t("Kind"), t("Person"), t("Status"), t("Reason"), t("Sent"))
    for line in found:
        sent = "" if line.sent_at is None else _time(line.sent_at)
        table.add_row(_time(line.planned_at), line.kind, line.person_id or "", line.status, line.reason or "", sent)
    Console(markup=False, emoji=False).print(table)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
