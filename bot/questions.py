"""Questions with what they should get: the file that `pourqui eval` measures search with."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from bot.mistakes import Mistake, read_text
from dialogs.catalog import Catalogue, Language
from dialogs.people import DirectoryRow, is_called
from dialogs.search.likeness import nearest
from dialogs.texts import Texts

OUT_OF_SCOPE: Final = "oos"
_LIMIT: Final = 50_000_000  # bytes of a file
_ALIASES: Final = {"text": "question", "intent": "expected"}  # the columns of the public sets


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and the ids that are right: services, entries, `function:slug`; none where it's out of scope.

    `person` is a line of the directory, None for somebody who may see everything. `kind` is free: figures are given for each.
    """

    text: str
    language: Language
    right: frozenset[str]
    kind: str | None = None
    person: DirectoryRow | None = None

    @property
    def in_scope(self) -> bool:
        """Tell whether the catalogue has an answer to it."""
        return bool(self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A question, the one that goes on from it, and the ids that are right for each."""

    first: Question
    then: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file: where it stands, and its values by column."""

    file: str
    number: int
    values: Mapping[str, str]

    def mistake(self, column: str, what: str, fix: str) -> Mistake:
        """Say what is wrong with one of its values."""
        return Mistake(file=self.file, line=self.number, path=column, what=what, fix=fix)


def read_lines(file: Path, columns: Sequence[str], t: Texts) -> tuple[list[Line], list[Mistake]]:
    """Read a CSV (by its header) or JSON Lines file (by its keys) that has these columns; `text` and `intent` stand for `question` and `expected`."""
    name = str(file)
    text = read_text(file, name, _LIMIT, t)
    if isinstance(text, Mistake):
        return [], [text]
    lines: list[Line] = []
    mistakes: list[Mistake] = []
    for number, values in _json_lines(text) if file.suffix in (".jsonl", ".ndjson") else _csv_lines(text):
        if values is None:
            mistakes.append(Mistake(file=name, line=number, path="", what=t("this line can't be read"), fix=t("write one JSON object a line")))
            continue
        lines.append(Line(file=name, number=number, values={_ALIASES.get(key, key): value for key, value in values.items()}))
    missing = [column for column in columns if lines and column not in lines[0].values]
    mistakes += [
        Mistake(file=name, line=1, path="", what=t("the column {name} is missing", name=column), fix=t("add it: {header}", header=",".join(columns)))
        for column in missing
    ]
    if not lines and not mistakes:
        mistakes.append(Mistake(file=name, line=1, path="", what=t("there's no question in it"), fix=t("write one a line, under the header")))
    return ([], mistakes) if missing else (lines, mistakes)


def _csv_lines(text: str) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    rows = csv.reader(StringIO(text, newline=""))
    header = next(rows, [])
    before = rows.line_num
    for row in rows:
        if row:
            yield before + 1, dict(zip(header, row, strict=False))
        before = rows.line_num


def _json_lines(text: str) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        yield number, {str(key): str(item) for key, item in value.items() if item is not None} if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class QuestionReader:
    """Reads questions about one catalogue, for people of one directory; every mistake is told, with its line."""

    catalogue: Catalogue
    people: Sequence[DirectoryRow]
    t: Texts

    def questions(self, file: Path, *, part: str | None = None) -> tuple[list[Question], list[Mistake]]:
        """Read `question,lang,expected[,kind][,person][,part]`; with `part`, only the lines of that part of the file."""
        lines, mistakes = read_lines(file, ("question", "expected"), self.t)
        questions = [self._question(line, "question", "expected", mistakes) for line in lines if part in (None, line.values.get("part"))]
        return questions, mistakes

    def follow_ups(self, file: Path) -> tuple[list[FollowUp], list[Mistake]]:
        """Read `question1,question2,lang,expected1,expected2`."""
        lines, mistakes = read_lines(file, ("question1", "question2", "expected1", "expected2"), self.t)
        pairs = [
            FollowUp(first=self._question(line, "question1", "expected1", mistakes), then=self._question(line, "question2", "expected2", mistakes))
            for line in lines
        ]
        return pairs, mistakes

    def _question(self, line: Line, question: str, expected: str, mistakes: list[Mistake]) -> Question:
        t = self.t
        text = line.values.get(question, "").strip()
        if not text:
            mistakes.append(line.mistake(question, t("the question is empty"), t("write it, or remove the line")))
        ids = frozenset(each.strip() for each in line.values.get(expected, "").split("|") if each.strip())
        if not ids:
            mistakes.append(line.mistake(expected, t("what should be found is missing"), t("write an id, function:slug, or {oos}", oos=OUT_OF_SCOPE)))
        mistakes += [
            line.mistake(expected, t("{value} isn't in the catalogue", value=repr(each)), self._fix(each))
            for each in sorted(ids)
            if not self._known(each)
        ]
        return Question(
            text=text,
            language=self._language(line, mistakes),
            right=ids - {OUT_OF_SCOPE},
            kind=line.values.get("kind") or None,
            person=self._person(line, mistakes),
        )

    def _known(self, wanted: str) -> bool:
        if wanted == OUT_OF_SCOPE:
            return True
        slug = wanted.removeprefix("function:")
        return self.catalogue.function(slug) is not None if slug != wanted else self.catalogue.sheet(wanted) is not None

    def _fix(self, wanted: str) -> str:
        known = [sheet.id for _, sheet in self.catalogue.sheets()] + [f"function:{function.slug}" for function in self.catalogue.functions]
        near = nearest(wanted, known)
        return self.t("did you mean {key}?", key=near) if near else self.t("write an id, function:slug, or {oos}", oos=OUT_OF_SCOPE)

    def _language(self, line: Line, mistakes: list[Mistake]) -> Language:
        match line.values.get("lang", "en"):
            case "fr":
                return "fr"
            case "en":
                return "en"
            case other:
                mistakes.append(line.mistake("lang", self.t("{value} isn't a language", value=repr(other)), self.t("write fr or en")))
                return "en"

    def _person(self, line: Line, mistakes: list[Mistake]) -> DirectoryRow | None:
        who = line.values.get("person", "").strip()
        if not who:
            return None
        found = next((row for row in self.people if is_called(row, who)), None)
        if found is None:
            fix = self.t("write an id, an e-mail or a full name of people.csv")
            mistakes.append(line.mistake("person", self.t("nobody is called {who}", who=repr(who)), fix))
        return found
