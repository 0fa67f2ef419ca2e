"""A move that was interrupted goes on, wherever that was; one whose source was used in between starts again."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, Table, insert, text
from sqlmodel import Session

from storage import arrival, checksums, deployment, moving
from storage.checksums import Values
from storage.errors import MovedError, MoveError
from storage.moving import Again, Step
from storage.personal_rows import table
from tests.company import NOON
from tests.databases import Server
from tests.storage.installation import Mover, between, everything, fill, use

PEOPLE = 1_000
_CHILD = """
import sys
from datetime import UTC, datetime
from storage import moving
from storage.moving import Step

def tell(step):
    print(step.table, flush=True)

moving.move(sys.argv[1], sys.argv[2], clock=lambda: datetime(2026, 11, 20, tzinfo=UTC), note=lambda session: None, tell=tell)
"""


class PulledPlugError(Exception):
    """The process ends here."""


@pytest.fixture
def mover(tmp_path: Path, sqlite_template: Path, postgresql: Server) -> Iterator[Mover]:
    with between(sqlite_template, tmp_path, postgresql) as one:
        yield one


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checksums, "ROWS", 100)


def crowd(session: Session) -> None:
    """Many people, so that a table takes several pages."""
    rows = [
        {"id": f"q{number:05}", "name": f"Personne {number}", "email": f"q{number}@vaubert.example", "segments": ["field"], "created_at": NOON}
        for number in range(PEOPLE)
    ]
    session.execute(insert(table("person")), rows)


def stop_after(mover: Mover, steps: int) -> None:
    """Move, and end between two transactions, after so many steps."""

    def tell(step: Step | Again) -> None:
        mover.told.append(step)
        if len(mover.told) == steps:
            raise PulledPlugError

    with pytest.raises(PulledPlugError):
        moving.move(mover.source, mover.target, clock=lambda: NOON, note=lambda session: None, tell=tell)


@pytest.mark.parametrize("steps", [1, 22, 60])
def test_it_goes_on_after_the_last_page_that_came(mover: Mover, steps: int) -> None:
    fill(mover.source)
    use(mover.source, crowd)
    stop_after(mover, steps)
    with pytest.raises(MovedError, match="only a part"):
        use(mover.target, deployment.refuse_moved)
    use(mover.source, deployment.refuse_moved)
    began = {step.table: step.rows for step in mover.told if isinstance(step, Step)}
    done = {step.table for step in mover.told if isinstance(step, Step) and step.checked}
    again = Mover(mover.source, mover.target)
    again.move()
    assert not any(isinstance(step, Again) for step in again.told)
    assert not again.copied() & done
    for name in began.keys() - done:
        assert (
            next(step.rows for step in again.told if isinstance(step, Step) and step.table == name) > began[name]
            or again.checked()[name] == began[name]
        )
    assert everything(mover.target) == everything(mover.source)


def test_a_process_that_is_killed_at_any_moment_loses_nothing(mover: Mover) -> None:
    fill(mover.source)
    use(mover.source, crowd)
    chance = Random(7)
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", _CHILD, mover.source, mover.target], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(chance.randrange(1, 30)):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.stdout.close()
        assert child.wait() == -signal.SIGKILL
    mover.move()
    assert everything(mover.target) == everything(mover.source)


def test_a_source_that_was_used_in_between_is_copied_anew(mover: Mover) -> None:
    fill(mover.source)
    use(mover.source, crowd)
    stop_after(mover, 42)
    use(mover.source, lambda session: session.execute(text("UPDATE person SET name = 'Nouveau nom' WHERE id = 'q00003'")))
    again = Mover(mover.source, mover.target)
    again.move()
    assert again.told[0] == Again(table="person")
    assert everything(mover.target) == everything(mover.source)


def test_a_row_that_was_put_before_the_last_copied_one_is_seen(mover: Mover) -> None:
    use(mover.source, crowd)
    stop_after(mover, 25)
    use(mover.source, lambda session: session.execute(text("DELETE FROM person WHERE id = 'q00003'")))
    again = Mover(mover.source, mover.target)
    again.move()
    assert again.told[0] == Again(table="person")
    assert again.checked()["person"] == PEOPLE - 1


def test_whoever_ends_between_the_two_last_strokes_leaves_neither_to_be_served(mover: Mover) -> None:
    fill(mover.source)

    def pull(_session: Session) -> None:
        raise PulledPlugError

    with pytest.raises(PulledPlugError):
        moving.move(mover.source, mover.target, clock=lambda: NOON, note=pull, tell=mover.tell)
    for url in (mover.source, mover.target):
        with pytest.raises(MovedError):
            use(url, deployment.refuse_moved)
    mover.move()
    use(mover.target, deployment.refuse_moved)
    assert everything(mover.target) == everything(mover.source)


def test_what_did_not_arrive_as_it_was_sent_is_seen(mover: Mover, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(mover.source)
    bring = arrival.copy_in

    def lossy(connection: Connection, into: Table, rows: list[Values]) -> None:
        bring(connection, into, rows[:-1] if into.name == "gap_question" else rows)

    monkeypatch.setattr(arrival, "copy_in", lossy)
    with pytest.raises(MoveError, match=r"gap_question isn't the same on both sides: 2 rows, [0-9a-f]{16} here; 1 rows"):
        mover.move()
    use(mover.source, deployment.refuse_moved)
