"""Texts in two languages: one language of them changed, what the other says kept."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from dialogs.catalog import Language, Localized
from dialogs.search.text import folded

HOLE: Final = "–"  # a line that isn't translated yet
_HOLES: Final = frozenset({HOLE, "-", "—"})


def own(text: Localized | None, language: Language) -> str | None:
    """Return what a text says in this very language, None where it only says it in the other one."""
    if text is None:
        return None
    return text.fr if language == "fr" else text.en


def with_own(text: Localized | None, language: Language, said: str | None) -> Localized | None:
    """Return the text saying this in one language, and in the other what it did; None where nothing is left of it."""
    french, english = (said, own(text, "en")) if language == "fr" else (own(text, "fr"), said)
    return Localized(fr=french, en=english) if french or english else None


def with_list(known: Sequence[Localized], language: Language, said: Sequence[str]) -> tuple[Localized, ...]:
    """Return a list that says `said` in one language, and in the other one what it did.

    What was said before keeps its translation. What isn't said any more stays in the other language, by itself, at the end: whether something
    new is its translation is for people to say.
    """
    other: Language = "en" if language == "fr" else "fr"
    left = list(known)
    pairs: list[tuple[str | None, str | None]] = []
    for text in said:
        same = next((each for each in left if folded(own(each, language) or "") == folded(text)), None)
        if same is not None:
            left.remove(same)
        pairs.append((text, own(same, other)))
    pairs += [(None, translation) for each in left if (translation := own(each, other))]
    return tuple(_pair(language, *pair) for pair in pairs)


def lines(texts: Sequence[Localized], language: Language) -> str:
    """Write a list down in one language, one text a line; `HOLE` is the line of what only the other language says, left out at the end."""
    said = [" ".join((own(text, language) or HOLE).split()) for text in texts]
    while said and said[-1] == HOLE:
        said.pop()
    return "\n".join(said)


def paired(french: str, english: str) -> tuple[Localized, ...]:
    """Read a list that was written down in both languages: the first line goes with the first; empty lines say nothing, `HOLE` holds a place."""
    columns = ([line.strip() for line in text.splitlines() if line.strip()] for text in (french, english))
    rows = (tuple(None if line in _HOLES else line for line in row) for row in zip_longest(*columns, fillvalue=HOLE))
    return tuple(Localized(fr=fr, en=en) for fr, en in rows if fr or en)


def _pair(language: Language, said: str | None, translation: str | None) -> Localized:
    return Localized(fr=said, en=translation) if language == "fr" else Localized(fr=translation, en=said)
