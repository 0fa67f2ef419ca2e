"""Packs, written: a catalogue as a YAML folder that reads back the same, and an existing pack with only what changed changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.mistakes import Mistake
from bot.pack_shapes import made
from bot.packs import read_pack
from bot.po import texts
from bot.yaml_edit import UnfitError, edited
from bot.yaml_source import read_yaml_text
from bot.yaml_style import document
from dialogs.catalog import Catalogue, Company, Function, Language
from dialogs.written import Raw, as_written

_COMPANY: Final = "company.yaml"
_FUNCTIONS: Final = "functions"
_MARK: Final = "\ufeff"  # the byte-order mark that some editors begin a file with


class NotAPackError(ValueError):
    """The folder holds something that isn't a pack without mistakes, so nothing was written; `mistakes` say what is wrong with a pack."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("the folder is neither empty nor a pack without mistakes")
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was done to a pack's files; names are relative to its folder. `restyled` ones are written anew: their comments are lost."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    restyled: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def write_pack(catalogue: Catalogue, folder: Path, *, language: Language = "en") -> Written:
    """Write a catalogue into a folder: a new or empty one, or a pack, whose unchanged files, comments and `people.csv` stay as they are.

    Mistakes are in `language`. Raises NotAPackError for another folder, OSError for one that can't be written; whatever can be known beforehand is
    known before the first file is touched.
    """
    former = _former(folder, language)
    contents = dict(_contents(catalogue, former, folder))
    gone = [] if former is None else [_file(function) for function in former.functions if catalogue.function(function.slug) is None]
    written: dict[str, list[str]] = {"added": [], "changed": [], "restyled": []}
    (folder / _FUNCTIONS).mkdir(parents=True, exist_ok=True)
    for name, (how, text) in contents.items():
        _replace(folder / name, text)
        written[how].append(name)
    for name in gone:
        (folder / name).unlink()
    return Written(removed=tuple(gone), **{how: tuple(names) for how, names in written.items()})


def _former(folder: Path, language: Language) -> Catalogue | None:
    """Return what the folder's pack says, None for a folder without anything in it."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    reading = read_pack(folder, language=language)
    if reading.catalogue is None:
        raise NotAPackError(reading.mistakes)
    return reading.catalogue


def _contents(catalogue: Catalogue, former: Catalogue | None, folder: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the files to write: how each is written, and its text."""
    known: dict[str, Company | Function] = {}
    if former is not None:
        known = {_COMPANY: former.company, **{_file(function): function for function in former.functions}}
    wanted: dict[str, Company | Function] = {_COMPANY: catalogue.company, **{_file(function): function for function in catalogue.functions}}
    for name, value in wanted.items():
        old = known.get(name)
        if old is None:
            yield name, ("added", _anew(value))
        elif old != value:
            yield name, _changed(folder / name, old, value)


def _changed(file: Path, old: Company | Function, value: Company | Function) -> tuple[str, str]:
    before = file.read_bytes().decode()  # as it is, line breaks and all
    mark, text = (_MARK, before[1:]) if before.startswith(_MARK) else ("", before)
    try:
        after = edited(text, _keys(old), _keys(value))
    except UnfitError:
        after = ""
    return ("changed", mark + after) if _says(after, value) else ("restyled", _anew(value))


def _anew(value: Company | Function) -> str:
    return document(_keys(value))


def _says(text: str, value: Company | Function) -> bool:
    """Tell whether a text is read as this value."""
    t = texts("en")
    source = read_yaml_text(text, "", t)
    read, _ = made(source, type(value), t) if source.is_read and not source.mistakes else (None, [])
    return read == value


def _keys(value: Company | Function) -> dict[str, Raw]:
    written = as_written(value)
    return written if isinstance(written, dict) else {}


def _file(function: Function) -> str:
    return f"{_FUNCTIONS}/{function.slug}.yaml"


def _replace(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = file.with_name(f".{file.name}.new")
    draft.write_bytes(text.encode())
    draft.replace(file)
