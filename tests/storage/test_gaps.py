"""Gaps: what waits, what a gap holds, what was decided."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from dialogs.facts import Chosen, ExchangeOpened, Fact, NotMineSaid, WrongSaid
from dialogs.gap import GapKind, GapQuestion
from dialogs.people import Profile
from storage import directory, gaps, people
from storage.database import Database
from storage.facts import record
from storage.gaps import GATHERING, Member, Source, Taken
from storage.tables import ExchangeRow, GapRow
from tests.company import DIRECTORY, NOON
from tests.conversation import said

NOTHING_FOUND = ExchangeOpened(
    exchange="e1", question="où est la machine à café ?", language="fr", outcome="none", function="it", ids=(), confidence=0.1
)
CHOICE = replace(NOTHING_FOUND, exchange="e2", question="ordi", outcome="choice", function=None, ids=("it_laptop", "it_tablet"))
ANSWER = replace(NOTHING_FOUND, exchange="e3", question="my laptop", language="en", outcome="answer", ids=("it_laptop",))


async def happened(database: Database, *facts: Fact, by: str = "U1", minutes: int = 0) -> None:
    """Record facts of a turn, some minutes past noon."""
    event = replace(said("?", by=by), at=NOON + timedelta(minutes=minutes))

    def take(session: Session) -> None:
        person = people.meet(session, event, NOON).person
        for fact in facts:
            record(session, fact, person=person, event=event, catalogue_version=1, at=NOON)

    await database.write(event.reference.key, take)


async def waits(database: Database, limit: int = 100) -> list[Source]:
    return await database.read(lambda session: gaps.waiting(session, limit))


def question(text: str = "où est le café ?", *, minutes: int = 0, kind: GapKind = "unanswered") -> GapQuestion:
    return GapQuestion(text=text, language="fr", kind=kind, asked_at=NOON + timedelta(minutes=minutes))


def taken(source: str, gap: str = "g1", *, text: str = "où est le café ?", minutes: int = 0, kind: GapKind = "unanswered") -> Taken:
    return Taken(source=source, gap=gap, function="it", question=question(text, minutes=minutes, kind=kind))


async def take_in(database: Database, *new: Taken) -> bool:
    return await database.write(GATHERING, lambda session: gaps.take_in(session, new))


async def settle(database: Database, gap: str, decision: str, subject: str | None = None, at: datetime = NOON) -> None:
    await database.write("settling", lambda session: gaps.settle(session, gap, decision, subject, "p-1", at))  # type: ignore[arg-type]


async def row_of(database: Database, gap: str) -> dict[str, object]:
    found = await database.read(lambda session: [row.model_dump() for row in session.exec(select(GapRow).where(GapRow.id == gap))])
    return found[0]


# --- what waits -----------------------------------------------------------------------------------------------------------------------------------


async def test_what_found_nothing_waits(database: Database) -> None:
    await happened(database, NOTHING_FOUND)
    assert await waits(database) == [
        Source(
            id="e1",
            kind="unanswered",
            question="où est la machine à café ?",
            language="fr",
            function="it",
            sheets=(),
            comment=None,
            asked_at=NOON,
        )
    ]


async def test_a_choice_waits_once_none_of_it_was_meant(database: Database) -> None:
    await happened(database, CHOICE)
    assert await waits(database) == []
    await happened(database, Chosen(exchange="e2", id=None))
    (source,) = await waits(database)
    assert (source.id, source.kind, source.function, source.sheets) == ("e2", "none_of_these", None, ("it_laptop", "it_tablet"))
    await happened(database, Chosen(exchange="e2", id="it_laptop"))
    assert await waits(database) == [], "a choice that was settled is no gap"


async def test_answers_and_profiles_do_not_wait(database: Database) -> None:
    await happened(database, ANSWER, replace(ANSWER, exchange="e4", outcome="profile"))
    assert await waits(database) == []


async def test_what_people_say_against_an_answer_waits_with_the_question(database: Database) -> None:
    await happened(database, ANSWER, NotMineSaid(exchange="e3", id="it_laptop"))
    await happened(database, WrongSaid(exchange="e3", id="it_laptop", comment="It's two weeks"), minutes=1)
    told = [(source.kind, source.question, source.language, source.sheets, source.comment, source.asked_at) for source in await waits(database)]
    assert told == [
        ("not_mine", "my laptop", "en", ("it_laptop",), None, NOON),
        ("wrong", "my laptop", "en", ("it_laptop",), "It's two weeks", NOON + timedelta(minutes=1)),
    ]


async def test_a_remark_on_a_card_whose_exchange_is_gone_waits_all_the_same(database: Database) -> None:
    await happened(database, WrongSaid(exchange="gone", id="it_laptop", comment="faux"))
    (source,) = await waits(database)
    assert (source.question, source.language, source.comment) == (None, None, "faux")


async def test_the_oldest_come_first_and_only_so_many(database: Database) -> None:
    for number in (3, 1, 2):
        await happened(database, replace(NOTHING_FOUND, exchange=f"e{number}"), minutes=2 * number)
    await happened(database, WrongSaid(exchange="gone", id="it_laptop", comment="faux"), minutes=3)
    assert [source.asked_at.minute for source in await waits(database)] == [2, 3, 4, 6]
    assert [source.asked_at.minute for source in await waits(database, limit=2)] == [2, 3]


# --- taken in -------------------------------------------------------------------------------------------------------------------------------------


async def test_what_was_taken_in_waits_no_more(database: Database) -> None:
    await happened(database, NOTHING_FOUND, ANSWER, NotMineSaid(exchange="e3", id="it_laptop"))
    sources = [source.id for source in await waits(database)]
    assert len(sources) == 2
    assert await take_in(database, *(taken(source) for source in sources))
    assert await waits(database) == []
    (gap,) = await database.read(gaps.open_gaps)
    assert (gap.id, gap.function, gap.count, gap.sent_by) == ("g1", "it", 2, None)


async def test_of_two_who_take_the_same_in_one_does(database: Database) -> None:
    first, second = await asyncio.gather(take_in(database, taken("s1"), taken("s2")), take_in(database, taken("s2", "g2"), taken("s3", "g2")))
    assert [first, second].count(True) == 1
    assert len(await database.read(gaps.open_gaps)) == 1


@pytest.mark.parametrize("decision", ["ignored", "phrasing", "written"])
async def test_what_is_settled_takes_nothing_in_any_more(database: Database, decision: str) -> None:
    await take_in(database, taken("s1"))
    await settle(database, "g1", decision)
    assert not await take_in(database, taken("s2", "g2"), taken("s3"))
    assert await database.read(gaps.open_gaps) == ()
    assert await take_in(database, taken("s2", "g2"), taken("s3", "g2"))


async def test_nothing_can_be_taken_in_too(database: Database) -> None:
    assert await take_in(database)
    assert await database.read(gaps.open_gaps) == ()


async def test_the_newest_questions_of_each_open_gap_are_compared(database: Database) -> None:
    await take_in(database, *(taken(f"s{number}", text=f"question {number}", minutes=number) for number in range(12)))
    await take_in(database, taken("t1", "g2", text="autre"), taken("u1", "g3", text="ignorée"))
    await settle(database, "g3", "ignored")
    found = await database.read(gaps.members)
    assert [member.text for member in found if member.gap == "g1"] == [f"question {number}" for number in range(11, 1, -1)]
    assert [member for member in found if member.gap != "g1"] == [Member(gap="g2", functions=frozenset({"it"}), text="autre")]


async def test_the_newest_question_stands_for_a_gap(database: Database) -> None:
    await take_in(database, taken("s1", text="hier"), taken("s2", text="aujourd'hui", minutes=5))
    assert await database.read(lambda session: gaps.newest_question(session, "g1")) == "aujourd'hui"
    assert await database.read(lambda session: gaps.newest_question(session, "gone")) is None


# --- read -----------------------------------------------------------------------------------------------------------------------------------------


async def test_the_most_asked_come_first_then_the_newest(database: Database) -> None:
    await take_in(database, taken("a", "ga"), taken("b", "gb", minutes=3), taken("c", "gc"), taken("d", "gc"), taken("e", "ge", minutes=9))
    assert [gap.id for gap in await database.read(gaps.open_gaps)] == ["gc", "ge", "gb", "ga"]


async def test_a_gap_holds_the_newest_of_each_kind_and_counts_all(database: Database) -> None:
    many = [taken(f"s{number}", text=f"question {number}", minutes=number) for number in range(7)]
    said_wrong = replace(question("portable", kind="wrong"), sheet="it_laptop", comment="C'est faux", language="en")
    wrong = Taken(source="w", gap="g1", function="it", question=said_wrong)
    await take_in(database, *many, wrong)
    assert await database.read(lambda session: gaps.open_gaps(session, "gone")) == ()
    (line,) = await database.read(gaps.open_gaps)
    assert [each.text for each in line.questions] == ["question 6", "portable"], "a list shows one of each kind"
    (gap,) = await database.read(lambda session: gaps.open_gaps(session, "g1"))
    assert (gap.count, gap.kinds) == (line.count, line.kinds) == (8, (("unanswered", 7), ("wrong", 1)))
    assert [each.text for each in gap.questions] == ["question 6", "question 5", "question 4", "question 3", "question 2", "portable"]
    assert gap.questions[-1] == wrong.question


# --- settled --------------------------------------------------------------------------------------------------------------------------------------


async def test_what_was_decided_is_kept_with_who_and_when(database: Database) -> None:
    await take_in(database, taken("s1"))
    await settle(database, "g1", "phrasing", "it_laptop")
    later = NOON + timedelta(days=1)
    await settle(database, "g1", "ignored", at=later)
    await settle(database, "gone", "ignored")
    row = await row_of(database, "g1")
    assert (row["decision"], row["subject"], row["settled_by"], row["settled_at"]) == ("phrasing", "it_laptop", "p-1", NOON)


async def test_what_is_sent_stays_open_for_the_other_function_and_keeps_what_comes_to_the_first(database: Database) -> None:
    await take_in(database, taken("s1"))
    await settle(database, "g1", "sent", "finance")
    (gap,) = await database.read(gaps.open_gaps)
    assert (gap.function, gap.sent_by) == ("finance", "it")
    (member,) = await database.read(gaps.members)
    assert member.functions == {"finance", "it"}
    assert await take_in(database, taken("s2"))


async def test_what_was_for_nobody_and_was_given_to_a_function_keeps_what_comes_to_nobody(database: Database) -> None:
    await take_in(database, replace(taken("s1"), function=None))
    await settle(database, "g1", "sent", "finance")
    (gap,) = await database.read(gaps.open_gaps)
    assert (gap.function, gap.sent_by) == ("finance", None)
    (member,) = await database.read(gaps.members)
    assert member.functions == {"finance", None}


# --- names ----------------------------------------------------------------------------------------------------------------------------------------


async def test_the_names_to_mask_are_the_directorys_and_those_of_accounts(database: Database) -> None:
    await happened(database, NOTHING_FOUND)
    await database.write(people.LINKING, lambda session: directory.import_directory(session, DIRECTORY, NOON))
    names: Sequence[str] = await database.read(gaps.people_names)
    assert names == ["Alice Martin", "Bob Dupont", "Carol Petit"]
    guest = Profile(platform="slack", tenant="T1", user="U-guest", name="Dan Roche")
    await database.write(people.LINKING, lambda session: people.learn_profile(session, guest, NOON))
    assert "Dan Roche" in await database.read(gaps.people_names)
    assert len(await database.read(lambda session: session.exec(select(ExchangeRow)).all())) == 1
