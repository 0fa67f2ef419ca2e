"""Slips of the fingers: what a hurried hand does to a text. `pourqui eval --typos` and the benchmarks measure search on them."""

from random import Random

from dialogs.search.keyboard import BESIDE
from dialogs.search.text import folded


def misspelt(text: str, share: float, drawn: Random) -> str:
    """Return the text with a slip on each of its letters with probability `share`, 0 to 1; the same state of `drawn` gives the same slips.

    A slip is one of four, evenly: the letter is missed, followed by itself or by a key beside it, replaced by a key beside it, or swapped with
    the next letter; the last is left out where it would change nothing. What isn't a letter stays. An accented letter has the neighbours of the
    bare one; a letter on no key is its own.
    """
    written: list[str] = []
    place = 0
    while place < len(text):
        letter, following = text[place], text[place + 1 : place + 2]
        place += 1
        if not letter.isalpha() or drawn.random() >= share:
            written.append(letter)
            continue
        match drawn.randrange(4 if following.isalpha() and following != letter else 3):
            case 0:
                pass
            case 1:
                written += (letter, drawn.choice((letter, _beside(letter, drawn))))
            case 2:
                written.append(_beside(letter, drawn))
            case _:
                written += (following, letter)
                place += 1
    return "".join(written)


def _beside(letter: str, drawn: Random) -> str:
    near = BESIDE.get(folded(letter)[:1])
    if near is None:
        return letter
    key = drawn.choice(near)
    return key.upper() if letter.isupper() else key
