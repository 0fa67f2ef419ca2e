"""The program as an operator meets it: commands, and the database behind them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import text
from sqlmodel import Session
from typer.testing import Result

from bot.clock import now
from storage import directory, people
from storage.database import Database
from tests.company import CATALOGUE, DIRECTORY
from tests.loading import load_catalogue

T = TypeVar("T")

PACKS = Path(__file__).parent / "packs"
PROGRAM = Path(sys.executable).with_name("pourqui")


class Invoke(Protocol):
    """Run a command in this process."""

    def __call__(self, *arguments: str | Path) -> Result: ...


def lone(**settings: str) -> dict[str, str]:
    """Return an environment for a process of its own that holds nothing else than these settings."""
    return {"PATH": os.defpath, **settings}


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `pourqui` in a process of its own, to its end."""
    return subprocess.run([PROGRAM, *arguments], cwd=folder, env=lone(**settings), capture_output=True, text=True, encoding="utf-8", check=False)


def use(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    """Open a database for some work in a test that isn't asynchronous itself."""

    async def used() -> T:
        async with await Database.open(url) as database:
            return await work(database)

    return asyncio.run(used())


async def furnish(database: Database) -> None:
    """Put the small company into a database."""
    await load_catalogue(database, CATALOGUE, "tests")
    await database.write(people.LINKING, lambda session: directory.import_directory(session, DIRECTORY, now()))


def execute(session: Session, statement: str) -> None:
    """Do to a database what only its keeper does, as the body of a read or write."""
    session.connection().execute(text(statement))
