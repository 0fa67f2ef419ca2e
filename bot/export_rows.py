"""The rows of an export, the same for every form: one iterator of responses, one of comments, one of what the columns mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import blake2b
from operator import attrgetter
from secrets import token_bytes, token_hex
from typing import Final, TypeAlias

from dialogs.export import Depth
from dialogs.export_columns import DICTIONARY, TABLES, dictionary, names
from dialogs.export_filters import Filters
from dialogs.masking import NO_NAMES, Names, masked, names_of, shown
from dialogs.scores import SCORE_FLOOR
from dialogs.texts import Texts
from storage import Session, export_rows, gaps

Cell: TypeAlias = str | int | date | datetime | None
Line: TypeAlias = tuple[Cell, ...]

_KEY: Final = 32  # bytes of an export's own key, which nobody keeps
_PSEUDONYM: Final = 8  # bytes: among a million people, one pair in 37 million exports is taken for one person
# what no spreadsheet's XML may hold, and what only ever hides something; new lines and tabs stay. https://www.w3.org/TR/xml/#charsets
_UNPRINTABLE: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])


class NothingToExportError(Exception):
    """No response may be exported: nothing is published yet, or the filters leave nothing. The message is for whoever asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an export holds; `t` speaks the reader's language, `timezone` (IANA) is the company's, by which days are told."""

    filters: Filters
    depth: Depth
    t: Texts
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A part of an export: its name, what each of its lines is called, its columns, its lines, which are read once, one at a time."""

    name: str
    kind: str
    columns: tuple[str, ...]
    lines: Iterator[Line]


def sheets(session: Session, wanted: Wanted) -> Iterator[Sheet]:
    """Yield the parts of an export, each to be read to its end before the next one. Read them in one snapshot.

    Raises NothingToExportError, at once, where there's no response to export.
    """
    _refuse_nothing(session, wanted)
    named = names_of(gaps.people_names(session)) if wanted.depth != "named" else NO_NAMES
    for table in TABLES[wanted.depth]:
        columns = names(table, wanted.depth)
        if table == "comments":
            yield Sheet(name=table, kind="comment", columns=columns, lines=_comments(session, wanted, columns, named))
        else:
            yield Sheet(name=table, kind="response", columns=columns, lines=_responses(session, wanted, columns, named))
    yield Sheet(name="dictionary", kind="column", columns=DICTIONARY, lines=_dictionary(wanted))


def _refuse_nothing(session: Session, wanted: Wanted) -> None:
    t = wanted.t
    if wanted.depth != "protected":
        if not export_rows.has_responses(session, wanted.filters, wanted.timezone):
            raise NothingToExportError(t("Nobody has responded within these filters. Try wider ones."))
    elif not (published := export_rows.functions(session)):
        raise NothingToExportError(
            t("Nothing is published yet: a period is published once it's over, its last response has come or expired, and enough people responded.")
        )
    elif not export_rows.has_published(session, wanted.filters):
        raise NothingToExportError(
            t(
                "Within these filters, fewer than {floor} people can be told from the others, so there's nothing that I may export. "
                "Try wider ones. Something is published of: {functions}.",
                floor=SCORE_FLOOR,
                functions=", ".join(published),
            )
        )


def _responses(session: Session, wanted: Wanted, columns: tuple[str, ...], named: Names) -> Iterator[Line]:
    pseudonyms, told, value = _Pseudonyms(), attrgetter(*columns[1:]), columns.index("value")
    if wanted.depth == "protected":
        for response in export_rows.published_responses(session, wanted.filters):
            line = (pseudonyms.of(response.person, response.anonymity_class), *told(response))
            yield _line(line, value)
        return
    for whole in export_rows.whole_responses(session, wanted.filters, wanted.timezone):
        said = replace(whole, comment=_masked(wanted.t, whole.comment, named)) if wanted.depth == "full" and whole.comment else whole
        yield _line((pseudonyms.of(whole.person), *told(said)), value)


def _comments(session: Session, wanted: Wanted, columns: tuple[str, ...], named: Names) -> Iterator[Line]:
    told = attrgetter(*columns)
    for found in export_rows.published_comments(session, wanted.filters):
        yield _line(told(replace(found, comment=_masked(wanted.t, found.comment, named))))


def _masked(t: Texts, comment: str, named: Names) -> str:
    return shown(t, masked(comment, named))


def _dictionary(wanted: Wanted) -> Iterator[Line]:
    for column in dictionary(wanted.t, wanted.depth):
        yield (column.table, column.name, column.type, column.meaning, ", ".join(column.values), column.floor)


def _line(cells: Sequence[Cell], value: int | None = None) -> Line:
    """Return the cells of a line, cleaned; the one at `value` is a number where it's on a scale, so that every form tells the same numbers."""
    cleaned = [_clean(cell) if isinstance(cell, str) else cell for cell in cells]
    if value is not None and isinstance(said := cleaned[value], str) and said.isdecimal():
        cleaned[value] = int(said)
    return tuple(cleaned)


def _clean(text: str) -> str:
    """Return a text without what no spreadsheet holds."""
    if text.isprintable():  # nearly all are
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNPRINTABLE)


class _Pseudonyms:
    """Names made at random: nobody keeps the key, so that they're others in each export."""

    def __init__(self) -> None:
        self._key = token_bytes(_KEY)

    def of(self, person: str | None, group: str = "") -> str:
        """Return what a person is called in a group of rows: in another group, by another name. Whoever was erased is somebody else each time."""
        if person is None:
            return f"r-{token_hex(_PSEUDONYM)}"
        return f"r-{blake2b(f'{group}|{person}'.encode(), key=self._key, digest_size=_PSEUDONYM).hexdigest()}"
