"""The sweep: what was held back is handed to the ledger within the hour, then let go, and one reply's trouble is its own."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from adapters.port import Outgoing
from bot.metrics import Metrics
from bot.public_holidays import hours_for
from bot.settings import read_settings
from bot.sweep import LET_GO, PATIENCE, Sweep
from dialogs.actions import WriteQuestion
from dialogs.delivery import reply_key
from dialogs.events import MessageReceived, Platform, Reference, Scope, Sender
from dialogs.gates import pass_gates
from dialogs.messages import Form, Message, Place, Reply, Text
from storage import conversations, deliveries
from storage.database import Database
from storage.tables import EventRow
from tests.bot.simulated import Crash, Death, InMemory, Mortal, Time, Trouble, adapters, pump, reconciler, slack, standing, teams
from tests.company import NOON

FORM = Form(language="fr", title="Écrire", blocks=(Text(text="?"),), action=WriteQuestion(), submit="Envoyer", cancel="Annuler")


def reply(text: str, place: Place = Place.HERE) -> Message:
    return Message(language="fr", blocks=(Text(text=text),), place=place)


async def heard(database: Database, time: Time, ago: timedelta, *replies: Reply, user: str = "U1", platform: Platform = "slack") -> MessageReceived:
    """Have heard somebody some time ago, and posted nothing."""
    place = Reference(platform=platform, tenant="T1", conversation=f"D{user}", scope=Scope.PERSONAL)
    event = MessageReceived(id=f"{user} {ago}", at=time() - ago, sender=Sender(user=user), reference=place, text="bonjour")
    said = replies or (reply("Bonjour"),)
    await database.write(place.key, lambda session: conversations.remember(session, event, said, None, time() - ago, former=None))
    return event


def waiting(session: Session) -> set[str]:
    return set(session.exec(select(EventRow.gesture).where(col(EventRow.answered_at).is_(None))))


def sweep(
    database: Database,
    *platforms: InMemory,
    time: Time,
    metrics: Metrics | None = None,
    handed: Callable[[], Awaitable[None]] | None = None,
    started: timedelta | None = timedelta(days=1),
) -> Sweep:
    async def nothing() -> None:
        pass

    alone_since = None if started is None else time() - started
    return Sweep(database, adapters(platforms), metrics or Metrics(), time, handed=handed or nothing, alone_since=alone_since)


async def settle(database: Database, platform: InMemory, time: Time) -> None:
    """Let the ledger do its work."""
    await reconciler(database, platform, time=time).look()
    await pump(database, platform, time=time).drain()


async def test_after_an_hour_a_reply_is_let_go_with_a_line_in_the_log(database: Database) -> None:
    time = Time()
    old, young = await heard(database, time, LET_GO + timedelta(seconds=1)), await heard(database, time, LET_GO - timedelta(minutes=1))
    metrics = Metrics()
    with capture_logs() as told:
        for _ in range(2):
            await sweep(database, time=time, metrics=metrics).look()
    assert told == [{"event": "reply let go after an hour", "log_level": "warning", "key": str(old.key)}]
    assert await database.read(waiting) == {young.id}  # its platform is off here, and the hour isn't over
    assert metrics.registry.get_sample_value("pourqui_swept_replies_total", {"outcome": "let_go"}) == 1


async def test_what_never_went_out_goes_out_once_and_what_may_still_be_on_its_way_is_left(database: Database) -> None:
    time = Time()
    platform, metrics, handed = slack(time), Metrics(), []

    async def hand() -> None:
        handed.append(True)

    await heard(database, time, timedelta(minutes=59))
    fresh = await heard(database, time, PATIENCE - timedelta(seconds=1), user="U2")
    with capture_logs():
        for _ in range(2):
            await sweep(database, platform, time=time, metrics=metrics, handed=hand).look()
            await settle(database, platform, time)
    assert platform.texts() == ["Bonjour"]
    assert await database.read(waiting) == {fresh.id}
    assert handed == [True]
    assert metrics.registry.get_sample_value("pourqui_swept_replies_total", {"outcome": "handed_over"}) == 1


async def test_one_look_hands_over_all_that_an_outage_held_back(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sweep.AT_ONCE", 3)
    time = Time()
    for number in range(7):
        await heard(database, time, PATIENCE * 2, user=f"U{number}")
    times = []

    async def handed() -> None:
        times.append(time())

    await sweep(database, slack(time), time=time, handed=handed).look()
    assert (await database.read(waiting), len(times)) == (set(), 3)
    assert len(await standing(database)) == 7


async def test_at_a_start_what_was_heard_before_it_is_not_on_its_way_any_more(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await heard(database, time, timedelta(seconds=5))
    after = await heard(database, time, timedelta(seconds=1), user="U2")
    with capture_logs():
        await sweep(database, platform, time=time, started=timedelta(seconds=3)).look()
    assert await database.read(waiting) == {after.id}


async def test_where_another_process_was_at_work_nothing_younger_than_half_a_minute_is_taken(database: Database) -> None:
    time = Time()
    platform = slack(time)
    await heard(database, time, PATIENCE + timedelta(seconds=1))
    fresh = await heard(database, time, PATIENCE - timedelta(seconds=1), user="U2")
    just_now = await heard(database, time, timedelta(0), user="U3")
    with capture_logs():
        await sweep(database, platform, time=time, started=None).look()
    assert await database.read(waiting) == {fresh.id, just_now.id}
    time.passes(seconds=2)
    with capture_logs():
        await sweep(database, platform, time=time, started=None).look()
    assert await database.read(waiting) == {just_now.id}


async def test_a_reply_that_was_posted_before_the_crash_is_found_and_not_posted_again(database: Database) -> None:
    time = Time()
    platform = slack(time)
    event = await heard(database, time, timedelta(minutes=5), reply("Un"), FORM, reply("Deux"))
    assert await platform.send(_outgoing(event, 0, reply("Un")))
    with capture_logs():
        await sweep(database, platform, time=time).look()
    await settle(database, platform, time)
    assert platform.texts() == ["Un", "Deux"]
    assert [posted.key for posted in platform.posted] == [reply_key(event.key, 0), reply_key(event.key, 2)]
    assert await standing(database) == {str(event.key): ("sent", None)}


def _outgoing(event: MessageReceived, index: int, message: Message) -> Outgoing:
    return Outgoing(key=reply_key(event.key, index), reference=event.reference, message=message)


@pytest.mark.parametrize("place", [Place.UPDATE, Place.HOME])
async def test_what_does_no_harm_when_it_is_shown_again_is_not_looked_for(database: Database, place: Place) -> None:
    time = Time()
    platform = slack(time)
    await heard(database, time, timedelta(minutes=5), reply("À jour", place))
    with capture_logs():
        await sweep(database, platform, time=time).look()
    await settle(database, platform, time)
    assert (platform.looked, [posted.message.place for posted in platform.posted]) == (0, [place])


async def test_where_nobody_can_look_it_is_posted(database: Database) -> None:
    time = Time()
    platform = teams(time)
    await heard(database, time, timedelta(minutes=5), platform="teams")
    with capture_logs():
        await sweep(database, platform, time=time).look()
    await settle(database, platform, time)
    assert platform.texts() == ["Bonjour"]


async def test_an_answer_that_comes_an_hour_late_is_not_sent(database: Database) -> None:
    time = Time()
    platform = teams(time)
    await heard(database, time, timedelta(minutes=59), platform="teams")
    with capture_logs():
        await sweep(database, platform, time=time).look()
    time.passes(minutes=2)
    hours = hours_for(read_settings(), time)
    await pump(database, platform, time=time, gate=lambda candidate: pass_gates(candidate, hours)).drain()
    assert (platform.posted, list((await standing(database)).values())) == ([], [("skipped", "expired")])


async def test_a_reply_that_cannot_be_shown_holds_no_other_up(database: Database) -> None:
    time = Time()
    platform = teams(time)
    await heard(database, time, timedelta(minutes=20), platform="teams")
    await heard(database, time, timedelta(minutes=10), reply("Deux"), user="U2", platform="teams")
    platform.troubles.append(Trouble(error=ValueError("too long for any button")))
    with capture_logs():
        await sweep(database, platform, time=time).look()
        await settle(database, platform, time)
    assert platform.texts() == ["Deux"]
    assert await database.read(waiting) == set()


@pytest.mark.parametrize("step", range(4))
async def test_a_process_that_dies_while_it_hands_over_loses_nothing_and_doubles_nothing(database: Database, step: int) -> None:
    time = Time()
    platform = slack(time)
    event = await heard(database, time, timedelta(minutes=5))
    death = Death(at_step=step)
    with capture_logs():
        with pytest.raises(Crash):
            await Sweep(Mortal(database, death), adapters([platform]), Metrics(), time, handed=_dies, alone_since=NOON).look()
        time.passes(minutes=1)
        await sweep(database, platform, time=time).look()
        await settle(database, platform, time)
    assert platform.texts() == ["Bonjour"]
    assert await database.read(waiting) == set()
    assert [line.key for line in await database.read(lambda session: list(deliveries.lines(session)))] == [reply_key(event.key, 0)]


async def _dies() -> None:
    raise Crash
