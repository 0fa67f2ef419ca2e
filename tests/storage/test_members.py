"""Members enter a campaign once each, are looked at when they're due, move on whatever became of their message, and leave nothing behind."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from dialogs.campaign import CAMPAIGN, CampaignStatus
from dialogs.campaign_plan import delivery_key
from dialogs.delivery import Delivery, Kind, Reason, Status
from dialogs.draw import ArmName
from dialogs.facts import CampaignEdited
from dialogs.ladder import Evidence, EvidenceKind, Stage
from dialogs.people import DirectoryRow
from storage import campaigns, deliveries, erasure, evidence, ledger, members, people
from storage.database import Database
from storage.directory import import_directory
from storage.members import Entering, Move
from storage.people import LINKING, directory_person_id
from storage.tables import CampaignMemberRow, DeliveryRow, DeliveryTallyRow, PersonRow, table_of
from tests.company import NOON
from tests.conversation import DIRECT, said
from tests.dialogs.campaigns import READY
from tests.storage.ledger import words

NAME = READY.name
HOUR, ENDS = timedelta(hours=1), NOON + timedelta(days=14)
PERSONS = tuple(sorted(directory_person_id(f"m{n}") for n in range(12)))
MEMBERS, DELIVERIES = table_of(CampaignMemberRow), table_of(DeliveryRow)


def message(person: str, step: str = "learn", *, kind: Kind = Kind.CAMPAIGN, text: str = "Bonjour") -> Delivery:
    key = delivery_key(NAME, step, person)
    shared: dict[str, Any] = {"function": READY.function, "step": step, "deadline": ENDS}
    return Delivery(key=key, kind=kind, cause_kind=CAMPAIGN, cause_id=NAME, to=person, message=words(text), not_before=NOON, **shared)


def entering(person: str, arm: ArmName = "treated", *, waits: bool = False, stage: Stage = Stage.UNAWARE) -> Entering:
    planned = None if waits or arm == "control" else message(person)
    due_at = None if arm == "control" else NOON + HOUR
    segments, step_id = frozenset({"sales", "field"}), "" if arm == "control" else "learn"
    shared: dict[str, Any] = {"team": "t1", "segments": segments, "position": 0, "step_id": step_id}
    return Entering(person=person, arm=arm, stage=stage, delivery=planned, due_at=due_at, **shared)


async def begun(database: Database) -> None:
    """Let a campaign run, among twelve people."""
    directory = [DirectoryRow(id=f"m{n}", email=f"m{n}@vaubert.example", name=f"Nom {n}") for n in range(12)]
    await database.write(LINKING, lambda session: import_directory(session, directory, NOON))

    def begin(session: Session) -> None:
        campaigns.edit(session, CampaignEdited(campaign=READY, base=None), "p-malik", NOON)
        row = campaigns.hold(session, NAME)
        assert row is not None
        members.begin(row, NOON)

    await database.write("turn", begin)


async def enter(database: Database, some: Sequence[Entering], at: datetime = NOON) -> int:
    def taken(session: Session) -> int:
        row = campaigns.hold(session, NAME)
        assert row is not None
        came = members.enter(session, NAME, some, at)
        row.targeted += came.targeted
        return came.members

    return await database.write(campaigns.PLANNING, taken)


async def entered(database: Database, some: Sequence[Entering] | None = None) -> None:
    await begun(database)
    await enter(database, some or [entering(person) for person in PERSONS])


async def move(database: Database, *moves: Move, at: datetime = NOON) -> None:
    def moved(session: Session) -> None:
        row = campaigns.hold(session, NAME)
        assert row is not None
        members.move(session, row, moves, at)

    await database.write(campaigns.PLANNING, moved)


async def ends(database: Database, persons: Collection[str], status: Status, reason: Reason | None = None, step: str = "learn") -> None:
    keys = [delivery_key(NAME, step, person) for person in persons]
    done = update(DELIVERIES).where(DELIVERIES.c.key.in_(keys)).values(status=status, reason=reason, ended_at=NOON)
    await database.write("pump", lambda session: session.execute(done))


async def planned(database: Database, step: str = "learn") -> list[Any]:
    wanted = select(DELIVERIES).where(DELIVERIES.c.step == step).order_by(DELIVERIES.c.number)
    return await database.read(lambda session: list(session.execute(wanted)))


async def rows(database: Database) -> list[Any]:
    return await database.read(lambda session: list(session.execute(select(MEMBERS).order_by(MEMBERS.c.person_id))))


async def due(database: Database, at: datetime, limit: int = 100) -> list[str]:
    return [each.person for each in await database.read(lambda session: members.due(session, NAME, at, limit))]


async def assert_whole(database: Database) -> None:
    """Targeted is what the ledger has, and each kind's tally, too."""
    found = await database.read(lambda session: list(session.execute(select(DELIVERIES.c.key).where(DELIVERIES.c.cause_kind == CAMPAIGN))))
    row = await database.read(lambda session: campaigns.hold(session, NAME))
    assert row is not None
    assert row.targeted == len(found)
    assert await database.read(deliveries.imbalances) == []


async def test_they_enter_chunk_by_chunk_and_nobody_twice(database: Database) -> None:
    await begun(database)
    assert await enter(database, []) == 0
    assert [await enter(database, [entering(person) for person in PERSONS[first : first + 5]]) for first in (0, 5, 10, 3)] == [5, 5, 2, 0]
    found = await rows(database)
    assert [each.person_id for each in found] == list(PERSONS)
    assert {(each.arm, each.team, each.stage_before, tuple(each.segments), each.entered_at, each.step_id, each.step) for each in found} == {
        ("treated", "t1", "unaware", ("field", "sales"), NOON, "learn", 0)
    }
    assert [each.key for each in await planned(database)] == [delivery_key(NAME, "learn", person) for person in PERSONS], "in their order"
    assert await database.read(lambda session: members.count(session, NAME)) == 12
    await assert_whole(database)


async def test_two_processes_at_once_take_in_everybody_once(database: Database) -> None:
    await begun(database)
    everybody = [entering(person) for person in PERSONS]
    counts = await asyncio.gather(*(enter(database, everybody) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 12]
    assert len(await planned(database)) == 12
    await assert_whole(database)


async def test_whoever_was_erased_meanwhile_does_not_enter(database: Database) -> None:
    await begun(database)
    await database.write("erase", lambda session: erasure.erase(session, PERSONS[3], NOON))
    assert await enter(database, [entering(person) for person in PERSONS]) == 11
    await assert_whole(database)


async def test_the_control_group_enters_and_gets_nothing(database: Database) -> None:
    await entered(database, [entering(PERSONS[0], "control"), entering(PERSONS[1])])
    assert [(each.arm, each.delivery is None, each.due_at is None) for each in await rows(database)] == [
        ("control", True, True),
        ("treated", False, False),
    ]
    assert [each.person_id for each in await planned(database)] == [PERSONS[1]]


async def test_where_they_can_be_reached_may_be_read_before(database: Database) -> None:
    await begun(database)
    place = replace(DIRECT, conversation="D-before")

    def taken(session: Session) -> None:
        row = campaigns.hold(session, NAME)
        assert row is not None
        members.enter(session, NAME, [entering(person) for person in PERSONS[:2]], NOON, places={PERSONS[0]: place})

    await database.write(campaigns.PLANNING, taken)
    assert [(each.platform, each.place) for each in await planned(database)] == [("slack", place.key), ("", "")]


async def test_the_longest_due_are_looked_at_first(database: Database) -> None:
    await entered(database)
    assert await due(database, NOON) == []
    await move(database, *(Move(person=PERSONS[n], position=0, step_id="learn", key=None, due_at=NOON - n * HOUR) for n in range(3)))
    await move(database, Move(person=PERSONS[4], position=0, step_id="learn", key=None, due_at=None))
    assert await due(database, NOON) == [PERSONS[2], PERSONS[1], PERSONS[0]]
    assert await due(database, NOON, 1) == [PERSONS[2]]
    assert len(await due(database, NOON + HOUR)) == 11, "whoever came to the end isn't due any more"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.SENT, None),
        (Status.SKIPPED, Reason.BUDGET),
        (Status.FAILED, Reason.EXHAUSTED),
        (Status.UNKNOWN, Reason.INTERRUPTED),
        (Status.SENDING, None),
        (Status.PLANNED, None),
    ],
)
async def test_they_move_on_whatever_became_of_their_message(database: Database, status: Status, reason: Reason | None) -> None:
    await entered(database, [entering(PERSONS[0])])
    if status is not Status.PLANNED:
        await ends(database, PERSONS[:1], status, reason)
    (member,) = await database.read(lambda session: members.due(session, NAME, NOON + HOUR, 9))
    assert (member.status, member.not_before) == (status, NOON)
    assert member.segments == {"sales", "field"}
    following = message(PERSONS[0], "change")
    await move(database, Move(person=PERSONS[0], position=1, step_id="change", key=following.key, due_at=NOON + 2 * HOUR, delivery=following))
    (row,) = await rows(database)
    assert (row.step, row.step_id, row.delivery, row.due_at) == (1, "change", following.key, NOON + 2 * HOUR)
    await assert_whole(database)


async def test_moving_on_twice_plans_what_follows_once(database: Database) -> None:
    await entered(database)
    moves = [Move(person=p, position=1, step_id="change", key=message(p, "change").key, due_at=None, delivery=message(p, "change")) for p in PERSONS]
    await asyncio.gather(*(move(database, *moves) for _ in range(3)))
    assert len(await planned(database, "change")) == 12
    await assert_whole(database)


async def test_evidence_wakes_whoever_waits_for_it_and_nobody_else(database: Database) -> None:
    await entered(database, [*(entering(person, waits=True) for person in PERSONS[:3]), entering(PERSONS[3])])

    def leaves(session: Session, person: str, function: str, at: datetime) -> None:
        evidence.leave(session, Evidence(person=person, function=function, topic="", kind=EvidenceKind.GESTURE, source="test", at=at), NOON)

    told = (
        (PERSONS[0], READY.function, NOON),
        (PERSONS[1], "finance", NOON),
        (PERSONS[2], READY.function, NOON - HOUR),
        (PERSONS[3], READY.function, NOON),
    )
    for person, function, at in told:
        await database.write("turn", partial(leaves, person=person, function=function, at=at))
    waiting = partial(members.awaited, campaign=NAME, function=READY.function, since=NOON - HOUR / 2, at=NOON, limit=9)
    assert await database.read(waiting) == [PERSONS[0]]
    await database.write(campaigns.PLANNING, lambda session: members.wake(session, NAME, PERSONS, NOON))
    assert await due(database, NOON) == list(PERSONS[:3]), "the one who waits for a message isn't woken"
    assert await database.read(waiting) == [], "they're due anyway"


async def test_an_edit_changes_what_is_planned_and_leaves_what_was_sent(database: Database) -> None:
    await entered(database)
    await ends(database, PERSONS[:4], Status.SENT)
    still = await database.write("look", lambda session: members.planned(session, NAME, PERSONS[:8]))
    assert [(each.person, each.step, each.kind) for each in still] == [(person, "learn", Kind.CAMPAIGN) for person in PERSONS[4:8]]
    everything = [delivery_key(NAME, "learn", person) for person in PERSONS]
    later = NOON + timedelta(days=2)

    def changed(session: Session) -> None:
        members.rewrite(session, everything, words("Autrement"), "b", 1, ENDS + HOUR)
        members.put(session, dict.fromkeys(everything, later))
        members.put(session, {})

    await database.write("look", changed)
    for each in await planned(database):
        was_sent = each.person_id in PERSONS[:4]
        assert ("Autrement" in each.message, each.variant, each.priority, each.not_before, each.deadline) == (
            (False, None, 0, NOON, ENDS) if was_sent else (True, "b", 1, later, ENDS + HOUR)
        )


async def test_a_step_that_becomes_a_survey_is_counted_as_one(database: Database) -> None:
    await entered(database)
    await ends(database, PERSONS[:4], Status.SENT)
    everything = [delivery_key(NAME, "learn", person) for person in PERSONS]
    await database.write("look", lambda session: ledger.change_kind(session, everything, Kind.CAMPAIGN, Kind.PROMPT))
    assert [each.kind for each in await planned(database)] == ["campaign"] * 4 + ["prompt"] * 8
    tallies = await database.read(lambda session: {each.kind: each.targeted for each in session.execute(select(table_of(DeliveryTallyRow)))})
    assert tallies == {"campaign": 4, "prompt": 8}
    await assert_whole(database)
    await database.write("look", lambda session: ledger.change_kind(session, everything, Kind.PROMPT, Kind.CAMPAIGN))
    assert {each.kind for each in await planned(database)} == {"campaign"}
    await assert_whole(database)


async def test_what_is_planned_of_a_step_that_is_gone_is_skipped(database: Database) -> None:
    await entered(database)
    await ends(database, PERSONS[:4], Status.SENT)
    everything = [delivery_key(NAME, "learn", person) for person in PERSONS]
    await database.write("look", lambda session: members.skip(session, everything, Reason.CANCELLED, NOON + HOUR))
    found = await planned(database)
    assert [(each.status, each.reason) for each in found] == [("sent", None)] * 4 + [("skipped", "cancelled")] * 8
    ended = await database.read(lambda session: members.ends(session, everything[3:5]))
    assert ended == {everything[3]: NOON, everything[4]: NOON + HOUR}


async def test_newcomers_are_those_who_have_not_entered(database: Database) -> None:
    await begun(database)
    assert await database.read(lambda session: members.strangers(session, NAME, [])) == set()
    assert await database.read(lambda session: members.share_at(session, NAME, Stage.ACTION)) is None
    await enter(database, [entering(person, stage=Stage.ACTION if n == 0 else Stage.UNAWARE) for n, person in enumerate(PERSONS[:4])])
    assert await database.read(lambda session: members.strangers(session, NAME, PERSONS[2:6])) == set(PERSONS[4:6])
    assert await database.read(lambda session: members.strangers(session, "another", PERSONS[:2])) == set(PERSONS[:2])
    assert await enter(database, [entering(person) for person in PERSONS[2:6]], NOON + HOUR) == 2
    assert {each.entered_at for each in await rows(database) if each.person_id in PERSONS[4:6]} == {NOON + HOUR}
    assert await database.read(lambda session: members.share_at(session, NAME, Stage.ACTION)) == pytest.approx(1 / 6)


async def test_members_are_read_in_pages(database: Database) -> None:
    await entered(database)
    after, pages = "", []
    while some := await database.read(partial(members.following, campaign=NAME, after=after, limit=5)):
        after = some[-1].person
        pages.append([each.person for each in some])
    assert pages == [list(PERSONS[:5]), list(PERSONS[5:10]), list(PERSONS[10:])]


async def test_the_end_of_the_period_skips_what_is_left_in_chunks(database: Database) -> None:
    await entered(database)
    await ends(database, PERSONS[:3], Status.SENT)

    def over(session: Session) -> int:
        return members.skip_some(session, NAME, Reason.OVER, ENDS, 5)

    assert [await database.write(campaigns.PLANNING, over) for _ in range(3)] == [5, 4, 0]
    assert [(each.status, each.reason) for each in await planned(database)].count(("skipped", "over")) == 9

    def finish(session: Session) -> None:
        row = campaigns.hold(session, NAME)
        assert row is not None
        members.finish(session, row, ENDS)

    await database.write(campaigns.PLANNING, finish)
    row = await database.read(lambda session: campaigns.hold(session, NAME))
    assert row is not None
    assert (row.status, row.ended_at, row.cursor, row.replanned) == (CampaignStatus.FINISHED, ENDS, None, None)
    await assert_whole(database)


async def test_an_account_of_its_own_hands_over_where_it_turns_out_to_be_somebody(database: Database) -> None:
    await entered(database, [entering(PERSONS[0])])
    await database.write(LINKING, lambda session: people.meet(session, said("bonjour"), NOON))
    theirs = select(table_of(PersonRow).c.id).where(table_of(PersonRow).c.directory_id.is_(None))
    account = await database.read(lambda session: session.execute(theirs).scalar_one())
    await enter(database, [entering(account)])
    await database.write(LINKING, lambda session: members.hand_over(session, account, PERSONS[1]))
    assert [each.person_id for each in await rows(database)] == list(PERSONS[:2])
