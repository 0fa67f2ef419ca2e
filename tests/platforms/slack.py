"""A Slack workspace of our own on loopback: its Web API and its Socket Mode, over real HTTP and WebSocket.

It answers as docs.slack.dev/reference/methods says, refuses what the real one refuses, and fails on demand.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.platforms.slack_limits import Limits
from tests.platforms.slack_workspace import APP, Refusal, Workspace

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to the Web API, as it came, and what was answered (None when the connection was cut or is held)."""

    method: str
    arguments: JSON
    answer: JSON | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong instead of an answer, or (`held`) before it; where `done`, once the work was done."""

    status: int = 200
    error: str | None = None
    retry_after: int | None = None
    held: bool = False
    cut: bool = False
    done: bool = False
    nonsense: str | None = None


def rate_limited(retry_after: int = 0) -> Fault:
    """Answer 429 with Retry-After, in seconds."""
    return Fault(status=429, error="ratelimited", retry_after=retry_after)


def server_error(status: int = 500, *, done: bool = False) -> Fault:
    """Answer a server's error, without JSON; with `done`, after the work was done."""
    return Fault(status=status, nonsense="text/html", done=done)


def refused(error: str) -> Fault:
    """Answer 200 with `ok: false`."""
    return Fault(error=error)


def held(*, done: bool = False) -> Fault:
    """Answer only once `FakeSlack.release` is called: a slow Slack, or one that times out; with `done`, after the work was done."""
    return Fault(held=True, done=done)


def cut(*, done: bool = False) -> Fault:
    """Cut the connection without an answer; with `done`, after the work was done."""
    return Fault(cut=True, done=done)


def nonsense(content_type: str = "text/html") -> Fault:
    """Answer 200 with a page of something in between, such as a proxy, whatever it calls its content."""
    return Fault(nonsense=content_type)


@dataclass(slots=True)
class _Socket:
    """One WebSocket that a bot opened."""

    web: web.WebSocketResponse
    acknowledged: dict[str, asyncio.Future[JSON]] = field(default_factory=dict)


class FakeSlack(Workspace):
    """That workspace as a server. An async context manager; `api_url` is the base of its Web API. It limits nobody until `limits` are set."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.limits: Limits | None = None
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._released = asyncio.Event()
        self._changed = asyncio.Condition()
        self._sockets: list[_Socket] = []

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes([web.route("*", "/api/{method}", self._serve), web.get("/socket", self._connect), web.post("/upload/{file}", self._upload)])
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port: int = self._runner.addresses[0][1]
        self.socket_url = f"ws://127.0.0.1:{self._port}/socket"
        self.files.url = f"http://127.0.0.1:{self._port}/upload/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release()
        for socket in self._sockets:
            await socket.web.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"http://127.0.0.1:{self._port}/api/"

    def fail(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next calls of a method go wrong."""
        self._faults[method] += [fault] * times

    def release(self) -> None:
        """Answer every call that is held, now and later."""
        self._released.set()

    def calls_of(self, method: str) -> list[JSON]:
        """Return the arguments of each call of a method."""
        return [call.arguments for call in self.calls if call.method == method]

    async def until(self, holds: Callable[["FakeSlack"], bool]) -> None:
        """Wait until something holds, looking after each call and each connection."""
        async with self._changed:
            await self._changed.wait_for(lambda: holds(self))

    # Socket Mode

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return sum(not socket.web.closed for socket in self._sockets)

    @property
    def openings(self) -> int:
        """How many sockets were opened in all."""
        return len(self._sockets)

    async def deliver(self, payload: JSON, kind: str, *, envelope: str) -> JSON:
        """Send an envelope over the youngest socket and return its acknowledgement."""
        await self.until(lambda slack: slack.connections > 0)
        socket = self._sockets[-1]
        answer = socket.acknowledged[envelope] = asyncio.get_running_loop().create_future()
        await socket.web.send_json({"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": kind != "events_api"})
        acknowledgement: JSON = await answer
        return acknowledgement

    async def disconnect(self) -> None:
        """Ask the youngest socket's client to come again, as Slack does every few hours."""
        await self._sockets[-1].web.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "applink"}})

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = _Socket(web.WebSocketResponse())
        await socket.web.prepare(request)
        await socket.web.send_json({"type": "hello", "num_connections": self.connections + 1, "connection_info": {"app_id": APP}})
        async with self._changed:
            self._sockets.append(socket)
            self._changed.notify_all()
        async for message in socket.web:
            if message.type is WSMsgType.TEXT:
                body: JSON = json.loads(message.data)
                socket.acknowledged[body["envelope_id"]].set_result(body)
        async with self._changed:
            self._changed.notify_all()
        return socket.web

    # The Web API

    async def _serve(self, request: web.Request) -> web.Response:
        method, arguments = request.match_info["method"], await _arguments(request)
        wait = self.limits.wait(method, self.channel_of(arguments)) if self.limits else None
        fault = rate_limited(wait) if wait else self._faults[method].pop(0) if self._faults[method] else Fault()
        answer = self._worked(method, arguments, request) if fault.done else None
        if fault.held:
            await self._note(method, arguments, None)
            await self._released.wait()
        if fault.error:
            answer = {"ok": False, "error": fault.error}
        elif not (fault.done or fault.cut or fault.nonsense):
            answer = self._worked(method, arguments, request)
        if not fault.held:
            await self._note(method, arguments, None if fault.cut or fault.nonsense else answer)
        if fault.cut:
            assert request.transport is not None
            request.transport.abort()
        if fault.nonsense:
            return web.Response(status=fault.status, text="<html>something in between</html>", content_type=fault.nonsense)
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response(answer, status=fault.status, headers=headers)

    def _worked(self, method: str, arguments: JSON, request: web.Request) -> JSON:
        try:
            return self.call(method, arguments, request.headers.get("Authorization", ""))
        except Refusal as refusal:
            return refusal.body

    async def _upload(self, request: web.Request) -> web.Response:
        """Take a file's bytes; its faults are those of `upload`."""
        content = await request.read()
        fault = self._faults["upload"].pop(0) if self._faults["upload"] else Fault()
        if fault.held:
            await self._note("upload", {"file": request.match_info["file"]}, None)
            await self._released.wait()
        if fault.cut:
            assert request.transport is not None
            request.transport.abort()
        status = fault.status if fault.status != 200 else self.files.take(request.match_info["file"], content)
        if not fault.held:
            await self._note("upload", {"file": request.match_info["file"]}, {"status": status})
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.Response(status=status, text=f"OK - {len(content)}", headers=headers)

    async def _note(self, method: str, arguments: JSON, answer: JSON | None) -> None:
        async with self._changed:
            self.calls.append(Call(method=method, arguments=arguments, answer=answer))
            self._changed.notify_all()


async def _arguments(request: web.Request) -> JSON:
    if request.content_type == "application/json":
        body: JSON = await request.json()
        return body
    return {**request.query, **await request.post()}
