"""Gathering gaps: each question once, masked, beside those that are alike, for whom it's for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlmodel import Session
from structlog.testing import capture_logs

from bot import gaps as gathering
from bot.clock import now
from bot.gaps import Gaps
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from dialogs.actions import AddPhrasing, Home, IgnoreGap, ShowGap, ShowGaps, WriteSheet
from dialogs.events import Event
from dialogs.facts import Chosen, ExchangeOpened, Fact, NotMineSaid, WrongSaid
from dialogs.gap import Gap
from dialogs.messages import Message, plain_text
from dialogs.people import Profile
from dialogs.rights import Grant, Role
from storage import facts, gaps, people, roles
from storage.database import Database
from tests.bot.encoders import RememberingEncoder
from tests.bot.engine import engine
from tests.bot.program import furnish
from tests.conversation import asks_form, said, submits, taps

on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])
SCREEN = "mon écran reste noir depuis ce matin"


@asynccontextmanager
async def knowing(database: Database, encoder: RememberingEncoder, *, company: bool = True) -> AsyncIterator[Knowledge]:
    """Know the small company, or nothing yet."""
    if company:
        await furnish(database)
    known = Knowledge(database, encoder, Metrics())
    try:
        await known.refresh()
        yield known
    finally:
        known.close()


async def happened(database: Database, *told: Fact, by: str = "U1") -> None:
    """Record facts as a turn does."""
    event = said("?", by=by)

    def take(session: Session) -> None:
        person = people.meet(session, event, now()).person
        for fact in told:
            facts.record(session, fact, person=person, event=event, catalogue_version=1, at=now())

    await database.write(event.reference.key, take)


def in_vain(question: str, *, exchange: str = "", function: str | None = "it", ids: Sequence[str] = ()) -> ExchangeOpened:
    return ExchangeOpened(
        exchange=exchange or question, question=question, language="fr", outcome="none", function=function, ids=tuple(ids), confidence=None
    )


async def opened(database: Database) -> list[Gap]:
    """Return each open gap with its questions."""

    def read(session: Session) -> list[Gap]:
        return [gap for line in gaps.open_gaps(session) for gap in gaps.open_gaps(session, line.id)]

    return await database.read(read)


async def inbox(database: Database) -> list[tuple[str | None, list[str]]]:
    """Return each open gap's function and questions."""
    return [(gap.function, sorted(question.text for question in gap.questions)) for gap in await opened(database)]


async def test_what_is_alike_comes_together_within_its_function(database: Database, encoder: RememberingEncoder) -> None:
    asked = (SCREEN, "l'écran est noir depuis ce matin", "combien coûte la cantine ?")
    await happened(database, *(in_vain(question) for question in asked), in_vain(SCREEN, exchange="e2", function="finance"))
    async with knowing(database, encoder) as known:
        assert await Gaps(database, known).gather() == 4
        assert {(function, *questions) for function, questions in await inbox(database)} == {
            ("finance", SCREEN),
            ("it", "combien coûte la cantine ?"),
            ("it", "l'écran est noir depuis ce matin", SCREEN),
        }
        await happened(database, in_vain("depuis ce matin mon écran est tout noir"))
        assert await Gaps(database, known).gather() == 1
    assert (await inbox(database))[0] == ("it", ["depuis ce matin mon écran est tout noir", "l'écran est noir depuis ce matin", SCREEN])


async def test_each_question_comes_in_once_whoever_gathers(database: Database, encoder: RememberingEncoder) -> None:
    await happened(database, *(in_vain(f"question {number} sur la cantine") for number in range(5)))
    async with knowing(database, encoder) as known:
        counts = await asyncio.gather(*(Gaps(database, known).gather() for _ in range(3)))
        assert sum(counts) == 5
        assert await Gaps(database, known).gather() == 0
    assert sum(gap.count for gap in await database.read(gaps.open_gaps)) == 5


@on_one_database
async def test_many_questions_come_in_some_at_a_time(database: Database, encoder: RememberingEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_AT_ONCE", 3)
    await happened(database, *(in_vain(f"question {number} sur la cantine") for number in range(8)))
    async with knowing(database, encoder) as known:
        assert await Gaps(database, known).gather() == 8


@on_one_database
async def test_a_gap_that_is_settled_while_questions_come_in_is_left_alone(
    database: Database, encoder: RememberingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with knowing(database, encoder) as known:
        await happened(database, in_vain(SCREEN))
        await Gaps(database, known).gather()
        (before,) = await database.read(gaps.open_gaps)
        await happened(database, in_vain("l'écran est noir depuis ce matin"))
        whole = Gaps._put_together

        async def meanwhile(*given: object) -> object:
            taken = await whole(*given)  # type: ignore[arg-type]
            await database.write("settling", lambda session: gaps.settle(session, before.id, "ignored", None, "p-1", now()))
            return taken

        monkeypatch.setattr(Gaps, "_put_together", meanwhile)
        assert await Gaps(database, known).gather() == 1
    (after,) = await database.read(gaps.open_gaps)
    assert (after.id != before.id, after.count) == (True, 1)


async def test_personal_data_never_reach_a_gap(database: Database, encoder: RememberingEncoder) -> None:
    await furnish(database)
    await happened(
        database,
        in_vain("le badge de Carol PETIT (06 12 34 56 78) ne marche plus"),
        WrongSaid(exchange="gone", id="it_laptop", comment="demandez à dupont bob ou bob@solane.example"),
    )
    async with knowing(database, encoder, company=False) as known:
        await Gaps(database, known).gather()
    found = [question for gap in await opened(database) for question in gap.questions]
    assert {question.text for question in found} == {"le badge de ⟨name⟩ (⟨phone⟩) ne marche plus", "Remplacer un ordinateur portable"}
    assert {question.comment for question in found} == {None, "demandez à ⟨name⟩ ou ⟨email⟩"}


@on_one_database
@pytest.mark.parametrize(
    ("asked", "function"),
    [
        (in_vain("bonjour la cantine", function="finance"), "finance"),
        (in_vain("ma tablette de chantier est cassée", function=None), "it"),
        (in_vain("ma tablette de chantier est cassée", function="gone"), "it"),
        (in_vain("qui a gagné la coupe du monde ?", function=None), None),
    ],
    ids=["told whom to turn to", "near a sheet that isn't for all", "whose function is gone", "near nothing"],
)
async def test_whom_a_question_is_for(database: Database, encoder: RememberingEncoder, asked: ExchangeOpened, function: str | None) -> None:
    await happened(database, asked)
    async with knowing(database, encoder) as known:
        await Gaps(database, known).gather()
    assert [gap.function for gap in await database.read(gaps.open_gaps)] == [function]


@on_one_database
async def test_none_of_those_offered_is_for_whom_the_first_of_them_is(database: Database, encoder: RememberingEncoder) -> None:
    choice = replace(in_vain("ordi", function=None, ids=("gone", "fin_expenses", "it_laptop")), outcome="choice")
    await happened(database, choice, Chosen(exchange="ordi", id=None))
    async with knowing(database, encoder) as known:
        await Gaps(database, known).gather()
    assert await inbox(database) == [("finance", ["ordi"])]


@on_one_database
async def test_a_report_keeps_the_sheet_and_its_title_where_the_question_is_gone(database: Database, encoder: RememberingEncoder) -> None:
    await happened(
        database,
        replace(in_vain("portable", ids=("it_laptop",)), outcome="answer"),
        NotMineSaid(exchange="portable", id="it_laptop"),
        WrongSaid(exchange="gone", id="fin_audit", comment="Ce n'est plus Rivers"),
        WrongSaid(exchange="gone", id="gone", comment="Plus personne ne répond"),
        NotMineSaid(exchange="gone", id="gone"),
    )
    async with knowing(database, encoder) as known:
        await Gaps(database, known).gather()
    found = [question for gap in await opened(database) for question in gap.questions]
    assert sorted((question.kind, question.text, question.sheet, question.language) for question in found) == [
        ("not_mine", "gone", "gone", "fr"),
        ("not_mine", "portable", "it_laptop", "fr"),
        ("wrong", "Plus personne ne répond", "gone", "fr"),
        ("wrong", "Who are our auditors?", "fin_audit", "fr"),
    ]


@on_one_database
async def test_before_a_catalogue_questions_are_for_nobody_yet(database: Database, encoder: RememberingEncoder) -> None:
    await happened(database, in_vain("où est la cantine ?", function=None))
    async with knowing(database, encoder, company=False) as known:
        await Gaps(database, known).gather()
        assert await inbox(database) == [(None, ["où est la cantine ?"])]


@on_one_database
async def test_the_nearest_sheets_are_shown_whomever_they_are_for(database: Database, encoder: RememberingEncoder) -> None:
    async with knowing(database, encoder) as known:
        await happened(database, in_vain("tablette tactile tombée dans l'eau"))
        inside = Gaps(database, known)
        assert await inside.ready(said("lacunes")) == {}
        (gap,) = await database.read(gaps.open_gaps)
        nearest = await inside.ready(taps(ShowGap(gap=gap.id)))
        assert nearest[gap.id][0] == "it_tablet"
        assert len(nearest[gap.id]) == 3
        (shown,) = await database.read(lambda session: inside.open(session, taps(ShowGap(gap=gap.id)), nearest))
        assert shown == replace(gap, nearest=nearest[gap.id])
        assert await inside.ready(taps(ShowGap(gap="gone"))) == {"gone": ()}
        for event in (said("lacunes"), taps(ShowGaps()), asks_form(AddPhrasing(gap=gap.id, id="it_tablet"))):
            assert await database.read(lambda session, of=event: inside.open(session, of, {})) == (gap,)  # type: ignore[misc]
        assert await database.read(lambda session: inside.open(session, asks_form(WriteSheet(slug="it", gap="gone")), {})) == ()


FORM = AddPhrasing(gap="g", id="it_laptop")


@on_one_database
@pytest.mark.parametrize(
    "event",
    [
        taps(Home()),
        said("ma question"),
        taps(IgnoreGap(gap="g")),
        taps(ShowGap(gap="g")),
        asks_form(FORM),
        submits(FORM, {}),
    ],
)
async def test_what_lists_no_gaps_gathers_nothing(database: Database, encoder: RememberingEncoder, event: Event) -> None:
    await happened(database, in_vain(SCREEN))
    async with knowing(database, encoder) as known:
        await Gaps(database, known).ready(event)
    assert await inbox(database) == []


@on_one_database
@pytest.mark.parametrize("event", [taps(ShowGaps()), said("lacunes"), said("gaps DSI", private=True)])
async def test_what_lists_gaps_gathers_first(database: Database, encoder: RememberingEncoder, event: Event) -> None:
    await happened(database, in_vain(SCREEN))
    async with knowing(database, encoder) as known:
        await Gaps(database, known).ready(event)
    assert await inbox(database) == [("it", [SCREEN])]


def words(replies: Sequence[object]) -> str:
    (reply,) = replies
    assert isinstance(reply, Message)
    return plain_text(reply)


async def test_an_owner_opens_the_list_and_settles_what_waits(database: Database, encoder: RememberingEncoder) -> None:
    async with knowing(database, encoder) as known:
        turns = engine(database, known, language="en")
        await turns.take(said("hello", by="U3", locale="en"))
        await turns.met(Profile(platform="slack", tenant="T1", user="U3", email="carol.petit@solane.example", locale="en"))
        owner = people.directory_person_id("p3")
        await database.write("roles", lambda session: roles.grant(session, owner, Grant(role=Role.OWNER, function="it"), "tests", now()))
        await turns.take(said("où se trouve la machine à café ?", by="U1", locale="fr"))
        (source,) = await database.read(lambda session: gaps.waiting(session, 10))
        assert source.kind == "unanswered"
        listed = words((await turns.take(said("gaps", by="U3", locale="en"))).replies)
        assert "“où se trouve la machine à café ?”" in listed
        (gap,) = await database.read(gaps.open_gaps)
        assert "What comes nearest" in words((await turns.take(taps(ShowGap(gap=gap.id), by="U3"))).replies)
        with capture_logs() as logs:
            assert "Ignored" in words((await turns.take(taps(IgnoreGap(gap=gap.id), by="U3"))).replies)
        assert logs == []
        again = words((await turns.take(taps(IgnoreGap(gap=gap.id), by="U3"))).replies)
        assert "This one has been settled in the meantime." in again
        assert "Nothing waits here" in words((await turns.take(taps(ShowGaps(), by="U3"))).replies)
