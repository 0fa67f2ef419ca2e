"""Preferences: the language of the replies, and what the bot knows about the person."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from dialogs.actions import SetLanguage
from dialogs.catalog import Language
from dialogs.events import ActionTaken, Event, Platform, Scope
from dialogs.facts import Fact, LanguageChosen, ReachChosen
from dialogs.feedback_actions import ChoosePause
from dialogs.messages import Block, Button, Buttons, Field, Fields, Items, Message, Note, Place, Text, Title
from dialogs.pausing import pause_items
from dialogs.request_actions import SetReach
from dialogs.sheet import unlinked
from dialogs.turn import Context, Turn

PLATFORMS: Final[Mapping[Platform, str]] = {"slack": "Slack", "teams": "Teams"}


def decide(event: Event, context: Context) -> Turn:
    """Show the preferences, always in private: they hold personal facts."""
    place = Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE
    return Turn(replies=(Message(language=context.language, blocks=_blocks(context), place=place),))


def set_language(event: Event, context: Context, language: Language | None) -> Turn:
    """Keep the language chosen, and show the preferences again in it."""
    person = replace(context.person, language=language)
    after = replace(context, person=person, language=language or context.language)
    note = after.t("From now on I answer in English.") if language else after.t("From now on I answer in the language of your message.")
    return _again(event, after, note, LanguageChosen(language=language))


def set_reach(event: Event, context: Context, platform: Platform | None) -> Turn:
    """Choose where the bot writes of its own accord; None is where one last spoke to it."""
    t = context.t
    if platform is None:
        note = t("When I have something for you, I write where you last spoke to me.")
    else:
        note = t("When I have something for you, I write in {platform}, if you have spoken to me there.", platform=PLATFORMS[platform])
    return _again(event, replace(context, person=replace(context.person, reach=platform)), note, ReachChosen(platform=platform))


def _again(event: Event, after: Context, note: str, fact: Fact) -> Turn:
    """Show the preferences as they are once something was chosen, in place of the card where it was."""
    personal = event.reference.scope is Scope.PERSONAL
    place = (Place.UPDATE if isinstance(event, ActionTaken) and event.message_id else Place.HERE) if personal else Place.PRIVATE
    return Turn(replies=(Message(language=after.language, blocks=(*_blocks(after), Note(text=note)), place=place),), facts=(fact,))


def _blocks(context: Context) -> tuple[Block, ...]:
    t, person = context.t, context.person
    known = tuple(Field(label=label, value=value) for label, value in _known(context) if value)
    blocks: list[Block] = [
        Title(text=t("Your preferences")),
        Text(text=t("Language of my replies"), strong=True),
        Buttons(
            buttons=(
                Button(label="Français", action=SetLanguage(language="fr"), primary=person.language == "fr"),
                Button(label="English", action=SetLanguage(language="en"), primary=person.language == "en"),
                Button(label=t("That of my messages"), action=SetLanguage(language=None), primary=person.language is None),
            )
        ),
        Text(text=t("Where I write to you first"), strong=True),
        Buttons(
            buttons=(
                Button(label=PLATFORMS["slack"], action=SetReach(platform="slack"), primary=person.reach == "slack"),
                Button(label=PLATFORMS["teams"], action=SetReach(platform="teams"), primary=person.reach == "teams"),
                Button(label=t("Where I last wrote"), action=SetReach(platform=None), primary=person.reach is None),
            )
        ),
        *_pauses(context),
        Text(text=t("What I know about you"), strong=True),
    ]
    if known:
        blocks.append(Fields(fields=known))
    if person.linked:
        source = t("This comes from the directory of {company}. If something is wrong, tell Human Resources.", company=context.catalogue.company.name)
        blocks.append(Note(text=source))
    else:
        blocks.append(Note(text=unlinked(t)))
    blocks.append(Note(text=t("I keep your questions and my answers, so that each function can mend what is missing.")))
    blocks.append(Note(text=t("What you and a human write to each other about a request is kept with it, for those who answer it.")))
    blocks.append(
        Note(
            text=t(
                "How it went for you is kept in confidence: the functions read figures, and comments without their authors, unless you share yours. "
                "What you say without a name is kept without one."
            )
        )
    )
    return tuple(blocks)


def _pauses(context: Context) -> tuple[Block, ...]:
    """Return the pauses that hold, each with its end, and the way to another."""
    t = context.t
    return (
        Text(text=t("Questions and campaigns"), strong=True),
        *((Items(items=pause_items(context, context.pauses)),) if context.pauses else ()),
        Buttons(buttons=(Button(label=t("Be left in peace"), action=ChoosePause()),)),
    )


def _known(context: Context) -> list[tuple[str, str | None]]:
    t, person = context.t, context.person
    segments = context.catalogue.company.segments
    slices = ", ".join(segments[slug].to(context.language) for slug in sorted(person.segments) if slug in segments)
    return [
        (t("Name"), person.name),
        (t("E-mail"), person.email),
        (t("Department"), person.department),
        (t("Site"), person.site),
        (t("Groups"), slices),
        (t("Time zone"), person.timezone),
    ]
