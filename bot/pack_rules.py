"""What a pack's values must be beyond their type: slugs, links, amounts, segments, lengths."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any, get_origin
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies

from bot.mistakes import Mistake, nearest, plain
from bot.pack_shapes import Spot, quoted, spots
from bot.yaml_source import Raw, YamlSource
from dialogs.catalog import ALL, Company, Contact, Entry, Function, Localized, Money, Phrasings, Service
from dialogs.texts import Texts

SLUG = re.compile(r"[a-z0-9_-]+")
EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\".]+(\.[^@\s<>,;\".]+)+")

SLUG_LIMIT = 64  # several of them fit into the 2,000 characters of a button's value
NAME_LIMIT = 75  # Slack's button label
TITLE_LIMIT = 150  # twice a label: a card clips it there, and shows it whole above the answer
PHRASING_LIMIT = 512  # the search reads no further
TEXT_LIMIT = 3_000  # one Slack section
LINK_LIMIT = 3_000  # a Slack button's URL
_LARGEST = 1_000_000_000  # an amount or a time above is a slip of the keyboard

_TEXT_LIMITS = {"name": NAME_LIMIT, "names": NAME_LIMIT, "also": NAME_LIMIT, "title": TITLE_LIMIT, "question": TITLE_LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the rules need to know of the pack: the company's segments, None where `company.yaml` couldn't be read."""

    t: Texts
    segments: frozenset[str] | None

    def broken(self, source: YamlSource, kind: type) -> Iterator[Mistake]:
        """Yield the mistakes of one file beyond its shape; values of a wrong type are left to `pack_shapes`."""
        for spot in spots(source.value, kind):
            match spot.value:
                case str() if not spot.value.strip():
                    yield source.mistake(spot.place, self.t("the text is empty"), self.t("write it, or remove the key"))
                case str() if spot.expected is str:
                    yield from self._text(source, spot)
                case int() | float() if spot.expected is float and not isinstance(spot.value, bool):
                    yield from self._number(source, spot, spot.value)
                case list():
                    yield from self._list(source, spot, spot.value)
                case dict():
                    yield from self._keys(source, spot, spot.value)
                case _:
                    pass

    def _text(self, source: YamlSource, spot: Spot) -> Iterator[Mistake]:
        text = str(spot.value)
        form = _FORMS.get((spot.holder, spot.field))
        wrong = form(text, self.t) if form else None
        if wrong is None and spot.field in ("audience", "not_for"):
            wrong = self._unknown_segment(text)
        if wrong is None and (limit := _limit(spot)) < len(text):
            wrong = (
                self.t("the text has {length} characters, {limit} at most", length=len(text), limit=limit),
                self.t("shorten it"),
            )
        if wrong is not None:
            yield source.mistake(spot.place, *wrong)

    def _unknown_segment(self, slug: str) -> tuple[str, str] | None:
        t = self.t
        if self.segments is None or slug == ALL or slug in self.segments:
            return None
        known = sorted(self.segments | {ALL})
        near = nearest(slug, known)
        fix = (
            t("did you mean {key}?", key=near)
            if near
            else t("add it to the segments of company.yaml, or use one of {choices}", choices=", ".join(known))
        )
        return t("{value} isn't a segment", value=quoted(slug, t)), fix

    def _number(self, source: YamlSource, spot: Spot, number: float) -> Iterator[Mistake]:
        t = self.t
        if number <= 0 and spot.holder is Money:
            yield source.mistake(
                spot.place, t("an amount must be above 0"), t("write the price, or {form} where there's nothing to pay", form="{kind: free}")
            )
        elif number <= 0:
            yield source.mistake(spot.place, t("a time must be above 0"), t("write how long it takes"))
        elif not isfinite(number) or number > _LARGEST:
            yield source.mistake(spot.place, t("this number is too large"), t("check its digits"))

    def _list(self, source: YamlSource, spot: Spot, items: list[Raw]) -> Iterator[Mistake]:
        t = self.t
        if (spot.holder, spot.field) == (Company, "languages") and not items:
            yield source.mistake(spot.place, t("the company has no language"), t("write {form}", form="[fr, en]"))
        if spot.field == "not_for" and ALL in items:
            yield source.mistake(spot.place, t("a sheet that isn't for all is for nobody"), t("name the segments that it isn't for"))
        if spot.field != "audience":
            return
        if not items:
            yield source.mistake(spot.place, t("the audience is empty: nobody would see this sheet"), t("write {form}", form="[all]"))
        elif ALL in items and len(items) > 1:
            fix = t("keep {form}, or only the segments that it's meant for", form="[all]")
            yield source.mistake(spot.place, t("{form} already includes everybody", form="all"), fix)

    def _keys(self, source: YamlSource, spot: Spot, written: Mapping[str, Raw]) -> Iterator[Mistake]:
        t = self.t
        if spot.expected is Localized and not any(isinstance(text, str) for text in written.values()) and not any(written.values()):
            yield source.mistake(spot.place, t("the text is missing in both languages"), t("write at least one: {form}", form="{fr: …, en: …}"))
        if spot.expected in (Service, Entry):
            yield from self._sheet(source, spot, written)
        if get_origin(spot.expected) is dict:  # the company's segments
            for slug in written:
                wrong = (t("everybody is in all already"), t("remove it: it needs no name")) if slug == ALL else _slug(slug, t)
                if wrong is not None:
                    yield source.mistake((*spot.place, slug), *wrong)

    def _sheet(self, source: YamlSource, spot: Spot, written: Mapping[str, Raw]) -> Iterator[Mistake]:
        t = self.t
        both = sorted(_words(written.get("audience")) & _words(written.get("not_for")) - {ALL})
        if both:
            what = t("{segments} is in the audience and in not_for", segments=", ".join(both))
            yield source.mistake((*spot.place, "not_for"), what, t("keep it in one of the two"))
        checked, review = _day(written.get("checked")), _day(written.get("review_by"))
        if checked and review and review < checked:
            yield source.mistake((*spot.place, "review_by"), t("the review is due before the sheet was checked"), t("write a later day"))


def _words(value: Raw) -> set[str]:
    return {item for item in value if isinstance(item, str)} if isinstance(value, list) else set()


def _day(value: Raw) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None  # its shape is wrong, which is said elsewhere


def _limit(spot: Spot) -> int:
    if spot.holder is Phrasings:
        return PHRASING_LIMIT
    field = next((step for step in reversed(spot.place[:-1]) if isinstance(step, str)), spot.field) if spot.holder is Localized else spot.field
    return _TEXT_LIMITS.get(field, TEXT_LIMIT)


def _slug(text: str, t: Texts) -> tuple[str, str] | None:
    if SLUG.fullmatch(text) and len(text) <= SLUG_LIMIT:
        return None
    what = t("{value} isn't a slug", value=quoted(text, t))
    proposed = "_".join(re.findall(r"[a-z0-9_-]+", plain(text)))[:SLUG_LIMIT]
    rule = t("use the letters a to z, digits, _ and -, {limit} at most", limit=SLUG_LIMIT)
    return what, t("{rule}: for instance {example}", rule=rule, example=proposed) if proposed else rule


def _email(text: str, t: Texts) -> tuple[str, str] | None:
    if EMAIL.fullmatch(text) and len(text) <= 254:  # RFC 5321's longest path, without its brackets
        return None
    return t("{value} isn't an e-mail address", value=quoted(text, t)), t("write it as {example}", example="ines.martin@example.com")


def _link(text: str, t: Texts) -> tuple[str, str] | None:
    try:
        parts = urlsplit(text)
    except ValueError:  # an IPv6 address without its bracket
        return t("{value} isn't a link", value=quoted(text, t)), t("write it as {example}", example="https://…")
    if len(text) > LINK_LIMIT:
        return t("the link has {length} characters, {limit} at most", length=len(text), limit=LINK_LIMIT), t("use a shorter one")
    if parts.scheme == "http":
        return t("the link isn't secure"), t("write it with https://")
    if parts.scheme != "https" or not parts.hostname or re.search(r"\s", text):
        return t("{value} isn't a link", value=quoted(text, t)), t("write it as {example}", example="https://…")
    return None


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


_Form = Callable[[str, Texts], tuple[str, str] | None]
_FORMS: Mapping[tuple[Any, str], _Form] = {
    (Company, "timezone"): _timezone,
    (Company, "country"): _country,
    (Function, "slug"): _slug,
    (Contact, "email"): _email,
    (Service, "id"): _slug,
    (Service, "link"): _link,
    (Service, "owner"): _email,
    (Entry, "id"): _slug,
    (Entry, "owner"): _email,
    (Money, "currency"): _currency,
}
