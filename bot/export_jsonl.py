"""JSON Lines: an object a line, whose `kind` says what it is (response, comment, column)."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from bot.export_rows import Cell, Sheet


def write(sheets: Iterator[Sheet], path: Path) -> Mapping[str, int]:
    """Write every part into one file; return how many lines each has."""
    counts = {}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for sheet in sheets:
            count = 0
            for line in sheet.lines:
                said = {"kind": sheet.kind} | {column: _written(cell) for column, cell in zip(sheet.columns, line, strict=True)}
                file.write(json.dumps(said, ensure_ascii=False) + "\n")
                count += 1
            counts[sheet.name] = count
    return counts


def _written(cell: Cell) -> str | int | None:
    match cell:
        case datetime():
            return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return cell.isoformat()
        case _:
            return cell
