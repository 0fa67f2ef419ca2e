"""Exports as files: the same numbers in every form, no formula, no name that shouldn't be there, all of it or nothing."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal
from zipfile import ZipFile

import openpyxl
import pytest
from sqlmodel import Session

from bot import export_xlsx, exports
from bot.export_rows import NothingToExportError, Sheet, Wanted, sheets
from bot.po import texts
from dialogs.catalog import Language
from dialogs.export import FORMS, Depth, Form
from dialogs.export_columns import names
from dialogs.export_filters import Filters
from storage.database import Database
from tests.responses import PARIS, keep, october, publish, response

Rows = list[dict[str, Any]]


def wanted(depth: Depth = "protected", language: Language = "en", filters: Filters | None = None) -> Wanted:
    return Wanted(filters=filters or Filters(), depth=depth, t=texts(language), timezone=PARIS)


async def written(database: Database, path: Path, form: Form, what: Wanted) -> Mapping[str, int]:
    return await database.snapshot(lambda session: exports.write(session, what, form, path))


def read_csv(folder: Path, sheet: str, delimiter: str = ",") -> Rows:
    with (folder / f"{sheet}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def read_xlsx(path: Path, sheet: str) -> Rows:
    book = openpyxl.load_workbook(path)
    head, *lines = book[sheet].iter_rows(values_only=True)
    book.close()
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


def read_jsonl(path: Path, kind: str) -> Rows:
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [{name: value for name, value in line.items() if name != "kind"} for line in lines if line["kind"] == kind]


def left(folder: Path) -> set[str]:
    """Return what is in a folder, besides the database."""
    return {path.name for path in folder.iterdir() if not path.name.startswith("pourqui.db")}


def plain(rows: Rows) -> Counter[tuple[tuple[str, str], ...]]:
    """Return what each row says but its pseudonym, as CSV writes it."""

    def said(value: object) -> str:
        match value:
            case None:
                return ""
            case datetime(hour=0, minute=0):
                return value.date().isoformat()
            case datetime():
                return f"{value.isoformat()}Z"
            case _:
                return str(value)

    return Counter(tuple((name, said(value)) for name, value in row.items() if name != "respondent") for row in rows)


@pytest.mark.parametrize("depth", ["protected", "full", "named"])
async def test_the_three_forms_tell_the_same(database: Database, tmp_path: Path, depth: Depth) -> None:
    await october(database)
    counts = [await written(database, tmp_path / f"out.{form}", form, wanted(depth)) for form in FORMS]
    assert counts[0] == counts[1] == counts[2]
    assert (counts[0]["responses"], counts[0].get("comments")) == (18, 12 if depth == "protected" else None)
    kinds = (("responses", "response"), ("comments", "comment"), ("dictionary", "column")) if depth == "protected" else (("responses", "response"),)
    for sheet, kind in kinds:
        of_csv = plain(read_csv(tmp_path / "out.csv", sheet))
        assert of_csv == plain(read_xlsx(tmp_path / "out.xlsx", sheet)) == plain(read_jsonl(tmp_path / "out.jsonl", kind))
        assert of_csv.total() == counts[0][sheet]


async def test_a_line_holds_the_documented_columns_and_no_other(database: Database, tmp_path: Path) -> None:
    await october(database)
    for depth in ("protected", "full", "named"):
        path = tmp_path / f"{depth}.jsonl"
        await written(database, path, "jsonl", wanted(depth))
        assert tuple(read_jsonl(path, "response")[0]) == names("responses", depth)
        described = {(row["table"], row["column"]) for row in read_jsonl(path, "column")}
        assert described >= {("responses", name) for name in names("responses", depth)}


async def test_dates_and_numbers_are_such_in_a_workbook(database: Database, tmp_path: Path) -> None:
    await october(database)
    await written(database, tmp_path / "out.xlsx", "xlsx", wanted())
    rows = read_xlsx(tmp_path / "out.xlsx", "responses")
    assert {row["period_begins"] for row in rows} == {datetime(2026, 9, 28)}  # noqa: DTZ001 a cell knows no zone
    assert all(isinstance(row["trace"], int) for row in rows)
    assert {type(row["value"]) for row in rows if row["item"] == "effort"} == {int}
    await written(database, tmp_path / "full.xlsx", "xlsx", wanted("full"))
    assert {row["asked_at"] for row in read_xlsx(tmp_path / "full.xlsx", "responses")} == {datetime(2026, 10, 6, 9, 30)}  # noqa: DTZ001


@pytest.mark.parametrize(("language", "delimiter"), [("fr", ";"), ("en", ",")])
async def test_csv_is_as_the_readers_spreadsheet_opens_it(database: Database, tmp_path: Path, language: Language, delimiter: str) -> None:
    await october(database)
    await written(database, tmp_path / "out", "csv", wanted(language=language))
    head = (tmp_path / "out" / "responses.csv").read_bytes()
    assert head.startswith(b"\xef\xbb\xbfrespondent" + delimiter.encode() + b"function")
    assert head.count(b"\r\n") == 19
    assert len(read_csv(tmp_path / "out", "responses", delimiter)) == 18


async def test_an_archive_holds_the_same_files(database: Database, tmp_path: Path) -> None:
    await october(database)
    await written(database, tmp_path / "out.zip", "csv", wanted())
    with ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["responses.csv", "comments.csv", "dictionary.csv"]
        with archive.open("responses.csv") as file, TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            assert len(list(csv.DictReader(text))) == 18


ATTACKS = (
    "=1+1",
    "+33 sans rien",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    '=HYPERLINK("http://x.example";"clic")',
    "|calc",
    "%0A=1",
)


async def test_no_cell_is_a_formula_in_any_form(database: Database, tmp_path: Path) -> None:
    rows = [response(number, comment=ATTACKS[number % len(ATTACKS)], department="=cmd|' /C calc'!A0") for number in range(22)]
    await keep(database, rows, people=22)
    await publish(database)
    await written(database, tmp_path / "out", "csv", wanted())
    for sheet in ("responses", "comments", "dictionary"):
        for row in read_csv(tmp_path / "out", sheet):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) for cell in row.values())
    assert "'=1+1" in {row["comment"] for row in read_csv(tmp_path / "out", "comments")}
    await written(database, tmp_path / "out.xlsx", "xlsx", wanted())
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert all(cell.hyperlink is None for cell in cells)
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith("="))
    assert "=1+1" in {cell.value for cell in cells}
    book.close()


async def test_what_no_spreadsheet_holds_is_left_out(database: Database, tmp_path: Path) -> None:
    await keep(
        database,
        [response(number, comment=f"a\x00b\x07c\x1b[31m\x9fd\ufffe\r\ne\rf\tg{number:02}".replace("\x00", "")) for number in range(10)],
        people=10,
    )
    await publish(database)
    for form in FORMS:
        await written(database, tmp_path / f"out.{form}", form, wanted())
    expected = {f"abc[31md\ne\nf\tg{number:02}" for number in range(10)}
    assert {row["comment"] for row in read_jsonl(tmp_path / "out.jsonl", "comment")} == expected
    assert {row["comment"] for row in read_xlsx(tmp_path / "out.xlsx", "comments")} == expected
    assert {row["comment"] for row in read_csv(tmp_path / "out.csv", "comments")} == expected


async def test_a_very_long_comment_is_whole_but_where_a_cell_ends(database: Database, tmp_path: Path) -> None:
    await keep(database, [response(number, comment=f"{'m' * 99} " * 1_000) for number in range(10)], people=10)
    await publish(database)
    for form in FORMS:
        await written(database, tmp_path / f"out.{form}", form, wanted())
    assert {len(row["comment"]) for row in read_jsonl(tmp_path / "out.jsonl", "comment")} == {100_000}
    with (tmp_path / "out.csv" / "comments.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(file.read()) > 1_000_000
    assert {len(row["comment"]) for row in read_xlsx(tmp_path / "out.xlsx", "comments")} == {32_767}


@pytest.mark.parametrize("depth", ["protected", "full"])
async def test_personal_data_in_a_comment_is_masked_unless_names_were_asked_for(
    database: Database, tmp_path: Path, depth: Literal["protected", "full"]
) -> None:
    said = "Camille Numéroba m'a rappelé au 06 12 34 56 78, merci person1@vaubert.example, IBAN FR76 3000 6000 0112 3456 7890 189"
    await keep(database, [response(number, comment=said, shared="named") for number in range(10)], people=10)
    await publish(database)
    await written(database, tmp_path / "masked.jsonl", "jsonl", wanted(depth))
    (comment,) = {row["comment"] for row in read_jsonl(tmp_path / "masked.jsonl", "comment" if depth == "protected" else "response")}
    assert comment == "⟨name⟩ m'a rappelé au ⟨telephone⟩, merci ⟨e-mail⟩, IBAN ⟨account number⟩"
    text = (tmp_path / "masked.jsonl").read_text(encoding="utf-8")
    assert not any(secret in text for secret in ("Camille", "vaubert", "person-", "feedback-", "exchange-"))
    await written(database, tmp_path / "named.jsonl", "jsonl", wanted("named"))
    row = read_jsonl(tmp_path / "named.jsonl", "response")[0]
    assert (row["comment"], row["person_name"]) == (said, "Camille Numéroaa")


async def test_a_pseudonym_is_one_person_in_one_class_of_one_export(database: Database, tmp_path: Path) -> None:
    # each of six people responded twice in either of two sites
    rows = [response(number, number % 6, site="Lyon" if number < 12 else "Lille") for number in range(24)]
    await keep(database, rows, people=6)
    await publish(database)
    exported = []
    for number in range(2):
        await written(database, tmp_path / f"{number}.jsonl", "jsonl", wanted())
        exported.append(read_jsonl(tmp_path / f"{number}.jsonl", "response"))
    by_site = [{(row["site"], row["respondent"]) for row in rows} for rows in exported]
    assert [len(pairs) for pairs in by_site] == [12, 12]  # six of each site: nobody is in both
    assert len({name for pairs in by_site for _, name in pairs}) == 24
    assert all(count == 2 for rows in exported for count in Counter(row["respondent"] for row in rows).values())


async def test_in_every_response_a_pseudonym_is_one_person_of_one_export_and_the_erased_are_nobody(database: Database, tmp_path: Path) -> None:
    rows = [response(number, number % 3) for number in range(6)]
    rows += [response(number, person_id=None) for number in (7, 8)]
    await keep(database, rows, people=3)
    await written(database, tmp_path / "out.jsonl", "jsonl", wanted("named"))
    found = read_jsonl(tmp_path / "out.jsonl", "response")
    assert sorted(Counter(row["respondent"] for row in found).values()) == [1, 1, 2, 2, 2]
    assert [row["person_name"] for row in found].count(None) == 2


async def test_nothing_is_written_where_there_is_nothing(database: Database, tmp_path: Path) -> None:
    for form in FORMS:
        with pytest.raises(NothingToExportError, match="Nothing is published yet"):
            await written(database, tmp_path / "out", form, wanted())
    with pytest.raises(NothingToExportError, match="Nobody has responded within these filters"):
        await written(database, tmp_path / "out", "csv", wanted("full"))
    await october(database)
    with pytest.raises(NothingToExportError, match=r"fewer than 5 people can be told from the others.*Something is published of: it"):
        await written(database, tmp_path / "out", "xlsx", wanted(filters=Filters(told={"department": "IT"})))
    assert left(tmp_path) == set()


async def test_what_is_there_is_replaced_and_nothing_beside_it(database: Database, tmp_path: Path) -> None:
    await october(database)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    (folder / "responses.csv").write_text("old", encoding="utf-8")
    await written(database, folder, "csv", wanted())
    assert sorted(file.name for file in folder.iterdir()) == ["comments.csv", "dictionary.csv", "mine.txt", "responses.csv"]
    assert len(read_csv(folder, "responses")) == 18
    assert left(tmp_path) == {"out"}


async def test_a_failure_leaves_nothing_behind(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await october(database)

    class FullError(Exception):
        """The disk is full."""

    def breaks(session: Session, what: Wanted) -> Iterator[Sheet]:
        first = next(sheets(session, what))

        def lines() -> Iterator[tuple[str, ...]]:
            yield tuple("x" for _ in first.columns)
            raise FullError

        yield Sheet(name=first.name, kind=first.kind, columns=first.columns, lines=lines())

    monkeypatch.setattr(exports, "sheets", breaks)
    for form in FORMS:
        with pytest.raises(FullError):
            await written(database, tmp_path / "out", form, wanted())
    assert left(tmp_path) == set()


def test_what_is_too_long_for_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    part = Sheet(name="responses", kind="response", columns=("number",), lines=iter([(number,) for number in range(7)]))
    assert export_xlsx.write(iter([part]), tmp_path / "out.xlsx", rows=4) == {"responses": 7}
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["responses", "responses 2", "responses 3"]
    assert [[cell.value for cell in sheet["A"]] for sheet in book] == [["number", 0, 1, 2], ["number", 3, 4, 5], ["number", 6]]
    book.close()


def test_a_workbook_that_cant_be_written_says_why(tmp_path: Path) -> None:
    part = Sheet(name="responses", kind="response", columns=("day",), lines=iter([(date(2026, 10, 1),)]))
    (tmp_path / "out.xlsx").mkdir()
    with pytest.raises(IsADirectoryError):
        export_xlsx.write(iter([part]), tmp_path / "out.xlsx")


def test_a_file_that_nobody_named_is_called_by_what_it_is() -> None:
    assert [exports.file_name(form, "full", "2026-11-20") for form in FORMS] == [
        "pourqui-full-2026-11-20.zip",
        "pourqui-full-2026-11-20.xlsx",
        "pourqui-full-2026-11-20.jsonl",
    ]
