"""The plan of a campaign: the steps that somebody walks, which comes next and when, and what is sent of it.

Both arms walk by one rule; the control group only through the surveys, at the times at which it'd have come to them among all the steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from dialogs.campaign import Campaign, Priority, Step
from dialogs.catalog import Promise
from dialogs.delivery import Kind
from dialogs.draw import ArmName
from dialogs.ladder import EvidenceKind
from dialogs.working_time import WorkingHours, due, shown_at

PRIORITIES: Final[Mapping[Priority, int]] = {"high": 1, "normal": 0, "low": -1}
LOOK_SOON: Final = timedelta(minutes=5)  # until a message that should have gone is looked at again
LOOK_LATER: Final = timedelta(hours=1)  # where what follows is a day off at least, or waits for evidence
_NAMESPACE: Final = UUID("2f9e2d6e-90c5-5ad4-8b34-3a2f5b0f7c61")
_LONG_HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is: what the next step of somebody is, and from when on it may be sent (UTC); None waits for evidence.

    `position` is the number of the step among those of the campaign, from 0.
    """

    step: Step
    position: int
    not_before: datetime | None


def delivery_key(campaign: str, step: str, person: str, occurrence: int = 1) -> UUID:
    """Return the key of a step's message to somebody; `occurrence` counts those that they wanted to come again."""
    return uuid5(_NAMESPACE, f"{campaign}|{step}|{person}|{occurrence}")


def kind_of(step: Step) -> Kind:
    """Return what a step's message is: a survey asks something of everybody alike, all else teaches."""
    return Kind.PROMPT if step.kind == "survey" else Kind.CAMPAIGN


def walks(step: Step, arm: ArmName) -> bool:
    """Tell whether an arm walks through a step."""
    return arm == "treated" or step.kind == "survey"


def has_next(campaign: Campaign, arm: ArmName, position: int) -> bool:
    """Tell whether an arm walks through any step after that position."""
    return any(walks(step, arm) for step in campaign.steps[position + 1 :])


def before(campaign: Campaign, arm: ArmName, step_id: str) -> str:
    """Return the step that an arm walks through before this one, "" for none."""
    return next((step.id for step in reversed(campaign.steps[: position_of(campaign, step_id) or 0]) if walks(step, arm)), "")


def position_of(campaign: Campaign, step_id: str) -> int | None:
    """Return the number (from 0) of a step, None for one that isn't there."""
    return next((number for number, step in enumerate(campaign.steps) if step.id == step_id), None)


def kept_place(former: Campaign, campaign: Campaign, step_id: str) -> str:
    """Return the step that somebody stays at after an edit: theirs, else the last before it that's still there, "" for before the first."""
    for step in reversed(former.steps[: (position_of(former, step_id) or 0) + 1]):
        if campaign.step(step.id) is not None:
            return step.id
    return ""


def is_timed_alike(former: Campaign, campaign: Campaign, step_id: str) -> bool:
    """Tell whether an edit leaves the time of a step as it was."""
    before, after = former.step(step_id), campaign.step(step_id)
    if before is None or after is None:
        return False
    begins_alike = (former.period, former.wave) == (campaign.period, campaign.wave) or position_of(campaign, step_id) != 0
    return begins_alike and (before.at, before.after, before.when) == (after.at, after.after, after.when)


def next_turn(
    campaign: Campaign,
    arm: ArmName,
    step_id: str,
    ended: datetime,
    hours: WorkingHours,
    *,
    wave: int = 0,
    left: frozenset[EvidenceKind] = frozenset(),
) -> Turn | None:
    """Return what comes after a step ("" for none yet) that ended at a time; None at the end of the chain.

    `wave` counts the working days of theirs after which somebody begins. `left` is the evidence that they left since they entered.
    """
    here = position_of(campaign, step_id)
    first = Promise(time=wave, unit="working_days") if wave and not step_id else None
    at = ended if first is None else _later(hours, ended, first)
    for position in range(0 if here is None else here + 1, len(campaign.steps)):
        step = campaign.steps[position]
        at = _time_of(step, at, hours, None if position else first)
        if walks(step, arm):
            waits = bool(step.when) and left.isdisjoint(step.when)
            return Turn(step=step, position=position, not_before=None if waits else at)
    return None


def _time_of(step: Step, former: datetime, hours: WorkingHours, first: Promise | None) -> datetime:
    """Return when a step may be sent, whose former one ended at a time; the `first` of a wave comes on a later day, at the same time."""
    if step.at is not None:
        at = _shown_at(hours.timezone, step.at)
        return max(former, at if first is None else _later(hours, at, first))
    if step.after is not None:
        return _later(hours, former, Promise(time=step.after.time, unit=step.after.unit))
    return former


# those who begin together share their times by the thousand
_later: Final = lru_cache(maxsize=4096)(due)
_shown_at: Final = lru_cache(maxsize=4096)(shown_at)


def look_again(campaign: Campaign, step_id: str, at: datetime) -> datetime:
    """Return when to look whether a step's message that may be sent at a time was: what follows may be a while off anyway."""
    here = position_of(campaign, step_id)
    delay = next((step.after for step in campaign.steps[0 if here is None else here + 1 :]), None)
    is_long = delay is not None and (delay.unit != "hours" or delay.time >= _LONG_HOURS)
    return at + (LOOK_LATER if is_long else LOOK_SOON)
