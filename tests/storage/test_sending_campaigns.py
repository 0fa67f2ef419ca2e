"""What campaigns say, as it's claimed: nobody is taught what they know, a pause holds at once, and campaigns take turns."""

from collections import Counter
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from dialogs.campaign import Campaign, CampaignStatus, Exit
from dialogs.delivery import Kind
from dialogs.gates import Candidate, Verdict, pass_gates
from dialogs.ladder import Evidence, EvidenceKind, Stage
from dialogs.working_time import WorkingHours
from storage import evidence, sending
from storage.database import Database
from storage.tables import IdentityRow, PersonRow
from tests.company import NOON
from tests.conversation import DIRECT
from tests.dialogs.campaigns import FULL, READY
from tests.storage.ledger import SLACK, claim, delivery, place, plan, seconds, stands, texts_of
from tests.storage.ledger import send as send_all
from tests.storage.lessons import enters, lesson, listed, runs, target

ALWAYS = WorkingHours(timezone="UTC", opens=time(0), closes=time(0), weekdays=frozenset(range(7)))


def gate(candidate: Candidate) -> Verdict:
    return pass_gates(candidate, lambda _: ALWAYS)


async def send(database: Database, at: Any = NOON, **more: Any) -> list[str]:
    return await send_all(database, at, gate=gate, **more)


async def owned(database: Database, at: Any = NOON) -> list[str]:
    return [each.tenant for each in await database.write("pump", lambda session: sending.own(session, "pump 1", at))]


async def leaves(
    database: Database, person: str, kind: EvidenceKind, *, at: Any = NOON, function: str = "it", topic: str = "", weight: float = 1
) -> None:
    piece = Evidence(person=person, function=function, topic=topic, kind=kind, source="tests", at=at, weight=weight)
    await database.write("evidence", lambda session: evidence.leave(session, piece, at))


# --- who it's for ---------------------------------------------------------------------------------------------------------------------------------


async def test_who_is_at_the_steps_stage_by_now_is_spared_it_and_others_are_not(database: Database) -> None:
    alice, bob = await listed(database, "alice", "bob")
    await runs(database)
    await target(database, lesson("to alice", alice), lesson("to bob", bob))
    await leaves(database, alice, EvidenceKind.CARD_OPENED)
    assert await send(database) == ["to bob"]
    assert await stands(database, "to alice") == ("skipped", "already_there")


async def test_of_a_campaign_with_a_topic_that_topic_counts_alone(database: Database) -> None:
    (alice,) = await listed(database, "alice")
    await runs(database, FULL)
    await target(database, lesson("story", alice, FULL, step="story"))
    await leaves(database, alice, EvidenceKind.CARD_OPENED)
    assert await send(database) == ["story"]


async def test_a_survey_is_asked_of_whoever_is_there_too_and_a_success_told(database: Database) -> None:
    alice, bob = await listed(database, "alice", "bob")
    await runs(database, FULL)
    survey = lesson("survey", alice, FULL, step="baseline", kind=Kind.PROMPT)
    await target(database, survey, lesson("well done", bob, FULL, step="well_done"))
    for person in (alice, bob):
        await leaves(database, person, EvidenceKind.GESTURE, topic="passwords")
    assert sorted(await send(database)) == ["survey", "well done"]


async def test_who_did_since_they_entered_what_lets_them_leave_the_stage_is_spared_its_steps(database: Database) -> None:
    campaign = replace(READY, exits=(Exit(stage=Stage.ACTION, by=(EvidenceKind.GESTURE,)),))
    names = ("before", "since", "opposite", "elsewhere", "newcomer")
    people = dict(zip(names, await listed(database, *names), strict=True))
    await runs(database, campaign)
    for name, person in people.items():
        if name != "newcomer":
            await enters(database, person, campaign, at=NOON)
    await leaves(database, people["since"], EvidenceKind.GESTURE, weight=0.3, at=NOON + seconds(1))
    await leaves(database, people["before"], EvidenceKind.GESTURE, weight=0.3, at=NOON - seconds(1))
    await leaves(database, people["opposite"], EvidenceKind.GESTURE, weight=-1, at=NOON + seconds(1))
    await leaves(database, people["elsewhere"], EvidenceKind.GESTURE, function="finance", at=NOON + seconds(1))
    await target(database, *(lesson(name, person, campaign, step="change") for name, person in people.items()))
    assert await send(database, NOON + seconds(2)) == ["before", "opposite", "elsewhere", "newcomer"]
    assert await stands(database, "since") == ("skipped", "already_there")


async def test_who_left_the_directory_and_guests_get_nothing(database: Database) -> None:
    alice, bob, carol = await listed(database, "alice", "bob", "carol")
    await runs(database)
    await target(database, lesson("to alice", alice), lesson("to bob", bob), lesson("to carol", carol))

    def leave(session: Session) -> None:
        person = session.get(PersonRow, alice)
        assert person is not None
        person.directory_id = None
        session.exec(select(IdentityRow).where(col(IdentityRow.person_id) == bob)).one().guest = True

    await database.write("people", leave)
    assert await send(database) == ["to carol"]
    assert {await stands(database, f"to {name}") for name in ("alice", "bob")} == {("skipped", "not_for_them")}


@pytest.mark.parametrize("status", [CampaignStatus.FINISHED, CampaignStatus.CANCELLED, None])
async def test_what_is_left_of_a_campaign_that_is_over_or_unknown_is_skipped(database: Database, status: CampaignStatus | None) -> None:
    (alice,) = await listed(database, "alice")
    if status is not None:
        await runs(database, status=status)
    await plan(database, lesson("late", alice))
    assert await send(database) == []
    assert await stands(database, "late") == ("skipped", "over")


async def test_what_is_left_of_a_step_that_was_taken_out_is_skipped(database: Database) -> None:
    (alice,) = await listed(database, "alice")
    await runs(database)
    await target(database, lesson("gone", alice, step="gone"))
    await send(database)
    assert await stands(database, "gone") == ("skipped", "cancelled")


async def test_what_somebody_asked_to_have_again_is_a_reply_that_comes_in_spite_of_all(database: Database) -> None:
    (alice,) = await listed(database, "alice")
    await runs(database, status=CampaignStatus.FINISHED)
    await leaves(database, alice, EvidenceKind.GESTURE)
    await target(database, lesson("again", alice, kind=Kind.REPLY))
    assert await send(database) == ["again"]


# --- a pause --------------------------------------------------------------------------------------------------------------------------------------


async def test_of_a_paused_campaign_nothing_is_due_until_it_goes_on(database: Database) -> None:
    (alice,) = await listed(database, "alice")
    await runs(database, status=CampaignStatus.PAUSED)
    await target(database, lesson("lesson", alice))
    assert await owned(database) == []
    assert (await send(database), await stands(database, "lesson")) == ([], ("planned", None))
    await runs(database)
    assert await owned(database) == ["T1"]
    assert await send(database) == ["lesson"]


async def test_a_pause_holds_back_nothing_else(database: Database) -> None:
    alice, bob = await listed(database, "alice", "bob")
    await runs(database, status=CampaignStatus.PAUSED)
    await runs(database, FULL)
    await target(database, lesson("paused", alice), lesson("running", bob, FULL, step="story"))
    await plan(database, delivery("answer", to=alice), lesson("again", bob, kind=Kind.REPLY))
    assert await send(database) == ["answer", "again"]
    assert await send(database, NOON + seconds(5)) == ["running"]


# --- whose turn it is -----------------------------------------------------------------------------------------------------------------------------


def several(campaign: Campaign, number: int, **more: Any) -> list[Any]:
    """Return messages of a campaign to a channel each: nobody's attention, so that only the order counts."""
    return [lesson(name := f"{campaign.name} {each}", replace(DIRECT, conversation=name), campaign, **more) for each in range(number)]


def called(name: str) -> Campaign:
    return replace(READY, name=name)


async def test_replies_come_first_then_campaigns_by_priority_then_in_turn(database: Database) -> None:
    await plan(
        database, *several(called("low"), 2, priority=-1), *several(called("b"), 2), *several(called("a"), 2), *several(called("high"), 1, priority=1)
    )
    await plan(database, delivery("reply", to=place(1)), delivery("urgent", to=place(2), urgent=True))
    sent = texts_of(await claim(database))
    assert sent[:3] == ["urgent", "reply", "high 0"]
    assert sorted(sent[3:5]) == ["a 0", "b 0"]
    assert sorted(sent[5:7]) == ["a 1", "b 1"]
    assert sent[7:] == ["low 0"]


async def test_a_large_campaign_keeps_no_small_one_waiting(database: Database) -> None:
    await plan(database, *several(called("large"), 200))
    await plan(database, *several(called("small"), 8), at=NOON + seconds(1))
    sent: Counter[str] = Counter()
    for number in range(2):
        sent.update(text.split()[0] for text in texts_of(await claim(database, NOON + seconds(2 + number))))
    assert sent == {"large": 8, "small": 8}


async def test_more_campaigns_than_one_claim_takes_have_their_turn_all_the_same(database: Database) -> None:
    names = [f"c{number:02}" for number in range(20)]
    await plan(database, *(message for name in names for message in several(called(name), 40)))
    sent: Counter[str] = Counter()
    for number in range(60):
        batch = await claim(database, NOON + seconds(number))
        sent.update(text.split()[0] for text in texts_of(batch))
    assert set(sent) == set(names)
    total = sum(sent.values())
    assert total**2 / (len(names) * sum(number**2 for number in sent.values())) > 0.9


async def test_what_waits_for_its_time_keeps_its_campaign_from_no_turn(database: Database) -> None:
    later = several(called("a"), 3, not_before=NOON + timedelta(hours=1))
    await plan(database, *later, *several(called("b"), 2))
    assert texts_of(await claim(database)) == ["b 0", "b 1"]
    assert (await claim(database)).wait_until == NOON + timedelta(hours=1)


async def test_what_is_being_served_is_not_taken_again(database: Database) -> None:
    await plan(database, delivery("here", to=DIRECT), delivery("there", to=replace(DIRECT, tenant="T2")))

    def owning(session: Session) -> list[sending.Workspace]:
        return sending.own(session, "one", NOON, besides=[SLACK])

    assert [each.tenant for each in await database.write("pump", owning)] == ["T2"]
