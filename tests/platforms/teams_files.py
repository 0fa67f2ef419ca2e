"""Files in Teams: pictures beside a card, the offer of a file to a person, and where its bytes go once they accept.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 and, for sizes, ./format-your-bot-messages.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
PICTURE_LIMIT = 1024 * 1024  # bytes


def attachment_error(attachment: Mapping[str, Any], *, personal: bool) -> str | None:
    """Say what is wrong with an attachment that is no card, None for nothing."""
    content = attachment.get("content") or {}
    match attachment.get("contentType"):
        case str(kind) if kind in PICTURES:
            return _picture_error(kind, attachment.get("contentUrl"))
        case kind if kind in (CONSENT, INFO) and not personal:
            return "files are for personal chats only"
        case kind if kind == CONSENT:
            named = isinstance(attachment.get("name"), str) and isinstance(content.get("acceptContext"), dict)
            return None if named and isinstance(content.get("sizeInBytes"), int) and content["sizeInBytes"] > 0 else "a consent card lacks something"
        case kind if kind == INFO:
            told = (attachment.get("contentUrl"), attachment.get("name"), content.get("uniqueId"))
            return None if all(isinstance(one, str) and one for one in told) else "a file info card lacks something"
        case kind:
            return f"unknown attachment {kind}"


def beside_the_limit(body: Mapping[str, Any]) -> int:
    """Return how many bytes of a message don't count: base64 pictures that aren't in a card."""
    attachments = body.get("attachments") or []
    return sum(len(str(one.get("contentUrl", ""))) for one in attachments if one.get("contentType") in PICTURES)


@dataclass(slots=True)
class Store:
    """Where people's files are kept: places that were given out, with the size that was announced, and what was put there."""

    url: str = ""
    places: dict[str, int] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    failing: int | None = None

    def place(self, consent: Mapping[str, Any]) -> Json:
        """Give out a place for the file of a consent card, as `uploadInfo` tells it."""
        name, id_ = consent["name"], f"{len(self.places) + 1:08d}"
        self.places[id_] = consent["content"]["sizeInBytes"]
        return {
            "contentUrl": f"https://solane-my.sharepoint.com/personal/alice/Documents/{name}",
            "name": name,
            "uploadUrl": f"{self.url}{id_}?tempauth=x",
            "uniqueId": id_,
            "fileType": name.rpartition(".")[2],
        }

    def put(self, id_: str, content: bytes, content_range: str | None) -> int:
        """Take a file; return the status: 404 for a place that wasn't given out, or was used; 400 for another size or range."""
        if self.failing is not None:
            return self.failing
        if id_ not in self.places:
            return 404
        if len(content) != self.places[id_] or content_range != f"bytes 0-{len(content) - 1}/{len(content)}":
            return 400
        del self.places[id_]
        self.kept[id_] = content
        return 201


def _picture_error(kind: str, url: object) -> str | None:
    head = f"data:{kind};base64,"
    if not isinstance(url, str) or not url.startswith(head):
        return "a picture that isn't of its type"
    try:
        content = base64.b64decode(url.removeprefix(head), validate=True)
    except binascii.Error:
        return "a picture that isn't base64"
    return "a picture of more than 1 MB" if len(content) > PICTURE_LIMIT else None
