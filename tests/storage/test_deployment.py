"""The deployment: one row that keeps its name, and says where the installation went or came from."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from storage import deployment
from storage.database import Database
from storage.deployment import Deployment
from storage.errors import MovedError

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


async def refused(database: Database, reason: str) -> None:
    with pytest.raises(MovedError, match=reason):
        await database.read(deployment.refuse_moved)


async def test_an_installation_is_named_once(database: Database) -> None:
    assert await database.read(deployment.found) is None
    await database.read(deployment.refuse_moved)
    made = await database.write("d", lambda session: deployment.of(session, AT))
    assert made == Deployment(id=made.id, made_at=AT)
    assert await database.write("d", lambda session: deployment.of(session, LATER)) == made == await database.read(deployment.found)
    await database.read(deployment.refuse_moved)


async def test_one_that_went_elsewhere_says_where_until_it_comes_back(database: Database) -> None:
    def leave(session: Session) -> None:
        deployment.of(session, AT)
        deployment.leave(session, "postgresql://bob@db/pourqui", LATER)

    await database.write("d", leave)
    await refused(database, "moved to postgresql://bob@db/pourqui on 2026-11-21 09:30 UTC: set POURQUI_DATABASE_URL .* pourqui move --cancel")
    former = await database.write("d", deployment.come_back)
    assert former is not None
    assert former.moved_to == "postgresql://bob@db/pourqui"
    await database.read(deployment.refuse_moved)
    assert await database.write("d", deployment.come_back) is None


async def test_one_that_never_was_anywhere_can_t_come_back(database: Database) -> None:
    assert await database.write("d", deployment.come_back) is None


async def test_one_of_which_a_part_has_come_can_t_be_used_until_all_has(database: Database) -> None:
    begun = await database.write("d", lambda session: deployment.begin(session, "former", AT))
    assert begun.is_partial
    await refused(database, "only a part of the installation has come to this database: run pourqui move again")
    await database.write("d", lambda session: deployment.complete(session, LATER))
    await database.read(deployment.refuse_moved)
    assert await database.read(deployment.found) == Deployment(id=begun.id, made_at=AT, moved_from="former", moved_at=LATER)
