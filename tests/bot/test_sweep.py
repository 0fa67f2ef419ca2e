"""The sweep: what was held back is posted within the hour, then let go, and one reply's trouble is its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from adapters.port import Adapter
from adapters.slack.app import SlackAdapter
from bot import sweep
from bot.clock import now
from bot.metrics import Metrics
from bot.sweep import EVERY, LET_GO, PATIENCE, Sweep
from dialogs.actions import Show
from dialogs.events import MessageReceived, Reference, Scope, Sender
from dialogs.messages import Button, Buttons, Message, Text
from storage import conversations
from storage.database import Database
from storage.tables import EventRow
from tests.bot.program import execute
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_gestures import SECRET
from tests.platforms.slack_workspace import ALICE, BOB, BOT_TOKEN, TEAM, dm

HELLO = Message(language="fr", blocks=(Text(text="Bonjour"),))
TOO_LONG = Message(language="fr", blocks=(Buttons(buttons=(Button(label="Ouvrir", action=Show(id="x" * 3000)),)),))  # what no platform's button holds
on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])


async def heard(database: Database, ago: timedelta, *, user: str = ALICE, reply: Message = HELLO) -> MessageReceived:
    """Have heard somebody some time ago, and posted nothing."""
    place = Reference(platform="slack", tenant=TEAM, conversation=dm(user), scope=Scope.PERSONAL)
    event = MessageReceived(id=f"{user} {ago}", at=now() - ago, sender=Sender(user=user), reference=place, text="bonjour")
    await database.write(place.key, lambda session: conversations.remember(session, event, (reply,), None, now() - ago, former=None))
    return event


def waiting(session: Session) -> set[str]:
    return set(session.exec(select(EventRow.gesture).where(col(EventRow.answered_at).is_(None))))


@asynccontextmanager
async def on_slack() -> AsyncIterator[tuple[FakeSlack, dict[str, Adapter]]]:
    """A Slack, and our adapter to it, which hears nothing: it only posts."""
    async with FakeSlack() as fake:
        adapter = SlackAdapter(BOT_TOKEN, SECRET, clock=now, api_url=fake.api_url)
        await adapter._client.open()
        try:
            yield fake, {"slack": adapter}
        finally:
            await adapter.stop()


async def test_after_an_hour_a_reply_is_let_go_with_a_line_in_the_log(database: Database) -> None:
    old, young = await heard(database, LET_GO + timedelta(seconds=1)), await heard(database, LET_GO - timedelta(minutes=1))
    metrics = Metrics()
    with capture_logs() as told:
        await Sweep(database, {}, metrics).once(now())
        await Sweep(database, {}, metrics).once(now())
    assert told == [{"event": "reply let go after an hour", "log_level": "warning", "key": str(old.key)}]
    assert await database.read(waiting) == {young.id}
    assert metrics.registry.get_sample_value("pourqui_swept_replies_total", {"outcome": "let_go"}) == 1


@on_one_database
async def test_what_is_not_too_old_is_posted_and_what_may_still_be_on_its_way_is_left(database: Database) -> None:
    await heard(database, LET_GO + timedelta(minutes=1), user=BOB)
    await heard(database, timedelta(minutes=59))
    fresh = await heard(database, timedelta(seconds=1))
    metrics = Metrics()
    async with on_slack() as (fake, adapters):
        with capture_logs():
            await Sweep(database, adapters, metrics).once(now() - PATIENCE)
        assert (len(fake.messages[dm(ALICE)]), len(fake.messages[dm(BOB)])) == (1, 0)
    assert await database.read(waiting) == {fresh.id}
    assert metrics.registry.get_sample_value("pourqui_swept_replies_total", {"outcome": "posted"}) == 1


@on_one_database
async def test_a_platform_that_is_off_now_keeps_its_replies_until_the_hour_is_over(database: Database) -> None:
    event = await heard(database, timedelta(minutes=5))
    await Sweep(database, {}, Metrics()).once(now())
    assert await database.read(waiting) == {event.id}


@on_one_database
async def test_a_reply_that_cannot_be_shown_holds_no_other_up(database: Database) -> None:
    broken = await heard(database, timedelta(minutes=20), reply=TOO_LONG)
    await heard(database, timedelta(minutes=10), user=BOB)
    async with on_slack() as (fake, adapters):
        with capture_logs() as told:
            await Sweep(database, adapters, Metrics()).once(now())
        assert len(fake.messages[dm(BOB)]) == 1
    assert await database.read(waiting) == {broken.id}
    assert str(broken.key) in [line.get("key") for line in told if line["log_level"] == "error"]


@on_one_database
async def test_a_sweep_that_fails_is_told_and_the_next_one_tries_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "EVERY", 0.01)
    assert EVERY == 60
    await heard(database, LET_GO + timedelta(minutes=1))
    await database.write("test", lambda session: execute(session, "ALTER TABLE event RENAME TO elsewhere"))
    with capture_logs() as told:
        sweeping = asyncio.get_running_loop().create_task(Sweep(database, {}, Metrics()).run(now()))
        await until(told, "sweep failed; the next one tries again")
        await database.write("test", lambda session: execute(session, "ALTER TABLE elsewhere RENAME TO event"))
        await until(told, "reply let go after an hour")
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping


async def until(told: Sequence[Mapping[str, object]], event: str) -> None:
    for _ in range(1000):
        if event in [line["event"] for line in told]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never told: {event}")
