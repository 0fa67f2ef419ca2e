"""Evidence: each piece counts once, the standing follows it in the same transaction, and every move is kept."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import insert, select

from dialogs.campaign import Histogram
from dialogs.ladder import LASTS, UNAWARE, Evidence, EvidenceKind, Stage, Standing, stage_at
from storage import Session, evidence
from storage.database import Database
from storage.directory import import_directory
from storage.evidence import AT_ONCE, LOST
from storage.people import LINKING, directory_person_id
from storage.tables import PersonRow, StandingMoveRow, table_of
from tests.company import NOON
from tests.examples import examples
from tests.storage.vaubert import DIRECTORY

ALICE, BOB = directory_person_id("p1"), directory_person_id("p2")
DAY = timedelta(days=1)
CARD = Evidence(person=ALICE, function="it", topic="", kind=EvidenceKind.CARD_OPENED, source="exchange|1", at=NOON)
USED = replace(CARD, kind=EvidenceKind.SERVICE_USED, source="request|1")
OF_PASSWORDS = replace(CARD, kind=EvidenceKind.QUIZ, topic="passwords", source="campaign|quiz")
_MOVE = table_of(StandingMoveRow).c


def leave(session: Session, *pieces: Evidence, at: datetime = NOON) -> int:
    return evidence.leave_all(session, pieces, at)


def leave_at(piece: Evidence, at: datetime, session: Session) -> int:
    return leave(session, piece, at=at)


def lose_by(at: datetime, session: Session) -> int:
    return evidence.lose(session, at, 100)


def stand(session: Session) -> Mapping[tuple[str, str], Standing]:
    return evidence.standings_of(session, ALICE)


def moves(session: Session) -> list[tuple[str, str, str, str, datetime]]:
    """Who moved: function and topic, from where, to where, because of what, when."""
    rows = session.execute(select(_MOVE.function, _MOVE.topic, _MOVE.former, _MOVE.stage, _MOVE.because, _MOVE.at).order_by(_MOVE.number))
    return [(f"{row.function}/{row.topic}", row.former, row.stage, row.because, row.at) for row in rows]


@pytest.fixture
async def company(database: Database) -> Database:
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))
    return database


async def test_evidence_moves_the_standing_and_told_again_changes_nothing(company: Database) -> None:
    assert await company.write("test", lambda session: evidence.leave(session, CARD, NOON)) is Stage.AWARENESS
    assert await company.write("test", lambda session: evidence.leave(session, USED, NOON + DAY)) is Stage.ACTION
    assert await company.write("test", lambda session: leave(session, CARD, USED, at=NOON + DAY)) == 0
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.ACTION}
    assert await company.read(lambda session: evidence.evidence_of(session, ALICE)) == (CARD, USED)
    (standing,) = (await company.read(stand)).values()
    assert (standing.since, standing.lost_at) == (NOON + DAY, NOON + LASTS)
    assert await company.read(moves) == [
        ("it/", "unaware", "awareness", "card_opened", NOON),
        ("it/", "awareness", "action", "service_used", NOON + DAY),
    ]


async def test_evidence_of_a_topic_counts_for_the_function_as_a_whole_and_not_the_other_way_round(company: Database) -> None:
    assert await company.write("test", lambda session: leave(session, OF_PASSWORDS)) == 1
    assert await company.write("test", lambda session: leave(session, USED)) == 1

    def stages(session: Session) -> list[Mapping[str, Stage]]:
        return [evidence.stages(session, [ALICE, BOB], "it", topic) for topic in ("passwords", "", "backups")]

    assert await company.read(stages) == [{ALICE: Stage.COMPREHENSION}, {ALICE: Stage.ACTION}, {}]


async def test_an_answer_that_changed_counts_as_it_is_now_and_older_news_change_nothing(company: Database) -> None:
    liked = replace(CARD, kind=EvidenceKind.OPINION, source="campaign|like")
    against = replace(liked, weight=-1.0, at=NOON + DAY)
    assert await company.write("test", lambda session: evidence.leave(session, liked, NOON)) is Stage.CONVICTION
    assert await company.write("test", lambda session: evidence.leave(session, against, NOON + DAY)) is Stage.UNAWARE
    assert await company.write("test", lambda session: evidence.leave(session, liked, NOON + DAY)) is Stage.UNAWARE
    assert await company.read(lambda session: evidence.evidence_of(session, ALICE)) == (against,)
    same_time = replace(against, weight=1.0)
    assert await company.write("test", lambda session: evidence.leave(session, same_time, NOON + DAY)) is Stage.CONVICTION


async def test_the_same_stage_is_held_longer(company: Database) -> None:
    await company.write("test", lambda session: leave(session, USED))
    again = replace(USED, source="request|2", at=NOON + 10 * DAY)
    await company.write("test", lambda session: leave(session, again, at=again.at))
    (standing,) = (await company.read(stand)).values()
    assert (standing.stage, standing.since, standing.lost_at) == (Stage.ACTION, NOON, NOON + 10 * DAY + LASTS)
    assert len(await company.read(moves)) == 1


async def test_another_clock_that_is_ahead_dates_nothing_later_than_now(company: Database) -> None:
    ahead = replace(USED, at=NOON + timedelta(minutes=4))
    assert await company.write("test", lambda session: evidence.leave(session, ahead, NOON)) is Stage.ACTION
    assert await company.read(lambda session: evidence.evidence_of(session, ALICE)) == (USED,)


async def test_whoever_is_not_there_any_more_leaves_nothing(company: Database) -> None:
    gone = replace(USED, person="gone")
    assert await company.write("test", lambda session: evidence.leave(session, gone, NOON)) is Stage.UNAWARE
    assert await company.write("test", lambda session: leave(session, gone, USED)) == 1


async def test_of_one_batch_the_latest_of_each_piece_counts(company: Database) -> None:
    undone = replace(USED, weight=0.0, at=NOON + DAY)
    assert await company.write("test", lambda session: leave(session, undone, USED, at=NOON + DAY)) == 1
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {}
    assert await company.read(moves) == []


async def test_too_many_at_once_are_refused(company: Database) -> None:
    with pytest.raises(ValueError, match="leave 1000 at a time"):
        await company.write("test", lambda session: leave(session, *[USED] * (AT_ONCE + 1)))


async def test_kinds_left_since_a_time_are_those_above_nought(company: Database) -> None:
    wrong, bobs = replace(OF_PASSWORDS, weight=-0.5, source="other"), replace(USED, person=BOB, at=NOON - DAY)
    before = replace(CARD, kind=EvidenceKind.EVENT, at=NOON - 2 * DAY)
    await company.write("test", lambda session: leave(session, OF_PASSWORDS, wrong, bobs, before, replace(CARD, function="hr")))

    def kinds(session: Session, topic: str, since: datetime) -> object:
        return evidence.kinds_left(session, [ALICE, BOB], "it", topic, since)

    assert await company.read(lambda session: kinds(session, "", NOON)) == {ALICE: {EvidenceKind.QUIZ}}
    assert await company.read(lambda session: kinds(session, "", NOON - DAY)) == {ALICE: {EvidenceKind.QUIZ}, BOB: {EvidenceKind.SERVICE_USED}}
    assert await company.read(lambda session: kinds(session, "passwords", NOON - 3 * DAY)) == {ALICE: {EvidenceKind.QUIZ}}


async def test_the_histogram_counts_everybody_of_the_directory(company: Database) -> None:
    outside = {"id": "guest", "segments": [], "created_at": NOON}
    await company.write("test", lambda session: session.execute(insert(table_of(PersonRow)).values(**outside)))
    await company.write("test", lambda session: leave(session, USED, replace(CARD, person=BOB), replace(CARD, person="guest"), OF_PASSWORDS))
    assert await company.read(lambda session: evidence.histogram(session, "it")) == Histogram(unaware=1, awareness=1, action=1)
    assert await company.read(lambda session: evidence.histogram(session, "it", "passwords")) == Histogram(unaware=2, comprehension=1)
    assert await company.read(lambda session: evidence.histogram(session, "hr")) == Histogram(unaware=3)


# --- stages are lost ------------------------------------------------------------------------------------------------------------------------------


async def test_whoever_leaves_nothing_for_too_long_moves_down_one_stage_after_the_other(company: Database) -> None:
    await company.write("test", lambda session: leave(session, USED, OF_PASSWORDS))
    lose = NOON + 2 * LASTS + DAY
    assert await company.write("test", lambda session: evidence.lose(session, NOON + LASTS - DAY, 10)) == 0
    assert await company.write("test", lambda session: evidence.lose(session, lose, 1)) == 1
    assert await company.write("test", lambda session: evidence.lose(session, lose, 10)) == 1
    assert await company.write("test", lambda session: evidence.lose(session, lose, 10)) == 0
    standings = await company.read(stand)
    assert [(place, standing.stage, standing.since) for place, standing in standings.items()] == [
        (("it", ""), Stage.COMPREHENSION, NOON + 2 * LASTS),
        (("it", "passwords"), Stage.UNAWARE, NOON + 2 * LASTS),
    ]
    lost = [move for move in await company.read(moves) if move[3] == LOST]
    assert sorted(lost) == [
        ("it/", "action", "conviction", "lost", NOON + LASTS),
        ("it/", "conviction", "comprehension", "lost", NOON + 2 * LASTS),
        ("it/passwords", "awareness", "unaware", "lost", NOON + 2 * LASTS),
        ("it/passwords", "comprehension", "awareness", "lost", NOON + LASTS),
    ]


async def test_new_evidence_after_a_loss_that_no_night_saw_keeps_both_moves(company: Database) -> None:
    await company.write("test", lambda session: leave(session, USED))
    late = NOON + LASTS + DAY
    await company.write("test", lambda session: leave(session, replace(CARD, source="exchange|2", at=late), at=late))
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.CONVICTION}
    assert (await company.read(moves))[1:] == [("it/", "action", "conviction", "lost", NOON + LASTS)]


async def test_a_stage_that_holds_longer_than_it_did_is_kept(company: Database) -> None:
    short = timedelta(days=30)
    await company.write("test", lambda session: evidence.leave(session, USED, NOON, lasts=short))
    assert await company.write("test", lambda session: evidence.lose(session, NOON + short, 10, lasts=LASTS)) == 1
    (standing,) = (await company.read(stand)).values()
    assert (standing.stage, standing.lost_at) == (Stage.ACTION, NOON + LASTS)


# --- several at once, and one who was two ---------------------------------------------------------------------------------------------------------


async def test_pieces_left_at_once_all_count(company: Database) -> None:
    halves = [replace(OF_PASSWORDS, topic="", source=f"q{number}", weight=0.07) for number in range(10)]
    writes = (company.write(piece.source, partial(leave_at, piece, NOON)) for piece in halves)
    assert await asyncio.gather(*writes) == [1] * 10
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.COMPREHENSION}


async def test_of_two_who_turn_out_to_be_one_all_the_evidence_places_them(company: Database) -> None:
    def two(session: Session) -> None:
        leave(session, replace(CARD, person=BOB), replace(OF_PASSWORDS, person=BOB), CARD)
        evidence.hand_over(session, BOB, ALICE, NOON + DAY)

    await company.write("test", two)
    assert await company.read(lambda session: evidence.stages_of(session, ALICE)) == {"it": Stage.COMPREHENSION}
    assert await company.read(lambda session: evidence.evidence_of(session, ALICE)) == (CARD, OF_PASSWORDS)
    assert await company.read(lambda session: (evidence.stages_of(session, BOB), evidence.evidence_of(session, BOB))) == ({}, ())


# --- a life of evidence ---------------------------------------------------------------------------------------------------------------------------

TOLD = some.lists(
    some.tuples(
        some.integers(1, 120),  # days until it's told
        some.builds(
            lambda kind, source, topic, days, weight: replace(
                CARD, kind=kind, source=source, topic=topic, weight=weight, at=NOON - timedelta(days=days)
            ),
            some.sampled_from(EvidenceKind),
            some.sampled_from("abc"),
            some.sampled_from(["", "", "passwords"]),
            some.integers(0, 200),
            some.sampled_from([1.0, 1.0, 2 / 3, 0.5, 0.0, -1 / 3, -1.0]),
        ),
        some.booleans(),  # a night passes first
    ),
    max_size=14,
)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD)
def test_the_standing_is_what_all_the_evidence_says_whatever_came_when(
    sqlite_template: Path, tmp_path: Path, told: list[tuple[int, Evidence, bool]]
) -> None:
    copy(sqlite_template, tmp_path / "life.db")
    asyncio.run(_live(f"sqlite:///{tmp_path / 'life.db'}", told))


async def _live(url: str, told: Sequence[tuple[int, Evidence, bool]]) -> None:
    async with await Database.open(url) as database:
        await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))
        now, kept = NOON, dict[object, Evidence]()
        for wait, piece, night in told:
            now += wait * DAY
            before = await database.read(stand)
            if night:
                await database.write("test", partial(lose_by, now))
                after = await database.read(stand)
                assert all(after[place].stage.rank <= before[place].stage.rank for place in before)  # a night lifts nobody
                _agree(after, kept, now)
            dated = replace(piece, at=piece.at + (now - NOON))
            key = evidence.key_of(dated)
            says_more = key not in kept or (kept[key].at <= dated.at and kept[key] != dated)
            if says_more:
                kept[key] = dated
            await database.write("test", partial(leave_at, dated, now))
            if says_more:  # older news change nothing: what is lost meanwhile is lost by night
                _agree(await database.read(stand), kept, now, touched=dated)
        now += LASTS
        await database.write("test", lambda session: evidence.lose(session, now, 100))
        _agree(await database.read(stand), kept, now)
        standings = await database.read(stand)
        for place, standing in standings.items():
            steps = [move for move in await database.read(moves) if move[0] == "/".join(place)]
            assert [former for _, former, *_ in steps] == ["unaware", *(stage for _, _, stage, *_ in steps)][:-1] if steps else True
            assert steps[-1][2] == standing.stage.value


def _agree(standings: Mapping[tuple[str, str], Standing], kept: dict[object, Evidence], now: datetime, touched: Evidence | None = None) -> None:
    """See that they stand where all of it places them: everywhere, or where `touched` counts."""
    topics = ("", "passwords") if touched is None else {"", touched.topic}
    for topic in topics:
        scratch, lost_at = stage_at([piece for piece in kept.values() if topic in ("", piece.topic)], now)
        standing = standings.get(("it", topic), UNAWARE)
        assert (standing.stage, standing.lost_at) == (scratch, lost_at)
