"""Exchanges: what was asked, what was chosen, what people said of the answer."""

from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from dialogs.events import Event
from dialogs.facts import Chosen, ExchangeOpened, Fact, Greeted, LanguageChosen, LanguageSpoken, NotMineSaid, WrongSaid
from storage.database import Database
from storage.exchanges import shown
from storage.facts import record
from storage.people import find_person, meet
from storage.tables import ExchangeRow, ReportRow
from tests.company import NOON
from tests.conversation import CHANNEL, said

OPENED = ExchangeOpened(
    exchange="e1", question="mon pc est mort", language="fr", outcome="choice", function="it", ids=("it_laptop", "it_tablet"), confidence=0.75
)


async def note(database: Database, *facts: Fact, event: Event | None = None, catalogue_version: int | None = 3) -> str:
    event = event or said("mon pc est mort", where=CHANNEL)

    def take(session: Session) -> str:
        person = meet(session, event, NOON).person
        for fact in facts:
            record(session, fact, person=person, event=event, catalogue_version=catalogue_version, at=NOON)
        return person.id

    return await database.write(event.reference.key, take)


async def exchanges(database: Database) -> list[dict[str, object]]:
    return await database.read(lambda session: [row.model_dump() for row in session.exec(select(ExchangeRow))])


async def reports(database: Database) -> list[tuple[str, str, str | None]]:
    rows = select(ReportRow).order_by(col(ReportRow.kind), col(ReportRow.comment))
    return await database.read(lambda session: [(row.kind, row.sheet_id, row.comment) for row in session.exec(rows)])


async def test_a_question_opens_an_exchange(database: Database) -> None:
    person = await note(database, OPENED)
    assert await exchanges(database) == [
        {
            "id": "e1",
            "person_id": person,
            "scope": "channel",
            "question": "mon pc est mort",
            "language": "fr",
            "outcome": "choice",
            "function": "it",
            "sheet_ids": ["it_laptop", "it_tablet"],
            "confidence": 0.75,
            "catalogue_version": 3,
            "opened_at": NOON,
            "chosen_id": None,
            "none_of_these": False,
        }
    ]


async def test_a_question_that_nobody_can_answer_opens_one_too(database: Database) -> None:
    await note(database, replace(OPENED, outcome="none", function=None, ids=(), confidence=None), catalogue_version=None)
    [row] = await exchanges(database)
    assert (row["outcome"], row["function"], row["sheet_ids"], row["confidence"], row["catalogue_version"]) == ("none", None, [], None, None)


@pytest.mark.parametrize(("chosen", "expected"), [("it_tablet", ("it_tablet", False)), (None, (None, True))])
async def test_the_last_choice_says_what_was_meant(database: Database, chosen: str | None, expected: tuple[str | None, bool]) -> None:
    await note(database, OPENED)
    await note(database, Chosen(exchange="e1", id=None), Chosen(exchange="e1", id="it_laptop"), Chosen(exchange="e1", id=chosen))
    [row] = await exchanges(database)
    assert (row["chosen_id"], row["none_of_these"]) == expected


async def test_a_choice_on_a_card_whose_exchange_is_gone_changes_nothing(database: Database) -> None:
    await note(database, OPENED)
    await note(database, Chosen(exchange="gone", id="it_laptop"))
    [row] = await exchanges(database)
    assert row["chosen_id"] is None


async def test_the_same_tap_twice_is_one_report(database: Database) -> None:
    await note(database, OPENED)
    for _ in range(2):
        await note(database, NotMineSaid(exchange="e1", id="it_laptop"))
        await note(database, WrongSaid(exchange="e1", id="it_laptop", comment="C'est 4 jours"))
    await note(database, WrongSaid(exchange="e1", id="it_laptop", comment="Le lien est mort"))
    assert await reports(database) == [
        ("not_mine", "it_laptop", None),
        ("wrong", "it_laptop", "C'est 4 jours"),
        ("wrong", "it_laptop", "Le lien est mort"),
    ]


async def test_two_people_who_say_the_same_are_two_reports_even_without_the_exchange(database: Database) -> None:
    for user in ("U1", "U2"):
        await note(database, NotMineSaid(exchange="gone", id="it_laptop"), event=said("?", by=user))
    assert len(await reports(database)) == 2


async def test_a_person_chooses_a_language_and_is_greeted_once(database: Database) -> None:
    await note(database, LanguageChosen(language="en"), Greeted())
    known = await database.read(lambda session: find_person(session, "slack", "T1", "U1"))
    assert known is not None
    assert (known.person.language, known.person.greeted) == ("en", True)
    await note(database, LanguageChosen(language=None))
    known = await database.read(lambda session: find_person(session, "slack", "T1", "U1"))
    assert known is not None
    assert (known.person.language, known.person.greeted) == (None, True)


async def test_the_language_last_written_in_is_kept_with_the_account(database: Database) -> None:
    await note(database, LanguageSpoken(language="en"))
    known = await database.read(lambda session: find_person(session, "slack", "T1", "U1"))
    assert known is not None
    assert known.person.spoken_language == "en"


async def test_what_an_exchange_had_shown_is_told_to_those_who_asked_only(database: Database) -> None:
    person = await note(database, OPENED)
    assert await database.read(lambda session: shown(session, "e1", person)) == ("it_laptop", "it_tablet")
    assert await database.read(lambda session: shown(session, "e1", "somebody else")) is None
    assert await database.read(lambda session: shown(session, "e2", person)) is None
