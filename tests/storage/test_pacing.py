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


async def test_a_claim_tells_which_gestures_of_its_workspace_are_replied_to_meanwhile(database: Database) -> None:
    await plan(database, *(delivery(f"{number}", to=place(number)) for number in range(6)))
    elsewhere, here = replace(DIRECT, tenant="T9"), replace(DIRECT, conversation="D77")
    assert (await claim(database, pace=PACED, limit=1)).gestures == frozenset()
    await talk(database, elsewhere, NOON)
    slow, quick = [await hear(database, here, NOON) for _ in range(2)]
    await answer(database, quick, NOON)
    assert (await claim(database, NOON + seconds(0.9), pace=PACED, limit=1)).gestures == {slow, quick}
    assert (await claim(database, NOON + seconds(1.1), pace=PACED, limit=1)).gestures == {slow}
    await answer(database, slow, NOON + seconds(20))
    assert (await claim(database, NOON + seconds(20.9), pace=PACED, limit=1)).gestures == {slow}
    assert (await claim(database, NOON + seconds(21.1), pace=PACED, limit=1)).gestures == frozenset()


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
