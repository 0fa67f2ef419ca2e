"""A platform with limits, in a process of its own: 429 above them, and what it took when, for whoever asks."""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from uuid import UUID

from aiohttp import ClientSession, web

from adapters.port import NO_ATTACHMENTS, DeliveryError, Listener, Outgoing
from benchmarks.children import end_with_parent
from dialogs.attachment import Attachment
from dialogs.events import Platform, Reference
from dialogs.messages import Message, Text
from tests.platforms.slack_limits import Limits
from tests.platforms.teams_limits import RateLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that a platform took: in which workspace, of which campaign, when by the machine's monotonic clock."""

    tenant: str
    campaign: str
    at: float


class _Limited:
    """A platform that takes no more than its limits, by workspace, and answers after so many seconds."""

    def __init__(self, platform: Platform, latency: float) -> None:
        self._platform, self._latency = platform, latency
        self._slack: dict[str, Limits] = {}
        self._teams: dict[str, RateLimits] = {}
        self._taken: list[tuple[str, str, float]] = []
        self._above = 0

    async def post(self, request: web.Request) -> web.Response:
        """Take a message, or answer 429."""
        said = await request.json()
        tenant, conversation = said["tenant"], said["conversation"]
        if self._platform == "slack":
            wait = self._slack.setdefault(tenant, Limits(time.monotonic)).wait("chat.postMessage", conversation)
        else:
            wait = self._teams.setdefault(tenant, RateLimits(time.monotonic)).wait(conversation)
        if wait is not None:
            self._above += 1
            return web.json_response({"retry_after": wait}, status=429)
        self._taken.append((tenant, said["campaign"], time.monotonic()))
        await asyncio.sleep(self._latency)
        return web.json_response({"id": str(len(self._taken))})

    async def told(self, request: web.Request) -> web.Response:
        """Tell what was taken, from so many on, and how often it was too much."""
        return web.json_response({"taken": self._taken[int(request.query.get("from", "0")) :], "above": self._above})


def _serve(platform: Platform, latency: float, pipe: Connection) -> None:
    end_with_parent()

    async def serving() -> None:
        limited, application = _Limited(platform, latency), web.Application()
        application.add_routes([web.post("/", limited.post), web.get("/taken", limited.told)])
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(serving())


@contextmanager
def limited(platform: Platform, latency: float = 0.0) -> Iterator[str]:
    """Run such a platform for the length of the block; yield its address. It answers what it took after `latency` seconds."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(platform, latency, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/"
    finally:
        process.terminate()
        process.join()


async def taken(http: ClientSession, address: str, after: int = 0) -> tuple[list[Taken], int]:
    """Return what a platform took, without the first `after`, and how many calls were above its limits."""
    async with http.get(f"{address}taken?from={after}") as answer:
        told = await answer.json()
    return [Taken(tenant=tenant, campaign=campaign, at=at) for tenant, campaign, at in told["taken"]], told["above"]


class Poster:
    """An adapter that posts to such a platform; without an address, one that takes everything at once."""

    can_look = False

    def __init__(self, platform: Platform, http: ClientSession, address: str | None) -> None:
        self.platform, self._http, self._address = platform, http, address
        self.sent = 0

    def routes(self) -> Iterable[web.RouteDef]:
        return ()

    async def start(self, listener: Listener, *, hears: bool = True) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def send(self, outgoing: Outgoing) -> str | None:
        self.sent += 1
        if self._address is None:
            return str(self.sent)
        place = outgoing.reference
        text = outgoing.message.blocks[0]
        said = {"tenant": place.tenant, "conversation": place.conversation, "campaign": text.text if isinstance(text, Text) else ""}
        async with self._http.post(self._address, json=said) as answer:
            body = await answer.json()
        if answer.status == 429:
            raise DeliveryError("429", permanent=False, retry_after=body["retry_after"])
        return str(body["id"])

    async def find(self, outgoing: Outgoing) -> str | None:
        return None

    async def edit(
        self, reference: Reference, message_id: str, message: Message, key: UUID, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS
    ) -> None:
        pass

    async def recall(self, reference: Reference, message_id: str) -> None:
        pass


@asynccontextmanager
async def posting(platform: Platform, address: str | None) -> AsyncIterator[Poster]:
    """Return an adapter that posts there for the length of the block."""
    async with ClientSession() as http:
        yield Poster(platform, http, address)
