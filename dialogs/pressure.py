"""Pressure: what the coming weeks hold for the people whom campaigns are for, so that functions see each other before their readers do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations

from dialogs.audience import Addressee, left_out
from dialogs.campaign import Campaign
from dialogs.collisions import by_week, whatever_their_stage
from dialogs.draw import arm_of

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """One week, by its Monday: the messages that each campaign would send (`messages`, by name), to how many `people` altogether.

    `most` is how many come to one person, `above` how many people would get more than the budget lets through: theirs wait for a later week.
    `shared` counts, for each two campaigns of that week, the people above the budget who are in both.
    """

    begins: date
    messages: Mapping[str, int] = field(default_factory=dict)
    people: int = 0
    most: int = 0
    above: int = 0
    shared: Mapping[tuple[str, str], int] = field(default_factory=dict)


class Forecast:
    """Adds up what people would get of these campaigns, in so many `weeks` from a Monday on, under a budget of `cap` messages a week.

    As the campaigns are written: whoever may come to be in an audience counts, nobody is skipped as already there, and surveys spend no message.
    """

    def __init__(self, campaigns: Sequence[Campaign], first: date, weeks: int, cap: int) -> None:
        self._campaigns = [(campaign, whatever_their_stage(campaign.audience), by_week(campaign)) for campaign in campaigns]
        self._weeks, self._cap = [first + number * _WEEK for number in range(weeks)], cap
        self._messages = {week: Counter[str]() for week in self._weeks}
        self._people, self._most, self._above = Counter[date](), Counter[date](), Counter[date]()
        self._shared = {week: Counter[tuple[str, str]]() for week in self._weeks}

    def add(self, one: Addressee) -> None:
        """Count what somebody would get."""
        theirs = [
            (campaign.name, weekly)
            for campaign, audience, weekly in self._campaigns
            if left_out(audience, one) is None and arm_of(campaign, one) == "treated"
        ]
        for week in self._weeks if theirs else ():
            got = {name: weekly[week] for name, weekly in theirs if weekly.get(week)}
            total = sum(got.values())
            if not total:
                continue
            self._messages[week].update(got)
            self._people[week] += 1
            self._most[week] = max(self._most[week], total)
            if total > self._cap:
                self._above[week] += 1
                self._shared[week].update(combinations(sorted(got), 2))

    def calendar(self) -> tuple[Pressure, ...]:
        """Return the weeks, in order."""
        return tuple(
            Pressure(
                begins=week,
                messages=dict(sorted(self._messages[week].items())),
                people=self._people[week],
                most=self._most[week],
                above=self._above[week],
                shared=dict(sorted(self._shared[week].items())),
            )
            for week in self._weeks
        )
