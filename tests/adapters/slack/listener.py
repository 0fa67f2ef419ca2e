"""A program that keeps what the adapter tells it, and answers what a test wants."""

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


class ScriptedListener:
    """An `adapters.port.Listener` that answers with `replies`, once an event, as the real one does by its event keys."""

    def __init__(self) -> None:
        self.replies: Callable[[Event], tuple[Reply, ...]] = lambda _: (says("Bonjour."),)
        self.acquainted = True
        self.traced = True
        self.kept = True
        self.failing = False
        self.heard: list[Event] = []
        self.done: list[UUID] = []
        self.gestures: set[UUID] = set()
        self.profiles: list[Profile] = []
        self.files: dict[tuple[str, str], Attachment] = {}  # by key and user
        self._taken: dict[UUID, tuple[Reply, ...]] = {}
        self._work: set[asyncio.Task[None]] = set()

    async def take(self, event: Event) -> Taken:
        """Keep the event; of several with one key, only the first counts."""
        if self.failing:
            raise ConnectionError("the database is away")
        first = event.key not in self._taken
        if first:
            self.heard.append(event)
            self._taken[event.key] = self.replies(event)
        return Taken(replies=self._taken[event.key], first=first, acquainted=self.acquainted, traced=self.traced, kept=self.kept)

    async def answered(self, key: UUID) -> None:
        """Keep the key of an answered event."""
        self.done.append(key)

    async def met(self, profile: Profile) -> None:
        """Keep a profile."""
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

    async def settled(self) -> None:
        """Wait for all spawned work; what fails there fails the test."""
        async with asyncio.timeout(30):
            while self._work:
                await self._work.pop()

    async def abandoned(self) -> None:
        """End the spawned work, as the end of the program would."""
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        self._work.clear()
