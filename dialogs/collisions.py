"""Collisions: two campaigns that would take the same people's attention in the same weeks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from dialogs.attention import MESSAGES_WEEK
from dialogs.campaign import Campaign, CampaignAudience, Delay, Slice
from dialogs.catalog import Localized
from dialogs.periods import week_of

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """A campaign that shares people with another one in these weeks, by their Monday: together they'd send them more than the budget lets through."""

    name: str
    function: str
    titles: Localized
    people: int
    weeks: tuple[date, ...]


def by_week(campaign: Campaign) -> Mapping[date, int]:
    """Return how many messages a campaign would send to one person in each week, by its Monday.

    As it's written: nobody is skipped, nothing waits. Surveys spend asks instead, and what waits for evidence may never come.
    """
    if campaign.period is None:
        return {}
    counted, day = Counter[date](), campaign.period.starts
    for step in campaign.steps:
        if step.when:
            continue
        day = step.at.date() if step.at else _later(day, step.after) if step.after else day
        if step.kind != "survey" and campaign.period.starts <= day <= campaign.period.ends:
            counted[week_of(day)] += 1
    return counted


def crowded(one: Campaign, other: Campaign, cap: int = MESSAGES_WEEK) -> tuple[date, ...]:
    """Return the weeks in which both campaigns send something, together more than `cap` messages to one person."""
    first, second = by_week(one), by_week(other)
    return tuple(week for week in sorted(first.keys() & second.keys()) if first[week] + second[week] > cap)


def whatever_their_stage(audience: CampaignAudience) -> CampaignAudience:
    """Return an audience that leaves out nobody by what they know or did: stages move, so whoever may come to be in it counts."""
    kept = tuple(each for each in audience.exclude if not (each.stages or each.did))
    return CampaignAudience(include=tuple(map(_at_any_stage, audience.include)), exclude=kept)


def _at_any_stage(people: Slice) -> Slice:
    wider = replace(people, stages=(), did=())
    return replace(wider, everyone=True) if wider == Slice() else wider


def _later(day: date, delay: Delay) -> date:
    match delay.unit:
        case "hours":
            return day + timedelta(days=delay.time // 24)
        case "days":
            return day + timedelta(days=delay.time)
        case _:
            *_, last = (day, *_working_days(day, delay.time))
            return last


def _working_days(day: date, number: int) -> Iterator[date]:
    while number:
        day += _DAY
        if day.weekday() < _SATURDAY:
            number -= 1
            yield day
