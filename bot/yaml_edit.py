"""A YAML text with other values in it: what didn't change stays as it is, to the byte, with its comments, its quotes and its line breaks."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.yaml_source import is_text
from bot.yaml_style import entry, flow, item, quoted
from dialogs.written import Raw

_BLANK_END: Final = re.compile(r"(\r?\n[ \t]*)+\Z")
_PLAIN: Final = re.compile(r"[^\W\d_][\w’'./()-]*( [\w’'./()-]+)*")  # words that need no quotes, in any place
_LITERAL: Final = re.compile(r"[^\s\x7f-\x9f\u2028\u2029\ufeff][^\r\t\x7f-\x9f\u2028\u2029\ufeff]*")  # what a block can hold as it stands


class UnfitError(ValueError):
    """The text is written in a way that can't be edited in place."""


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    """A part of the text, from `start` to before `end` (characters), and what takes its place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    """The lines of a list's item: with the comment right above it, and without the blank lines after it, which are its `gap`."""

    start: int
    end: int
    gap: str


def edited(text: str, old: Mapping[str, Raw], new: Mapping[str, Raw]) -> str:
    """Return the text of a file that says `old`, saying `new`.

    Both are in the form of `as_written`; what the text writes out although it's at its default is in neither, and stays. New keys come where the
    order of `new` puts them. Raises UnfitError where the text can't be edited in place; the caller has to read the result again to be sure.
    """
    editing = _Editing(text)
    root = YAML(typ="safe", pure=True).compose(text)
    return editing.applied(0, len(text), editing.edits(root, dict(old), dict(new)))


class _Editing:
    """The text that is edited, and the edits that it takes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def applied(self, start: int, end: int, edits: Iterable[_Edit]) -> str:
        """Return a part of the text after its edits."""
        parts = []
        for edit in sorted(edits):
            if edit.start < start:
                raise UnfitError("two edits of the same part")
            parts += [self._text[start : edit.start], edit.text]
            start = edit.end
        return "".join([*parts, self._text[start:end]])

    def edits(self, node: Node, old: Raw, new: Raw) -> Iterator[_Edit]:
        """Yield what turns a value into another."""
        if old == new:
            return
        match node, old, new:
            case MappingNode(), dict(), dict():
                yield from self._mapping(node, old, new)
            case SequenceNode(), list(), list():
                yield from self._sequence(node, old, new)
            case _:
                yield _Edit(node.start_mark.index, self._end(node), self._value(node, new))

    # --- mappings ---

    def _mapping(self, node: MappingNode, old: dict[str, Raw], new: dict[str, Raw]) -> Iterator[_Edit]:
        entries: dict[str, tuple[Node, Node]] = {key.value: (key, value) for key, value in node.value}
        added = [key for key in new if key not in entries]
        removed = [key for key in entries if key in old and key not in new]
        if node.flow_style and (added or removed):
            yield _Edit(node.start_mark.index, node.end_mark.index, self._flow_mapping(entries, old, new))
            return
        if len(removed) == len(entries):
            lines = self._lines((line for name, value in new.items() for line in entry(name, value)), node.start_mark.column)
            yield _Edit(node.start_mark.index, self._end(node), lines)
            return
        for name, (key, value) in entries.items():
            if name in old and name in new:
                yield from self.edits(value, old[name], new[name])
            elif name in new:  # its default was written out
                yield self._replaced(key, value, name, new[name], in_flow=bool(node.flow_style))
        yield from self._removals(list(entries.items()), removed)
        yield from self._insertions(entries, removed, added, new)

    def _flow_mapping(self, entries: Mapping[str, tuple[Node, Node]], old: dict[str, Raw], new: dict[str, Raw]) -> str:
        kept = [name for name in entries if name in new or name not in old]
        parts = []
        for name in (*kept, *(name for name in new if name not in entries)):
            if name in entries and (name not in new or old.get(name) == new[name]):
                key, value = entries[name]
                parts.append(self._text[key.start_mark.index : value.end_mark.index])
            else:
                parts.append(f"{flow(name)}: {flow(new[name])}")
        return "{" + ", ".join(parts) + "}"

    def _replaced(self, key: Node, value: Node, name: str, new: Raw, *, in_flow: bool) -> _Edit:
        text = f"{flow(name)}: {flow(new)}" if in_flow else self._lines(entry(name, new), key.start_mark.column)
        return _Edit(key.start_mark.index, max(self._end(value), self._text.index(":", key.end_mark.index) + 1), text)

    def _removals(self, entries: list[tuple[str, tuple[Node, Node]]], removed: list[str]) -> Iterator[_Edit]:
        if not removed:
            return
        start = entries[0][1][0].start_mark.index
        kept = next(place for place, (name, _) in enumerate(entries) if name not in removed)
        if (
            kept and self._text[self._line_start(start) : start].strip()
        ):  # they stand behind their item's dash: the first that stays takes their place
            yield _Edit(start, entries[kept][1][0].start_mark.index, "")
            entries = entries[kept:]
        for name, (key, value) in entries:
            if name in removed:
                yield _Edit(self._line_start(key.start_mark.index), self._next_line(self._end(value)), "")

    def _insertions(self, entries: Mapping[str, tuple[Node, Node]], removed: list[str], added: list[str], new: dict[str, Raw]) -> Iterator[_Edit]:
        if not added:
            return
        order = list(new)
        first = next(key for name, (key, _) in entries.items() if name not in removed)
        column = first.start_mark.column
        after: dict[str | None, list[str]] = {}
        for name in added:
            before = [known for known in order[: order.index(name)] if known in entries and known not in removed]
            last = max(before, key=lambda known: entries[known][0].start_mark.index, default=None)
            after.setdefault(last, []).append(name)
        for known, names in after.items():
            lines = self._lines((line for name in names for line in entry(name, new[name])), column)
            if known is None:
                yield _Edit(first.start_mark.index, first.start_mark.index, lines + self._newline + " " * column)
            else:
                end = self._line_end(self._end(entries[known][1]))
                yield _Edit(end, end, self._newline + " " * column + lines)

    # --- lists ---

    def _sequence(self, node: SequenceNode, old: list[Raw], new: list[Raw]) -> Iterator[_Edit]:
        places = _matched(old, new)
        if places == list(range(len(old))):
            for inner, before, after in zip(node.value, old, new, strict=True):
                yield from self.edits(inner, before, after)
        elif node.flow_style:
            parts = [
                flow(value) if place is None else self._item(node.value[place], old[place], value) for place, value in zip(places, new, strict=True)
            ]
            yield _Edit(node.start_mark.index, node.end_mark.index, "[" + ", ".join(parts) + "]")
        else:
            yield self._rebuilt(node, old, new, places)

    def _item(self, node: Node, old: Raw, new: Raw) -> str:
        return self.applied(node.start_mark.index, self._end(node), self.edits(node, old, new))

    def _rebuilt(self, node: SequenceNode, old: list[Raw], new: list[Raw], places: list[int | None]) -> _Edit:
        chunks = self._chunks(node)
        usual = chunks[0].gap if len(chunks) > 1 else ""
        column = node.start_mark.column
        parts: list[str] = []
        for number, (place, value) in enumerate(zip(places, new, strict=True)):
            if place is None:
                parts.append(" " * column + self._lines(item(value), column) + self._newline)
            else:
                chunk = chunks[place]
                kept = self.applied(chunk.start, chunk.end, self.edits(node.value[place], old[place], value))
                parts.append(kept if kept.endswith("\n") else kept + self._newline)
            if number + 1 < len(new):
                parts.append(usual if place in (None, len(chunks) - 1) else chunks[place].gap)
        return _Edit(chunks[0].start, chunks[-1].end, "".join(parts).removesuffix(self._newline))

    def _chunks(self, node: SequenceNode) -> list[_Chunk]:
        starts = [self._dash_line(inner) for inner in node.value]
        for number in range(1, len(starts)):
            while self._is_comment(above := self._line_start(starts[number] - 1), node.start_mark.column):
                starts[number] = above
        ends = [*starts[1:], self._line_end(self._end(node.value[-1]))]
        chunks = []
        for start, end in zip(starts, ends, strict=True):
            lines = self._text[start:end]
            body = _BLANK_END.sub(self._newline, lines)
            chunks.append(
                _Chunk(start=start, end=start + len(body), gap=lines[len(body) :]) if len(body) < len(lines) else _Chunk(start=start, end=end, gap="")
            )
        return chunks

    def _dash_line(self, node: Node) -> int:
        start = node.start_mark.index
        dash = self._text.rfind("-", 0, start)
        line = self._line_start(dash)
        if dash < 0 or self._text[dash + 1 : start].strip() or self._text[line:dash].strip():
            raise UnfitError("a list's item doesn't begin its line")
        return line

    def _is_comment(self, line: int, column: int) -> bool:
        return self._text.startswith("#", line + column) and not self._text[line : line + column].strip()

    # --- scalars ---

    def _value(self, node: Node, new: Raw) -> str:
        """Return a value in the way in which the former one was written."""
        if not isinstance(new, str) or not isinstance(node, ScalarNode):
            return flow(new)
        match node.style:
            case "|" | ">" if (block := self._block(node, new)) is not None:
                return block
            case "'" if _LITERAL.fullmatch(new) and "\n" not in new:
                return "'" + new.replace("'", "''") + "'"
            case None if _PLAIN.fullmatch(new) and is_text(new):
                return new
            case None:
                return flow(new)
            case _:
                return quoted(new)

    def _block(self, node: ScalarNode, new: str) -> str | None:
        text = new.removesuffix("\n")
        lines = self._text[node.start_mark.index : self._end(node)].splitlines()[1:]
        margin = next((line[: len(line) - len(line.lstrip(" "))] for line in lines if line.strip()), "")
        if not margin or not _LITERAL.fullmatch(text) or text.endswith("\n"):
            return None
        head = "|" if new.endswith("\n") else "|-"
        return self._newline.join([head, *(margin + line if line else "" for line in text.split("\n"))])

    # --- places ---

    def _lines(self, lines: Iterable[str], column: int) -> str:
        return (self._newline + " " * column).join(lines)

    def _end(self, node: Node) -> int:
        """Return where the last character of a node ends, without the blank lines and comments that follow."""
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return int(start + len(_BLANK_END.sub("", self._text[start:end])))
        if start == end:  # nothing is written: its mark is where the next thing begins
            return len(self._text[:end].rstrip())
        return int(end)

    def _line_start(self, place: int) -> int:
        return self._text.rfind("\n", 0, max(place, 0)) + 1

    def _line_end(self, place: int) -> int:
        """Return where the line ends, before its line break."""
        end = self._text.find("\n", place)
        if end < 0:
            return len(self._text)
        return end - 1 if end > place and self._text[end - 1] == "\r" else end

    def _next_line(self, place: int) -> int:
        end = self._text.find("\n", place)
        return len(self._text) if end < 0 else end + 1


def _matched(old: list[Raw], new: list[Raw]) -> list[int | None]:
    """Return, for each new item, the place of the old one that it was: by its id, else the same, else (in as many) the one in its place."""
    left: dict[str, list[int]] = {}
    for place, value in enumerate(old):
        left.setdefault(_identity(value), []).append(place)
    places = [known.pop(0) if (known := left.get(_identity(value))) else None for value in new]
    if len(old) == len(new):
        free = {place for known in left.values() for place in known}
        return [number if place is None and number in free and not _named(old[number], new[number]) else place for number, place in enumerate(places)]
    return places


def _identity(value: Raw) -> str:
    return json.dumps(value["id"] if isinstance(value, dict) and "id" in value else [value], ensure_ascii=False, sort_keys=True)


def _named(*values: Raw) -> bool:
    return any(isinstance(value, dict) and "id" in value for value in values)
