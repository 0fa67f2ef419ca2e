"""Rounds: servers side by side, each asked the same kinds of gestures in turn, so that what else the machine does hits them alike.

A round has two parts. As fast as it goes: some requests at once, until the last reply has reached the platform; the server's CPU time is read
before and after, since wall time tells as much of the neighbours. Then at constant rates: from the moment a gesture is due until it's acknowledged,
and until its reply reaches the platform.
"""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.load import Answered, Client, Request
from benchmarks.processes import Process

AT_ONCE = 32  # requests under way in a closed loop: below what pourqui refuses (`bot.health.AT_ONCE`), and enough for groups to form in its writer
RATES = (50, 200)  # gestures a second, in the open loops
ROUNDS = 3
_LOOK_EVERY = 0.02
_REPLY_SECONDS = 60.0  # without any reply: then those that are missing won't come
_CALIBRATING = 128  # requests
_FEWEST = 32
_HEADROOM = 0.9  # of a server's throughput: a higher rate only measures the queue

Make = Callable[[str, int], Sequence[Request]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server under measure; `replies` False where it acknowledges and posts nothing."""

    name: str
    process: Process
    client: Client
    replies: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A closed loop: how many requests, in how many seconds of wall time, for how many of the server's CPU."""

    requests: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Return requests per second of wall time."""
        return self.requests / self.seconds

    @property
    def cost(self) -> float:
        """Return milliseconds of CPU a request."""
        return self.cpu / self.requests * 1000


@dataclass(slots=True, kw_only=True)
class Latencies:
    """An open loop, or several of them: milliseconds until acknowledged and until replied, and how many were refused (503)."""

    acknowledged: list[float] = field(default_factory=list)
    replied: list[float] = field(default_factory=list)
    refused: int = 0


class Inbox:
    """What reached the fake platform."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def collected(self, number: int) -> list[tuple[str, float]]:
        """Wait for that many replies; return (conversation, when) of each, in order. Raises RuntimeError where some don't come, or too many do."""
        arrived: list[tuple[str, float]] = []
        latest = time.perf_counter()
        while True:
            told = json.loads((await self._client.send(b"GET /arrivals HTTP/1.1\r\nHost: fake\r\n\r\n"))[1])
            arrived += [(place, at) for place, at in told]
            if told:
                latest = time.perf_counter()
            if len(arrived) >= number or time.perf_counter() - latest > _REPLY_SECONDS:
                break
            await asyncio.sleep(_LOOK_EVERY)
        if len(arrived) != number:
            raise RuntimeError(f"{number} replies were due, {len(arrived)} came")
        return sorted(arrived, key=lambda reply: reply[1])


class Rounds:
    """All that was measured, by server and gesture."""

    def __init__(self, servers: Sequence[Server], inbox: Inbox, make: Make, *, gestures: Sequence[str], timed: Sequence[str]) -> None:
        self._servers, self._inbox, self._make = servers, inbox, make
        self._gestures, self._timed = gestures, timed
        self.windows: dict[tuple[str, str], list[Window]] = defaultdict(list)
        self.latencies: dict[tuple[str, str, int], Latencies] = defaultdict(Latencies)
        self._rates: dict[tuple[str, str], float] = {}

    async def warm_up(self, number: int) -> None:
        """Let each server meet everybody, `number` people, and learn roughly how fast it is."""
        for server in self._servers:
            for gesture in self._gestures:
                await self._saturated(server, self._make(gesture, number))
            for gesture in self._gestures:
                window = await self._saturated(server, self._make(gesture, _CALIBRATING))
                self._rates[server.name, gesture] = window.rate

    async def throughput(self, seconds: float, turn: int) -> None:
        """Measure every server with every gesture, some seconds each; every other turn in the reverse order."""
        for gesture in self._gestures:
            for server in self._servers[:: -1 if turn % 2 else 1]:
                number = max(_FEWEST, round(self._rates[server.name, gesture] * seconds))
                self.windows[server.name, gesture].append(await self._saturated(server, self._make(gesture, number)))

    async def latency(self, seconds: float, turn: int) -> None:
        """Measure those that are timed, at each rate, some seconds each; a rate that a server can't keep up with, by the closed loops before it,
        is left out.
        """
        for rate in RATES:
            for gesture in self._gestures:
                for server in [each for each in self._servers if each.name in self._timed][:: -1 if turn % 2 else 1]:
                    if rate < self.rate(server.name, gesture) * _HEADROOM:
                        await self._arriving(server, gesture, rate, round(rate * seconds))

    def rate(self, server: str, gesture: str) -> float:
        """Return the median of requests per second."""
        return float(np.median([window.rate for window in self.windows[server, gesture]]))

    def cost(self, server: str, gesture: str) -> float:
        """Return the median of milliseconds of CPU a request."""
        return float(np.median([window.cost for window in self.windows[server, gesture]]))

    def busy(self, server: str, gesture: str) -> float:
        """Return the median share of the time during which the server had a CPU; below 1, something else held it up."""
        return float(np.median([window.cpu / window.seconds for window in self.windows[server, gesture]]))

    def ratios(self, gesture: str, ours: str, theirs: str, of: Callable[[Window], float]) -> list[float]:
        """Return how many times theirs ours is, round by round."""
        return [of(mine) / of(other) for mine, other in zip(self.windows[ours, gesture], self.windows[theirs, gesture], strict=True)]

    async def _saturated(self, server: Server, requests: Sequence[Request]) -> Window:
        used, start = server.process.cpu(), time.perf_counter()
        answered = await server.client.saturate(requests, AT_ONCE)
        refused = [each.status for each in answered if each.status >= 300]
        if refused:
            raise RuntimeError(f"{server.name} refused {len(refused)} of {len(requests)} requests, the first with {refused[0]}")
        ends = [each.at for each in answered]
        if server.replies:
            ends += [at for _, at in await self._inbox.collected(len(requests))]
        return Window(requests=len(requests), seconds=max(ends) - start, cpu=server.process.cpu() - used)

    async def _arriving(self, server: Server, gesture: str, rate: int, number: int) -> None:
        answered = await server.client.arrive(self._make(gesture, number), rate)
        accepted = [each for each in answered if each.status < 300]
        kept = self.latencies[server.name, gesture, rate]
        kept.refused += len(answered) - len(accepted)
        kept.acknowledged += [(each.at - each.due) * 1000 for each in accepted]
        kept.replied += _until_replied(accepted, await self._inbox.collected(len(accepted)))


def _until_replied(answered: Iterable[Answered], arrived: Iterable[tuple[str, float]]) -> list[float]:
    """Pair the gestures of each conversation with its replies, in order; return the milliseconds between."""
    due: dict[str, deque[float]] = defaultdict(deque)
    for each in sorted(answered, key=lambda each: each.due):
        due[each.place].append(each.due)
    return [(at - due[place].popleft()) * 1000 for place, at in arrived]
