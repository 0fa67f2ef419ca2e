"""Steering: a campaign moved on, by who may."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, assert_never
from uuid import uuid5

from dialogs.campaign import ALIVE, CampaignStatus, Kept, Step
from dialogs.campaign_actions import DropStep, SteerCampaign
from dialogs.campaign_approval import back, deciders, told_of_approval
from dialogs.campaign_card import collision_in_words
from dialogs.campaign_confirmation import AT_ONCE, asked_first, concerned, name_of
from dialogs.campaign_list import gone
from dialogs.campaign_moves import NEEDS, hindrances
from dialogs.campaign_rules import obstacles
from dialogs.campaign_words import status_in_words, step_title
from dialogs.campaigning import Campaigning, Known
from dialogs.catalog import LANGUAGES, Function
from dialogs.catalog_rules import sentences
from dialogs.delivery import Delivery, Kind
from dialogs.events import Event
from dialogs.expert_gesture import told
from dialogs.facts import CampaignEdited, CampaignSteered, DeliveryPlanned
from dialogs.messages import Block, Bullets, Message, Note, Text, Title, clipped
from dialogs.periods import day_of
from dialogs.refusal import refused
from dialogs.rights import Act, may
from dialogs.sheet import badge
from dialogs.step_message import step_message
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

TEST: Final = "campaign_test"  # the cause of a message that somebody sends to themselves; the cause's id is the campaign's name
_REASONS: Final = 8  # on one card
_REASON: Final = 400  # characters of each
_DIGITS: Final = 9  # of a version; a longer number is nobody's
_NOT_STARTED: Final = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)


def steered(event: Event, context: Context, action: SteerCampaign) -> Turn:
    """Move a campaign on, or say why it can't be; what can't be undone is asked first."""
    gathered = context.campaigning or Campaigning()
    known = gathered.find(action.name)
    function = context.catalogue.function(known.kept.campaign.function) if known else None
    if known is None or function is None:
        return gone(event, context)
    if not may(context.grants, NEEDS[action.move], function.slug):
        return refused(event, context, NEEDS[action.move], function.slug, action.name)
    question = asked_first(context, known, function, action)
    hindered = hindrances(
        context.t,
        known.kept,
        action.move,
        version=known.kept.version if question else _version(action.version),
        me=gathered.me,
        approval=gathered.approval,
        granted=gathered.granted.get(function.slug, frozenset()),
        catalogue=context.catalogue,
        today=day_of(event.at, context.hours.timezone),
    )
    if hindered:
        return _hindered(event, context, known.kept, function, hindered)
    if question:
        return told(event, context, *question)
    match action.move:
        case "test":
            return _tested(event, context, known.kept, function, action)
        case "correct" | "recall":
            return _changed(event, context, known, function, action)
        case "submit" | "approve" | "return" | "schedule" | "pause" | "resume" | "cancel":
            return _moved(event, context, known, function, action)
        case _:
            assert_never(action.move)


def dropped(event: Event, context: Context, action: DropStep) -> Turn:
    """Take a step out of a campaign that hasn't started."""
    known = (context.campaigning or Campaigning()).find(action.name)
    function = context.catalogue.function(known.kept.campaign.function) if known else None
    if known is None or function is None:
        return gone(event, context)
    if not may(context.grants, Act.WRITE_CAMPAIGNS, function.slug):
        return refused(event, context, Act.WRITE_CAMPAIGNS, function.slug, action.name)
    t, kept = context.t, known.kept
    step = kept.campaign.step(action.step)
    left = replace(kept.campaign, steps=tuple(each for each in kept.campaign.steps if each.id != action.step))
    if kept.status not in _NOT_STARTED:
        status = status_in_words(t, kept.status)
        return _hindered(event, context, kept, function, (t("This campaign is {status}, so its messages stay.", status=status),))
    if step is None:
        return _hindered(event, context, kept, function, (t("This message was taken out already."),))
    if _version(action.base) != kept.version:
        return _hindered(event, context, kept, function, (t("It was changed since. Look at it as it is now, then go on from there."),))
    if kept.status is CampaignStatus.SCHEDULED:
        today = day_of(event.at, context.hours.timezone)
        if missing := tuple(sentences(fault.what, fault.fix) for fault in obstacles(left, t, context.catalogue, today)):
            return _hindered(event, context, kept, function, missing)
    return told(
        event,
        context,
        Title(text=t("Taken out"), badge=badge(function, context.language)),
        Text(text=t("“{title}” isn't part of the campaign any more.", title=step_title(t, step))),
        back(t, kept),
        facts=(CampaignEdited(campaign=left, base=kept.version),),
    )


def trial(t: Texts, kept: Kept, step: Step, function: Function, picture: str | None) -> Message:
    """Return a step's message as somebody reads it who sends it to themselves."""
    shown = step_message(t, kept.campaign, step, function, picture=picture)
    note = Note(text=t("A test of “{title}”, sent to you alone. Its buttons change nothing.", title=kept.campaign.titles.to(t.language)))
    return replace(shown, blocks=(note, *shown.blocks))


def corrected(context: Context, kept: Kept, step: Step, function: Function) -> Iterator[tuple[str, Message]]:
    """Yield what a step says now, in each language and variant; the default's is empty."""
    pictures = context.campaigning.pictures if context.campaigning else {}
    picture = pictures.get(step.picture.file) if step.picture else None
    for language in LANGUAGES:
        t = context.texts[language]
        yield "", step_message(t, kept.campaign, step, function, picture=picture)
        for variant in step.variants:
            yield variant.id, step_message(t, kept.campaign, step, function, variant=variant, picture=picture)


def _version(shown: str) -> int | None:
    return int(shown) if len(shown) <= _DIGITS and shown.isascii() and shown.isdecimal() else None


def _hindered(event: Event, context: Context, kept: Kept, function: Function, why: tuple[str, ...]) -> Turn:
    t = context.t
    reasons = tuple(clipped(each, _REASON) for each in why[:_REASONS])
    more = (Note(text=t.many("and {number} more", "and {number} more", len(why) - _REASONS)),) if len(why) > _REASONS else ()
    title = Title(text=kept.campaign.titles.to(context.language), badge=badge(function, context.language))
    shown: Block = Bullets(items=reasons) if len(reasons) > 1 else Text(text=reasons[0])
    return told(event, context, title, Text(text=t("Not yet, and nothing was changed:"), strong=True), shown, *more, back(t, kept))


def _tested(event: Event, context: Context, kept: Kept, function: Function, action: SteerCampaign) -> Turn:
    t, campaign = context.t, kept.campaign
    step = campaign.step(action.step) if action.step else next(iter(campaign.steps), None)
    if step is None:
        return _hindered(event, context, kept, function, (t("There's no such message to send: write it first."),))
    pictures = context.campaigning.pictures if context.campaigning else {}
    delivery = Delivery(
        key=uuid5(event.key, TEST),
        kind=Kind.REPLY,
        cause_kind=TEST,
        cause_id=campaign.name,
        to=context.person.id,
        message=trial(t, kept, step, function, pictures.get(step.picture.file) if step.picture else None),
    )
    return told(
        event,
        context,
        Text(text=t("I'm sending you “{title}”, as a message of its own.", title=step_title(t, step))),
        back(t, kept),
        facts=(CampaignSteered(name=campaign.name, move="test", version=kept.version, step=step.id), DeliveryPlanned(delivery=delivery)),
    )


def _changed(event: Event, context: Context, known: Known, function: Function, action: SteerCampaign) -> Turn:
    """Correct or recall what was sent of a step: what is said, and how much of it, was asked before (`campaign_confirmation`)."""
    t, kept, name = context.t, known.kept, action.step or ""
    step, tally = kept.campaign.step(name), known.tally
    if tally is None or not 0 < concerned(tally, name) <= AT_ONCE or (action.move == "correct" and step is None):
        return told(event, context, *(asked_first(context, known, function, replace(action, version="")) or ()))
    messages = tuple(corrected(context, kept, step, function)) if action.move == "correct" and step else ()
    title = Title(text=t("Corrected") if action.move == "correct" else t("Taken back"), badge=badge(function, context.language))
    said = (
        t("“{title}” says from now on what you wrote last, in place where it was sent.", title=name_of(t, kept.campaign, name))
        if action.move == "correct"
        else t("“{title}” disappears from where it was sent.", title=name_of(t, kept.campaign, name))
    )
    fact = CampaignSteered(name=kept.campaign.name, move=action.move, version=kept.version, step=name, messages=messages)
    note = Note(text=t("It takes a moment to reach everybody. The campaign's card counts it."))
    return told(event, context, title, Text(text=said), note, back(t, kept), facts=(fact,))


def _moved(event: Event, context: Context, known: Known, function: Function, action: SteerCampaign) -> Turn:
    t, kept = context.t, known.kept
    title = Title(text=kept.campaign.titles.to(context.language), badge=badge(function, context.language))
    warnings = tuple(Note(text=collision_in_words(context, each)) for each in known.colliding[:_REASONS])
    warned = warnings if action.move in ("submit", "approve", "schedule") else ()
    fact = CampaignSteered(name=kept.campaign.name, move=action.move, version=kept.version)
    notices = tuple(told_of_approval(event, context, kept, function, action))
    return told(event, context, title, Text(text=_done(context, kept, action)), *warned, back(t, kept), facts=(fact, *notices))


def _done(context: Context, kept: Kept, action: SteerCampaign) -> str:
    t, period = context.t, kept.campaign.period
    match action.move:
        case "submit":
            names = ", ".join(party.name for party in deciders(context) if party.name)
            return t("Asked: {names} can approve it now.", names=names) if names else t("Asked: any other owner, or an admin, can approve it now.")
        case "approve":
            if kept.status in ALIVE:
                return t("Approved: what was changed goes out from now on.")
            return t("Approved: an owner can schedule it now.")
        case "return":
            return t("Given back: it can be changed, and asked for again.")
        case "schedule":
            day = t.day(period.starts) if period else t("no dates yet")
            return t("Scheduled: it starts on {day}, for each person by their own clock. Until then everything can be changed.", day=day)
        case "pause":
            return t("Paused: nothing more is sent until you resume it.")
        case "resume":
            return t("It goes on.")
        case _:
            return t("Cancelled: what isn't sent yet won't be. What was sent stays.")
