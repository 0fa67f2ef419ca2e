"""A CSV file that somebody wrote: its lines with their numbers, and what is wrong in its header."""

import csv
from collections.abc import Collection, Iterator, Sequence
from io import StringIO

from dialogs.search.likeness import nearest
from dialogs.texts import Texts


class CutError(Exception):
    """The CSV can't be read on from a line."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


def lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every record with the line it starts on; quotes, CRLF and both separators are understood. Raises CutError."""
    records = csv.reader(StringIO(text, newline=""), delimiter=_separator(text.lstrip().split("\n", 1)[0]), strict=True)
    while True:
        line = records.line_num + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            raise CutError(line, str(error)) from error
        yield line, cells


def columns_wrong(columns: Sequence[str], known: Sequence[str], required: Collection[str], t: Texts) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong in a header: which column, what, how to fix it."""
    for index, column in enumerate(columns):
        if column not in known:
            near = nearest(column, known) if column else None
            fix = t("did you mean {key}?", key=near) if near else t("remove it, or use one of {choices}", choices=", ".join(known))
            yield column, t("this column isn't known"), fix
        elif column in columns[:index]:
            yield column, t("this column is there twice"), t("keep one of the two")
    for column in required:
        if column not in columns:
            yield column, t("this column is missing"), t("add it to the first line")


def _separator(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","
