"""What a pack's values must be beyond their type: the catalogue's own rules, and those that ask Babel and the time-zone database."""

import re
from collections.abc import Iterator
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies

from bot.mistakes import Mistake
from bot.yaml_source import YamlSource
from dialogs.catalog import Company, Money
from dialogs.catalog_rules import Rules, TextForms
from dialogs.search.likeness import nearest
from dialogs.texts import Texts
from dialogs.written import quoted


def broken_rules(source: YamlSource, kind: type, segments: frozenset[str] | None, t: Texts) -> Iterator[Mistake]:
    """Yield the mistakes of one file beyond its shape, which `pack_shapes` looks at; `segments` is None where `company.yaml` couldn't be read."""
    for fault in Rules(t=t, segments=segments, forms=_FORMS).faults(source.value, kind):
        yield source.mistake(fault.place, fault.what, fault.fix)


def _currency(text: str, t: Texts) -> tuple[str, str] | None:
    if text in list_currencies():
        return None
    what = t("{value} isn't a currency", value=quoted(text, t))
    if text.upper() in list_currencies():
        return what, t("did you mean {key}?", key=text.upper())
    return what, t("use its three-letter code, for instance {example}", example="EUR")


def _timezone(text: str, t: Texts) -> tuple[str, str] | None:
    known = available_timezones()
    if text in known:
        return None
    folded = {zone.casefold(): zone for zone in known}
    near = nearest(text, folded)
    what = t("{value} isn't a time zone", value=quoted(text, t))
    return what, t("did you mean {key}?", key=folded[near]) if near else t("use a name such as {example}", example="Europe/Paris")


def _country(text: str, t: Texts) -> tuple[str, str] | None:
    if re.fullmatch(r"[A-Z]{2}", text) and text in Locale("en").territories:
        return None
    return t("{value} isn't a country", value=quoted(text, t)), t("use its two-letter code, for instance {example}", example="FR")


_FORMS: Final[TextForms] = {
    (Company, "timezone"): _timezone,
    (Company, "country"): _country,
    (Money, "currency"): _currency,
}
