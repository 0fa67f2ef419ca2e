"""A process is at work while it gives signs of life, and for ten seconds after the last one."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from storage import processes
from storage.database import Database
from storage.processes import ALIVE, FORGOTTEN, Process
from storage.tables import ProcessRow
from tests.company import NOON
from tests.processes import process

WORKER = process("w1", NOON, role="worker", runner="procrastinate", host="server-1")
SERVER = replace(WORKER, id="s1", role="serve", started_at=NOON + timedelta(seconds=1), on_duty=False)
INSTANT = timedelta(microseconds=1)


async def note(database: Database, *several: Process) -> None:
    def noting(session: Session) -> None:
        for each in several:
            processes.note(session, each)

    await database.write(processes.JOINING, noting)


async def alive(database: Database, at: datetime, besides: str | None = None) -> list[Process]:
    return await database.read(lambda session: processes.alive(session, at, besides=besides))


async def test_those_that_were_seen_lately_are_alive_the_eldest_first(database: Database) -> None:
    assert await alive(database, NOON) == []
    await note(database, SERVER, WORKER)
    assert await alive(database, NOON) == [WORKER, SERVER]
    assert await alive(database, NOON, besides="w1") == [SERVER]
    assert await alive(database, NOON + ALIVE) == [WORKER, SERVER]
    assert await alive(database, NOON + ALIVE + INSTANT) == []


async def test_a_sign_of_life_keeps_a_process_alive_and_brings_back_one_that_was_forgotten(database: Database) -> None:
    await note(database, WORKER)
    later = replace(WORKER, seen_at=NOON + ALIVE, on_duty=False)
    await note(database, later)
    assert await alive(database, NOON + 2 * ALIVE) == [later]
    await database.write(processes.JOINING, lambda session: processes.leave(session, {"w1"}))
    assert await alive(database, NOON + ALIVE) == []
    await note(database, later)
    assert await alive(database, NOON + ALIVE) == [later]


async def test_one_whose_clock_was_set_back_is_not_alive_for_days(database: Database) -> None:
    await note(database, replace(WORKER, seen_at=NOON + timedelta(days=30)), replace(SERVER, seen_at=NOON + ALIVE))
    assert [each.id for each in await alive(database, NOON)] == ["s1"]


async def test_those_that_leave_are_there_no_longer(database: Database) -> None:
    await note(database, WORKER, SERVER)
    await database.write(processes.JOINING, lambda session: processes.leave(session, {"w1", "nobody"}))
    assert await alive(database, NOON) == [SERVER]
    await database.write(processes.JOINING, lambda session: processes.leave(session, ()))
    assert await alive(database, NOON) == [SERVER]


async def test_one_that_is_silent_for_a_day_is_forgotten(database: Database) -> None:
    async def known() -> list[str]:
        return await database.read(lambda session: list(session.exec(select(ProcessRow.id))))

    await note(database, WORKER)
    await database.write(processes.JOINING, lambda session: processes.forget(session, NOON + FORGOTTEN))
    assert await known() == ["w1"]
    await database.write(processes.JOINING, lambda session: processes.forget(session, NOON + FORGOTTEN + INSTANT))
    assert await known() == []
