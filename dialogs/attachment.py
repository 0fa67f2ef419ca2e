"""Attachments: what a message carries besides its words, such as a chart or an export."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file as it's kept: `content_type` such as `image/png`; `person` is for whom alone it was made, None for whoever reads the message."""

    name: str
    content_type: str
    content: bytes
    person: str | None = None
