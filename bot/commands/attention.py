"""`pourqui attention`: what may be taken of people's attention, and which function takes less."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import now
from bot.commands.operator import actor, note
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.settings import Settings
from dialogs.attention import Limit
from dialogs.catalog import Catalogue
from dialogs.rights import Act
from dialogs.texts import Texts
from storage import Session, attention, catalog
from storage.database import Database

_LIMITS: Final = "attention"  # the name under which limits are written
_LONGEST: Final = 365  # days


def attention_commands(t: Texts) -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(help=t("People's attention: how often they're asked or taught, and which function takes less."), no_args_is_help=True)
    slug = Annotated[str, typer.Argument(metavar="FUNCTION", help=t("the function's slug"))]
    one = Annotated[str | None, typer.Argument(metavar="FUNCTION", help=t("only this function"))]
    days = Annotated[int | None, typer.Option("--ask-days", metavar="N", help=t("days between two of its questions to the same person"))]
    month = Annotated[int | None, typer.Option("--messages-month", metavar="N", help=t("its campaign messages to the same person within 30 days"))]

    @app.command("show", help=t("Show what every function may take, and those that take less."))
    def show_limits(function: one = None) -> None:
        show(function)

    @app.command("limit", help=t("Have a function take less than every function may; it counts at once."))
    def set_limit(
        function: slug,
        ask_days: days = None,
        messages_month: month = None,
        none: Annotated[bool, typer.Option("--none", help=t("let it take what every function may"))] = False,
    ) -> None:
        limit(function, ask_days=ask_days, messages_month=messages_month, none=none)

    return app


def show(function: str | None) -> None:
    """Show the budget, and each function that takes less; with one named, what holds for it. End with 2 for one that the catalogue doesn't have."""
    t, chosen = words(), settings()

    async def reading(database: Database) -> tuple[str | None, Mapping[str, Limit]]:
        slug = None if function is None else _known(t, await database.read(catalog.latest), function)
        return slug, await database.read(attention.limits)

    slug, limits = with_database(reading)
    table = Table(t("Function"), t("Days between two questions"), t("Campaign messages a month"))
    if slug is not None:
        table.add_row(slug, *map(str, _held(chosen, limits.get(slug, Limit()))))
    else:
        table.add_row(t("every function"), *map(str, _held(chosen, Limit())))
        for each, theirs in limits.items():
            table.add_row(each, *map(str, _held(chosen, theirs)))
    Console(markup=False, emoji=False).print(table)
    say(
        t.many(
            "All functions together ask a person once in {number} day.", "All functions together ask a person once in {number} days.", chosen.ask_days
        )
    )
    say(
        t(
            "All campaigns together send a person {day} a day and {week} a week at most.",
            day=t.many("{number} message", "{number} messages", chosen.messages_day),
            week=chosen.messages_week,
        )
    )


def limit(function: str, *, ask_days: int | None, messages_month: int | None, none: bool) -> None:
    """Keep what a function takes, with a line in the audit log; what isn't given stays. End with 2 where it'd take more than every function may."""
    t, chosen = words(), settings()
    _refuse_contradictions(t, function, ask_days, messages_month, none=none)
    _refuse_more(t, chosen, ask_days, messages_month)

    async def limiting(database: Database) -> tuple[str, Limit, bool]:
        slug = _known(t, await database.read(catalog.latest), function)

        def limited(session: Session) -> tuple[Limit, bool]:
            at, former = now(), attention.limits(session).get(slug, Limit())
            new = Limit() if none else Limit(ask_days=ask_days or former.ask_days, messages_month=messages_month or former.messages_month)
            changed = attention.set_limit(session, slug, new, actor(), at)
            if changed:
                detail = {name: str(value) for name in Limit.__slots__ if (value := getattr(new, name)) is not None} or {"limits": "none"}
                note(session, Act.SET_LIMITS.value, at, function=slug, detail=detail)
            return new, changed

        return slug, *await database.write(_LIMITS, limited)

    slug, new, changed = with_database(limiting)
    if not changed:
        say(t("Nothing changed for {function}.", function=slug))
    elif new == Limit():
        say(t("{function} takes what every function may.", function=slug))
    else:
        days, month = _held(chosen, new)
        messages = t.many("{number} campaign message", "{number} campaign messages", month)
        say(t("{function}: at least {days} days between two questions, {messages} a month at most.", function=slug, days=days, messages=messages))


def _held(chosen: Settings, limit: Limit) -> tuple[int, int]:
    """Return the days and the messages that hold for a function."""
    days = max(chosen.ask_function_days, limit.ask_days or 0)
    return days, min(chosen.messages_function_month, limit.messages_month or chosen.messages_function_month)


def _refuse_contradictions(t: Texts, function: str, ask_days: int | None, messages_month: int | None, *, none: bool) -> None:
    given = ask_days is not None or messages_month is not None
    if none and given:
        fail(t("--none takes all limits of {function} away: leave the others out.", function=function), 2)
    if not none and not given:
        fail(t("Say what {function} takes: --ask-days N, --messages-month N, or --none.", function=function), 2)


def _refuse_more(t: Texts, chosen: Settings, ask_days: int | None, messages_month: int | None) -> None:
    if ask_days is not None and not chosen.ask_function_days < ask_days <= _LONGEST:
        fail(
            t(
                "--ask-days {given}: a function may only ask less often. Give more than the {days} days of {setting}, and {longest} at most.",
                given=ask_days,
                days=chosen.ask_function_days,
                setting="POURQUI_ASK_FUNCTION_DAYS",
                longest=_LONGEST,
            ),
            2,
        )
    if messages_month is not None and not 1 <= messages_month < chosen.messages_function_month:
        fail(
            t(
                "--messages-month {given}: a function may only send less. Give fewer than the {number} of {setting}, and 1 at least.",
                given=messages_month,
                number=chosen.messages_function_month,
                setting="POURQUI_MESSAGES_FUNCTION_MONTH",
            ),
            2,
        )


def _known(t: Texts, latest: tuple[int, Catalogue] | None, function: str) -> str:
    slug = function.strip().casefold()
    if latest is None:
        fail(t("No catalogue is loaded yet: pourqui catalog load FOLDER"), 2)
    slugs = [each.slug for each in latest[1].functions]
    if slug not in slugs:
        near = ", ".join(get_close_matches(slug, slugs) or slugs)
        fail(t("The catalogue has no function {function}. Perhaps: {near}.", function=repr(slug), near=near), 2)
    return slug
