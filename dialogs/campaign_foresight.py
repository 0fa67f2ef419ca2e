"""Foresight: what a campaign would send to whom and when, as things stand, before anything is planned: the dry run, and its totals."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dialogs.audience import Addressee, LeftOut, left_out
from dialogs.campaign import Campaign, Histogram
from dialogs.campaign_plan import next_turn
from dialogs.campaigning import Reach
from dialogs.delivery import Reason
from dialogs.draw import ArmName, arm_of, variant_of, wave_of
from dialogs.ladder import Stage
from dialogs.working_time import WorkingHours, opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A step as somebody would get it: the variant (None for the default), when (UTC), or why it'd be skipped.

    `at` is None for what waits for evidence, and for all that comes after it.
    """

    step: str
    variant: str | None
    at: datetime | None
    skipped: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """Somebody as a campaign would treat them: why they're left out, else in which arm they are, and each step that it walks through."""

    one: Addressee
    left_out: LeftOut | None
    arm: ArmName = "treated"
    steps: tuple[Foreseen, ...] = ()


def foresee(campaign: Campaign, one: Addressee, begins: datetime, ends: datetime, hours: WorkingHours, people: int) -> Prospect:
    """Return what somebody would get of a campaign of so many `people` that begins and ends at these times, if each message were sent at once."""
    why = left_out(campaign.audience, one)
    if why is not None:
        return Prospect(one=one, left_out=why)
    arm, at, known, wave = arm_of(campaign, one), begins, True, wave_of(campaign, one, people)
    steps: list[Foreseen] = []
    while (turn := next_turn(campaign, arm, steps[-1].step if steps else "", at, hours, wave=wave)) is not None:
        known = known and turn.not_before is not None
        if turn.not_before is not None:
            at = opening(hours, turn.not_before)
        variant = variant_of(campaign, turn.step, one)
        steps.append(
            Foreseen(
                step=turn.step.id,
                variant=None if variant is None else variant.id,
                at=at if known else None,
                skipped=_skipped(one, turn.step.stage, turn.step.kind in ("survey", "success"), over=known and at >= ends),
            )
        )
    return Prospect(one=one, left_out=None, arm=arm, steps=tuple(steps))


def _skipped(one: Addressee, stage: Stage, for_all: bool, *, over: bool) -> Reason | None:
    if over:
        return Reason.OVER
    if not one.reachable:
        return Reason.UNREACHABLE
    if one.paused:
        return Reason.PAUSED
    return Reason.ALREADY_THERE if not for_all and one.stage.rank >= stage.rank else None


def count_reach(campaign: Campaign, ones: Iterable[Addressee]) -> Reach:
    """Count whom a campaign would reach, as things stand."""
    people = held_out = unreachable = paused = there = 0
    teams: set[str] = set()
    stages, variants, others = Counter[str](), Counter[str](), Counter[str]()
    last = campaign.steps[-1].stage.rank if campaign.steps else None
    for one in ones:
        why = left_out(campaign.audience, one)
        if why is not None:
            others[why] += 1
            continue
        people += 1
        held_out += arm_of(campaign, one) == "control"
        unreachable += not one.reachable
        paused += one.paused
        there += last is not None and one.stage.rank >= last
        teams.add(one.team)
        stages[one.stage.value] += 1
        if campaign.steps:
            variant = variant_of(campaign, campaign.steps[0], one)
            variants["" if variant is None else variant.id] += 1
    return Reach(
        people=people,
        held_out=held_out,
        unreachable=unreachable,
        paused=paused,
        there=there,
        teams=len(teams),
        stages=Histogram(**stages),
        variants=dict(variants),
        left_out=dict(others),
    )
