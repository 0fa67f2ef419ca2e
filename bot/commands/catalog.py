"""`pourqui catalog`: check a pack, load it, list the versions, go back to one."""

import getpass
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.app import load_catalogue
from bot.clock import now
from bot.commands.terminal import fail, say, with_database, words
from bot.mistakes import Mistake
from bot.packs import PackReading, read_pack
from bot.settings import terminal_language
from dialogs.catalog import Catalogue
from dialogs.texts import Texts
from storage import catalog
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
            "{company}: {functions} functions, {sheets} services and entries, {people} people; no mistake, {warnings} warnings.",
            company=reading.catalogue.company.name,
            functions=len(reading.catalogue.functions),
            sheets=sheets,
            people=len(reading.people),
            warnings=len(reading.warnings),
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

    async def loading(database: Database) -> Loaded:
        return await load_catalogue(database, content, _author())

    loaded = with_database(loading)
    if not loaded.new:
        say(t("Nothing changed: version {number} already says this.", number=loaded.number))
        return
    say(t("Version {number} is loaded, and answers from now on.", number=loaded.number))
    for line in changes_lines(t, loaded.changes):
        say(f"  {line}")


def versions() -> None:
    """List every version: who, when, what changed."""
    t = words()

    async def listing(database: Database) -> list[catalog.Version]:
        return await database.read(catalog.versions)

    found = with_database(listing)
    if not found:
        say(t("No catalogue is loaded yet: pourqui catalog load FOLDER"))
        return
    table = Table(t("Version"), t("When"), t("Who"), t("What changed"))
    for version in found:
        lines = changes_lines(t, version.changes)
        if version.restored_from is not None:
            lines.insert(0, t("back to version {number}", number=version.restored_from))
        table.add_row(str(version.number), version.created_at.strftime("%Y-%m-%d %H:%M UTC"), version.author, "\n".join(lines))
    Console().print(table)


def rollback(number: int) -> None:
    """Make a former version the current one again, as a new version: nothing is lost."""
    t = words()

    async def restoring(database: Database) -> Loaded:
        return await database.write(catalog.LOADING, lambda session: catalog.restore(session, number, _author(), now()))

    loaded = with_database(restoring)
    if not loaded.new:
        say(t("Nothing changed: version {number} already says this.", number=loaded.number))
        return
    say(t("Version {number} is loaded: it says again what version {former} said.", number=loaded.number, former=number))


def changes_lines(t: Texts, changes: Changes) -> list[str]:
    """Say what sets a version apart, a line each."""
    lines = [t("the company's settings changed")] if changes.company else []
    return lines + _said(t, t("functions"), changes.functions) + _said(t, t("services and entries"), changes.sheets)


def _said(t: Texts, what: str, difference: Difference) -> list[str]:
    parts = (("+", difference.added), ("~", difference.changed), ("-", difference.removed))
    return [f"{sign} {what}: {_listed(names)}" for sign, names in parts if names]


def _listed(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" … (+{len(names) - most})" if len(names) > most else "")


def _author() -> str:
    """Return who runs the command; their number where the system has no name for them, as in many containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _read(folder: Path) -> PackReading:
    return read_pack(folder, language=terminal_language(), today=now().date())


def _print(found: Sequence[Mistake], folder: Path) -> None:
    for mistake in found:
        file = folder if mistake.file == str(folder) else folder / mistake.file  # a folder that isn't there is the mistake's own file
        say(str(replace(mistake, file=str(file))))
