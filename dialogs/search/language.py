"""Which language a message is in: French, English, or neither (said only when it's plain)."""

import math
from array import array
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, Self

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from dialogs.catalog import Language
from dialogs.search.text import SAID_EVERYWHERE, folded, listed, words

# Those that colleagues are likely to write. Fewer classes cost less memory, and leave fewer neighbours to mistake French for.
_CONSIDERED: Final = listed("ar bg ca cs da de el en es et fi fr he hi hr hu id it ja ko lt lv nl no pl pt ro ru sk sl sr sv th tr uk vi zh")


_RUN: Final = 16  # moves kept together: shorter runs make a longer list of places, longer ones repeat themselves less


@dataclass(frozen=True, slots=True)
class _Moves:
    """The automaton's moves, each run of them kept once: 6 MB instead of 39, since most states move as the first does."""

    places: "array[int]"
    runs: "array[int]"

    @classmethod
    def folded(cls, moves: "array[int]") -> Self:
        """Fold a table of moves whose length is a multiple of `_RUN`."""
        runs: dict[bytes, int] = {}
        raw, width = memoryview(moves).cast("B"), _RUN * moves.itemsize
        places = array("I", (runs.setdefault(bytes(raw[start : start + width]), len(runs)) for start in range(0, len(raw), width)))
        return cls(places, array(moves.typecode, b"".join(runs)))

    def __getitem__(self, place: int) -> int:
        """Return a move, as the whole table would."""
        return self.runs[self.places[place // _RUN] * _RUN + place % _RUN]


@cache
def identifier() -> LanguageIdentifier:
    """Return the model, cut down to the languages considered: loaded at first use (1 s), about 20 MB kept."""
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    columns = [column for column, language in enumerate(whole.nb_classes) if language in _CONSIDERED]
    return LanguageIdentifier(
        whole.nb_ptc[:, columns].copy(),
        whole.nb_pc[columns].copy(),
        [whole.nb_classes[column] for column in columns],
        _Moves.folded(whole.tk_nextmove),
        array("i", whole.tk_output),
        norm_probs=True,
        tk_row=whole.tk_row,
    )


_FOREIGN_LIMIT: Final = 0.02  # of probability left to French and English together; none of 2,375 tuning texts in the two is below
_MARGIN: Final = 0.5  # in log-odds, between French and English
_WORDS: Final = 3  # at least, to tell a language
_LATIN_END: Final = 0x24F  # the last letter of Latin Extended-B
_TINY: Final = 1e-9


def language_of(text: str, known: Set[str] = frozenset()) -> Language | Literal["foreign"] | None:
    """Return the language of a message, "foreign" where it's plainly neither French nor English, None where it can't be told.

    At least three words are needed, but for another script. `known` are the folded words of the catalogue: what is mostly made of them, or of
    the two languages' commonest words, isn't foreign, however it looks.
    """
    letters = [letter for letter in folded(text) if letter.isalpha()]
    if len(letters) >= 2 and sum(ord(letter) > _LATIN_END for letter in letters) * 2 > len(letters):
        return "foreign"
    said = words(text)
    if len(said) < _WORDS:
        return None
    shares = dict(identifier().rank(text.lower()))
    if shares["fr"] + shares["en"] <= _FOREIGN_LIMIT:
        told = [word for word in said if len(word) >= _WORDS]
        return None if sum(word in known or word in SAID_EVERYWHERE for word in told) * 2 >= len(told) else "foreign"
    lead = math.log(shares["fr"] + _TINY) - math.log(shares["en"] + _TINY)
    if abs(lead) < _MARGIN:
        return None
    return "fr" if lead > 0 else "en"
