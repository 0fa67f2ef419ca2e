"""An embedded installation that's lived in, with a row in every table, and what reads both databases alike."""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Float, Integer, LargeBinary, Uuid, insert, select
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from storage import moving
from storage.database import Database
from storage.moving import TABLES, Again, Step
from tests.databases import Server
from tests.storage.life import BOB, live

AT = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)
WORDS = "été\u202f: œuvre “à faire” 😀 \\N \t\n\x01 'x'"


_numbers = count()


@contextmanager
def between(template: Path, folder: Path, server: Server) -> Iterator["Mover"]:
    """Have a new embedded installation, and an empty PostgreSQL database."""
    file = folder / "pourqui.sqlite3"
    shutil.copy(template, file)
    name = f"arrival_{next(_numbers)}"
    try:
        yield Mover(f"sqlite:///{file}", server.make(name))
    finally:
        server.drop(name)


def fill(url: str) -> None:
    """Live in a database, and put a row into each table that this left empty."""

    async def filled() -> None:
        async with await Database.open(url) as database:
            await live(database)
            await database.write("rest", rest)

    asyncio.run(filled())


def rest(session: Session) -> None:
    for table in TABLES:
        if session.execute(select(table).limit(1)).first() is None:
            session.execute(insert(table).values({column.name: anything(column) for column in table.columns}))


def anything(column: Column[Any]) -> object:
    """Return a value that's hard to carry, of a column's type."""
    if column.foreign_keys:
        return BOB
    match column.type:
        case JSON():
            return {"b": [1, 2.5, 1e22, 0.1, None, True], "a": WORDS.replace("\x01", ""), "z": {"y": [], "x": {}}}
        case UTCDateTime():
            return AT
        case Uuid():
            return UUID(int=2**127 + 1)
        case Date():
            return date(2026, 10, 1)
        case Boolean():
            return True
        case BigInteger() | Integer():
            return 2**31 - 1
        case Float():
            return 0.1 + 0.2
        case LargeBinary():
            return bytes(range(256))
        case _:
            return WORDS


def everything(url: str) -> dict[str, Sequence[Any]]:
    """Read all that moves."""

    def reading(session: Session) -> dict[str, Sequence[Any]]:
        return {table.name: sorted(map(tuple, session.execute(select(table))), key=repr) for table in TABLES}

    found: dict[str, Sequence[Any]] = use(url, reading)
    return found


def use(url: str, body: Any) -> Any:
    """Write to a database that's closed before and after."""

    async def used() -> Any:
        async with await Database.open(url) as database:
            return await database.write("test", body)

    return asyncio.run(used())


@dataclass
class Mover:
    """Moves one installation to one place, and remembers what it was told."""

    source: str
    target: str

    def __post_init__(self) -> None:
        self.told: list[Step | Again] = []

    def tell(self, step: Step | Again) -> None:
        self.told.append(step)

    def move(self) -> None:
        moving.move(self.source, self.target, clock=lambda: AT, note=lambda session: None, tell=self.tell)

    def checked(self) -> dict[str, int]:
        return {step.table: step.rows for step in self.told if isinstance(step, Step) and step.checked}

    def copied(self) -> set[str]:
        return {step.table for step in self.told if isinstance(step, Step) and not step.checked}
