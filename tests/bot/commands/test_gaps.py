"""`pourqui catalog gaps`."""

import json
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.commands import gaps
from dialogs.facts import ExchangeOpened, NotMineSaid
from storage import people, schema
from storage.database import Database
from storage.facts import record
from tests.bot.encoders import RememberingEncoder
from tests.bot.program import Invoke, furnish, use
from tests.company import NOON
from tests.conversation import said

ASKED = ExchangeOpened(
    exchange="e1", question="le badge de Bob Dupont est perdu", language="fr", outcome="none", function="it", ids=(), confidence=None
)


async def fill(database: Database) -> None:
    """The small company, a question that nobody could answer, and an answer that wasn't one."""
    await furnish(database)
    event = said("?")

    def take(session: Session) -> None:
        person = people.meet(session, event, NOON).person
        answered = ExchangeOpened(
            exchange="e2", question="avance", language="fr", outcome="answer", function="finance", ids=("fin_expenses",), confidence=0.9
        )
        for fact in (ASKED, answered, NotMineSaid(exchange="e2", id="fin_expenses")):
            record(session, fact, person=person, event=event, catalogue_version=1, at=NOON)

    await database.write(event.reference.key, take)


@pytest.fixture
def database_url(alone: Path, encoder: RememberingEncoder, monkeypatch: pytest.MonkeyPatch) -> str:
    """The embedded database of the working folder, migrated."""
    monkeypatch.setattr(gaps, "BundledEncoder", lambda: encoder)
    monkeypatch.setenv("COLUMNS", "150")
    file = alone / "data" / "pourqui.sqlite3"
    file.parent.mkdir()
    schema.upgrade(f"sqlite:///{file}")
    return f"sqlite:///{file}"


def test_what_nobody_could_answer_is_listed_masked(invoke: Invoke, database_url: str) -> None:
    use(database_url, fill)
    listed = invoke("catalog", "gaps")
    assert (listed.exit_code, listed.stderr) == (0, "")
    lines = [line for line in listed.stdout.splitlines() if "│" in line]
    assert len(lines) == 2
    for words in ("IT", "le badge de ⟨name⟩ est perdu", "1 time", "nothing found", "20 Nov 2026"):
        assert any(words in line for line in lines)
    assert "Dupont" not in listed.stdout
    assert any("Finance" in line and "avance" in line and "not what was asked" in line for line in lines)


def test_json_tells_all_of_a_function(invoke: Invoke, database_url: str) -> None:
    use(database_url, fill)
    (gap,) = json.loads(invoke("catalog", "gaps", "--function", "it", "--json").stdout)
    assert gap.keys() == {"id", "function", "count", "kinds", "questions"}
    assert (gap["function"], gap["count"], gap["kinds"]) == ("it", 1, {"unanswered": 1})
    assert gap["questions"] == [
        {
            "text": "le badge de ⟨name⟩ est perdu",
            "language": "fr",
            "kind": "unanswered",
            "asked_at": "2026-11-20T12:00:00+00:00",
            "sheet": None,
            "comment": None,
        }
    ]
    (other,) = json.loads(invoke("catalog", "gaps", "--function", "finance", "--json").stdout)
    assert other["questions"][0]["sheet"] == "fin_expenses"


def test_an_unknown_function_is_told_with_those_there_are(invoke: Invoke, database_url: str) -> None:
    use(database_url, fill)
    wrong = invoke("catalog", "gaps", "--function", "rh")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert wrong.stderr == "There's no function 'rh'; there are it, finance.\n"


def test_where_nothing_waits_it_says_so(invoke: Invoke, database_url: str) -> None:
    assert database_url
    assert invoke("catalog", "gaps").stdout == "Nothing waits here: whatever people asked has found its answer.\n"
    assert invoke("catalog", "gaps", "--json").stdout == "[]\n"


def test_a_question_for_no_function_yet_says_so(invoke: Invoke, database_url: str) -> None:
    async def nobodys(database: Database) -> None:
        def take(session: Session) -> None:
            person = people.meet(session, said("?"), NOON).person
            fact = ExchangeOpened(exchange="e1", question="où manger ?", language="fr", outcome="none", function=None, ids=(), confidence=None)
            record(session, fact, person=person, event=said("?"), catalogue_version=None, at=NOON)

        await database.write("test", take)

    use(database_url, nobodys)
    assert "For no function yet" in invoke("catalog", "gaps").stdout
