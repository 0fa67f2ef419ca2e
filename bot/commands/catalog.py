"""`pourqui catalog`: check a pack, load it, list the versions, go back to one, write one out as a pack."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.clock import now
from bot.commands.operator import login, note
from bot.commands.terminal import fail, say, with_database, words
from bot.mistakes import Mistake
from bot.pack_writer import NotAPackError, Written, write_pack
from bot.packs import PackReading, read_pack
from bot.settings import terminal_language
from dialogs.catalog import Catalogue
from dialogs.rights import Act
from dialogs.texts import Texts
from storage import Session, audit, catalog
from storage.catalog import Changes, Difference, Loaded
from storage.database import Database


def check(folder: Path) -> None:
    """Print every mistake and warning of a pack; end with 1 where there's a mistake."""
    t = words()
    reading = _read(folder)
    if reading.catalogue is None:
        _print(reading.mistakes, folder)
        fail(t.many("{number} mistake to mend.", "{number} mistakes to mend.", len(reading.mistakes)))
    if reading.warnings:
        say(t("Worth a look (the pack can be loaded all the same):"))
        _print(reading.warnings, folder)
    sheets = sum(1 for _ in reading.catalogue.sheets())
    say(
        t(
            "{company}: {functions}, {sheets}, {people}; no mistake, {warnings}.",
            company=reading.catalogue.company.name,
            functions=t.many("{number} function", "{number} functions", len(reading.catalogue.functions)),
            sheets=t.many("{number} service or entry", "{number} services and entries", sheets),
            people=t.many("{number} person", "{number} people", len(reading.people)),
            warnings=t.many("{number} warning", "{number} warnings", len(reading.warnings)),
        )
    )


def load(folder: Path) -> None:
    """Load a pack's catalogue, whole or not at all."""
    t = words()
    reading = _read(folder)
    if reading.catalogue is None:
        _print(reading.mistakes, folder)
        fail(t.many("{number} mistake. Nothing was loaded.", "{number} mistakes. Nothing was loaded.", len(reading.mistakes)))
    content: Catalogue = reading.catalogue

    def loading(session: Session) -> Loaded:
        at = now()
        loaded = catalog.load(session, content, login(), at)
        if loaded.new:
            note(session, "load_catalogue", at, detail={"version": str(loaded.number)})
        return loaded

    loaded = with_database(lambda database: database.write(catalog.LOADING, loading))
    if not loaded.new:
        say(t("Nothing changed: version {number} already says this.", number=loaded.number))
        return
    say(t("Version {number} is loaded, and answers from now on.", number=loaded.number))
    for line in changes_lines(t, loaded.changes):
        say(f"  {line}")


def versions() -> None:
    """List every version: who, when, what changed."""
    t = words()

    def listing(session: Session) -> tuple[list[catalog.Version], dict[str, str]]:
        found = catalog.versions(session)
        return found, audit.names_of(session, {version.author for version in found})

    found, names = with_database(lambda database: database.read(listing))
    if not found:
        say(t("No catalogue is loaded yet: pourqui catalog load FOLDER"))
        return
    table = Table(t("Version"), t("When"), t("Who"), t("What changed"))
    for version in found:
        lines = changes_lines(t, version.changes)
        if version.restored_from is not None:
            lines.insert(0, t("back to version {number}", number=version.restored_from))
        author = names.get(version.author, version.author)
        table.add_row(str(version.number), version.created_at.strftime("%Y-%m-%d %H:%M UTC"), author, "\n".join(lines))
    Console(markup=False, emoji=False).print(table)  # an author's name is theirs, whatever it looks like


def rollback(number: int) -> None:
    """Make a former version the current one again, as a new version: nothing is lost."""
    t = words()

    def restoring(session: Session) -> Loaded:
        at = now()
        loaded = catalog.restore(session, number, login(), at)
        if loaded.new:
            note(session, Act.RESTORE_CONTENT.value, at, detail={"version": str(loaded.number), "restored": str(number)})
        return loaded

    loaded = with_database(lambda database: database.write(catalog.LOADING, restoring))
    if not loaded.new:
        say(t("Nothing changed: version {number} already says this.", number=loaded.number))
        return
    say(t("Version {number} is loaded: it says again what version {former} said.", number=loaded.number, former=number))


def export(folder: Path, number: int | None) -> None:
    """Write a version (None: the one that answers) into a folder as a pack, with a line in the audit log; end with 1 where it can't be."""
    t = words()

    def reading(session: Session) -> tuple[int, Catalogue] | None:
        return catalog.latest(session) if number is None else (number, catalog.content(session, number))

    async def exporting(database: Database) -> tuple[int, Written] | None:
        found = await database.read(reading)
        if found is None:
            return None
        version, content = found
        written = _write(t, content, folder)
        await database.write(audit.AUDITING, lambda session: note(session, Act.EXPORT_CONTENT.value, now(), detail={"version": str(version)}))
        return version, written

    exported = with_database(exporting)
    if exported is None:
        fail(t("No catalogue is loaded yet: pourqui catalog load FOLDER"))
    _say_exported(t, *exported)


def _write(t: Texts, content: Catalogue, folder: Path) -> Written:
    try:
        return write_pack(content, folder, language=terminal_language())
    except NotAPackError as refused:
        _print(refused.mistakes, folder)
        fail(t("Nothing was written: name a new folder, an empty one, or a pack without mistakes."))
    except OSError as error:
        fail(t("{folder} can't be written ({reason}).", folder=folder, reason=error.strerror or error))


def _say_exported(t: Texts, version: int, written: Written) -> None:
    say(t("Version {number} is written.", number=version))
    for sign, names in (("+", written.added), ("~", (*written.changed, *written.restyled)), ("-", written.removed)):
        for name in names:
            say(f"  {sign} {name}")
    if written == Written():
        say(t("No file needed a change."))
    for name in written.restyled:
        say(t("{name} had to be written anew: its comments are lost.", name=name))


def changes_lines(t: Texts, changes: Changes) -> list[str]:
    """Say what sets a version apart, a line each."""
    lines = [t("the company's settings changed")] if changes.company else []
    return lines + _said(t, t("functions"), changes.functions) + _said(t, t("services and entries"), changes.sheets)


def _said(t: Texts, what: str, difference: Difference) -> list[str]:
    parts = (("+", difference.added), ("~", difference.changed), ("-", difference.removed))
    return [f"{sign} {what}: {_listed(names)}" for sign, names in parts if names]


def _listed(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" … (+{len(names) - most})" if len(names) > most else "")


def _read(folder: Path) -> PackReading:
    return read_pack(folder, language=terminal_language(), today=now().date())


def _print(found: Sequence[Mistake], folder: Path) -> None:
    for mistake in found:
        file = folder if mistake.file == str(folder) else folder / mistake.file  # a folder that isn't there is the mistake's own file
        say(str(replace(mistake, file=str(file))))
