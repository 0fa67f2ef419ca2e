"""Pacing beside replies: what is replied at once takes its share of what a workspace and a conversation take, and the ledger's messages give way."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from dialogs.events import Reference
from storage import conversations
from storage.database import Database
from storage.sending import Pace
from tests.company import NOON
from tests.conversation import DIRECT, said
from tests.storage.ledger import claim, delivery, place, plan, seconds, texts_of

PACED = Pace(spacing=seconds(0.1), place_spacing=seconds(1))


async def hear(database: Database, where: Reference, at: datetime, number: int = 1) -> None:
    """Somebody says so many things at a time: each is replied to at once."""
    for n in range(number):
        remembering = partial(conversations.remember, event=said(f"{n}", where=where), replies=(), state=None, now=at, former=None)
        await database.write("t", remembering)


async def test_replies_since_the_last_claim_take_slots(database: Database) -> None:
    await plan(database, *(delivery(f"{number}", to=place(number)) for number in range(6)))
    first = await claim(database, pace=PACED, limit=2)
    assert [each.slot for each in first.claimed] == [NOON, NOON + seconds(0.1)]
    await hear(database, replace(DIRECT, conversation="D77"), NOON + seconds(0.05), 2)
    await hear(database, replace(DIRECT, tenant="T9"), NOON + seconds(0.05), 2)
    second = await claim(database, NOON + seconds(0.1), pace=PACED, limit=2, since=NOON)
    assert [each.slot for each in second.claimed] == [NOON + seconds(0.4), NOON + seconds(0.5)], "two were reserved, two were replied to"
    third = await claim(database, NOON + seconds(0.2), pace=PACED, limit=2, since=NOON + seconds(0.1))
    assert [each.slot for each in third.claimed] == [NOON + seconds(0.6), NOON + seconds(0.7)], "which are counted once"


async def test_half_of_the_slots_stay_whatever_people_do(database: Database) -> None:
    await plan(database, *(delivery(f"{number}", to=place(number)) for number in range(6)))
    await hear(database, replace(DIRECT, conversation="D77"), NOON, 50)
    batch = await claim(database, NOON, pace=PACED, limit=2)
    assert [each.slot for each in batch.claimed] == [NOON + seconds(0.2), NOON + seconds(0.3)]


async def test_a_conversation_that_is_replied_to_gets_nothing_else_just_then(database: Database) -> None:
    await plan(database, delivery("here", to=place(1)), delivery("there", to=place(2)))
    await hear(database, replace(place(1), thread="1700000000.1"), NOON)
    assert texts_of(await claim(database, NOON + seconds(0.2), pace=PACED)) == ["there"]
    batch = await claim(database, NOON + seconds(0.4), pace=PACED)
    assert (texts_of(batch), batch.wait_until) == ([], NOON + seconds(1))
    assert texts_of(await claim(database, NOON + seconds(1), pace=PACED)) == ["here"]
