"""What was sent is edited or taken back in place: once, at its owner's hands, the last word winning."""

from datetime import datetime

import pytest

from dialogs.delivery import Reason, Status
from storage import deliveries, sending
from storage.acknowledging import NotSent, Sent
from storage.database import Database
from storage.sending import DELIVERY_LEASE
from tests.company import NOON
from tests.storage.ledger import (
    acknowledge,
    changes,
    claim,
    delivery,
    minutes,
    named,
    place,
    plan,
    row_of,
    seconds,
    send,
    stands,
    words,
)


async def test_a_change_is_made_once_and_tried_again_where_it_failed(database: Database) -> None:
    await plan(database, delivery("card"))
    await send(database)
    await database.write("turn", lambda session: deliveries.edit(session, named("card"), words("taken"), NOON))
    (first,) = await changes(database)
    assert await changes(database, NOON + seconds(1)) == []
    await database.write("pump", lambda session: sending.changed(session, named("card"), first, NOON, again_at=NOON + seconds(5)))
    assert await changes(database, NOON + seconds(4)) == []
    (second,) = await changes(database, NOON + seconds(5))
    assert (first.attempts, second.attempts, second.message) == (1, 2, words("taken"))
    await database.write("pump", lambda session: sending.changed(session, named("card"), second, NOON + seconds(6)))
    assert await changes(database, NOON + minutes(5)) == []
    row = await row_of(database, "card")
    assert (row["status"], row["change"], row["changed_at"]) == ("sent", None, NOON + seconds(6))


async def test_a_change_whose_process_ended_is_due_again(database: Database) -> None:
    await plan(database, delivery("card"))
    await send(database)
    await database.write("turn", lambda session: deliveries.edit(session, named("card"), words("taken"), NOON))
    assert len(await changes(database)) == 1
    assert len(await changes(database, NOON + DELIVERY_LEASE, owner="pump 2")) == 1


@pytest.mark.parametrize("again_at", [None, NOON + minutes(9)])
async def test_a_change_asked_for_meanwhile_stays_due(database: Database, again_at: datetime | None) -> None:
    await plan(database, delivery("card"))
    await send(database)
    await database.write("turn", lambda session: deliveries.edit(session, named("card"), words("taken"), NOON))
    (taken,) = await changes(database)
    await database.write("turn", lambda session: deliveries.edit(session, named("card"), words("closed"), NOON))
    await database.write("pump", lambda session: sending.changed(session, named("card"), taken, NOON, again_at=again_at))
    (closed,) = await changes(database)
    assert (closed.message, closed.attempts) == (words("closed"), 1)
    await database.write("turn", lambda session: deliveries.recall(session, named("card"), NOON))
    await database.write("pump", lambda session: sending.changed(session, named("card"), closed, NOON, again_at=again_at))
    (gone,) = await changes(database)
    assert gone.message is None


async def test_what_was_taken_back_stays_so(database: Database) -> None:
    await plan(database, delivery("word"))
    await send(database)
    await database.write("turn", lambda session: deliveries.recall(session, named("word"), NOON))
    (gone,) = await changes(database)
    await database.write("pump", lambda session: sending.changed(session, named("word"), gone, NOON))
    assert await stands(database, "word") == ("sent", Reason.CANCELLED)
    assert await database.write("turn", lambda session: deliveries.recall(session, named("word"), NOON)) is Status.SENT
    assert await database.write("turn", lambda session: deliveries.edit(session, named("word"), words("again"), NOON)) is Status.SENT
    assert await changes(database) == []
    await database.write("pump", lambda session: sending.changed(session, named("word"), gone, NOON))
    await database.write("pump", lambda session: sending.changed(session, named("no such"), gone, NOON))


async def test_changes_are_the_owners_and_keep_still_in_a_pause(database: Database) -> None:
    await plan(database, delivery("card"), delivery("2", to=place(2)))
    card, other = (await claim(database)).claimed
    await acknowledge(database, card, Sent(message_id="m1"))
    await database.write("turn", lambda session: deliveries.edit(session, named("card"), words("taken"), NOON))
    assert await changes(database, owner="pump 2") == []
    until = NOON + seconds(3)
    await acknowledge(database, other, NotSent(detail="429", not_before=until, pause=until))
    assert await changes(database, NOON + seconds(2)) == []
    assert len(await changes(database, until)) == 1
