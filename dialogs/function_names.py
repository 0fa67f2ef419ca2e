"""The names of functions, and which of them somebody's words say."""

import re
from collections.abc import Iterator
from typing import Final

from dialogs.catalog import Catalogue, Function
from dialogs.search.likeness import nearest
from dialogs.search.text import SAID_EVERYWHERE, folded

_SHORT: Final = 3  # letters of a name in which one slip of the pen would make another
_FEW: Final = 4  # words in which somebody names a function rather than tells something, so that a slip of the pen may be mended


def flat(text: str) -> str:
    """Return a text in lower case, without accents, with one blank between two words."""
    return " ".join(folded(text).split())


def names_of(function: Function) -> list[str]:
    """Return what a function is called, flat: its slug, its names, its acronyms and nicknames."""
    return [flat(name) for name in (function.slug, function.names.fr, function.names.en, *function.also) if name]


def function_called(named: str, catalogue: Catalogue) -> str | None:
    """Return the function of exactly that (flat) name, None for none."""
    return next((function.slug for function in catalogue.functions if named in names_of(function)), None)


def functions_named(text: str, catalogue: Catalogue) -> frozenset[str]:
    """Return the functions that somebody's own words name, slips of the pen mended where the words are few; several where they name several."""
    words = flat(text)
    if not words:
        return frozenset()
    if (exact := function_called(words, catalogue)) is not None:
        return frozenset((exact,))
    names = {name: function.slug for function in reversed(catalogue.functions) for name in names_of(function)}
    if inside := [name for name in names if _is_in(name, words, text)]:
        # "finance" isn't named by whoever writes "finance group"
        whole = [name for name in inside if not any(name != other and _within(name, other) for other in inside)]
        return frozenset(names[name] for name in whole)
    if len(words.split()) > _FEW:
        return frozenset()
    return frozenset(_mended(words, names))


def _is_in(name: str, words: str, text: str) -> bool:
    """Tell whether words hold a name; one that is also a plain word ("it") only in capitals."""
    return _within(name.upper(), text) if name in SAID_EVERYWHERE else _within(name, words)


def _within(name: str, words: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", words) is not None


def _mended(words: str, names: dict[str, str]) -> Iterator[str]:
    """Yield the function that a few words were probably meant to name: all of them together, else one of them."""
    long = [name for name in names if len(name) > _SHORT]
    for said in (words, *words.split()):
        near = nearest(said, long) if len(said) > _SHORT else None
        if near is not None and near[0] == said[0]:
            yield names[near]
            return
