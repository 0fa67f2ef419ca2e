"""What has no name, as it's kept: sealed while it waits, then rows without a time, an order, or anybody."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from dialogs.voice import ANONYMOUS, Unnamed, Voice, VoiceKind, VoiceState
from storage import anonymous
from storage.anonymous import PassedOn
from storage.database import Database
from storage.tables import AnonymousPendingRow, AnonymousVoiceRow


def one(number: int, function: str = "it") -> PassedOn:
    words = Unnamed(function=function, kind=VoiceKind.IDEA, text=f"Idée {number}")
    return PassedOn(key=UUID(int=number), words=words, receipt_hash=f"h{number}")


async def written(database: Database, *batch: PassedOn) -> None:
    await database.write(anonymous.SEALING, lambda session: anonymous.write(session, batch, "2026-11"))


async def test_what_waits_is_one_row_that_is_written_whole_each_time(database: Database) -> None:
    assert await database.read(anonymous.sealed) is None
    for content in ("first", "second"):
        await database.write(anonymous.SEALING, lambda session, content=content: anonymous.seal(session, content))  # type: ignore[misc]
        assert await database.read(anonymous.sealed) == content
    rows = await database.read(lambda session: [row.content for row in session.exec(select(AnonymousPendingRow))])
    assert rows == ["second"]
    await database.write(anonymous.SEALING, lambda session: anonymous.seal(session, None))
    assert await database.read(anonymous.sealed) is None


def _content(file: Path) -> bytes:
    return file.read_bytes()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_waited_before_is_not_left_in_the_file(database: Database, database_url: str) -> None:
    file = Path(database_url.removeprefix("sqlite:///"))
    await database.write("test", lambda session: session.connection().exec_driver_sql("PRAGMA secure_delete = OFF").close())  # Debian's default is ON
    for content in ("first-wave " * 6_000, "next-wave " * 6_000, None):
        await database.write(anonymous.SEALING, lambda session, content=content: anonymous.seal(session, content))  # type: ignore[misc]
        with closing(sqlite3.connect(file)) as other:
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        left = _content(file)
        assert (b"first-wave" in left, b"next-wave" in left) == ((content or "").startswith("first"), (content or "").startswith("next"))


async def test_a_batch_is_written_with_its_month_and_read_by_key_or_by_receipt(database: Database) -> None:
    await written(database, one(2), one(1))
    expected = Voice(id=f"{ANONYMOUS}{UUID(int=2)}", function="it", kind=VoiceKind.IDEA, text="Idée 2", month="2026-11")
    assert await database.read(lambda session: anonymous.load(session, UUID(int=2))) == expected
    assert await database.read(lambda session: anonymous.by_receipt(session, "h2")) == expected
    assert await database.read(lambda session: anonymous.by_receipt(session, "h9")) is None
    assert expected.state is VoiceState.OPEN


async def test_each_function_is_told_once_of_what_is_there(database: Database) -> None:
    await written(database, one(1), one(2), one(3, "finance"))
    assert await database.read(anonymous.untold) == {"finance": 1, "it": 2}
    await database.write(anonymous.SEALING, lambda session: anonymous.mark_told(session, "it"))
    assert await database.read(anonymous.untold) == {"finance": 1}
    await written(database, one(4))
    assert await database.read(anonymous.untold) == {"finance": 1, "it": 1}


def test_nothing_but_the_month_says_when() -> None:
    assert set(AnonymousVoiceRow.model_fields) == {
        "key", "month", "function", "kind", "text", "receipt_hash", "state", "answer", "outcome", "told",
    }  # fmt: skip
