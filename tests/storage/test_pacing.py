"""Pacing beside replies: what is replied at once takes its share of what a workspace and a conversation take, and the ledger's messages give way."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from dialogs.events import Reference
from storage import conversations
from storage.database import Database
from storage.sending import Pace
from tests.company import NOON
from tests.conversation import DIRECT, said
from tests.storage.ledger import claim, delivery, place, plan, seconds, texts_of

PACED = Pace(spacing=seconds(0.1), place_spacing=seconds(1))


async def hear(database: Database, where: Reference, at: datetime) -> UUID:
    """Somebody says something, to which a reply is on its way; return the gesture's key."""
    event = said("bonjour", where=where)
    await database.write("t", partial(conversations.remember, event=event, replies=(), state=None, now=at, former=None))
    return event.key


async def answer(database: Database, key: UUID, at: datetime) -> None:
    """The reply has arrived."""
    await database.write("t", partial(conversations.mark_answered, key=key, now=at))


async def talk(database: Database, where: Reference, at: datetime, number: int = 1) -> None:
    """Somebody says so many things, each of which is replied to at once."""
    for _ in range(number):
        await answer(database, await hear(database, where, at), at)


async def test_gestures_since_the_last_claim_are_counted(database: Database) -> None:
    await plan(database, *(delivery(f"{number}", to=place(number)) for number in range(6)))
    assert (await claim(database, pace=PACED, limit=2)).gestures == 0
    await talk(database, replace(DIRECT, conversation="D77"), NOON + seconds(0.05), 2)
    await talk(database, replace(DIRECT, tenant="T9"), NOON + seconds(0.05), 2)
    assert (await claim(database, NOON + seconds(0.1), pace=PACED, limit=2, since=NOON)).gestures == 2, "of this workspace"
    assert (await claim(database, NOON + seconds(0.2), pace=PACED, limit=2, since=NOON + seconds(0.1))).gestures == 0, "once"
    assert (await claim(database, NOON + seconds(0.3), pace=PACED, limit=2)).gestures == 2, "by another owner, who hasn't counted them"
    assert (await claim(database, NOON + seconds(1.1), pace=PACED, limit=2, since=NOON)).gestures == 0, "whose replies are more than a second ago"


async def test_a_conversation_that_is_replied_to_gets_nothing_else_just_then(database: Database) -> None:
    await plan(database, delivery("here", to=place(1)), delivery("there", to=place(2)))
    await talk(database, replace(place(1), thread="1700000000.1"), NOON)
    assert texts_of(await claim(database, NOON + seconds(0.2), pace=PACED)) == ["there"]
    batch = await claim(database, NOON + seconds(0.4), pace=PACED)
    assert (texts_of(batch), batch.wait_until) == ([], NOON + seconds(1))
    assert texts_of(await claim(database, NOON + seconds(1), pace=PACED)) == ["here"]


async def test_a_conversation_whose_reply_is_still_on_its_way_waits_until_it_has_arrived_and_a_while_longer(database: Database) -> None:
    await plan(database, delivery("here", to=place(1)))
    gesture = await hear(database, replace(place(1), thread="1700000000.1"), NOON)
    assert texts_of(await claim(database, NOON + seconds(28), pace=PACED)) == [], "a platform may take this long, with its waits"
    await answer(database, gesture, NOON + seconds(28.5))
    batch = await claim(database, NOON + seconds(29), pace=PACED)
    assert (texts_of(batch), batch.wait_until) == ([], NOON + seconds(29.5))
    assert texts_of(await claim(database, NOON + seconds(29.5), pace=PACED)) == ["here"]


async def test_a_reply_that_was_lost_with_its_process_holds_its_conversation_up_for_a_while_only(database: Database) -> None:
    await plan(database, delivery("here", to=place(1)))
    await hear(database, place(1), NOON)
    assert texts_of(await claim(database, NOON + seconds(29.9), pace=PACED)) == []
    assert texts_of(await claim(database, NOON + seconds(30), pace=PACED)) == ["here"]
