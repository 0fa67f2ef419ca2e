"""Campaigning: what those who write campaigns may see of them, and what everybody may."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from sqlmodel import Session, select

from dialogs.campaign import CAMPAIGN, Campaign, CampaignAudience, CampaignStatus, Control, Histogram, Period, Slice
from dialogs.campaigning import AudienceGrant, Campaigning, Tally
from dialogs.catalog import Language
from dialogs.delivery import Delivery, Kind
from dialogs.facts import CampaignEdited, CampaignSteered
from dialogs.ladder import Evidence, EvidenceKind, Stage
from dialogs.messages import Message, Text
from dialogs.people import DirectoryRow, Person
from dialogs.request import Party
from dialogs.rights import Grant, Role
from dialogs.verdict import Arm, Verdict
from storage import audit, campaigning, campaigns, deliveries, directory, evidence, facts, outcomes, people, roles
from storage.database import Database
from storage.tables import CampaignMemberRow, CampaignRow, DeliveryRow
from tests.company import CATALOGUE, DIRECTORY, NOON
from tests.conversation import said
from tests.dialogs.campaigns import FULL, LEARN, READY

T = TypeVar("T")
ALICE, BOB, CAROL = (people.directory_person_id(number) for number in ("p1", "p2", "p3"))
OWNER = frozenset({Grant(role=Role.OWNER, function="it")})
AUTHOR = frozenset({Grant(role=Role.AUTHOR, function="it")})
NOBODY: frozenset[Grant] = frozenset()
_NAMES = UUID(int=12)
SALES = AudienceGrant(kind="segment", value="sales")


async def write(database: Database, body: Callable[[Session], T]) -> T:
    return await database.write("test", body)


async def furnish(database: Database, *rows: DirectoryRow) -> None:
    await database.write(people.LINKING, lambda session: directory.import_directory(session, rows or DIRECTORY, NOON))


async def keep(database: Database, campaign: Campaign, status: CampaignStatus = CampaignStatus.DRAFT, by: str = "tests") -> None:
    def body(session: Session) -> None:
        campaigns.edit(session, CampaignEdited(campaign=campaign, base=None), by, NOON)
        row = session.get(CampaignRow, campaign.name)
        assert row is not None
        row.status = status.value

    await write(database, body)


async def gather(
    database: Database, grants: frozenset[Grant] = OWNER, *, person: str = BOB, name: str | None = None, slug: str | None = None
) -> Campaigning:
    somebody = Person(id=person, linked=True)
    return await write(database, lambda session: campaigning.campaigning(session, somebody, grants, CATALOGUE, NOON, name=name, slug=slug))


def names(gathered: Campaigning) -> list[str]:
    return sorted(known.kept.campaign.name for known in gathered.known)


def message(step: str, language: Language = "fr") -> Message:
    return Message(language=language, blocks=(Text(text=f"says {step}"),))


def delivery(person: str, step: str = "learn") -> Delivery:
    key = uuid5(_NAMES, f"{step}|{person}")
    return Delivery(
        key=key, kind=Kind.CAMPAIGN, cause_kind=CAMPAIGN, cause_id="passwords", to=person, message=message(step), function="it", step=step
    )


# --- who sees what -------------------------------------------------------------------------------------------------------------------------------


async def test_whoever_reads_for_a_function_sees_all_of_it_and_of_others_their_plan(database: Database) -> None:
    await furnish(database)
    await keep(database, READY)
    await keep(database, replace(READY, name="runs"), CampaignStatus.RUNNING)
    await keep(database, replace(READY, name="over", function="finance"), CampaignStatus.FINISHED)
    await keep(database, replace(READY, name="secret", function="finance"))
    await keep(database, replace(READY, name="gone", function="gone"), CampaignStatus.RUNNING)
    assert names(await gather(database)) == ["over", "passwords", "runs"]
    assert names(await gather(database, NOBODY)) == ["over", "runs"]
    assert names(await gather(database, slug="it")) == ["passwords", "runs"]
    assert names(await gather(database, NOBODY, slug="finance")) == ["over"]


async def test_what_is_counted_belongs_to_the_function_that_is_shown(database: Database) -> None:
    await furnish(database)
    await keep(database, READY)
    await keep(database, replace(READY, name="runs"), CampaignStatus.RUNNING)
    await keep(database, replace(READY, name="over", function="finance"), CampaignStatus.FINISHED)
    counted = {known.kept.campaign.name: known.tally for known in (await gather(database, slug="it")).known}
    assert counted == {"passwords": None, "runs": Tally()}
    assert [known.tally for known in (await gather(database)).known] == [None, None, None]


async def test_an_employee_who_names_a_campaign_learns_nothing_but_that_its_there(database: Database) -> None:
    await furnish(database)
    await keep(database, READY)
    gathered = await gather(database, NOBODY, name="passwords")
    (known,) = gathered.known
    assert (known.reach, known.tally, known.moved) == (None, None, None)
    assert (gathered.me, gathered.departments, gathered.names, gathered.granted) == ("", (), {}, {})
    assert (await gather(database, NOBODY, name="unknown")).known == ()


async def test_an_author_sees_what_a_campaign_is_written_with(database: Database) -> None:
    await furnish(database)
    by = await write(database, lambda session: audit.pseudonym_of(session, BOB))
    await keep(database, FULL, by=by)
    await write(database, lambda session: campaigns.keep_picture(session, "passphrases", "depot.png", "image/png", b"png"))
    await write(database, lambda session: campaigns.grant(session, BOB, "it", SALES, "tests", NOON))
    gathered = await gather(database, AUTHOR, name="passphrases")
    assert gathered.me == by
    assert gathered.names == {by: "Bob Dupont"}
    assert gathered.granted == {"it": frozenset({SALES})}
    assert (gathered.departments, gathered.sites) == (("Exploitation", "IT", "Ventes"), ("Lille", "Lyon"))
    assert gathered.histogram == {"it": Histogram()}, "of three people, it's about somebody"
    assert list(gathered.pictures) == ["depot.png"]
    assert (gathered.deciders, gathered.asker) == ((), None)
    assert (await gather(database, slug="it")).granted == {"it": frozenset({AudienceGrant(kind="everyone")})}
    assert (await gather(database, AUTHOR, slug="it")).departments == ("Exploitation", "IT", "Ventes")


async def test_an_auditor_reads_what_authors_choose_among_nowhere(database: Database) -> None:
    await furnish(database)
    await keep(database, READY)
    gathered = await gather(database, frozenset({Grant(role=Role.AUDITOR)}), name="passwords")
    assert gathered.known[0].reach is not None
    assert (gathered.departments, gathered.histogram) == ((), {})


# --- the approval --------------------------------------------------------------------------------------------------------------------------------


async def test_those_who_may_approve_and_who_asked_are_known(database: Database) -> None:
    await furnish(database)
    await write(database, lambda session: campaigns.set_approval(session, "it", True, "tests", NOON))
    await keep(database, READY)
    by = await write(database, lambda session: audit.pseudonym_of(session, BOB))
    await write(database, lambda session: campaigns.steer(session, CampaignSteered(name="passwords", move="submit", version=1), by, NOON))
    await write(database, lambda session: roles.grant(session, CAROL, Grant(role=Role.ADMIN), "tests", NOON))
    gathered = await gather(database, name="passwords")
    assert gathered.approval == {"it"}
    assert gathered.asker == Party(id=BOB, name="Bob Dupont", language="fr")
    assert gathered.deciders == (Party(id=CAROL, name="Carol Petit", language="en"),)  # without owners, the admins
    await write(database, lambda session: roles.grant(session, ALICE, Grant(role=Role.OWNER, function="it"), "tests", NOON))
    assert [party.id for party in (await gather(database, name="passwords")).deciders] == [ALICE]


async def test_who_asked_from_the_command_line_is_nobody_to_write_to(database: Database) -> None:
    await furnish(database)
    await keep(database, READY)
    submit = CampaignSteered(name="passwords", move="submit", version=1)
    await write(database, lambda session: campaigns.steer(session, submit, "command line: root", NOON))
    assert (await gather(database, name="passwords")).asker is None


# --- before it starts ----------------------------------------------------------------------------------------------------------------------------


async def test_whom_it_would_reach_is_counted(database: Database) -> None:
    await furnish(database)
    await keep(database, READY)
    (known,) = (await gather(database, name="passwords")).known
    assert known.tally is None
    assert known.reach is not None
    assert (known.reach.people, known.reach.about, known.reach.at_most) == (2, False, False)
    assert known.reach.left_out == {"outside": 1}
    assert (known.reach.unreachable, known.reach.stages, known.reach.told_of) == (0, Histogram(), 0), "of two people, it's about somebody"


async def test_of_a_large_directory_a_part_stands_for_all(database: Database) -> None:
    people_ = campaigning.LOOKED_AT * 2
    rows = [
        DirectoryRow(
            id=f"p{number}", email=f"p{number}@x.example", name=f"P {number}", manager=f"p{number // 10}", segments=("sales",) * (number % 2)
        )
        for number in range(people_)
    ]
    await furnish(database, *rows)
    await keep(database, replace(READY, control=Control(share=0.2, by="team")))
    (known,) = (await gather(database, name="passwords")).known
    reach = known.reach
    assert reach is not None
    assert reach.about
    assert abs(reach.people - people_ / 2) < people_ * 0.03
    assert abs(reach.people + reach.left_out["outside"] - people_) <= 2
    assert abs(reach.teams - reach.people / 10) < 5


async def test_campaigns_that_want_the_same_people_in_the_same_weeks_are_found(database: Database) -> None:
    await furnish(database)
    await keep(database, READY)
    everyone = CampaignAudience(include=(Slice(everyone=True, stages=(Stage.ACTION,)),))
    await keep(database, replace(READY, name="other", function="finance", audience=everyone), CampaignStatus.SCHEDULED)
    await keep(database, replace(READY, name="draft", audience=everyone))
    await keep(database, replace(READY, name="else", audience=CampaignAudience(include=(Slice(sites=("Paris",)),))), CampaignStatus.RUNNING)
    later = Period(starts=READY.period.ends + timedelta(days=9), ends=READY.period.ends + timedelta(days=30)) if READY.period else None
    await keep(database, replace(READY, name="later", period=later, audience=everyone), CampaignStatus.PAUSED)
    (known,) = (await gather(database, name="passwords")).known
    assert [(each.name, each.function, each.people) for each in known.colliding] == [("other", "finance", 2)]
    (scheduled,) = (await gather(database, frozenset({Grant(role=Role.ADMIN)}), name="other")).known
    assert scheduled.colliding == ()  # not with itself


# --- once it runs --------------------------------------------------------------------------------------------------------------------------------


async def enter(database: Database, number: int) -> None:
    def body(session: Session) -> None:
        directory.import_directory(session, [DirectoryRow(id=f"m{one}", email=f"m{one}@x.example", name=f"M {one}") for one in range(number)], NOON)
        for one in range(number):
            person = people.directory_person_id(f"m{one}")
            session.add(CampaignMemberRow(campaign="passwords", person_id=person, arm="treated", team="t", stage_before="unaware", entered_at=NOON))
            if one < 6:
                left = Evidence(person=person, function="it", topic="", kind=EvidenceKind.GESTURE, source="tests", at=NOON)
                evidence.leave(session, left, NOON)

    await database.write(people.LINKING, body)


async def test_where_its_people_stood_and_stand_is_shown_in_classes(database: Database) -> None:
    await furnish(database)
    await keep(database, READY, CampaignStatus.RUNNING)
    await enter(database, 20)
    (known,) = (await gather(database, name="passwords")).known
    assert known.reach is None
    assert known.tally is not None
    assert known.tally.members == 20
    assert known.moved is not None
    assert (known.moved.before, known.moved.now, known.moved.people) == (Histogram(unaware=20), Histogram(unaware=14, action=6), 20)
    assert known.verdict is None


async def test_of_fewer_than_five_nothing_is_shown(database: Database) -> None:
    await furnish(database)
    await keep(database, READY, CampaignStatus.PAUSED)
    await enter(database, 4)
    assert (await gather(database, name="passwords")).known[0].moved is None


async def test_once_finished_its_verdict_is_there(database: Database) -> None:
    verdict = Verdict(
        stage=Stage.ACTION,
        benchmark=0.2,
        target=0.4,
        treated=Arm(people=20, there=9),
        control=Arm(people=0, there=0),
        by="person",
        lift=None,
        conclusion="too_small",
        at=NOON,
    )
    await furnish(database)
    await keep(database, READY, CampaignStatus.FINISHED)
    await write(database, lambda session: outcomes.keep(session, "passwords", verdict))
    assert (await gather(database, NOBODY, slug="it")).known[0].verdict == verdict
    assert (await gather(database, name="passwords")).known[0].verdict == verdict


# --- what a turn changes of what was sent --------------------------------------------------------------------------------------------------------


async def turn(database: Database, fact: CampaignSteered) -> None:
    def body(session: Session) -> None:
        event = said("?")
        person = people.meet(session, event, NOON).person
        facts.record(session, fact, person=person, event=event, catalogue_version=None, at=NOON)

    await write(database, body)


async def statuses(database: Database) -> dict[str, tuple[str, str]]:
    def body(session: Session) -> dict[str, tuple[str, str]]:
        rows = session.exec(select(DeliveryRow)).all()
        return {f"{row.person_id}": (row.status, json.loads(row.message)["blocks"][0]["text"]) for row in rows}

    return await database.read(body)


async def plan(database: Database, number: int) -> None:
    several = [delivery(people.directory_person_id(f"m{one}")) for one in range(number)]
    await write(database, lambda session: deliveries.plan_all(session, several, NOON))


async def test_a_step_that_is_taken_back_isnt_sent_any_more(database: Database) -> None:
    await keep(database, READY, CampaignStatus.RUNNING)
    await enter(database, 230)
    await plan(database, 230)
    await turn(database, CampaignSteered(name="passwords", move="recall", version=1, step="learn"))
    assert {status for status, _ in (await statuses(database)).values()} == {"skipped"}
    (line,) = await database.read(audit.lines)
    assert (line.act, line.detail) == ("run_campaigns", {"step": "recall", "message": "learn", "version": "1"})


async def test_a_step_that_is_corrected_says_it_to_everybody(database: Database) -> None:
    await keep(database, READY, CampaignStatus.RUNNING)
    await enter(database, 120)
    await plan(database, 120)
    messages = (("", message("otherwise")), ("", message("in English", "en")))
    await turn(database, CampaignSteered(name="passwords", move="correct", version=1, step=LEARN.id, messages=messages))
    assert set((await statuses(database)).values()) == {("planned", "says otherwise")}


async def test_other_moves_change_nothing_of_what_was_sent(database: Database) -> None:
    await keep(database, READY, CampaignStatus.RUNNING)
    await enter(database, 1)
    await plan(database, 1)
    await turn(database, CampaignSteered(name="passwords", move="pause", version=1))
    assert set((await statuses(database)).values()) == {("planned", "says learn")}
