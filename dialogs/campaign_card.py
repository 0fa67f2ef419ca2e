"""The card of a campaign, for those who write it: what it wants, whom it reaches, what it's made of, how it stands."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from dialogs import campaign_size
from dialogs.attention import MESSAGES_WEEK
from dialogs.balance import meter, proposed
from dialogs.campaign import ALIVE, OVER, Campaign, CampaignStatus, Declared, Kept
from dialogs.campaign_actions import PreviewStep
from dialogs.campaign_moves import is_unapproved
from dialogs.campaign_rules import obstacles
from dialogs.campaign_ways import ways
from dialogs.campaign_words import (
    audience_in_words,
    kind_in_words,
    objective_in_words,
    period_in_words,
    stage_in_words,
    status_in_words,
    step_in_words,
    step_title,
)
from dialogs.campaigning import Campaigning, Known, Moved, Reach, Tally, rank_counts
from dialogs.catalog import Function
from dialogs.catalog_rules import sentences
from dialogs.collisions import Collision
from dialogs.delivery import Status
from dialogs.ladder import Stage
from dialogs.messages import Block, Bullets, Field, Fields, Item, Items, Note, Text, Title, clipped
from dialogs.request_card import function_name
from dialogs.scores import SCORE_FLOOR
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.turn import Context
from dialogs.verdict_words import sentence

STEPS: Final = 10  # on one card
_WORDS: Final = 400  # characters of what is said of an audience, or of one obstacle
_OBSTACLES: Final = 8
_COLLISIONS: Final = 3
_BEFORE: Final = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)


def card(context: Context, known: Known, function: Function, today: date) -> Iterator[Block]:
    """Yield the card of a campaign, as far as it may be shown."""
    t, kept, gathered = context.t, known.kept, context.campaigning or Campaigning()
    campaign = kept.campaign
    waiting = _obstacles(context, kept, today)
    yield Title(text=campaign.titles.to(t.language), badge=badge(function, t.language))
    yield Text(
        text=clipped(objective_in_words(t, kept) or t("Its objective isn't complete yet: what shall change, from where to where, by when."), _WORDS)
    )
    if isinstance(campaign.objective.benchmark, Declared):
        source = campaign.objective.benchmark.source.to(t.language)
        yield Note(text=clipped(t("Where the starting point comes from: {source}", source=source), _WORDS))
    yield Fields(
        fields=(
            Field(label=t("Status"), value=t("{status}, version {version}", status=status_in_words(t, kept.status), version=kept.version)),
            Field(label=t("When"), value=period_in_words(t, campaign.period)),
            Field(label=t("For whom"), value=clipped(audience_in_words(t, campaign, context.catalogue.company), _WORDS)),
        )
    )
    if note := approval_note(t, kept, gathered):
        yield Note(text=note)
    if known.reach is not None:
        yield from _reach(t, campaign, known.reach)
        if (power := campaign_size.said(context, campaign, known.reach)) is not None:
            yield Note(text=power)
    yield from _collisions(context, known.colliding)
    if known.tally is not None:
        yield from _standing(t, known.tally, context, over=kept.status in OVER)
    if known.moved is not None:
        yield from _moved(t, known.moved, campaign.objective.stage)
    if known.verdict is not None:
        yield Text(text=sentence(t, known.verdict, function, campaign), strong=True)
    yield from _steps(t, campaign)
    if kept.status in _BEFORE:
        yield from _balance(t, campaign, known, gathered)
        if waiting:
            yield Text(text=t("What it still needs to be scheduled"), strong=True)
            yield Bullets(items=waiting)
    yield from ways(context, known, complete=not waiting)


def approval_note(t: Texts, kept: Kept, gathered: Campaigning) -> str | None:
    """Say who approved a campaign as it is, or that somebody has to; None where nobody has to."""
    campaign = kept.campaign
    if campaign.function not in gathered.approval or kept.status in OVER:
        return None
    if not is_unapproved(kept, gathered.approval):
        return t("{name} approved this version.", name=_who(t, kept.approved_by, gathered))
    if kept.asked_by is not None:
        return t("{name} asked for its approval. Whoever wrote it last, or asked, doesn't approve it.", name=_who(t, kept.asked_by, gathered))
    if kept.status in ALIVE and kept.approved is not None:
        return t("What was changed goes out once a second person has approved it.")
    return t("A second person approves it before it's scheduled.")


def _who(t: Texts, kept: str | None, gathered: Campaigning) -> str:
    return gathered.names.get(kept or "", kept if kept and " " in kept else t("Somebody"))


def _obstacles(context: Context, kept: Kept, today: date) -> tuple[str, ...]:
    if kept.status not in _BEFORE:
        return ()
    told = tuple(clipped(sentences(fault.what, fault.fix), _WORDS) for fault in obstacles(kept.campaign, context.t, context.catalogue, today))
    more = len(told) - _OBSTACLES
    return told if more <= 0 else (*told[:_OBSTACLES], context.t.many("and {number} more", "and {number} more", more))


def _reach(t: Texts, campaign: Campaign, reach: Reach) -> Iterator[Block]:
    yield Text(text=campaign_size.headcount(t, reach))
    told = []
    if reach.held_out and campaign.control is not None:
        told.append(
            t.many(
                "about {number} of them gets only the questions, to tell what would have happened anyway",
                "about {number} of them get only the questions, to tell what would have happened anyway",
                reach.held_out,
            )
        )
    if reach.there:
        told.append(t.many("{number} is there already, and is left in peace", "{number} are there already, and are left in peace", reach.there))
    if reach.unreachable:
        told.append(
            t.many(
                "{number} has never spoken to me, so I can't write to them",
                "{number} have never spoken to me, so I can't write to them",
                reach.unreachable,
            )
        )
    if reach.paused:
        told.append(t.many("{number} wants to be left in peace for now", "{number} want to be left in peace for now", reach.paused))
    told += _left_out(t, reach)
    if told:
        yield Bullets(items=tuple(told))
    if reach.told_of is not None and reach.told_of < reach.people:
        yield Note(text=t("Where people stand, and who wants to be left in peace, is told of groups of five and more."))


def _left_out(t: Texts, reach: Reach) -> Iterator[str]:
    if excluded := reach.left_out.get("excluded"):
        yield t.many("{number} isn't reached: you left them out", "{number} aren't reached: you left them out", excluded)
    if outside := reach.left_out.get("outside"):
        yield t.many("{number} isn't reached: it's not for them", "{number} aren't reached: it's not for them", outside)
    if guests := reach.left_out.get("guest"):
        yield t.many("{number} is never reached: a guest", "{number} are never reached: guests", guests)


def _collisions(context: Context, colliding: tuple[Collision, ...]) -> Iterator[Block]:
    t = context.t
    for each in colliding[:_COLLISIONS]:
        yield Note(text=collision_in_words(context, each))
    if (more := len(colliding) - _COLLISIONS) > 0:
        yield Note(text=t.many("and {number} more campaign at the same time", "and {number} more campaigns at the same time", more))


def collision_in_words(context: Context, each: Collision) -> str:
    """Say which campaign takes the same people's attention, and what that comes to."""
    t = context.t
    return t(
        "“{title}” of {function} reaches {people} of the same people in the same weeks ({weeks}). "
        "Nobody gets more than {cap} messages a week, so some of yours will come later, or not before the end.",
        title=each.titles.to(t.language),
        function=function_name(t, context.catalogue, each.function),
        people=each.people,
        weeks=", ".join(t.day(week) for week in each.weeks[:STEPS]),
        cap=MESSAGES_WEEK,
    )


def _standing(t: Texts, tally: Tally, context: Context, *, over: bool) -> Iterator[Block]:
    people = tally.members + tally.held_out
    if over and not people:
        return  # who was in it is forgotten by now; what it came to is told
    if people < SCORE_FLOOR:
        yield Note(text=t("Fewer than five people are in it so far. What so few got and did would be about somebody, so it isn't counted here."))
        return
    yield Text(text=identity(t, tally))
    told = []
    if tally.to_come:
        told.append(t.many("{number} message follows", "{number} messages follow", tally.to_come))
    if answers := sum(tally.responses.values()):
        told.append(t.many("{number} tap or answer", "{number} taps and answers", answers))
    if tally.corrected:
        told.append(t.many("{number} corrected", "{number} corrected", tally.corrected))
    if tally.recalled:
        told.append(t.many("{number} taken back", "{number} taken back", tally.recalled))
    if tally.ends_about is not None:
        told.append(t("the last one about {moment}", moment=t.moment(tally.ends_about, context.hours.timezone)))
    if told:
        yield Note(text=" · ".join(told))


def identity(t: Texts, tally: Tally) -> str:
    """Say how a campaign's deliveries stand: all that were planned, and what became of each."""
    names = {
        Status.PLANNED: t("planned"),
        Status.SENDING: t("sending"),
        Status.SENT: t("sent"),
        Status.FAILED: t("failed"),
        Status.SKIPPED: t("skipped"),
        Status.UNKNOWN: t("unknown"),
    }
    parts = " + ".join(f"{tally.count(status)} {name}" for status, name in names.items())
    return t.many("{number} message = {parts}", "{number} messages = {parts}", tally.targeted, parts=parts)


def _moved(t: Texts, moved: Moved, wanted: Stage | None) -> Iterator[Block]:
    """Say how its people stand, in counts; before the end it's progress, and no verdict."""
    stages = tuple(Stage)
    lines = (
        t("{stage}: {before} → {now}", stage=stage_in_words(t, stage), before=before, now=now)
        for stage, before, now in zip(stages, rank_counts(moved.before), rank_counts(moved.now), strict=True)
    )
    yield Text(text=t.many("How its {number} person moved", "How its {number} people moved", moved.people), strong=True)
    yield Bullets(items=tuple(lines))
    if wanted is not None:
        before, now = (sum(rank_counts(each)[wanted.rank :]) / moved.people for each in (moved.before, moved.now))
        at = t("At “{stage}” or beyond: {before} → {now}.", stage=stage_in_words(t, wanted), before=t.percent(before), now=t.percent(now))
        yield Note(text=at + " " + t("Stages of fewer than five people are counted with the one below."))


def _steps(t: Texts, campaign: Campaign) -> Iterator[Block]:
    if not campaign.steps:
        return
    yield Text(text=t.many("Its message", "Its {number} messages", len(campaign.steps)), strong=True)
    shown = campaign.steps[:STEPS]
    items = (
        Item(
            title=f"{number}. {step_title(t, step)}",
            detail=step_in_words(t, step),
            open=t("Preview"),
            action=PreviewStep(name=campaign.name, step=step.id, language=t.language),
        )
        for number, step in enumerate(shown, start=1)
    )
    yield Items(items=tuple(items))
    if rest := campaign.steps[STEPS:]:
        more = ", ".join(step_title(t, step) for step in rest)
        yield Note(
            text=clipped(
                t("Then: {titles}. The command line shows them: pourqui campaign preview {name}", titles=more, name=campaign.name), 2 * _WORDS
            )
        )


def _balance(t: Texts, campaign: Campaign, known: Known, gathered: Campaigning) -> Iterator[Block]:
    if not campaign.steps:
        return
    stages = known.reach.stages if known.reach and any(rank_counts(known.reach.stages)) else gathered.histogram.get(campaign.function)
    has = ", ".join(f"{kind_in_words(t, kind)} {number}" for kind, number in meter(campaign).items() if number)
    yield Note(text=t("Its mix: {mix}.", mix=has))
    if stages is not None and any(rank_counts(stages)):
        wants = ", ".join(f"{kind_in_words(t, kind)} {number}" for kind, number in proposed(stages, len(campaign.steps)).items() if number)
        yield Note(text=t("For people who stand where these do, try: {mix}.", mix=wants))
