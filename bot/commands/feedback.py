"""`pourqui feedback`: the scores that were published."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import now
from bot.commands.cells import printable
from bot.commands.feedback_export import add_export
from bot.commands.terminal import fail, say, settings, with_database, words
from dialogs.catalog import Catalogue
from dialogs.measures import Score, Sum, by, score, sums
from dialogs.periods import name, period, publishable_at
from dialogs.scores import DIMENSIONS, SCORE_FLOOR, Dimension, Grain, Reading
from dialogs.sheet import short_name
from dialogs.texts import Texts
from dialogs.traces import dimension_name, rate, satisfied, value_name
from storage import Session, catalog, grid, readings

_LONGER: Final[tuple[Grain, ...]] = ("month", "quarter")


def feedback_commands(t: Texts) -> typer.Typer:
    """Return the commands that read what clients gave back."""
    app = typer.Typer(help=t("What clients gave back: published scores, and exports."), no_args_is_help=True)

    @app.callback()
    def group() -> None:
        pass

    @app.command(help=t("Print the published scores, each with its interval and how many responses it comes from."))
    def scores(
        function: Annotated[str | None, typer.Option(metavar="SLUG", help=t("only those of this function"))] = None,
        dimension: Annotated[str | None, typer.Option("--by", metavar="|".join(DIMENSIONS), help=t("tell them apart by this"))] = None,
        grain: Annotated[str | None, typer.Option(metavar="month|quarter", help=t("add them up to months or quarters"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=t("print them as JSON"))] = False,
    ) -> None:
        print_scores(function=function, dimension=dimension, grain=grain, as_json=as_json)

    add_export(app, t)
    return app


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the table: a period of a function, as a whole or (with `value`, None where it isn't told apart) a part of it."""

    function: str
    sum: Sum
    value: str | None
    score: Score


def print_scores(*, function: str | None, dimension: str | None, grain: str | None, as_json: bool) -> None:
    """Print published scores; end with 2 for a function, a dimension or a grain that there isn't."""
    t, timezone = words(), settings(log_level="warning").timezone
    apart = next((each for each in DIMENSIONS if each == dimension), None)
    if dimension is not None and apart is None:
        fail(t("Scores aren't told apart by {given}; there are {choices}.", given=repr(dimension), choices=", ".join(DIMENSIONS)), 2)
    longer = next((each for each in _LONGER if each == grain), None)
    if grain is not None and longer is None:
        fail(t("--grain is month or quarter, not {given}.", given=repr(grain)), 2)

    def reading(session: Session) -> tuple[tuple[int, Catalogue] | None, Mapping[str, Reading]]:
        return catalog.latest(session), readings.readings(session, grid.functions(session), now(), timezone=timezone, whole=True)

    known, found = with_database(lambda database: database.read(reading))
    catalogue = known[1] if known else None
    slugs = sorted({*found, *(each.slug for each in catalogue.functions)} if catalogue else found)
    if function is not None and function not in slugs:
        fail(t("There's no function {slug}; there are {choices}.", slug=repr(function), choices=", ".join(slugs) or "–"), 2)
    wanted = [each for slug, each in sorted(found.items()) if function in (None, slug)]
    lines = [line for each in wanted for line in _lines(each, apart, longer or "week")]
    if as_json:
        say(json.dumps([_as_json(line, apart) for line in lines], ensure_ascii=False))
        return
    if lines:
        Console(markup=False, emoji=False).print(_table(t, lines, catalogue, apart))
    else:
        say(t("Nothing is published yet. Scores of a period come out once it's over and its last question can't be answered any more."))
    for each in wanted:
        for told in _coming(t, each, timezone):
            say(told)


def _lines(reading: Reading, dimension: Dimension | None, grain: Grain) -> Iterator[_Line]:
    for each in sums(reading.published, grain):
        parts = by(each.classes, dimension) if dimension and each.classes else [(None, score(each.classes))]
        yield from (_Line(function=reading.function, sum=each, value=value, score=of) for value, of in parts)


def _table(t: Texts, lines: Sequence[_Line], catalogue: Catalogue | None, dimension: Dimension | None) -> Table:
    headings = [t("Function"), t("Period"), t("Responses"), t("Satisfied"), t("Trace"), t("Solved"), t("Promise kept")]
    if dimension:
        headings.insert(2, dimension_name(t, dimension).capitalize())
    table = Table(*headings)
    for line in lines:
        function = catalogue.function(line.function) if catalogue else None
        cells = [short_name(function, t.language) if function else line.function, _period(t, line.sum), *_cells(t, line, whole=dimension is None)]
        if dimension:
            cells.insert(2, value_name(t, function, dimension, line.value) if line.sum.told else "")
        table.add_row(*map(printable, cells))
    return table


def _period(t: Texts, of: Sum) -> str:
    said = name(t, of.grain, of.begins)
    return said if of.told in (0, of.parts) else t("{period} ({told} of {parts} periods)", period=said, told=of.told, parts=of.parts)


def _cells(t: Texts, line: _Line, *, whole: bool) -> Iterator[str]:
    of = line.score
    if not line.sum.told:
        yield rate(t, line.sum.asked, line.sum.answered) if line.sum.asked else "–"
        yield t("under {floor} people", floor=SCORE_FLOOR)
        yield from ("", "", "")
        return
    yield rate(t, line.sum.asked, line.sum.answered) if whole else str(of.answered)
    yield satisfied(t, of) or "–"
    yield t.decimal(of.trace) if of.trace is not None else "–"
    yield t.percent(of.solved.get("yes", 0) / of.said_solved) if of.said_solved else "–"
    yield t.percent(of.kept) if of.kept is not None else "–"


def _coming(t: Texts, reading: Reading, timezone: str) -> Iterator[str]:
    """Say what isn't published yet, and when it will be."""
    for each in reading.under_way:
        ends = period(each.grain, each.begins)[1]
        yield t(
            "{function}, {period}: {rate}. Published from {moment} on.",
            function=reading.function,
            period=name(t, each.grain, each.begins),
            rate=rate(t, each.asked, each.answered),
            moment=t.moment(publishable_at(ends, timezone), timezone),
        )


def _as_json(line: _Line, dimension: Dimension | None) -> dict[str, Any]:
    of, whole = line.score, dimension is None
    told = {} if whole else {"by": dimension, "value": line.value}
    return {
        "function": line.function,
        "grain": line.sum.grain,
        "begins": line.sum.begins.isoformat(),
        "periods": line.sum.parts,
        "published": line.sum.told,
        **told,
        "asked": line.sum.asked if whole else None,
        "answered": of.answered if line.sum.told else line.sum.answered,
        "n": of.rated,
        "csat": of.satisfied,
        "interval": list(of.interval) if of.rated else None,
        "trace": of.trace,
        "solved": dict(of.solved),
        "promised": of.promised,
        "late": of.late,
    }
