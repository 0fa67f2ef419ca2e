"""Packs: a company's YAML folder, read whole into a catalogue, or into everything that's wrong with it.

`python -m bot.packs` writes the JSON Schemas that editors complete and check packs with.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.directory import read_directory
from bot.mistakes import Mistake
from bot.pack_references import mistaken_references
from bot.pack_rules import broken_rules
from bot.pack_schemas import write_schemas
from bot.pack_shapes import Made, made
from bot.pack_warnings import missing_languages, warnings
from bot.po import texts
from bot.yaml_source import YamlSource, read_yaml
from dialogs.catalog import Catalogue, Company, Function, Language
from dialogs.people import DirectoryRow
from dialogs.texts import Texts

MISTAKES_LIMIT = 1_000  # nobody reads more of one file's mistakes


@dataclass(frozen=True, slots=True, kw_only=True)
class PackReading:
    """A pack as it was read: `catalogue` is None as soon as there's one mistake; warnings never stop it.

    `people` are the rows of `people.csv`, empty where the pack has none.
    """

    catalogue: Catalogue | None
    people: tuple[DirectoryRow, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()


def sample_folder() -> Path:
    """Return the pack of Solane, the sample company, which travels with the application."""
    return Path(__file__).resolve().parent / "sample" / "solane"


def read_pack(folder: Path, *, language: Language = "en", today: date | None = None) -> PackReading:
    """Read a pack; mistakes and warnings are in `language`. Without `today` no review is called late."""
    t = texts(language)
    if not folder.is_dir():
        what = t("the folder is missing") if not folder.exists() else t("this isn't a folder")
        return _failed([Mistake(file=str(folder), line=1, path="", what=what, fix=t("name the folder that holds company.yaml"))])
    company_source = read_yaml(folder / "company.yaml", "company.yaml", t)
    sources, misplaced = _function_sources(folder, t)
    segments = _segments(company_source)
    company, mistakes = _checked(company_source, Company, segments, t)
    functions: list[tuple[YamlSource, Function]] = []
    for source in sources:
        function, found = _checked(source, Function, segments, t)
        mistakes.extend(found)
        if function is not None:
            functions.append((source, function))
    mistakes.extend(mistaken_references(sources, segments, t))
    mistakes.extend(misplaced)
    directory = folder / "people.csv"
    people = read_directory(directory, segments=segments, language=language, name="people.csv") if directory.exists() else None
    if people is not None:
        mistakes.extend(people.mistakes)
    if mistakes or company is None:
        return _failed(mistakes)
    found = [*missing_languages(company, company_source, Company, t), *warnings(company, functions, today, t)]
    return PackReading(
        catalogue=Catalogue(company=company, functions=tuple(function for _, function in functions)),
        people=people.rows if people else (),
        warnings=tuple(_in_order(found)),
    )


def _failed(mistakes: Sequence[Mistake]) -> PackReading:
    return PackReading(catalogue=None, mistakes=tuple(_in_order(mistakes)))


def _in_order(mistakes: Sequence[Mistake]) -> list[Mistake]:
    return sorted(dict.fromkeys(mistakes), key=lambda mistake: (mistake.file, mistake.line))


def _function_sources(folder: Path, t: Texts) -> tuple[list[YamlSource], list[Mistake]]:
    """Read every `functions/*.yaml`, in order of names; and find files that nobody would read."""
    inside = folder / "functions"
    if not inside.is_dir():
        return [], [Mistake(file="functions", line=1, path="", what=t("the folder is missing"), fix=t("create it, with one file for each function"))]
    files = sorted(file for file in inside.iterdir() if not file.name.startswith("."))
    yaml = [file for file in files if file.suffix == ".yaml"]
    mistakes = [
        Mistake(
            file=f"functions/{file.name}", line=1, path="", what=t("this file isn't read"), fix=t("rename it to {name}", name=f"{file.stem}.yaml")
        )
        for file in files
        if file.suffix.lower() in (".yml", ".yaml") and file not in yaml
    ]
    if not yaml and not mistakes:
        mistakes.append(
            Mistake(
                file="functions",
                line=1,
                path="",
                what=t("there's no function"),
                fix=t("write a file for each function, such as {name}", name="finance.yaml"),
            )
        )
    return [read_yaml(file, f"functions/{file.name}", t) for file in yaml], mistakes


def _segments(company: YamlSource) -> frozenset[str] | None:
    """Return the company's segments, or None where they can't be told: then no audience is called wrong."""
    if not isinstance(company.value, dict):
        return None
    written = company.value.get("segments", {})
    return frozenset(written) if isinstance(written, dict) else None


def _checked(source: YamlSource, kind: type[Made], segments: frozenset[str] | None, t: Texts) -> tuple[Made | None, list[Mistake]]:
    """Return a file's value, or None with all its mistakes."""
    if not source.is_read:
        return None, list(source.mistakes)
    value, misshapen = made(source, kind, t)
    broken = [] if misshapen and not isinstance(source.value, dict) else list(broken_rules(source, kind, segments, t))
    mistakes = [*source.mistakes, *misshapen, *broken][:MISTAKES_LIMIT]
    return (None if mistakes else value), mistakes


if __name__ == "__main__":
    for file in write_schemas():
        sys.stdout.write(f"{file}\n")
