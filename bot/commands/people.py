"""`pourqui people import`: the directory, from a CSV file."""

from collections.abc import Sequence
from pathlib import Path

from bot.app import opened_database
from bot.clock import now
from bot.commands.operator import note
from bot.commands.terminal import fail, run, say, settings, words
from bot.directory import read_directory
from bot.settings import terminal_language
from dialogs.people import DirectoryRow
from storage import Session, catalog, directory, people
from storage.database import Database
from storage.directory import DirectoryReport


def import_file(file: Path) -> None:
    """Import a directory, whole or not at all, and say what changed."""
    t = words()
    chosen = settings()

    async def importing() -> DirectoryReport | None:
        async with opened_database(chosen) as database:
            reading = read_directory(file, segments=await _segments(database), known=await _known(database), language=terminal_language())
            for mistake in reading.mistakes:
                say(str(mistake))
            if reading.mistakes:
                return None
            return await database.write(people.LINKING, lambda session: _import(session, reading.rows))

    report = run(importing())
    if report is None:
        fail(t("Nothing was imported."))
    say(t.many("{number} person added", "{number} people added", len(report.created)))
    say(t.many("{number} person changed", "{number} people changed", len(report.changed)))
    for changed in report.changed:
        say(f"  {changed.id}: {', '.join(changed.fields)}")
    say(t.many("{number} person as before", "{number} people as before", report.unchanged))
    if report.merged:
        say(t.many("{number} account recognised by its e-mail", "{number} accounts recognised by their e-mail", report.merged))
    if report.absent:
        say(
            t.many(
                "{number} person is known but not in this file; kept as is",
                "{number} people are known but not in this file; kept as is",
                len(report.absent),
            )
        )
        say(f"  {', '.join(report.absent)}")


def _import(session: Session, rows: Sequence[DirectoryRow]) -> DirectoryReport:
    at = now()
    report = directory.import_directory(session, rows, at)
    if report.created or report.changed or report.merged:
        counts = {"added": len(report.created), "changed": len(report.changed), "recognised": report.merged}
        note(session, "import_people", at, detail={what: str(count) for what, count in counts.items() if count})
    return report


async def _segments(database: Database) -> frozenset[str] | None:
    """Return the segments that people may belong to: those of the catalogue, any while there's none."""
    latest = await database.read(catalog.latest)
    return frozenset(latest[1].company.segments) if latest else None


async def _known(database: Database) -> dict[str, str]:
    return {row.id: row.email for row in await database.read(directory.rows)}
