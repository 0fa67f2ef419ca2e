"""`pourqui campaign calendar`: what the coming weeks hold for people, over all functions."""

import json
import sys
from datetime import date, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import now
from bot.commands.terminal import say, settings, with_database, words
from dialogs.campaign import ALIVE, Campaign
from dialogs.catalog import Language
from dialogs.periods import day_of, week_of
from dialogs.pressure import Forecast, Pressure
from dialogs.texts import Texts
from storage import Session, addressees, campaigns
from storage.addressees import Asked

LONGEST = 26  # weeks: half a year


def add_calendar(app: typer.Typer, t: Texts) -> None:
    """Add the command to those of the campaigns."""

    @app.command(help=t("Show the coming weeks: which campaigns send how much to how many people, and where they ask too much of the same people."))
    def calendar(
        weeks: Annotated[int, typer.Option(min=1, max=LONGEST, help=t("how many weeks"))] = 8,
        as_json: Annotated[bool, typer.Option("--json", help=t("print them as JSON"))] = False,
    ) -> None:
        show(weeks, as_json=as_json)


def show(weeks: int, *, as_json: bool) -> None:
    """Print the calendar of campaigns that are scheduled, running or paused."""
    t, chosen = words(), settings()
    first = week_of(day_of(now(), chosen.timezone))
    coming = with_database(lambda database: database.snapshot(lambda session: foreseen(session, first, weeks, chosen.messages_week, chosen.language)))
    if as_json:
        sys.stdout.write(json.dumps([_plain(week) for week in coming], ensure_ascii=False, indent=2) + "\n")
    elif not any(week.messages for week in coming):
        say(t("No campaign sends anything in these weeks."))
    else:
        Console(markup=False, emoji=False).print(_table(t, coming, chosen.messages_week))
        for line in _advice(t, coming):
            say(line)


def foreseen(session: Session, first: date, weeks: int, cap: int, language: Language) -> tuple[Pressure, ...]:
    """Reckon the calendar: one look at the directory, in pages."""
    alive: list[Campaign] = [kept.campaign for kept in campaigns.of_functions(session, None, ALIVE)]
    forecast = Forecast(alive, first, weeks, cap)
    everybody = Asked(function="", topic="", at=now(), language=language, stages=False)
    for page in addressees.pages(session, everybody) if alive else ():
        for one in page:
            forecast.add(one)
    return forecast.calendar()


def _plain(week: Pressure) -> dict[str, object]:
    return {
        "week": week.begins.isoformat(),
        "messages": dict(week.messages),
        "people": week.people,
        "most": week.most,
        "above": week.above,
        "shared": [{"campaigns": list(two), "people": people} for two, people in week.shared.items()],
    }


def _table(t: Texts, coming: tuple[Pressure, ...], cap: int) -> Table:
    table = Table(t("Week of"), t("Campaigns"), t("Messages"), t("People"), t("Most to one person"), t("Above {number} a week", number=cap))
    for week in coming:
        names = ", ".join(f"{name} ({number})" for name, number in week.messages.items())
        table.add_row(
            t.day(week.begins),
            names or "–",
            str(sum(week.messages.values())),
            str(week.people),
            str(week.most),
            str(week.above) if week.above else "–",
        )
    return table


def _advice(t: Texts, coming: tuple[Pressure, ...]) -> list[str]:
    """Say which two campaigns ask too much of the same people, and when each would have room."""
    told = []
    for week in coming:
        for (one, other), people in week.shared.items():
            later = t.day(week.begins + timedelta(days=7))
            told.append(
                t.many(
                    "Week of {week}: {one} and {other} ask too much of {number} person; begin one of them on {later}, or later.",
                    "Week of {week}: {one} and {other} ask too much of {number} people; begin one of them on {later}, or later.",
                    people,
                    week=t.day(week.begins),
                    one=one,
                    other=other,
                    later=later,
                )
            )
    return told
