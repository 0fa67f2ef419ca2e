"""The committed gettext catalogues, compiled in memory: a language's texts for the whole application.

`python -m bot.po` brings `dialogs/locale/*/messages.po` in step with the sources; `.po` files named after it lend their translations.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dialogs.catalog import LANGUAGES, Language
from dialogs.texts import Texts

Msgid: TypeAlias = str | tuple[str, str]  # a plural is (singular, plural)

_PROJECT = Path(__file__).resolve().parent.parent
LOCALES = _PROJECT / "dialogs" / "locale"
_NAMES: dict[Language, str] = {"fr": "French", "en": "English"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text found in the sources; `msgid` is None where it isn't written out, so that nobody could translate it."""

    file: str
    line: int
    msgid: Msgid | None


@cache
def texts(language: Language) -> Texts:
    """Return a language's texts. Raises FileNotFoundError where its catalogue is missing."""
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(po_file(language)))
    compiled.seek(0)
    return Texts(language, GNUTranslations(compiled))


def both_languages() -> Mapping[Language, Texts]:
    """Return every language's texts, as a decision wants them: it may answer in either."""
    return {language: texts(language) for language in LANGUAGES}


def po_file(language: Language) -> Path:
    """Return where a language's catalogue is committed."""
    return LOCALES / language / "messages.po"


def read_catalogue(file: Path) -> Catalog:
    """Read one `.po` file; a line that isn't gettext raises `babel.messages.pofile.PoFileError`."""
    with file.open("rb") as opened:
        return read_po(opened, abort_invalid=True)


def said_in_sources() -> tuple[Said, ...]:
    """Return every text that dialogs, adapters and bot say, in order of file and line."""
    files = sorted(file for package in ("adapters", "bot", "dialogs") for file in (_PROJECT / package).rglob("*.py"))
    return tuple(said for file in files for said in said_in(file.read_text(encoding="utf-8"), file.relative_to(_PROJECT).as_posix()))


def said_in(source: str, file: str) -> Iterator[Said]:
    """Yield the texts of one source: `t("…")`, `….t("…")`, `….many("…", "…", number)`, and `self("…")` inside Texts.

    Babel's own extractor misses a call inside an argument of another's argument and joins the two branches of a conditional; the syntax tree doesn't.
    """
    for node in ast.walk(ast.parse(source, file)):
        match node:
            case ast.Call(func=ast.Attribute(attr="many"), args=[singular, plural, *_]):
                pairs = zip(_written(singular), _written(plural), strict=True)
                yield from (Said(file=file, line=node.lineno, msgid=(one, more) if one and more else None) for one, more in pairs)
            case ast.Call(func=ast.Name(id="t" | "self") | ast.Attribute(attr="t"), args=[text, *_]):
                yield from (Said(file=file, line=node.lineno, msgid=msgid) for msgid in _written(text))
            case _:
                pass


def _written(node: ast.expr) -> list[str | None]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=other):
            return [*_written(body), *_written(other)]
        case _:
            return [None]


def updated(language: Language, msgids: Iterable[Msgid], known: Iterable[Catalog]) -> Catalog:
    """Return a catalogue of exactly these texts, each with its translation from the last of `known` that has one.

    A text without one is the msgid itself in English, and empty in French.
    """
    catalogue = Catalog(
        locale=language,
        header_comment=f"# The texts of pourqui in {_NAMES[language]}.",
        project="pourqui",
        version="0",
        msgid_bugs_address="",
        copyright_holder="",
        fuzzy=False,
    )
    catalogues = tuple(known)
    for msgid in msgids:
        empty: Msgid = msgid if language == "en" else "" if isinstance(msgid, str) else ("", "")
        found = [translation for one in catalogues if (translation := _translation(one, msgid))]
        catalogue.add(msgid, found[-1] if found else empty)
    return catalogue


def _translation(catalogue: Catalog, msgid: Msgid) -> Msgid | None:
    message = catalogue.get(msgid)
    if message is None or message.fuzzy or not all(forms := translations(message)):
        return None
    match msgid, forms:
        case str(), (only,):
            return only
        case (_, _), (one, more):
            return one, more
        case _:
            return None


def translations(message: Message) -> tuple[str, ...]:
    """Return a text's translation, or both forms of a plural's; an untranslated form is empty."""
    return (message.string,) if isinstance(message.string, str) else tuple(str(form) for form in message.string or ())


def write_catalogue(file: Path, catalogue: Catalog) -> None:
    """Write a `.po` file whose lines depend on its texts alone: sorted, without locations or dates."""
    written = BytesIO()
    write_po(written, catalogue, width=150, no_location=True, sort_output=True)
    dated = (
        "Generated-By",
        "Language-Team",
        "Last-Translator",
        "PO-Revision-Date",
        "POT-Creation-Date",
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
    )
    lines = written.getvalue().decode("utf-8").splitlines(keepends=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(line for line in lines if not line.startswith(tuple(f'"{name}:' for name in dated))), encoding="utf-8", newline="\n")


def main(lent: Iterable[str]) -> None:
    """Write both catalogues anew from the sources; `lent` names `.po` files whose French translations are taken over."""
    msgids = sorted({said.msgid for said in said_in_sources() if said.msgid is not None}, key=str)
    for language in LANGUAGES:
        file = po_file(language)
        known = [read_catalogue(file)] if file.exists() else []
        if language == "fr":
            known.extend(read_catalogue(Path(name)) for name in lent)
        catalogue = updated(language, msgids, known)
        write_catalogue(file, catalogue)
        missing = sum(1 for message in catalogue if message.id and not all(translations(message)))
        sys.stdout.write(f"{file}: {len(msgids)} texts, {missing} to translate\n")


if __name__ == "__main__":
    main(sys.argv[1:])
