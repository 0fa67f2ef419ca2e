"""Personal data in the running program: an erased person who speaks again is somebody new, old cards still answer, and a night lets go of it all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session, select

from bot.clock import Clock, now
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from bot.privacy import Retention, kept_days
from bot.privacy_page import page
from bot.settings import read_settings
from bot.turns import Turns
from dialogs.actions import Action, NotMine, ShowFunction
from dialogs.events import Event
from dialogs.feedback import Occasion
from dialogs.feedback_actions import AnswerItem, PausePrompts, RateTrace, ReadReceipt, Say, SayExpected, SaySolved, WriteComment
from dialogs.feedback_row import feedback_id
from dialogs.people import Profile
from dialogs.request_actions import AskHuman
from storage import erasure, naming, people, privacy, retention, trail
from storage.database import Database
from storage.personal_rows import table
from storage.tables import ExchangeRow, RequestRow
from tests.bot.encoders import LetterEncoder
from tests.bot.engine import engine
from tests.bot.program import furnish
from tests.bot.simulated import Time
from tests.conversation import DIRECT, asks_form, said, submits, taps
from tests.storage.life import key, live

ALICE = people.directory_person_id("p1")
HERS = replace(DIRECT, conversation="DALICE")
PROFILE = Profile(platform="slack", tenant="T1", user="UALICE", name="Alice Martin", email="alice.martin@solane.example")


@asynccontextmanager
async def taking(database: Database, *, clock: Clock = now) -> AsyncIterator[Turns]:
    await furnish(database)
    known = Knowledge(database, LetterEncoder(), Metrics())
    try:
        await known.refresh()
        yield engine(database, known, clock=clock)
    finally:
        known.close()


async def test_whoever_is_erased_and_speaks_again_is_somebody_new(database: Database) -> None:
    async with taking(database) as turns:
        await turns.met(PROFILE)
        await turns.take(said("mon ordinateur portable est mort", by="UALICE", where=HERS))
        await turns.take(submits(AskHuman(slug="it"), {"question": "où est mon quokka", "way": "named"}, by="UALICE", where=HERS))
        proof = await database.write(people.LINKING, lambda session: erasure.erase(session, ALICE, now()))
        assert proof is not None
        assert await database.read(lambda session: naming.leftovers(session, proof.trail)) == []
        taken = await turns.take(said("mes demandes", by="UALICE", where=HERS))
        assert taken.replies, "they are answered"
        assert "quokka" not in str(taken.replies)
        found = await database.read(lambda session: people.find_person(session, "slack", "T1", "UALICE"))
        assert found is not None
        assert not found.person.linked
        theirs = await database.read(lambda session: trail.trail_of(session, found.person.id))
        assert theirs is not None
        held = await database.read(lambda session: privacy.held(session, theirs))
        assert [row["question"] for row in held["exchange"]] == ["mes demandes"]
        assert (held["request"], held["delivery"]) == ([], [])


async def test_a_platform_that_sends_an_erased_persons_event_again_changes_nothing(database: Database) -> None:
    async with taking(database) as turns:
        await turns.met(PROFILE)
        event = said("mon ordinateur portable est mort", by="UALICE", where=HERS)
        await turns.take(event)
        await database.write(people.LINKING, lambda session: erasure.erase(session, ALICE, now()))
        again = await turns.take(event)
        assert (again.first, again.replies) == (False, ())
        assert await database.read(lambda session: people.find_person(session, "slack", "T1", "UALICE")) is None


async def test_a_card_older_than_what_is_kept_still_answers(database: Database) -> None:
    time = Time()
    async with taking(database, clock=time) as turns:
        await turns.take(said("mon ordinateur portable est mort", where=DIRECT))
        (exchange,) = await database.read(lambda session: list(session.exec(select(ExchangeRow.id))))
        time.passes(days=200)
        gone = await Retention(database, kept_days(read_settings()), time).let_go()
        assert gone["exchange"] == 1
        closing = feedback_id(exchange, Occasion.ANSWER)
        answers: tuple[Action, ...] = (
            *(NotMine(exchange=exchange, id="it_laptop"), ShowFunction(slug="it")),
            *(
                SaySolved(feedback=closing, solved="yes"),
                RateTrace(feedback=closing, trace="4"),
                AnswerItem(feedback=closing, item="effort", value="4"),
            ),
            *(SayExpected(request="gone", value="3"), PausePrompts(length="for_good"), ReadReceipt(secret="lost")),
        )
        human = AskHuman(slug="it", id="it_laptop", exchange=exchange)
        events: tuple[Event, ...] = (
            *(taps(action) for action in answers),
            *(asks_form(form) for form in (WriteComment(feedback=closing), Say(slug="it"), human)),
            submits(human, {"question": "et maintenant ?", "way": "named"}),
        )
        for number, event in enumerate(events):
            taken = await turns.take(replace(event, id=f"late {number}", at=time()))
            assert (taken.first, bool(taken.replies)) == (True, True), event
        (goes_on,) = await database.read(lambda session: list(session.exec(select(RequestRow.exchange_id))))
        assert goes_on == exchange, "what a human is asked goes on from what was answered then"
        comment = submits(WriteComment(feedback=closing), {"comment": "Merci quand même", "way": "attached"})
        late = await turns.take(replace(comment, at=time()))
        assert "Merci quand même" in str(late.replies), "it's too late, and nothing typed is lost"


async def test_a_night_lets_go_of_all_that_is_due_whatever_the_number(database: Database) -> None:
    await live(database)
    time = Time()
    time.passes(days=1_000)
    job = Retention(database, dict.fromkeys(kept_days(read_settings()), 1), time)
    await job.look()
    assert await database.read(lambda session: retention.due(session, dict.fromkeys(kept_days(read_settings()), 1), time())) == []
    assert await job.let_go() == {}


async def test_more_than_one_transaction_takes_is_let_go_of_in_several(database: Database) -> None:
    time = Time()
    async with taking(database, clock=time):

        def heard(session: Session) -> None:
            rows = [
                {
                    "key": key(str(number)),
                    "conversation_key": "slack|T1|D|",
                    "platform": "slack",
                    "gesture": str(number),
                    "user": "U9",
                    "reference": "{}",
                    "replies": "[]",
                    "heard_at": time(),
                    "answered_at": time(),
                    "given_up": False,
                }
                for number in range(2 * retention.AT_ONCE + 1)
            ]
            session.execute(table("event").insert(), rows)

        await database.write("test", heard)
        time.at += timedelta(days=31)
        gone = await Retention(database, kept_days(read_settings()), time).let_go()
    assert gone == {"event": 2 * retention.AT_ONCE + 1}


async def test_the_page_has_a_line_for_every_row_that_is_held(database: Database) -> None:
    """The page says that it holds the same as the file: what somebody did in campaigns, in which arm of them, and whom they may write to too."""
    await live(database)
    hers = await database.read(lambda session: trail.trail_of(session, ALICE))
    assert hers is not None
    held = await database.read(lambda session: privacy.held(session, hers))
    told = page(hers, held, both_languages()["en"], now())
    assert {"campaign_member", "step_response", "evidence", "standing_move", "audience_grant"} <= {name for name, rows in held.items() if rows}
    for name, rows in held.items():
        assert told.count(f"\n- {name}: ") == len(rows), name
    assert "arm treated" in told
