"""`pourqui audit`: is the log whole, and what does it say?"""

import csv
import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import assert_never

from rich.console import Console
from rich.table import Table

from bot.commands.cells import harmless, printable
from bot.commands.terminal import fail, say, with_database, words
from dialogs.texts import Texts
from storage import Session, audit
from storage.audit import Break, Head, Line

SHOWN = 50  # lines of the table, unless more are asked for
_HEAD = re.compile(r"([1-9][0-9]*):([0-9a-f]{64})")


def verify(noted: str | None) -> None:
    """Walk along the chain, and say what it's worth; end with 1 where it's broken."""
    t = words()
    against = None if noted is None else _head(t, noted)
    verdict = with_database(lambda database: database.read(lambda session: audit.verify(session, against)))
    if verdict.broken is not None:
        sound = verdict.head.number if verdict.head else 0
        before = t.many("{number} line before it is sound.", "{number} lines before it are sound.", sound)
        fail(f"{_broken(t, verdict.broken)} {before}")
    if verdict.head is None:
        say(t("The audit log is empty."))
        return
    say(t.many("The audit log is whole: {number} line.", "The audit log is whole: {number} lines.", verdict.head.number))
    say(t("Its head: {head}", head=f"{verdict.head.number}:{verdict.head.hash}"))
    if against is None:
        say(t("Note it somewhere else: pourqui audit verify --head HEAD then also sees whether lines were cut off at the end."))


def list_lines(*, last: int | None, as_csv: bool) -> None:
    """Print the log, people by their names where these are known still: a table of the last lines, or CSV of all."""
    t = words()
    wanted = last if as_csv or last is not None else SHOWN

    def reading(session: Session) -> tuple[list[Line], Mapping[str, str]]:
        found = audit.lines(session, last=wanted)
        return found, audit.names_of(session, {who for line in found for who in (line.actor, line.subject) if who is not None})

    found, names = with_database(lambda database: database.read(reading))
    if as_csv:
        _write_csv(found, names)
        return
    if not found:
        say(t("The audit log is empty."))
        return
    table = Table("#", t("When"), t("Who"), t("What"), t("Function"), t("On what"), t("Outcome"), t("Details"))
    for line in found:
        subject = line.subject or ""
        table.add_row(
            str(line.number),
            line.at.strftime("%Y-%m-%d %H:%M UTC"),
            printable(names.get(line.actor, line.actor)),
            line.act,
            line.function or "",
            printable(names.get(subject, subject)),
            t("refused") if line.outcome == "refused" else t("done"),
            " ".join(f"{name}={value}" for name, value in line.detail.items()),
        )
    Console(markup=False, emoji=False).print(table)
    if found[0].number > 1:
        say(
            t.many(
                "{number} earlier line: --last N shows more, --csv all.",
                "{number} earlier lines: --last N shows more, --csv all.",
                found[0].number - 1,
            )
        )


def _head(t: Texts, noted: str) -> Head:
    read = _HEAD.fullmatch(noted.strip())
    if read is None:
        fail(t("{head} isn't a head: it's NUMBER:HASH, as pourqui audit verify prints it.", head=repr(noted)), 2)
    return Head(number=int(read[1]), hash=read[2])


def _broken(t: Texts, broken: Break) -> str:
    match broken.how:
        case "missing":
            return t("Line {number} is missing.", number=broken.number)
        case "changed":
            return t("Line {number} was changed after it was written.", number=broken.number)
        case "detached":
            return t("Line {number} doesn't follow the line before it, which was replaced.", number=broken.number)
        case "extra":
            return t("Line {number} was put in by hand: the log begins with 1.", number=broken.number)
        case "rewritten":
            return t("Line {number} isn't the one whose head was noted: the log was written anew.", number=broken.number)
        case "cut":
            return t("The log was cut off: line {number} is missing, by the head that was noted.", number=broken.number)
        case _:
            assert_never(broken.how)


def _write_csv(found: Sequence[Line], names: Mapping[str, str]) -> None:
    """Write each line with all that its hash is made of, so that an auditor can make the chain again without us."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("number", "at", "actor", "actor_name", "act", "function", "subject", "subject_name", "outcome", "detail", "hash"))
    for line in found:
        subject = line.subject or ""
        cells = (
            line.at.isoformat(),
            line.actor,
            names.get(line.actor, ""),
            line.act,
            line.function or "",
            subject,
            names.get(subject, ""),
            line.outcome,
            json.dumps(dict(line.detail), ensure_ascii=False, sort_keys=True),
            line.hash,
        )
        rows.writerow((line.number, *map(harmless, cells)))
