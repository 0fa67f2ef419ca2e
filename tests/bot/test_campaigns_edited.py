"""Campaigns that are edited while they run: what is still planned is planned anew, and what was sent stays."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update

from dialogs.campaign import (
    Control,
    Delay,
    Period,
    Variant,
    Wave,
)
from dialogs.catalog import Localized
from dialogs.facts import CampaignSteered
from storage import campaigns, deliveries
from storage.database import Database
from storage.tables import DeliveryRow, table_of
from tests.bot.campaign_world import DELIVERY, THREE, company, step
from tests.dialogs.campaigns import READY


async def test_an_edit_plans_anew_what_is_planned_still(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        sent = {each.person_id for each in (await world.deliveries())[:6]}
        mine = update(table_of(DeliveryRow)).where(DELIVERY.person_id.in_(sent))
        await world.database.write("pump", lambda s: s.execute(mine.values(status="sent", sent_at=world.at, ended_at=world.at)))
        words = Localized(fr="Autrement dit.", en="In other words.")
        variant = Variant(id="sales", content=words, segments=("sales",))
        changed = replace(THREE, priority="high", steps=(step("a", content=words, variants=(variant,)), *THREE.steps[1:]))
        former = {each.person_id: each.message for each in await world.deliveries()}
        await world.edited(changed, 1)
        await world.look(minutes=1)
        for each in await world.deliveries("a"):
            assert (each.message == former[each.person_id]) == (each.person_id in sent), "what was sent stays"
            assert each.priority == (0 if each.person_id in sent else 1)
        assert {each.variant for each in await world.deliveries("a") if each.person_id not in sent} <= {None, "sales"}
        row = await world.row()
        assert (row.planned_version, row.replanned) == (2, None)
        await world.assert_whole()


async def test_a_step_that_is_gone_is_skipped_and_its_people_move_on(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        await world.ends("a")
        await world.look(hours=2)
        await world.edited(replace(THREE, steps=(THREE.steps[0], step("x"), THREE.steps[2])), 1)
        await world.look(minutes=1)
        assert {(each.status, each.reason) for each in await world.deliveries("b")} == {("skipped", "cancelled")}
        assert await world.steps() == {"a": 12, "b": 12, "x": 12}
        await world.edited(replace(THREE, steps=(step("y"), THREE.steps[2])), 2)
        await world.look(minutes=1)
        assert (await world.steps())["y"] == 12, "nothing is left of what they'd come to: they begin again"
        await world.assert_whole()


async def test_a_step_that_becomes_a_survey_asks_and_one_that_is_none_any_more_is_not_sent_to_the_control_group(database: Database) -> None:
    async with company(database) as world:
        halves = replace(THREE, control=Control(share=0.5))
        await world.scheduled(replace(halves, steps=(step("a"), step("b", kind="survey"))))
        await world.look()
        arms = {each.person_id: each.arm for each in await world.members()}
        treated, control = (sum(arm == each for arm in arms.values()) for each in ("treated", "control"))
        assert min(treated, control) > 0
        assert await world.steps() == {"a": treated, "b": control}
        await world.edited(replace(halves, steps=(step("a", kind="survey"), step("b"))), 1)
        await world.look(minutes=1)
        assert {(each.kind, each.status) for each in await world.deliveries("a")} == {("prompt", "planned")}
        assert {(each.kind, each.status, each.reason) for each in await world.deliveries("b")} == {("prompt", "skipped", "cancelled")}
        assert {each.due_at for each in await world.members() if each.arm == "control"} == {None}, "nothing follows for them"
        await world.edited(replace(halves, steps=(step("a"), step("b", kind="survey"))), 2)
        await world.look(minutes=1)
        assert {each.kind for each in await world.deliveries("a")} == {"campaign"}
        await world.assert_whole()
        assert await world.database.read(deliveries.imbalances) == []


async def test_a_step_that_is_put_before_is_sent_to_nobody_who_is_past_it(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        await world.ends("a")
        await world.look(hours=2)
        await world.edited(replace(THREE, steps=(step("new"), *THREE.steps)), 1)
        await world.look(minutes=1)
        assert await world.steps() == {"a": 12, "b": 12}
        assert {(each.step, each.step_id) for each in await world.members()} == {(2, "b")}
        await world.ends("b")
        await world.look(days=3)
        assert await world.steps() == {"a": 12, "b": 12, "c": 12}


async def test_another_delay_moves_what_is_planned_and_a_step_at_the_end_wakes_everybody(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled(replace(THREE, wave=Wave(people=100), steps=THREE.steps[:2]))
        await world.look()
        await world.ends("a")
        sent_at = world.at
        await world.look(hours=2)
        later = replace(THREE, wave=Wave(people=100), steps=(THREE.steps[0], step("b", after=Delay(time=3, unit="days"))))
        await world.edited(later, 1)
        await world.look(minutes=1)
        assert {each.not_before for each in await world.deliveries("b")} == {sent_at + timedelta(days=3)}
        await world.ends("b")
        await world.look(days=4)
        assert {each.due_at for each in await world.members()} == {None}
        await world.edited(replace(later, steps=(*later.steps, step("c"))), 2)
        await world.look(minutes=1)
        assert await world.steps() == {"a": 12, "b": 12, "c": 12}
        await world.edited(replace(later, period=Period(starts=date(2026, 12, 1), ends=date(2026, 12, 20))), 3)
        await world.look(minutes=1)
        assert (await world.row()).ends_at == datetime(2026, 12, 20, 23, tzinfo=UTC)


async def test_one_that_wants_an_approval_goes_on_as_it_was_approved(database: Database) -> None:
    async with company(database) as world:
        await world.scheduled()
        await world.look()
        await world.database.write("t", lambda session: campaigns.set_approval(session, "it", True, "p-nadia", world.at))
        await world.edited(replace(THREE, steps=(step("a"), step("z"))), 1)
        await world.ends("a")
        await world.look(hours=2)
        assert await world.steps() == {"a": 12, "b": 12}, "what nobody approved isn't sent"
        fact = CampaignSteered(name=READY.name, move="approve", version=2)
        await world.steer("submit", 2)
        await world.database.write("t", lambda session: campaigns.steer(session, fact, "p-nadia", world.at))
        await world.look(minutes=1)
        assert await world.steps() == {"a": 12, "b": 12, "z": 12}
