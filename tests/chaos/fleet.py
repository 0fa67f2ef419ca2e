"""The processes under fire: replicas of `serve` and workers, each with a clock of its own, killed, frozen, and started again."""

import asyncio
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.chaos.children import Child, own, start
from tests.chaos.nursery import Nursery

Role = Literal["serve", "worker"]

_READY = ("serving", "working")
_SKEW = (-60.0, 60.0, -20.0, 20.0, 0.0, 45.0)  # seconds, of one after the other: two minutes apart at most


@dataclass(slots=True, kw_only=True)
class Process:
    """One of the fleet: it's started again under the same name. `url` is where its present self listens, None while it doesn't."""

    name: str
    role: Role
    ahead: float
    child: Child
    url: str | None = None
    busy: bool = False  # something is being done to it


@dataclass(slots=True, kw_only=True)
class Fleet:
    """So many processes over one database; `environment` are their settings. Starts that failed, and ends that nobody asked for, are counted."""

    folder: Path
    environment: Mapping[str, str]
    serves: int
    workers: int
    hurried: bool
    processes: list[Process] = field(default_factory=list)
    kills: list[tuple[float, str]] = field(default_factory=list)  # when, and whom
    freezes: int = 0
    ended_alone: list[str] = field(default_factory=list)
    _next: int = 0
    _nursery: Nursery | None = None

    async def begin(self) -> None:
        """Start all of them, and wait until they're ready."""
        if self.hurried:
            self._nursery = Nursery(self.folder, self.environment)
            await self._nursery.open()
        numbers: dict[Role, int] = {"serve": self.serves, "worker": self.workers}
        roles = [role for role, number in numbers.items() for _ in range(number)]
        for number, role in enumerate(roles):
            ahead = _SKEW[number % len(_SKEW)] if len(roles) > 1 else 0.0
            name = f"{role}-{number}"
            self.processes.append(Process(name=name, role=role, ahead=ahead, child=await self._start(name, role, ahead)))
        await asyncio.gather(*(self._awaited(each) for each in self.processes))

    def end(self) -> None:
        """Kill what runs."""
        for each in self.processes:
            each.child.kill()
        if self._nursery is not None:
            self._nursery.close()

    def url(self) -> str | None:
        """Return where a replica listens, by turns; None where none does."""
        heard = [each.url for each in self.processes if each.url is not None and each.role == "serve"]
        self._next += 1
        return heard[self._next % len(heard)] if heard else None

    async def kill(self, each: Process, rest: float) -> None:
        """Kill a process (SIGKILL), and start it again after so many seconds."""
        each.busy = True
        each.url = None
        self.kills.append((time.monotonic(), each.name))
        each.child.kill()
        await asyncio.sleep(rest)
        await self._restart(each)
        each.busy = False

    async def freeze(self, each: Process, seconds: float) -> None:
        """Stop a process (SIGSTOP) for so long, then let it go on."""
        each.busy = True
        self.freezes += 1
        each.child.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            each.child.signal(signal.SIGCONT)
        each.busy = False

    async def revive(self) -> None:
        """Start again whatever ended by itself, as whoever runs a program does (a database that stayed away too long ends it)."""
        for each in self.processes:
            if not each.busy and not each.child.runs:
                self.ended_alone.append(each.name)
                each.url = None
                await self._restart(each)

    async def _restart(self, each: Process) -> None:
        while True:
            each.child = await self._start(each.name, each.role, each.ahead)
            if await self._awaited(each):
                return
            self.ended_alone.append(f"{each.name} at its start")
            await asyncio.sleep(0.5)

    async def _awaited(self, each: Process) -> bool:
        said = await each.child.ready(*_READY)
        each.url = None if said is None else str(said.get("url"))
        return said is not None

    async def _start(self, name: str, role: Role, ahead: float) -> Child:
        log, command = self.folder / f"{name}.log", [role, "--port", "0", "--dev"]
        if self._nursery is not None:
            return await self._nursery.make(log, ahead, command)
        return start(own("tests.chaos.skewed", "--ahead", str(ahead), *command), log, folder=self.folder, environment=self.environment)
