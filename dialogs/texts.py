"""Texts in the reader's language: gettext catalogues, plurals, dates, durations and money (Babel)."""

from dataclasses import dataclass
from datetime import date, datetime
from gettext import NullTranslations
from typing import assert_never

from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_currency, format_decimal, format_percent

from dialogs.catalog import Effort, Free, Language, Money, Promise, Tarif, Unit


@dataclass(frozen=True, slots=True)
class Texts:
    """One language's texts. `translations` comes compiled from bot; a msgid is the English text."""

    language: Language
    translations: NullTranslations

    def __call__(self, msgid: str, /, **values: object) -> str:
        """Say a text, with its `{named}` values filled in."""
        text = self.translations.gettext(msgid)
        return text.format(**values) if values else text

    def many(self, singular: str, plural: str, number: float, /, **values: object) -> str:
        """Say a text whose form depends on `number`, which it may show as `{number}`.

        French counts 0 and 1.5 as singular, English as plural: the catalogue's own rule decides for whole numbers, and a broken number takes
        the form of its whole part in French, the plural in English.
        """
        counted = int(number) if number == int(number) or self.language == "fr" else 2
        shown = format_decimal(number, locale=self.language)
        return self.translations.ngettext(singular, plural, counted).format(number=shown, **values)

    def decimal(self, value: float) -> str:
        """Say a number with one place after the point: `3,4`, `3.4`."""
        return format_decimal(value, format="#,##0.0", locale=self.language)

    def percent(self, share: float) -> str:
        """Say a share in whole percents: `82 %`, `82%`."""
        return format_percent(share, locale=self.language)

    def day(self, day: date) -> str:
        """Say a date: `1 sept. 2026`, `1 Sept 2026`."""
        return format_date(day, format="d MMM y", locale="fr" if self.language == "fr" else "en_GB")

    def month(self, day: date) -> str:
        """Say the month of a date: `novembre 2026`, `November 2026`."""
        return format_date(day, format="LLLL y", locale=self.language)

    def moment(self, at: datetime, timezone: str) -> str:
        """Say a time by the clock of an IANA zone: `mardi 24 novembre, 11:00`, `Tuesday 24 November, 11:00`."""
        return format_datetime(at, "EEEE d MMMM, HH:mm", tzinfo=get_timezone(timezone), locale="fr" if self.language == "fr" else "en_GB")

    def duration(self, time: float, unit: Unit) -> str:
        """Say a duration in its own unit: `5 jours ouvrés`, `2 working hours`."""
        match unit:
            case "minutes":
                return self.many("{number} minute", "{number} minutes", time)
            case "hours":
                return self.many("{number} hour", "{number} hours", time)
            case "working_hours":
                return self.many("{number} working hour", "{number} working hours", time)
            case "days":
                return self.many("{number} day", "{number} days", time)
            case "working_days":
                return self.many("{number} working day", "{number} working days", time)
            case _:
                assert_never(unit)

    def promise(self, promise: Promise) -> str:
        """Say a promise: `5 jours ouvrés (remboursement)`."""
        duration = self.duration(promise.time, promise.unit)
        return f"{duration} ({promise.of.to(self.language)})" if promise.of else duration

    def tarif(self, tarif: Tarif) -> str:
        """Say a price: free, money, or the client's own time."""
        match tarif:
            case Free():
                return self("free")
            case Money(amount=amount, currency=currency, per=per):
                whole = amount == int(amount)
                locale = "fr_FR" if self.language == "fr" else "en_GB"
                money = format_currency(amount, currency, locale=locale, currency_digits=not whole, format=None if not whole else _WHOLE[locale])
                return self("{money} per {unit}", money=money, unit=per.to(self.language)) if per else money
            case Effort(time=time, unit=unit):
                return self("{duration} of your time", duration=self.duration(time, unit))
            case _:
                assert_never(tarif)


_WHOLE = {"fr_FR": "#,##0\N{NO-BREAK SPACE}¤", "en_GB": "¤#,##0"}
