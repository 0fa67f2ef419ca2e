"""Time: the page sets the company's clock forward, so that what takes weeks is lived in minutes."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias, get_args

from aiohttp import web

from adapters.playground.accounts import Account
from adapters.playground.conversations import Conversations, Place
from adapters.playground.gesture import read_gesture
from adapters.playground.guard import page_headers

Skip: TypeAlias = Literal["hour", "day", "next"]

_OWN: Final[tuple[Place, ...]] = ("slack/dm", "teams/chat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What time it is after a skip, and how many messages the bot sent of its own accord on the way; `idle` tells that nothing was left to come."""

    at: datetime
    sent: int
    idle: bool = False


class Journey(Protocol):
    """What the page has to do with a skip."""

    def is_reached(self) -> bool:
        """Tell whether something has come for whoever skips: the next message is theirs."""

    def passes(self, at: datetime) -> None:
        """Hear what time it is on the way."""


class Travel(Protocol):
    """Whoever keeps the time."""

    def __call__(self, skip: Skip, journey: Journey) -> Awaitable[Arrival]:
        """Set the clock forward, and do what's due by then."""


class Time:
    """The route by which the page skips time, as somebody of `accounts`, by id."""

    def __init__(self, travel: Travel, conversations: Conversations, accounts: Mapping[str, Account]) -> None:
        self._travel, self._conversations, self._accounts = travel, conversations, accounts

    async def skip(self, request: web.Request) -> web.StreamResponse:
        """Skip an hour, a day, or to the next message that whoever skips gets; every window hears what time it is."""
        gesture = await read_gesture(request)
        account = self._accounts.get(gesture.text("account"))
        wanted = gesture.text("skip")
        skip = next((each for each in get_args(Skip) if each == wanted), None)
        if skip is None or account is None:
            raise web.HTTPBadRequest(text="skip is hour, day or next, and account somebody who is here.\n")
        journey = _Watched(self._conversations, account)
        arrival = await self._travel(skip, journey)
        journey.passes(arrival.at)
        told = {"at": arrival.at.isoformat(), "sent": arrival.sent, "mine": journey.received(), "idle": arrival.idle}
        return web.json_response(told, headers=page_headers())


class _Watched:
    """A skip as the page sees it: what comes to somebody's own conversations meanwhile, what time it is on the way."""

    def __init__(self, conversations: Conversations, account: Account) -> None:
        self._conversations = conversations
        self._own = [conversations.of(account, place) for place in _OWN]
        self._before = self._posts()

    def received(self) -> int:
        """Return how many messages came."""
        return len(self._posts() - self._before)

    def is_reached(self) -> bool:
        """Tell whether any came."""
        return self.received() > 0

    def passes(self, at: datetime) -> None:
        """Tell every window what time it is."""
        self._conversations.tell_all({"type": "time", "at": at.isoformat()})

    def _posts(self) -> frozenset[tuple[str, str]]:
        return frozenset((conversation.id, post.id) for conversation in self._own for post in conversation if post.author is None)
