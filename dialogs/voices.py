"""What people said to a function, for those who may answer."""

from collections.abc import Iterator, Set
from typing import Final

from dialogs.catalog import Catalogue
from dialogs.events import Event
from dialogs.expert_gesture import told
from dialogs.feedback_actions import ListVoices
from dialogs.mandate import is_contact
from dialogs.messages import Block, Button, Buttons, Note, Text, Title, clipped
from dialogs.people import Person
from dialogs.profile import gone as function_gone
from dialogs.refusal import refused
from dialogs.request_card import function_name
from dialogs.rights import Act, Grant, may
from dialogs.sheet import badge
from dialogs.turn import Context, Turn
from dialogs.voice import Voice, VoiceState
from dialogs.voice_card import kind_in_words, ways, who

PAGE: Final = 10  # voices on one card
WORDS: Final = 300  # characters of each; its form shows more


def heard_by(person: Person, grants: Set[Grant], catalogue: Catalogue, act: Act) -> tuple[str, ...]:
    """Return the functions whose voices a person may read or answer (`act`): by a role, or as one of their contacts."""
    return tuple(each.slug for each in catalogue.functions if may(grants, act, each.slug) or is_contact(person, each))


def list_voices(event: Event, context: Context, action: ListVoices) -> Turn:
    """List what was said, and isn't closed yet."""
    t, slug = context.t, action.slug
    function = context.catalogue.function(slug) if slug else None
    if slug and function is None:
        return function_gone(event, context)
    theirs = heard_by(context.person, context.grants, context.catalogue, Act.READ_VOICES)
    if not theirs or (slug and slug not in theirs):
        return refused(event, context, Act.READ_VOICES, slug, slug)
    waiting = [voice for voice in context.voices if voice.function in theirs and (slug is None or voice.function == slug)]
    title = Title(text=t("What people say to you"), badge=badge(function, context.language) if function else None)
    start = int(action.start) if action.start and action.start.isdecimal() and int(action.start) < len(waiting) else 0
    shown = waiting[start : start + PAGE]
    if not shown:
        return told(event, context, title, Text(text=t("Nothing waits for you: all that was said is closed.")))
    blocks: list[Block] = [title]
    for voice in shown:
        blocks += _voice(context, voice, named=slug is None and len(theirs) > 1)
    if (more := len(waiting) - start - PAGE) > 0:
        after = Button(label=t.many("and {number} more", "and {number} more", more), action=ListVoices(slug=slug, start=str(start + PAGE)))
        blocks.append(Buttons(buttons=(after,), quiet=True))
    return told(event, context, *blocks)


def _voice(context: Context, voice: Voice, *, named: bool) -> Iterator[Block]:
    t = context.t
    when = t.day(voice.said_at.date()) if voice.said_at else voice.month
    to = (function_name(t, context.catalogue, voice.function),) if named else ()
    yield Text(text=" · ".join((kind_in_words(t, voice.kind), *to, who(t, voice.author), when)), strong=True)
    yield Text(text=clipped(" ".join(voice.text.split()), WORDS))
    if voice.state is VoiceState.ANSWERED:
        yield Note(text=t("Answered. It stays here until you say what came of it."))
    yield Buttons(buttons=ways(t, voice))
