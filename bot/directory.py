"""The company's directory: `people.csv` as rows, or everything that's wrong in it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from zoneinfo import available_timezones

from bot.csv_lines import CutError, columns_wrong, lines
from bot.mistakes import Mistake, read_text
from bot.po import texts
from dialogs.catalog import LANGUAGES, Language
from dialogs.catalog_rules import EMAIL, SLUG_LIMIT
from dialogs.people import DirectoryRow
from dialogs.search.likeness import nearest
from dialogs.texts import Texts

COLUMNS = tuple(field.name for field in fields(DirectoryRow))
REQUIRED = ("id", "email", "name")
_NOBODY: Mapping[str, str] = MappingProxyType({})
SIZE_LIMIT = 50_000_000  # bytes; 100,000 people take about 15 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryReading:
    """All rows of a directory in the file's order, or none and its mistakes."""

    rows: tuple[DirectoryRow, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_directory(
    file: Path,
    *,
    segments: Collection[str] | None = None,
    known: Mapping[str, str] = _NOBODY,
    language: Language = "en",
    name: str | None = None,
) -> DirectoryReading:
    """Read a directory; it's all rows or none.

    `segments` are those that people may belong to (None: any). `known` are the e-mails of the people of the directory so far, by their ids: they may
    be managers without being in the file, and keep their addresses. `name` is how mistakes call the file (its path by default).
    """
    t = texts(language)
    shown = name or str(file)
    text = read_text(file, shown, SIZE_LIMIT, t)
    if isinstance(text, Mistake):
        return DirectoryReading(mistakes=(text,))
    reading = _Reading(shown, segments, t)
    reading.read(text)
    reading.check_managers(frozenset(known))
    reading.check_addresses(known)
    if reading.mistakes:
        return DirectoryReading(mistakes=tuple(sorted(reading.mistakes, key=lambda mistake: mistake.line)))
    return DirectoryReading(rows=tuple(row for _, row in reading.rows))


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


class _Reading:
    """The rows read so far, each with its line, and what is wrong."""

    def __init__(self, name: str, segments: Collection[str] | None, t: Texts) -> None:
        self.rows: list[tuple[int, DirectoryRow]] = []
        self.mistakes: list[Mistake] = []
        self._name = name
        self._segments = None if segments is None else frozenset(segments)
        self._t = t
        self._ids: dict[str, int] = {}
        self._emails: dict[str, int] = {}

    def _wrong(self, line: int, column: str, what: str, fix: str) -> None:
        self.mistakes.append(Mistake(file=self._name, line=line, path=column, what=what, fix=fix))

    def read(self, text: str) -> None:
        """Read the header, then every line below it."""
        t = self._t
        if not text.strip():
            self._wrong(1, "", t("the file is empty"), t("start with the line {form}", form=",".join(COLUMNS)))
            return
        records = lines(text)
        try:
            _, header = next(records)
            columns = [cell.strip().lower() for cell in header]
            if not self._is_header(columns):
                return
            for line, cells in records:
                if any(cell.strip() for cell in cells):
                    self._line(line, columns, [cell.strip() for cell in cells])
        except CutError as error:
            self._wrong(
                error.line,
                "",
                t("this line can't be read as CSV ({problem})", problem=error.problem),
                t("check its quotes: each that opens must close"),
            )

    def _is_header(self, columns: list[str]) -> bool:
        wrong = list(columns_wrong(columns, COLUMNS, REQUIRED, self._t))
        for column, what, fix in wrong:
            self._wrong(1, column, what, fix)
        return not wrong

    def _line(self, line: int, columns: list[str], cells: list[str]) -> None:
        t = self._t
        if len(cells) != len(columns):
            what = t("this line has {cells} cells, the first line {columns}", cells=len(cells), columns=len(columns))
            self._wrong(line, "", what, t("put quotes around a cell that holds the separator"))
            return
        cell = dict(zip(columns, cells, strict=True))
        before = len(self.mistakes)
        for column in REQUIRED:
            if not cell[column]:
                self._wrong(line, column, t("nothing is written here"), t("write it"))
        self._identity(line, cell["id"], cell["email"])
        language = self._language(line, cell.get("language", ""))
        self._timezone(line, cell.get("timezone", ""))
        slugs = self._slugs(line, cell.get("segments", ""))
        if len(self.mistakes) == before:
            self.rows.append((line, _row(cell, language, slugs)))

    def _identity(self, line: int, person: str, email: str) -> None:
        t = self._t
        if len(person) > SLUG_LIMIT:
            self._wrong(line, "id", t("the text has {length} characters, {limit} at most", length=len(person), limit=SLUG_LIMIT), t("shorten it"))
        if person and (first := self._ids.setdefault(person, line)) != line:
            self._wrong(line, "id", t("{value} is already on line {line}", value=f'"{person}"', line=first), t("give each person an id of their own"))
        if email and not EMAIL.fullmatch(email):
            self._wrong(
                line, "email", t("{value} isn't an e-mail address", value=f'"{email}"'), t("write it as {example}", example="ines.martin@example.com")
            )
        elif email and (first := self._emails.setdefault(email.casefold(), line)) != line:
            self._wrong(
                line, "email", t("{value} is already on line {line}", value=f'"{email}"', line=first), t("give each person an e-mail of their own")
            )

    def _language(self, line: int, written: str) -> Language | None:
        t = self._t
        for language in LANGUAGES:
            if written.lower() == language:
                return language
        if written:
            what = t("{value} isn't one of the choices", value=f'"{written}"')
            self._wrong(line, "language", what, t("use one of {choices}", choices=", ".join(LANGUAGES)))
        return None

    def _timezone(self, line: int, written: str) -> None:
        t = self._t
        if written and written not in _timezones():
            self._wrong(
                line, "timezone", t("{value} isn't a time zone", value=f'"{written}"'), t("use a name such as {example}", example="Europe/Paris")
            )

    def _slugs(self, line: int, written: str) -> tuple[str, ...]:
        t = self._t
        slugs = tuple(dict.fromkeys(slug.strip() for slug in written.split(";") if slug.strip()))
        for slug in slugs:
            if self._segments is not None and slug not in self._segments:
                near = nearest(slug, self._segments)
                fix = (
                    t("did you mean {key}?", key=near)
                    if near
                    else t("add it to the segments of company.yaml, or use one of {choices}", choices=", ".join(sorted(self._segments)))
                )
                self._wrong(line, "segments", t("{value} isn't a segment", value=f'"{slug}"'), fix)
        return slugs

    def check_addresses(self, known: Mapping[str, str]) -> None:
        """Find addresses of people whom the file doesn't name: they'd have two owners."""
        t = self._t
        owners = {email.casefold(): person for person, email in known.items() if email and person not in self._ids}
        for line, row in self.rows:
            if (owner := owners.get(row.email.casefold())) is not None:
                what = t("{value} belongs to {owner}, who isn't in this file", value=f'"{row.email}"', owner=owner)
                self._wrong(line, "email", what, t("correct it, or add a line for {owner} with another e-mail", owner=owner))

    def check_managers(self, known_ids: frozenset[str]) -> None:
        """Find managers who aren't there, and people who'd be above themselves."""
        t = self._t
        managers = {row.id: row.manager for _, row in self.rows if row.manager is not None}
        for line, row in self.rows:
            if row.manager is not None and row.manager not in self._ids and row.manager not in known_ids:
                what = t('nobody has the id "{id}"', id=row.manager)
                self._wrong(line, "manager", what, t("write the id of another line, or leave the cell empty"))
        places = {row.id: line for line, row in self.rows}
        for cycle in _cycles(managers):
            what = t("these people are each other's managers: {people}", people=" → ".join((*cycle, cycle[0])))
            self._wrong(min(places[person] for person in cycle), "manager", what, t("correct one of these lines"))


def _cycles(managers: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield each circle of managers once, in time linear in the number of people."""
    seen: set[str] = set()
    for start in managers:
        chain: dict[str, None] = {}
        person: str | None = start
        while person is not None and person not in seen:
            seen.add(person)
            chain[person] = None
            person = managers.get(person)
        if person in chain:
            people = list(chain)
            yield people[people.index(person) :]


def _row(cell: Mapping[str, str], language: Language | None, segments: tuple[str, ...]) -> DirectoryRow:
    return DirectoryRow(
        id=cell["id"],
        email=cell["email"],
        name=cell["name"],
        language=language,
        timezone=cell.get("timezone") or None,
        site=cell.get("site") or None,
        department=cell.get("department") or None,
        seniority=cell.get("seniority") or None,
        manager=cell.get("manager") or None,
        segments=segments,
    )
