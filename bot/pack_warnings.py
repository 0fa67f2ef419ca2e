"""What a pack could do better: texts in one language, few phrasings, reviews that are due, questions that look alike."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from rapidfuzz import fuzz, process

from bot.mistakes import Mistake, plain
from bot.pack_shapes import quoted, spots
from bot.yaml_source import Place, YamlSource
from dialogs.catalog import Company, Function, Language, Localized, Sheet
from dialogs.texts import Texts

ENOUGH_PHRASINGS = 5  # with 3 the search was right 5 to 11 points less often (CLINC150, HWU64, BANKING77)
NEARLY_THE_SAME = 92  # of 100, between the two texts' words in alphabetical order
_ROWS = 256  # texts compared with all others at once: bounds the matrix to 256 × n bytes

Written = tuple[YamlSource, Function]


def warnings(company: Company, functions: Sequence[Written], today: date | None, t: Texts) -> Iterator[Mistake]:
    """Yield what is worth mending in functions that have no mistake; without `today` no review is called late."""
    for source, function in functions:
        if not function.contacts:
            yield source.mistake((), t("this function has no contact"), t("add the people who answer for it under contacts"))
        yield from missing_languages(company, source, Function, t)
        for place, sheet in _sheets(function):
            yield from _phrasings(company, source, place, sheet, t)
            if today is not None and sheet.review_by is not None and sheet.review_by < today:
                fix = t("read it again, then move the dates of checked and review_by")
                yield source.mistake((*place, "review_by"), t("the review was due on {day}", day=t.day(sheet.review_by)), fix)
    for language in company.languages:
        yield from _alike(functions, language, t)


def missing_languages(company: Company, source: YamlSource, kind: type, t: Texts) -> Iterator[Mistake]:
    """Yield the texts of one file that lack a language of the company."""
    for spot in spots(source.value, kind):
        if spot.expected is not Localized or not isinstance(spot.value, dict):
            continue
        for language in company.languages:
            if spot.value.get(language) is None and any(spot.value.values()):
                yield source.mistake(spot.place, _lacking(language, t), t("translate it; until then the other language is shown"))


def _lacking(language: Language, t: Texts) -> str:
    return t("the text is missing in French") if language == "fr" else t("the text is missing in English")


def _sheets(function: Function) -> Iterator[tuple[Place, Sheet]]:
    yield from ((("services", index), service) for index, service in enumerate(function.services))
    yield from ((("entries", index), entry) for index, entry in enumerate(function.entries))


def _phrasings(company: Company, source: YamlSource, place: Place, sheet: Sheet, t: Texts) -> Iterator[Mistake]:
    for language in company.languages:
        number = len(sheet.phrasings.fr if language == "fr" else sheet.phrasings.en)
        if number < ENOUGH_PHRASINGS:
            what = (
                t.many("{number} phrasing in French", "{number} phrasings in French", number)
                if language == "fr"
                else t.many("{number} phrasing in English", "{number} phrasings in English", number)
            )
            fix = t("write at least {number}, as people really ask", number=ENOUGH_PHRASINGS)
            yield source.mistake((*place, "phrasings", language), what, fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A title or phrasing of a sheet; `words` are what two of them are compared by."""

    source: YamlSource
    place: Place
    sheet: str
    text: str
    words: str


def _asked(functions: Sequence[Written], language: Language) -> Iterator[_Asked]:
    for source, function in functions:
        for place, sheet in _sheets(function):
            title_key = "title" if place[0] == "services" else "question"
            title = sheet.title.fr if language == "fr" else sheet.title.en
            phrasings = sheet.phrasings.fr if language == "fr" else sheet.phrasings.en
            texts = [((*place, title_key, language), title or "")]
            texts.extend(((*place, "phrasings", language, index), text) for index, text in enumerate(phrasings))
            for at, text in texts:
                if words := " ".join(sorted(re.findall(r"\w+", plain(text)))):
                    yield _Asked(source=source, place=at, sheet=sheet.id, text=text, words=words)


def _alike(functions: Sequence[Written], language: Language, t: Texts) -> Iterator[Mistake]:
    """Yield one warning for each two sheets that are asked in nearly the same words."""
    asked = sorted(_asked(functions, language), key=lambda one: len(one.words))
    words = [one.words for one in asked]
    lengths = np.array([len(one) for one in words])
    said: set[frozenset[str]] = set()
    for start in range(0, len(words), _ROWS):
        stop = min(start + _ROWS, len(words))
        # The ratio is 2 · common / (a + b) ≤ 2a / (a + b) where a is the shorter: a longer text than that can't reach the threshold.
        reach = int(np.searchsorted(lengths, lengths[stop - 1] * (200 - NEARLY_THE_SAME) / NEARLY_THE_SAME, side="right"))
        ratios = process.cdist(words[start:stop], words[start:reach], scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME, dtype=np.uint8)
        for row, column in np.argwhere(ratios):
            one, other = asked[start + int(row)], asked[start + int(column)]
            pair = frozenset((one.sheet, other.sheet))
            if len(pair) == 2 and pair not in said:
                said.add(pair)
                yield _likeness(one, other, t)


def _likeness(one: _Asked, other: _Asked, t: Texts) -> Mistake:
    first, second = sorted((one, other), key=lambda asked: (asked.source.name, asked.source.line(asked.place)))
    place = f"{first.source.name}:{first.source.line(first.place)}"
    what = t(
        "{text} is nearly the same as {other} of {sheet} ({place})",
        text=quoted(second.text, t),
        other=quoted(first.text, t),
        sheet=first.sheet,
        place=place,
    )
    return second.source.mistake(second.place, what, t("make them differ, or keep one of the two sheets"))
