"""Turn a folder of `functions.jsonl` and `catalog.jsonl` into a YAML pack, to be measured with `pourqui eval`.

python benchmarks/workplace_pack.py ../shared/data/workplace /tmp/workplace
pourqui eval ../shared/data/workplace/questions.csv --catalog /tmp/workplace
"""

import argparse
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from bot.pack_writer import write_pack
from dialogs.catalog import ALL, Catalogue, Company, Contact, Entry, Function, Localized, Phrasings

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def main() -> None:
    """Read the folder, write the pack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="IN")
    parser.add_argument("pack", type=Path, metavar="OUT")
    given = parser.parse_args()
    write_pack(read_workplace(given.source), given.pack)


def read_workplace(folder: Path) -> Catalogue:
    """Return the catalogue that `functions.jsonl` and `catalog.jsonl` of a folder describe; their form is in the data's README."""
    described = list(_rows(folder / "functions.jsonl"))
    written = list(_rows(folder / "catalog.jsonl"))
    slugs = {row["slug"] for row in described}
    functions = tuple(_function(row, slugs, [_entry(entry) for entry in written if entry["function"] == row["slug"]]) for row in described)
    segments = sorted({row["audience"] for row in written if row["audience"]})
    return Catalogue(
        company=Company(name=folder.resolve().name, segments={slug: Localized(fr=slug, en=slug) for slug in segments}), functions=functions
    )


def _function(row: Mapping[str, Any], slugs: Iterable[str], entries: list[Entry]) -> Function:
    contact = row.get("contact") or ""
    address = _EMAIL.search(contact)
    return Function(
        slug=row["slug"],
        names=Localized(fr=row["name_fr"], en=row["name_en"]),
        also=tuple(row["acronyms"]),
        purpose=Localized(fr=row.get("mission_fr"), en=row.get("mission_en")),
        clients=tuple(Localized(en=client) for client in row.get("clients", ())),
        partners=tuple(partner if partner in slugs else Localized(en=partner) for partner in row.get("partners", ())),
        contacts=(Contact(name=row["name_en"], email=address[0], role=Localized(en=contact)),) if address else (),
        entries=tuple(entries),
    )


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        id=row["id"],
        question=Localized(fr=row.get("title_fr"), en=row.get("title_en")),
        reply=Localized(fr=row.get("answer_fr"), en=row.get("answer_en")),
        phrasings=Phrasings(fr=tuple(row["phrasings_fr"]), en=tuple(row["phrasings_en"])),
        audience=(row["audience"] or ALL,),
    )


def _rows(file: Path) -> Iterable[Mapping[str, Any]]:
    return (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())


if __name__ == "__main__":
    main()
