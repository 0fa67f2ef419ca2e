"""The pump: what was sent is edited and taken back where it stands; once more does no harm."""

from datetime import timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from bot.limits import PACES
from bot.metrics import Metrics
from bot.retrying import ATTEMPTS
from storage import deliveries, sending
from storage.database import Database
from tests.bot.simulated import InMemory, Time, Trouble, channel, key, limited, plan, pump, refused, says, slack, standing, to_say, unanswered

NOTHING = timedelta(0)


async def sent(database: Database, time: Time, *names: str) -> InMemory:
    """Have sent these, one channel each."""
    platform = slack(time)
    await plan(database, time(), *(to_say(name, channel(f"C-{name}")) for name in names))
    await pump(database, platform, time=time).drain()
    return platform


async def edit(database: Database, time: Time, name: str, text: str) -> None:
    await database.write("test", lambda session: deliveries.edit(session, key(name), says(text), time()))


async def recall(database: Database, time: Time, name: str) -> None:
    await database.write("test", lambda session: deliveries.recall(session, key(name), time()))


async def test_a_message_is_edited_in_place_and_another_taken_back(database: Database) -> None:
    time = Time()
    platform = await sent(database, time, "card", "word")
    await edit(database, time, "card", "taken by Bob")
    await recall(database, time, "word")
    metrics = Metrics()
    await pump(database, platform, time=time, metrics=metrics).drain()
    assert platform.edits == [(posted.id, says("taken by Bob")) for posted in platform.posted if posted.key == key("card")]
    assert platform.recalls == [posted.id for posted in platform.posted if posted.key == key("word")]
    assert metrics.registry.get_sample_value("pourqui_sends_total", {"platform": "slack", "outcome": "changed"}) == 2
    await pump(database, platform, time=time).drain()
    assert (len(platform.edits), len(platform.recalls), len(platform.posted)) == (1, 1, 2)


async def test_what_is_changed_before_it_is_sent_is_sent_as_it_is_then(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await plan(database, time(), to_say("card"), to_say("word"))
    await edit(database, time, "card", "taken by Bob")
    await recall(database, time, "word")
    await pump(database, platform, time=time).drain()
    assert (platform.texts(), platform.edits, platform.recalls) == (["taken by Bob"], [], [])
    assert await standing(database) == {"card": ("sent", None), "word": ("skipped", "cancelled")}


@pytest.mark.parametrize(
    "trouble",
    [limited(20), unanswered(arrives=False), Trouble(error=TimeoutError()), Trouble(error=ValueError("x"))],
    ids=["429", "unanswered", "hanging", "a fault of ours"],
)
async def test_a_change_that_failed_is_made_again(database: Database, trouble: Trouble) -> None:
    time = Time()
    platform = await sent(database, time, "card")
    await edit(database, time, "card", "taken by Bob")
    platform.troubles.append(trouble)
    sender = pump(database, platform, time=time)
    with capture_logs() as told:
        await sender.drain(NOTHING)
        assert platform.edits == []
        time.passes(seconds=20)
        await sender.drain(NOTHING)
    assert [message for _, message in platform.edits] == [says("taken by Bob")]
    assert [line["event"] for line in told] == ["a message couldn't be changed"]


@pytest.mark.parametrize(("trouble", "times"), [(refused(), 1), (unanswered(arrives=False), ATTEMPTS)], ids=["refused", "never answered"])
async def test_a_change_that_cannot_be_made_is_given_up(database: Database, trouble: Trouble, times: int) -> None:
    time = Time()
    platform = await sent(database, time, "card")
    await edit(database, time, "card", "taken by Bob")
    platform.troubles.extend([trouble] * 100)
    sender = pump(database, platform, time=time)
    with capture_logs() as told:
        for _ in range(20):
            await sender.drain(NOTHING)
            time.passes(minutes=2)
    assert len(told) == times
    assert await standing(database) == {"card": ("sent", None)}


async def test_changes_and_messages_share_what_the_workspace_takes(database: Database) -> None:
    time = Time()
    names = [f"{number}" for number in range(sending.BATCH)]
    platform = await sent(database, time, *names)
    time.passes(minutes=1)
    await plan(database, time(), *(to_say(f"new {name}", channel(f"C-new-{name}")) for name in names))
    for name in names:
        await edit(database, time, name, "taken by Bob")
    before = time()
    await pump(database, platform, time=time).drain()
    calls = sorted([*(posted.at for posted in platform.posted if posted.at >= before), *platform.edited_at])
    assert len(calls) == 2 * sending.BATCH
    assert min(later - earlier for earlier, later in pairwise(calls)) >= 0.9 * PACES["slack"].spacing
    # in Slack a change may first ask which conversation is somebody's own
    assert min(later - earlier for earlier, later in pairwise(sorted(platform.edited_at))) >= 1.9 * PACES["slack"].spacing


async def test_changes_wait_too_while_the_platform_asks_to_be_left_alone(database: Database) -> None:
    time = Time()
    names = [f"{number}" for number in range(5)]
    platform = await sent(database, time, *names)
    for name in names:
        await edit(database, time, name, "taken by Bob")
    platform.troubles.append(limited(30))
    before, sender = platform.calls, pump(database, platform, time=time)
    with capture_logs() as told:
        await sender.drain(NOTHING)
        assert (platform.calls - before, platform.edits) == (1, [])
        time.passes(seconds=31)
        await sender.drain(NOTHING)
    assert (len(platform.edits), len(told)) == (5, 1)


async def test_an_edit_that_comes_while_one_is_being_made_is_made_too(database: Database) -> None:
    time = Time()
    platform = await sent(database, time, "card")
    await edit(database, time, "card", "first")
    platform.troubles.append(limited(5))
    sender = pump(database, platform, time=time)
    with capture_logs():
        await sender.drain(NOTHING)
    await edit(database, time, "card", "second")
    time.passes(seconds=30)
    await sender.drain()
    assert platform.edits[-1][1] == says("second")
