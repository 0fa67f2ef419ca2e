"""The words that name a theme: those that its comments say more than all others do."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from dialogs.masking import bare
from dialogs.search.text import SAID_EVERYWHERE, folded, listed, stems

WORDS: Final = 4  # of a theme's name, at most
_LENGTH: Final = 3  # letters of a word, at least
_STRESS: Final = listed("trop tres beaucoup bien vraiment assez tellement too much many very really quite more most")
_UNTOLD: Final = SAID_EVERYWHERE | _STRESS
_PRIOR: Final = 0.5  # comments that say any word, before one looks
_ENDINGS: Final = re.compile(r"n['’]t\b|['’](?:s|re|ve|ll|d|m)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")


def typical(groups: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the most typical words of each group of masked comments, the most typical first, as they're written most often.

    Log-odds against all other groups, over their standard error (Monroe, Colaresi and Quinn 2008, equation 22, with a flat prior). A word counts
    once a comment, and names a theme only where two comments say it, unless none is said twice.
    """
    forms: dict[str, Counter[str]] = {}
    counts = [_said(comments, forms) for comments in groups]
    together = sum(counts, Counter[str]())
    return tuple(_typical(own, together - own, forms) for own in counts)


def _said(comments: Sequence[str], forms: dict[str, Counter[str]]) -> Counter[str]:
    """Count how many comments say each word, by its stem; note in `forms` how it's written."""
    said = Counter[str]()
    for comment in comments:
        written = {stem: word for word in _words(comment) for stem in stems(folded(word))[:1]}
        said.update(written.keys())
        for stem, word in written.items():
            forms.setdefault(stem, Counter())[word] += 1
    return said


def _words(comment: str) -> list[str]:
    words = _WORD.findall(_ENDINGS.sub(" ", bare(comment)).lower())
    return [word for word in words if len(word) >= _LENGTH and folded(word) not in _UNTOLD]


def _typical(own: Counter[str], others: Counter[str], forms: dict[str, Counter[str]]) -> tuple[str, ...]:
    mine, theirs = own.total(), others.total()
    prior = _PRIOR * (len(forms) + 1)  # one word more than was said, or a theme of a single word would have none beside it

    def score(stem: str) -> float:
        a, b = own[stem] + _PRIOR, others[stem] + _PRIOR
        odds = math.log(a / (mine + prior - a)) - math.log(b / (theirs + prior - b))
        return odds / math.sqrt(1 / a + 1 / b)

    repeated = [stem for stem in own if own[stem] > 1] or list(own)
    best = sorted(repeated, key=lambda stem: (-score(stem), stem))[:WORDS]
    return tuple(min(forms[stem], key=lambda word: (-forms[stem][word], word)) for stem in best)
