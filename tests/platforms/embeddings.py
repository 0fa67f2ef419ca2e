"""An embeddings endpoint of our own on loopback, over real HTTP, in threads: worker threads wait for it while the test goes on.

It answers as platform.openai.com/docs/api-reference/embeddings/create says, and fails on demand.
"""

import json
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

import numpy as np

from tests.bot.encoders import LetterEncoder

KEY = "sk-0123456789-of-solane"
MODEL = "letters-large"

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as it came; `answered` is False where something went wrong instead."""

    path: str
    body: JSON
    headers: Mapping[str, str]
    answered: bool = True

    @property
    def texts(self) -> list[str]:
        texts: list[str] = self.body["input"]
        return texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong instead of an answer: a status, a cut connection, silence until `release`, or another content."""

    status: int = 200
    retry_after: str | None = None
    cut: bool = False
    held: bool = False
    spoil: Callable[[list[JSON]], Any] | None = None
    raw: bytes | None = None


def status(code: int, *, retry_after: str | None = None) -> Fault:
    """Answer with an error's status, and a body that repeats the key, as some do."""
    return Fault(status=code, retry_after=retry_after)


def cut() -> Fault:
    """Reset the connection."""
    return Fault(cut=True)


def held() -> Fault:
    """Say nothing until the endpoint is released."""
    return Fault(held=True)


def spoilt(spoil: Callable[[list[JSON]], Any]) -> Fault:
    """Answer 200 with what `spoil` makes of the list of embeddings."""
    return Fault(spoil=spoil)


def nonsense(raw: bytes) -> Fault:
    """Answer 200 with these bytes."""
    return Fault(raw=raw)


class FakeEmbeddings:
    """That endpoint. A context manager; `url` is the base that a setting takes. Its vectors aren't unit vectors, and come in another order."""

    def __init__(self, dimensions: int = 32) -> None:
        self.dimensions = dimensions
        self.calls: list[Call] = []
        self.connections = 0
        self.down: Fault | None = None
        self._faults: list[Fault] = []
        self._lock = Lock()
        self._released = Event()
        self._letters = LetterEncoder()

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://{self.host}/v1"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def texts(self) -> list[str]:
        """Every text that came, in order."""
        with self._lock:
            return [text for call in self.calls for text in call.texts]

    def fail(self, *faults: Fault) -> None:
        """Let the next requests go wrong, each in its way; `down` is for all of them until it's None again."""
        with self._lock:
            self._faults += faults

    def release(self) -> None:
        """Let go of every request that is held."""
        self._released.set()

    def fail_after(self, answered: int, fault: Fault) -> None:
        """Let one request go wrong after so many others were answered."""
        self.fail(*(Fault() for _ in range(answered)), fault)

    def take(self, call: Call) -> Fault:
        """Note a request; return what goes wrong with it, if anything."""
        with self._lock:
            fault = self.down or (self._faults.pop(0) if self._faults else Fault())
            if fault == Fault() and call.headers.get("Authorization") != f"Bearer {KEY}":
                fault = status(401)
            self.calls.append(replace(call, answered=fault == Fault()))
        return fault

    def wait(self) -> None:
        """Hold a request."""
        self._released.wait(20)

    def embeddings(self, call: Call) -> list[JSON]:
        """Return the embeddings of a request's texts, the last first."""
        wanted = call.body.get("dimensions", self.dimensions)
        rows = np.concatenate([self._letters.encode(call.texts)] * -(-wanted // 32), axis=1)[:, :wanted] * 3.0
        return [{"object": "embedding", "index": place, "embedding": row.tolist()} for place, row in reversed(list(enumerate(rows)))]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # callers at once; the usual 5 would let the sixth wait a second

    def __init__(self, fake: FakeEmbeddings) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that hung up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.fake.connections += 1

    def do_POST(self) -> None:
        fake = self.server.fake
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        call = Call(path=self.path, body=body, headers=dict(self.headers))
        fault = fake.take(call)
        if fault.held:
            fake.wait()
        if fault.cut:
            self._reset()
            return
        self._answer(fault, self._content(fault, call))

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for opened in (self.rfile, self.wfile, self.connection):
            opened.close()

    def _content(self, fault: Fault, call: Call) -> bytes:
        if fault.raw is not None:
            return fault.raw
        if fault.status != 200:
            return json.dumps({"error": {"message": f"Incorrect API key provided: {call.headers.get('Authorization')}"}}).encode()
        listed = self.server.fake.embeddings(call)
        answer: Sequence[Any] | JSON = {"object": "list", "data": listed, "model": call.body["model"]}
        return json.dumps(fault.spoil(listed) if fault.spoil else answer).encode()

    def _answer(self, fault: Fault, content: bytes) -> None:
        self.send_response(fault.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if fault.retry_after is not None:
            self.send_header("Retry-After", fault.retry_after)
        if 300 <= fault.status < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""
