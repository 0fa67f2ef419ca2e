"""Collisions: two campaigns that want the same people's attention in the same weeks."""

from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from dialogs.campaign import CampaignAudience, Delay, Period, Slice, Step
from dialogs.collisions import by_week, crowded, whatever_their_stage
from dialogs.ladder import EvidenceKind, Stage
from tests.dialogs.campaigns import BASELINE, CHANGE, DRAFT, FULL, LEARN, READY

FIRST, SECOND, THIRD = date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 14)


def after(step: Step, time: int, unit: Literal["hours", "days", "working_days"]) -> Step:
    return replace(step, after=Delay(time=time, unit=unit))


def test_messages_are_counted_by_the_week_in_which_they_would_go() -> None:
    assert by_week(READY) == {FIRST: 2}  # Tuesday, and three working days later: Friday
    assert by_week(replace(READY, steps=(LEARN, after(CHANGE, 5, "working_days")))) == {FIRST: 1, SECOND: 1}
    assert by_week(replace(READY, steps=(LEARN, after(CHANGE, 5, "days")))) == {FIRST: 2}
    assert by_week(replace(READY, steps=(LEARN, after(CHANGE, 150, "hours")))) == {FIRST: 1, SECOND: 1}
    assert by_week(replace(READY, steps=(LEARN, after(CHANGE, 0, "working_days")))) == {FIRST: 2}


def test_surveys_what_waits_for_evidence_and_what_comes_too_late_take_no_week() -> None:
    survey, waits = BASELINE, replace(CHANGE, after=None, when=(EvidenceKind.GESTURE,))
    late = replace(LEARN, at=datetime(2027, 1, 4, 9, 0))  # noqa: DTZ001 by each person's own clock
    assert by_week(replace(READY, steps=(survey, LEARN, waits, late))) == {FIRST: 1}
    assert by_week(FULL) == {FIRST: 1, SECOND: 3}
    assert by_week(DRAFT) == {}


def test_two_campaigns_collide_in_the_weeks_in_which_they_exceed_the_budget_together() -> None:
    assert crowded(READY, FULL) == (FIRST, SECOND)[:1]
    assert crowded(READY, FULL, cap=3) == ()
    later = replace(READY, period=Period(starts=THIRD, ends=date(2026, 12, 31)))
    assert crowded(READY, later) == ()
    one = replace(READY, steps=(LEARN,))
    assert crowded(one, one) == ()


def test_whoever_may_come_to_be_in_an_audience_counts() -> None:
    audience = CampaignAudience(
        include=(Slice(segments=("sales",), stages=(Stage.UNAWARE,)), Slice(did=(EvidenceKind.QUIZ,))),
        exclude=(Slice(segments=("managers",)), Slice(stages=(Stage.ACTION,))),
    )
    assert whatever_their_stage(audience) == CampaignAudience(
        include=(Slice(segments=("sales",)), Slice(everyone=True)), exclude=(Slice(segments=("managers",)),)
    )
