"""A verdict in words: one sentence for whoever decides, what it rests on, and how a campaign goes while it runs."""

from collections.abc import Iterator
from typing import Final, assert_never
from uuid import UUID, uuid5

from dialogs.campaign import Campaign, Histogram
from dialogs.campaign_words import stage_in_words
from dialogs.campaigning import rank_counts
from dialogs.catalog import Company, Function
from dialogs.delivery import Delivery, Kind
from dialogs.events import Reference
from dialogs.ladder import Stage
from dialogs.messages import Block, Bullets, Message, Note, Picture, Text, Title
from dialogs.power import needed
from dialogs.scores import SCORE_FLOOR
from dialogs.sheet import badge, short_name
from dialogs.texts import Texts
from dialogs.verdict import Arm, Lift, Verdict

VERDICT: Final = "verdict"  # the cause of a verdict's delivery; the cause's id is the campaign's name
_NAMESPACE: Final = UUID("1f7a4c52-9d0e-5b8a-8c33-64b1d7e2a905")


def sentence(t: Texts, verdict: Verdict, function: Function, campaign: Campaign) -> str:
    """Say what a campaign came to, and what to do next, in words that need no statistics."""
    said = _came_to(t, verdict)
    return f"{said} {_next(t, verdict, function, campaign)}"


def details(t: Texts, verdict: Verdict, company: Company | None = None) -> tuple[str, ...]:
    """Say what a verdict rests on, a line a figure; `company` names its segments."""
    return tuple(_details(t, verdict, company))


def message(t: Texts, verdict: Verdict, function: Function, campaign: Campaign, company: Company, picture: Picture | None = None) -> Message:
    """Return what a function is told of its campaign; `picture` shows where its people stood, and stand."""
    blocks: list[Block] = [
        Title(text=t("What it came to: “{title}”", title=campaign.titles.to(t.language)), badge=badge(function, t.language)),
        Text(text=sentence(t, verdict, function, campaign), strong=True),
    ]
    if picture is not None:
        blocks.append(picture)
    blocks.append(Bullets(items=details(t, verdict, company)))
    blocks.append(Note(text=how(t, verdict)))
    return Message(language=t.language, blocks=tuple(blocks))


def planned(campaign: Campaign, to: str | Reference, told: Message) -> Delivery:
    """Return the verdict's delivery: one a campaign, however often it's planned."""
    key = uuid5(_NAMESPACE, campaign.name)
    return Delivery(key=key, kind=Kind.DIGEST, cause_kind=VERDICT, cause_id=campaign.name, to=to, message=told, function=campaign.function)


def progress(t: Texts, before: Histogram, now: Histogram, stage: Stage, target: float) -> tuple[str, ...]:
    """Say how those who get a campaign's messages stand while it runs: no verdict, and nothing of its control group.

    Fewer than `SCORE_FLOOR` people aren't shown.
    """
    people = sum(rank_counts(now))
    if people < SCORE_FLOOR:
        return (t("Under way. Fewer than {floor} people are in it, so no figure is shown.", floor=SCORE_FLOOR),)
    share, former = (sum(rank_counts(each)[stage.rank :]) / people for each in (now, before))
    return (
        t(
            "Under way: {share} of those whom the messages are for {do}; they were {former}, and the target is {target}.",
            share=t.percent(share),
            do=_do(t, stage),
            former=t.percent(former),
            target=t.percent(target),
        ),
        stages(t, t("When it started"), before),
        stages(t, t("Now"), now),
        t("What it came to is said once it's over, and not before: to look early and often finds what isn't there."),
    )


def stages(t: Texts, label: str, histogram: Histogram) -> str:
    """Say how many people are at each stage."""
    told = ", ".join(f"{stage_in_words(t, stage)} {number}" for stage, number in zip(Stage, rank_counts(histogram), strict=True))
    return t("{label}: {stages}", label=label, stages=told)


def how(t: Texts, verdict: Verdict) -> str:
    """Say what counts, and who."""
    if verdict.controlled:
        return t(
            "Everybody counts in the group that was drawn for them, whatever reached them, and only acts that both groups could leave count. "
            "Where it says “between”, the truth lies there 19 times in 20."
        )
    return t("Everybody whom the messages were for counts, whatever reached them. Where it says “between”, the truth lies there 19 times in 20.")


def _came_to(t: Texts, verdict: Verdict) -> str:
    if verdict.too_few:
        return t("Too small to tell: with fewer than {floor} people in a group, no figure is shown.", floor=SCORE_FLOOR)
    told = {"share": t.percent(verdict.treated.share), "do": _do(t, verdict.stage), "target": t.percent(verdict.target)}
    if verdict.lift is None:
        return _alone(t, verdict, told)
    told |= {"lift": _lift(t, verdict.lift)}
    match verdict.conclusion:
        case "reached":
            return t("Reached: {share} of those whom the messages were for {do}, {lift}.", **told)
        case "not_reached":
            return t("Not reached: {share} of those whom the messages were for {do}, {lift}; the target was {target}.", **told)
        case "too_small":
            return t("Too small to tell: {share} of those whom the messages were for {do}, {lift}; the target was {target}.", **told)
        case _:
            assert_never(verdict.conclusion)


def _alone(t: Texts, verdict: Verdict, told: dict[str, str]) -> str:
    """Say it of a campaign that had no control group."""
    low, high = verdict.interval
    told |= {"low": t.percent(low), "high": t.percent(high)}
    match verdict.conclusion:
        case "reached":
            return t("Reached: {share} of those whom the messages were for {do} (between {low} and {high}); the target was {target}.", **told)
        case "not_reached":
            return t("Not reached: {share} of those whom the messages were for {do} (between {low} and {high}); the target was {target}.", **told)
        case "too_small":
            return t(
                "Too small to tell: {share} of those whom the messages were for {do} (between {low} and {high}); the target was {target}.", **told
            )
        case _:
            assert_never(verdict.conclusion)


def _next(t: Texts, verdict: Verdict, function: Function, campaign: Campaign) -> str:
    named = {"function": short_name(function, t.language)}
    if verdict.conclusion == "reached":
        if verdict.lift is None:
            return t("Nobody knows what would have happened anyway: next time, a comparison group will tell.")
        return t("The messages did it: {function} can keep what worked, and offer it to the others.", **named)
    if verdict.conclusion == "too_small":
        return _larger(t, verdict, campaign)
    if verdict.lift is not None and verdict.lift.low > 0:
        return t("The messages moved people, less far than hoped: {function} can keep what worked, and aim for the next step.", **named)
    return t("It teaches that words alone don't move this: {function} can ask a few people what would make it easier, and try that next.", **named)


def _larger(t: Texts, verdict: Verdict, campaign: Campaign) -> str:
    """Say how many people would tell, where that's known and more than there were."""
    share = campaign.control.share if campaign.control and verdict.controlled else 0.0
    people, size = verdict.treated.people + verdict.control.people, 1.0
    if teams := verdict.treated.teams + verdict.control.teams:
        size = people / teams
    if verdict.benchmark < verdict.target:
        enough = needed(verdict.benchmark, verdict.target, share, by=verdict.by, team_size=size)
        if enough > people:
            return t.many("With {number} person in it, the next one can tell.", "With {number} people in it, the next one can tell.", enough)
    return t("Nothing is lost: what they did stays, and a longer campaign can tell.")


def _details(t: Texts, verdict: Verdict, company: Company | None) -> Iterator[str]:
    yield t("Aimed for: from {benchmark} to {target}.", benchmark=t.percent(verdict.benchmark), target=t.percent(verdict.target))
    if verdict.too_few:
        return
    yield t("Got the messages: {arm}.", arm=_arm(t, verdict.treated))
    if verdict.lift is not None:
        yield t("Comparison group: {arm}.", arm=_arm(t, verdict.control))
        if verdict.by == "team":
            yield t(
                "Whole teams were drawn: {treated} got the messages, {control} didn't.",
                treated=t.many("{number} team", "{number} teams", verdict.treated.teams),
                control=t.many("{number} team", "{number} teams", verdict.control.teams),
            )
        yield t("The difference: {lift}.", lift=_lift(t, verdict.lift))
    yield stages(t, t("When it started"), verdict.before)
    yield stages(t, t("At the end"), verdict.after)
    for move in verdict.moves:
        yield t.many(
            "{number} person went from {before} to {after}.",
            "{number} people went from {before} to {after}.",
            move.people,
            before=stage_in_words(t, move.before),
            after=stage_in_words(t, move.after),
        )
    for segment, (treated, control) in verdict.segments.items():
        yield _segment(t, _named(t, company, segment), treated, control if verdict.lift is not None else None)


def _segment(t: Texts, name: str, treated: Arm, control: Arm | None) -> str:
    told = {"segment": name, "share": t.percent(treated.share), "people": treated.people}
    if control is None:
        return t("{segment}: {share} of {people}.", **told)
    return t(
        "{segment}: {share} of {people}, and {other} of {others} in the comparison group.",
        **told,
        other=t.percent(control.share),
        others=control.people,
    )


def _named(t: Texts, company: Company | None, segment: str) -> str:
    names = company.segments.get(segment) if company else None
    return names.to(t.language) if names else segment


def _arm(t: Texts, arm: Arm) -> str:
    return t(
        "{share} ({there} of {people}), {former} when it started",
        share=t.percent(arm.share),
        there=arm.there,
        people=arm.people,
        former=t.percent(arm.before / arm.people),
    )


def _lift(t: Texts, lift: Lift) -> str:
    """Say a difference in points, with its interval; signs that tell nothing are left out."""
    number = round(abs(lift.difference) * 100)
    between = {"low": _signed(lift.low), "high": _signed(lift.high)}
    if number == 0:
        return t("as many as in the comparison group (a difference between {low} and {high} points)", **between)
    if lift.difference > 0:
        return t.many(
            "{number} point more than the comparison group (between {low} and {high})",
            "{number} points more than the comparison group (between {low} and {high})",
            number,
            **between,
        )
    return t.many(
        "{number} point less than the comparison group (a difference between {low} and {high})",
        "{number} points less than the comparison group (a difference between {low} and {high})",
        number,
        **between,
    )


def _signed(share: float) -> str:
    points = round(share * 100)
    return f"\N{MINUS SIGN}{-points}" if points < 0 else str(points)


def _do(t: Texts, stage: Stage) -> str:
    """Say what people do who are at a stage, or beyond."""
    match stage:
        case Stage.UNAWARE:
            return t("are in it")
        case Stage.AWARENESS:
            return t("now know of it")
        case Stage.COMPREHENSION:
            return t("now understand it")
        case Stage.CONVICTION:
            return t("are now convinced of it")
        case Stage.ACTION:
            return t("now do it themselves")
        case _:
            assert_never(stage)
