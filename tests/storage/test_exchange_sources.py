"""Exchange sources: a tool is trusted by its token, which nobody can read, until it's revoked."""

from datetime import timedelta

import pytest
from sqlmodel import select

from storage import exchange_sources
from storage.database import Database
from storage.exchange_sources import TRUSTING, Source, hashed
from storage.tables import ExchangeSourceRow
from tests.company import NOON

GUICHET = Source(name="guichet", created_at=NOON, created_by="command line: root", used_at=None, revoked_at=None)


async def add(database: Database, name: str = "guichet", *, has: str = "t1") -> bool:
    return await database.write(TRUSTING, lambda session: exchange_sources.add(session, name, hashed(has), "command line: root", NOON))


async def trusted(database: Database, token: str) -> Source | None:
    return await database.read(lambda session: exchange_sources.trusted(session, token))


async def test_a_tool_is_known_by_its_token(database: Database) -> None:
    assert await add(database)
    assert await add(database, "atelier", has="t2")
    assert await trusted(database, "t1") == GUICHET
    assert (await trusted(database, "t2") or GUICHET).name == "atelier"


@pytest.mark.parametrize("token", ["", "t", "t1 ", hashed("t1")])
async def test_no_other_token_is_anybodys(database: Database, token: str) -> None:
    await add(database)
    assert await trusted(database, token) is None


async def test_the_token_itself_is_not_kept(database: Database) -> None:
    await add(database, has="a-secret")
    (row,) = await database.read(lambda session: list(session.exec(select(ExchangeSourceRow))))
    assert "a-secret" not in str(row.model_dump())


async def test_a_revoked_token_is_nobodys_until_the_tool_is_added_anew(database: Database) -> None:
    await add(database)
    assert not await add(database, has="t2")
    assert await database.write(TRUSTING, lambda session: exchange_sources.revoke(session, "guichet", NOON))
    assert await trusted(database, "t1") is None
    assert not await database.write(TRUSTING, lambda session: exchange_sources.revoke(session, "guichet", NOON))
    assert await add(database, has="t2")
    assert await trusted(database, "t2") == GUICHET
    assert await trusted(database, "t1") is None


async def test_the_list_tells_when_each_last_told_something(database: Database) -> None:
    later = NOON + timedelta(hours=1)
    await add(database)
    await add(database, "atelier", has="t2")
    await database.write("test", lambda session: exchange_sources.use(session, "guichet", later))
    await database.write("test", lambda session: exchange_sources.use(session, "gone", later))
    found = await database.read(exchange_sources.sources)
    assert [(each.name, each.used_at) for each in found] == [("atelier", None), ("guichet", later)]
