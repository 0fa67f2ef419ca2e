"""Questions that nobody has asked yet: no text comes twice, so that no cache of texts can answer."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from random import Random

from bot.packs import read_pack, sample_folder
from dialogs.catalog import Catalogue, is_for

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_SEED = 20261101


def sample_catalogue() -> Catalogue:
    """Read the sample company's catalogue."""
    catalogue = read_pack(sample_folder()).catalogue
    if catalogue is None:
        raise RuntimeError("the sample company is broken: see `pourqui catalog check`")
    return catalogue


def open_sheets(catalogue: Catalogue) -> list[str]:
    """Return the ids of the sheets that everybody may see."""
    return [sheet.id for _, sheet in catalogue.sheets() if is_for(sheet, frozenset())]


class Questions:
    """Two kinds by turns: a phrasing of the sample company with a number of its own, which is mostly answered; and, where the folder `data` has
    them, what strangers to the catalogue wrote (the workplace set, CLINC150), whose words it mostly hasn't.
    """

    def __init__(self, catalogue: Catalogue, data: Path) -> None:
        shuffle = Random(_SEED).shuffle
        known = [text for _, sheet in catalogue.sheets() for text in (*sheet.phrasings.fr, *sheet.phrasings.en)]
        strange = list(dict.fromkeys(_texts(data)))
        shuffle(known)
        shuffle(strange)
        self.strange = len(strange)
        self._numbered = _numbered(known)
        self._strange = iter(strange)

    def take(self, number: int) -> list[str]:
        """Return that many."""
        return [next(self._numbered) if place % 2 else next(self._strange, None) or next(self._numbered) for place in range(number)]


def _numbered(texts: list[str]) -> Iterator[str]:
    for number in count(1001):
        text = texts[number % len(texts)]
        yield f"{text} ({number})"


def _texts(data: Path) -> Iterable[str]:
    files = (data / "workplace" / "questions.csv", "question"), (data / "clinc150" / "val.csv", "text"), (data / "clinc150" / "train.csv", "text")
    return chain.from_iterable(_column(file, name) for file, name in files if file.exists())


def _column(file: Path, name: str) -> Iterator[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from (row[name] for row in csv.DictReader(lines))
