"""How a pack's values are written as YAML: short ones on one line, texts in double quotes, words plain."""

import json
import re
from collections.abc import Iterator
from typing import Final

from bot.yaml_source import is_text
from dialogs.written import Raw

WIDTH: Final = 100  # characters of a line that is still written as one
_INDENT: Final = "  "
_WORD: Final = re.compile(r"[A-Za-z_][\w./@+-]*(:[\w./@+-]+)*", re.ASCII)  # slugs, e-mails, links
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPED_ELSEWHERE: Final = frozenset({"y", "n", "yes", "no", "on", "off"})  # to readers of YAML 1.1, which editors may have
_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")  # what YAML doesn't print, and JSON doesn't escape


def is_word(text: str) -> bool:
    """Tell whether a text may stand without quotes anywhere."""
    if _DAY.fullmatch(text):
        return True
    return _WORD.fullmatch(text) is not None and is_text(text) and text.casefold() not in _TYPED_ELSEWHERE


def quoted(text: str) -> str:
    """Return a text in double quotes, on one line."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def flow(value: Raw) -> str:
    """Return a value on one line; it may stand wherever a value may."""
    match value:
        case str():
            return value if is_word(value) else quoted(value)
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return json.dumps(value)


def entry(key: str, value: Raw) -> Iterator[str]:
    """Yield the lines of a key with its value; the first begins at the margin."""
    line = f"{flow(key)}: {flow(value)}"
    match value:
        case dict() if len(line) > WIDTH:
            yield f"{flow(key)}:"
            yield from (_INDENT + inner for name, item in value.items() for inner in entry(name, item))
        case list() if len(line) > WIDTH or any(map(_is_sheet, value)):
            yield f"{flow(key)}:"
            yield from (_INDENT + inner for one in value for inner in item(one))
        case _:
            yield line


def item(value: Raw) -> Iterator[str]:
    """Yield the lines of a list's item; the first begins with its dash at the margin."""
    line = f"- {flow(value)}"
    if isinstance(value, dict) and (len(line) > WIDTH or _is_sheet(value)):
        for number, inner in enumerate(inner for name, one in value.items() for inner in entry(name, one)):
            yield f"- {inner}" if number == 0 else _INDENT + inner
    else:
        yield line


def document(value: dict[str, Raw]) -> str:
    """Return a whole file."""
    return "".join(f"{line}\n" for key, one in value.items() for line in entry(key, one))


def _is_sheet(value: Raw) -> bool:
    return isinstance(value, dict) and "id" in value
