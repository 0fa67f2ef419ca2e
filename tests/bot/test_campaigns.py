"""Campaigns on their way: begun with their period, each person at their step, nothing lost or doubled, ended with it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session
from structlog.testing import capture_logs

from bot import campaigns as job
from bot.campaign_pages import page_of
from dialogs.campaign import (
    CampaignAudience,
    CampaignStatus,
    Control,
    Delay,
    Exit,
    Measured,
    Objective,
    Slice,
    Wave,
)
from dialogs.delivery import Status
from dialogs.facts import CampaignSteered
from dialogs.ladder import EvidenceKind, Stage
from storage import campaigns, erasure, people
from storage.database import Database
from storage.tables import CampaignRow, ConversationReferenceRow, PersonRow, table_of
from tests.bot.campaign_world import CAMPAIGN, NINE, THREE, company, step
from tests.dialogs.campaigns import BASELINE


async def test_it_begins_with_its_first_day_and_plans_everybody(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        world.at = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
        await world.look()
        assert ((await world.row()).status, await world.deliveries(), world.nudges) == ("scheduled", [], [])
        await world.look(minutes=1)
        row = await world.row()
        assert (row.status, row.started_at, row.cursor, row.targeted) == ("running", world.at, None, 12)
        planned = await world.deliveries()
        assert {(each.step, each.kind, each.status, each.function, each.variant, each.not_before) for each in planned} == {
            ("a", "campaign", "planned", "it", None, world.at)
        }
        assert {each.deadline for each in planned} == {datetime(2026, 12, 18, 23, tzinfo=UTC)}
        assert len({each.message for each in planned}) == 2, "one for each language"
        assert {(each.step, each.step_id, each.arm, each.stage_before) for each in await world.members()} == {(0, "a", "treated", "unaware")}
        assert world.nudges == [world.at]
        await world.look()
        await world.assert_whole()
        assert world.nudges == [world.at], "the second look finds nothing to do"


async def test_everybody_walks_to_the_end_each_by_what_they_got(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        await world.look(hours=2)
        assert await world.steps() == {"a": 12}, "what is planned still is waited for"
        await world.ends("a")
        await world.look(hours=2)
        assert await world.steps() == {"a": 12, "b": 12}
        zones = {row.not_before for row in await world.deliveries("b")}
        assert min(zones) >= datetime(2026, 12, 3, 10, tzinfo=UTC), "two working days after it was sent"
        await world.ends("b", Status.SKIPPED)
        await world.look(days=4)
        assert await world.steps() == {"a": 12, "b": 12, "c": 12}
        await world.ends("c", Status.UNKNOWN)
        await world.look(days=3)
        assert {(each.step_id, each.due_at) for each in await world.members()} == {("c", None)}
        await world.assert_whole()


async def test_the_control_group_gets_the_surveys_and_nothing_else(database: Database) -> None:
    async with company(database, 60) as world:
        survey = replace(BASELINE, id="survey", after=Delay(time=1))
        await world.scheduled(replace(THREE, control=Control(share=0.4), steps=(*THREE.steps[:2], survey)))
        await world.look()
        arms = {each.person_id: each.arm for each in await world.members()}
        assert 10 < Counter(arms.values())["control"] < 40
        first = {each.person_id: (each.step, each.kind) for each in await world.deliveries()}
        assert {(arms[person], step) for person, step in first.items()} == {("treated", ("a", "campaign")), ("control", ("survey", "prompt"))}
        for name in ("a", "b", "survey"):
            await world.ends(name)
            await world.look(days=5)
        assert {arms[each.person_id] for each in await world.deliveries("survey")} == {"treated", "control"}
        assert {arms[each.person_id] for name in ("a", "b") for each in await world.deliveries(name)} == {"treated"}
        await world.assert_whole()


async def test_a_control_group_without_surveys_waits_for_nothing(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled(replace(THREE, control=Control(share=1.0)))
        await world.look()
        assert {(each.step_id, each.delivery, each.due_at) for each in await world.members()} == {("", None, None)}
        await world.edited(replace(THREE, control=Control(share=1.0), steps=(*THREE.steps, replace(BASELINE, after=Delay(time=1)))), 1)
        await world.look(hours=1)
        assert await world.steps() == {"baseline": 12}, "a survey that's added is theirs too"


async def test_what_waits_for_evidence_comes_with_it(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled(replace(THREE, steps=(step("a"), step("thanks", kind="success", when=(EvidenceKind.GESTURE,), after=None))))
        await world.look()
        await world.ends("a")
        await world.look(hours=2)
        assert await world.steps() == {"a": 12}
        who = (await world.members())[3].person_id
        await world.leaves(EvidenceKind.QUIZ, who)
        await world.look(minutes=1)
        assert await world.steps() == {"a": 12}
        await world.leaves(EvidenceKind.GESTURE, who)
        await world.look(seconds=10)
        assert [each.person_id for each in await world.deliveries("thanks")] == [who], "at once, not at the next hour"
        await world.look(hours=2)
        assert len(await world.deliveries("thanks")) == 1


async def test_who_matches_later_enters_later_at_their_own_stage(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled(replace(THREE, wave=Wave(people=1)))
        await world.look()
        await world.hire(3, first=100)
        await world.look(minutes=30)
        assert len(await world.members()) == 12
        newcomer = people.directory_person_id("d100")
        await world.leaves(EvidenceKind.SERVICE_USED, newcomer)
        await world.look(minutes=31)
        found = {each.person_id: each for each in await world.members()}
        assert (len(found), found[newcomer].stage_before, found[newcomer].entered_at) == (15, "action", world.at)
        (theirs,) = [each for each in await world.deliveries() if each.person_id == newcomer]
        assert theirs.not_before == world.at, "the waves were of those who began"
        await world.assert_whole()


async def test_waves_begin_on_later_days(database: Database) -> None:
    async with company(database, 40) as world:
        await world.scheduled(replace(THREE, wave=Wave(people=10)))
        await world.look()
        days = Counter(each.not_before.date() for each in await world.deliveries())
        assert len(days) >= 4
        assert max(days.values()) < 25


@pytest.mark.parametrize("benchmark", [Measured(kind="measured"), None])
async def test_the_benchmark_is_what_was_when_it_began(database: Database, benchmark: Measured | None) -> None:
    async with company(database) as world:
        for n in (1, 2, 3):
            await world.leaves(EvidenceKind.SERVICE_USED, people.directory_person_id(f"d{n}"))
        await world.scheduled(replace(THREE, objective=Objective(stage=Stage.CONVICTION, benchmark=benchmark)))
        await world.look()
        assert (await world.row()).benchmark == (None if benchmark is None else pytest.approx(0.25))


async def test_one_for_nobody_ends_at_once_and_says_so(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled(replace(THREE, audience=CampaignAudience(include=(Slice(sites=("Nantes",)),))))
        with capture_logs() as logs:
            await world.look()
        row = await world.row()
        assert (row.status, row.ended_at, row.targeted) == ("finished", world.at, 0)
        assert {"event": "campaign finished at once: nobody is in its audience", "campaign": "passwords", "log_level": "warning"} in logs


async def test_the_end_of_the_period_ends_it(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        world.at = datetime(2026, 12, 18, 22, 59, tzinfo=UTC)
        await world.look()
        assert (await world.row()).status == "running"
        await world.look(minutes=1)
        row = await world.row()
        assert (row.status, row.ended_at) == ("finished", world.at)
        assert {(each.status, each.reason) for each in await world.deliveries()} == {("skipped", "over")}
        await world.assert_whole()
        await world.look(days=1)


async def test_a_paused_one_stands_still_and_goes_on(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        await world.ends("a")
        await world.steer("pause")
        await world.look(days=1)
        assert await world.steps() == {"a": 12}
        await world.steer("resume")
        await world.look(minutes=1)
        assert await world.steps() == {"a": 12, "b": 12}


async def test_a_cancelled_one_plans_nothing_more(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        await world.steer("cancel")
        await world.look(days=1)
        assert {(each.status, each.reason) for each in await world.deliveries()} == {("skipped", "cancelled")}
        await world.assert_whole()


async def test_two_processes_at_once_plan_everybody_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.addressees.page.__defaults__", ("", 7))
    async with company(database, 50) as world:
        await world.scheduled()
        await asyncio.gather(*(world.campaigns().look() for _ in range(3)))
        assert await world.steps() == {"a": 50}
        await world.ends("a")
        world.at += timedelta(hours=2)
        await asyncio.gather(*(world.campaigns().look() for _ in range(3)))
        assert await world.steps() == {"a": 50, "b": 50}
        await world.assert_whole()


@pytest.mark.parametrize("survived", range(1, 9))
async def test_a_crash_in_the_middle_loses_and_doubles_nobody(database: Database, survived: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.addressees.page.__defaults__", ("", 7))
    async with company(database, 30) as world:
        await world.scheduled()
        left = survived

        def dies(write: Callable[..., Any]) -> Callable[..., Any]:
            async def written(key: str, body: Callable[[Session], Any]) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    raise asyncio.CancelledError
                return await write(key, body)

            return written

        with monkeypatch.context() as patch:
            patch.setattr(world.database, "write", dies(world.database.write))
            with suppress(asyncio.CancelledError):
                await world.look()
        await world.look(minutes=1)
        assert await world.steps() == {"a": 30}
        assert len(await world.members()) == 30
        await world.assert_whole()


async def test_who_is_erased_or_leaves_the_directory_stops_nobody_else(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        erased, left = (people.directory_person_id(name) for name in ("d1", "d2"))
        await world.ends("a")
        await world.database.write(people.LINKING, lambda session: erasure.erase(session, erased, world.at))
        gone = update(table_of(PersonRow)).where(table_of(PersonRow).c.id == left).values(directory_id=None)
        await world.database.write(people.LINKING, lambda session: session.execute(gone))
        await world.look(hours=2)
        assert len(await world.members()) == 11
        assert await world.steps() == {"a": 12, "b": 10}
        assert [each.due_at for each in await world.members() if each.person_id == left] == [None]
        assert (await world.row()).targeted == 22


async def test_a_person_who_is_gone_before_they_enter_is_left_out(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with company(database) as world:
        await world.scheduled()
        erased = people.directory_person_id("d5")

        def late(session: Session, *given: Any) -> Any:
            found = page_of(session, *given)
            return replace(found, entering=tuple(replace(one, person=f"{one.person}x") if one.person == erased else one for one in found.entering))

        monkeypatch.setattr("bot.campaigns.page_of", late)
        await world.look()
        assert await world.steps() == {"a": 11}


async def test_a_function_that_is_gone_plans_nothing_and_keeps_nobody_waiting(database: Database) -> None:
    async with company(database) as world:
        await world.edited(replace(THREE, name="another", function="hr"))
        fact = CampaignSteered(name="another", move="schedule", version=1)
        await world.database.write("t", lambda session: campaigns.steer(session, fact, "p", world.at))
        await world.scheduled()
        with capture_logs() as logs:
            await world.look()
        assert await world.steps() == {"a": 12}
        assert [log["campaign"] for log in logs if log["log_level"] == "warning"] == ["another"]
        broken = update(table_of(CampaignRow)).where(CAMPAIGN.name == "another").values(content="{")
        await world.database.write("t", lambda session: session.execute(broken))
        await world.ends("a")
        with capture_logs() as logs:
            await world.look(hours=2)
        assert await world.steps() == {"a": 12, "b": 12}
        assert "campaign not planned; tried again at the next look" in {log["event"] for log in logs}


async def test_the_many_are_taken_in_page_by_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.addressees.page.__defaults__", ("", 7))
    monkeypatch.setattr(job, "_MOVED_AT_ONCE", 5)
    monkeypatch.setattr(job, "_SKIPPED_AT_ONCE", 5)
    async with company(database, 23) as world:
        places = [
            ConversationReferenceRow(
                person_id=people.directory_person_id(f"d{n}"),
                platform="slack",
                tenant="T1",
                conversation=f"D{n}",
                scope="personal",
                refreshed_at=NINE,
            )
            for n in range(20)
        ]
        await world.database.write("t", lambda session: session.add_all(places))
        await world.scheduled(replace(THREE, exits=(Exit(stage=Stage.ACTION, by=(EvidenceKind.GESTURE,)),)))
        await world.look()
        assert Counter(each.tenant for each in await world.deliveries()) == {"T1": 20, "": 3}
        await world.ends("a")
        await world.look(hours=2)
        await world.edited(replace(THREE, priority="low"), 1)
        await world.look(minutes=1)
        assert {each.priority for each in await world.deliveries("b")} == {-1}
        await world.look(days=30)
        assert {each.status for each in await world.deliveries("b")} == {"skipped"}
        assert (await world.row()).status == CampaignStatus.FINISHED
        await world.assert_whole()
