"""Exports: what somebody wanted, written where it was wanted, all of it or nothing."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, assert_never

from bot import export_csv, export_jsonl
from bot.export_rows import Sheet, Wanted, sheets
from dialogs.export import Form
from storage import Session

ZIP: Final = ".zip"
CONTENT_TYPES: Final[Mapping[Form, str]] = {
    "csv": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
_ENDINGS: Final[Mapping[Form, str]] = {"csv": ZIP, "xlsx": ".xlsx", "jsonl": ".jsonl"}


def file_name(form: Form, depth: str, day: str) -> str:
    """Return what the file of an export is called, where nobody named it."""
    return f"pourqui-{depth}-{day}{_ENDINGS[form]}"


def write(session: Session, wanted: Wanted, form: Form, path: Path) -> Mapping[str, int]:
    """Write an export, whole or not at all; return how many lines each of its parts has.

    CSV is a folder with a file for each part, or an archive of these where the path ends with `.zip`; the other forms are one file. What is there
    under that name is replaced. Run it in a snapshot. Raises NothingToExportError; OSError where it can't be written.
    """
    parts = sheets(session, wanted)
    # on the same disk, so that what is ready only has to be renamed; whatever wasn't is gone with the folder
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".pourqui-") as folder:
        made = Path(folder) / path.name
        counts = _write(parts, wanted, form, made)
        if made.is_dir() and path.is_dir():
            for file in made.iterdir():
                file.replace(path / file.name)
        else:
            made.replace(path)
    return counts


def _write(parts: Iterator[Sheet], wanted: Wanted, form: Form, made: Path) -> Mapping[str, int]:
    match form:
        case "csv" if made.suffix.lower() == ZIP:
            return export_csv.write_zip(parts, made, wanted.t.language)
        case "csv":
            made.mkdir()
            return export_csv.write_folder(parts, made, wanted.t.language)
        case "xlsx":
            from bot import export_xlsx  # the writer of workbooks: some megabytes that whoever makes none spares

            return export_xlsx.write(parts, made)
        case "jsonl":
            return export_jsonl.write(parts, made)
        case _:
            assert_never(form)
