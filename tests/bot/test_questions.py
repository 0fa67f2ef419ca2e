"""The file of questions that search is measured with: what it may hold, and what is said of what it may not."""

from pathlib import Path

import pytest

from bot.mistakes import Mistake
from bot.po import texts
from bot.questions import FollowUp, Question, QuestionReader
from dialogs.catalog import Language
from tests.company import CATALOGUE, DIRECTORY


def reader(language: Language = "en") -> QuestionReader:
    return QuestionReader(CATALOGUE, DIRECTORY, texts(language))


def written(folder: Path, text: str, name: str = "questions.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def told(mistakes: list[Mistake]) -> list[tuple[int, str]]:
    return [(mistake.line, mistake.path) for mistake in mistakes]


def test_csv_and_json_lines_say_the_same(tmp_path: Path) -> None:
    rows = 'question,lang,expected,kind,person\n"mon PC, il est mort",fr,it_laptop|function:it,direct,\nwho won?,en,oos,oos_far,\n'
    lines = (
        '{"question": "mon PC, il est mort", "lang": "fr", "expected": "it_laptop|function:it", "kind": "direct"}\n\n'
        '{"question": "who won?", "lang": "en", "expected": "oos", "kind": "oos_far", "person": null}\n'
    )
    questions, mistakes = reader().questions(written(tmp_path, rows))
    assert mistakes == []
    assert questions == [
        Question(text="mon PC, il est mort", language="fr", right=frozenset({"it_laptop", "function:it"}), kind="direct"),
        Question(text="who won?", language="en", right=frozenset(), kind="oos_far"),
    ]
    assert [question.in_scope for question in questions] == [True, False]
    assert reader().questions(written(tmp_path, lines, "questions.jsonl")) == (questions, [])


def test_a_person_is_named_as_anywhere_else(tmp_path: Path) -> None:
    alice = DIRECTORY[0]
    rows = f"question,lang,expected,person\na?,en,it_laptop,{alice.email}\nb?,en,it_laptop,{alice.name}\nc?,en,it_laptop,Nobody\n"
    questions, mistakes = reader().questions(written(tmp_path, rows))
    assert [question.person for question in questions] == [alice, alice, None]
    assert told(mistakes) == [(4, "person")]


def test_only_the_part_that_was_asked_for_is_read(tmp_path: Path) -> None:
    file = written(tmp_path, "question,lang,expected,part\na?,en,it_laptop,dev\nb?,en,it_laptop,test\n")
    assert [question.text for question in reader().questions(file, part="test")[0]] == ["b?"]


def test_the_public_sets_columns_are_understood(tmp_path: Path) -> None:
    questions, mistakes = reader().questions(written(tmp_path, "text,intent\nmy laptop died,it_laptop\n"))
    assert (questions, mistakes) == ([Question(text="my laptop died", language="en", right=frozenset({"it_laptop"}))], [])


def test_every_mistake_is_told_with_its_line_and_how_to_mend_it(tmp_path: Path) -> None:
    rows = 'question,lang,expected\n"two\nlines",fr,it_lapto\n,fr,it_laptop\nwhat?,de,function:its\nwhat?,en,\n'
    _, mistakes = reader().questions(written(tmp_path, rows))
    assert told(mistakes) == [(2, "expected"), (4, "question"), (5, "expected"), (5, "lang"), (6, "expected")]
    assert "it_laptop" in mistakes[0].fix
    assert "function:it" in mistakes[2].fix
    assert "oos" in mistakes[4].fix
    _, mistakes = reader("fr").questions(written(tmp_path, "question,lang,expected\nquoi ?,fr,rien_de_tel_ici_du_tout\n"))
    assert "function:slug" in mistakes[0].fix


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("empty.csv", "", 1),
        ("header.csv", "question,lang,expected\n", 1),
        ("columns.csv", "question,lang\nwhat?,en\n", 1),
        ("broken.jsonl", '{"question": "a?", "expected": "oos"}\n{"question": \n', 2),
        ("list.jsonl", '{"question": "a?", "expected": "oos"}\n["a?"]\n', 2),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, name: str, text: str, line: int) -> None:
    _, mistakes = reader().questions(written(tmp_path, text, name))
    assert [mistake.line for mistake in mistakes] == [line]
    assert mistakes[0].fix


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    questions, mistakes = reader().questions(tmp_path / "nowhere.csv")
    assert questions == []
    assert len(mistakes) == 1


def test_follow_ups_come_in_pairs(tmp_path: Path) -> None:
    rows = "question1,question2,lang,expected1,expected2\nmon PC est mort,combien ça coûte ?,fr,it_laptop,it_laptop|fin_expenses\n"
    pairs, mistakes = reader().follow_ups(written(tmp_path, rows))
    assert mistakes == []
    assert pairs == [
        FollowUp(
            first=Question(text="mon PC est mort", language="fr", right=frozenset({"it_laptop"})),
            then=Question(text="combien ça coûte ?", language="fr", right=frozenset({"it_laptop", "fin_expenses"})),
        )
    ]
    _, mistakes = reader().follow_ups(written(tmp_path, "question,lang,expected\nmon PC est mort,fr,it_laptop\n"))
    assert len(mistakes) == 4
