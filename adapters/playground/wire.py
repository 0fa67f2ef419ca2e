"""The wire: real HTTP from the playground to the program's public routes, as the platforms would send it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

PATIENCE = 15.0  # seconds; Teams' limit for an invoke, the longer of the two platforms'


class NotStartedError(RuntimeError):
    """A gesture before `Playground.start`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a public route answered: its status (None when nothing came back in time), and its body (None when it isn't JSON)."""

    path: str
    kind: str
    status: int | None
    body: Any
    milliseconds: int

    @property
    def ok(self) -> bool:
        """Tell whether the platform would have been content."""
        return self.status is not None and 200 <= self.status < 300

    def shown(self) -> dict[str, Any]:
        """Return what the page says of the request."""
        return {"path": self.path, "kind": self.kind, "status": self.status, "milliseconds": self.milliseconds}


class Wire:
    """One HTTP client to the program's own address."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._base_url = ""

    @property
    def base_url(self) -> str:
        """The program's address, such as `http://127.0.0.1:3978`."""
        return self._base_url

    async def start(self, base_url: str) -> None:
        """Open the client."""
        self._base_url = base_url.rstrip("/")
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))

    async def stop(self) -> None:
        """Close the client."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, path: str, body: bytes, headers: Mapping[str, str], *, kind: str) -> Answer:
        """Post a body to a public route; `kind` names the gesture for the page. Raises NotStartedError."""
        if self._session is None:
            raise NotStartedError("Playground.start comes before the first gesture")
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with self._session.post(f"{self._base_url}{path}", data=body, headers=headers) as response:
                status: int | None = response.status
                answered = await _body(response)
        except (aiohttp.ClientError, TimeoutError):
            status, answered = None, None  # a platform shows "it didn't answer" to the person; so does the page
        return Answer(path=path, kind=kind, status=status, body=answered, milliseconds=round((clock() - started) * 1000))


async def _body(response: aiohttp.ClientResponse) -> Any:
    if response.content_type == "application/json":
        try:
            return await response.json()
        except ValueError:
            return None
    return await response.text() or None
