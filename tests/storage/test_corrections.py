"""Corrections: who reported what an owner took up."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from dialogs.facts import ExchangeOpened, NotMineSaid, WrongSaid
from dialogs.gap import GapKind, GapQuestion
from storage import corrections, gaps, people
from storage.corrections import Taken
from storage.database import Database
from storage.facts import record
from tests.company import NOON
from tests.conversation import said

LATER = NOON + timedelta(hours=1)
ANSWER = ExchangeOpened(exchange="e1", question="mon portable", language="en", outcome="answer", function="it", ids=("it_laptop",), confidence=0.9)


async def reported(database: Database, fact: WrongSaid | NotMineSaid) -> str:
    """Report what an answer lacks, have it taken in by the gap g1; return who said so."""
    event = replace(said("?"), at=NOON)

    def take(session: Session) -> str:
        person = people.meet(session, event, NOON).person
        record(session, ANSWER, person=person, event=event, catalogue_version=1, at=NOON)
        record(session, fact, person=person, event=event, catalogue_version=1, at=NOON)
        kind: GapKind = "wrong" if isinstance(fact, WrongSaid) else "not_mine"
        question = GapQuestion(text="mon portable", language="fr", kind=kind, asked_at=NOON, sheet="it_laptop")
        (source,) = gaps.waiting(session, 5)
        gaps.take_in(session, [gaps.Taken(source=source.id, gap="g1", function="it", question=question)])
        return person.id

    return await database.write(event.reference.key, take)


async def settled(database: Database, decision: str, subject: str | None, at: datetime = LATER) -> None:
    await database.write("settling", lambda session: gaps.settle(session, "g1", decision, subject, "p-1", at))  # type: ignore[arg-type]


async def taken(database: Database, since: datetime = NOON) -> list[Taken]:
    return await database.read(lambda session: corrections.taken(session, since))


async def test_a_correction_that_an_owner_took_is_to_be_told_once(database: Database) -> None:
    person = await reported(database, WrongSaid(exchange="e1", id="it_laptop", comment="c'est deux semaines"))
    assert await taken(database) == []
    await settled(database, "written", "it_tablet")
    (found,) = await taken(database)
    assert (found.person, found.sheet, found.language) == (person, "it_tablet", "en")
    await database.write("corrections", lambda session: corrections.mark_told(session, [found.report], LATER))
    assert await taken(database) == []


async def test_what_was_ignored_or_only_wasnt_the_question_is_told_to_nobody(database: Database) -> None:
    await reported(database, WrongSaid(exchange="e1", id="it_laptop", comment="c'est deux semaines"))
    await settled(database, "ignored", None)
    assert await taken(database) == []


async def test_an_answer_that_wasnt_the_question_is_no_correction(database: Database) -> None:
    await reported(database, NotMineSaid(exchange="e1", id="it_laptop"))
    await settled(database, "phrasing", "it_laptop")
    assert await taken(database) == []


async def test_what_was_settled_long_ago_is_left_in_peace(database: Database) -> None:
    await reported(database, WrongSaid(exchange="e1", id="it_laptop", comment="c'est deux semaines"))
    await settled(database, "phrasing", None)
    assert [found.sheet for found in await taken(database)] == ["it_laptop"]
    assert await taken(database, since=LATER) == []
