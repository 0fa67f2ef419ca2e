"""A local balancer: `python -m benchmarks.balancer URL…` gives each new connection to the next of these servers, and knows nothing of HTTP.

Requests come over kept connections, so that a gesture goes to whichever server its connection has; there's no stickiness to people.
"""

import asyncio
import sys
from itertools import cycle
from urllib.parse import urlsplit

from benchmarks.processes import announce


class Side(asyncio.Protocol):
    """One end of a connection: what it hears goes to the other end. What is passed on is small, so nobody is ever slowed down."""

    def __init__(self) -> None:
        self.other: Side | None = None
        self._transport: asyncio.Transport | None = None
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.write(b"")

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self._held += data
        else:
            self.other.write(data)

    def join(self, other: "Side") -> None:
        """Begin to pass on."""
        self.other = other
        other.write(self._held)

    def write(self, data: bytes) -> None:
        """Send to this end."""
        if self._transport is not None and data:
            self._transport.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        if self.other is not None:
            self.other.close()

    def close(self) -> None:
        """Close this end."""
        if self._transport is not None:
            self._transport.close()


async def balance(urls: list[str]) -> None:
    """Listen on a free port of this machine until cancelled."""
    loop = asyncio.get_running_loop()
    targets = cycle([(parts.hostname or "127.0.0.1", parts.port or 80) for parts in map(urlsplit, urls)])

    class Client(Side):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self._joining = loop.create_task(self._join())

        async def _join(self) -> None:
            host, port = next(targets)
            _, server = await loop.create_connection(Side, host, port)
            server.join(self)
            self.join(server)

    server = await loop.create_server(Client, "127.0.0.1", 0, backlog=512)
    host, port = server.sockets[0].getsockname()[:2]
    announce(url=f"http://{host}:{port}")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(balance(sys.argv[1:]))
