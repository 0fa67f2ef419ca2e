"""Slack's files: asked for, uploaded, completed, and then looked at before blocks may show them (docs.slack.dev/messaging/working-with-files)."""

import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any

JSON = dict[str, Any]

_PLACE = re.compile(r"[CGDZ][A-Z0-9]{8,}")  # what channel_id must look like: a person's id isn't taken (slackapi/bolt-js#2115)
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")  # png, jpeg, gif: all that slack_file shows


@dataclass(slots=True, kw_only=True)
class Kept:
    """A file: announced, then uploaded (`content`), then complete; `shared` is where. `looks` is how often it's still refused in blocks."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    complete: bool = False
    shared: str | None = None
    looks: int = 0


@dataclass(slots=True)
class Files:
    """The files of a workspace, by id. `looks` is how many times a new picture is refused before it was looked at; `url` is where bytes go."""

    kept: dict[str, Kept] = field(default_factory=dict)
    looks: int = 0
    url: str = ""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def announce(self, name: str, length: int) -> JSON:
        """Return where the bytes of a new file go."""
        id_ = f"F{next(self._numbers):010d}"
        self.kept[id_] = Kept(id=id_, name=name, length=length, looks=self.looks)
        return {"upload_url": f"{self.url}{id_}", "file_id": id_}

    def take(self, id_: str, content: bytes) -> int:
        """Take a file's bytes; return the status: 404 for a place that nobody was given, 400 for another length."""
        kept = self.kept.get(id_)
        if kept is None or kept.content is not None:
            return 404
        if len(content) != kept.length:
            return 400
        kept.content = content
        return 200

    def completed(self, id_: object) -> Kept | None:
        """Complete an upload, None where its bytes never came, or where it was complete."""
        kept = self.kept.get(str(id_))
        if kept is None or kept.content is None or kept.complete:
            return None
        kept.complete = True
        return kept

    def can_be_shown(self, id_: str) -> bool:
        """Tell whether blocks may show a file; each time that it's asked too early, it was looked at a little more."""
        kept = self.kept.get(id_)
        if kept is None or not kept.complete or kept.content is None or not kept.content.startswith(_PICTURES):
            return False
        kept.looks -= 1
        return kept.looks < 0


def is_place(channel: object) -> bool:
    """Tell whether a file may be shared with this id at all."""
    return isinstance(channel, str) and _PLACE.fullmatch(channel) is not None
