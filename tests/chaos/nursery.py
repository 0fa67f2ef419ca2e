"""The nursery: a process that has read the program once, and makes others of itself (`tests.chaos.skewed --hurried`)."""

import json
import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from tests.chaos.children import Child, own, start


class Nursery:
    """Makes processes of the fleet in a moment; they end with it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._child = start(own("tests.chaos.skewed", "--hurried"), folder / "nursery.log", folder=folder, environment=environment)
        self._numbers = count(1)

    async def open(self) -> None:
        """Wait until it has read the program."""
        if await self._child.ready("serving") is None:
            raise RuntimeError(self._child.told())

    async def make(self, log: Path, ahead: float, command: list[str]) -> Child:
        """Make a process that runs a command of `pourqui`, so many seconds ahead."""
        number, process = next(self._numbers), self._child.process
        assert process is not None
        assert process.stdin is not None
        with log.open("ab") as written:
            begins = written.tell()
        process.stdin.write(json.dumps({"number": number, "log": str(log), "ahead": ahead, "command": command}).encode() + b"\n")
        process.stdin.flush()
        made = await self._child.ready(f"made {number}")
        if made is None:
            raise RuntimeError(self._child.told())
        return Child(handle=os.pidfd_open(made["pid"]), log=log, from_byte=begins)

    def close(self) -> None:
        """End it."""
        self._child.kill()
