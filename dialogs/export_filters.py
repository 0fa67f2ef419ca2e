"""The filters of an export: which function, which slices, which days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from dialogs.feedback import Occasion
from dialogs.scores import DIMENSIONS, Dimension
from dialogs.texts import Texts

FUNCTION, FROM, TO = "function", "from", "to"
FILTERS: Final = (FUNCTION, *DIMENSIONS, FROM, TO)  # their names, in the order in which they're offered
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "platform": ("slack", "teams"),
    "channel": ("personal", "group", "channel", "outside"),
    "occasion": tuple(Occasion),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What an export is narrowed to; what isn't named isn't narrowed. The days are both included."""

    function: str | None = None
    told: Mapping[Dimension, str] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A filter that can't be used: its name, and what is wrong, for the person who gave it."""

    filter: str
    text: str


def read(given: Mapping[str, str], t: Texts) -> Filters | Mistake:
    """Return the filters as they're meant, or the first mistake; an empty one narrows nothing."""
    filled = {name: value.strip() for name, value in given.items() if value.strip()}
    if unknown := next((name for name in filled if name not in FILTERS), None):
        return Mistake(filter=unknown, text=t("{filter} isn't a filter: there are {choices}.", filter=unknown, choices=", ".join(FILTERS)))
    for name, choices in _CHOICES.items():
        if filled.get(name, choices[0]) not in choices:
            return Mistake(filter=name, text=t("{given} isn't one of {choices}.", given=filled[name], choices=", ".join(choices)))
    for name in (FROM, TO):
        if name in filled and _day(filled[name]) is None:
            return Mistake(filter=name, text=t("{given} isn't a day: write it as 2026-01-31.", given=filled[name]))
    since, until = _day(filled.get(FROM)), _day(filled.get(TO))
    if since is not None and until is not None and since > until:
        return Mistake(filter=TO, text=t("The last day comes before the first one: swap them."))
    told = {name: filled[name] for name in DIMENSIONS if name in filled}
    return Filters(function=filled.get(FUNCTION), told=told, since=since, until=until)


def _day(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.isoformat() == written else None  # 2026-W05-6 is a day too, which few would recognise
