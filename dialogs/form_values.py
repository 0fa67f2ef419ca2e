"""The values of a form as an author types them: shares in percent, days, times, texts in both languages; and two people's work put together."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from typing import Final

from dialogs import sheet_form
from dialogs.bilingual import own
from dialogs.catalog import LANGUAGES, Language, Localized
from dialogs.catalog_rules import sentences
from dialogs.messages import Choice, FieldError, Form, Input, Option, Text, clipped
from dialogs.search.likeness import plain
from dialogs.sheet_form import Merged
from dialogs.texts import Texts
from dialogs.written import UNSHOWABLE

_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?)\s*(%?)")
_DAY: Final = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})")
_TIME: Final = re.compile(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)")
_CLASH_SHOWN: Final = 400  # characters of the other text in a clash


def base_of(version: int, values: Mapping[str, str]) -> str:
    """Return what a form's action carries, so that its submission tells what was changed in it, and whether anything was changed meanwhile."""
    return f"{version} {sheet_form.base_of(values)}"


def merged(typed: Mapping[str, str], now: Mapping[str, str], base: str | None, version: int) -> Merged:
    """Put what was typed together with what is kept by now, which somebody may have changed since the form was opened; version 0 isn't kept yet."""
    opened, _, digests = (base or "").partition(" ")
    if not version or opened == str(version):
        return Merged(values={name: tidy(typed.get(name, "")) for name in now}, clashes=())
    return sheet_form.merged(typed, now, digests)


def tidy(text: str) -> str:
    """Return a text as it's kept: platforms differ on line ends and on what surrounds a text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def percent(share: float | None) -> str:
    """Show a share in percent, the same in both languages; nothing for None."""
    return "" if share is None else f"{round(share * 100, 6):g} %"


def share_of(typed: str) -> float | None:
    """Read a share in percent: `40`, `40 %`, `2,5 %`; None for what can't be read, or could be meant as a share already (`0.4`)."""
    found = _PERCENT.fullmatch(typed.strip())
    if found is None:
        return None
    number = float(found[1].replace(",", "."))
    if number > 100 or (0 < number < 1 and not found[2]):
        return None
    return round(number / 100, 8)


def day_of(typed: str) -> date | None:
    """Read a day: `2026-01-31`, `31/01/2026` or `31.1.2026`, the day before the month in both languages; None for what isn't one."""
    found = _DAY.fullmatch(typed.strip())
    if found is None:
        return None
    day, month, year = (found[1], found[2], found[3]) if found[3] else (found[6], found[5], found[4])
    with suppress(ValueError):
        return date(int(year), int(month), int(day))
    return None


def moment_of(typed: str) -> datetime | None:
    """Read a day and a time by nobody's clock in particular: `2026-01-31 14:30`, `31/01/2026 14h30`; None for what isn't both."""
    first, _, second = typed.strip().replace("T", " ").partition(" ")
    day, found = day_of(first), _TIME.fullmatch(second.strip().removeprefix("à ").removeprefix("at "))
    if day is None or found is None:
        return None
    with suppress(ValueError):
        return datetime.combine(day, time(int(found[1]), int(found[2] or 0)))
    return None


def slug_of(typed: str) -> str:
    """Return words as a slug: letters without accents, digits, and _ between words; nothing of what has none of them."""
    return "_".join(re.findall("[a-z0-9_-]+", plain(typed)))


def localized(values: Mapping[str, str], shown: Mapping[str, str], name: str, former: Localized | None) -> Localized | None:
    """Return a text as it was typed in the languages of the form; what wasn't touched stays exactly as it was. None where nothing is said."""
    said: dict[Language, str | None] = {}
    for language in LANGUAGES:
        key = f"{name}_{language}"
        untouched = key not in shown or values.get(key, "") == shown[key]
        said[language] = own(former, language) if untouched else values.get(key, "") or None
    return Localized(fr=said["fr"], en=said["en"]) if said["fr"] or said["en"] else None


def unshowable(t: Texts, values: Mapping[str, str]) -> tuple[FieldError, ...]:
    """Return the inputs that hold what no database takes."""
    said = sentences(t("a character that can't be shown"), t("remove it"))
    return tuple(FieldError(input=name, text=said) for name, value in values.items() if UNSHOWABLE.search(value))


def with_withheld(typed: Mapping[str, str], now: Mapping[str, str], limits: Mapping[str, int]) -> dict[str, str]:
    """Return what was typed, with what was too long for the form and so stayed out of it."""
    return {name: value if len(value) > limits.get(name, len(value)) else typed.get(name, "") for name, value in now.items()}


def field(t: Texts, name: str, label: str, value: str, limit: int, *, multiline: bool = False, hint: str = "") -> Input | Text:
    """Return an input, or what is said where its value is longer than it."""
    if len(value) > limit:
        return Text(text=t("{field}: too long for this form, so it stays as it is.", field=label))
    return Input(id=name, label=label, placeholder=hint, value=value, multiline=multiline, limit=limit)


def choice(name: str, label: str, options: Iterable[tuple[str, str]], value: str) -> Choice:
    """Return a choice, with what is chosen if that's among its options."""
    offered = tuple(Option(value=each, label=said) for each, said in options)
    return Choice(id=name, label=label, options=offered, value=next((option.value for option in offered if option.value == value), None))


def clash_notes(t: Texts, kept: Form, clashes: tuple[str, ...]) -> tuple[Text, ...]:
    """Say what somebody else wrote meanwhile where it isn't what was typed; `kept` is the form of what is kept by now."""
    intro = t("Somebody else changed this since you opened the form. What you wrote is below: put the two together, then keep it.")
    said = ((block.label, _said(block)) for block in kept.blocks if isinstance(block, Input | Choice) and block.id in clashes)
    lines = (t("{field}, as it is now: {text}", field=label, text=clipped(text or "–", _CLASH_SHOWN)) for label, text in said)
    return (Text(text=intro, strong=True), *(Text(text=line) for line in lines))


def _said(block: Input | Choice) -> str:
    if isinstance(block, Input):
        return block.value
    return next((option.label for option in block.options if option.value == block.value), "")
