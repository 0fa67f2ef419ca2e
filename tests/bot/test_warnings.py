"""Early warnings: a trace that falls, a problem that more people than usual mention; each is told once, to the function's channel."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session

from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from bot.warnings import Warnings
from dialogs.catalog import Function
from dialogs.facts import ExchangeOpened, Fact, NotMineSaid
from dialogs.messages import plain_text
from dialogs.request import Desk
from dialogs.working_time import COMPANY_HOURS
from storage import bindings, deliveries, facts, people, plain
from storage.database import Database
from storage.deliveries import Line
from storage.tables import DeliveryRow, table_of
from tests.bot.encoders import RememberingEncoder
from tests.bot.program import furnish
from tests.bot.test_weekly import CHANNEL
from tests.bot.traced import MONDAY, NOVEMBER, OCTOBER, PUBLISHED, left, publish, traces
from tests.company import FINANCE, IT
from tests.conversation import said

GOOD, BAD = (4, 5, 4, 5, 4, 3, 5, 4, 4, 5, 4, 5), (2, 1, 2, 3, 1, 2, 2, 1, 3, 2)
YESTERDAY = MONDAY - timedelta(days=3)


@dataclass(slots=True, kw_only=True)
class Office:
    """The job, at a time that a test sets, and how often it said that something was planned."""

    database: Database
    knowledge: Knowledge
    at: datetime = MONDAY
    nudges: list[datetime] = field(default_factory=list)

    async def look(self) -> None:
        job = Warnings(
            self.database,
            self.knowledge,
            both_languages(),
            language="en",
            office=lambda _: COMPANY_HOURS,
            clock=lambda: self.at,
            planned=lambda: self.nudges.append(self.at),
        )
        await job.look()

    async def lines(self) -> list[Line]:
        return await self.database.read(lambda session: list(deliveries.lines(session)))

    async def words(self) -> str:
        (text,) = await self.database.read(lambda session: list(session.execute(select(table_of(DeliveryRow).c.message)).scalars()))
        return plain_text(plain.read_message(text)).replace("\N{NO-BREAK SPACE}", " ")

    async def happened(self, at: datetime, several: Sequence[tuple[str, Fact]]) -> None:
        """Record what these people did at that time."""

        def take(session: Session) -> None:
            for user, fact in several:
                event = replace(said("?", by=user), at=at)
                person = people.meet(session, event, at).person
                facts.record(session, fact, person=person, event=event, catalogue_version=1, at=at)

        await self.database.write("test", take)

    async def used_since(self, at: datetime) -> None:
        opened = ExchangeOpened(exchange=f"e-{at}", question="mon pc", language="fr", outcome="answer", function="it", ids=(), confidence=0.9)
        await self.happened(at, [("U-first", opened)])


@asynccontextmanager
async def office(database: Database, encoder: RememberingEncoder, function: Function = IT) -> AsyncIterator[Office]:
    await furnish(database)
    known = Knowledge(database, encoder, Metrics())
    desk = Desk(function=function.slug, service=None, reference=CHANNEL, language="en")
    await database.write("binding", lambda session: bindings.bind(session, desk, "p-1", OCTOBER))
    try:
        await known.refresh()
        yield Office(database=database, knowledge=known)
    finally:
        known.close()


def not_mine(people: int, times: int = 1, sheet: str = "it_laptop", when: str = "now") -> list[tuple[str, Fact]]:
    """Have so many people say, so many times each, that an answer wasn't what they asked."""
    return [(f"U-{person}", NotMineSaid(id=sheet, exchange=f"{when}-{person}-{time}")) for person in range(people) for time in range(times)]


def in_vain(people: int, question: str) -> list[tuple[str, Fact]]:
    asked = ExchangeOpened(exchange="", question=question, language="fr", outcome="none", function="it", ids=(), confidence=0.1)
    return [(f"U-{person}", replace(asked, exchange=f"vain-{question}-{person}")) for person in range(people)]


# --- a trace that falls --------------------------------------------------------------------------------------------------------------------------


async def test_a_function_hears_once_that_its_trace_has_fallen(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await left(database, OCTOBER, traces(*GOOD))
        await left(database, NOVEMBER, traces(*BAD))
        await publish(database)
        for day in range(2):
            it.at = PUBLISHED + timedelta(days=day)
            await it.look()
        (line,) = await it.lines()
        assert (line.kind, line.cause_kind, line.cause_id, line.tenant) == ("alert", "warning", "it", "T1")
        assert it.nudges == [PUBLISHED]
        text = await it.words()
        assert "1.9 out of 5 (November 2026), after 4.3 before." in text
        assert "Responses: 10, compared with 12" in text


@pytest.mark.parametrize("second", [GOOD, (4, 4, 3, 5, 2, 5)])
async def test_a_trace_that_stays_or_might_is_not_told(database: Database, encoder: RememberingEncoder, second: tuple[int, ...]) -> None:
    async with office(database, encoder) as it:
        await left(database, OCTOBER, traces(*GOOD))
        await left(database, NOVEMBER, traces(*second))
        await publish(database)
        it.at = PUBLISHED
        await it.look()
        assert await it.lines() == []
        assert it.nudges == []


async def test_an_old_fall_is_no_warning(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await left(database, OCTOBER, traces(*GOOD))
        await left(database, NOVEMBER, traces(*BAD))
        await publish(database)
        it.at = PUBLISHED + timedelta(days=8)
        await it.look()
        assert await it.lines() == []


# --- a problem that more people mention ----------------------------------------------------------------------------------------------------------


async def test_an_answer_that_many_people_say_is_not_theirs_is_told_once_a_week(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.used_since(MONDAY - timedelta(weeks=12))
        await it.happened(MONDAY - timedelta(weeks=3), not_mine(2, when="before"))
        await it.happened(YESTERDAY, not_mine(6))
        await it.look()
        await it.look()
        (line,) = await it.lines()
        assert (line.kind, line.cause_id) == ("alert", "it")
        text = await it.words()
        assert "6 times in seven days, people said of “Replace a laptop” that it's wrong or not what they asked." in text
        assert "In a week before: 0.2 on average." in text


async def test_a_question_that_many_people_ask_in_vain_is_told(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.used_since(MONDAY - timedelta(weeks=12))
        await it.happened(YESTERDAY, in_vain(5, "pourquoi Alice Martin ne reçoit plus le wifi"))
        await it.look()
        text = await it.words()
        assert "5 times in seven days, people asked this or the like, and found no answer: “pourquoi ⟨name⟩ ne reçoit plus le wifi”" in text


@pytest.mark.parametrize("several", [not_mine(4, 3), not_mine(4), in_vain(4, "où est le café ?"), not_mine(6, sheet="it_gone")])
async def test_what_few_people_mention_or_nobody_answers_for_is_not(
    database: Database, encoder: RememberingEncoder, several: Sequence[tuple[str, Fact]]
) -> None:
    async with office(database, encoder) as it:
        await it.used_since(MONDAY - timedelta(weeks=12))
        await it.happened(YESTERDAY, several)
        await it.look()
        assert await it.lines() == []


async def test_in_the_first_days_nothing_is_unusual(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.happened(YESTERDAY, not_mine(6))  # before anybody asked anything at all
        await it.look()
        await it.used_since(MONDAY - timedelta(days=10))
        await it.look()
        assert await it.lines() == []


async def test_another_functions_problem_isnt_told_here(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder, FINANCE) as it:
        await it.used_since(MONDAY - timedelta(weeks=12))
        await it.happened(YESTERDAY, [*not_mine(6), *in_vain(6, "où est le café ?")])
        await it.look()
        assert await it.lines() == []


async def test_on_a_day_off_nobody_is_warned(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.used_since(MONDAY - timedelta(weeks=12))
        await it.happened(YESTERDAY, not_mine(6))
        it.at = MONDAY - timedelta(days=1)
        await it.look()
        assert await it.lines() == []
