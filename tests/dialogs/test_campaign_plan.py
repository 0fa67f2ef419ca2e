"""The plan of a campaign: which step comes next for somebody, and when, by their own clock and calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.audience import Addressee
from dialogs.campaign import Campaign, CampaignAudience, Control, Delay, Period, Slice, Step, Variant, Wave
from dialogs.campaign_foresight import Foreseen, count_reach, foresee
from dialogs.campaign_plan import (
    LOOK_LATER,
    LOOK_SOON,
    Turn,
    before,
    delivery_key,
    has_next,
    is_timed_alike,
    kept_place,
    kind_of,
    look_again,
    next_turn,
    position_of,
    walks,
)
from dialogs.campaigning import Reach
from dialogs.catalog import Localized
from dialogs.delivery import Kind, Reason
from dialogs.ladder import EvidenceKind, Stage
from dialogs.working_time import WorkingHours
from tests.dialogs.campaigns import BASELINE, FULL, LEARN, READY

WEDNESDAY = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
FRANCE = WorkingHours(timezone="Europe/Paris", opens=time(8), closes=time(20), days_off=frozenset({date(2026, 12, 25), date(2027, 1, 1)}))
ISRAEL = WorkingHours(timezone="Asia/Jerusalem", opens=time(8), closes=time(20), weekdays=frozenset({6, 0, 1, 2, 3}))
ALICE = Addressee(id="alice", email="alice@vaubert.example", name="Alice", language="fr", team="t1", timezone="Europe/Paris")
CONTROL_TOO = (replace(BASELINE, id="first"), replace(LEARN, after=Delay(time=2)), replace(BASELINE, id="last", after=Delay(time=3)))


def wall(shown: str) -> datetime:
    """Return what a clock on the wall shows, in no zone."""
    return datetime.fromisoformat(shown)


def of(*steps: Step, **more: Any) -> Campaign:
    return replace(READY, steps=steps, **more)


def step(name: str, **more: Any) -> Step:
    return replace(LEARN, id=name, **more)


def test_the_control_group_walks_through_the_surveys_alone() -> None:
    assert [each.id for each in FULL.steps if walks(each, "treated")] == ["baseline", "story", "quiz", "opinion", "change", "well_done"]
    assert [each.id for each in FULL.steps if walks(each, "control")] == ["baseline"]
    assert (kind_of(BASELINE), kind_of(LEARN)) == (Kind.PROMPT, Kind.CAMPAIGN)
    assert [has_next(FULL, arm, 0) for arm in ("treated", "control")] == [True, False]
    assert [before(of(*CONTROL_TOO), arm, "last") for arm in ("treated", "control")] == ["learn", "first"]
    assert before(FULL, "treated", "baseline") == before(FULL, "treated", "gone") == ""


def test_each_message_to_somebody_has_a_key_of_its_own() -> None:
    keys = {delivery_key(*told) for told in (("a", "s", "p"), ("a", "s", "p", 2), ("a", "s2", "p"), ("a2", "s", "p"), ("a", "s", "p2"))}
    assert len(keys) == 5
    assert delivery_key("a", "s", "p") == delivery_key("a", "s", "p", 1)


def test_the_first_step_comes_at_once_and_the_others_after_their_delay() -> None:
    campaign = of(
        step("a"), step("b", after=Delay(time=2)), step("c", after=Delay(time=36, unit="hours")), step("d", after=Delay(time=1, unit="days"))
    )
    times = {"": WEDNESDAY, "a": WEDNESDAY + timedelta(days=2), "b": WEDNESDAY + timedelta(hours=36), "c": WEDNESDAY + timedelta(days=1)}
    for position, (former, at) in enumerate(times.items()):
        assert next_turn(campaign, "treated", former, WEDNESDAY, FRANCE) == Turn(step=campaign.steps[position], position=position, not_before=at)
    assert next_turn(campaign, "treated", "d", WEDNESDAY, FRANCE) is None


@pytest.mark.parametrize(
    ("hours", "sent", "next_at"),
    [
        (FRANCE, wall("2026-12-03 10:00"), wall("2026-12-07 10:00")),  # Thursday, then Monday
        (ISRAEL, wall("2026-12-03 10:00"), wall("2026-12-07 10:00")),  # Thursday, Sunday, Monday
        (FRANCE, wall("2026-12-04 10:00"), wall("2026-12-08 10:00")),
        (ISRAEL, wall("2026-12-06 10:00"), wall("2026-12-08 10:00")),  # from a Sunday
        (FRANCE, wall("2026-12-24 10:00"), wall("2026-12-29 10:00")),  # Christmas is off
    ],
)
def test_working_days_are_those_of_the_person_s_country(hours: WorkingHours, sent: datetime, next_at: datetime) -> None:
    zone = ZoneInfo(hours.timezone)
    turn = next_turn(of(step("a"), step("b", after=Delay(time=2))), "treated", "a", sent.replace(tzinfo=zone), hours)
    assert turn is not None
    assert turn.not_before == next_at.replace(tzinfo=zone)


def test_a_time_is_by_each_person_s_own_clock_and_never_before_what_came_before() -> None:
    campaign = of(step("a"), step("b", at=wall("2026-12-08 10:00")))
    for zone in ("Asia/Tokyo", "America/New_York", "Asia/Kathmandu"):
        turn = next_turn(campaign, "treated", "a", WEDNESDAY, replace(FRANCE, timezone=zone))
        assert turn is not None
        assert turn.not_before == datetime(2026, 12, 8, 10, tzinfo=ZoneInfo(zone))
    late = next_turn(campaign, "treated", "a", WEDNESDAY + timedelta(days=9), FRANCE)
    assert late is not None
    assert late.not_before == WEDNESDAY + timedelta(days=9)


_EDGES = {  # a gap and an overlap in each zone, on the wall
    "Europe/Paris": (wall("2026-03-29 02:30"), wall("2026-10-25 02:30")),
    "America/New_York": (wall("2026-03-08 02:30"), wall("2026-11-01 01:30")),
    "Australia/Lord_Howe": (wall("2026-10-04 02:15"), wall("2026-04-05 01:45")),
    "America/Santiago": (wall("2026-09-06 00:30"), wall("2026-04-04 23:30")),
}


@given(st.sampled_from(sorted(_EDGES)), st.sampled_from([0, 1]), st.integers(-240, 240))
def test_both_edges_of_daylight_saving_are_right(zone: str, edge: int, minutes: int) -> None:
    told = _EDGES[zone][edge] + timedelta(minutes=minutes)
    campaign = of(step("a"), step("b", at=told))
    turn = next_turn(campaign, "treated", "a", datetime(2026, 1, 1, tzinfo=UTC), replace(FRANCE, timezone=zone))
    assert turn is not None
    assert turn.not_before is not None
    shown = turn.not_before.astimezone(ZoneInfo(zone))
    exists = told.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == told
    if exists:
        assert (shown.replace(tzinfo=None), shown.fold) == (told, 0), "the first of the two where it comes twice"
    else:
        assert told < shown.replace(tzinfo=None) <= told + timedelta(hours=1)
        just_before = (turn.not_before - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert just_before < told, "the first moment after what never was"


@given(st.sampled_from(sorted(_EDGES)), st.sampled_from([0, 1]), st.integers(-72, 24))
def test_days_keep_the_time_on_the_clock_across_the_edges(zone: str, edge: int, hours: int) -> None:
    sent = datetime.combine(_EDGES[zone][edge].date(), time(12), ZoneInfo(zone)) + timedelta(hours=hours)
    turn = next_turn(of(step("a"), step("b", after=Delay(time=2, unit="days"))), "treated", "a", sent.astimezone(UTC), replace(FRANCE, timezone=zone))
    assert turn is not None
    assert turn.not_before is not None
    shown = turn.not_before.astimezone(ZoneInfo(zone))
    assert abs(shown.replace(tzinfo=None) - sent.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) - timedelta(days=2)) <= timedelta(
        hours=1
    )
    if shown.hour >= 4:
        assert shown.time() == sent.astimezone(UTC).astimezone(ZoneInfo(zone)).time()


def test_the_control_group_is_asked_when_it_d_have_come_to_it_among_all_the_steps() -> None:
    campaign = of(*CONTROL_TOO)
    turn = next_turn(campaign, "control", "first", WEDNESDAY, FRANCE)
    assert turn == Turn(step=CONTROL_TOO[2], position=2, not_before=WEDNESDAY + timedelta(days=7))  # five working days
    assert next_turn(campaign, "control", "last", WEDNESDAY, FRANCE) is None
    assert next_turn(of(LEARN), "control", "", WEDNESDAY, FRANCE) is None


def test_a_step_waits_for_the_evidence_that_it_names() -> None:
    campaign = of(step("a"), step("b", when=(EvidenceKind.GESTURE, EvidenceKind.QUIZ)))
    waits, comes = (
        next_turn(campaign, "treated", "a", WEDNESDAY, FRANCE, left=left)
        for left in (frozenset({EvidenceKind.OPINION}), frozenset({EvidenceKind.QUIZ}))
    )
    assert (waits, comes) == tuple(Turn(step=campaign.steps[1], position=1, not_before=at) for at in (None, WEDNESDAY))


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({"after": None}, datetime(2026, 12, 4, 9, tzinfo=UTC)),
        ({"after": Delay(time=1)}, datetime(2026, 12, 7, 9, tzinfo=UTC)),
        ({"after": None, "at": wall("2026-12-03 10:00")}, datetime(2026, 12, 7, 9, tzinfo=UTC)),
    ],
)
def test_a_wave_begins_so_many_working_days_later(timing: dict[str, Any], expected: datetime) -> None:
    turn = next_turn(of(step("a", **timing)), "treated", "", WEDNESDAY, FRANCE, wave=2)
    assert turn is not None
    assert turn.not_before == expected
    after_it = next_turn(of(step("a"), step("b", at=wall("2026-12-08 10:00"))), "treated", "a", WEDNESDAY, FRANCE, wave=2)
    assert after_it is not None
    assert after_it.not_before == datetime(2026, 12, 8, 9, tzinfo=UTC), "a date is everybody's"


def test_whoever_is_edited_under_keeps_their_place() -> None:
    former = of(step("a"), step("b"), step("c"))
    assert kept_place(former, of(step("x"), step("a"), step("b"), step("c")), "b") == "b"
    assert kept_place(former, of(step("a"), step("c")), "b") == "a"
    assert kept_place(former, of(step("c")), "b") == ""
    assert position_of(former, "x") is None
    moved = next_turn(of(step("a"), step("x"), step("c")), "treated", kept_place(former, of(step("a"), step("x"), step("c")), "b"), WEDNESDAY, FRANCE)
    assert moved is not None
    assert moved.step.id == "x"


def test_an_edit_changes_a_time_or_it_does_not() -> None:
    former = of(step("a"), step("b", after=Delay(time=2)))
    assert is_timed_alike(former, of(step("a", kind="offer"), step("b", after=Delay(time=2))), "b")
    assert not is_timed_alike(former, of(step("a"), step("b", after=Delay(time=3))), "b")
    assert not is_timed_alike(former, of(step("a")), "b")
    later = replace(former, period=Period(starts=date(2026, 12, 2), ends=date(2026, 12, 20)))
    assert [is_timed_alike(former, later, name) for name in ("a", "b")] == [False, True]
    assert not is_timed_alike(former, replace(former, wave=Wave(people=5)), "a")


def test_what_follows_says_when_to_look_again() -> None:
    campaign = of(
        step("a"), step("b", after=Delay(time=2)), step("c", after=Delay(time=3, unit="hours")), step("d", after=Delay(time=48, unit="hours"))
    )
    looks = {"": LOOK_SOON, "a": LOOK_LATER, "b": LOOK_SOON, "c": LOOK_LATER, "d": LOOK_SOON}
    assert {name: look_again(campaign, name, WEDNESDAY) - WEDNESDAY for name in looks} == looks


ENDS = datetime(2026, 12, 9, tzinfo=UTC)
FORESEEN = of(
    step("a", variants=(Variant(id="short", content=Localized(en="Short."), share=1.0),)),
    step("b", after=Delay(time=2), stage=Stage.CONVICTION),
    replace(BASELINE, after=Delay(time=1)),
    step("c", when=(EvidenceKind.GESTURE,)),
    step("d", after=Delay(time=4)),
    audience=CampaignAudience(include=(Slice(everyone=True),), exclude=(Slice(sites=("Lille",)),)),
    control=None,
)


def test_the_dry_run_says_what_when_and_which_variant() -> None:
    early = datetime(2026, 12, 2, 3, tzinfo=UTC)  # at night: the message waits for the morning
    assert foresee(FORESEEN, ALICE, early, ENDS, FRANCE, 1).steps == (
        Foreseen(step="a", variant="short", at=datetime(2026, 12, 2, 7, tzinfo=UTC)),
        Foreseen(step="b", variant=None, at=datetime(2026, 12, 4, 7, tzinfo=UTC)),
        Foreseen(step="baseline", variant=None, at=datetime(2026, 12, 7, 7, tzinfo=UTC)),
        Foreseen(step="c", variant=None, at=None),
        Foreseen(step="d", variant=None, at=None),
    )
    over = foresee(FORESEEN, ALICE, early, datetime(2026, 12, 4, tzinfo=UTC), FRANCE, 1)
    assert [each.skipped for each in over.steps] == [None, Reason.OVER, Reason.OVER, None, None]


@pytest.mark.parametrize(
    ("one", "skipped"),
    [
        (replace(ALICE, stage=Stage.COMPREHENSION), [Reason.ALREADY_THERE, None, None]),
        (replace(ALICE, stage=Stage.ACTION), [Reason.ALREADY_THERE, Reason.ALREADY_THERE, None]),
        (replace(ALICE, reachable=False), [Reason.UNREACHABLE] * 3),
        (replace(ALICE, paused=True), [Reason.PAUSED] * 3),
    ],
)
def test_the_dry_run_says_why_somebody_gets_nothing(one: Addressee, skipped: list[Reason | None]) -> None:
    assert [each.skipped for each in foresee(FORESEEN, one, WEDNESDAY, ENDS, FRANCE, 1).steps[:3]] == skipped


def test_the_dry_run_knows_who_is_left_out_and_who_is_held_out() -> None:
    assert foresee(FORESEEN, replace(ALICE, site="Lille"), WEDNESDAY, ENDS, FRANCE, 1).left_out == "excluded"
    held = foresee(replace(FORESEEN, control=Control(share=1.0)), ALICE, WEDNESDAY, ENDS, FRANCE, 1)
    assert (held.arm, [each.step for each in held.steps]) == ("control", ["baseline"])


def test_totals_count_everybody_once() -> None:
    everybody = [
        ALICE,
        replace(ALICE, id="bob", reachable=False, stage=Stage.ACTION),
        replace(ALICE, id="carol", paused=True, team="t2"),
        replace(ALICE, id="dan", guest=True),
        replace(ALICE, id="eve", site="Lille"),
    ]
    reach = count_reach(FORESEEN, everybody)
    assert (reach.people, reach.held_out, reach.unreachable, reach.paused, reach.there, reach.teams) == (3, 0, 1, 1, 1, 2)
    assert (reach.stages.unaware, reach.stages.action) == (2, 1)
    assert (reach.variants, reach.left_out) == ({"short": 3}, {"guest": 1, "excluded": 1})
    assert count_reach(replace(FORESEEN, control=Control(share=1.0)), everybody).held_out == 3
    assert count_reach(of(step("a"), audience=FORESEEN.audience), [ALICE]).variants == {"": 1}
    assert count_reach(of(audience=FORESEEN.audience), [ALICE]).variants == {}
    assert count_reach(FORESEEN, []) == Reach()
