"""Files of the playground: what the bot uploads as to Slack, or puts where it would in somebody's OneDrive; in memory, bounded, for its own page."""

import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

from aiohttp import web

from adapters.playground.guard import page_headers

STORE_PATH = "/playground/store/"
FILES_PATH = "/playground/files/"
FILE_LIMIT = 32 * 1024 * 1024  # bytes
KEPT = 50  # files; the oldest makes room

_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """A file: announced with its size, then there (`content`), then `complete` where its platform wants to be told so."""

    id: str
    name: str
    size: int
    content: bytes | None = None
    complete: bool = False

    @property
    def picture_type(self) -> str | None:
        """The type of a picture that platforms show, by its first bytes; None for anything else."""
        content = self.content or b""
        return next((kind for head, kind in _PICTURES.items() if content.startswith(head)), None)


@dataclass(slots=True)
class Files:
    """The files, by ids that can't be guessed."""

    _kept: dict[str, StoredFile] = field(default_factory=dict)

    def announce(self, name: str, size: int) -> StoredFile:
        """Make room for a file."""
        made = StoredFile(id=f"F{secrets.token_hex(12).upper()}", name=name, size=size)
        self._kept[made.id] = made
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return made

    def get(self, id_: str) -> StoredFile | None:
        """Return a file, None where there's no such (any more)."""
        return self._kept.get(id_)

    async def take(self, request: web.Request) -> web.Response:
        """Take a file's bytes, once: 404 for a place that wasn't given out, 400 for another size than was announced."""
        kept = self._kept.get(request.match_info["file"])
        if kept is None or kept.content is not None:
            return web.Response(status=404, text="no such place\n")
        content = bytearray()
        async for chunk in request.content.iter_any():  # past the limit of the program's own routes
            content += chunk
            if len(content) > kept.size:
                break
        if len(content) != kept.size or kept.size > FILE_LIMIT:
            return web.Response(status=400, text="another size than was announced\n")
        kept.content = bytes(content)
        return web.Response(status=201 if request.method == "PUT" else 200, text="OK\n")

    async def give(self, request: web.Request) -> web.StreamResponse:
        """Give the page a file: a picture to show, anything else to download."""
        kept = self._kept.get(request.match_info["file"])
        if kept is None or kept.content is None:
            raise web.HTTPNotFound(text="This file isn't there any more.\n")
        shown = kept.picture_type
        headers = page_headers() | {"Content-Type": shown or "application/octet-stream"}
        if shown is None:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"
        return web.Response(body=kept.content, headers=headers)
