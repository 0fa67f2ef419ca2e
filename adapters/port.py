"""What an adapter is to the program, and what the program is to an adapter."""

from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from aiohttp import web

from dialogs.events import Event, Platform, Reference
from dialogs.messages import Reply
from dialogs.people import Profile


class DeliveryError(Exception):
    """A message didn't reach its platform.

    `permanent` says that trying again is useless (blocked, uninstalled, unknown conversation, malformed). `retry_after` is the platform's own
    delay in seconds, where it gave one.
    """

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the engine answers to an event.

    `first` is False when the platform delivered the event again: what belongs in the *response* (a form, its errors, an invoke's body) is given
    again, but messages are not posted again. `acquainted` is False when the program would like the sender's profile (first contact, or not
    refreshed for a day): the adapter fetches it off the reply path and hands it to `Listener.met`.
    """

    replies: tuple[Reply, ...]
    first: bool = True
    acquainted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A turn whose replies may not have been posted, because the process ended in between.

    `user` is the platform's id of the person, `message_id` that of the tapped message, if any.
    """

    key: UUID
    reference: Reference
    user: str
    message_id: str | None
    replies: tuple[Reply, ...]


class Listener(Protocol):
    """The program, as an adapter sees it."""

    async def take(self, event: Event) -> Taken:
        """Take the turn: durable when it returns. Never raises for what a person did; an inside failure is an apology with a reference."""

    async def answered(self, key: UUID) -> None:
        """Note that the replies of this event were posted (or can never be), so that the sweep leaves them alone."""

    async def met(self, profile: Profile) -> None:
        """Learn what the platform tells of a person."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the application's task group; its failure is logged and ends nothing else."""


class Adapter(Protocol):
    """A platform, as the program sees it."""

    @property
    def platform(self) -> Platform:
        """Which platform this is."""

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the routes to serve."""

    async def start(self, listener: Listener) -> None:
        """Open what is needed (sessions, sockets); called once, before the first request."""

    async def stop(self) -> None:
        """Close what `start` opened."""

    async def post_again(self, unanswered: Unanswered) -> None:
        """Post replies that a crash may have held back, after looking whether they're there, where the platform lets one look.

        Raises DeliveryError.
        """
