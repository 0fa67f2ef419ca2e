"""Load: ready-made HTTP requests over kept connections, in a closed loop (as fast as it goes) or an open one (at a constant rate).

The client is as thin as it gets, because it shares the machine with what it measures.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"connection: *close", re.IGNORECASE)
_REQUEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it travels, and the conversation where its reply will be seen."""

    wire: bytes
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request that was answered. Times are `time.perf_counter`'s, in seconds; `due` is when it should have been sent, were we never late."""

    place: str
    due: float
    at: float
    status: int


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a POST request as it travels."""
    parts = urlsplit(url)
    lines = [f"POST {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode() + body


class Client:
    """A pool of connections to one server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, wire: bytes) -> tuple[int, bytes]:
        """Send a request; return the status and the body of its response."""
        async with asyncio.timeout(_REQUEST_SECONDS):
            reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
            writer.write(wire)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
        if _CLOSES.search(head):
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(head[9:12]), body

    async def saturate(self, requests: Sequence[Request], at_once: int) -> list[Answered]:
        """Send them all, `at_once` of them being under way at any time."""
        answered: list[Answered] = []
        left = iter(requests)
        async with asyncio.TaskGroup() as clients:
            for _ in range(at_once):
                clients.create_task(self._one_after_the_other(left, answered))
        return answered

    async def _one_after_the_other(self, left: Iterator[Request], answered: list[Answered]) -> None:
        for request in left:
            await self._ask(request, time.perf_counter(), answered)

    async def arrive(self, requests: Sequence[Request], rate: float) -> list[Answered]:
        """Send them at a constant rate (per second), however late the answers are; each is timed from when it was due."""
        answered: list[Answered] = []
        start = time.perf_counter()
        async with asyncio.TaskGroup() as clients:
            for number, request in enumerate(requests):
                due = start + number / rate
                if (early := due - time.perf_counter()) > 0:
                    await asyncio.sleep(early)
                clients.create_task(self._ask(request, due, answered))
        return answered

    async def _ask(self, request: Request, due: float, answered: list[Answered]) -> None:
        status, _ = await self.send(request.wire)
        answered.append(Answered(place=request.place, due=due, at=time.perf_counter(), status=status))

    def close(self) -> None:
        """Close every connection."""
        for _, writer in self._idle:
            writer.close()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """Open a client, and close it."""
    client = Client(url)
    try:
        yield client
    finally:
        client.close()
