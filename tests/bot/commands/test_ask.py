"""`pourqui ask`: an answer without a server."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage import schema
from tests.bot.program import Invoke, furnish, run, use
from tests.platforms.embeddings import KEY, MODEL, FakeEmbeddings, status

KEYS = {"outcome", "function", "ids", "confidence", "language", "text", "blocks", "milliseconds"}
company = pytest.mark.usefixtures("loaded")


@pytest.fixture
def loaded(alone: Path) -> Path:
    """The small company in the embedded database of the working folder; returns its file."""
    file = alone / "data" / "pourqui.sqlite3"
    file.parent.mkdir()
    schema.upgrade(f"sqlite:///{file}")
    use(f"sqlite:///{file}", furnish)
    return file


def asked(invoke: Invoke, *arguments: str) -> dict[str, Any]:
    result = invoke("ask", "--json", *arguments)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    assert told.keys() == KEYS
    assert isinstance(told["milliseconds"], float)
    assert told["milliseconds"] > 0
    assert told["blocks"]
    assert all(isinstance(block["kind"], str) for block in told["blocks"])
    return told


def test_the_sample_company_answers_in_an_empty_folder_and_nothing_is_left_there(tmp_path: Path) -> None:
    ended = run(tmp_path, "ask", "à quoi sert la DSI ?", "--json", LANG="fr_FR.UTF-8")
    assert (ended.returncode, ended.stderr) == (0, "")
    told = json.loads(ended.stdout)
    assert told.keys() == KEYS
    assert (told["outcome"], told["function"], told["language"], told["confidence"]) == ("profile", "it", "fr", None)
    assert told["ids"]
    badge = "DSI · Direction des systèmes d’information"
    assert told["text"].startswith(f"[{badge}] ")
    assert (told["blocks"][0]["kind"], told["blocks"][0]["badge"]) == ("title", badge)
    assert list(tmp_path.iterdir()) == []


def test_without_a_catalogue_the_sample_company_tells_two_people_different_services(invoke: Invoke) -> None:
    assert invoke("db", "upgrade").exit_code == 0
    one = asked(invoke, "à quoi sert la DSI ?", "--as", "nicolas.faure@solane.example")
    other = asked(invoke, "à quoi sert la DSI ?", "--as", "p069", "--lang", "fr")
    assert one["outcome"] == other["outcome"] == "profile"
    assert one["ids"] != other["ids"]


@company
def test_an_answer(invoke: Invoke) -> None:
    told = asked(invoke, "mon ordinateur portable est mort")
    assert (told["outcome"], told["function"], told["ids"], told["language"]) == ("answer", "it", ["it_laptop"], "fr")
    assert 0 < told["confidence"] <= 1
    assert "Remplacer un ordinateur portable" in told["text"]
    assert {"kind": "link", "label": "Faire la demande", "url": "https://guichet.vaubert.example/portable", "primary": True} in [
        button for block in told["blocks"] if block["kind"] == "buttons" for button in block["buttons"]
    ]


@company
def test_a_choice_is_of_three_at_most(invoke: Invoke) -> None:
    told = asked(invoke, "remboursement d’un portable", "--as", "alice martin")
    assert (told["outcome"], told["function"]) == ("choice", None)
    assert 1 <= len(told["ids"]) <= 3
    assert 0 <= told["confidence"] <= 1


@company
def test_an_honest_none(invoke: Invoke) -> None:
    told = asked(invoke, "quel temps fera-t-il demain à Brest ?")
    assert (told["outcome"], told["ids"]) == ("none", [])
    assert told["text"].startswith("Je ne sais pas répondre à cela.")


@company
@pytest.mark.parametrize("words", ["bonjour", "merci", "aide", "", "🙂", "préférences"])
def test_talk(invoke: Invoke, words: str) -> None:
    told = asked(invoke, words)
    assert (told["outcome"], told["function"], told["ids"], told["confidence"]) == ("talk", None, [], None)


@company
def test_a_profile_names_the_services_in_their_order(invoke: Invoke) -> None:
    assert asked(invoke, "what does IT do for me?")["ids"] == ["it_laptop"]


@company
@pytest.mark.parametrize("who", ["p1", "P1", "alice.martin@solane.example", "Alice Martin", " alice MARTIN "])
def test_a_person_is_named_by_id_e_mail_or_name(invoke: Invoke, who: str) -> None:
    told = asked(invoke, "à quoi sert la DSI ?", "--as", who)
    assert told["ids"] == ["it_demo_kit", "it_laptop"]
    assert "Pour vous (Ventes, Lyon)" in told["text"]


@company
def test_words_instead_of_json(invoke: Invoke) -> None:
    said = invoke("ask", "how do I change my password?")
    assert (said.exit_code, said.stderr) == (0, "")
    lines = said.stdout.splitlines()
    assert lines[0] == "[IT · Information Technology] How do I change my password?"
    assert "On the portal, choose Forgotten password." in lines


@company
@pytest.mark.parametrize(("given", "expected"), [("fr", "Notes de frais"), ("en", "Expense claims"), ("en-GB", "Expense claims")])
def test_the_language_can_be_chosen(invoke: Invoke, given: str, expected: str) -> None:
    assert expected in invoke("ask", "note de frais", "--lang", given).stdout


@company
def test_a_language_that_is_neither_is_refused(invoke: Invoke) -> None:
    said = invoke("ask", "note de frais", "--lang", "de")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr == "--lang is fr or en, not 'de'.\n"


@company
def test_somebody_unknown_is_told_with_an_example(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    said = invoke("ask", "note de frais", "--as", "nobody")
    assert (said.exit_code, said.stdout) == (2, "")
    assert "Nobody in the directory is called 'nobody'" in said.stderr
    assert "alice.martin@solane.example" in said.stderr
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert "Personne dans l’annuaire ne s’appelle 'nobody'" in invoke("ask", "note de frais", "--as", "nobody").stderr


def test_asking_records_nothing(invoke: Invoke, loaded: Path) -> None:
    asked(invoke, "mon ordinateur portable est mort", "--as", "p1")
    with closing(sqlite3.connect(loaded)) as connection:
        assert connection.execute("SELECT (SELECT count(*) FROM exchange), (SELECT count(*) FROM event)").fetchone() == (0, 0)


def test_a_database_elsewhere_answers(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    assert asked(invoke, "mon ordinateur portable est mort", "--as", "bob dupont")["ids"] == ["it_laptop"]


def test_a_database_that_does_not_answer_is_told_without_a_stack_trace(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", "postgresql://pourqui:hunter2@127.0.0.1:1/pourqui")
    said = invoke("ask", "note de frais")
    assert (said.exit_code, said.stdout) == (1, "")
    assert "127.0.0.1:1" in said.stderr
    assert "hunter2" not in said.stderr
    assert "Traceback" not in said.stderr


@company
def test_an_endpoint_that_is_set_understands_the_question_or_says_why_not(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeEmbeddings() as fake:
        for name, value in (("URL", fake.url), ("MODEL", MODEL), ("KEY", KEY)):
            monkeypatch.setenv(f"POURQUI_ENCODER_{name}", value)
        assert asked(invoke, "mon ordinateur portable est mort")["ids"][0] == "it_laptop"
        assert "mon ordinateur portable est mort" in fake.calls[-1].texts
        fake.down = status(401)
        ended = invoke("ask", "--json", "mon ordinateur portable est mort")
    assert json.loads(ended.stdout)["ids"][0] == "it_laptop"
    assert "check POURQUI_ENCODER_KEY" in ended.stderr
    assert KEY not in ended.stderr
