"""What follows from the ending of a delivery about a request: a thread is known, another way is found, a sender is told that words didn't arrive."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from dialogs.catalog import Language
from dialogs.delivery import Delivery, Ended, Kind, Reason, Status
from dialogs.facts import DeliveryEdited, DeliveryPlanned, Initiative, RequestKept
from dialogs.messages import Block, Button, Buttons, Message, Text, clipped
from dialogs.relay import to_client, to_desk
from dialogs.request import BINDING, Party, Request, Step, Word
from dialogs.request_actions import SendAgain
from dialogs.request_card import QUOTED, function_name
from dialogs.request_rerouting import AT_ONCE, Surroundings, rerouted, reroutings, way_around
from dialogs.texts import Texts

_NAMESPACE: Final = UUID("9c2f7c51-2a0e-5d6b-8a6e-0c1f2a4f6d73")
# nothing has changed on the platform's side since: the same words would end the same
_HOPELESS: Final = frozenset({Reason.UNREACHABLE, Reason.REFUSED})


def is_lost(ended: Ended) -> bool:
    """Tell whether a delivery didn't arrive, and nobody wanted that."""
    return ended.status in (Status.FAILED, Status.SKIPPED) and ended.reason is not Reason.CANCELLED


def after(ended: Ended, request: Request, around: Surroundings, at: datetime) -> tuple[Initiative, ...]:
    """Return what follows from the ending of a delivery about a request; a notice that doesn't arrive has no consequence.

    A card that nobody else can be given stays with the clock, which tries again (`request_clock.stranded`).
    """
    word = next((word for word in request.words if word.id == ended.key and word.state == "sent"), None)
    if ended.key == request.card and ended.status is Status.SENT:
        return (RequestKept(request=replace(request, thread=ended.message_id), step=Step.PLACED, by=None),)
    if is_lost(ended) and not request.closed and _must_move(ended, request, around):
        way = way_around(around, request)
        if way is not None:
            return rerouted(around, request, way, at, also=(word,) if word else ())
    return _about_word(ended, request, word, around.texts) if word else ()


def after_greeting(ended: Ended, around: Surroundings) -> tuple[DeliveryPlanned, ...]:
    """Tell whoever stands in for a function's channel that the bot can't write in it, as its greeting has shown; the cause's id is the slug."""
    keeper = next(iter(around.keepers_of(ended.cause_id)), None)
    if not is_lost(ended) or ended.person is not None or keeper is None:
        return ()  # what is told to a person here is this very message: where it doesn't arrive, that's the end of it
    t = around.texts[around.language]
    words = t(
        "I can't write in the channel that was chosen for the requests to {function}: they come to you meanwhile. "
        "Invite me into that channel, then say there once more: /pourqui bind {slug}",
        function=function_name(t, around.catalogue, ended.cause_id),
        slug=ended.cause_id,
    )
    return (
        DeliveryPlanned(
            delivery=Delivery(
                key=uuid5(_NAMESPACE, f"{ended.key}|keeper"),
                kind=Kind.ALERT,
                cause_kind=BINDING,
                cause_id=ended.cause_id,
                to=keeper.id,
                message=Message(language=t.language, blocks=(Text(text=words),)),
            )
        ),
    )


def _must_move(ended: Ended, request: Request, around: Surroundings) -> bool:
    """Tell whether a request can't stay where it is: its card was refused, or its channel or keeper can't be written to any more."""
    if ended.key == request.card:
        return reroutings(around)[0] < AT_ONCE
    if ended.reason is Reason.NOT_ARRIVED:
        return False  # what followed it has come there since
    if request.desk is None:
        return ended.person is not None and ended.person == request.keeper and request.keeper not in {each.id for each in _all_keepers(around)}
    place = request.desk.whole.key
    if ended.reference is None or ended.reference.whole.key != place:
        return False
    return all(desk.dead is not None or desk.reference.whole.key != place for desk in around.desks.values())


def _all_keepers(around: Surroundings) -> Iterator[Party]:
    for keepers in around.keepers.values():
        yield from keepers


def _about_word(ended: Ended, request: Request, word: Word, texts: Mapping[Language, Texts]) -> tuple[Initiative, ...]:
    """Tell a sender what became of their words, in one notice that changes as more is known."""
    t = texts[request.language if word.side == "client" else request.desk_language]
    message = Message(language=t.language, blocks=tuple(_notice(t, ended, word)))
    name = f"arrival|{word.id}"
    planned = (to_client(request, name, message),) if word.side == "client" else to_desk(request, name, message)
    edited = tuple(DeliveryEdited(key=each.delivery.key, message=message) for each in planned)
    if ended.status is Status.SENT:
        return edited  # only where they had been told that it may not have arrived
    return (*planned, *edited) if is_lost(ended) or ended.status is Status.UNKNOWN else ()


def _notice(t: Texts, ended: Ended, word: Word) -> Iterator[Block]:
    quoted = clipped(" ".join(word.text.split()), QUOTED)
    again = Buttons(buttons=(Button(label=t("Send again"), action=SendAgain(word=str(word.id), request=word.request)),))
    if ended.status is Status.SENT:
        yield Text(text=t("This did arrive: “{words}”", words=quoted))
    elif ended.status is Status.UNKNOWN:
        yield Text(text=t("This may not have arrived: “{words}”", words=quoted), strong=True)
        yield Text(text=t("The platform gave no answer, so I can't tell. If you send it again, it may be read twice."))
        yield again
    else:
        yield Text(text=t("This didn't arrive: “{words}”", words=quoted), strong=True)
        yield Text(text=_why(t, ended.reason))
        if ended.reason in _HOPELESS:
            yield Text(text=t("Please reach them another way, by mail for instance."))
        else:
            yield again


def _why(t: Texts, reason: Reason | None) -> str:
    match reason:
        case Reason.UNREACHABLE:
            return t("There's no conversation left in which I can write to them.")
        case Reason.REFUSED:
            return t("The platform refused it.")
        case Reason.EXPIRED:
            return t("It couldn't be sent in time.")
        case Reason.OFF:
            return t("Their platform is switched off at the moment.")
        case Reason.NOT_ARRIVED:
            return t("It was lost on the way, and what came after it has been read since.")
        case _:
            return t("The platform failed several times in a row.")
