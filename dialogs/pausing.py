"""Pauses: who wants to be left in peace, by whom, and for how long."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal

from dialogs.actions import Preferences
from dialogs.catalog import Function
from dialogs.events import ActionTaken, Event, Scope
from dialogs.facts import PauseChosen
from dialogs.feedback import Pause
from dialogs.feedback_actions import ChoosePause, PausePrompts
from dialogs.messages import Block, Button, Buttons, Item, Items, Message, Note, Place, Text, Title
from dialogs.own_request import day, say
from dialogs.profile import gone
from dialogs.sheet import badge, short_name
from dialogs.turn import Context, Turn

_LENGTHS: Final = {"two_weeks": timedelta(days=14), "three_months": timedelta(days=91)}
_OFFERED: Final[tuple[Literal["two_weeks", "three_months", "for_good"], ...]] = ("two_weeks", "three_months", "for_good")


def choose(event: Event, context: Context, action: ChoosePause) -> Turn:
    """Show the pauses that hold, and how long one may be."""
    function = context.catalogue.function(action.slug) if action.slug else None
    if action.slug and function is None:
        return _unknown(event, context)
    return say(event, context, *_blocks(context, context.pauses, function))


def pause(event: Event, context: Context, action: PausePrompts) -> Turn:
    """Keep a pause, or end it."""
    t, slug = context.t, action.slug or None
    function = context.catalogue.function(slug) if slug else None
    held = next((each for each in context.pauses if each.function == slug), None)
    others = tuple(each for each in context.pauses if each.function != slug)
    if slug and function is None and held is None:
        return _unknown(event, context)
    if action.length == "over":
        note = t("It's over: from now on you may be asked again, now and then.") if held else t("There was no such pause: nothing has changed.")
        facts: tuple[PauseChosen, ...] = (PauseChosen(function=slug, over=True),) if held else ()
        return _changed(event, context, others, function, note, facts)
    length = _LENGTHS.get(action.length)
    chosen = Pause(function=slug, until=event.at + length if length else None)
    after = (*others, chosen) if slug else (chosen, *others)
    facts = (PauseChosen(function=slug, until=chosen.until),)
    return _changed(event, context, after, function, t("It's done: I leave you in peace."), facts)


def pause_items(context: Context, pauses: tuple[Pause, ...]) -> tuple[Item, ...]:
    """Return a line for each pause, with the button that ends it."""
    t = context.t
    return tuple(
        Item(
            title=_whose(context, each),
            detail=t("until {day}", day=day(context, each.until)) if each.until else t("for good"),
            open=t("End"),
            action=PausePrompts(length="over", slug=each.function),
        )
        for each in pauses
    )


def _unknown(event: Event, context: Context) -> Turn:
    """Say that there's no such function; where only its reader sees it."""
    (said,) = gone(event, context).replies
    return say(event, context, *(said.blocks if isinstance(said, Message) else ()))


def _changed(event: Event, context: Context, pauses: tuple[Pause, ...], function: Function | None, note: str, facts: tuple[PauseChosen, ...]) -> Turn:
    """Show the pauses as they are now, in place of the card that was tapped."""
    tapped = isinstance(event, ActionTaken) and event.message_id is not None
    place = Place.UPDATE if tapped and event.reference.scope is Scope.PERSONAL else None
    return say(event, context, *_blocks(context, pauses, function, note), facts=facts, place=place)


def _blocks(context: Context, pauses: tuple[Pause, ...], function: Function | None, note: str | None = None) -> Iterator[Block]:
    t, language = context.t, context.language
    yield Title(text=t("Being left in peace"), badge=badge(function, language) if function else None)
    yield Text(
        text=t("During a pause I don't ask you how it went, and send you no campaign. Your answers, and what becomes of your requests, still come.")
    )
    if pauses:
        yield Text(text=t("In peace for now"), strong=True)
        yield Items(items=pause_items(context, pauses))
    if function is not None:
        yield Text(text=t("By {function} alone", function=short_name(function, language)), strong=True)
        yield _lengths(context, function.slug)
    yield Text(text=t("By all functions"), strong=True)
    yield _lengths(context, None)
    yield Note(text=t("It ends with its button, here or in your preferences. You can say how it went at any time, pause or not."))
    if note is not None:
        yield Note(text=note)
    yield Buttons(buttons=(Button(label=t("Your preferences"), action=Preferences()),), quiet=True)


def _lengths(context: Context, slug: str | None) -> Buttons:
    t = context.t
    labels = {"two_weeks": t("Two weeks"), "three_months": t("Three months"), "for_good": t("For good")}
    return Buttons(buttons=tuple(Button(label=labels[length], action=PausePrompts(length=length, slug=slug)) for length in _OFFERED))


def _whose(context: Context, pause: Pause) -> str:
    if pause.function is None:
        return context.t("All functions")
    function = context.catalogue.function(pause.function)
    return badge(function, context.language) if function else pause.function
