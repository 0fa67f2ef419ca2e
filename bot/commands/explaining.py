"""What Typer says by itself, in the terminal's language: the headings of its help, and what's wrong with what was typed."""

import sys
from collections.abc import Iterator
from io import StringIO

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from bot.refused import Phrase, rephrased, value_phrases
from dialogs.texts import Texts


def run_in(t: Texts, app: typer.Typer) -> None:
    """Run the command that was typed, and end with its status. Typer's own English is said in the language of `t`, whatever it comes from."""
    command = typer.main.get_command(app)
    for each in _all(command):
        each.context_class = _context_in(t)
    try:
        status = command.main(standalone_mode=False)
    except TyperException as error:
        told = StringIO()
        error.show(told)  # type: ignore[attr-defined]
        sys.stderr.write(translated(t, told.getvalue()))
        status = error.exit_code
    except typer.Abort:
        sys.stderr.write(t("Stopped.") + "\n")
        status = 1
    sys.exit(status or 0)


def translated(t: Texts, told: str) -> str:
    """Return help or an error of Typer's in the language of `t`; what isn't known stays as it is."""
    return rephrased(_phrases(t), told)


def _phrases(t: Texts) -> tuple[Phrase, ...]:
    """Return Typer's phrases, each with how it's said; `Error:` comes last, as it stands before the others."""
    return (
        (r"^Usage: (?P<line>.*)$", lambda line: t("Usage: {line}", line=line)),
        (r"COMMAND \[ARGS\]\.\.\.", lambda: t("COMMAND [ARGS]...")),
        (r"^Arguments:$", lambda: t("Arguments:")),
        (r"^Options:$", lambda: t("Options:")),
        (r"^Commands:$", lambda: t("Commands:")),
        (r"Show this message and exit\.", lambda: t("Show this message and exit.")),
        (r"\[default:\s(?P<value>[^\]]+)\]", lambda value: t("[default: {value}]", value=value)),
        (r"\[required\]", lambda: t("[required]")),
        (r"^Try '(?P<command>.+)' for help\.$", lambda command: t("Try '{command}' for help.", command=command)),
        (r"Missing argument (?P<what>'.+')\.", lambda what: t("Missing argument {what}.", what=what)),
        (r"Missing option (?P<what>'.+')\.", lambda what: t("Missing option {what}.", what=what)),
        (r"Missing command\.", lambda: t("Missing command.")),
        (r"No such command (?P<what>'.+?')\.", lambda what: t("No such command {what}.", what=what)),
        (r"No such option: (?P<what>\S+)", lambda what: t("No such option: {what}", what=what)),
        (r"Did you mean (?P<what>.+)\?", lambda what: t("Did you mean {what}?", what=what)),
        (r"\(Possible options: (?P<names>.+)\)", lambda names: t("(Possible options: {names})", names=names)),
        (r"Option (?P<what>'.+') requires (?:an argument|\d+ arguments)\.", lambda what: t("Option {what} requires a value.", what=what)),
        (r"Option (?P<what>'.+') does not take a value\.", lambda what: t("Option {what} takes no value.", what=what)),
        (r"Got unexpected extra argument(?:s|\(s\))? \((?P<what>.+)\)", lambda what: t("Got unexpected words: {what}", what=what)),
        *value_phrases(t),
        (r"Invalid value for (?P<what>.+?): (?P<why>.*)", lambda what, why: t("Invalid value for {what}: {why}", what=what, why=why)),
        (r"^Error: (?P<what>.*)$", lambda what: t("Error: {what}", what=what)),
    )


def _all(command: object) -> Iterator[typer.core.TyperCommand | TyperGroup]:
    """Yield a command and those below it."""
    if isinstance(command, typer.core.TyperCommand | TyperGroup):
        yield command
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            yield from _all(each)


def _context_in(t: Texts) -> type[typer.Context]:
    class Context(typer.Context):
        def get_help(self) -> str:
            return translated(t, super().get_help())

    return Context
