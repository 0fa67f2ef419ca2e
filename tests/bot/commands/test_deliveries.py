"""`pourqui deliveries`: how the ledger stands, and each row without its words; `doctor` says whether it adds up."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import Session

from bot.commands import deliveries as command
from dialogs.delivery import Kind
from storage import acknowledging, deliveries, sending
from storage.acknowledging import NotSent, Sent
from tests.bot.program import Invoke, execute, furnish, use
from tests.bot.simulated import channel, open_gate, to_say
from tests.company import NOON

PACE = sending.Pace(spacing=timedelta(0), place_spacing=timedelta(0))


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    return database_url


def write(url: str, body: Callable[[Session], object]) -> None:
    use(url, lambda database: database.write("test", body))


def fill(session: Session) -> None:
    """One was sent, one was refused in words that look like a formula, one waits for tomorrow."""
    tomorrow = NOON + timedelta(days=1)
    several = (to_say("hello", channel("C1")), to_say("card", channel("C2")), to_say("digest", kind=Kind.DIGEST, not_before=tomorrow))
    deliveries.plan_all(session, several, NOON)
    (workspace,) = sending.own(session, "test", NOON)
    batch = sending.claim(session, workspace, "test", uuid4(), NOON, pace=PACE, gate=open_gate)
    for claimed in batch.claimed:
        outcome = Sent(message_id="1.1") if claimed.cause_id == "hello" else NotSent(detail="=is_archived\x1b[2J")
        acknowledging.acknowledge(session, claimed.key, claimed.claim, outcome, NOON)


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if line.startswith("│")]


def test_an_empty_ledger_says_so(invoke: Invoke, url: str) -> None:
    said = invoke("deliveries")
    assert (said.exit_code, said.stdout) == (0, "The ledger is empty: the bot hasn't said anything of its own accord yet.\n")


def test_it_lists_how_the_ledger_stands_and_the_newest_rows_without_their_words(invoke: Invoke, url: str) -> None:
    write(url, fill)
    said = invoke("deliveries")
    assert (said.exit_code, said.stderr) == (0, "")
    rows = table(said.stdout)
    assert rows[:3] == [["failed", "refused", "1"], ["planned", "", "1"], ["sent", "", "1"]]
    at = "2026-11-20 12:00 UTC"
    assert rows[3:] == [
        [at, "digest", "test digest", "slack T1", "planned", "", "0", ""],
        [at, "reply", "test card", "slack T1", "failed", "refused: =is_archived[2J", "1", ""],
        [at, "reply", "test hello", "slack T1", "sent", "", "1", at],
    ]


def test_only_one_status_is_listed_where_it_is_named(invoke: Invoke, url: str) -> None:
    write(url, fill)
    assert [row[2] for row in table(invoke("deliveries", "--status", "Failed").stdout)[3:]] == ["test card"]
    assert "No delivery stands so now." in invoke("deliveries", "--status", "unknown").stdout


def test_a_long_ledger_shows_its_newest_rows_and_says_how_to_have_all(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "SHOWN", 2)
    write(url, fill)
    said = invoke("deliveries").stdout
    assert [row[2] for row in table(said)[3:]] == ["test digest", "test card"]
    assert said.endswith("These are the newest 2: --csv prints all.\n")


def test_the_csv_holds_every_row_and_no_formula(invoke: Invoke, url: str) -> None:
    write(url, fill)
    rows = list(csv.DictReader(StringIO(invoke("deliveries", "--csv").stdout)))
    assert [(row["cause_id"], row["status"], row["reason"], row["detail"], row["attempts"]) for row in rows] == [
        ("digest", "planned", "", "", "0"),
        ("card", "failed", "refused", "'=is_archived\x1b[2J", "1"),
        ("hello", "sent", "", "", "1"),
    ]
    assert rows[2]["sent_at"] == NOON.isoformat()
    assert not any("message" in name for name in rows[0])
    assert len(invoke("deliveries", "--csv", "--status", "sent").stdout.splitlines()) == 2


def test_a_status_that_there_is_not_ends_with_two_and_names_the_others(invoke: Invoke, url: str) -> None:
    said = invoke("deliveries", "--status", "lost")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr == "'lost' isn't a status: choose among planned, sending, sent, failed, skipped, unknown.\n"


def test_doctor_says_whether_each_delivery_is_accounted_for(invoke: Invoke, url: str, tmp_path: Path) -> None:
    write(url, fill)
    assert _ledger_line(invoke("doctor").stdout) == ["ok ledger", "3 deliveries, each accounted for"]
    write(url, lambda session: execute(session, "DELETE FROM delivery WHERE status = 'sent'"))
    assert _ledger_line(invoke("doctor").stdout) == ["!! ledger", "reply: 2 planned in all, 1 in the ledger"]


def _ledger_line(said: str) -> list[str]:
    (line,) = (line for line in said.splitlines() if line[3:].startswith("ledger"))
    return [part.strip() for part in line.split("  ") if part]
