"""Socket Mode: the same payloads over a WebSocket that we open, for companies that let nothing in."""

import asyncio
import contextlib
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


class Socket:
    """A connection that is opened again whenever it drops. What Slack sends again meanwhile is known by its event key.

    `ping` is in seconds, between two signs of life; a failed connection is tried again as often.
    """

    def __init__(self, app: AsyncApp, app_token: str, api_url: str, *, ping: float = 10) -> None:
        self._handler = AsyncSocketModeHandler(app, app_token, web_client=AsyncWebClient(base_url=api_url, timeout=5), ping_interval=ping)
        self._connecting: asyncio.Task[Any] | None = None

    async def connect(self) -> None:
        """Connect, trying until it works: work for the application's task group, since a platform that's down must not hold up the start."""
        self._connecting = asyncio.current_task()
        try:
            await self._handler.connect_async()  # type: ignore[no-untyped-call]
        finally:
            self._connecting = None

    async def close(self) -> None:
        """Close the connection, and wait until its tasks have ended."""
        client = self._handler.client
        client.closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        await self._handler.close_async()  # type: ignore[no-untyped-call]
        for task in (client.message_processor, client.current_session_monitor, client.message_receiver):
            if task is not None:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
