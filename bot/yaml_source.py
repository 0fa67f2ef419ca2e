"""YAML as plain values that remember their lines.

A pack needs a small part of YAML: mappings, lists, texts, numbers, true and false. Everything else is refused at the first event that shows it,
so that no file can be small on disk and large in memory. Scalars follow YAML 1.2's core schema (`no` is a text), and a date stays a text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from bot.mistakes import Mistake, read_text
from dialogs.texts import Texts
from dialogs.written import UNSHOWABLE, Place, Raw

SIZE_LIMIT = 5_000_000  # bytes; a function's file is 30 to 60 KB
_DEPTH_LIMIT = 16  # services[0].promise.of.fr is at depth 5
_VALUES_LIMIT = 200_000  # a 5-MB pack of ordinary texts has about 180,000

_TYPED: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_TYPED |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")  # longer ones stay texts: a float couldn't hold them
_BROKEN = re.compile(r"[-+]?(\.[0-9]{1,15}|[0-9]{1,15}\.[0-9]{0,20})")  # as many places as a share that was computed has


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlSource:
    """A file as it was read: `value` is None where it couldn't be; `lines` gives each place's line (1 is the first)."""

    name: str
    value: Raw = None
    lines: Mapping[Place, int] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()

    @property
    def is_read(self) -> bool:
        """Tell whether there's a value to look at."""
        return bool(self.lines)

    def line(self, place: Place) -> int:
        """Return the line of a place, or of what holds it where it isn't written."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def mistake(self, place: Place, what: str, fix: str) -> Mistake:
        """Return a mistake at a place of this file."""
        return Mistake(file=self.name, line=self.line(place), path=said_path(place), what=what, fix=fix)


def said_path(place: Place) -> str:
    """Write a place as people do: `services[0].promise.unit`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def read_yaml(file: Path, name: str, t: Texts) -> YamlSource:
    """Read one file; `name` is how its mistakes call it."""
    text = read_text(file, name, SIZE_LIMIT, t)
    return YamlSource(name=name, mistakes=(text,)) if isinstance(text, Mistake) else read_yaml_text(text, name, t)


def read_yaml_text(text: str, name: str, t: Texts) -> YamlSource:
    """Read the text of a file."""
    reading = _Reading(name, t)
    try:
        reading.follow(YAML(typ="safe", pure=True).parse(text))
    except _RefusedError as refused:
        return YamlSource(name=name, mistakes=(*reading.mistakes, refused.mistake))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return YamlSource(name=name, mistakes=(_unreadable(name, line, t("a character that YAML doesn't allow"), t("remove it")),))
    except MarkedYAMLError as error:
        return YamlSource(name=name, mistakes=(_syntax(error, name, t),))
    except (YAMLError, ValueError, OverflowError) as error:  # ruamel lets the last two through for an impossible escape such as "\UFFFFFFFF"
        return YamlSource(
            name=name, mistakes=(_unreadable(name, 1, t("this isn't YAML ({problem})", problem=error), t("mend the form of this line")),)
        )
    if not reading.lines:
        return YamlSource(
            name=name, mistakes=(_unreadable(name, 1, t("the file is empty"), t("write its content; the sample company shows its form")),)
        )
    return YamlSource(name=name, value=reading.top[0], lines=reading.lines, mistakes=tuple(reading.mistakes))


def _unreadable(name: str, line: int, what: str, fix: str) -> Mistake:
    return Mistake(file=name, line=line, path="", what=what, fix=fix)


def _syntax(error: MarkedYAMLError, name: str, t: Texts) -> Mistake:
    problem = " ".join(str(error.problem or error.context or error).split())
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    if "end of stream" in problem or "stream end" in problem:  # ruamel's mark is the file's end; its context is where it began to wait
        line = error.context_mark.line + 1 if error.context_mark else line
        fix = t("close the quotes or the brackets that open here")
    elif "mapping values are not allowed" in problem:
        fix = t("put quotes around a text that contains a colon and a space")
    elif "cannot start any token" in problem and "\\t" not in problem:
        fix = t("put quotes around a text that starts with a special character")
    elif "\\t" in problem or "tab" in problem:
        fix = t("indent with spaces, not with tabs")
    elif "expected <block end>" in problem or "could not find expected ':'" in problem or "expected ',' or" in problem:
        fix = t("check the indentation, the quotes and the brackets here and on the line before")
    else:
        fix = t("mend the form of this line")
    return _unreadable(name, line, t("this isn't YAML ({problem})", problem=problem), fix)


class _RefusedError(Exception):
    """The file uses a part of YAML that packs don't have."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end hasn't come; `key` waits for its value. What stands under a key's second coming is dropped."""

    value: list[Raw] | dict[str, Raw]
    place: Place
    dropped: bool = False
    key: str | None = None
    key_is_second: bool = False


class _Reading:
    """The values built so far from YAML's events, on a stack of our own: a deep file can't exhaust Python's."""

    def __init__(self, name: str, t: Texts) -> None:
        self.top: list[Raw] = []
        self.lines: dict[Place, int] = {}
        self.mistakes: list[Mistake] = []
        self._name = name
        self._t = t
        self._open: list[_Open] = []
        self._documents = 0

    def follow(self, events: Iterator[Event]) -> None:
        """Build the value that the events tell. Raises _RefusedError."""
        for number, event in enumerate(events):
            line = event.start_mark.line + 1
            self._refuse_what_packs_lack(event, number, line)
            match event:
                case ScalarEvent():
                    self._scalar(event, line)
                case MappingStartEvent():
                    self._start({}, line)
                case SequenceStartEvent():
                    self._start([], line)
                case MappingEndEvent() | SequenceEndEvent():
                    self._open.pop()
                case _:
                    pass

    def _refuse_what_packs_lack(self, event: Event, number: int, line: int) -> None:
        t = self._t
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(line, t("a second document starts here"), t("keep one document a file: remove this ---"))
        if number > _VALUES_LIMIT:
            self._refuse(line, t("the file holds more than {limit} values", limit=_VALUES_LIMIT), t("split it, or look for what got in by accident"))
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            self._refuse(
                line,
                t("anchors and aliases (& and *) aren't used in packs"),
                t("write the value out, or put quotes around a text that starts with & or *"),
            )
        if getattr(event, "tag", None) not in (None, "!"):
            self._refuse(line, t("tags (!) aren't used in packs"), t("remove the tag, or put quotes around a text that starts with !"))

    def _refuse(self, line: int, what: str, fix: str) -> None:
        place = self._next_place()
        raise _RefusedError(Mistake(file=self._name, line=line, path=said_path(place), what=what, fix=fix))

    def _next_place(self) -> Place:
        if not self._open:
            return ()
        holder = self._open[-1]
        if isinstance(holder.value, list):
            return (*holder.place, len(holder.value))
        return holder.place if holder.key is None else (*holder.place, holder.key)

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        t = self._t
        text = str(event.value)
        if UNSHOWABLE.search(text):
            self._refuse(line, t("a character that can't be shown"), t("remove it"))
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            self._key(self._open[-1], text, line)
        else:
            self._put(_typed(text) if event.implicit[0] else text, line)

    def _key(self, holder: _Open, key: str, line: int) -> None:
        t = self._t
        place = (*holder.place, key)
        holder.key, holder.key_is_second = key, False
        if holder.dropped:
            return
        if place in self.lines:
            holder.key_is_second = True
            what = t("this key is already on line {line}", line=self.lines[place])
            self.mistakes.append(Mistake(file=self._name, line=line, path=said_path(place), what=what, fix=t("keep one of the two")))
        else:
            self.lines[place] = line

    def _start(self, value: list[Raw] | dict[str, Raw], line: int) -> None:
        t = self._t
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            self._refuse(line, t("a key must be a word"), t("put quotes around a text that starts with a bracket or a brace"))
        if len(self._open) >= _DEPTH_LIMIT:
            self._refuse(line, t("values are nested more than {limit} deep", limit=_DEPTH_LIMIT), t("compare with the form of the sample company"))
        place, dropped = self._next_place(), self._is_dropped()
        self._put(value, line)
        self._open.append(_Open(value, place, dropped))

    def _is_dropped(self) -> bool:
        return bool(self._open) and (self._open[-1].dropped or self._open[-1].key_is_second)

    def _put(self, value: Raw, line: int) -> None:
        place, dropped = self._next_place(), self._is_dropped()
        if not self._open:
            self.top.append(value)
        else:
            holder = self._open[-1]
            if isinstance(holder.value, list):
                holder.value.append(value)
            elif holder.key is not None:
                if not dropped:
                    holder.value[holder.key] = value
                holder.key = None
        if not dropped:
            self.lines.setdefault(place, line)  # a value under its key keeps the key's line


def is_text(written: str) -> bool:
    """Tell whether what is written without quotes is read as a text."""
    return isinstance(_typed(written), str)


def _typed(text: str) -> Raw:
    if text in _TYPED:
        return _TYPED[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _BROKEN.fullmatch(text) else text
