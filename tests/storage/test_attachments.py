"""Attachments: what messages carry, for as long as somebody may want it."""

from datetime import datetime, timedelta

from sqlmodel import Session

from dialogs.attachment import Attachment
from storage import attachments, people
from storage.database import Database
from tests.company import NOON
from tests.conversation import said

TOMORROW = NOON + timedelta(days=1)


async def kept(database: Database, key: str, content: bytes, *, person: str | None = None, expires_at: datetime = TOMORROW) -> None:
    def keeping(session: Session) -> None:
        attachments.keep(session, key=key, name="avis.csv", content_type="text/csv", content=content, person=person, at=NOON, expires_at=expires_at)

    await database.write("attachments", keeping)


async def loaded(database: Database, key: str, at: datetime | None = None) -> Attachment | None:
    return await database.read(lambda session: attachments.load(session, key, at))


async def test_a_file_is_there_as_it_was_kept_whatever_its_bytes(database: Database) -> None:
    alice = (await database.write("people", lambda session: people.meet(session, said("bonjour"), NOON))).person.id
    content = bytes(range(256)) * 5_000
    await kept(database, "k1", content, person=alice)
    assert await loaded(database, "k1") == Attachment(name="avis.csv", content_type="text/csv", content=content, person=alice)
    assert await loaded(database, "k2") is None


async def test_the_same_key_again_changes_nothing(database: Database) -> None:
    await kept(database, "k1", b"first")
    await kept(database, "k1", b"second")
    found = await loaded(database, "k1")
    assert found is not None
    assert found.content == b"first"


async def test_what_has_expired_is_gone_at_once_and_forgotten_later(database: Database) -> None:
    await kept(database, "old", b"1")
    await kept(database, "new", b"2", expires_at=TOMORROW + timedelta(seconds=1))
    assert await loaded(database, "old", TOMORROW - timedelta(seconds=1)) is not None
    assert await loaded(database, "old", TOMORROW) is None
    assert await loaded(database, "old") is not None
    assert await database.write("attachments", lambda session: attachments.expire(session, TOMORROW)) == 1
    assert await loaded(database, "old") is None
    assert await loaded(database, "new") is not None
    assert await database.write("attachments", lambda session: attachments.expire(session, TOMORROW)) == 0
