"""The turn: durable when it's taken, told once, and an apology with a number where it fails."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from structlog.testing import capture_logs

from adapters.port import Taken
from bot import logs
from bot.clock import Clock, now
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.turns import Turns
from dialogs.actions import ListFunctions, SetLanguage, Show, ShowFunction, WriteQuestion
from dialogs.events import Event, Gesture
from dialogs.messages import Message, Place, plain_text
from dialogs.people import Profile
from storage.conversations import SWEEPING, claim_unanswered
from storage.database import Database
from storage.tables import EventRow, ExchangeRow
from tests.bot.encoders import LetterEncoder
from tests.bot.engine import engine
from tests.bot.program import execute, furnish
from tests.bot.simulated import Time
from tests.conversation import CHANNEL, asks_form, opens_home, said, submits, taps

on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])
LAPTOP = "mon ordinateur portable est mort"
PROFILE = Profile(platform="slack", tenant="T1", user="U1", name="Alice", email="alice.martin@solane.example", locale="fr-FR")


@asynccontextmanager
async def taking(database: Database, *, company: bool = True, metrics: Metrics | None = None, clock: Clock = now) -> AsyncIterator[Turns]:
    """Take turns, on the small company or on nothing yet."""
    if company:
        await furnish(database)
    measured = metrics or Metrics()
    known = Knowledge(database, LetterEncoder(), measured)
    try:
        await known.refresh()
        yield engine(database, known, metrics=measured, clock=clock)
    finally:
        known.close()


def words(taken: Taken) -> str:
    (reply,) = taken.replies
    assert isinstance(reply, Message)
    return plain_text(reply).replace("\N{NO-BREAK SPACE}", " ")


def exchanges(session: Session) -> list[ExchangeRow]:
    return list(session.exec(select(ExchangeRow)))


@on_one_database
async def test_before_a_catalogue_is_loaded_everything_gets_a_reply_that_says_it_is_empty(database: Database) -> None:
    async with taking(database, company=False) as engine:
        for event in (said("bonjour"), opens_home(), taps(ListFunctions()), said("fonctions")):
            assert "Le catalogue est encore vide" in words(await engine.take(event))
        assert "Je ne sais pas répondre à cela." in words(await engine.take(said(LAPTOP)))
        (row,) = await database.read(exchanges)
    assert (row.outcome, row.catalogue_version) == ("none", None)


async def test_a_turn_is_durable_when_it_is_taken(database: Database) -> None:
    async with taking(database) as engine:
        taken = await engine.take(event := said(LAPTOP))
        assert taken.first
        assert "Remplacer un ordinateur portable" in words(taken)
        (row,) = await database.read(exchanges)
        assert (row.outcome, row.sheet_ids, row.catalogue_version) == ("answer", ["it_laptop"], 1)
        again = await engine.take(event)
    assert (again.first, again.replies) == (False, taken.replies)


async def test_of_four_copies_at_once_one_is_the_first(database: Database) -> None:
    metrics = Metrics()
    async with taking(database, metrics=metrics) as engine:
        taken = await asyncio.gather(*(engine.take(said(LAPTOP, gesture="g1")) for _ in range(4)))
        assert sorted(one.first for one in taken) == [False, False, False, True]
        assert len({one.replies for one in taken}) == 1
        assert len(await database.read(exchanges)) == 1
    labels = {"platform": "slack", "event": "MessageReceived", "outcome": "answer"}
    assert metrics.registry.get_sample_value("pourqui_turns_total", labels) == 1


async def test_a_gesture_that_asks_for_no_turn_is_new_once(database: Database) -> None:
    tapped = said("bonjour")
    gesture = Gesture(id="consent:f:1", at=tapped.at, sender=tapped.sender, reference=tapped.reference)
    async with taking(database) as engine:
        assert sorted(await asyncio.gather(*(engine.is_new(gesture) for _ in range(3)))) == [False, False, True]


@on_one_database
@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (taps(ShowFunction(slug="it")), "À quoi sert-on ?"),
        (submits(WriteQuestion(slug="it"), {"question": LAPTOP}), "Remplacer un ordinateur portable"),
        (said("qui a gagné la finale de la coupe du monde ?", where=CHANNEL), "Je ne sais pas répondre à cela."),
    ],
)
async def test_every_gesture_goes_through_the_same_turn(database: Database, event: Event, expected: str) -> None:
    async with taking(database) as engine:
        assert expected in words(await engine.take(event))


@on_one_database
async def test_somebody_is_asked_for_once_met_and_again_after_a_day(database: Database) -> None:
    time = Time(now())
    async with taking(database, clock=time) as engine:
        assert not (await engine.take(said("bonjour"))).acquainted
        with capture_logs() as told:
            await engine.met(PROFILE)
        assert told == [{"event": "profile learnt", "log_level": "info", "platform": "slack", "user": "U1", "linked": True, "guest": False}], (
            "the log names an account, not a person"
        )
        assert (await engine.take(said("bonjour"))).acquainted
        time.passes(days=1, minutes=1)
        assert not (await engine.take(said("bonjour"))).acquainted


@on_one_database
async def test_what_was_answered_is_not_held_back(database: Database) -> None:
    async with taking(database) as engine:
        await engine.take(answered := said("bonjour"))
        await engine.take(waiting := said("merci"))
        await engine.answered(answered.key)
    later = now() + timedelta(minutes=1)
    held = await database.write(SWEEPING, lambda session: claim_unanswered(session, later, later - timedelta(hours=1), later))
    assert [one.key for one in held] == [waiting.key]


async def test_a_turn_that_fails_leaves_nothing_and_can_be_taken_again(database: Database) -> None:
    metrics = Metrics()
    async with taking(database, metrics=metrics) as engine:
        await database.write("test", lambda session: execute(session, "ALTER TABLE exchange RENAME TO elsewhere"))
        with capture_logs() as told:
            failed = await engine.take(event := said(LAPTOP))
        reference = re.search(r"\b[0-9a-f]{8}\b", words(failed))
        assert "Quelque chose s’est mal passé de mon côté" in words(failed)
        assert reference is not None
        (line,) = told
        assert (line["event"], line["reference"], line["key"]) == ("turn failed", reference.group(), str(event.key))
        assert await database.read(lambda session: session.exec(select(EventRow)).all()) == []
        await database.write("test", lambda session: execute(session, "ALTER TABLE elsewhere RENAME TO exchange"))
        again = await engine.take(event)
        assert again.first
        assert "Remplacer un ordinateur portable" in words(again)
    assert metrics.registry.get_sample_value("pourqui_failures_total", {"platform": "slack"}) == 1
    assert metrics.registry.get_sample_value("pourqui_turn_seconds_count", {"platform": "slack"}) == 2


@on_one_database
@pytest.mark.parametrize(
    ("event", "place", "sentence"),
    [
        (said("help", locale="en-GB"), Place.HERE, "Something went wrong on my side"),
        (said("aide", where=CHANNEL, private=True), Place.PRIVATE, "Quelque chose s’est mal passé"),
        (said("my laptop died this morning"), Place.HERE, "Something went wrong on my side"),
        (said("quiero un ordenador portátil nuevo"), Place.HERE, "Quelque chose s’est mal passé"),
        (opens_home(), Place.HOME, "Quelque chose s’est mal passé"),
        (asks_form(WriteQuestion()), Place.HERE, "Quelque chose s’est mal passé"),
    ],
)
async def test_an_apology_goes_where_the_answer_would_have_gone(database: Database, event: Event, place: Place, sentence: str) -> None:
    async with taking(database) as engine:
        await database.close()
        with capture_logs():
            taken = await engine.take(event)
    assert sentence in words(taken)
    (reply,) = taken.replies
    assert isinstance(reply, Message)
    assert reply.place is place


async def test_an_apology_is_in_the_language_that_its_reader_chose(database: Database) -> None:
    async with taking(database) as engine:
        await engine.take(taps(SetLanguage(language="en")))
        await database.write("test", lambda session: execute(session, "ALTER TABLE exchange RENAME TO elsewhere"))
        with capture_logs():
            for event in (said("mon portable est mort ce matin"), taps(Show(id="it_laptop"))):
                assert "Something went wrong on my side" in words(await engine.take(event))


@pytest.mark.usefixtures("quiet_logs")
@pytest.mark.parametrize("form", ["json", "console"])
async def test_the_log_of_a_failed_turn_holds_nothing_of_what_was_written(database: Database, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    written = "ma paie de novembre est fausse de trois cents euros"
    logs.set_up("json" if form == "json" else "console", "info")
    async with taking(database) as engine:
        await database.write("test", lambda session: execute(session, "ALTER TABLE exchange RENAME TO elsewhere"))
        await engine.take(said(written))
    err = capsys.readouterr().err
    assert "turn failed" in err
    assert "exchange" in err, "the reason is there"
    assert written not in err
    assert "novembre" not in err
    if form == "json":
        assert all(json.loads(line) for line in err.splitlines())
