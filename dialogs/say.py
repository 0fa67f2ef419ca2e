"""Speak any time: an idea, praise, criticism or a question to any function, by name or without one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from uuid import uuid5

from dialogs import relay, voice_card
from dialogs.catalog import Function
from dialogs.client_words import readable
from dialogs.events import Event, FormSubmitted
from dialogs.facts import VoiceKept
from dialogs.feedback_actions import ReadReceipt, Say
from dialogs.feedback_row import say_button
from dialogs.messages import (
    BUTTON_LIMIT,
    Block,
    Button,
    Buttons,
    Choice,
    FieldError,
    Form,
    FormErrors,
    Input,
    Note,
    Option,
    Text,
    Title,
    clipped,
)
from dialogs.own_request import say
from dialogs.relay import Route
from dialogs.request import Party
from dialogs.request_card import function_name
from dialogs.sheet import badge, contact_line, short_name
from dialogs.turn import Context, Turn
from dialogs.voice import LIMIT, Unnamed, Voice, VoiceKind
from dialogs.voice_card import kind_in_words

NAMED, ANONYMOUS = "named", "anonymous"  # the ways
KINDS: Final = (VoiceKind.IDEA, VoiceKind.PRAISE, VoiceKind.CRITICISM, VoiceKind.QUESTION, VoiceKind.OTHER)
_FUNCTION, _KIND, _TEXT, _WAY = "function", "kind", "text", "way"  # the form's inputs


def offer(event: Event, context: Context, action: Say) -> Turn:
    """Offer the form, where it was asked for in words."""
    t, function = context.t, _known(context, action)
    if not context.catalogue.functions:
        return say(event, context, _nobody_yet(context))
    what = t("An idea, thanks, criticism, a question: say it to a function, in your name or anonymously.")
    first = replace(say_button(t, function, short_name(function, context.language) if function else ""), primary=True)
    buttons = (first,) if function is None else (first, Button(label=t("Another function"), action=Say()))
    return say(event, context, Text(text=what), Buttons(buttons=buttons))


def open_form(event: Event, context: Context, action: Say) -> Turn:
    """Open the form, in which nothing is chosen yet; or say why it can't be opened."""
    if not context.catalogue.functions:
        return say(event, context, _nobody_yet(context))
    return Turn(replies=(_form(context, action, {}),))


def said(event: FormSubmitted, context: Context, action: Say) -> Turn:
    """Keep what is said by name, and bring it to the function; what has no name never comes here (`bot.anonymous`)."""
    if not context.catalogue.functions:
        return say(event, context, _nobody_yet(context))
    words = words_of(event, context, action)
    if isinstance(words, FormErrors):
        return Turn(replies=(words,))
    if not is_by_name(event):
        return Turn(replies=(not_now(event, context, action),))
    person = context.person
    voice = Voice(
        id=str(uuid5(event.key, "voice")),
        function=words.function,
        kind=words.kind,
        text=words.text,
        language=context.language,
        month=f"{event.at:%Y-%m}",
        author=Party(id=person.id, name=person.name, site=person.site, department=person.department),
        said_at=event.at,
    )
    way = relay.route(context.desks, context.keepers, voice.function, None, context.language, client=person.id)
    there, card = voice_card.placed(context.texts, context.catalogue, voice, way)
    return say(event, context, *_told(context, there, way), facts=(VoiceKept(voice=there, step="said"), *card))


def receipt(event: Event, context: Context, action: ReadReceipt) -> Turn:
    """Say that a receipt can only be read where it was given."""
    text = context.t("A receipt is read where it was given: with the button of the message that you got when you said it.")
    return say(event, context, Text(text=text))


def is_by_name(event: FormSubmitted) -> bool:
    """Tell whether what is said is to be in its author's name."""
    return event.values.get(_WAY) == NAMED


def words_of(event: FormSubmitted, context: Context, action: Say) -> Unnamed | FormErrors:
    """Return what is said, without who says it; or what has to be mended first."""
    function = _known(context, action) or context.catalogue.function(event.values.get(_FUNCTION, ""))
    kind = next((each for each in KINDS if each.value == event.values.get(_KIND)), None)
    text = readable(event.values.get(_TEXT, ""))
    errors = tuple(_errors(context, function, kind, text, event.values.get(_WAY)))
    if errors or function is None or kind is None:
        return FormErrors(form=_form(context, action, event.values), errors=errors)
    return Unnamed(function=function.slug, kind=kind, text=text)


def not_now(event: FormSubmitted, context: Context, action: Say) -> FormErrors:
    """Say that nothing can be taken without a name for now; what was typed stays."""
    text = context.t(
        "I can't take anything anonymously for now: whoever runs pourqui has to mend it. "
        "Nothing was kept. Keep a copy and come back, or say it in your name."
    )
    return FormErrors(form=_form(context, action, event.values), errors=(FieldError(input=_WAY, text=text),))


def too_long(context: Context, text: str) -> str:
    """Say that words are too long, and what to do."""
    return context.t("That's {count} characters, and I carry up to {limit}. Please keep the essential.", count=len(text), limit=LIMIT)


def _errors(context: Context, function: Function | None, kind: VoiceKind | None, text: str, way: str | None) -> Iterator[FieldError]:
    t = context.t
    if function is None:
        yield FieldError(input=_FUNCTION, text=t("Choose the function that this is for."))
    if kind is None:
        yield FieldError(input=_KIND, text=t("Choose what it is."))
    if not text:
        yield FieldError(input=_TEXT, text=t("Write what you want to say."))
    if len(text) > LIMIT:
        yield FieldError(input=_TEXT, text=too_long(context, text))
    if way not in (NAMED, ANONYMOUS):
        yield FieldError(input=_WAY, text=t("Choose how you want to say it: in your name, or anonymously."))


def _form(context: Context, action: Say, values: dict[str, str]) -> Form:
    t, function = context.t, _known(context, action)
    whom: Text | Choice
    if function is not None:
        whom = Text(text=t("To: {function}", function=badge(function, context.language)), strong=True)
    else:
        named = tuple(Option(value=each.slug, label=clipped(badge(each, context.language), BUTTON_LIMIT)) for each in context.catalogue.functions)
        whom = Choice(id=_FUNCTION, label=t("Whom is it for?"), options=named, value=_chosen(named, values, _FUNCTION), required=True)
    kinds = tuple(Option(value=each.value, label=kind_in_words(t, each)) for each in KINDS)
    ways = (Option(value=NAMED, label=t("In my name")), Option(value=ANONYMOUS, label=t("Anonymously")))
    return Form(
        language=context.language,
        title=t("Say something"),
        blocks=(
            whom,
            Choice(id=_KIND, label=t("What is it?"), options=kinds, value=_chosen(kinds, values, _KIND), required=True),
            Input(id=_TEXT, label=t("Your words"), value=values.get(_TEXT, ""), multiline=True, required=True, limit=LIMIT),
            Choice(id=_WAY, label=t("How do you want to say it?"), options=ways, value=_chosen(ways, values, _WAY), required=True),
            Text(text=t("In your name: the function sees who says it, and its answer comes back to you here.")),
            Text(text=anonymously(context)),
        ),
        action=action,
        submit=t("Send"),
        cancel=t("Cancel"),
    )


def anonymously(context: Context) -> str:
    """Say what it means to say something anonymously."""
    return context.t(
        "Anonymously: pourqui cannot know who wrote this; your Slack or Teams administrator may see that you used it. "
        "It's passed on with others, once at least five have come together, and can't be changed once it's sent."
    )


def _chosen(options: tuple[Option, ...], values: dict[str, str], name: str) -> str | None:
    return next((option.value for option in options if option.value == values.get(name)), None)


def _told(context: Context, voice: Voice, way: Route) -> Iterator[Block]:
    """Yield what the author reads: to whom it went, and what comes next."""
    t, function = context.t, context.catalogue.function(voice.function)
    reached = way.desk is not None or way.keeper is not None
    yield Title(text=t("Thank you for saying it"), badge=badge(function, context.language) if function else None)
    yield Text(text=t("“{words}”", words=voice.text))
    yield Text(text=_to_whom(context, voice, way))
    yield Note(text=t("Their answer comes to you here, and so does what comes of it."))
    if not reached and function is not None and (reach := contact_line(t, function, context.language)):
        yield Note(text=reach)


def _to_whom(context: Context, voice: Voice, way: Route) -> str:
    t = context.t
    function = function_name(t, context.catalogue, voice.function)
    if way.desk is not None:
        return t("It's sent to {function}, in your name.", function=function)
    if way.keeper is None:
        return t(
            "It's kept for {function}, in your name: nobody there can be reached through me for now, and they find it when they look.",
            function=function,
        )
    keeper = next((each for each in context.keepers.get(voice.function, ()) if each.id == way.keeper), None)
    if keeper is None:
        return t("Nobody at {function} can be reached through me for now: it's sent to an admin, in your name.", function=function)
    if keeper.name is None:
        return t("It's sent to the person who answers for {function}, in your name.", function=function)
    return t("It's sent to {name}, who answers for {function}, in your name.", name=keeper.name, function=function)


def _known(context: Context, action: Say) -> Function | None:
    return context.catalogue.function(action.slug) if action.slug else None


def _nobody_yet(context: Context) -> Text:
    return Text(text=context.t("The catalogue is empty so far: nobody has written what their function does for you."))
