"""What is said of a campaign as it was written, in a test's words."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date
from typing import Any

from bot.po import texts
from dialogs.campaign_rules import Places, faults
from dialogs.catalog_rules import Fault
from dialogs.written import Place, Raw, as_written
from tests.company import CATALOGUE
from tests.dialogs.campaigns import FULL

T = texts("en")
PLACES = Places(departments=frozenset({"Ventes", "Exploitation"}), sites=frozenset({"Lyon", "Lille"}), seniority=frozenset({"new"}))
GONE = object()  # a key that's taken out
DAY = date(2026, 11, 20)


def path(place: Place) -> str:
    return ".".join(map(str, place))


def lines(found: Sequence[Fault]) -> list[str]:
    return [f"{path(fault.place)}: {fault.what}; {fault.fix}" for fault in found]


def changed(place: str, value: object, campaign: Raw = None) -> Raw:
    """Return the full campaign as written, with another value at a place."""
    written: Any = deepcopy(campaign if campaign is not None else as_written(FULL))
    holder: Any = written
    *steps, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    for step in steps:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = value
    return written  # type: ignore[no-any-return]


def said(written: Raw, places: Places = PLACES) -> list[str]:
    return lines(list(faults(written, T, CATALOGUE, places)))
