"""How large a campaign has to be for its objective to be judged, and which mix of messages its people would need."""

from collections.abc import Iterator
from typing import Final

from dialogs import balance, power
from dialogs.campaign import Campaign, Declared, Histogram
from dialogs.campaign_words import kind_in_words
from dialogs.campaigning import Reach, rank_counts
from dialogs.ladder import Stage
from dialogs.messages import Block, Bullets, Text
from dialogs.texts import Texts
from dialogs.turn import Context

MIX: Final = 8  # messages of a proposed mix; campaigns have 6 to 12


def said(context: Context, campaign: Campaign, reach: Reach | None) -> str | None:
    """Say how many people the objective needs, and what those that it reaches can show; None while there's nothing to say.

    `reach` is that of the very audience, None where it isn't counted.
    """
    t, wanted, control = context.t, campaign.objective, campaign.control
    if wanted.stage is None or wanted.target is None or wanted.benchmark is None:
        return None
    if isinstance(wanted.benchmark, Declared):
        start: float | None = wanted.benchmark.share
    else:
        known = reach is not None and any(rank_counts(reach.stages))  # of a few, where they stand is told to nobody
        start = _there(reach.stages if reach and known else _everybody(context, campaign), wanted.stage)
    if start is None:
        return None
    if start >= wanted.target:
        return t("{share} are there already, and the target is {target}: aim higher.", share=t.percent(start), target=t.percent(wanted.target))
    if control is None:
        return t("Without a group that gets no message, nobody will know what would have happened anyway.")
    size = reach.people / reach.teams if reach and reach.teams else 1.0
    needed = power.needed(start, wanted.target, control.share, by=control.by, team_size=size)
    enough = t.many(
        "To tell whether it worked, it needs about {number} person.", "To tell whether it worked, it needs about {number} people.", needed
    )
    if reach is None:
        return enough
    smallest = power.detectable(reach.people, start, control.share, by=control.by, team_size=size)
    if smallest is None:
        return " ".join((enough, t("So few people can't show any difference.")))
    points = t.many("{number} point of 100", "{number} points of 100", max(1, round(100 * smallest)))
    return " ".join((enough, t("The smallest difference that so many people show: {points}.", points=points)))


def headcount(t: Texts, reach: Reach) -> str:
    """Say how many people a campaign is for."""
    people = t.many("{number} person", "{number} people", reach.people)
    if reach.at_most:
        return t("It's for {people} at most: it goes by what they know or did, and that isn't counted beforehand.", people=people)
    return t("It's for about {people} today.", people=people) if reach.about else t("It's for {people} today.", people=people)


def mix(context: Context, campaign: Campaign) -> Iterator[Block]:
    """Yield a mix of messages for where people are today, as far as that's known."""
    histogram = _everybody(context, campaign)
    if histogram is None or not sum(rank_counts(histogram)):
        return
    t = context.t
    yield Text(text=t("A mix for where people are today"), strong=True)
    proposed = balance.proposed(histogram, MIX)
    yield Bullets(items=tuple(f"{number} × {kind_in_words(t, kind)}" for kind, number in proposed.items() if number))


def _everybody(context: Context, campaign: Campaign) -> Histogram | None:
    return context.campaigning.histogram.get(campaign.function) if context.campaigning else None


def _there(histogram: Histogram | None, stage: Stage) -> float | None:
    """Return the share of people at a stage or beyond; None of nobody."""
    counts = rank_counts(histogram) if histogram else ()
    return sum(counts[stage.rank :]) / sum(counts) if sum(counts) else None
