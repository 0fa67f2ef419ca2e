"""Processes under measure: each started by itself, kept to its own core where there are two, and read from `/proc` (Linux)."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
POURQUI = (str(Path(sys.executable).with_name("pourqui")),)

_TICKS = os.sysconf("SC_CLK_TCK")  # of CPU time, a second
_START_SECONDS = 180.0
_LOOK_EVERY = 0.005
_END_SECONDS = 20.0

Ready = Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """In MB: what is resident, how much of it isn't backed by a file, and the most that ever was resident."""

    resident: float
    anonymous: float
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that is ready: `said` is what its ready line held, `seconds` how long it took to get there."""

    name: str
    pid: int
    said: Any
    seconds: float

    def cpu(self) -> float:
        """Return the seconds of CPU that it has used so far, all threads together, to the hundredth."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> Memory:
        """Return its memory."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        kilobytes = {key: int(value.split()[0]) for key, _, value in (line.partition(":") for line in lines) if value.endswith("kB")}
        return Memory(resident=kilobytes["VmRSS"] / 1024, anonymous=kilobytes["RssAnon"] / 1024, peak=kilobytes["VmHWM"] / 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """Which CPUs the server under measure has, and which the platform, the load and all the rest."""

    server: frozenset[int]
    rest: frozenset[int]

    @property
    def apart(self) -> bool:
        """Tell whether the two share no CPU."""
        return not self.server & self.rest


def cores() -> Cores:
    """Give the server one CPU and keep everything else, ourselves included, off it; with a single CPU they share it."""
    ours = sorted(os.sched_getaffinity(0))
    split = Cores(server=frozenset(ours[:1]), rest=frozenset(ours[1:] or ours))
    os.sched_setaffinity(0, split.rest)
    return split


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    ready: Ready,
    *,
    folder: Path,
    on: frozenset[int] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Process]:
    """Run a command in a folder until the block ends, from the line on of which `ready` makes something.

    Nothing of our own environment reaches it. Raises RuntimeError, with what it wrote, where it ends or says nothing for three minutes.
    """
    with tempfile.TemporaryFile("w+b") as written:
        started = time.perf_counter()
        given = {"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **(environment or {})}
        process = subprocess.Popen(command, cwd=folder, env=given, stdin=subprocess.DEVNULL, stdout=written, stderr=written)
        try:
            if on is not None:
                os.sched_setaffinity(process.pid, on)
            said = _wait_for(process, written.fileno(), ready, started)
            yield Process(name=name, pid=process.pid, said=said, seconds=time.perf_counter() - started)
        finally:
            _end(process)


def own(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours."""
    return [sys.executable, "-m", module, *arguments]


def announce(**said: Any) -> None:
    """Write the line by which a process of ours says that it's ready."""
    print(json.dumps({"ready": said}), flush=True)


def announced(line: str) -> Any:
    """Read that line."""
    return _parsed(line).get("ready")


def serving(line: str) -> Any:
    """Read the log line by which `pourqui serve` says that it's ready; the URL."""
    told = _parsed(line)
    return told.get("url") if told.get("event") == "serving" else None


def _parsed(line: str) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _wait_for(process: subprocess.Popen[bytes], written: int, ready: Ready, started: float) -> Any:
    while True:
        ended = process.poll() is not None
        text = os.pread(written, 1 << 20, 0).decode("utf-8", "replace")
        for line in text.splitlines():
            if (said := ready(line)) is not None:
                return said
        if ended or time.perf_counter() - started > _START_SECONDS:
            raise RuntimeError(f"{process.args!r} isn't ready:\n{text}")
        time.sleep(_LOOK_EVERY)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
