"""What was heard and replied is kept once, and what was never answered is found again."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from dialogs.actions import Help, NotMine, ReportWrong, SetLanguage, Show, WriteQuestion
from dialogs.events import Event, Gesture
from dialogs.messages import (
    Bullets,
    Button,
    Buttons,
    Choice,
    Field,
    FieldError,
    Fields,
    Form,
    FormErrors,
    Input,
    Item,
    Items,
    Link,
    Message,
    Note,
    Option,
    Place,
    Reply,
    Text,
    Title,
)
from dialogs.turn import State
from storage.conversations import SWEEPING, HeldBack, claim_unanswered, give_up_on, hear_once, mark_answered, recall, remember, replies_to
from storage.database import Database
from storage.tables import EventRow
from tests.company import NOON
from tests.conversation import CHANNEL, TEAMS_DIRECT, asks_form, opens_home, said, submits, taps

HELLO: tuple[Reply, ...] = (Message(language="fr", blocks=(Text(text="Bonjour Inès 👋"),)),)
FORM = Form(
    language="en",
    title="What is wrong?",
    blocks=(
        Text(text="Tell us", strong=True),
        Input(id="comment", label="Your words", multiline=True, required=True),
        Choice(id="why", label="Why", options=(Option(value="old", label="Out of date"),), value="old"),
    ),
    action=ReportWrong(id="it_laptop", exchange="e1"),
    submit="Send",
    cancel="Cancel",
)
EVERYTHING: tuple[Reply, ...] = (
    Message(
        language="fr",
        blocks=(
            Title(text="Notes de frais", badge="DAF"),
            Text(text="« Cinq jours »\n\nmax"),
            Fields(fields=(Field(label="Promesse", value="5 jours"),)),
            Bullets(items=("un", "deux")),
            Items(items=(Item(title="Portable", detail=None, open="Ouvrir", action=Show(id="it_laptop", exchange="e1")),)),
            Buttons(
                buttons=(
                    Button(label="Pas ma question", action=NotMine(id="it_laptop", exchange="e1")),
                    Button(label="Suivre mes messages", action=SetLanguage(language=None)),
                    Link(label="Demander", url="https://guichet.vaubert.example", primary=True),
                ),
                quiet=True,
            ),
            Note(text="Vérifié le 1 sept."),
        ),
        place=Place.PRIVATE,
    ),
    FORM,
    FormErrors(form=FORM, errors=(FieldError(input="comment", text="Please write something"),)),
)


async def hear(database: Database, event: Event, replies: tuple[Reply, ...] = HELLO, state: State | None = None, minutes: int = 0) -> None:
    def take(session: Session) -> None:
        remember(session, event, replies, state, NOON + timedelta(minutes=minutes), former=recall(session, event))

    await database.write(event.reference.key, take)


async def test_a_retry_hears_the_same_replies_again(database: Database) -> None:
    event, other = said("bonjour"), said("bonjour")
    await hear(database, event, EVERYTHING)
    assert await database.read(lambda session: replies_to(session, event)) == EVERYTHING
    assert await database.read(lambda session: replies_to(session, other)) is None


async def test_an_event_is_kept_once(database: Database) -> None:
    event = said("bonjour")
    await hear(database, event)
    with pytest.raises(IntegrityError):
        await hear(database, event, ())
    assert await database.read(lambda session: replies_to(session, event)) == HELLO


async def test_a_gesture_that_asks_for_no_turn_is_heard_once_and_waits_for_no_answer(database: Database) -> None:
    event = said("bonjour")
    once, other = (Gesture(id=id_, at=event.at, sender=event.sender, reference=event.reference) for id_ in ("consent:f:1", "consent:f:2"))
    several = [database.write(gesture.reference.key, partial(hear_once, gesture=gesture, now=NOON)) for gesture in (once, once, other, once)]
    assert sorted(await asyncio.gather(*several)) == [False, False, True, True]
    assert await take(database, NOON + timedelta(minutes=1), NOON - timedelta(hours=1)) == []


async def test_two_people_in_one_channel_each_have_their_own_state(database: Database) -> None:
    first = State(dialog="ask", version=1, kept={"offered": ["it_laptop"], "again": True, "score": 0.5, "page": None})
    await hear(database, said("portable", by="U1", where=CHANNEL), state=first)
    assert await database.read(lambda session: recall(session, said("?", by="U1", where=CHANNEL))) == first
    assert await database.read(lambda session: recall(session, said("?", by="U2", where=CHANNEL))) is None
    assert await database.read(lambda session: recall(session, said("?", by="U1"))) is None


async def test_a_state_changes_stays_and_is_forgotten(database: Database) -> None:
    first, second = State(dialog="ask", version=1, kept={"n": 1}), State(dialog="home", version=2, kept={})
    for state in (first, second, second, None, None, first):
        await hear(database, said("bonjour"), state=state)
        assert await database.read(lambda session: recall(session, said("?"))) == state


async def take(database: Database, before: datetime, not_before: datetime, *, now: datetime = NOON, limit: int = 100) -> list[HeldBack]:
    return await database.write(SWEEPING, lambda session: claim_unanswered(session, before, not_before, now, limit))


async def test_what_was_never_answered_is_found_again_the_oldest_first(database: Database) -> None:
    tapped = taps(Help(), message="1700.5")
    asked = asks_form(WriteQuestion())
    answered = said("bonjour")
    young = said("encore ?")
    submitted = submits(WriteQuestion(), {"question": "?"}, where=TEAMS_DIRECT, by="29:1")
    home = opens_home(by="U7")
    for minutes, event in ((3, submitted), (1, asked), (2, tapped), (2, answered), (9, young), (0, home)):
        await hear(database, event, EVERYTHING, minutes=minutes)
    await database.write("sweep", lambda session: mark_answered(session, answered.key, NOON))

    found = await take(database, NOON + timedelta(minutes=5), NOON + timedelta(minutes=1))
    assert found == [
        HeldBack(key=asked.key, reference=asked.reference, user="U1", message_id="m1", replies=EVERYTHING, heard_at=NOON + timedelta(minutes=1)),
        HeldBack(
            key=tapped.key, reference=tapped.reference, user="U1", message_id="1700.5", replies=EVERYTHING, heard_at=NOON + timedelta(minutes=2)
        ),
        HeldBack(key=submitted.key, reference=TEAMS_DIRECT, user="29:1", message_id="m1", replies=EVERYTHING, heard_at=NOON + timedelta(minutes=3)),
    ]
    the_rest = await take(database, NOON + timedelta(hours=1), NOON, limit=1)
    assert [held.key for held in the_rest] == [home.key]
    assert the_rest[0].message_id is None


async def test_of_several_that_sweep_at_once_one_posts_and_what_failed_is_taken_again_later(database: Database) -> None:
    event = said("bonjour")
    await hear(database, event)
    taken = await asyncio.gather(*(take(database, NOON + timedelta(hours=1), NOON) for _ in range(4)))
    assert sorted(len(one) for one in taken) == [0, 0, 0, 1]
    assert len(await take(database, NOON + timedelta(hours=1), NOON, now=NOON + timedelta(minutes=1))) == 1


async def test_an_answer_is_noted_once(database: Database) -> None:
    event = said("bonjour")
    await hear(database, event)
    for minutes in (1, 2):
        await database.write("any", partial(mark_answered, key=event.key, now=NOON + timedelta(minutes=minutes)))
    assert await database.read(lambda session: session.exec(select(EventRow.answered_at)).all()) == [NOON + timedelta(minutes=1)]


async def test_what_is_too_old_is_let_go_and_told_once(database: Database) -> None:
    old, older, young = said("a"), said("b"), said("c")
    for minutes, event in ((1, old), (0, older), (30, young)):
        await hear(database, event, minutes=minutes)
    late = NOON + timedelta(hours=2)

    async def let_go() -> object:
        return await database.write("sweep", lambda session: give_up_on(session, NOON + timedelta(minutes=10), late))

    assert await let_go() == [older.key, old.key]
    assert await let_go() == []
    left = await take(database, late, NOON)
    assert [held.key for held in left] == [young.key]
    rows = await database.read(lambda session: session.exec(select(EventRow.answered_at, EventRow.given_up).order_by(EventRow.gesture)).all())
    assert sorted(rows, key=str) == sorted([(late, True), (late, True), (None, False)], key=str)
