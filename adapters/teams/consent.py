"""Files into a person's own chat: Teams asks them first, then says where to put the bytes.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#upload-files-to-personal-chat: only in the personal scope, and only where
the app's manifest says `supportsFiles`.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from adapters.port import DeliveryError
from adapters.teams.activity import Activity, MalformedActivityError, heard, reference_of, section, text_of
from adapters.teams.authentication import is_loopback
from adapters.teams.render import headline
from dialogs.attachment import Attachment
from dialogs.events import Gesture, Scope
from dialogs.messages import Message

INVOKE: Final = "fileConsent/invoke"
CONSENT_TYPE: Final = "application/vnd.microsoft.teams.card.file.consent"
INFO_TYPE: Final = "application/vnd.microsoft.teams.card.file.info"
_KEY: Final = "key"
_STORES: Final = (".sharepoint.com",)  # where people's own files are (OneDrive for Business): what a client claims goes nowhere else
_PUT: Final = aiohttp.ClientTimeout(total=60, connect=3)  # seconds

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where Teams wants a file: `upload` takes its bytes, the rest tells the client where it is then."""

    upload: str
    content: str
    name: str
    unique_id: str
    file_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Gesture):
    """What somebody answered to the offer of a file, which is `attachment`; `place` None declines. `card` is the message that offered it."""

    attachment: str
    card: str | None
    place: Place | None


def offer(message: Message, key: str, name: str, held: Attachment) -> Json:
    """Render the card that asks a person whether they want a file."""
    context = {_KEY: key}
    content = {"description": headline(message), "sizeInBytes": len(held.content), "acceptContext": context, "declineContext": context}
    return _wrapped(name, {"contentType": CONSENT_TYPE, "name": name, "content": content})


def handed_over(place: Place) -> Json:
    """Render the card that opens a file, once it's there."""
    content = {"uniqueId": place.unique_id, "fileType": place.file_type}
    return _wrapped(place.name, {"contentType": INFO_TYPE, "contentUrl": place.content, "name": place.name, "content": content})


def read_answer(activity: Activity, received: datetime) -> Answer | None:
    """Read the answer to an offer, None for any other activity. Raises MalformedActivityError."""
    if activity.get("type") != "invoke" or activity.get("name") != INVOKE:
        return None
    reference, value = reference_of(activity), section(activity, "value")
    if reference.scope is not Scope.PERSONAL:
        raise MalformedActivityError("a file is handed over in a personal chat only")
    accepted = text_of(value, "action", required=True) == "accept"
    return Answer(
        attachment=text_of(section(value, "context"), _KEY, required=True) or "",
        card=text_of(activity, "replyToId"),
        place=_place(section(value, "uploadInfo")) if accepted else None,
        **heard(activity, reference, received, "consent"),
    )


def is_store(url: str, *, here: bool) -> bool:
    """Tell whether a file may be put there: over HTTPS where Microsoft keeps people's files; `here`, on this machine alone."""
    if here:
        return is_loopback(url.partition("?")[0])
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc and host.endswith(_STORES)


async def put(session: aiohttp.ClientSession, place: Place, content: bytes) -> None:
    """Put a file where Teams wants it, at once. Raises DeliveryError."""
    headers = {"Content-Type": "application/octet-stream", "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"}
    try:
        async with session.put(place.upload, data=BytesIO(content), headers=headers, timeout=_PUT, allow_redirects=False) as response:
            if response.status not in (200, 201):
                raise DeliveryError(f"no file was taken: {response.status}", permanent=False)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise DeliveryError(f"no file was taken: {type(error).__name__}", permanent=False) from error


def _place(told: Activity) -> Place:
    upload, content, name, unique_id = (text_of(told, key, required=True) or "" for key in ("uploadUrl", "contentUrl", "name", "uniqueId"))
    return Place(upload=upload, content=content, name=name, unique_id=unique_id, file_type=text_of(told, "fileType") or "")


def _wrapped(summary: str, attachment: Json) -> Json:
    return {"type": "message", "summary": summary, "attachments": [attachment]}
