"""`pourqui evidence import|list`: acts that a file tells of, and where somebody stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import now
from bot.commands.cells import printable
from bot.commands.named import person_named
from bot.commands.operator import note
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.evidence_file import EvidenceReading, Line, evidence_of, read_evidence, unknown_people
from dialogs.ladder import Evidence, Standing
from dialogs.people import DirectoryRow
from dialogs.rights import Act
from dialogs.texts import Texts
from storage import Session, audit, catalog, directory, people
from storage import evidence as kept_evidence
from storage.database import Database

_IMPORTING: Final = "evidence|file"  # the key under which a file is taken in, a thousand acts a transaction


def evidence(t: Texts) -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(help=t("Evidence: what people did, that shows where they stand."), no_args_is_help=True)

    @app.command("import", help=t("Take in a CSV file of acts, all of its lines or none: person, function, and if you like topic, at."))
    def import_(
        file: Annotated[Path, typer.Argument(metavar="FILE.csv")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help=t("check the file only"))] = False,
    ) -> None:
        import_file(file, dry_run=dry_run)

    @app.command("list", help=t("Show where somebody stands for each function, and the dated evidence of it."))
    def list_(who: Annotated[str, typer.Argument(metavar="PERSON", help=t("id, e-mail or full name, as in the directory"))]) -> None:
        list_evidence(who)

    return app


def import_file(file: Path, *, dry_run: bool) -> None:
    """Take in a file of acts, or (`dry_run`) only check it; end with 1 where anything is wrong in it, each mistake with its line."""
    t, chosen = words(), settings()

    async def importing(database: Database) -> tuple[EvidenceReading, int]:
        at = now()
        latest = await database.read(catalog.latest)
        if latest is None:
            fail(t("No catalogue is loaded yet: pourqui catalog load FOLDER"), 2)
        functions = [function.slug for function in latest[1].functions]
        reading = read_evidence(file, functions=functions, timezone=chosen.timezone, now=at, t=t)
        known = await database.read(lambda session: directory.find(session, {act.person for act in reading.acts}))
        if wrong := unknown_people(file, reading.acts, known, t):
            return EvidenceReading(mistakes=wrong), 0
        if dry_run or reading.mistakes:
            return reading, 0
        return reading, await _keep(database, reading.acts, known, at, timedelta(days=chosen.stage_days))

    reading, new = with_database(importing)
    for mistake in reading.mistakes:
        say(str(mistake))
    if reading.mistakes:
        fail(t("Nothing was imported."))
    say(t.many("{number} act is in the file.", "{number} acts are in the file.", len(reading.acts)))
    if dry_run:
        say(t("Nothing is wrong in it. Nothing was imported: that was a rehearsal."))
    else:
        say(t.many("{number} of them is new.", "{number} of them are new.", new))


async def _keep(database: Database, acts: Sequence[Line], known: Mapping[str, str], at: datetime, lasts: timedelta) -> int:
    """Keep the acts, and a line in the audit log with the first of them; one that is cut off is begun again, and nothing counts twice."""
    pieces, new = evidence_of(acts, known, at), 0
    for begins in range(0, len(pieces), kept_evidence.AT_ONCE):
        some, first = pieces[begins : begins + kept_evidence.AT_ONCE], begins == 0

        def keeping(session: Session, some: Sequence[Evidence] = some, first: bool = first) -> int:
            if first:
                note(session, Act.TELL_EVIDENCE.value, at, detail={"acts": str(len(pieces))})
            return kept_evidence.leave_all(session, some, at, lasts=lasts)

        new += await database.write(_IMPORTING, keeping)
    return new


def list_evidence(who: str) -> None:
    """Show where somebody stands, with a line in the audit log; end with 2 where it can't be told who."""
    t = words()

    async def reading(database: Database) -> tuple[DirectoryRow, Mapping[tuple[str, str], Standing], tuple[Evidence, ...]]:
        person = person_named(t, await database.read(directory.rows), who)
        person_id, at = people.directory_person_id(person.id), now()

        def read(session: Session) -> tuple[Mapping[tuple[str, str], Standing], tuple[Evidence, ...]]:
            note(session, Act.PRIVACY.value, at, subject=audit.pseudonym_of(session, person_id), detail={"change": "evidence read"})
            return kept_evidence.standings_of(session, person_id), kept_evidence.evidence_of(session, person_id)

        return person, *await database.write(_IMPORTING, read)

    person, standings, pieces = with_database(reading)
    if not pieces:
        say(t("{person} has left no evidence yet.", person=person.name))
        return
    console = Console(markup=False, emoji=False)
    stood = Table(t("Function"), t("Topic"), t("Stage"), t("Since"), t("Lost on, without more"))
    for (function, topic), standing in standings.items():
        stood.add_row(function, topic, standing.stage.value, _day(standing.since), _day(standing.lost_at))
    console.print(stood)
    left = Table(t("At"), t("Function"), t("Topic"), t("Kind"), t("Weight"), t("Source"))
    for piece in pieces:
        left.add_row(_day(piece.at), piece.function, piece.topic, piece.kind.value, f"{piece.weight:+.2f}", printable(piece.source))
    console.print(left)


def _day(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else ""
