"""What a pack could do better: texts in one language, few phrasings, reviews that are due, questions that look alike."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.mistakes import Mistake
from bot.yaml_source import YamlSource
from dialogs.catalog import Company, Function, Language, Sheet
from dialogs.catalog_advice import few_phrasings, untranslated
from dialogs.search.likeness import Wording, alike, wordings
from dialogs.texts import Texts
from dialogs.written import Place, quoted

Written = tuple[YamlSource, Function]


def warnings(company: Company, functions: Sequence[Written], today: date | None, t: Texts) -> Iterator[Mistake]:
    """Yield what is worth mending in functions that have no mistake; without `today` no review is called late."""
    for source, function in functions:
        if not function.contacts:
            what = t("this function has no contact: there's nobody to answer what people hand to a human")
            yield source.mistake((), what, t("add the people who answer for it under contacts"))
        yield from missing_languages(company, source, Function, t)
        for place, sheet in _sheets(function):
            for fault in few_phrasings(sheet, company.languages, t):
                yield source.mistake((*place, *fault.place), fault.what, fault.fix)
            if today is not None and sheet.review_by is not None and sheet.review_by < today:
                fix = t("read it again, then move the dates of checked and review_by")
                yield source.mistake((*place, "review_by"), t("the review was due on {day}", day=t.day(sheet.review_by)), fix)
    for language in company.languages:
        yield from _alike(functions, language, t)


def missing_languages(company: Company, source: YamlSource, kind: type, t: Texts) -> Iterator[Mistake]:
    """Yield the texts of one file that lack a language of the company."""
    for fault in untranslated(source.value, kind, company.languages, t):
        yield source.mistake(fault.place, fault.what, fault.fix)


def _sheets(function: Function) -> Iterator[tuple[Place, Sheet]]:
    yield from ((("services", index), service) for index, service in enumerate(function.services))
    yield from ((("entries", index), entry) for index, entry in enumerate(function.entries))


def _alike(functions: Sequence[Written], language: Language, t: Texts) -> Iterator[Mistake]:
    """Yield one warning for each two sheets that are asked in nearly the same words."""
    held = {sheet.id: (source, place) for source, function in functions for place, sheet in _sheets(function)}
    asked = [wording for _, function in functions for sheet in function.sheets for wording in wordings(sheet, language)]
    for pair in alike(asked):
        first, second = sorted(((*_written_at(held, wording, language), wording) for wording in pair), key=lambda at: (at[0].name, at[0].line(at[1])))
        source, place, wording = first
        what = t(
            "{text} is nearly the same as {other} of {sheet} ({place})",
            text=quoted(second[2].text, t),
            other=quoted(wording.text, t),
            sheet=wording.sheet,
            place=f"{source.name}:{source.line(place)}",
        )
        yield second[0].mistake(second[1], what, t("make them differ, or keep one of the two sheets"))


def _written_at(held: Mapping[str, tuple[YamlSource, Place]], wording: Wording, language: Language) -> tuple[YamlSource, Place]:
    source, place = held[wording.sheet]
    if wording.number is not None:
        return source, (*place, "phrasings", language, wording.number)
    return source, (*place, "title" if place[0] == "services" else "question", language)
