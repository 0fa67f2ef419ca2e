"""Evidence from our own tables: what people did of their own accord shows where they stand, once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.evidence import Gathering
from dialogs.facts import ExchangeOpened
from dialogs.feedback import Item, Occasion
from dialogs.ladder import LASTS, EvidenceKind, Stage
from dialogs.request import Outcome, Party, Request, RequestStatus, Step
from storage import Session, evidence, evidence_sources, exchanges, outside_exchanges, requests
from storage.database import Database
from storage.directory import import_directory
from storage.erasure import erase
from storage.outside_exchanges import News
from storage.people import LINKING, directory_person_id, meet
from tests.bot.simulated import Time
from tests.company import NOON
from tests.conversation import said
from tests.storage.closings import ask, give, of
from tests.storage.vaubert import DIRECTORY

ALICE = directory_person_id("p1")
DAY = timedelta(days=1)


@pytest.fixture
async def company(database: Database) -> Database:
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))
    return database


@pytest.fixture
def time() -> Time:
    return Time(NOON)


def gathering(database: Database, time: Time) -> Gathering:
    return Gathering(database, lambda: time.at, lasts=LASTS)


async def gathered(database: Database, time: Time, person: str = ALICE) -> dict[str, float]:
    """What somebody has left by now, by kind and source, and what it weighs."""
    await gathering(database, time).gather()
    left = await database.read(lambda session: evidence.evidence_of(session, person))
    return {f"{piece.kind} {piece.source}": piece.weight for piece in left}


def opened(session: Session, exchange: str, person: str = ALICE, *, outcome: Any = "profile", at: datetime = NOON) -> None:
    fact = ExchangeOpened(
        exchange=exchange, question="?", language="fr", outcome=outcome, function="it" if outcome != "choice" else None, ids=(), confidence=None
    )
    exchanges.open_(session, fact, person, replace(said("?"), at=at), None)


async def close(database: Database, name: str, *, at: datetime = NOON, outcome: Outcome = Outcome.SOLVED, hops: int = 0) -> None:
    asked = Request(
        id=name,
        exchange=f"x-{name}",
        function="it",
        client=Party(id=ALICE),
        question="?",
        language="fr",
        opened_at=NOON,
        due_at=NOON + DAY,
        status=RequestStatus.CLOSED,
        closed_at=at,
        outcome=outcome,
        hops=hops,
    )
    await database.write("test", lambda session: requests.keep(session, asked, Step.CLOSED, None, None, at))


def news(**more: Any) -> News:
    told: Mapping[str, Any] = {"source": "guichet", "external_id": "INC-1", "state": "closed", "at": NOON, "client": "alice@vaubert.example"}
    return News(function="it", **{**told, "outcome": "solved", **more})


async def tell(database: Database, told: News, at: datetime) -> None:
    await database.write("test", lambda session: outside_exchanges.tell(session, told, at))


async def test_a_functions_card_that_was_opened_is_evidence_that_they_know_it(company: Database, time: Time) -> None:
    def asked(session: Session) -> None:
        opened(session, "x1")
        opened(session, "x2", outcome="answer")
        opened(session, "x3", outcome="choice")

    await company.write("test", asked)
    assert await gathered(company, time) == {"card_opened exchange|x1": 1.0}
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.AWARENESS}


async def test_a_question_that_the_answer_solved_went_to_the_right_function(company: Database, time: Time) -> None:
    await ask(company, of(ALICE, "f1"), of(ALICE, "f2"), of(ALICE, "f3"), of(ALICE, "f4", occasion=Occasion.LATER))
    await give(company, "f1", solved="yes")
    await give(company, "f2", solved="partly")
    await give(company, "f4", solved="yes")
    assert await gathered(company, time) == {"asked_right exchange|x-f1": 1.0}
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.COMPREHENSION}


async def test_an_answer_that_was_not_what_they_asked_shows_nothing(company: Database, time: Time) -> None:
    await ask(company, of(ALICE, "f1"))
    await give(company, "f1", solved="yes")
    await company.write("test", lambda session: exchanges.report(session, "not_mine", "x-f1", "it_laptop", None, ALICE, said("?")))
    assert await gathered(company, time) == {}


async def test_a_response_that_changes_is_taken_back(company: Database, time: Time) -> None:
    await ask(company, of(ALICE, "f1"))
    await give(company, "f1", solved="yes", item=Item.RECOMMENDATION, value="10")
    assert await gathered(company, time) == {"asked_right exchange|x-f1": 1.0, "recommends feedback|f1": 1.0}
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.CONVICTION}
    time.at += timedelta(minutes=5)
    await give(company, "f1", at=time.at, solved="no", value="6")
    assert await gathered(company, time) == {"asked_right exchange|x-f1": 0.0, "recommends feedback|f1": 0.0}
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.UNAWARE}


async def test_a_response_that_goes_on_the_day_after_is_not_lost(company: Database, time: Time) -> None:
    await ask(company, of(ALICE, "f1"))
    await give(company, "f1", solved="yes")
    await gathered(company, time)
    time.at += DAY
    await give(company, "f1", at=time.at, item=Item.RECOMMENDATION, value="9")
    assert await gathered(company, time) == {"asked_right exchange|x-f1": 1.0, "recommends feedback|f1": 1.0}


@pytest.mark.parametrize(
    ("outcome", "hops", "left"),
    [
        (Outcome.SOLVED, 0, {"service_used request|r1": 1.0, "asked_right request|r1": 1.0}),
        (Outcome.SOLVED, 1, {"service_used request|r1": 1.0}),
        (Outcome.NOT_SOLVED, 0, {}),
        (Outcome.WITHDRAWN, 0, {}),
    ],
)
async def test_a_request_that_was_solved_is_a_service_used(
    company: Database, time: Time, outcome: Outcome, hops: int, left: dict[str, float]
) -> None:
    await close(company, "r1", outcome=outcome, hops=hops)
    assert await gathered(company, time) == left


async def test_a_request_that_was_reopened_and_not_solved_is_taken_back(company: Database, time: Time) -> None:
    await close(company, "r1")
    await gathered(company, time)
    time.at += DAY
    await close(company, "r1", at=time.at, outcome=Outcome.NOT_SOLVED)
    assert await gathered(company, time) == {"service_used request|r1": 0.0, "asked_right request|r1": 0.0}


async def test_a_ticket_is_a_service_used_however_late_it_is_told(company: Database, time: Time) -> None:
    await gathered(company, time)
    await tell(company, news(external_id="INC-0"), NOON)
    await gathered(company, time)
    time.at += 10 * DAY
    await tell(company, news(at=NOON + DAY), time.at)
    left = await gathered(company, time)
    assert list(left.values()) == [1.0, 1.0]
    await tell(company, news(state="reopened", outcome=None, at=NOON + 2 * DAY), time.at + DAY)
    time.at += DAY
    assert sorted((await gathered(company, time)).values()) == [0.0, 1.0]


async def test_a_ticket_of_somebody_whom_the_directory_learns_of_later_counts_then(company: Database, time: Time) -> None:
    await tell(company, news(client="dora@vaubert.example"), NOON)
    await gathered(company, time)
    time.at += 3 * DAY
    dora = replace(DIRECTORY[0], id="p4", email="dora@vaubert.example")

    def hired(session: Session) -> None:
        import_directory(session, (*DIRECTORY, dora), time.at)
        outside_exchanges.link(session, time.at)

    await company.write(LINKING, hired)
    assert list((await gathered(company, time, directory_person_id("p4"))).values()) == [1.0]


async def test_whoever_has_no_line_in_the_directory_stands_somewhere_too(company: Database, time: Time) -> None:
    def asked(session: Session) -> str:
        person = meet(session, said("?", by="U9"), NOON).person.id
        opened(session, "x1", person)
        return person

    person = await company.write("test", asked)
    assert await gathered(company, time, person) == {"card_opened exchange|x1": 1.0}


async def test_what_is_nobodys_since_an_erasure_is_left_alone(company: Database, time: Time) -> None:
    await company.write("test", lambda session: opened(session, "x1"))
    await close(company, "r1")
    await company.write(LINKING, lambda session: erase(session, ALICE, NOON))
    await gathering(company, time).gather()
    assert await company.read(lambda session: evidence.histogram(session, "it").unaware) == 2


async def test_what_is_committed_late_is_not_missed_and_nothing_counts_twice(company: Database, time: Time) -> None:
    await company.write("test", lambda session: opened(session, "x2"))
    await gathered(company, time)
    await company.write("test", lambda session: opened(session, "x1", at=NOON - timedelta(minutes=20)))  # a gesture that was slow to be taken
    time.at += timedelta(minutes=1)
    assert set(await gathered(company, time)) == {"card_opened exchange|x1", "card_opened exchange|x2"}
    again = Gathering(company, lambda: time.at, lasts=LASTS)
    await again.gather()
    assert len(await company.read(lambda session: evidence.evidence_of(session, ALICE))) == 2


async def test_many_are_read_page_after_page(company: Database, time: Time) -> None:
    def asked(session: Session) -> None:
        for number in range(evidence_sources.PAGE + 5):
            opened(session, f"x{number:04}", at=NOON + timedelta(milliseconds=number // 7))

    await company.write("test", asked)
    assert len(await gathered(company, time)) == evidence_sources.PAGE + 5


async def test_stages_are_lost_night_after_night(company: Database, time: Time) -> None:
    await close(company, "r1")
    await gathered(company, time)
    await gathering(company, time).lose()
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.ACTION}
    time.at += LASTS
    await gathering(company, time).lose()
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.CONVICTION}
    kinds = await company.read(lambda session: evidence.kinds_left(session, [ALICE], "it", "", NOON))
    assert kinds == {ALICE: {EvidenceKind.SERVICE_USED, EvidenceKind.ASKED_RIGHT}}
