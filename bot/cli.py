"""The command line: `pourqui`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.app import make_data_folder
from bot.commands import ask as asking
from bot.commands import catalog as catalogues
from bot.commands import doctor as diagnosis
from bot.commands import people as directories
from bot.commands import serving
from bot.commands.terminal import fail, run, say, settings, words
from dialogs.catalog import Language
from dialogs.people import language_of_locale
from dialogs.texts import Texts
from storage import schema


def main() -> None:
    """Run the command that was typed."""
    command_line(words())()


def command_line(t: Texts) -> typer.Typer:
    """Return the command line, which explains itself in one language."""
    app = typer.Typer(
        name="pourqui",
        help=t("What does each function of the company do for you? Answers in Slack, in Teams, and here."),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
    )
    _add_ask(app, t)
    _add_serving(app, t)
    app.add_typer(_catalog(t), name="catalog")
    app.add_typer(_people(t), name="people")
    app.add_typer(_db(t), name="db")

    @app.command(help=t("Look at settings, database, catalogue, credentials, port and clock: each ok, or what to do."))
    def doctor() -> None:
        if not diagnosis.examine():
            raise typer.Exit(1)

    return app


def _add_ask(app: typer.Typer, t: Texts) -> None:
    @app.command(help=t("Ask a question, without a server; the sample company answers while no catalogue is loaded."))
    def ask(
        question: Annotated[str, typer.Argument(help=t("the question, in your own words"))],
        as_person: Annotated[str | None, typer.Option("--as", metavar="PERSON", help=t("ask as this person: id, e-mail or full name"))] = None,
        lang: Annotated[str | None, typer.Option("--lang", metavar="fr|en", help=t("language of the reply"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=t("answer as JSON"))] = False,
    ) -> None:
        asking.ask(question, as_person=as_person, language=_language(lang, t), as_json=as_json)


def _add_serving(app: typer.Typer, t: Texts) -> None:
    @app.command(help=t("Try it: the sample company and a playground in the browser, without Slack and without Teams."))
    def demo(
        port: Annotated[int | None, typer.Option(help=t("port to listen on; a free one where it is taken"), min=0, max=65535)] = None,
        data: Annotated[Path | None, typer.Option(help=t("folder to keep the conversations in; a temporary one without it"), file_okay=False)] = None,
        browse: Annotated[bool, typer.Option("--browse/--no-browse", help=t("open the page in the browser"))] = True,
    ) -> None:
        serving.demo(port=port, data=data, browse=browse)

    @app.command(help=t("Serve Slack and Teams, with the credentials from the environment or .env."))
    def serve(
        host: Annotated[str | None, typer.Option(help=t("address to listen on"))] = None,
        port: Annotated[int | None, typer.Option(help=t("port to listen on"), min=0, max=65535)] = None,
        dev: Annotated[bool, typer.Option("--dev", help=t("for emulators on this machine: Teams without an app id"))] = False,
    ) -> None:
        serving.serve(host=host, port=port, dev=dev)


def _catalog(t: Texts) -> typer.Typer:
    app = typer.Typer(help=t("The catalogue: check a pack, load it, list versions, go back."), no_args_is_help=True)
    folder = Annotated[Path, typer.Argument(metavar="FOLDER", help=t("the pack: company.yaml, functions/*.yaml, people.csv"))]

    @app.command(help=t("Print every mistake of a pack, with its line and how to fix it."))
    def check(pack: folder) -> None:
        catalogues.check(pack)

    @app.command(help=t("Load a pack: all of it or nothing; every former version is kept."))
    def load(pack: folder) -> None:
        catalogues.load(pack)

    @app.command(help=t("List the versions: who, when, what changed."))
    def versions() -> None:
        catalogues.versions()

    @app.command(help=t("Go back to a former version, as a new one."))
    def rollback(number: Annotated[int, typer.Argument(metavar="VERSION", help=t("a number that `versions` lists"))]) -> None:
        catalogues.rollback(number)

    return app


def _people(t: Texts) -> typer.Typer:
    app = typer.Typer(help=t("The directory of the company."), no_args_is_help=True)

    @app.callback()
    def group() -> None:
        pass

    @app.command("import", help=t("Import people from a CSV file: added or brought up to date by id, all lines or none."))
    def import_people(file: Annotated[Path, typer.Argument(metavar="FILE.csv", help=t("the file, as in the sample company"))]) -> None:
        directories.import_file(file)

    return app


def _db(t: Texts) -> typer.Typer:
    app = typer.Typer(help=t("The database."), no_args_is_help=True)

    @app.callback()
    def group() -> None:
        pass

    @app.command(help=t("Bring the database to this version's form; nothing is lost, and running it twice does no harm."))
    def upgrade() -> None:
        chosen = settings()

        async def upgrading() -> str:
            make_data_folder(chosen)
            return schema.upgrade(chosen.url)

        say(t("The database is at revision {revision}.", revision=run(upgrading())))

    return app


def _language(given: str | None, t: Texts) -> Language | None:
    if given is None:
        return None
    language = language_of_locale(given)
    if language is None:
        fail(t("--lang is fr or en, not {given}.", given=repr(given)), 2)
    return language
