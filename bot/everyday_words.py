"""The commonest words of both languages: what people rightly write although no sheet says it, and what a slip may have been meant for."""

import gzip
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from itertools import islice, zip_longest
from typing import Final

import msgpack

from dialogs.catalog import Language

_MOST: Final[Mapping[Language, int]] = {"en": 30_000, "fr": 50_000}  # French inflects more; fewer change clean questions, more mend no better
_NUMBER: Final = re.compile(r"\d[\d.,]+")


def everyday_words() -> tuple[str, ...]:
    """Return the words, the commonest first, the languages by turns; a word of both comes twice.

    They are those of wordfreq's `top_n_list`, read from its files (0.1 s): the package itself would bring four others into memory, to tokenise
    what is looked up in it.
    """
    package = distribution("wordfreq")
    lists = [
        tuple(islice(commonest(str(package.locate_file(f"wordfreq/data/large_{language}.msgpack.gz"))), most)) for language, most in _MOST.items()
    ]
    return tuple(word for rank in zip_longest(*lists) for word in rank if word is not None)


def commonest(file: str) -> Iterator[str]:
    """Yield the words of a list of wordfreq's, numbers left out. Raises ValueError where it isn't in the format cB 1.

    That is a header, then the words of each frequency, which falls by a centibel from one to the next.
    """
    with gzip.open(file, "rb") as packed:
        unpacker = msgpack.Unpacker(packed)
        frequencies = unpacker.read_array_header() - 1
        if unpacker.unpack() != {"format": "cB", "version": 1}:
            raise ValueError(f"{file} isn't a list of words in the format cB 1")
        for _ in range(frequencies):
            yield from (word for word in unpacker.unpack() if not _NUMBER.match(word))
