"""What the program knows, under test: built, watched, and waited for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from bot import knowledge
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from storage.database import Database
from tests.bot.encoders import LetterEncoder


@asynccontextmanager
async def knowing(database: Database, encoder: LetterEncoder) -> AsyncIterator[Knowledge]:
    known = Knowledge(database, encoder, Metrics())
    try:
        yield known
    finally:
        known.close()


@asynccontextmanager
async def watching(known: Knowledge, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Let it watch the database, more often than it does for its users."""
    monkeypatch.setattr(knowledge, "_LOOK_EVERY", 0.005)
    monkeypatch.setattr(knowledge, "_QUIET", 0.02)
    monkeypatch.setattr(knowledge, "_AFTER_FAILURE", 0.05)
    watch = asyncio.get_running_loop().create_task(known.watch())
    yield
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch


async def until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came true")
