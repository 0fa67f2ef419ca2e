"""`pourqui privacy`: what is kept about somebody, written out or erased; how long everything is kept."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from bot import privacy_page
from bot.app import admins_of
from bot.clock import now
from bot.commands.operator import note
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.po import texts
from bot.privacy import Retention, kept_days
from dialogs.catalog import LANGUAGES, Language
from dialogs.rights import Act
from dialogs.search.text import folded
from dialogs.texts import Texts
from storage import Session, audit, deliveries, erasure, naming, people, privacy, retention, trail
from storage.database import Database
from storage.deliveries import Imbalance
from storage.erasure import Proof
from storage.errors import UnavailableError
from storage.naming import Leftover
from storage.retention import Due
from storage.scrub import scrub
from storage.trail import Somebody, Trail

_NEAREST: Final = 3  # names offered in place of one that nobody has
_PRIVATE: Final = 0o600


def privacy_commands(t: Texts) -> typer.Typer:
    """Return `pourqui privacy` and what it can do."""
    app = typer.Typer(help=t("Personal data: write out or erase what is kept about somebody; how long everything is kept."), no_args_is_help=True)
    person = Annotated[str, typer.Argument(metavar="PERSON", help=t("id, e-mail or full name"))]

    @app.command(help=t("Write out all that is kept about somebody: a JSON file, and a page in their language."))
    def export(
        who: person, output: Annotated[Path, typer.Option(metavar="FOLDER", help=t("where to write the two files"), file_okay=False)] = Path()
    ) -> None:
        write_out(who, output)

    @app.command(help=t("Erase everything personal of somebody, keep the figures, and prove it; it can't be undone."))
    def erase(
        who: person,
        reason: Annotated[str, typer.Option(metavar="TEXT", help=t("why, for the audit log, which keeps it for good: without any name"))],
        yes: Annotated[bool, typer.Option("--yes", help=t("don't ask first"))] = False,
        vacuum: Annotated[
            bool, typer.Option("--vacuum/--no-vacuum", help=t("rewrite the embedded database's file, so that nothing erased is left in it"))
        ] = True,
    ) -> None:
        erase_person(who, reason, yes=yes, vacuum=vacuum)

    @app.command("retention", help=t("Say how long each kind is kept, and what would go now; --now lets it go."))
    def keep(right_now: Annotated[bool, typer.Option("--now", help=t("let go of it now"))] = False) -> None:
        show_retention(right_now=right_now)

    return app


def write_out(who: str, folder: Path) -> None:
    """Write all that is kept about a person into two files, with a line in the audit log; end with 2 where nobody, or several, are called so."""
    t, fallback = words(), settings().language

    async def exporting(database: Database) -> tuple[Somebody, tuple[str, str]]:
        found = await _named(database, t, who)
        at = now()

        def written(session: Session) -> tuple[str, str]:
            # first, so that the export holds the very line that tells of it
            note(session, Act.PRIVACY.value, at, subject=audit.pseudonym_of(session, found.id), detail={"change": "exported"})
            trailed = _known(t, trail.trail_of(session, found.id), who)
            held = privacy.held(session, trailed)
            language = _language(trailed.language, fallback)
            return privacy_page.as_json(trailed, held, privacy.unfindable(), at), privacy_page.page(trailed, held, texts(language), at)

        _make(t, folder)
        return found, await database.write("privacy", written)

    found, contents = with_database(exporting)
    for ending, content in zip(("json", "md"), contents, strict=True):
        file = folder / f"privacy-{found.id[:8]}.{ending}"
        try:
            file.touch(mode=_PRIVATE)
            file.chmod(_PRIVATE)
            file.write_text(content, encoding="utf-8")
        except OSError as error:
            fail(t("{file} can't be written: {reason}", file=file, reason=error.strerror))
        say(str(file))
    say(t("These files are about {name} alone: hand them over safely, then delete them.", name=found.name or found.id))


def erase_person(who: str, reason: str, *, yes: bool, vacuum: bool) -> None:
    """Erase a person, and print the proof; end with 1 where something of them is left that shouldn't be."""
    t, chosen = words(), settings()
    if not reason.strip():
        fail(t("Say why, for the audit log: --reason TEXT"), 2)

    async def erasing(database: Database) -> tuple[Somebody, Proof, list[Leftover], list[Imbalance]]:
        found = await _named(database, t, who)
        told = _known(t, await database.read(lambda session: trail.trail_of(session, found.id)), who)
        if any(sign.pattern.search(reason) for sign in told.signs()):
            fail(t("The audit log keeps the reason for good, so it can't name anybody: say it without names and addresses."), 2)
        if not yes:
            typer.confirm(t("Erase {name} ({email}) for good?", name=found.name or found.id, email=found.email or "–"), abort=True, err=True)
        at = now()

        def erased(session: Session) -> Proof | None:
            subject = audit.pseudonym_of(session, found.id)
            proof = erasure.erase(session, found.id, at)
            note(session, Act.PRIVACY.value, at, subject=subject, detail={"change": "erased", "reason": reason.strip()})
            return proof

        proof = await database.write(people.LINKING, erased)
        if proof is None:
            fail(_nobody(t, who), 2)
        return found, proof, await database.read(lambda session: naming.leftovers(session, proof.trail)), await database.read(deliveries.imbalances)

    found, proof, left, imbalances = with_database(erasing)
    _print_proof(t, proof)
    clean = not vacuum or _scrub(t, chosen.url)
    _print_leftovers(t, left)
    if found.email and people.normal_email(found.email) in admins_of(chosen):
        say(t("They're an admin by POURQUI_ADMINS: take {email} out of it, else whoever has that address is one again.", email=found.email))
    if found.email:
        say(t("If the directory still lists them, importing it again brings them back as somebody new, without any history."))
    say(t("Backups made before now, and what Slack and Teams keep themselves, are out of reach: see docs/privacy.md."))
    if imbalances or not clean or any(each.why is None for each in left):
        raise typer.Exit(1)


def show_retention(*, right_now: bool) -> None:
    """Print how long each kind is kept and what is due; let go of it where asked."""
    t = words()
    keep = kept_days(settings())

    async def looking(database: Database) -> tuple[list[Due], int]:
        found = await database.read(lambda session: retention.due(session, keep, now()))
        gone = await Retention(database, keep, now).let_go() if right_now else {}
        return found, sum(gone.values())

    found, gone = with_database(looking)
    table = Table(t("Kind"), t("Setting"), t("Days"), t("Due now"))
    for kind, days in keep.items():
        rows = ", ".join(f"{each.rule.table} {each.rows}" for each in found if each.rule.kind == kind)
        table.add_row(kind, f"POURQUI_KEEP_{kind.upper()}", str(days) if days else t("for ever"), rows)
    Console(markup=False, emoji=False).print(table)
    if right_now:
        say(t.many("{number} row let go of", "{number} rows let go of", gone))
    elif found:
        say(t("It goes at night; to let go of it now: pourqui privacy retention --now"))


async def _named(database: Database, t: Texts, who: str) -> Somebody:
    everybody = await database.read(trail.everybody)
    called = [each for each in everybody if who.strip().casefold() in each.names]
    if not called:
        fail(_nobody(t, who, everybody), 2)
    if len(called) > 1:
        fail(t("Several people are called {who}: give one of {ids}.", who=repr(who), ids=", ".join(each.id for each in called)), 2)
    return called[0]


def _nobody(t: Texts, who: str, everybody: Sequence[Somebody] = ()) -> str:
    by_folded = {folded(name): name for each in everybody for name in (each.name, each.email) if name}
    near = ", ".join(by_folded[name] for name in get_close_matches(folded(who), by_folded, _NEAREST))
    if near:
        return t("Nobody is called {who}. Perhaps: {near}.", who=repr(who), near=near)
    return t("Nobody is called {who}: give an id, an e-mail or a full name.", who=repr(who))


def _known(t: Texts, found: Trail | None, who: str) -> Trail:
    """Return a trail that was there a moment ago."""
    return found or fail(_nobody(t, who), 2)


def _language(told: str | None, fallback: Language) -> Language:
    return next((language for language in LANGUAGES if language == told), fallback)


def _make(t: Texts, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(t("can't make the folder {folder}: {reason}", folder=folder, reason=error.strerror))


def _print_proof(t: Texts, proof: Proof) -> None:
    table = Table(t("Table"), t("Theirs before"), t("Deleted"), t("Made nobody's"), t("Theirs now"))
    for each in proof.erased:
        table.add_row(each.table, str(each.before), str(each.deleted), str(each.anonymous), str(each.after))
    Console(markup=False, emoji=False).print(table)
    say(t.many("Masked in {number} text of others.", "Masked in {number} texts of others.", proof.masked))


def _scrub(t: Texts, url: str) -> bool:
    """Rewrite the embedded database's file; say what to do where that can't be done now."""
    try:
        done = scrub(url)
    except UnavailableError as error:
        say(str(error))
        done = False
    if not done:
        say(t("The file still holds deleted pages. Stop pourqui, then run: sqlite3 FILE VACUUM"))
    return done


def _print_leftovers(t: Texts, left: Sequence[Leftover]) -> None:
    say(t("Every text of every table was searched for their ids, addresses, accounts, conversations and names."))
    if not left:
        say(t("Nothing is left."))
        return
    table = Table(t("Table"), t("Column"), t("What names them"), t("Rows"), t("Why"))
    for each in left:
        table.add_row(each.table, each.column, each.sign.kind, str(each.rows), each.why or t("it shouldn't be there: please report it"))
    Console(markup=False, emoji=False).print(table)
