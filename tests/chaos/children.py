"""Child processes: each ends with the one that started it, writes to a file of its own, and says by a line of its log that it's ready."""

import asyncio
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_LOOK_EVERY = 0.05
_START_SECONDS = 90.0


def ends_with_us(how: signal.Signals) -> Callable[[], None] | None:
    """Return what asks the kernel to end a child when its parent ends, however that does (Linux; elsewhere it'd stay)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(1, how)  # PR_SET_PDEATHSIG

    return ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process that runs, or did: of ours, or (`process` None) one that a process of ours made."""

    handle: int  # a pidfd: whoever gets that number later is never meant
    log: Path
    from_byte: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def runs(self) -> bool:
        """Whether it hasn't ended."""
        return not select.select([self.handle], [], [], 0)[0]

    def told(self) -> str:
        """Return what it has written."""
        with self.log.open("rb") as log:
            log.seek(self.from_byte)
            return log.read().decode("utf-8", "replace")

    def event(self, *names: str) -> dict[str, Any] | None:
        """Return the first line of its log that tells of one of these events."""
        for line in self.told().splitlines():
            if any(name in line for name in names):
                try:
                    said = json.loads(line)
                except ValueError:
                    continue
                if isinstance(said, dict) and said.get("event") in names:
                    return said
        return None

    async def ready(self, *names: str) -> dict[str, Any] | None:
        """Wait until it tells of one of these events; None where it ended before. Raises TimeoutError with what it wrote."""
        for _ in range(round(_START_SECONDS / _LOOK_EVERY)):
            ended = not self.runs
            if (said := self.event(*names)) is not None:
                return said
            if ended:
                return None
            await asyncio.sleep(_LOOK_EVERY)
        raise TimeoutError(f"{self.log.stem} isn't ready:\n{self.told()[-4000:]}")

    def signal(self, which: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, which)

    def kill(self) -> None:
        """End it at once, without a word (SIGKILL), and wait until it's gone."""
        self.signal(signal.SIGKILL)
        select.select([self.handle], [], [])
        if self.process is not None:
            self.process.wait()
            if self.process.stdin is not None:
                self.process.stdin.close()


def start(command: Sequence[str], log: Path, *, folder: Path, environment: Mapping[str, str]) -> Child:
    """Start a command of ours, with nothing of our own environment; what it writes is added to a file."""
    given = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **environment}
    with log.open("ab") as written:
        begins = written.tell()
        process = subprocess.Popen(
            command, cwd=folder, env=given, stdin=subprocess.PIPE, stdout=written, stderr=written, preexec_fn=ends_with_us(signal.SIGKILL)
        )
    return Child(handle=os.pidfd_open(process.pid), log=log, from_byte=begins, process=process)


def own(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours."""
    return [sys.executable, "-m", module, *arguments]
