"""Acts that a CSV file tells of: all of its lines, or everything that's wrong in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bot.csv_lines import CutError, columns_wrong, lines
from bot.mistakes import Mistake, read_text
from dialogs.catalog_rules import SLUG, SLUG_LIMIT
from dialogs.ladder import Evidence, EvidenceKind
from dialogs.search.likeness import nearest
from dialogs.texts import Texts

COLUMNS: Final = ("person", "function", "topic", "at")
REQUIRED: Final = COLUMNS[:2]
SIZE_LIMIT: Final = 50_000_000  # bytes; 100,000 acts take about 6 MB
FILE: Final = "file"  # the source of an act that has no date; of one that has, its date is in it too


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An act, on a line of the file; `person` is an e-mail or a directory's id, `at` UTC, None where nothing is written."""

    number: int
    person: str
    function: str
    topic: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReading:
    """All acts of a file in its order, or none and its mistakes."""

    acts: tuple[Line, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_evidence(file: Path, *, functions: Collection[str], timezone: str, now: datetime, t: Texts) -> EvidenceReading:
    """Read a file of acts; it's all of them or none.

    `functions` are those of the catalogue; a date, or a time without its offset, is the company's, in `timezone`.
    """
    text = read_text(file, str(file), SIZE_LIMIT, t)
    if isinstance(text, Mistake):
        return EvidenceReading(mistakes=(text,))
    reading = _Reading(str(file), functions, ZoneInfo(timezone), now, t)
    reading.read(text)
    return EvidenceReading(mistakes=tuple(reading.mistakes)) if reading.mistakes else EvidenceReading(acts=tuple(reading.acts))


def unknown_people(file: Path, acts: Sequence[Line], known: Mapping[str, str], t: Texts) -> tuple[Mistake, ...]:
    """Return a mistake for each act of somebody whom the directory doesn't know."""
    what, fix = t("nobody in the directory has this e-mail or id"), t("correct it, or take the line out")
    return tuple(Mistake(file=str(file), line=act.number, path="person", what=what, fix=fix) for act in acts if act.person not in known)


def evidence_of(acts: Sequence[Line], known: Mapping[str, str], at: datetime) -> list[Evidence]:
    """Return what the acts are evidence of; `known` are the persons by what the file calls them."""
    return [
        Evidence(
            person=known[act.person],
            function=act.function,
            topic=act.topic,
            kind=EvidenceKind.IMPORTED,
            source=FILE if act.at is None else f"{FILE}|{act.at.isoformat()}",
            at=act.at or at,
        )
        for act in acts
    ]


class _Reading:
    """The acts read so far, and what is wrong."""

    def __init__(self, name: str, functions: Collection[str], timezone: ZoneInfo, now: datetime, t: Texts) -> None:
        self.acts: list[Line] = []
        self.mistakes: list[Mistake] = []
        self._name, self._functions, self._timezone, self._now, self._t = name, functions, timezone, now, t

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
            for column, what, fix in columns_wrong(columns, COLUMNS, REQUIRED, t):
                self._wrong(1, column, what, fix)
            if self.mistakes:
                return
            for line, cells in records:
                if any(cell.strip() for cell in cells):
                    self._line(line, columns, [cell.strip() for cell in cells])
        except CutError as error:
            what = t("this line can't be read as CSV ({problem})", problem=error.problem)
            self._wrong(error.line, "", what, t("check its quotes: each that opens must close"))

    def _wrong(self, line: int, column: str, what: str, fix: str) -> None:
        self.mistakes.append(Mistake(file=self._name, line=line, path=column, what=what, fix=fix))

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
        self._check_function(line, cell["function"])
        topic = cell.get("topic", "")
        if topic and (not SLUG.fullmatch(topic) or len(topic) > SLUG_LIMIT):
            what = t("{value} isn't the name of a topic", value=f'"{topic}"')
            self._wrong(line, "topic", what, t("write it as campaigns do: small letters, digits, - and _"))
        at = self._time(line, cell.get("at", ""))
        if len(self.mistakes) == before:
            self.acts.append(Line(number=line, person=cell["person"], function=cell["function"], topic=topic, at=at))

    def _check_function(self, line: int, written: str) -> None:
        t = self._t
        if written and written not in self._functions:
            near = nearest(written, self._functions)
            fix = t("did you mean {key}?", key=near) if near else t("use one of {choices}", choices=", ".join(self._functions))
            self._wrong(line, "function", t("{value} isn't a function", value=f'"{written}"'), fix)

    def _time(self, line: int, written: str) -> datetime | None:
        t = self._t
        if not written:
            return None
        try:
            at = datetime.combine(day, datetime.min.time()) if (day := _day(written)) else datetime.fromisoformat(written)
            utc = (at if at.utcoffset() is not None else at.replace(tzinfo=self._timezone)).astimezone(UTC)
        except (ValueError, OverflowError):
            what = t("{value} isn't a date or a time", value=f'"{written}"')
            self._wrong(line, "at", what, t("write it as {example}", example="2026-11-20, 2026-11-20T14:05:00+01:00"))
            return None
        if utc > self._now:
            self._wrong(line, "at", t("it's in the future"), t("write when it happened, or leave the cell empty"))
        return utc


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
