"""What indexes learnt is kept: as it was, under its fingerprint, the newest few only."""

from datetime import UTC, datetime, timedelta
from functools import partial

from storage.database import Database
from storage.learnt import KEEPING, keep, known

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def kept(database: Database, fingerprint: bytes) -> bytes | None:
    return await database.read(partial(known, fingerprint=fingerprint))


async def test_it_comes_back_as_it_went(database: Database) -> None:
    content = bytes(range(256)) * 4_000
    assert await kept(database, b"one") is None
    await database.write(KEEPING, partial(keep, fingerprint=b"one", content=content, at=NOON))
    assert await kept(database, b"one") == content
    assert await kept(database, b"two") is None


async def test_what_is_kept_again_takes_the_place_of_what_was(database: Database) -> None:
    for content in (b"unreadable", b"mended"):
        await database.write(KEEPING, partial(keep, fingerprint=b"one", content=content, at=NOON))
    assert await kept(database, b"one") == b"mended"


async def test_the_last_four_stay(database: Database) -> None:
    for number in range(6):
        at = NOON + timedelta(minutes=number)
        await database.write(KEEPING, partial(keep, fingerprint=b"%d" % number, content=b"content", at=at))
    assert [await kept(database, b"%d" % number) is not None for number in range(6)] == [False, False, True, True, True, True]


async def test_what_a_late_clock_keeps_stays(database: Database) -> None:
    for number in range(5):
        at = NOON - timedelta(minutes=number)
        await database.write(KEEPING, partial(keep, fingerprint=b"%d" % number, content=b"content", at=at))
    assert [await kept(database, b"%d" % number) is not None for number in range(5)] == [True, True, True, False, True]
