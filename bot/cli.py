"""The command line: `pourqui`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.app import make_data_folder
from bot.commands import ask as asking
from bot.commands import attention as budgeting
from bot.commands import audit as auditing
from bot.commands import campaign as campaigning
from bot.commands import catalog as catalogues
from bot.commands import deliveries as ledger
from bot.commands import demonstration, serving, working
from bot.commands import doctor as diagnosis
from bot.commands import evaluation as measuring
from bot.commands import evidence as acts
from bot.commands import feedback as reading
from bot.commands import gaps as unanswered
from bot.commands import people as directories
from bot.commands import privacy as personal
from bot.commands import roles as granting
from bot.commands import sources as telling
from bot.commands.evaluation import Floors, Run
from bot.commands.explaining import run_in
from bot.commands.terminal import fail, run, say, settings, words
from dialogs.catalog import Language
from dialogs.people import language_of_locale
from dialogs.texts import Texts
from storage import schema


def main() -> None:
    """Run the command that was typed."""
    t = words()
    run_in(t, command_line(t))


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
    _add_eval(app, t)
    _add_serving(app, t)
    app.add_typer(_catalog(t), name="catalog")
    app.add_typer(_people(t), name="people")
    app.add_typer(_roles(t), name="roles")
    app.add_typer(_audit(t), name="audit")
    app.add_typer(personal.privacy_commands(t), name="privacy")
    app.add_typer(budgeting.attention_commands(t), name="attention")
    app.add_typer(reading.feedback_commands(t), name="feedback")
    app.add_typer(campaigning.campaigns(t), name="campaign")
    app.add_typer(acts.evidence(t), name="evidence")
    app.add_typer(_sources(t), name="sources")
    _add_deliveries(app, t)
    app.add_typer(_db(t), name="db")
    _add_move(app, t)

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


def _add_eval(app: typer.Typer, t: Texts) -> None:
    share = Annotated[float | None, typer.Option(min=0, max=1, help=t("end with 1 where the figure is below this share"))]

    @app.command("eval", help=t("Measure how well a catalogue answers questions whose answer is known; the sample company's without --catalog."))
    def evaluate(
        questions: Annotated[list[Path], typer.Argument(metavar="QUESTIONS", help=t("CSV or JSON Lines: question,lang,expected[,kind][,person]"))],
        catalog: Annotated[Path | None, typer.Option(metavar="FOLDER", help=t("the pack that is asked"))] = None,
        intents: Annotated[
            Path | None, typer.Option(metavar="TRAIN.csv", help=t("ask a file of text,intent instead of a pack; an intent's name is its title"))
        ] = None,
        followups: Annotated[Path | None, typer.Option(metavar="FILE", help=t("question1,question2,lang,expected1,expected2"))] = None,
        k: Annotated[int | None, typer.Option(min=0, help=t("phrasings kept of each sheet and language"))] = None,
        seed: Annotated[int, typer.Option(help=t("draws the phrasings and the slips"))] = 0,
        typos: Annotated[float, typer.Option(min=0, max=1, help=t("share of letters that a hurried hand gets wrong"))] = 0.0,
        part: Annotated[str | None, typer.Option(help=t("only the lines whose column `part` says this"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=t("print the figures as JSON"))] = False,
        errors: Annotated[bool, typer.Option("--errors", help=t("list what was missed, with what was found instead"))] = False,
        min_top1: share = None,
        min_top3: share = None,
        min_mrr: share = None,
        min_answered: share = None,
        min_precision: share = None,
        min_caught: share = None,
        min_auroc: share = None,
        min_followed: share = None,
        max_ece: Annotated[float | None, typer.Option(min=0, max=1, help=t("end with 1 where the figure is above this share"))] = None,
    ) -> None:
        floors = Floors(
            top1=min_top1,
            top3=min_top3,
            mrr=min_mrr,
            answered=min_answered,
            precision_answered=min_precision,
            caught=min_caught,
            auroc=min_auroc,
            followed=min_followed,
            max_ece=max_ece,
        )
        run = Run(questions=questions, catalog=catalog, intents=intents, followups=followups, k=k, seed=seed, typos=typos, part=part)
        measuring.evaluate(run, floors, as_json=as_json, errors=errors)


def _add_serving(app: typer.Typer, t: Texts) -> None:
    @app.command(help=t("Try it: the sample company and a playground in the browser, without Slack and without Teams."))
    def demo(
        port: Annotated[int | None, typer.Option(help=t("port to listen on; a free one where it is taken"), min=0, max=65535)] = None,
        data: Annotated[Path | None, typer.Option(help=t("folder to keep the conversations in; a temporary one without it"), file_okay=False)] = None,
        browse: Annotated[bool, typer.Option("--browse/--no-browse", help=t("open the page in the browser"))] = True,
    ) -> None:
        demonstration.demo(port=port, data=data, browse=browse)

    @app.command(help=t("Serve Slack and Teams, with the credentials from the environment or .env."))
    def serve(
        host: Annotated[str | None, typer.Option(help=t("address to listen on"))] = None,
        port: Annotated[int | None, typer.Option(help=t("port to listen on"), min=0, max=65535)] = None,
        dev: Annotated[bool, typer.Option("--dev", help=t("for emulators on this machine: Teams without an app id"))] = False,
    ) -> None:
        serving.serve(host=host, port=port, dev=dev)

    @app.command(help=t("Send, and do the work in the background, beside those that serve: on PostgreSQL, with POURQUI_RUNNER=procrastinate."))
    def worker(
        host: Annotated[str | None, typer.Option(help=t("address to listen on"))] = None,
        port: Annotated[int | None, typer.Option(help=t("port to listen on; a free one where it is taken"), min=0, max=65535)] = None,
        dev: Annotated[bool, typer.Option("--dev", help=t("for emulators on this machine: Teams without an app id"))] = False,
    ) -> None:
        working.work(host=host, port=port, dev=dev)


def _catalog(t: Texts) -> typer.Typer:
    app = typer.Typer(help=t("The catalogue: check a pack, load it, list versions, go back, write it out."), no_args_is_help=True)
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

    @app.command(help=t("Write the catalogue out as a pack: into a new or empty folder, or over a pack, whose comments and unchanged lines stay."))
    def export(
        folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=t("where to write it"), file_okay=False)],
        version: Annotated[int | None, typer.Option(metavar="VERSION", help=t("a number that `versions` lists"))] = None,
    ) -> None:
        catalogues.export(folder, version)

    @app.command(help=t("List the questions that nobody could answer yet, personal data masked, the most asked first."))
    def gaps(
        function: Annotated[str | None, typer.Option(metavar="SLUG", help=t("only those of this function"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=t("print them as JSON"))] = False,
    ) -> None:
        unanswered.list_gaps(function=function, as_json=as_json)

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


def _roles(t: Texts) -> typer.Typer:
    app = typer.Typer(help=t("Roles: who may write, decide, administer, audit."), no_args_is_help=True)
    person = Annotated[str, typer.Argument(metavar="PERSON", help=t("id, e-mail or full name, as in the directory"))]
    named = Annotated[str, typer.Argument(metavar="ROLE", help="expert | author | owner | admin | auditor")]
    of = Annotated[str | None, typer.Argument(metavar="FUNCTION", help=t("the function of an expert, an author or an owner"))]

    @app.command(help=t("Grant a role; it counts at once."))
    def grant(who: person, role: named, function: of = None) -> None:
        granting.grant(who, role, function)

    @app.command(help=t("Take a role back; it counts at once."))
    def revoke(who: person, role: named, function: of = None) -> None:
        granting.revoke(who, role, function)

    @app.command("list", help=t("List who holds which role, since when, granted by whom."))
    def list_roles() -> None:
        granting.list_roles()

    return app


def _sources(t: Texts) -> typer.Typer:
    app = typer.Typer(help=t("Other tools that tell of the exchanges which live in them, each by its token."), no_args_is_help=True)
    name = Annotated[str, typer.Argument(metavar="NAME", help=t("the tool's name, such as guichet"))]

    @app.command(help=t("Trust a tool, and print its token, once."))
    def add(source: name) -> None:
        telling.add(source)

    @app.command(help=t("Trust a tool no longer; it counts at once."))
    def revoke(source: name) -> None:
        telling.revoke(source)

    @app.command("list", help=t("List the tools, and when each last told something."))
    def list_sources() -> None:
        telling.list_sources()

    return app


def _audit(t: Texts) -> typer.Typer:
    app = typer.Typer(help=t("The audit log: who changed or tried what; each line is bound to the one before."), no_args_is_help=True)

    @app.command(help=t("Check that no line was changed, taken out or put in since it was written."))
    def verify(
        head: Annotated[str | None, typer.Option(metavar="NUMBER:HASH", help=t("a head noted before, to see what was cut off at the end"))] = None,
    ) -> None:
        auditing.verify(head)

    @app.command("list", help=t("Print the log, with the names that are known still."))
    def list_lines(
        last: Annotated[int | None, typer.Option(metavar="N", min=1, help=t("only the last N lines"))] = None,
        as_csv: Annotated[bool, typer.Option("--csv", help=t("as CSV, all lines unless --last is given"))] = False,
    ) -> None:
        auditing.list_lines(last=last, as_csv=as_csv)

    return app


def _add_deliveries(app: typer.Typer, t: Texts) -> None:
    @app.command(help=t("List what the bot says of its own accord, and what became of it; never the words."))
    def deliveries(
        status: Annotated[str | None, typer.Option(metavar="STATUS", help="planned | sending | sent | failed | skipped | unknown")] = None,
        as_csv: Annotated[bool, typer.Option("--csv", help=t("as CSV, all rows"))] = False,
    ) -> None:
        ledger.list_deliveries(status=status, as_csv=as_csv)


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
            return schema.upgrade(chosen.url, queue=chosen.runner == "procrastinate")

        say(t("The database is at revision {revision}.", revision=run(upgrading())))

    return app


def _add_move(app: typer.Typer, t: Texts) -> None:
    @app.command(help=t("Move an installation from SQLite to PostgreSQL: everything, checked on both sides; it can be interrupted, and called back."))
    def move(
        to: Annotated[str | None, typer.Option(metavar="URL", help=t("postgresql://user@host/name, an empty database"))] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=t("say what would be copied, and copy nothing"))] = False,
        cancel: Annotated[bool, typer.Option("--cancel", help=t("use the old database again, without what the new one did since"))] = False,
    ) -> None:
        from bot.commands.move import move  # PostgreSQL's driver: 9 MB that the other commands spare

        move(to=to, cancel=cancel, dry_run=dry_run)


def _language(given: str | None, t: Texts) -> Language | None:
    if given is None:
        return None
    language = language_of_locale(given)
    if language is None:
        fail(t("--lang is fr or en, not {given}.", given=repr(given)), 2)
    return language
