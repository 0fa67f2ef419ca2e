"""CSV: a file for each part, as the reader's spreadsheet opens it, none of whose cells is a formula."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile

from defusedcsv import csv

from bot.commands.cells import harmless
from bot.export_rows import Cell, Sheet
from dialogs.catalog import Language

# what a spreadsheet in that language takes for the end of a cell: French ones write 3,5
_DELIMITERS: Final[Mapping[Language, str]] = {"fr": ";", "en": ","}
_ENCODING: Final = "utf-8-sig"  # Excel takes a file without a byte-order mark for its own code page


def file_name(sheet: str) -> str:
    """Return what the file of a part is called."""
    return f"{sheet}.csv"


def write_folder(sheets: Iterator[Sheet], folder: Path, language: Language) -> Mapping[str, int]:
    """Write a file for each part into a folder that is there; return how many lines each has."""
    counts = {}
    for sheet in sheets:
        with (folder / file_name(sheet.name)).open("wb") as file:
            counts[sheet.name] = _write(sheet, file, language)
    return counts


def write_zip(sheets: Iterator[Sheet], path: Path, language: Language) -> Mapping[str, int]:
    """Write the same files into one archive."""
    counts = {}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for sheet in sheets:
            with archive.open(file_name(sheet.name), "w", force_zip64=True) as file:
                counts[sheet.name] = _write(sheet, file, language)
    return counts


def _write(sheet: Sheet, file: IO[bytes], language: Language) -> int:
    count = 0
    with TextIOWrapper(file, encoding=_ENCODING, newline="") as text:
        rows = csv.writer(text, delimiter=_DELIMITERS[language], lineterminator="\r\n")
        rows.writerow(sheet.columns)
        for line in sheet.lines:
            rows.writerow([_written(cell) for cell in line])
            count += 1
    return count


def _written(cell: Cell) -> str | int:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return cell.isoformat()
        case str():
            return harmless(cell)
        case _:
            return cell
