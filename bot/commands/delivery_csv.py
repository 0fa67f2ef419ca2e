"""Rows of the ledger as CSV, as every command prints them."""

import csv
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.commands.cells import harmless
from storage.deliveries import Line

_COLUMNS: Final = (
    "key",
    "kind",
    "cause_kind",
    "cause_id",
    "person_id",
    "platform",
    "tenant",
    "status",
    "reason",
    "detail",
    "attempts",
    "planned_at",
    "not_before",
    "sent_at",
    "ended_at",
)


def write_csv(lines: Iterable[Line]) -> None:
    """Write lines of the ledger to standard output."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(_COLUMNS)
    rows.writerows([_cell(getattr(line, column)) for column in _COLUMNS] for line in lines)


def _cell(value: object) -> str | int:
    match value:
        case None:
            return ""
        case int():
            return value
        case datetime():
            return value.isoformat()
        case _:
            return harmless(str(value))
