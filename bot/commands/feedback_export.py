"""`pourqui feedback export`: what clients gave back, as files for a spreadsheet or a program."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot import exports
from bot.clock import now
from bot.commands.operator import note
from bot.commands.terminal import fail, say, settings, with_database, words
from bot.export_rows import NothingToExportError, Wanted
from bot.po import texts
from dialogs import export_filters
from dialogs.catalog import LANGUAGES, Language
from dialogs.export import DEPTHS, FORMS, REASON, Depth, Form
from dialogs.export_filters import Filters, Mistake
from dialogs.rights import Act
from dialogs.texts import Texts
from storage import audit
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command was given, as it was typed."""

    form: str
    filters: Mapping[str, str]
    depth: str
    reason: str | None
    output: Path
    language: str | None
    force: bool


def add_export(app: typer.Typer, t: Texts) -> None:
    """Add the command to those of the feedback."""

    @app.command(help=t("Export the responses: those of the published periods in groups of at least five people, or, with a reason, every one."))
    def export(
        form: Annotated[str, typer.Option("--format", metavar="csv|xlsx|jsonl", help=t("the kind of file"))],
        output: Annotated[Path, typer.Option(metavar="PATH", help=t("the file to write; for CSV a folder, or an archive that ends with .zip"))],
        function: Annotated[str | None, typer.Option(metavar="SLUG", help=t("only those of this function"))] = None,
        service: Annotated[str | None, typer.Option(metavar="ID", help=t("only those about this service"))] = None,
        department: Annotated[str | None, typer.Option(help=t("only those of this department"))] = None,
        site: Annotated[str | None, typer.Option(help=t("only those of this site"))] = None,
        platform: Annotated[str | None, typer.Option(metavar="slack|teams", help=t("only those asked for there"))] = None,
        channel: Annotated[
            str | None, typer.Option(metavar="personal|group|channel|outside", help=t("only those of this kind of conversation"))
        ] = None,
        occasion: Annotated[str | None, typer.Option(metavar="answer|request|outside|later", help=t("only those after such a closing"))] = None,
        since: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help=t("only periods that begin on this day or later"))] = None,
        until: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help=t("only periods that end on this day or earlier"))] = None,
        depth: Annotated[str, typer.Option(metavar="protected|full|named", help=t("groups of five, every response, or every one with names"))] = (
            "protected"
        ),
        reason: Annotated[str | None, typer.Option(help=t("why every response is needed; it goes to the audit log"))] = None,
        language: Annotated[str | None, typer.Option(metavar="fr|en", help=t("language of the dictionary, and of the CSV's separator"))] = None,
        force: Annotated[bool, typer.Option("--force", help=t("replace what is there"))] = False,
    ) -> None:
        given = (function, service, department, site, platform, channel, occasion, since, until)
        filters = {name: value for name, value in zip(export_filters.FILTERS, given, strict=True) if value is not None}
        write(Asked(form=form, filters=filters, depth=depth, reason=reason, output=output, language=language, force=force))


def write(asked: Asked) -> None:
    """Write an export, with a line in the audit log; end with 2 for what can't be meant, with 1 where nothing may or can be written."""
    t = words()
    form, depth, language = _form(t, asked.form), _depth(t, asked.depth), _language(t, asked.language)
    reason, filters, output = _reason(t, depth, asked.reason), _filters(t, asked.filters), asked.output
    _refuse_output(t, form, output, force=asked.force)
    wanted = Wanted(filters=filters, depth=depth, t=texts(language), timezone=settings().timezone)
    act = Act.EXPORT_FEEDBACK if depth == "protected" else Act.EXPORT_RESPONSES
    detail = {"depth": depth, "form": form, **asked.filters} | ({"reason": reason} if reason else {})

    async def exporting(database: Database) -> Mapping[str, int]:
        # first, so that nothing is taken out without its line
        await database.write(audit.AUDITING, lambda session: note(session, act.value, now(), function=filters.function, detail=detail))
        return await database.snapshot(partial(exports.write, wanted=wanted, form=form, path=output))

    try:
        counts = with_database(exporting)
    except NothingToExportError as nothing:
        fail(str(nothing))
    except OSError as error:
        fail(t("{path} can't be written ({reason}). Nothing was left there.", path=output, reason=error.strerror or error))
    responses = t.many("{number} response", "{number} responses", counts["responses"])
    comments = t.many("{number} comment", "{number} comments", counts.get("comments", 0))
    say(t("{path}: {responses}, {comments}.", path=output, responses=responses, comments=comments))


def _form(t: Texts, given: str) -> Form:
    found = next((form for form in FORMS if form == given.strip().casefold()), None)
    return found or fail(t("--format is {choices}, not {given}.", choices=", ".join(FORMS), given=repr(given)), 2)


def _depth(t: Texts, given: str) -> Depth:
    found = next((depth for depth in DEPTHS if depth == given.strip().casefold()), None)
    return found or fail(t("--depth is {choices}, not {given}.", choices=", ".join(DEPTHS), given=repr(given)), 2)


def _language(t: Texts, given: str | None) -> Language:
    if given is None:
        return t.language
    found = next((language for language in LANGUAGES if language == given.strip().casefold()), None)
    return found or fail(t("--language is {choices}, not {given}.", choices=", ".join(LANGUAGES), given=repr(given)), 2)


def _reason(t: Texts, depth: Depth, given: str | None) -> str | None:
    reason = (given or "").strip()
    if depth == "protected":
        return reason or None
    if len(reason) < REASON:
        fail(t("--depth {depth} needs --reason, in {number} characters or more: it goes to the audit log.", depth=depth, number=REASON), 2)
    return reason


def _filters(t: Texts, given: Mapping[str, str]) -> Filters:
    read = export_filters.read(given, t)
    if isinstance(read, Mistake):
        fail(f"--{read.filter}: {read.text}", 2)
    return read


def _refuse_output(t: Texts, form: Form, output: Path, *, force: bool) -> None:
    if not output.parent.is_dir():
        fail(t("There's no folder {folder} to write into: make it first.", folder=output.parent), 2)
    is_folder = form == "csv" and output.suffix.lower() != exports.ZIP
    if output.exists() and output.is_dir() != is_folder:
        what = t("{path} is a folder, and a file is to be written: name a file in it.", path=output)
        fail(
            what
            if output.is_dir()
            else t("{path} is a file, and CSV is a folder of several: name a folder, or a file that ends with .zip.", path=output),
            2,
        )
    if output.exists() and not force and (not is_folder or any(output.iterdir())):
        fail(t("{path} is there already: choose another name, or add --force to replace it.", path=output), 2)
