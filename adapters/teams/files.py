"""What was attached to a message: it's counted, never fetched."""

import re

from adapters.teams.activity import Activity, sections

# A file given to the bot in private, and what its own page calls one
# (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#receive-files-in-personal-chat).
_FILE = "application/vnd.microsoft.teams.file.download.info"
_IMAGE = "image/"
_HTML = "text/html"

# Outside private chats no file is listed: all that's left of it is its place in the HTML that comes with every message. Quoted messages leave the
# same mark, with a number for an id; emoji are images too.
_MARK = re.compile(r"<attachment\b[^<>]*\bid=[\"']?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_PICTURE = re.compile(r"<img\b[^<>]*\bitemtype=[\"']?https?://schema\.skype\.com/AMSImage\b", re.IGNORECASE)


def count_files(activity: Activity) -> int:
    """Return how many files and pictures were attached. Raises MalformedActivityError."""
    listed = marked = 0
    for attachment in sections(activity, "attachments"):
        kind, content = attachment.get("contentType"), attachment.get("content")
        if not isinstance(kind, str):
            continue
        if kind == _FILE or kind.startswith(_IMAGE):
            listed += 1
        elif kind == _HTML and isinstance(content, str):
            marked += len(_MARK.findall(content)) + len(_PICTURE.findall(content))
    return max(listed, marked)  # the same ones, told twice
