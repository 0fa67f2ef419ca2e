"""Masking: personal data taken out of what people wrote, before anybody else reads it.

A mask is a neutral word between ⟨ and ⟩, which `shown` says in the reader's language. What isn't personal stays: amounts, dates, rooms, versions.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final

from dialogs.search.text import folded
from dialogs.texts import Texts

_NUMBER_DIGITS: Final = 9  # digits in a row that no amount, date or room has: eight make a date
_NAME_WORDS: Final = 6  # of the longest name that's looked for
_GAP: Final = 2  # characters between two words of a name: a blank, a hyphen, a full stop and a blank
_CIVILITIES: Final = ("m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "mrs", "ms", "miss")

# ISO 13616: the length of an account number by country, Europe's and the neighbours that its companies pay.
_IBAN_LENGTHS: Final = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22,
    "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MA": 28, "MC": 27, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26,
}  # fmt: skip
_IBAN_DIGITS: Final = 8  # at least, after the check digits: "BE12 est vide hier" is a room
_SPACE: Final = r"[ \u00a0\u202f]"
_JOINT: Final = r"[ \u00a0\u202f.-]"

_EMAIL: Final = re.compile(r"[\w.+'-]*\w@\w[\w-]*(?:\.\w[\w-]*)+")
_IBAN: Final = re.compile(
    r"(?<!\w)(?:" + "|".join(rf"{land}\d\d(?:{_JOINT}?[A-Z0-9]){{{length - 4}}}" for land, length in _IBAN_LENGTHS.items()) + r")(?!\w)",
    re.IGNORECASE | re.ASCII,
)
# INSEE: sex, year, month (20 and above where it isn't known), department, town, order, and often the key.
_SOCIAL: Final = re.compile(
    rf"(?<!\w)[12]{_JOINT}?\d\d{_JOINT}?(?:0[1-9]|1[0-2]|[2-9]\d){_JOINT}?(?:\d\d|2[AB]){_JOINT}?\d{{3}}{_JOINT}?\d{{3}}(?:{_JOINT}?\d\d)?(?!\w)",
    re.IGNORECASE | re.ASCII,
)
_CARD: Final = re.compile(
    rf"(?<!\w)(?:\d{{4}}(?P<by>{_SPACE}|-)\d{{4}}(?P=by)\d{{4}}(?P=by)\d{{1,7}}|3[47]\d\d(?P<amex>{_SPACE}|-)\d{{6}}(?P=amex)\d{{5}}|[1-9]\d{{12,18}})(?!\w)",
    re.ASCII,
)
_PHONES: Final = tuple(
    re.compile(rf"(?<![\w.,+]){pattern}(?![\w]|[.,]\d)", re.ASCII)
    for pattern in (
        rf"0[1-9](?P<by>{_JOINT}?)\d\d(?:(?P=by)\d\d){{3}}",  # French, from France
        rf"(?:\+|00)33{_JOINT}?(?:\(0\){_JOINT}?)?[1-9](?:{_JOINT}?\d\d){{4}}",  # French, from elsewhere
        rf"\+\d(?:{_SPACE}?[.()/-]?{_SPACE}?\d){{8,14}}",  # E.164: 15 digits at most
        rf"00[1-9](?:{_JOINT}?\d){{9,13}}",
        rf"0\d{{2,4}}(?:{_SPACE}|-)\d{{3,4}}(?:{_SPACE}|-)?\d{{3,4}}",  # British
        rf"(?:\([2-9]\d\d\){_SPACE}?|[2-9]\d\d[.-])\d{{3}}[.-]\d{{4}}",  # American
    )
)
# France since 2009, in capitals, or small with hyphens or in one piece: "la salle en 123 au fond" isn't one.
_PLATE: Final = re.compile(
    rf"(?<![\w-])(?:[A-HJ-NP-TV-Z]{{2}}(?:{_SPACE}|-)?\d{{3}}(?:{_SPACE}|-)?[A-HJ-NP-TV-Z]{{2}}|[a-hj-np-tv-z]{{2}}(?P<by>-?)\d{{3}}(?P=by)[a-hj-np-tv-z]{{2}})(?![\w-])",
    re.ASCII,
)
# Older and foreign ones have the form of many codes: they're looked for only where the words are about a plate.
_ABOUT_A_PLATE: Final = re.compile(r"\b(?:immatricul\w*|plaques?|number plates?|licen[cs]e plates?|registration)\b", re.IGNORECASE)
_OTHER_PLATE: Final = re.compile(
    rf"(?<![\w-])(?:\d{{1,4}}(?:{_SPACE}|-)?[A-Z]{{2,3}}(?:{_SPACE}|-)?(?:\d\d|2[AB]|97\d)|[A-Z]{{2}}\d\d{_SPACE}?[A-Z]{{3}})(?![\w-])", re.ASCII
)
_LONG: Final = re.compile(rf"(?<!\d)\d{{{_NUMBER_DIGITS},}}(?!\d)", re.ASCII)
_MASK: Final = re.compile(r"⟨(email|phone|iban|social|card|plate|number|name)⟩")
_MASKS_AND_BLANKS: Final = re.compile(rf"\s*(?:{_MASK.pattern}\s*)+")
_WORD: Final = re.compile(r"[^\W\d_]+")

Names = frozenset[tuple[str, ...]]
NO_NAMES: Final[Names] = frozenset()


def names_of(people: Iterable[str]) -> Names:
    """Return what `masked` looks for of these full names: whole, last name first, without middle names, and the last name after a civility.

    A name of one word is left out: it would be somebody's first name, and half of the dictionary.
    """
    return frozenset(told for name in people for told in _ways(tuple(_WORD.findall(folded(name)))))


def _ways(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not 2 <= len(words) <= _NAME_WORDS:
        return
    first, last = words[0], words[-1]
    yield from (words[at:] + words[:at] for at in range(len(words)))  # where the first name ends, nobody says
    yield from ((first, last), (last, first))
    yield from ((civility, *words[at:]) for civility in _CIVILITIES for at in range(1, len(words)))


def masked(text: str, names: Names = NO_NAMES) -> str:
    """Return the text with e-mail addresses, telephone, account, social security and card numbers, plates, long numbers and names masked.

    Masking what is masked changes nothing.
    """
    if "@" in text:
        text = _EMAIL.sub("⟨email⟩", text)
    if any(letter.isdigit() for letter in text):
        text = _numbers_masked(text)
    return _names_masked(text, names) if names else text


def _numbers_masked(text: str) -> str:
    text = _IBAN.sub(_where(lambda found: sum(letter.isdigit() for letter in found[4:]) >= _IBAN_DIGITS, "⟨iban⟩"), text)
    text = _SOCIAL.sub("⟨social⟩", text)
    text = _CARD.sub(lambda found: "⟨card⟩" if _is_card(found[0]) else "⟨number⟩", text)
    for phone in _PHONES:
        text = phone.sub("⟨phone⟩", text)
    text = _PLATE.sub("⟨plate⟩", text)
    if _ABOUT_A_PLATE.search(text):
        text = _OTHER_PLATE.sub("⟨plate⟩", text)
    return _LONG.sub("⟨number⟩", text)


def _where(wanted: Callable[[str], bool], mask: str) -> Callable[[re.Match[str]], str]:
    return lambda found: mask if wanted(found[0]) else found[0]


def _is_card(number: str) -> bool:
    """Tell whether the check digit is right (ISO/IEC 7812, Luhn)."""
    digits = [int(letter) for letter in reversed(number) if letter.isdigit()]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def _names_masked(text: str, names: Names) -> str:
    found = [(match.start(), match.end(), folded(match[0])) for match in _WORD.finditer(text)]
    apart = [start - end for (_, end, _), (start, _, _) in pairwise(found)]
    kept: list[str] = []
    copied = at = 0
    while at < len(found):
        sizes = range(min(_NAME_WORDS, len(found) - at), 1, -1)
        length = next((size for size in sizes if _is_name(found[at : at + size], apart[at : at + size], names)), 0)
        if length:
            kept += (text[copied : found[at][0]], "⟨name⟩")
            copied = found[at + length - 1][1]
        at += length or 1
    return "".join((*kept, text[copied:]))


def _is_name(words: list[tuple[int, int, str]], apart: list[int], names: Names) -> bool:
    return max(apart[: len(words) - 1]) <= _GAP and tuple(word for _, _, word in words) in names


def shown(t: Texts, text: str) -> str:
    """Return a masked text with its masks said in the reader's language."""
    return _MASK.sub(lambda found: _said(t, found[1]), text)


def _said(t: Texts, mask: str) -> str:
    match mask:
        case "email":
            return t("⟨e-mail⟩")
        case "phone":
            return t("⟨telephone⟩")
        case "iban":
            return t("⟨account number⟩")
        case "social":
            return t("⟨social security number⟩")
        case "card":
            return t("⟨card number⟩")
        case "plate":
            return t("⟨licence plate⟩")
        case "number":
            return t("⟨number⟩")
        case _:
            return t("⟨name⟩")


def bare(text: str) -> str:
    """Return a masked text without its masks: a way to ask that anybody may use."""
    return _MASKS_AND_BLANKS.sub(" ", text).strip()
