"""`pourqui deliveries`: what the bot says of its own accord, and what became of it; never the words."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot.commands.cells import printable
from bot.commands.delivery_csv import write_csv
from bot.commands.terminal import fail, say, with_database, words
from dialogs.delivery import Status
from dialogs.texts import Texts
from storage import Session, deliveries
from storage.deliveries import Count, Line

SHOWN = 50  # rows of the table; the CSV has all


def list_deliveries(*, status: str | None, as_csv: bool) -> None:
    """Print the ledger: how it stands and its newest rows, or CSV of all; end with 2 where there's no such status."""
    t = words()
    wanted = _status(t, status)

    def reading(session: Session) -> tuple[list[Count], list[Line]]:
        return deliveries.counts(session), list(deliveries.lines(session, wanted, None if as_csv else SHOWN))

    counts, found = with_database(lambda database: database.read(reading))
    if as_csv:
        write_csv(found)
        return
    if not counts:
        say(t("The ledger is empty: the bot hasn't said anything of its own accord yet."))
        return
    console = Console(markup=False, emoji=False)
    console.print(_standing(t, counts))
    if not found:
        say(t("No delivery stands so now."))
        return
    console.print(_newest(t, found))
    if len(found) == SHOWN:
        say(t("These are the newest {number}: --csv prints all.", number=SHOWN))


def _status(t: Texts, given: str | None) -> str | None:
    if given is None:
        return None
    named = given.strip().casefold()
    if named not in set(Status):
        fail(t("{status} isn't a status: choose among {choices}.", status=repr(given), choices=", ".join(Status)), 2)
    return named


def _standing(t: Texts, counts: Sequence[Count]) -> Table:
    table = Table(t("Status"), t("Reason"), t("Deliveries"))
    for count in counts:
        table.add_row(count.status, count.reason or "", str(count.number))
    return table


def _newest(t: Texts, found: Sequence[Line]) -> Table:
    table = Table(t("Planned"), t("Kind"), t("Cause"), t("Where"), t("Status"), t("Reason"), t("Attempts"), t("Sent"))
    for line in found:
        table.add_row(
            _shown(line.planned_at),
            line.kind,
            printable(f"{line.cause_kind} {line.cause_id}"),
            printable(f"{line.platform} {line.tenant}".strip()) or t("nowhere yet"),
            line.status,
            ": ".join(filter(None, (line.reason, printable(line.detail or "")))),
            str(line.attempts),
            "" if line.sent_at is None else _shown(line.sent_at),
        )
    return table


def _shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
