"""Slack's limits (docs.slack.dev/reference/block-kit), in characters unless said otherwise, and how a text is made to fit."""

from collections.abc import Iterator

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
FALLBACK = 4000  # a message's `text`: past it, chat.postMessage may answer msg_too_long
MESSAGE_WEIGHT = 9000  # all texts of a message: chat.postMessage refuses about 11,300 to 13,200 with msg_blocks_too_long (bolt-js #2509, #2867)
HEADER = 150
SECTION = 3000
CONTEXT = 2000
BUTTON = 75
ROW = 25  # elements
URL = 3000
VIEW_LABEL = 24  # a modal's title, submit and close
INPUT_LABEL = 2000
INPUT_VALUE = 3000
PLACEHOLDER = 150
OPTION_LABEL = 75
OPTION_VALUE = 150
OPTIONS = 100  # of a menu, or of one group in it; and groups
RADIO_OPTIONS = 10
ALT = 2000  # a picture's words
PROMPTS = 4  # suggested in an assistant thread


def clip(text: str, limit: int) -> str:
    """Return the text, cut with an ellipsis past `limit` characters; an ellipsis alone for a blank one, which Slack refuses."""
    shown = text.strip() or "…"
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def split(text: str, limit: int) -> Iterator[str]:
    """Yield the text in pieces of at most `limit` characters, none blank: cut after a line, else after a word, else anywhere."""
    rest = text.strip()
    while len(rest) > limit:
        cut = max(rest.rfind("\n", limit // 2, limit), 0) or max(rest.rfind(" ", limit // 2, limit), 0) or limit
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest
