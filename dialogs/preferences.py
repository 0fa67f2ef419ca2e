"""Preferences: the language of the replies, and what the bot knows about the person."""

from dataclasses import replace

from dialogs.actions import SetLanguage
from dialogs.catalog import Language
from dialogs.events import ActionTaken, Event, Scope
from dialogs.facts import LanguageChosen
from dialogs.messages import Block, Button, Buttons, Field, Fields, Message, Note, Place, Text, Title
from dialogs.sheet import unlinked
from dialogs.turn import Context, Turn


def decide(event: Event, context: Context) -> Turn:
    """Show the preferences, always in private: they hold personal facts."""
    place = Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE
    return Turn(replies=(Message(language=context.language, blocks=_blocks(context), place=place),))


def set_language(event: Event, context: Context, language: Language | None) -> Turn:
    """Keep the language chosen, and show the preferences again in it."""
    person = replace(context.person, language=language)
    after = replace(context, person=person, language=language or context.language)
    note = after.t("From now on I answer in English.") if language else after.t("From now on I answer in the language of your message.")
    blocks = (*_blocks(after), Note(text=note))
    personal = event.reference.scope is Scope.PERSONAL
    place = (Place.UPDATE if isinstance(event, ActionTaken) and event.message_id else Place.HERE) if personal else Place.PRIVATE
    return Turn(replies=(Message(language=after.language, blocks=blocks, place=place),), facts=(LanguageChosen(language=language),))


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
    return tuple(blocks)


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
