"""XLSX: a workbook with a sheet for each part, dates and numbers as such, texts as texts only."""

import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from bot.commands.cells import harmless
from bot.export_rows import Line, Sheet

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
ROWS: Final = 1_048_576  # of a sheet, the one with the columns' names included
_OPTIONS: Final = {
    "constant_memory": True,  # a row in memory at a time
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,
}


def write(sheets: Iterator[Sheet], path: Path, rows: int = ROWS) -> Mapping[str, int]:
    """Write every part into one workbook, row by row; return how many lines each has. What is too long for a sheet goes on in the next one.

    Raises OSError where it can't be written. A text is cut at the 32,767 characters that a cell holds.
    """
    # beside the workbook: a machine's temporary folder may be its memory
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".pourqui-") as folder:
        book = Workbook(str(path), {**_OPTIONS, "tmpdir": folder})
        try:
            formats = _Formats(book)
            counts = {sheet.name: _write(book, formats, sheet, rows) for sheet in sheets}
            book.close()
        except FileCreateError as error:
            raise error.args[0] from error
        finally:
            for worksheet in book.worksheets():
                worksheet._opt_close()  # its file of rows, where the workbook couldn't be closed
    return counts


class _Formats:
    """How the cells of a workbook look."""

    def __init__(self, book: Workbook) -> None:
        self.head = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.text = book.add_format({"quote_prefix": True})  # Excel's own apostrophe: it stays a text once it's edited


def _write(book: Workbook, formats: _Formats, sheet: Sheet, rows: int) -> int:
    worksheet, row, count = _begun(book, formats, sheet, sheet.name), 1, 0
    for line in sheet.lines:
        if row == rows:
            worksheet, row = _begun(book, formats, sheet, f"{sheet.name} {count // (rows - 1) + 1}"), 1
        _write_line(worksheet, formats, row, line)
        row, count = row + 1, count + 1
    return count


def _begun(book: Workbook, formats: _Formats, sheet: Sheet, name: str) -> Worksheet:
    worksheet: Worksheet = book.add_worksheet(name)
    worksheet.freeze_panes(1, 0)
    for column, title in enumerate(sheet.columns):
        worksheet.write_string(0, column, title, formats.head)
    return worksheet


def _write_line(worksheet: Worksheet, formats: _Formats, row: int, line: Line) -> None:
    for column, cell in enumerate(line):
        match cell:
            case None:
                pass
            case str():
                worksheet.write_string(row, column, cell, formats.text if harmless(cell) != cell else None)
            case datetime():
                worksheet.write_datetime(row, column, cell.replace(tzinfo=None), formats.time)
            case date():
                worksheet.write_datetime(row, column, cell, formats.day)
            case _:
                worksheet.write_number(row, column, cell)
