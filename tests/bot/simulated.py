"""What the pump is tested with: time that passes when told, a platform that fails on demand, a process that dies at a given step."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID, uuid5

from aiohttp import web
from sqlmodel import Session

from adapters.port import NO_ATTACHMENTS, Adapter, DeliveryError, Listener, Outgoing
from bot.clock import Clock, Sleep
from bot.delivery import Pump
from bot.endings import Aftermath
from bot.metrics import Metrics
from bot.reconciler import Reconciler
from dialogs.attachment import Attachment
from dialogs.delivery import Delivery, Kind
from dialogs.events import Platform, Reference, Scope
from dialogs.gates import Candidate, Go, Verdict
from dialogs.messages import Message, Text
from storage import deliveries
from storage.database import Database
from tests.company import NOON

T = TypeVar("T")
_NAMES = UUID(int=4)
_ORDER = count()


class Time:
    """A clock that stands still but for those who sleep by it."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Sleep beside others: it's as late as whoever sleeps longest wants it."""
        until = self.at + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        self.at = max(self.at, until)

    def passes(self, **amount: float) -> datetime:
        self.at += timedelta(**amount)
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message as it arrived; `asked_at` is when the platform was called, `order` counts over all platforms."""

    key: UUID
    reference: Reference
    message: Message
    asked_at: datetime
    at: datetime
    id: str
    order: int
    attachments: Mapping[str, Attachment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What goes wrong with one call: an `error`, before the message arrives or (`arrives`) after it did; or it only `takes` that many seconds."""

    error: Exception | None = None
    arrives: bool = False
    takes: float = 0.0


def limited(seconds: float) -> Trouble:
    return Trouble(error=DeliveryError("429 ratelimited", permanent=False, retry_after=seconds))


def refused(*, dead: bool = False) -> Trouble:
    return Trouble(error=DeliveryError("is_archived" if dead else "msg_too_long", permanent=True, dead=dead))


def unanswered(*, arrives: bool) -> Trouble:
    return Trouble(error=DeliveryError("no answer", permanent=False, ambiguous=True), arrives=arrives)


def unreached() -> Trouble:
    return Trouble(error=DeliveryError("connection refused", permanent=False))


class InMemory:
    """A platform that takes what it's given. `between` is called around each message that's written to it: a process may die there."""

    def __init__(self, platform: Platform, time: Time, *, can_look: bool) -> None:
        self.name, self.time, self._can_look = platform, time, can_look
        self.posted: list[Posted] = []
        self.calls = 0
        self.looked = 0
        self.edits: list[tuple[str, Message]] = []
        self.edited_at: list[datetime] = []
        self.recalls: list[str] = []
        self.edited_with: list[Mapping[str, Attachment]] = []
        self.troubles: deque[Trouble] = deque()
        self.between: Callable[[str], None] = lambda _: None

    @property
    def platform(self) -> Platform:
        return self.name

    @property
    def can_look(self) -> bool:
        return self._can_look

    def routes(self) -> Iterable[web.RouteDef]:
        return ()

    async def start(self, listener: Listener, *, hears: bool = True) -> None:
        """Nothing is opened."""

    async def stop(self) -> None:
        """Nothing is closed."""

    async def send(self, outgoing: Outgoing) -> str | None:
        self.calls += 1
        asked_at = self.time()
        trouble = self.troubles.popleft() if self.troubles else Trouble()
        self.between("before the write")
        if trouble.takes:
            await self.time.sleep(trouble.takes)
        id_ = None
        if trouble.arrives or trouble.error is None:
            id_ = f"{self.name}-{len(self.posted) + 1}"
            posted = Posted(
                key=outgoing.key,
                reference=outgoing.reference,
                message=outgoing.message,
                asked_at=asked_at,
                at=self.time(),
                id=id_,
                order=next(_ORDER),
                attachments=outgoing.attachments,
            )
            self.posted.append(posted)
        self.between("after the write")
        if trouble.error is not None:
            raise trouble.error
        return id_

    async def find(self, outgoing: Outgoing) -> str | None:
        self.looked += 1
        self._trip()
        return next((posted.id for posted in self.posted if posted.key == outgoing.key), None)

    async def edit(
        self, reference: Reference, message_id: str, message: Message, key: UUID, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS
    ) -> None:
        self.calls += 1
        self._trip()
        self.edits.append((message_id, message))
        self.edited_at.append(self.time())
        self.edited_with.append(attachments)

    async def recall(self, reference: Reference, message_id: str) -> None:
        self._trip()
        self.recalls.append(message_id)

    def _trip(self) -> None:
        if self.troubles and (error := self.troubles.popleft().error) is not None:
            raise error

    def texts(self) -> list[str]:
        """Return the words of what arrived, in the order in which it did."""
        return [words(posted.message) for posted in self.posted]


class Crash(BaseException):
    """The process ends here; nothing of it runs any more."""


@dataclass(slots=True)
class Death:
    """Counts the steps of a process, which dies at the one with this number; those after it die too."""

    at_step: int | None = None
    steps: list[str] = field(default_factory=list)

    def __call__(self, step: str) -> None:
        if self.at_step is not None and len(self.steps) >= self.at_step:
            raise Crash(step)
        self.steps.append(step)


class Mortal(Database):
    """A database as a process sees it that may die before or after each transaction."""

    def __init__(self, inner: Database, between: Callable[[str], None]) -> None:
        super().__init__(inner._engine, "the database")
        self._between = between

    async def write(self, conversation_key: str, body: Callable[[Session], T]) -> T:
        name = conversation_key.partition("|")[0]
        self._between(f"before {name}")
        value = await super().write(conversation_key, body)
        self._between(f"after {name}")
        return value


def open_gate(_candidate: Candidate) -> Verdict:
    return Go()


def slack(time: Time) -> InMemory:
    return InMemory("slack", time, can_look=True)


def teams(time: Time) -> InMemory:
    return InMemory("teams", time, can_look=False)


def pump(
    database: Database,
    *platforms: InMemory,
    time: Time,
    owner: str = "one",
    gate: Callable[[Candidate], Verdict] = open_gate,
    aftermath: Mapping[str, Aftermath] | None = None,
    metrics: Metrics | None = None,
    clock: Clock | None = None,
    sleep: Sleep | None = None,
) -> Pump:
    return Pump(
        database,
        adapters(platforms),
        metrics or Metrics(),
        clock or time,
        gate=gate,
        aftermath=aftermath or {},
        owner=owner,
        sleep=sleep or time.sleep,
        monotonic=time.monotonic,
    )


def reconciler(database: Database, *platforms: InMemory, time: Time, aftermath: Mapping[str, Aftermath] | None = None) -> Reconciler:
    return Reconciler(database, adapters(platforms), time, aftermath=aftermath or {}, planned=lambda: None, sleep=time.sleep)


def adapters(platforms: Iterable[InMemory]) -> dict[str, Adapter]:
    return {platform.name: platform for platform in platforms}


def channel(name: str, platform: Platform = "slack", tenant: str = "T1") -> Reference:
    return Reference(platform=platform, tenant=tenant, conversation=name, scope=Scope.CHANNEL)


def key(name: str) -> UUID:
    return uuid5(_NAMES, name)


def says(text: str) -> Message:
    return Message(language="en", blocks=(Text(text=text),))


def words(message: Message) -> str:
    return "\n".join(block.text for block in message.blocks if isinstance(block, Text))


def to_say(name: str, to: str | Reference | None = None, **more: object) -> Delivery:
    """Return a delivery that says its own name, to a channel of its own unless told otherwise."""
    planned = {"kind": Kind.REPLY, "cause_kind": "test", "cause_id": name, "message": says(name), "to": to or channel(f"C-{name}")}
    return Delivery(key=key(name), **(planned | more))  # type: ignore[arg-type]


async def plan(database: Database, at: datetime, *several: Delivery) -> None:
    await database.write("test", lambda session: deliveries.plan_all(session, several, at))


async def standing(database: Database) -> dict[str, tuple[str, str | None]]:
    """Return how each delivery stands, by the id of its cause, which is its name; and see that the ledger's identity holds."""
    assert await database.read(deliveries.imbalances) == []
    lines = await database.read(lambda session: list(deliveries.lines(session)))
    return {line.cause_id: (line.status, line.reason) for line in reversed(lines)}
