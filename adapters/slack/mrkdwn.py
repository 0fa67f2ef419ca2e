"""Slack's markup as plain words, and plain words as text that Slack won't read as markup."""

import re

_TAG = re.compile(r"<([@#!][^<>|\s]*|(?:https?|mailto|tel):[^<>|\s]*)(?:\|([^<>]*))?>")
_CUT_ESCAPE = re.compile(r"&[a-z]{0,4}\Z")


def plain(text: str, bot: str | None) -> str:
    """Return what a person wrote, as they saw it: mentions of `bot` (its user id) are gone wherever they stood, links are their labels.

    Emoji stay as their names (`:wave:`): Slack sends no others, and their names are what dialogs can tell apart from words. Mentions of other
    people keep their label, or go when Slack sends only an id, which means nothing to a reader.
    """
    mention = f"<@{bot}" if bot else None
    addressed = mention is not None and text.lstrip().startswith(mention)
    shown = _TAG.sub(lambda tag: _shown(tag[1], tag[2], bot), text)
    for character, escape in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):  # the ampersand last: `&amp;lt;` was typed as `&lt;`
        shown = shown.replace(escape, character)
    shown = re.sub(r"[ \t]{2,}", " ", shown).strip()
    return shown.lstrip(",:; \t") if addressed else shown  # "@pourqui, …": the comma belongs to the mention


def mentions(text: str, bot: str | None) -> bool:
    """Tell whether what a person wrote mentions `bot` (its user id)."""
    return bot is not None and (f"<@{bot}>" in text or f"<@{bot}|" in text)


def _shown(target: str, label: str | None, bot: str | None) -> str:
    sign, name = target[:1], target[1:]
    match sign:
        case "@":
            return "" if name == bot or not label else f"@{label.removeprefix('@')}"
        case "#":
            return f"#{label}" if label else ""
        case "!":
            return label or (f"@{name}" if name in {"here", "channel", "everyone"} else "")
        case _:
            return label or target.removeprefix("mailto:").removeprefix("tel:")


def escape(text: str, limit: int) -> str:
    """Return plain words for a mrkdwn text of at most `limit` characters, cut with an ellipsis, no escape cut in two."""
    escaped = text[: limit + 1].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= limit:
        return escaped
    return _CUT_ESCAPE.sub("", escaped[: limit - 1]) + "…"
