"""Where a campaign's people stand by what counts for its verdict, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from dialogs.campaign import Campaign, CampaignStatus, Control, Declared, Kept, Objective
from dialogs.catalog import Localized
from dialogs.ladder import Evidence, EvidenceKind, Stage
from dialogs.outcome import Member, judge, outcome
from storage import campaigns, evidence, outcomes, plain
from storage.database import Database
from storage.tables import CampaignMemberRow, CampaignRow, PersonRow, table_of
from tests.company import NOON
from tests.dialogs.judged import ALONE, FEW, REACHED

NAMED = Localized(fr="Essai", en="Trial")
OBJECTIVE = Objective(stage=Stage.ACTION, benchmark=Declared(kind="declared", share=0.2, source=NAMED), target=0.4)
CAMPAIGN = Campaign(name="trial", function="it", titles=NAMED, objective=OBJECTIVE, control=Control(share=0.5))
ENDED = NOON
DURING = ENDED - timedelta(days=3)
HOUR = timedelta(hours=1)


def kept(campaign: Campaign = CAMPAIGN) -> Kept:
    return Kept(campaign=campaign, version=1, status=CampaignStatus.FINISHED, edited_by="somebody", edited_at=ENDED, ended_at=ENDED)


def piece(person: str, kind: EvidenceKind = EvidenceKind.EVENT, **other: object) -> Evidence:
    given = {"function": "it", "topic": "", "source": "tool", "at": DURING} | other
    return Evidence(person=person, kind=kind, **given)  # type: ignore[arg-type]


def enter(session: Session, several: dict[str, str], campaign: str = "trial") -> None:
    """Have these people enter a campaign, each in this arm."""
    known = set(session.execute(table_of(PersonRow).select()).scalars())
    if new := [{"id": person, "created_at": ENDED} for person in several if person not in known]:
        session.execute(insert(PersonRow), new)
    rows = [
        {
            "campaign": campaign,
            "person_id": person,
            "arm": arm,
            "team": f"team-{arm}",
            "stage_before": "awareness",
            "segments": ["sales"],
            "entered_at": ENDED,
        }
        for person, arm in several.items()
    ]
    session.execute(insert(CampaignMemberRow), rows)


async def stages(database: Database, of: Kept, *left: Evidence) -> dict[str, Stage]:
    """Return where each of Alice (treated) and Bob (control) is at the end of a campaign, after this was left."""

    def written(session: Session) -> None:
        enter(session, {"alice": "treated", "bob": "control"})
        evidence.leave_all(session, left, ENDED + HOUR)

    await database.write("campaign", written)
    found = await database.snapshot(lambda session: list(outcomes.members(session, of, ENDED)))
    assert [(each.arm, each.team, each.before, each.segments) for each in found] == [
        ("treated", "team-treated", Stage.AWARENESS, frozenset({"sales"})),
        ("control", "team-control", Stage.AWARENESS, frozenset({"sales"})),
    ]
    return dict(zip(("alice", "bob"), [each.after for each in found], strict=True))


async def test_who_left_evidence_stands_where_it_places_them(database: Database) -> None:
    assert await stages(database, kept(), piece("alice"), piece("bob", EvidenceKind.ASKED_RIGHT)) == {
        "alice": Stage.ACTION,
        "bob": Stage.COMPREHENSION,
    }


async def test_what_only_the_messages_asked_for_does_not_count_beside_a_control_group(database: Database) -> None:
    asked = piece("alice", EvidenceKind.GESTURE, campaign="trial", step="change")
    assert (await stages(database, kept(), asked))["alice"] is Stage.UNAWARE


async def test_surveys_count_and_so_do_the_messages_of_other_campaigns(database: Database) -> None:
    survey = piece("alice", EvidenceKind.QUIZ, weight=0.75, campaign="trial", step="survey", survey=True)
    other = piece("bob", EvidenceKind.GESTURE, campaign="another", step="change")
    assert await stages(database, kept(), survey, other) == {"alice": Stage.COMPREHENSION, "bob": Stage.ACTION}


@pytest.mark.parametrize("control", [None, Control(share=0)])
async def test_without_a_control_group_all_counts(database: Database, control: Control | None) -> None:
    asked = piece("alice", EvidenceKind.GESTURE, campaign="trial", step="change")
    assert (await stages(database, kept(replace(CAMPAIGN, control=control)), asked))["alice"] is Stage.ACTION


async def test_another_function_and_what_came_after_the_end_do_not_count(database: Database) -> None:
    late = piece("bob", at=ENDED + timedelta(seconds=1))
    assert set((await stages(database, kept(), piece("alice", function="finance"), late)).values()) == {Stage.UNAWARE}


async def test_a_campaign_of_a_topic_counts_that_topic_and_others_all_of_them(database: Database) -> None:
    left = (piece("alice", topic="it_password"), piece("bob", topic="it_laptop"))
    assert await stages(database, kept(replace(CAMPAIGN, topic="it_password")), *left) == {"alice": Stage.ACTION, "bob": Stage.UNAWARE}
    found = await database.snapshot(lambda session: list(outcomes.members(session, kept(), ENDED)))
    assert {each.after for each in found} == {Stage.ACTION}


async def test_thousands_of_people_are_read_page_by_page_and_each_once(database: Database) -> None:
    several = {f"p{number:05}": "control" if number % 4 == 0 else "treated" for number in range(4_500)}

    def written(session: Session) -> None:
        enter(session, several)
        enter(session, {"p00001": "treated"}, "another")
        evidence.leave_all(session, [piece(person) for person in list(several)[:900]], ENDED)

    await database.write("campaign", written)
    reckoned = await database.snapshot(lambda session: outcome(outcomes.members(session, kept(), ENDED), Stage.ACTION))
    verdict = judge(kept(), reckoned, ENDED)
    assert (verdict.treated.people, verdict.treated.there) == (3_375, 675)
    assert (verdict.control.people, verdict.control.there, verdict.control.teams) == (1_125, 225, 1)


async def test_an_empty_campaign_has_nobody(database: Database) -> None:
    assert await database.snapshot(lambda session: list[Member](outcomes.members(session, kept(), ENDED))) == []


async def over(database: Database, name: str, ended_at: datetime, status: CampaignStatus = CampaignStatus.FINISHED) -> None:
    row = CampaignRow(
        name=name,
        function="it",
        version=1,
        status=status.value,
        content=plain.write_campaign(replace(CAMPAIGN, name=name)),
        edited_by="somebody",
        edited_at=ended_at,
        ended_at=ended_at,
    )
    await database.write("campaign", lambda session: session.add(row))


async def test_a_verdict_is_kept_once_and_told_once(database: Database) -> None:
    await over(database, "trial", ENDED)
    await over(database, "cancelled", ENDED, CampaignStatus.CANCELLED)
    await over(database, "later", ENDED + HOUR)
    assert await database.read(lambda session: outcomes.unjudged(session, ENDED)) == ["trial"]
    assert await database.read(lambda session: outcomes.verdict_of(session, "trial")) is None
    assert await database.write("v", lambda session: outcomes.keep(session, "trial", REACHED))
    assert not await database.write("v", lambda session: outcomes.keep(session, "trial", FEW))
    assert await database.read(lambda session: outcomes.verdict_of(session, "trial")) == REACHED
    assert await database.read(lambda session: outcomes.unjudged(session, ENDED)) == []
    assert await database.read(lambda session: outcomes.unposted(session, ENDED - HOUR)) == ["trial"]
    assert await database.read(lambda session: outcomes.unposted(session, ENDED + HOUR)) == []
    assert await database.write("v", lambda session: outcomes.mark_posted(session, "trial", ENDED))
    assert not await database.write("v", lambda session: outcomes.mark_posted(session, "trial", ENDED))
    assert await database.read(lambda session: outcomes.unposted(session, ENDED - HOUR)) == []
    assert await database.read(lambda session: outcomes.verdict_of(session, "nowhere")) is None
    assert (await database.read(lambda session: campaigns.load(session, "trial"))) is not None


def test_a_verdict_reads_as_it_was_written() -> None:
    for verdict in (REACHED, ALONE, FEW):
        assert plain.read_verdict(plain.write_verdict(verdict)) == verdict
