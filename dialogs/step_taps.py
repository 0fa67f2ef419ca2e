"""Taps on a campaign's message, by those whom it reached."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Final, assert_never
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from dialogs import profile
from dialogs.campaign import CAMPAIGN, Question
from dialogs.campaign_actions import AnswerStep, ReplyStep, TakeStep
from dialogs.catalog import Function, Promise, is_for
from dialogs.delivery import Delivery, Kind
from dialogs.events import Event
from dialogs.facts import DeliveryPlanned, Fact
from dialogs.feedback_row import noted
from dialogs.ladder import EvidenceKind, quiz_weight
from dialogs.messages import Block, Button, Buttons, Note, Text
from dialogs.own_request import moment, say, zone
from dialogs.search.match import FunctionAsked
from dialogs.sheet import answer, short_name
from dialogs.step_card import Held, held, kept, question, shown, uncounted, unreadable
from dialogs.step_message import DONT_KNOW, OPINIONS, step_message
from dialogs.step_recall import LEAST, aided, choices
from dialogs.texts import Texts
from dialogs.turn import Context, Turn, exchange_id, is_public, segments_for
from dialogs.working_time import WorkingHours, due, is_open

AGAIN_AFTER: Final = 2  # working days
_NAMESPACE: Final = UUID("0f5d0c3e-7a0b-5d3c-8d1d-6f1c5f0a9b27")
_AGREES: Final = 4  # the least opinion that is one for it: the two upper boxes of five


def answered(event: Event, context: Context, action: AnswerStep) -> Turn:
    """Keep the answer to a step's question, and say what was right, or thanks."""
    message = held(event, context)
    if isinstance(message, Turn):
        return message
    asked = message.step.question
    if asked is None:
        return unreadable(event, context)
    match asked.kind:
        case "quiz":
            return _quiz(event, context, message, asked, action.answer)
        case "opinion":
            return _opinion(event, context, message, action.answer)
        case "recall":
            return _recall(event, context, message, action.answer)
        case _:
            assert_never(asked.kind)


def taken(event: Event, context: Context, action: TakeStep) -> Turn:
    """Show more, keep that it's done, or have the message come again later."""
    message = held(event, context)
    if isinstance(message, Turn):
        return message
    match action.does:
        case "more":
            return _more(event, context, message, action.sheet)
        case "done":
            offered = any(button.does == "done" for button in message.step.buttons)
            return _done(event, context, message) if offered else unreadable(event, context)
        case "later":
            return _later(event, context, message)
        case _:
            assert_never(action.does)


def _quiz(event: Event, context: Context, message: Held, asked: Question, tapped: str) -> Turn:
    """Say what is right and why; the first answer counts."""
    t, options = context.t, len(asked.options)
    first, right = _option(message.answer, asked), _option(str(asked.right), asked)
    chosen = first or _option(tapped, asked)
    if chosen is None or right is None or options < LEAST:
        return unreadable(event, context)
    said, true = (asked.options[number - 1].to(t.language) for number in (chosen, right))
    result = t("Yes, that's it: “{right}”.", right=true) if chosen == right else t("You chose “{said}”; it's “{right}”.", said=said, right=true)
    why = (Text(text=asked.explain.to(t.language)),) if asked.explain else ()
    facts: tuple[Fact, ...] = ()
    if first is None:
        weight = quiz_weight(chosen == right, options)
        facts = kept(event, context, message, "answer", answer=str(chosen), kind=EvidenceKind.QUIZ, weight=weight)
    after = (Text(text=result, strong=True), *why, *_before(t, first is not None), *uncounted(context, message))
    return shown(event, context, message, *after, facts=facts, without=("later",))


def _opinion(event: Event, context: Context, message: Held, value: str) -> Turn:
    """Keep an opinion; the last one counts."""
    if value not in OPINIONS:
        return unreadable(event, context)
    t, before = context.t, message.answer
    facts: tuple[Fact, ...] = ()
    if value != before:
        weight = 1.0 if int(value) >= _AGREES else -1.0
        facts = kept(event, context, message, "answer", answer=value, kind=EvidenceKind.OPINION, weight=weight)
    told = uncounted(context, message) or (noted(t, value, changed=before not in (None, value)),)
    word = Button(label=t("Add a word"), action=ReplyStep(campaign=message.campaign.name, step=message.step.id))
    return shown(event, context, message, *told, Buttons(buttons=(word,)), facts=facts, without=("later", "reply"))


def _recall(event: Event, context: Context, message: Held, slug: str) -> Turn:
    """Keep the function that was chosen among several, or show them to whoever doesn't know one; the first answer counts."""
    before = context.catalogue.function(message.answer) if message.answer else None
    if before is not None:
        return recognised(event, context, message, before, again=True)
    if slug == DONT_KNOW:
        return not_recalled(event, context, message)
    offered = choices(context.catalogue, message.campaign, message.step)
    chosen = next((each for each in offered if each.slug == slug), None)
    if chosen is None:
        return unreadable(event, context)
    weight = quiz_weight(chosen == message.function, len(offered))
    facts = kept(event, context, message, "answer", answer=slug, kind=EvidenceKind.RECALL_AIDED, weight=weight)
    return recognised(event, context, message, chosen, facts=facts)


def not_recalled(event: Event, context: Context, message: Held) -> Turn:
    """Show the functions to choose from to whoever named none that is right: from then on, they answer by choosing."""
    facts = kept(event, context, message, "answer", answer=DONT_KNOW) if message.answer is None else ()
    if not choices(context.catalogue, message.campaign, message.step):
        return recognised(event, context, message, None, facts=facts)
    ask = aided(context.t, context.catalogue, message.campaign, message.step)
    return shown(event, context, message, *ask, *uncounted(context, message), facts=facts, leads=False)


def recognised(event: Event, context: Context, message: Held, chosen: Function | None, *, again: bool = False, facts: tuple[Fact, ...] = ()) -> Turn:
    """Say whom to turn to, after somebody named a function (None for none), and what it's there for."""
    t, function = context.t, message.function
    name = short_name(function, t.language)
    if chosen == function:
        result = t("Yes, that's it: {function}.", function=name)
    elif chosen is not None:
        result = t("You chose {said}; for this, it's {function}.", said=short_name(chosen, t.language), function=name)
    else:
        result = t("For this, it's {function}.", function=name)
    purpose = (Text(text=function.purpose.to(t.language)),) if function.purpose else ()
    after: tuple[Block, ...] = (Text(text=result, strong=True), *purpose, *_before(t, again), *uncounted(context, message))
    return shown(event, context, message, *after, facts=facts, without=("later",))


def _more(event: Event, context: Context, message: Held, sheet: str | None) -> Turn:
    """Show a sheet where it's for this person, else what the function does; nothing was asked, so that no exchange is opened."""
    facts = kept(event, context, message, "more", kind=EvidenceKind.CARD_OPENED)
    found = context.catalogue.sheet(sheet) if sheet else None
    if found is None or not is_for(found[1], segments_for(event, context.person)):
        asked = FunctionAsked(slug=message.function.slug, aspect="purpose")
        return replace(profile.decide(event, context, asked, question=""), facts=facts)
    card = answer(context, *found, exchange=exchange_id(event), today=event.at.date(), public=is_public(event), quiet=False, human=True, whole=True)
    return say(event, context, *card, facts=facts)


def _done(event: Event, context: Context, message: Held) -> Turn:
    """Thank whoever did it; what is asked, and isn't answered yet, stays."""
    facts = kept(event, context, message, "done", kind=EvidenceKind.GESTURE)
    thanks = Text(text=context.t("Thank you! It's noted: you've done it."), strong=True)
    after, still = uncounted(context, message) or (thanks,), question(context, message)
    return shown(event, context, message, *still, *after, facts=facts, without=("done", "later"), leads=not still)


def _later(event: Event, context: Context, message: Held) -> Turn:
    """Have the message come again, once; it can't come after the campaign's end."""
    t, did, period = context.t, message.reached.did, message.campaign.period
    again, notes = again_at(context, did.get("later", event.at)), uncounted(context, message)
    facts: tuple[Fact, ...] = ()
    if not notes and period and again.astimezone(ZoneInfo(context.hours.timezone)).date() > period.ends:
        notes = (Note(text=t("This campaign ends before then, so I don't bring it back: it stays here for as long as you want.")),)
    elif not notes and event.at > again:
        text = t("I've brought it back once, on {when}. It stays here for as long as you want.", when=moment(context, again))
        notes = (Note(text=text),)
    elif not notes:
        notes = (Note(text=t("All right: I bring it back on {when}.", when=moment(context, again))),)
        facts = _brought_back(event, context, message, again)
    still = question(context, message)
    return shown(event, context, message, *still, *notes, facts=facts, without=("later",), leads=not still)


def again_at(context: Context, at: datetime) -> datetime:
    """Return when a message comes again (UTC): so many working days later, at the same time by the person's own clock."""
    days = WorkingHours(timezone=zone(context), opens=time.min, closes=time.min, weekdays=context.hours.weekdays, days_off=context.hours.days_off)
    again, left = at.astimezone(UTC), AGAIN_AFTER
    while left:
        again = due(days, again, Promise(time=1, unit="days"))
        left -= is_open(days, again)
    return again


def _brought_back(event: Event, context: Context, message: Held, at: datetime) -> tuple[Fact, ...]:
    campaign, step = message.campaign, message.step
    variant = next((each for each in step.variants if each.id == message.reached.variant), None)
    delivery = Delivery(
        key=uuid5(_NAMESPACE, f"{campaign.name}|{step.id}|{context.person.id}|2"),
        kind=Kind.REPLY,
        cause_kind=CAMPAIGN,
        cause_id=campaign.name,
        to=context.person.id,
        message=step_message(context.t, campaign, step, message.function, variant=variant, picture=message.reached.picture, without=("later",)),
        not_before=at,
        function=campaign.function,
        step=step.id,
        variant=message.reached.variant,
    )
    facts = kept(event, context, message, "later")
    return (*facts, DeliveryPlanned(delivery=delivery)) if facts else ()


def _before(t: Texts, answered_before: bool) -> tuple[Note, ...]:
    return (Note(text=t("You had answered before, and the first answer counts.")),) if answered_before else ()


def _option(answer: str | None, asked: Question) -> int | None:
    """Return the option of a quiz that an answer names, None for none that there is (any more)."""
    return next((number for number in range(1, len(asked.options) + 1) if answer == str(number)), None)
