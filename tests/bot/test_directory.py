"""The directory is read whole, or every bad line is named and nobody is half-imported."""

from pathlib import Path

import pytest

from bot import directory
from bot.directory import read_directory
from dialogs.people import DirectoryRow

HEADER = "id,email,name,language,timezone,site,department,seniority,manager,segments"
INES = DirectoryRow(
    id="p2",
    email="ines@nord.example",
    name="Martin, Inès",
    language="fr",
    timezone="Europe/Paris",
    site="Lyon",
    department="Ventes",
    seniority="junior",
    manager="p1",
    segments=("sales", "field"),
)
CLAIRE = DirectoryRow(id="p1", email="claire@nord.example", name="Claire Morel")


def written(folder: Path, *lines: str, end: str = "\n", encoding: str = "utf-8") -> Path:
    file = folder / "people.csv"
    file.write_text(end.join((*lines, "")), encoding=encoding, newline="")
    return file


def said(file: Path, segments: frozenset[str] | None = None) -> list[str]:
    reading = read_directory(file, segments=segments, name="people.csv")
    assert reading.rows == ()
    return [str(mistake) for mistake in reading.mistakes]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_every_row_is_read(tmp_path: Path, end: str, encoding: str) -> None:
    ines = 'p2,ines@nord.example,"Martin, Inès",FR,Europe/Paris,Lyon,Ventes,junior,p1,sales;field'
    file = written(tmp_path, HEADER, " p1 , claire@nord.example ,Claire Morel,,,,,,,", "", ines, end=end, encoding=encoding)
    reading = read_directory(file, segments={"sales", "field"})
    assert (reading.rows, reading.mistakes) == ((CLAIRE, INES), ())


def test_semicolons_may_separate_the_columns(tmp_path: Path) -> None:
    ines = 'p2;ines@nord.example;Martin, Inès;fr;Europe/Paris;Lyon;Ventes;junior;p1;"sales; field;sales"'
    file = written(tmp_path, HEADER.replace(",", ";"), "p1;claire@nord.example;Claire Morel;;;;;;;", ines)
    assert read_directory(file).rows == (CLAIRE, INES)


def test_columns_may_come_in_any_order_and_only_three_must(tmp_path: Path) -> None:
    assert read_directory(written(tmp_path, "Name, ID ,EMAIL", "Claire Morel,p1,claire@nord.example")).rows == (CLAIRE,)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), ["1: the file is empty; start with the line id,email,name,language,timezone,site,department,seniority,manager,segments"]),
        (
            ("id,mail,name,phone,name", "p1,x,y,z,y"),
            [
                "1: mail: this column isn't known; did you mean email?",
                "1: phone: this column isn't known; remove it, or use one of "
                "id, email, name, language, timezone, site, department, seniority, manager, segments",
                "1: name: this column is there twice; keep one of the two",
                "1: email: this column is missing; add it to the first line",
            ],
        ),
        (("id,email,name", ",a@b.example,Ann"), ["2: id: nothing is written here; write it"]),
        (("id,email,name", "p1,,"), ["2: email: nothing is written here; write it", "2: name: nothing is written here; write it"]),
        (("id,email,name", "p1,ann,Ann"), ['2: email: "ann" isn\'t an e-mail address; write it as ines.martin@example.com']),
        (
            ("id,email,name", "p1,a@b.example,Ann", "p1,A@B.example,Bob"),
            [
                '3: id: "p1" is already on line 2; give each person an id of their own',
                '3: email: "A@B.example" is already on line 2; give each person an e-mail of their own',
            ],
        ),
        (("id,email,name", f"{'p' * 65},a@b.example,Ann"), ["2: id: the text has 65 characters, 64 at most; shorten it"]),
        (
            ("id,email,name", "p1,a@b.example,Ann,Lyon", "p2,c@b.example"),
            [
                "2: this line has 4 cells, the first line 3; put quotes around a cell that holds the separator",
                "3: this line has 2 cells, the first line 3; put quotes around a cell that holds the separator",
            ],
        ),
        (
            ("id,email,name,language,timezone", "p1,a@b.example,Ann,de,Paris"),
            [
                '2: language: "de" isn\'t one of the choices; use one of fr, en',
                '2: timezone: "Paris" isn\'t a time zone; use a name such as Europe/Paris',
            ],
        ),
        (
            ("id,email,name", 'p1,a@b.example,"Ann', "p2,c@b.example,Bob"),
            ["2: this line can't be read as CSV (unexpected end of data); check its quotes: each that opens must close"],
        ),
        (
            ("id,email,name", 'p1,a@b.example,"Ann', 'of Lyon"', 'p2,c@b.example,"B"ob'),
            ["4: this line can't be read as CSV (',' expected after '\"'); check its quotes: each that opens must close"],
        ),
    ],
)
def test_every_bad_line_is_named(tmp_path: Path, lines: tuple[str, ...], expected: list[str]) -> None:
    assert said(written(tmp_path, *lines)) == [f"people.csv:{one}" for one in expected]


def test_segments_are_those_of_the_company(tmp_path: Path) -> None:
    file = written(tmp_path, "id,email,name,segments", "p1,a@b.example,Ann,sale;moon")
    assert said(file, segments=frozenset({"sales", "field"})) == [
        'people.csv:2: segments: "sale" isn\'t a segment; did you mean sales?',
        'people.csv:2: segments: "moon" isn\'t a segment; add it to the segments of company.yaml, or use one of field, sales',
    ]
    assert read_directory(file).rows[0].segments == ("sale", "moon")


def test_a_manager_is_in_the_file_or_known_before(tmp_path: Path) -> None:
    file = written(tmp_path, "id,email,name,manager", "p1,a@b.example,Ann,boss")
    assert said(file) == ['people.csv:2: manager: nobody has the id "boss"; write the id of another line, or leave the cell empty']
    assert read_directory(file, known={"boss": "boss@b.example"}).rows[0].manager == "boss"


def test_an_address_of_somebody_who_is_not_in_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, "id,email,name", "p1,A@b.example,Ann", "p2,c@b.example,Bob", "p3,d@b.example,Cid")
    reading = read_directory(file, known={"old": "a@b.example", "older": "c@b.example", "p3": "old@b.example"}, name="people.csv")
    assert [str(mistake) for mistake in reading.mistakes] == [
        'people.csv:2: email: "A@b.example" belongs to old, who isn\'t in this file; correct it, or add a line for old with another e-mail',
        'people.csv:3: email: "c@b.example" belongs to older, who isn\'t in this file; correct it, or add a line for older with another e-mail',
    ]
    swapped = written(tmp_path, "id,email,name", "p1,a@b.example,Ann", "old,new@b.example,Olga")
    assert len(read_directory(swapped, known={"old": "a@b.example"}).rows) == 2


def test_a_manager_whose_own_line_is_bad_is_not_called_missing(tmp_path: Path) -> None:
    file = written(tmp_path, "id,email,name,manager", "p1,a@b.example,Ann,p2", "p2,,Bob,")
    assert said(file) == ["people.csv:3: email: nothing is written here; write it"]


def test_nobody_is_above_themselves(tmp_path: Path) -> None:
    file = written(
        tmp_path, "id,email,name,manager", "p0,o@b.example,Zoe,p1", "p1,a@b.example,Ann,p2", "p2,c@b.example,Bob,p1", "p3,d@b.example,Cat,p3"
    )
    assert said(file) == [
        "people.csv:3: manager: these people are each other's managers: p1 → p2 → p1; correct one of these lines",
        "people.csv:5: manager: these people are each other's managers: p3 → p3; correct one of these lines",
    ]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(tmp_path / "people.csv") == ["people.csv:1: the file is missing; create it; the sample company shows its form"]
    file = written(tmp_path, "id,email,name", "p1,a@b.example,Inès", encoding="latin-1")
    assert said(file) == ["people.csv:2: the file isn't in UTF-8; save it again with the encoding UTF-8"]
    monkeypatch.setattr(directory, "SIZE_LIMIT", 1_000_000)
    file.write_bytes(b"x" * 1_000_001)
    assert said(file) == ["people.csv:1: the file is larger than 1 MB; split it, or look for what got in by accident"]


def test_mistakes_are_said_in_french_and_name_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "id,email,name", "p1,,Ann")
    (mistake,) = read_directory(file, language="fr").mistakes
    assert str(mistake) == f"{file}:2: email: rien n’est écrit ici; écrivez-le"
