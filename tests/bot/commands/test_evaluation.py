"""`pourqui eval`: figures, misses, floors, and what is said of files that can't be used."""

import json
from pathlib import Path

import pytest

from bot.commands.evaluation import fewer
from tests.bot.program import PACKS, Invoke
from tests.company import CATALOGUE

KEYS = {"top1", "top3", "mrr", "answered", "offered", "precision_answered", "auroc", "caught", "ece", "by_language", "by_kind", "latency_ms"}


@pytest.fixture
def intents(tmp_path: Path) -> Path:
    file = tmp_path / "train.csv"
    file.write_text(
        "text,intent\nmy laptop died,laptop\nget a new computer,laptop\nscreen of my pc is broken,laptop\n"
        "claim back a lunch,expenses\nhotel refund please,expenses\nparking receipt to be paid back,expenses\n",
        encoding="utf-8",
    )
    return file


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.csv"
    file.write_text("question,lang,expected,kind\nmy computer died,en,laptop,direct\nhow old is the moon?,en,oos,oos_far\n", encoding="utf-8")
    return file


def test_the_figures_as_json(invoke: Invoke, intents: Path, questions: Path) -> None:
    result = invoke("eval", questions, "--intents", intents, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told.keys() >= KEYS
    assert told["top1"] == 1.0
    assert told["by_kind"]["direct"]["questions"] == 1
    assert told["latency_ms"].keys() == {"p50", "p99"}


def test_the_name_of_an_intent_finds_it(invoke: Invoke, tmp_path: Path) -> None:
    train, asked = tmp_path / "train.csv", tmp_path / "asked.csv"
    train.write_text("text,intent\nI left it on the bus,lost_badge\nno idea who took it,stolen_laptop\n", encoding="utf-8")
    asked.write_text("text,intent\nLost badge,lost_badge\nstolen laptop!,stolen_laptop\n", encoding="utf-8")
    told = json.loads(invoke("eval", asked, "--intents", train, "--json").stdout)
    assert (told["top1"], told["answered"]) == (1.0, 1.0)


def test_the_figures_as_tables_and_the_misses_side_by_side(invoke: Invoke, intents: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("question,lang,expected\nmy laptop died,en,expenses\nwhat's the weather,en,oos\n", encoding="utf-8")
    result = invoke("eval", wrong, "--intents", intents, "--errors", "--typos", "0.05", "--k", "2")
    assert result.exit_code == 0, result.output
    assert "expenses" in result.stdout
    assert "Function" in result.stdout or "Fonction" in result.stdout


def test_a_floor_that_does_not_hold_ends_with_1_and_says_which(invoke: Invoke, intents: Path, questions: Path) -> None:
    assert invoke("eval", questions, "--intents", intents, "--min-top1", "0.5").exit_code == 0
    result = invoke("eval", questions, "--intents", intents, "--min-followed", "0.5", "--max-ece", "0")
    assert result.exit_code == 1
    assert "followed" in result.output
    assert "ece" in result.output


def test_files_that_cannot_be_used_end_with_2_and_every_mistake(invoke: Invoke, intents: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("question,lang,expected\n,en,laptpo\n", encoding="utf-8")
    result = invoke("eval", wrong, "--intents", intents, "--followups", tmp_path / "nowhere.csv")
    assert result.exit_code == 2
    assert "laptop?" in result.output
    assert "nowhere.csv" in result.output
    assert invoke("eval", wrong, "--intents", tmp_path / "nowhere.csv").exit_code == 2
    assert invoke("eval", wrong, "--catalog", tmp_path / "nowhere").exit_code == 2


def test_a_pack_is_asked_with_its_people(invoke: Invoke, tmp_path: Path) -> None:
    lines = tmp_path / "questions.jsonl"
    lines.write_text('{"question": "?", "expected": "oos", "lang": "fr"}\n', encoding="utf-8")
    result = invoke("eval", lines, "--catalog", PACKS / "small", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["caught"] == 1.0


def test_fewer_phrasings_are_among_more() -> None:
    three, four = fewer(CATALOGUE, 3, 7), fewer(CATALOGUE, 4, 7)
    for (_, few), (_, more), (_, every) in zip(three.sheets(), four.sheets(), CATALOGUE.sheets(), strict=True):
        assert len(few.phrasings.fr) == min(3, len(every.phrasings.fr))
        assert set(few.phrasings.fr) <= set(more.phrasings.fr) <= set(every.phrasings.fr)
    assert fewer(CATALOGUE, 3, 8) != three
    assert all(not sheet.phrasings.fr + sheet.phrasings.en for _, sheet in fewer(CATALOGUE, 0, 7).sheets())
