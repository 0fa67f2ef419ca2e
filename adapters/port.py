"""What an adapter is to the program, and what the program is to an adapter."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Protocol
from uuid import UUID

from aiohttp import web

from dialogs.attachment import Attachment
from dialogs.events import Event, Gesture, Platform, Reference, Sender
from dialogs.messages import Message, Reply
from dialogs.people import Profile

SEND_SECONDS = 3.0  # of one call to a platform that sends (delivery.md); the lease of a claim is reckoned from it
ANSWER_SECONDS: Final = 15.0  # after a gesture, to begin to post its reply: the sweep takes over after 30, and a call takes 15 with its waits
CALLS_AT_ONCE: Final = 1_000  # to one platform; at aiohttp's own 100, calls of a few workspaces that hang would keep all others waiting
NO_ATTACHMENTS: Final[Mapping[str, Attachment]] = MappingProxyType({})


class DeliveryError(Exception):
    """A message didn't reach its platform, or nobody knows whether it did.

    `permanent` says that trying again is useless (blocked, uninstalled, unknown conversation, malformed). `retry_after` is the platform's own
    delay in seconds, where it gave one. `ambiguous` says that it may have arrived all the same (no answer after it was written, a server's error):
    it's then never sent again blindly. `dead` says that the conversation can't be written to any more (blocked, uninstalled, archived, removed).
    """

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None, ambiguous: bool = False, dead: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.ambiguous = ambiguous
        self.dead = dead


def refuse_late(until: float) -> None:
    """Raise DeliveryError past this time of the event loop's clock: whatever held this process up (frozen, overloaded), the sweep takes over."""
    if asyncio.get_running_loop().time() > until:
        raise DeliveryError("it's too late: this process was held up", permanent=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the engine answers to an event.

    `first` is False when the platform delivered the event again: what belongs in the *response* (a form, its errors, an invoke's body) is given
    again, but messages are not posted again. `acquainted` is False when the program would like the sender's profile (first contact, or not
    refreshed for a day): the adapter fetches it off the reply path and hands it to `Listener.met`. `traced` is False for a gesture of which nothing
    may be known afterwards: no log line names its key, and nothing is to be `answered`. `kept` is False for an apology: the turn failed, nothing of
    it is stored, so the gesture is acknowledged only once the apology was posted, and else delivered again.
    """

    replies: tuple[Reply, ...]
    first: bool = True
    acquainted: bool = True
    traced: bool = True
    kept: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that the bot sends on its own initiative: one row of the ledger.

    `key` is stamped on it, where the platform keeps stamps. `message.place` is HERE, but for a reply that a crash held back: then `user` and
    `tapped` are the platform's ids of the person and of the tapped message, for the places that need them. `attachments` are those that its pictures
    and its file name, by their keys; where one isn't there (any more), a picture is told in its own words, and of a file only the name is shown.
    """

    key: UUID
    reference: Reference
    message: Message
    user: str | None = None
    tapped: str | None = None
    attachments: Mapping[str, Attachment] = field(default_factory=lambda: NO_ATTACHMENTS)


class FileEnding(StrEnum):
    """Why a file that was offered to somebody (Teams asks them first) isn't handed over."""

    DECLINED = "declined"
    GONE = "gone"  # it expired, or isn't theirs
    FAILED = "failed"  # it couldn't be put where Teams wants it; they may try again


class Listener(Protocol):
    """The program, as an adapter sees it."""

    async def take(self, event: Event) -> Taken:
        """Take the turn: durable when it returns. Never raises for what a person did; an inside failure is an apology with a reference."""

    async def answered(self, key: UUID) -> None:
        """Note that the replies of this event were posted (or can never be), so that the sweep leaves them alone."""

    async def met(self, profile: Profile) -> None:
        """Learn what the platform tells of a person."""

    async def is_new(self, gesture: Gesture) -> bool:
        """Tell whether a gesture that asks for no turn is heard for the first time, by whichever process, and remember it."""

    async def attachment(self, key: str, reference: Reference, user: str) -> Attachment | None:
        """Return the file that was made for this person; None where there's no such (any more), or where it's somebody else's."""

    async def words_for(self, ending: FileEnding, reference: Reference, sender: Sender) -> Message:
        """Say in the person's language why they don't get a file."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the application's task group; its failure is logged and ends nothing else."""


class Adapter(Protocol):
    """A platform, as the program sees it."""

    @property
    def platform(self) -> Platform:
        """Which platform this is."""

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the routes to serve."""

    async def start(self, listener: Listener, *, hears: bool = True) -> None:
        """Open what is needed (sessions, sockets); called once, before the first request. One that doesn't hear only sends: nothing comes to it."""

    async def stop(self) -> None:
        """Close what `start` opened."""

    @property
    def can_look(self) -> bool:
        """Whether the platform lets one look if a message is there (Slack's history by our stamp; Teams has none)."""

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send once, within `SEND_SECONDS`, without trying again: the ledger does. Return the platform's id of the message, where it gives one.

        Raises DeliveryError, whose attributes say what is known.
        """

    async def find(self, outgoing: Outgoing) -> str | None:
        """Look whether a message is there, by its stamp; return its id, None where it isn't. Only where `can_look`. Raises DeliveryError."""

    async def edit(
        self, reference: Reference, message_id: str, message: Message, key: UUID, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS
    ) -> None:
        """Show something else in place of a message that was sent; once more does no harm. A file isn't handed over again. Raises DeliveryError."""

    async def recall(self, reference: Reference, message_id: str) -> None:
        """Delete a message that was sent; one that's gone already is no error. Raises DeliveryError."""
