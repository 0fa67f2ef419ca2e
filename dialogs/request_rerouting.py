"""Rerouting: a request whose card didn't reach its channel goes to another one, or to somebody who stands in for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from dialogs.catalog import Catalogue, Language
from dialogs.delivery import Delivery
from dialogs.events import Reference
from dialogs.facts import DeliveryPlanned, DeliveryRecalled, Initiative, RequestKept, WordKept
from dialogs.messages import Bullets, Message, Text, clipped
from dialogs.relay import Route, placed, route, to_desk, word_to_desk
from dialogs.request import Desk, Party, Request, Step, Word
from dialogs.request_card import SAID, client_name, expert_name
from dialogs.texts import Texts

PATIENCE: Final = timedelta(minutes=15)  # how long a card may be on its way; twice as long after each rerouting
MOST_PATIENCE: Final = timedelta(hours=4)
AT_ONCE: Final = 3  # cards refused in a row that are placed elsewhere at once; from then on the clock does, with patience
_NAMESPACE: Final = UUID("58a5b7f2-6a0d-5f7c-b9a9-8f0d4b1c7e15")
_LINE: Final = 300  # characters of a word in a list
_NEW_PLACES: Final = (Step.OPENED, Step.HANDED, Step.REOPENED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a decision about a request looks at, where nobody's gesture led to it.

    `language` is that of those who stand in for a channel. `elsewhere` says, by their id, where they can be reached on another platform than the
    request's. `on_their_way` are the keys of what goes to its experts and isn't known to be there, `in_doubt` those of them that may be there all the
    same; `history` is what was done to it, and when. `given_up` says that the ledger has given its card up.
    """

    texts: Mapping[Language, Texts]
    catalogue: Catalogue
    language: Language
    desks: Mapping[tuple[str, str | None], Desk] = field(default_factory=dict)
    keepers: Mapping[str, tuple[Party, ...]] = field(default_factory=dict)
    elsewhere: Mapping[str, Reference] = field(default_factory=dict)
    on_their_way: tuple[UUID, ...] = ()
    in_doubt: frozenset[UUID] = frozenset()
    history: tuple[tuple[Step, datetime], ...] = ()
    given_up: bool = False

    def keepers_of(self, function: str) -> tuple[Party, ...]:
        """Return who stands in for a function's channel, the first first; the admins last."""
        return (*self.keepers.get(function, ()), *self.keepers.get("", ()))


def reroutings(around: Surroundings) -> tuple[int, datetime | None]:
    """Return how often a request was rerouted since it was opened, handed on or reopened, and when it last went anywhere."""
    times, since = 0, None
    for step, at in around.history:
        if step in _NEW_PLACES:
            times, since = 0, at
        elif step is Step.REROUTED:
            times, since = times + 1, at
    return times, since


def is_time(around: Surroundings, at: datetime) -> bool:
    """Tell whether a card that isn't there has had its time."""
    times, since = reroutings(around)
    return since is None or at - since >= min(PATIENCE * 2**times, MOST_PATIENCE)


def first_way(around: Surroundings, request: Request) -> Route:
    """Return where a request goes that nobody could be reached for until now."""
    return route(around.desks, around.keepers, request.function, request.sheet, around.language, client=request.client.id)


def way_around(around: Surroundings, request: Request) -> Route | None:
    """Return where else a request can go, in this order: another channel of the function, its owners, its contacts, an admin; None for nowhere."""
    for key in ((request.function, request.sheet), (request.function, None)):
        desk = around.desks.get(key)
        if desk is not None and desk.dead is None and desk.reference.whole.key != _key(request):
            return Route(desk=desk.reference, keeper=None, language=desk.language)
    return _keeper(around, request)


def way_elsewhere(around: Surroundings, request: Request) -> Route | None:
    """Return where else a request can go while its platform is down: where another platform is used, before where it isn't."""
    platform = request.desk.platform if request.desk else None
    for key in ((request.function, request.sheet), (request.function, None)):
        desk = around.desks.get(key)
        if desk is not None and desk.dead is None and desk.reference.whole.key != _key(request) and desk.reference.platform != platform:
            return Route(desk=desk.reference, keeper=None, language=desk.language)
    return _keeper(around, request)


def rerouted(around: Surroundings, request: Request, way: Route, at: datetime, *, also: Sequence[Word] = ()) -> tuple[Initiative, ...]:
    """Send a request's card another way, which leads somewhere, and with it the client's words that are on their way, or (`also`) were refused.

    Those that may have arrived aren't carried twice: they're listed.
    """
    unsent = {*around.on_their_way, *(word.id for word in also)} - around.in_doubt
    carried = [word for word in request.words if word.side == "client" and word.state == "sent" and word.id in unsent]
    said = replace(request, words=tuple(word for word in request.words if word not in carried))  # what comes below the card isn't said on it too
    there, planned = placed(around.texts, around.catalogue, said, way)
    key = uuid5(_NAMESPACE, f"{request.id}|{at.isoformat()}")  # one of its own: the request may have been there before
    there = replace(there, card=key)
    # what still waits for a platform that's down would hold back all that follows in its lane
    facts: list[Initiative] = [DeliveryRecalled(key=waiting) for waiting in around.on_their_way]
    facts.append(RequestKept(request=there, step=Step.REROUTED, by=None))
    facts += [DeliveryPlanned(delivery=_towards(around, there, replace(each.delivery, key=key))) for each in planned]
    facts += _so_far(around, there, [word for word in said.words if word.state == "sent"], at)
    for word in carried:
        facts += _again(around, there, word)
    return tuple(facts)


def _so_far(around: Surroundings, request: Request, words: Sequence[Word], at: datetime) -> tuple[DeliveryPlanned, ...]:
    """Tell whoever has the request now what was said where it was, unless its card does."""
    if not words or request.hops or request.reopened:
        return ()
    t = around.texts[request.desk_language]
    lines = tuple(
        t(
            "{name}: {words}",
            name=client_name(t, request) if word.side == "client" else expert_name(t, around.catalogue, request, word.author),
            words=clipped(" ".join(word.text.split()), _LINE),
        )
        for word in words[-SAID:]
    )
    message = Message(language=t.language, blocks=(Text(text=t("What was said so far"), strong=True), Bullets(items=lines)))
    return to_desk(request, f"so far|{at.isoformat()}", message)


def _again(around: Surroundings, request: Request, word: Word) -> Iterator[Initiative]:
    """Carry a word once more, as another one: its delivery has been given up."""
    again = replace(word, id=uuid5(word.id, "rerouted"))  # `and_copies` finds it: what becomes of the former becomes of it
    yield WordKept(word=replace(word, state="dropped", source=None))
    yield WordKept(word=again)
    yield from word_to_desk(around.texts, around.catalogue, request, again)


def _towards(around: Surroundings, request: Request, delivery: Delivery) -> Delivery:
    """Turn a keeper's card to the platform that isn't down, where they can be reached there."""
    there = around.elsewhere.get(request.keeper) if request.keeper else None
    return delivery if there is None else replace(delivery, to=there)


def _keeper(around: Surroundings, request: Request) -> Route | None:
    others = [keeper for keeper in around.keepers_of(request.function) if keeper.id not in (request.keeper, request.client.id)]
    chosen = next((keeper for keeper in others if keeper.id in around.elsewhere), None) or next(iter(others), None)
    return Route(desk=None, keeper=chosen.id, language=chosen.language or around.language) if chosen else None


def _key(request: Request) -> str | None:
    return request.desk.whole.key if request.desk else None
