"""What the catalogue's values must be beyond their type, whoever wrote them: slugs, links, amounts, segments, lengths."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Final, TypeAlias, get_origin
from urllib.parse import urlsplit

from dialogs import read_as
from dialogs.catalog import ALL, Company, Contact, Entry, Function, Localized, Money, Phrasings, Service
from dialogs.search.likeness import nearest, plain
from dialogs.texts import Texts
from dialogs.written import Place, Raw, Spot, quoted, spots

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

TextForm: TypeAlias = Callable[[str, Texts], tuple[str, str] | None]
TextForms: TypeAlias = Mapping[tuple[type | None, str], TextForm]
NumberForms: TypeAlias = Mapping[tuple[type | None, str], Callable[[float, Texts], tuple[str, str] | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that's wrong in what was written: where, what, and how to mend it."""

    place: Place
    what: str
    fix: str


def sentences(*parts: str) -> str:
    """Return what is wrong and how to mend it, which a pack's check says as fragments on one line, as sentences."""
    return " ".join(part[:1].upper() + part[1:] + ("" if part.endswith("?") else ".") for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the rules need to know.

    `segments` are the company's, None where they can't be told. `forms` say, by dataclass and field, what is wrong with a text and how to mend it,
    or None; they come besides the catalogue's own. `numbers` say the same of numbers, in place of the catalogue's own rule. `limits` are how many
    characters the texts under these keys may have, besides the catalogue's.
    """

    t: Texts
    segments: frozenset[str] | None
    forms: TextForms = field(default_factory=dict)
    numbers: NumberForms = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)

    def faults(self, written: Raw, kind: type) -> Iterator[Fault]:
        """Yield what is wrong in a value that means to be a `kind`, beyond its shape: values of a wrong type are passed over."""
        for spot in spots(written, kind):
            match spot.value:
                case str() if not spot.value.strip():
                    yield _fault(spot.place, self.t("the text is empty"), self.t("write it, or remove the key"))
                case str() if spot.expected is str:
                    yield from self._text(spot)
                case int() | float() if spot.expected in (float, int) and read_as.is_number(spot.value):
                    yield from self._number(spot, spot.value)
                case list():
                    yield from self._list(spot, spot.value)
                case dict():
                    yield from self._keys(spot, spot.value)
                case _:
                    pass

    def _text(self, spot: Spot) -> Iterator[Fault]:
        text = str(spot.value)
        form = _FORMS.get((spot.holder, spot.field)) or self.forms.get((spot.holder, spot.field))
        wrong = form(text, self.t) if form else None
        if wrong is None and spot.field in ("audience", "not_for"):
            wrong = self._unknown_segment(text)
        if wrong is None and (limit := self._limit(spot)) < len(text):
            wrong = (
                self.t("the text has {length} characters, {limit} at most", length=len(text), limit=limit),
                self.t("shorten it"),
            )
        if wrong is not None:
            yield _fault(spot.place, *wrong)

    def _limit(self, spot: Spot) -> int:
        if spot.holder is Phrasings:
            return PHRASING_LIMIT
        field = next((step for step in reversed(spot.place[:-1]) if isinstance(step, str)), spot.field) if spot.holder is Localized else spot.field
        return {**_TEXT_LIMITS, **self.limits}.get(field, TEXT_LIMIT)

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

    def _number(self, spot: Spot, number: float) -> Iterator[Fault]:
        t = self.t
        if (form := self.numbers.get((spot.holder, spot.field))) is not None:
            wrong = form(number, t)
            if wrong is not None:
                yield _fault(spot.place, *wrong)
        elif number <= 0 and spot.holder is Money:
            yield _fault(
                spot.place, t("an amount must be above 0"), t("write the price, or {form} where there's nothing to pay", form="{kind: free}")
            )
        elif number <= 0:
            yield _fault(spot.place, t("a time must be above 0"), t("write how long it takes"))
        elif not isfinite(number) or number > _LARGEST:
            yield _fault(spot.place, t("this number is too large"), t("check its digits"))

    def _list(self, spot: Spot, items: list[Raw]) -> Iterator[Fault]:
        t = self.t
        if (spot.holder, spot.field) == (Company, "languages") and not items:
            yield _fault(spot.place, t("the company has no language"), t("write {form}", form="[fr, en]"))
        if spot.field == "not_for" and ALL in items:
            yield _fault(spot.place, t("a sheet that isn't for all is for nobody"), t("name the segments that it isn't for"))
        if spot.field != "audience" or get_origin(spot.expected) is not tuple:
            return
        if not items:
            yield _fault(spot.place, t("the audience is empty: nobody would see this sheet"), t("write {form}", form="[all]"))
        elif ALL in items and len(items) > 1:
            fix = t("keep {form}, or only the segments that it's meant for", form="[all]")
            yield _fault(spot.place, t("{form} already includes everybody", form="all"), fix)

    def _keys(self, spot: Spot, written: Mapping[str, Raw]) -> Iterator[Fault]:
        t = self.t
        if spot.expected is Localized and not any(isinstance(text, str) for text in written.values()) and not any(written.values()):
            yield _fault(spot.place, t("the text is missing in both languages"), t("write at least one: {form}", form="{fr: …, en: …}"))
        if spot.expected in (Service, Entry):
            yield from self._sheet(spot, written)
        if get_origin(spot.expected) is dict:  # the company's segments
            for slug in written:
                wrong = (t("everybody is in all already"), t("remove it: it needs no name")) if slug == ALL else wrong_slug(slug, t)
                if wrong is not None:
                    yield _fault((*spot.place, slug), *wrong)

    def _sheet(self, spot: Spot, written: Mapping[str, Raw]) -> Iterator[Fault]:
        t = self.t
        both = sorted(set(read_as.words(written.get("audience"))) & set(read_as.words(written.get("not_for"))) - {ALL})
        if both:
            what = t("{segments} is in the audience and in not_for", segments=", ".join(both))
            yield _fault((*spot.place, "not_for"), what, t("keep it in one of the two"))
        checked, review = read_as.day(written.get("checked")), read_as.day(written.get("review_by"))
        if checked and review and review < checked:
            yield _fault((*spot.place, "review_by"), t("the review is due before the sheet was checked"), t("write a later day"))


def _fault(place: Place, what: str, fix: str) -> Fault:
    return Fault(place=place, what=what, fix=fix)


def wrong_slug(text: str, t: Texts) -> tuple[str, str] | None:
    """Say what is wrong with a slug, and how to mend it; None for nothing."""
    if SLUG.fullmatch(text) and len(text) <= SLUG_LIMIT:
        return None
    what = t("{value} isn't a slug", value=quoted(text, t))
    proposed = "_".join(re.findall(r"[a-z0-9_-]+", plain(text)))[:SLUG_LIMIT]
    rule = t("use the letters a to z, digits, _ and -, {limit} at most", limit=SLUG_LIMIT)
    return what, t("{rule}: for instance {example}", rule=rule, example=proposed) if proposed else rule


def wrong_email(text: str, t: Texts) -> tuple[str, str] | None:
    """Say what is wrong with an e-mail address; None for nothing."""
    if EMAIL.fullmatch(text) and len(text) <= 254:  # RFC 5321's longest path, without its brackets
        return None
    return t("{value} isn't an e-mail address", value=quoted(text, t)), t("write it as {example}", example="ines.martin@example.com")


def wrong_link(text: str, t: Texts) -> tuple[str, str] | None:
    """Say what is wrong with a secure link; None for nothing."""
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


_FORMS: Final[TextForms] = {
    (Function, "slug"): wrong_slug,
    (Contact, "email"): wrong_email,
    (Service, "id"): wrong_slug,
    (Service, "link"): wrong_link,
    (Service, "owner"): wrong_email,
    (Entry, "id"): wrong_slug,
    (Entry, "owner"): wrong_email,
}
