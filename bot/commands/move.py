"""`pourqui move`: an embedded installation goes to PostgreSQL, whole; it can be called back."""

import sys
from collections.abc import Callable, Mapping
from time import monotonic

from rich.console import Console
from rich.table import Column, Table

from bot.clock import now
from bot.commands import operator
from bot.commands.terminal import fail, say, settings, words
from bot.secret import key_file
from bot.settings import Settings
from dialogs.texts import Texts
from storage import Session, moving
from storage.errors import AddressError, StorageError
from storage.moving import Again, Load, Step

_EVERY = 5.0  # seconds between two lines about one table


class Progress:
    """Tells how far the move is: a line for each table with rows that's done, and one now and then for a long one."""

    def __init__(self, t: Texts, seconds: Callable[[], float] = monotonic) -> None:
        self._t, self._seconds = t, seconds
        self._began = self._said = seconds()
        self.tables: dict[str, tuple[int, float]] = {}  # rows, and seconds

    def tell(self, step: Step | Again) -> None:
        at = self._seconds()
        if isinstance(step, Again):
            self.tables.clear()
            line = self._t("{table} was changed since it was copied: the copy starts again, from the beginning.", table=step.table)
        elif step.checked:
            self.tables[step.table] = (step.rows, at - self._began)
            self._began = at
            if not step.rows:
                return  # they're told of together, at the end
            line = self._t.many(
                "{table}: {number} row, the same on both sides", "{table}: {number} rows, the same on both sides", step.rows, table=step.table
            )
        elif at - self._said >= _EVERY:
            line = self._t("{table}: {done} of {number} rows", table=step.table, done=step.rows, number=step.of)
        else:
            return
        self._said = at
        say(line)
        sys.stdout.flush()


def move(*, to: str | None, cancel: bool, dry_run: bool) -> None:
    """Move to the database `to`, say what would (`dry_run`), or `cancel` the move; end with 2 where it isn't clear which, 1 where it can't be."""
    t = words()
    if cancel == (to is not None) or (cancel and dry_run):
        fail(t("Say either where to, --to postgresql://user@host/name, or --cancel to use the old database again."), 2)
    chosen = settings(log_level="warning")
    try:
        if to is None:
            _cancel(t, chosen)
        elif dry_run:
            _show(t, moving.weigh(chosen.url, to))
        else:
            _move(t, chosen, to)
    except AddressError as error:
        fail(str(error), 2)
    except StorageError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail(t("Stopped. The old database is as it was; the same command goes on from here."), 130)


def _move(t: Texts, chosen: Settings, to: str) -> None:
    goal = moving.goal(to)
    progress = Progress(t)

    def note(session: Session) -> None:
        operator.note(session, "move", now(), detail={"from": chosen.url, "to": goal})

    say(t("Moving to {goal}. Until it ends, keep serve and the other commands stopped.", goal=goal))
    sys.stdout.flush()
    moving.move(chosen.url, to, clock=now, note=note, tell=progress.tell)
    _print(t, progress.tables)
    for line in _to_do(t, chosen, goal):
        say(line)


def _print(t: Texts, tables: Mapping[str, tuple[int, float]]) -> None:
    shown = Table(t("Table"), Column(t("Rows"), justify="right"), Column(t("Seconds"), justify="right"))
    for name, (rows, seconds) in tables.items():
        if rows:
            shown.add_row(name, str(rows), t.decimal(seconds))
    shown.add_section()
    every_row, every_second = sum(rows for rows, _ in tables.values()), sum(seconds for _, seconds in tables.values())
    shown.add_row(t("all"), str(every_row), t.decimal(every_second))
    Console(markup=False, emoji=False).print(shown)
    empty = sum(not rows for rows, _ in tables.values())
    say(t.many("{number} more table is empty on both sides.", "{number} more tables are empty on both sides.", empty))


def _to_do(t: Texts, chosen: Settings, goal: str) -> list[str]:
    """Return what to set now. The key is never printed: a terminal is seen, and kept."""
    lines = [t("Everything is there. Now set:"), "  POURQUI_DATABASE_URL=" + t("{goal} (with its password)", goal=goal)]
    key = key_file(chosen).absolute()
    if chosen.secret_key is not None:
        lines.append("  POURQUI_SECRET_KEY: " + t("as it is"))
    elif key.exists():
        lines.append(f"  POURQUI_SECRET_KEY_FILE={key}")
        lines.append("  " + t("(or POURQUI_SECRET_KEY, to what that file holds: without this very key nothing that was sealed before can be read)"))
    else:
        lines.append("  POURQUI_SECRET_KEY: " + t("a long random text, the same for every process"))
    lines.append(t("Then start serve, and look: pourqui doctor, pourqui audit verify. To go back to the old database: pourqui move --cancel"))
    return lines


def _cancel(t: Texts, chosen: Settings) -> None:
    former = moving.cancel(chosen.url, lambda session: operator.note(session, "cancel_move", now()))
    say(t("The old database is in use again. It had moved to {goal}.", goal=former.moved_to or ""))
    say(t("Keep serve stopped over there, or people get two answers: what was asked, said and sent there since stays there."))
    say(t("Set POURQUI_DATABASE_URL back. To move again, make an empty database first."))


def _show(t: Texts, load: Load) -> None:
    shown = Table(t("Table"), Column(t("Rows"), justify="right"))
    for name, rows in load.rows.items():
        if rows:
            shown.add_row(name, str(rows))
    shown.add_section()
    shown.add_row(t("all"), str(sum(load.rows.values())))
    Console(markup=False, emoji=False).print(shown)
    say(t("The file has {size} MB. Nothing was copied: without --dry-run it is.", size=t.decimal(load.size / 1024**2)))
