"""Drafted profiles are kept until they're published, one a function."""

from dataclasses import replace

from dialogs.catalog import Localized
from storage import drafts
from storage.database import Database
from tests.company import FINANCE, IT, NOON


async def test_a_draft_is_kept_replaced_and_dropped(database: Database) -> None:
    assert await database.read(drafts.drafts) == {}
    await database.write("any", lambda session: drafts.keep(session, "it", IT, "p-1", NOON))
    await database.write("any", lambda session: drafts.keep(session, "finance", FINANCE, "p-1", NOON))
    again = replace(IT, purpose=Localized(fr="Pour que tout marche"))
    await database.write("any", lambda session: drafts.keep(session, "it", again, "p-2", NOON))
    assert await database.read(drafts.drafts) == {"it": again, "finance": FINANCE}
    for _ in range(2):  # dropped twice is dropped
        await database.write("any", lambda session: drafts.keep(session, "it", None, "p-2", NOON))
    assert await database.read(drafts.drafts) == {"finance": FINANCE}
