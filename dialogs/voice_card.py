"""The cards of a voice: the function's own, and what its author hears of it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, assert_never
from uuid import UUID, uuid5

from dialogs.catalog import Catalogue, Language
from dialogs.delivery import Delivery, Kind
from dialogs.events import Event, Reference
from dialogs.facts import DeliveryEdited, DeliveryPlanned
from dialogs.feedback_actions import AnswerVoice, CloseVoice, ListVoices, Say
from dialogs.messages import Block, Button, Buttons, Field, Fields, Message, Note, Text, Title, clipped
from dialogs.relay import Route
from dialogs.request import Party
from dialogs.request_card import function_name
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.voice import VOICE, Voice, VoiceKind, VoiceState

SHOWN: Final = 2900  # characters of an answer on a card, to which others may have added; Slack's section holds 3000
QUOTED: Final = 300  # of somebody's own words, which come back to them with the answer
_NAMESPACE: Final = UUID("6f6a4f0e-0d4f-5b0e-8a41-52a2c3a9d1b7")


def kind_in_words(t: Texts, kind: VoiceKind) -> str:
    """Name a kind."""
    match kind:
        case VoiceKind.IDEA:
            return t("An idea")
        case VoiceKind.PRAISE:
            return t("Praise")
        case VoiceKind.CRITICISM:
            return t("Criticism")
        case VoiceKind.QUESTION:
            return t("A question")
        case VoiceKind.OTHER:
            return t("Something else")
        case _:
            assert_never(kind)


def who(t: Texts, party: Party | None) -> str:
    """Name somebody as a function reads it, with their department and site."""
    if party is None:
        return t("Somebody, without a name")
    return " · ".join(part for part in (_name(t, party), party.department, party.site) if part)


def signature(t: Texts, catalogue: Catalogue, slug: str, party: Party | None) -> str:
    """Name whoever speaks for a function; the function alone where nobody knows who."""
    function = function_name(t, catalogue, slug)
    return t("{name} ({function})", name=party.name, function=function) if party and party.name else function


def card(t: Texts, catalogue: Catalogue, voice: Voice) -> Message:
    """Return the function's card of what somebody said, as it stands: who, what, what was answered, what can be done."""
    return Message(language=t.language, blocks=tuple(_card(t, catalogue, voice)))


def standing(t: Texts, voice: Voice) -> Iterator[Block]:
    """Yield what was answered, and what came of it."""
    if voice.answer is not None:
        first = t("{name} answered:", name=_name(t, voice.answered_by)) if voice.answered_by else t("Answered:")
        yield Text(text=first, strong=True)
        yield Text(text=clipped(voice.answer, SHOWN))
    if voice.outcome is not None:
        first = t("What came of it, says {name}:", name=_name(t, voice.closed_by)) if voice.closed_by else t("What came of it:")
        yield Text(text=first, strong=True)
        yield Text(text=clipped(voice.outcome, SHOWN))


def ways(t: Texts, voice: Voice) -> tuple[Button, ...]:
    """Return what a function can do with what was said; nothing once it's closed."""
    match voice.state:
        case VoiceState.CLOSED:
            return ()
        case VoiceState.ANSWERED:
            answer = Button(label=t("Add to the answer"), action=AnswerVoice(voice=voice.id))
        case VoiceState.OPEN:
            answer = Button(label=t("Answer"), action=AnswerVoice(voice=voice.id), primary=True)
        case _:
            assert_never(voice.state)
    return answer, Button(label=t("Say what came of it"), action=CloseVoice(voice=voice.id))


def placed(texts: Mapping[Language, Texts], catalogue: Catalogue, voice: Voice, way: Route) -> tuple[Voice, tuple[DeliveryPlanned, ...]]:
    """Send the card of what was said where it goes; return the voice as it is then. Nothing is sent where nobody can be reached."""
    to = way.desk or way.keeper
    if to is None:
        return voice, ()
    there = replace(voice, card=uuid5(_NAMESPACE, voice.id), desk_language=way.language)
    message = card(texts[way.language], catalogue, there)
    return there, (DeliveryPlanned(delivery=_delivery(uuid5(_NAMESPACE, voice.id), voice.id, voice.function, to, message, urgent=_waits(voice))),)


def card_again(texts: Mapping[Language, Texts], catalogue: Catalogue, voice: Voice) -> tuple[DeliveryEdited, ...]:
    """Show the card as it is now, where there's one."""
    return () if voice.card is None else (DeliveryEdited(key=voice.card, message=card(texts[voice.desk_language], catalogue, voice)),)


def unnamed_card(t: Texts, catalogue: Catalogue, slug: str, count: int, to: str | Reference, today: date) -> Delivery:
    """Tell a function that something was said to it without a name: one message a day at most, however often it's planned."""
    function = catalogue.function(slug)
    said = t.many(
        "{number} thing was said to you without a name. Nobody knows who said it.",
        "{number} things were said to you without a name. Nobody knows who said them.",
        count,
    )
    blocks: tuple[Block, ...] = (
        Title(text=t("Said without a name"), badge=badge(function, t.language) if function else slug),
        Text(text=said),
        Note(text=t("Your answer is read with the receipt that each author has: nothing is sent to them.")),
        Buttons(buttons=(Button(label=t("Open"), action=ListVoices(slug=slug), primary=True),)),
    )
    key = uuid5(_NAMESPACE, f"{slug}|{today.isoformat()}")
    return _delivery(key, slug, slug, to, Message(language=t.language, blocks=blocks), urgent=False)


def answer_told(event: Event, texts: Mapping[Language, Texts], catalogue: Catalogue, voice: Voice, words: str) -> tuple[DeliveryPlanned, ...]:
    """Tell its author what was answered just now; nothing for a voice without a name."""
    return _told(event, texts, catalogue, voice, words, voice.answered_by, "answered")


def outcome_told(event: Event, texts: Mapping[Language, Texts], catalogue: Catalogue, voice: Voice, words: str) -> tuple[DeliveryPlanned, ...]:
    """Tell its author what came of it; nothing for a voice without a name."""
    return _told(event, texts, catalogue, voice, words, voice.closed_by, "closed")


def _told(
    event: Event, texts: Mapping[Language, Texts], catalogue: Catalogue, voice: Voice, words: str, by: Party | None, step: str
) -> tuple[DeliveryPlanned, ...]:
    if voice.author is None:
        return ()
    t, function = texts[voice.author.language or voice.language or voice.desk_language], catalogue.function(voice.function)
    title = t("You said, we did") if step == "closed" else t("An answer to what you said")
    blocks: tuple[Block, ...] = (
        Title(text=title, badge=badge(function, t.language) if function else voice.function),
        Note(text=t("You said: “{words}”", words=clipped(" ".join(voice.text.split()), QUOTED))),
        Text(text=words),
        Note(text=signature(t, catalogue, voice.function, by)),
        Buttons(buttons=(Button(label=t("Say something more"), action=Say(slug=voice.function if function else None)),)),
    )
    message = Message(language=t.language, blocks=blocks)
    key = uuid5(_NAMESPACE, f"{voice.id}|{step}|{event.key}")
    return (DeliveryPlanned(delivery=_delivery(key, voice.id, voice.function, voice.author.id, message, urgent=_waits(voice))),)


def _card(t: Texts, catalogue: Catalogue, voice: Voice) -> Iterator[Block]:
    function = catalogue.function(voice.function)
    yield Title(text=kind_in_words(t, voice.kind), badge=badge(function, t.language) if function else voice.function)
    yield Text(text=voice.text)
    reads = t("French") if voice.language == "fr" else t("English")
    yield Fields(fields=(Field(label=t("From"), value=who(t, voice.author)), Field(label=t("Reads"), value=reads)))
    yield from standing(t, voice)
    if buttons := ways(t, voice):
        yield Buttons(buttons=buttons)
    yield Buttons(buttons=(Button(label=t("See all"), action=ListVoices(slug=voice.function)),), quiet=True)


def _name(t: Texts, party: Party) -> str:
    return party.name or t("Somebody whom the directory doesn't know")


def _waits(voice: Voice) -> bool:
    """Tell whether somebody waits for an answer: an idea, thanks or criticism disturb nobody's evening."""
    return voice.kind is VoiceKind.QUESTION


def _delivery(key: UUID, cause: str, function: str, to: str | Reference, message: Message, *, urgent: bool) -> Delivery:
    kind = Kind.REPLY if isinstance(to, str) else Kind.ALERT
    return Delivery(key=key, kind=kind, cause_kind=VOICE, cause_id=cause, to=to, message=message, function=function, urgent=urgent)
