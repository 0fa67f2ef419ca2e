"""The texts that stand for a sheet: how people ask for it, its title, the sentences of its reply."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from dialogs.catalog import LANGUAGES, Sheet
from dialogs.search.text import sentences

FOLDS: Final = 5  # parts in which phrasings are held out in turn
_SENTENCES: Final = 12  # of a body, at most, in each language

Kind = Literal["phrasing", "title", "sentence"]


@dataclass(frozen=True, slots=True)
class Row:
    """A text that stands for a sheet; `fold` is the one in which a phrasing is held out, None for the rest."""

    text: str
    sheet: int
    kind: Kind
    fold: int | None


def rows_of(number: int, sheet: Sheet) -> Iterator[Row]:
    """Yield the texts of a sheet, each once: phrasings, title and sentences in one language, then in the other."""
    seen: set[str] = set()
    for language in LANGUAGES:
        # The same place in both languages is the same fold: a phrasing is never judged with its translation at hand.
        said: list[tuple[str | None, Kind, int | None]] = [
            (text, "phrasing", place % FOLDS) for place, text in enumerate(getattr(sheet.phrasings, language))
        ]
        said.append((getattr(sheet.title, language), "title", None))
        said += [(text, "sentence", None) for text in sentences(getattr(sheet.body, language) or "")[:_SENTENCES]]
        for text, kind, fold in said:
            if text and text.strip() and text not in seen:
                seen.add(text)
                yield Row(text, number, kind, fold)
