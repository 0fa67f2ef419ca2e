"""`pourqui campaign check|load|list|export`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from bot.app import admins_of
from bot.campaign_files import CampaignReading, campaign_files, read_campaign
from bot.campaign_loading import Author, Loaded, NotLoadedError, load_campaigns
from bot.clock import now
from bot.commands.named import function_named, person_named
from bot.commands.operator import actor, note
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.mistakes import Mistake
from bot.settings import terminal_language
from bot.yaml_style import document
from dialogs.attachment import Attachment
from dialogs.campaign import Campaign, Kept
from dialogs.campaign_rules import Places
from dialogs.catalog import Catalogue
from dialogs.people import DirectoryRow, Person
from dialogs.rights import Act
from dialogs.texts import Texts
from dialogs.written import as_written
from storage import Session, attachments, audit, campaigns, catalog, directory, people, roles
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class _Company:
    """What a file is read against: the catalogue, the directory, and the company's day."""

    catalogue: Catalogue
    rows: Sequence[DirectoryRow]
    today: date

    def read(self, file: Path) -> CampaignReading:
        places = Places(
            departments=frozenset(row.department for row in self.rows if row.department),
            sites=frozenset(row.site for row in self.rows if row.site),
            seniority=frozenset(row.seniority for row in self.rows if row.seniority),
        )
        return read_campaign(file, self.catalogue, places, language=terminal_language(), today=self.today)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A campaign with its pictures, to be written out."""

    kept: Kept
    pictures: dict[str, Attachment]


def add_content(app: typer.Typer, t: Texts) -> None:
    """Add the commands to those of the campaigns."""
    named = Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER…", help=t("campaigns' files, or folders of them"))]

    @app.command("check", help=t("Print every mistake of campaigns' files, with its line and how to fix it, and what is worth a look."))
    def check_files(paths: named) -> None:
        check(paths)

    @app.command("load", help=t("Load campaigns' files: all of them or nothing; new ones are drafts."))
    def load_files(
        paths: named,
        author: Annotated[
            str | None, typer.Option("--as-author", metavar="PERSON", help=t("in the name of an author, within what they may write and reach"))
        ] = None,
    ) -> None:
        load(paths, author)

    @app.command("list", help=t("List the campaigns, the newest first."))
    def list_all(
        function: Annotated[str | None, typer.Option(metavar="SLUG", help=t("only those of this function"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=t("print them as JSON"))] = False,
    ) -> None:
        list_campaigns(function, as_json=as_json)

    @app.command("export", help=t("Write a campaign out as a file that can be loaded again, with its pictures beside it."))
    def export_one(
        name: Annotated[str, typer.Argument(metavar="NAME", help=t("the campaign's name"))],
        file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help=t("where to write it: a file that isn't there yet"))],
    ) -> None:
        export(name, file)


def check(paths: Sequence[Path]) -> None:
    """Print every mistake, what is worth a look and what is still needed; end with 1 where there's a mistake."""
    t = words()

    async def reading(database: Database) -> tuple[Sequence[CampaignReading], Sequence[Mistake]]:
        return _read(await _company(database, t), paths)

    readings, mistakes = with_database(reading)
    if mistakes:
        _print(mistakes)
        fail(t.many("{number} mistake to mend.", "{number} mistakes to mend.", len(mistakes)))
    warnings = [warning for each in readings for warning in each.warnings]
    if warnings:
        say(t("Worth a look (it can be loaded all the same):"))
        _print(warnings)
    lacking = [obstacle for each in readings for obstacle in each.obstacles]
    if lacking:
        say(t("Still needed before it can be scheduled:"))
        _print(lacking)
    say(
        t.many(
            "{number} campaign, no mistake; worth a look: {warnings}, still needed: {lacking}.",
            "{number} campaigns, no mistake; worth a look: {warnings}, still needed: {lacking}.",
            len(readings),
            warnings=len(warnings),
            lacking=len(lacking),
        )
    )


def load(paths: Sequence[Path], author: str | None) -> None:
    """Load files, all or nothing, with a line in the audit log for each campaign that changed; end with 1 where something stands in the way."""
    t, admins = words(), admins_of(settings())

    async def loading(database: Database) -> tuple[Sequence[Loaded], Sequence[Mistake]]:
        company = await _company(database, t)
        person = None if author is None else _person(person_named(t, company.rows, author))
        readings, mistakes = _read(company, paths)
        if mistakes:
            return (), mistakes

        def loaded(session: Session) -> tuple[Loaded, ...]:
            by = actor() if person is None else _author(session, person, admins)
            found = load_campaigns(session, readings, t, company.catalogue, by=by, today=company.today, at=now())
            for each in found:
                if each.is_new_version or each.pictures:
                    _note(session, each, by)
            return found

        try:
            return await database.write(campaigns.PLANNING, loaded), ()
        except NotLoadedError as refused:
            return (), refused.mistakes

    done, mistakes = with_database(loading)
    if mistakes:
        _print(mistakes)
        fail(t.many("{number} mistake. Nothing was loaded.", "{number} mistakes. Nothing was loaded.", len(mistakes)))
    for each in done:
        for line in _said(t, each):
            say(line)


def list_campaigns(function: str | None, *, as_json: bool) -> None:
    """List the campaigns of a function, or of all; end with 2 for a function that the catalogue doesn't have."""
    t = words()

    async def reading(database: Database) -> tuple[list[Kept], dict[str, str]]:
        slug = None if function is None else function_named(t, await database.read(catalog.latest), function)

        def listed(session: Session) -> tuple[list[Kept], dict[str, str]]:
            found = campaigns.of_functions(session, None if slug is None else (slug,))
            return found, audit.names_of(session, {each.edited_by for each in found})

        return await database.read(listed)

    found, names = with_database(reading)
    if as_json:
        say(json.dumps([_as_json(each, names) for each in found], ensure_ascii=False))
        return
    if not found:
        say(t("There's no campaign yet: pourqui campaign load FILE|FOLDER…"))
        return
    table = Table()
    for column in (t("Name"), t("Function")):
        table.add_column(column, no_wrap=True)  # what is typed again, whole
    for column in (t("Title"), t("Status"), t("Version"), t("Period"), t("Written by")):
        table.add_column(column)
    for each in found:
        campaign, period = each.campaign, each.campaign.period
        days = "" if period is None else f"{t.day(period.starts)} – {t.day(period.ends)}"
        title = campaign.titles.to(terminal_language())
        table.add_row(campaign.name, campaign.function, title, each.status.value, str(each.version), days, names.get(each.edited_by, each.edited_by))
    Console(markup=False, emoji=False).print(table)


def export(name: str, file: Path) -> None:
    """Write a campaign as it's kept, and its pictures beside it, with a line in the audit log; end with 1 where it can't be."""
    t = words()

    def taken(session: Session) -> _Taken | None:
        kept = campaigns.load(session, name)
        if kept is None:
            return None
        keys, shown = campaigns.picture_keys(session, name), {step.picture.file for step in kept.campaign.steps if step.picture is not None}
        found = {each: attachments.load(session, key) for each, key in keys.items() if each in shown}
        return _Taken(kept=kept, pictures={each: picture for each, picture in found.items() if picture is not None})

    async def exporting(database: Database) -> _Taken | None:
        found = await database.read(taken)
        if found is not None:
            _write(t, found, file)
            detail = {"version": str(found.kept.version)}
            function = found.kept.campaign.function
            await database.write(
                audit.AUDITING, lambda session: note(session, Act.READ_CAMPAIGNS.value, now(), function=function, subject=name, detail=detail)
            )
        return found

    found = with_database(exporting)
    if found is None:
        fail(t("There's no campaign {name}: pourqui campaign list", name=repr(name)))
    say(t("Version {number} of {name} is written.", number=found.kept.version, name=name))
    if file.name != f"{name}.yaml":
        say(t("To load it again, call the file {name}.", name=f"{name}.yaml"))


def _write(t: Texts, taken: _Taken, file: Path) -> None:
    """Write a campaign's files; what is there already stays, and then nothing is written."""
    written = as_written(taken.kept.campaign)
    contents = {file: document(written if isinstance(written, dict) else {}).encode()}
    contents |= {file.parent / name: picture.content for name, picture in taken.pictures.items()}
    try:
        for path, content in contents.items():
            if path.exists() and (path == file or path.read_bytes() != content):
                fail(t("{file} is there already, and stays as it is: name another file.", file=path))
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        fail(t("{folder} can't be written ({reason}).", folder=file, reason=error.strerror or error))


async def _company(database: Database, t: Texts) -> _Company:
    latest = await database.read(catalog.latest)
    if latest is None:
        fail(t("No catalogue is loaded yet: pourqui catalog load FOLDER"))
    today = now().astimezone(ZoneInfo(latest[1].company.timezone)).date()
    return _Company(catalogue=latest[1], rows=await database.read(directory.rows), today=today)


def _read(company: _Company, paths: Sequence[Path]) -> tuple[Sequence[CampaignReading], Sequence[Mistake]]:
    files, misplaced = campaign_files(paths, terminal_language())
    readings = [company.read(file) for file in files]
    return readings, [*misplaced, *(mistake for reading in readings for mistake in reading.mistakes)]


def _person(row: DirectoryRow) -> Person:
    return Person(id=people.directory_person_id(row.id), name=row.name, email=people.normal_email(row.email), linked=True)


def _author(session: Session, person: Person, admins: frozenset[str]) -> Author:
    return Author(
        by=audit.pseudonym_of(session, person.id),
        grants=roles.grants_of(session, person, admins),
        granted=campaigns.granted(session, person.id),
    )


def _note(session: Session, loaded: Loaded, by: str | Author) -> None:
    kept = loaded.kept
    detail = {"step": "edit", "version": str(kept.version)} | ({"author": by.by} if isinstance(by, Author) else {})
    note(session, Act.WRITE_CAMPAIGNS.value, kept.edited_at, function=kept.campaign.function, subject=kept.campaign.name, detail=detail)


def _said(t: Texts, loaded: Loaded) -> list[str]:
    """Say what became of a campaign, a line each."""
    kept, former = loaded.kept, loaded.former
    name = kept.campaign.name
    if former is None:
        return [t("{name}: version 1, a draft.", name=name)]
    if loaded.pictures and not loaded.is_new_version:
        return [t("{name}: version {number}, with other pictures: {files}.", name=name, number=kept.version, files=", ".join(loaded.pictures))]
    if not loaded.is_new_version:
        return [t("{name}: nothing changed, version {number} already says this.", name=name, number=kept.version)]
    lines = [t("{name}: version {number} ({status}).", name=name, number=kept.version, status=kept.status.value)]
    lines += [f"  {line}" for line in _changes(t, former.campaign, kept.campaign)]
    return [*lines, "  " + t("It waits for a second person's approval.")] if loaded.waits else lines


def _changes(t: Texts, former: Campaign, campaign: Campaign) -> list[str]:
    """Say what sets a version apart from the one before: keys, then messages."""
    keys = [field.name for field in fields(Campaign) if field.name != "steps" and getattr(former, field.name) != getattr(campaign, field.name)]
    lines = [f"~ {', '.join(keys)}"] if keys else []
    before, after = [step.id for step in former.steps], [step.id for step in campaign.steps]
    told = (
        ("+", [step for step in after if step not in before]),
        ("~", [step for step in after if step in before and former.step(step) != campaign.step(step)]),
        ("-", [step for step in before if step not in after]),
    )
    lines += [f"{sign} {t('messages')}: {', '.join(steps)}" for sign, steps in told if steps]
    moved = [step for step in before if step in after] != [step for step in after if step in before]
    return [*lines, t("~ the order of the messages")] if moved else lines


def _as_json(kept: Kept, names: dict[str, str]) -> dict[str, Any]:
    campaign, period = kept.campaign, kept.campaign.period
    return {
        "name": campaign.name,
        "function": campaign.function,
        "titles": as_written(campaign.titles),
        "status": kept.status.value,
        "version": kept.version,
        "starts": None if period is None else period.starts.isoformat(),
        "ends": None if period is None else period.ends.isoformat(),
        "messages": len(campaign.steps),
        "edited_by": names.get(kept.edited_by, kept.edited_by),
        "edited_at": kept.edited_at.isoformat(),
    }


def _print(found: Sequence[Mistake]) -> None:
    for mistake in found:
        say(str(mistake))
