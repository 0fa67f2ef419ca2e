"""The commonest words of both languages: what people rightly write although no sheet says it, and what a slip may have been meant for."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Final

import wordfreq

from dialogs.catalog import Language

_MOST: Final[Mapping[Language, int]] = {"en": 30_000, "fr": 50_000}  # French inflects more; fewer change clean questions, more mend no better


def everyday_words() -> tuple[str, ...]:
    """Return the words, the commonest first, the languages by turns; a word of both comes twice.

    They are read from wordfreq's own files each time (0.2 s, 25 MB meanwhile), and nothing is left of it.
    """
    lists = [wordfreq.top_n_list(language, most) for language, most in _MOST.items()]
    wordfreq.get_frequency_list.cache_clear()
    wordfreq.top_n_list.cache_clear()
    return tuple(word for rank in zip_longest(*lists) for word in rank if word is not None)
