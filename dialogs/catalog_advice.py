"""What a catalogue could do better without being wrong: texts in one language, few phrasings."""

from collections.abc import Iterator
from typing import Final

from dialogs.catalog import Language, Localized, Sheet
from dialogs.catalog_rules import Fault
from dialogs.texts import Texts
from dialogs.written import Raw, spots

ENOUGH_PHRASINGS: Final = 5  # with 3 the search was right 5 to 11 points less often (CLINC150, HWU64, BANKING77)


def untranslated(written: Raw, kind: type, languages: tuple[Language, ...], t: Texts) -> Iterator[Fault]:
    """Yield the texts that lack one of these languages, in what is written of a `kind`."""
    for spot in spots(written, kind):
        if spot.expected is not Localized or not isinstance(spot.value, dict):
            continue
        for language in languages:
            if spot.value.get(language) is None and any(spot.value.values()):
                what = t("the text is missing in French") if language == "fr" else t("the text is missing in English")
                yield Fault(place=spot.place, what=what, fix=t("translate it; until then the other language is shown"))


def few_phrasings(sheet: Sheet, languages: tuple[Language, ...], t: Texts) -> Iterator[Fault]:
    """Yield the languages in which a sheet has too few phrasings to be found well; places are the sheet's."""
    for language in languages:
        number = len(sheet.phrasings.fr if language == "fr" else sheet.phrasings.en)
        if number < ENOUGH_PHRASINGS:
            what = (
                t.many("{number} phrasing in French", "{number} phrasings in French", number)
                if language == "fr"
                else t.many("{number} phrasing in English", "{number} phrasings in English", number)
            )
            yield Fault(place=("phrasings", language), what=what, fix=t("write at least {number}, as people really ask", number=ENOUGH_PHRASINGS))
