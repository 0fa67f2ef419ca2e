"""What is due is found by indexes, however much was sent: neither database reads the whole ledger for it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from storage import due, sending
from storage.database import Database
from tests.company import NOON
from tests.storage.ledger import minutes, place, plan
from tests.storage.lessons import lesson, runs

SENT = 2_000
WHOLE = re.compile(r"Seq Scan on delivery|^SCAN (delivery|first|next|one|other|soonest|later)$")
LOOKS: dict[str, Callable[[Session], object]] = {
    "which workspaces": lambda session: sending.own(session, "pump 1", NOON),
    "which campaigns": lambda session: due.due_here(session, "slack", "T1", NOON),
    "when next": lambda session: due.next_due(session, "slack", "T1", NOON),
}


@contextmanager
def plans(session: Session) -> Iterator[list[str]]:
    """Collect how each statement that is run meanwhile is gone about, a line for each step."""
    connection, found = session.connection(), list[str]()
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "

    def explained(_connection: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if "delivery" in statement:
            cursor.execute(explain + statement, parameters)
            found.extend(str(row[-1]).strip() for row in cursor.fetchall())

    event.listen(connection, "before_cursor_execute", explained)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", explained)


def _sent(session: Session) -> None:
    session.execute(text("UPDATE delivery SET status = 'sent', sent_at = planned_at, ended_at = planned_at"))


@pytest.mark.parametrize("look", LOOKS)
async def test_a_look_for_what_is_due_reads_no_more_than_it_finds(database: Database, look: str) -> None:
    await runs(database)
    await plan(database, *(lesson(f"{number}", place(number)) for number in range(SENT)))
    await database.write("t", _sent)
    await plan(database, *(lesson(f"new {number}", place(number), not_before=NOON + minutes(number)) for number in range(20)))
    await database.write("t", lambda session: session.execute(text("ANALYZE")))

    def body(session: Session) -> list[str]:
        with plans(session) as found:
            LOOKS[look](session)
        return found

    steps = await database.write("pump", body)
    assert steps
    assert [step for step in steps if WHOLE.search(step)] == []
