"""The relay: what goes to the client, and what goes to the experts, about a request; every dialog of requests says it through here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from dialogs.catalog import Catalogue, Language, Promise
from dialogs.delivery import Delivery, Kind
from dialogs.events import Reference
from dialogs.facts import DeliveryEdited, DeliveryPlanned
from dialogs.messages import Message
from dialogs.request import REQUEST, WORD, Desk, Party, Request, Word, desk_for, lane_to_client, lane_to_desk
from dialogs.request_card import card, word_as_client, word_as_expert
from dialogs.texts import Texts
from dialogs.working_time import WorkingHours, due

UNPROMISED: Final = Promise(time=4, unit="working_hours")  # when somebody should have taken what no service promises
_NAMESPACE: Final = UUID("b0a7b1f5-3f0f-5b7e-9d52-5f0e4d1d8f34")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a request goes: to a channel, or to the private conversation of a `keeper`; neither where nobody can be reached."""

    desk: Reference | None
    keeper: str | None
    language: Language


def route(
    desks: Mapping[tuple[str, str | None], Desk],
    keepers: Mapping[str, tuple[Party, ...]],
    function: str,
    sheet: str | None,
    language: Language,
    *,
    client: str | None = None,
) -> Route:
    """Return where a request for a function goes: its service's channel, its own, its owner, else an admin; in private, never to its own `client`.

    `language` is for a keeper who reads none that we know.
    """
    desk = desk_for(desks, function, sheet)
    if desk is not None:
        return Route(desk=desk.reference, keeper=None, language=desk.language)
    keeper = next((each for each in (*keepers.get(function, ()), *keepers.get("", ())) if each.id != client), None)
    if keeper is None:
        return Route(desk=None, keeper=None, language=language)
    return Route(desk=None, keeper=keeper.id, language=keeper.language or language)


def due_at(hours: WorkingHours, catalogue: Catalogue, sheet: str | None, at: datetime) -> datetime:
    """Return by when somebody should have taken a request that came at `at`: what its service promises, else `UNPROMISED`."""
    found = catalogue.sheet(sheet) if sheet else None
    promise = getattr(found[1], "promise", None) if found else None
    return due(hours, at, promise or UNPROMISED)


def placed(texts: Mapping[Language, Texts], catalogue: Catalogue, request: Request, way: Route) -> tuple[Request, tuple[DeliveryPlanned, ...]]:
    """Send a request's card where it goes; return the request as it is then. Nothing is sent where nobody can be reached."""
    place = f"{way.desk.key if way.desk else way.keeper or ''}|{request.hops}|{request.reopened}"
    key = uuid5(_NAMESPACE, f"{request.id}|card|{place}")
    there = replace(request, desk=way.desk, keeper=way.keeper, desk_language=way.language, card=key, thread=None)
    to = way.desk or way.keeper
    if to is None:
        return replace(there, card=None), ()
    delivery = Delivery(
        key=key,
        kind=Kind.REPLY,
        cause_kind=REQUEST,
        cause_id=request.id,
        to=to,
        message=card(texts[way.language], catalogue, there),
        urgent=True,
        lane=lane_to_desk(request.id),
    )
    return there, (DeliveryPlanned(delivery=delivery),)


def card_again(texts: Mapping[Language, Texts], catalogue: Catalogue, request: Request) -> tuple[DeliveryEdited, ...]:
    """Show the request's card as it is now, where it stands."""
    if request.card is None:
        return ()
    return (DeliveryEdited(key=request.card, message=card(texts[request.desk_language], catalogue, request)),)


def to_client(request: Request, name: str, message: Message) -> DeliveryPlanned:
    """Tell the client what becomes of their request. `name` tells this notice from all others about it, such as a step and its event's key."""
    return DeliveryPlanned(
        delivery=Delivery(
            key=uuid5(_NAMESPACE, f"{request.id}|client|{name}"),
            kind=Kind.REPLY,
            cause_kind=REQUEST,
            cause_id=request.id,
            to=request.client.id,
            message=message,
            urgent=True,
            lane=lane_to_client(request.id),
        )
    )


def to_desk(request: Request, name: str, message: Message, *, kind: Kind = Kind.REPLY) -> tuple[DeliveryPlanned, ...]:
    """Tell the experts something about a request, under its card; nothing where nobody can be reached. `name` as for `to_client`."""
    return _to_desk(request, uuid5(_NAMESPACE, f"{request.id}|desk|{name}"), REQUEST, message, kind)


def word_to_client(texts: Mapping[Language, Texts], catalogue: Catalogue, request: Request, word: Word) -> DeliveryPlanned:
    """Carry an expert's word to the client, in the expert's name."""
    return DeliveryPlanned(
        delivery=Delivery(
            key=word.id,
            kind=Kind.REPLY,
            cause_kind=WORD,
            cause_id=request.id,
            to=request.client.id,
            message=word_as_client(texts[request.language], catalogue, request, word),
            urgent=True,
            lane=lane_to_client(request.id),
        )
    )


def word_to_desk(texts: Mapping[Language, Texts], catalogue: Catalogue, request: Request, word: Word) -> tuple[DeliveryPlanned, ...]:
    """Carry a client's word to the experts, under the request's card; nothing where nobody can be reached."""
    return _to_desk(request, word.id, WORD, word_as_expert(texts[request.desk_language], catalogue, request, word), Kind.REPLY)


def _to_desk(request: Request, key: UUID, cause: str, message: Message, kind: Kind) -> tuple[DeliveryPlanned, ...]:
    to = request.desk or request.keeper
    if to is None:
        return ()
    delivery = Delivery(
        key=key,
        kind=kind,
        cause_kind=cause,
        cause_id=request.id,
        to=to,
        message=message,
        urgent=True,
        lane=lane_to_desk(request.id),
        under=request.card,
    )
    return (DeliveryPlanned(delivery=delivery),)
