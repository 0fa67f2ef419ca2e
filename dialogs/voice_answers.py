"""Answers to what people said, and what came of it."""

from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from dialogs.actions import FormAction
from dialogs.client_words import readable
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import party, told
from dialogs.facts import Fact, VoiceKept
from dialogs.feedback_actions import AnswerVoice, CloseVoice, ListVoices
from dialogs.messages import Block, Button, Buttons, Choice, FieldError, Form, FormErrors, Input, Text, clipped
from dialogs.refusal import refused
from dialogs.rights import Act
from dialogs.say import too_long
from dialogs.turn import Context, Turn
from dialogs.voice import LIMIT, Voice, VoiceState
from dialogs.voice_card import answer_told, card_again, outcome_told, standing
from dialogs.voices import heard_by

_TEXT: Final = "text"  # the form's one input
_NAMESPACE: Final = UUID("c7a3e1f2-4f1d-5c59-9a80-0a5b5b6f3d10")


def open_answer(event: Event, context: Context, action: AnswerVoice) -> Turn:
    """Open the form that answers."""
    voice = _voice_for(event, context, action.voice)
    if isinstance(voice, Turn):
        return voice
    return _closed(event, context, voice) if voice.state is VoiceState.CLOSED else Turn(replies=(_answer_form(context, voice),))


def answered(event: FormSubmitted, context: Context, action: AnswerVoice) -> Turn:
    """Keep the answer, and bring it to whoever said it. Where somebody answered meanwhile, show their words first."""
    voice = _voice_for(event, context, action.voice)
    if isinstance(voice, Turn):
        return voice
    t, text = context.t, readable(event.values.get(_TEXT, ""))
    if voice.state is VoiceState.CLOSED:
        return _closed(event, context, voice, text)
    form = _answer_form(context, voice, event.values.get(_TEXT, ""))
    if action.base != _base(voice):
        return Turn(replies=(form,))
    if (wrong := _wrong(context, text)) is not None:
        return Turn(replies=(FormErrors(form=form, errors=(wrong,)),))
    me = party(context)
    first = me if voice.answer is None else voice.answered_by
    kept = replace(voice, state=VoiceState.ANSWERED, answer=_added(context, voice, text), answered_by=first)
    facts: tuple[Fact, ...] = (
        VoiceKept(voice=kept, step="answered"),
        *answer_told(event, context.texts, context.catalogue, replace(kept, answered_by=me), text),
        *card_again(context.texts, context.catalogue, kept),
    )
    if voice.anonymous:
        return told(event, context, Text(text=t("Kept: whoever said it reads your answer with their receipt.")), facts=facts)
    name = (voice.author and voice.author.name) or t("whoever said it")
    return told(event, context, Text(text=t("Your answer is sent to {name}.", name=name)), facts=facts)


def open_closing(event: Event, context: Context, action: CloseVoice) -> Turn:
    """Open the form that says what came of it."""
    voice = _voice_for(event, context, action.voice)
    if isinstance(voice, Turn):
        return voice
    return _closed(event, context, voice) if voice.state is VoiceState.CLOSED else Turn(replies=(_closing_form(context, voice, action),))


def closed(event: FormSubmitted, context: Context, action: CloseVoice) -> Turn:
    """Keep what came of it, and tell whoever said it. The second of two who close at once reads what the first said."""
    voice = _voice_for(event, context, action.voice)
    if isinstance(voice, Turn):
        return voice
    t, text = context.t, readable(event.values.get(_TEXT, ""))
    if voice.state is VoiceState.CLOSED:
        return _closed(event, context, voice, text)
    if (wrong := _wrong(context, text)) is not None:
        return Turn(replies=(FormErrors(form=_closing_form(context, voice, action, event.values.get(_TEXT, "")), errors=(wrong,)),))
    kept = replace(voice, state=VoiceState.CLOSED, outcome=text, closed_by=party(context))
    facts: tuple[Fact, ...] = (
        VoiceKept(voice=kept, step="closed"),
        *outcome_told(event, context.texts, context.catalogue, kept, text),
        *card_again(context.texts, context.catalogue, kept),
    )
    if voice.anonymous:
        return told(event, context, Text(text=t("Closed. Whoever said it reads what came of it with their receipt.")), facts=facts)
    name = (voice.author and voice.author.name) or t("whoever said it")
    return told(event, context, Text(text=t("Closed: {name} is told what came of it.", name=name)), facts=facts)


def _voice_for(event: Event, context: Context, voice_id: str) -> Voice | Turn:
    """Return what was said; else what to reply: it's gone, or they don't answer for its function."""
    t, voice = context.t, next((each for each in context.voices if each.id == voice_id), None)
    if voice is None:
        see = Buttons(buttons=(Button(label=t("See all"), action=ListVoices()),))
        return told(event, context, Text(text=t("This isn't kept any more, so nothing can be done with it. Here is what is:")), see)
    if voice.function not in heard_by(context.person, context.grants, context.catalogue, Act.ANSWER_VOICES):
        return refused(event, context, Act.ANSWER_VOICES, voice.function, voice.id)
    return voice


def _closed(event: Event, context: Context, voice: Voice, text: str = "") -> Turn:
    """Say that it's closed, by whom and with which words; what was written meanwhile is given back."""
    t = context.t
    blocks: list[Block] = [Text(text=t("This one is closed, and its author knows what came of it.")), *standing(t, voice)]
    if text:
        blocks += (Text(text=t("What you wrote wasn't sent. Here it is, so that it isn't lost:"), strong=True), Text(text=clipped(text, LIMIT)))
    return told(event, context, *blocks)


def _base(voice: Voice) -> str | None:
    return None if voice.answer is None else str(uuid5(_NAMESPACE, voice.answer))


def _added(context: Context, voice: Voice, text: str) -> str:
    """Return the whole answer, to which somebody may be adding."""
    if voice.answer is None:
        return text
    t, name = context.texts[voice.language or context.language], context.person.name
    return f"{voice.answer}\n\n{t('{name} adds: {words}', name=name, words=text) if name else text}"


def _wrong(context: Context, text: str) -> FieldError | None:
    if not text:
        return FieldError(input=_TEXT, text=context.t("Write what you want to say."))
    return FieldError(input=_TEXT, text=too_long(context, text)) if len(text) > LIMIT else None


def _answer_form(context: Context, voice: Voice, typed: str = "") -> Form:
    t = context.t
    adds = voice.answer is not None
    notes = (Text(text=t("Somebody has answered already. What you send now is added to it, with your name.")),) if adds else ()
    if not adds and voice.anonymous:
        notes = (Text(text=t("Nobody knows who said this. Your answer is read with the receipt that its author has.")),)
    action = AnswerVoice(voice=voice.id, base=_base(voice))
    label = t("What you add, in your name") if adds else t("Your answer, in your name")
    return _form(context, voice, action, (*_read(context, voice), *notes), label, typed, t("Answer"))


def _closing_form(context: Context, voice: Voice, action: CloseVoice, typed: str = "") -> Form:
    t = context.t
    return _form(context, voice, action, _read(context, voice), t("What came of it, as its author will read it"), typed, t("Close"))


def _read(context: Context, voice: Voice) -> tuple[Text, ...]:
    return tuple(block for block in standing(context.t, voice) if isinstance(block, Text))


def _form(context: Context, voice: Voice, action: FormAction, above: tuple[Text, ...], label: str, typed: str, title: str) -> Form:
    t = context.t
    blocks: tuple[Text | Input | Choice, ...] = (
        Text(text=voice.text),
        *above,
        Input(id=_TEXT, label=label, value=typed, multiline=True, required=True, limit=LIMIT),
    )
    return Form(language=context.language, title=title, blocks=blocks, action=action, submit=t("Send"), cancel=t("Cancel"))
