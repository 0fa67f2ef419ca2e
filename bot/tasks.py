"""The application's own background work: what posts replies, fetches profiles, sweeps."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

_LOG = structlog.stdlib.get_logger(__name__)


class Tasks:
    """A group of tasks that end with the application; a failure in one is logged, and ends no other (which `asyncio.TaskGroup` would)."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._running

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work until it ends or the application does."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error("background work failed", exc_info=error)

    async def idle(self) -> None:
        """Wait until nothing is under way, what is spawned meanwhile included."""
        while self._running:
            await asyncio.wait(self._running)

    async def close(self, grace: float) -> None:
        """Let what is under way end within `grace` seconds, then cancel the rest."""
        if self._running:
            await asyncio.wait(self._running, timeout=grace)
        for task in (left := tuple(self._running)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
