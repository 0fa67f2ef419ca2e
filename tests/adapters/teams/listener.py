"""A program that only records what an adapter tells it, and answers what a test wants."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from adapters.port import FileEnding, Taken
from dialogs.attachment import Attachment
from dialogs.events import Event, Gesture, Reference, Sender
from dialogs.messages import Message, Place, Reply, Text
from dialogs.people import Profile


def says(text: str, place: Place = Place.HERE) -> Message:
    """Return a message of one paragraph."""
    return Message(language="fr", blocks=(Text(text=text),), place=place)


class RecordingListener:
    """An `adapters.port.Listener` that hears everything and answers `replies`."""

    def __init__(self) -> None:
        self.replies: tuple[Reply, ...] = (says("bonjour"),)
        self.first = True
        self.acquainted = True
        self.traced = True
        self.kept = True
        self.fails: Callable[[], Exception] | None = None
        self.heard: list[Event] = []
        self.done: list[UUID] = []
        self.gestures: set[UUID] = set()
        self.profiles: list[Profile] = []
        self.files: dict[tuple[str, str], Attachment] = {}  # by key and user
        self._work: set[asyncio.Task[None]] = set()

    async def take(self, event: Event) -> Taken:
        """Record the event."""
        if self.fails is not None:
            raise self.fails()
        self.heard.append(event)
        return Taken(replies=self.replies, first=self.first, acquainted=self.acquainted, traced=self.traced, kept=self.kept)

    async def answered(self, key: UUID) -> None:
        """Record that an event was answered."""
        self.done.append(key)

    async def met(self, profile: Profile) -> None:
        """Record a profile."""
        self.profiles.append(profile)

    async def is_new(self, gesture: Gesture) -> bool:
        """Tell whether a gesture wasn't heard before."""
        fresh = gesture.key not in self.gestures
        self.gestures.add(gesture.key)
        return fresh

    async def attachment(self, key: str, reference: Reference, user: str) -> Attachment | None:
        """Return the person's file."""
        return self.files.get((key, user))

    async def words_for(self, ending: FileEnding, reference: Reference, sender: Sender) -> Message:
        """Say why they don't get it."""
        return says(f"file {ending}")

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work beside the request."""
        self._work.add(asyncio.get_running_loop().create_task(work))

    async def idle(self) -> None:
        """Wait for all spawned work; its failures are the test's."""
        async with asyncio.timeout(10):
            while self._work:
                await self._work.pop()
