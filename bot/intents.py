"""A set of intents, as the public ones are published, as a catalogue."""

import re
from collections.abc import Mapping

from dialogs.catalog import Catalogue, Company, Entry, Function, Localized, Phrasings


def catalogue_of(name: str, intents: Mapping[str, Phrasings]) -> Catalogue:
    """Return a catalogue of one function that has an entry for each intent, titled by the intent's name as far as it has words."""
    entries = tuple(Entry(id=intent, question=_titled(intent), reply=Localized(), phrasings=intents[intent]) for intent in sorted(intents))
    return Catalogue(company=Company(name=name), functions=(Function(slug="intents", names=Localized(en=name), entries=entries),))


def _titled(intent: str) -> Localized:
    """Return the words of a name: "card arrival" for `card_arrival` and `cardArrival`, nothing for a number."""
    words = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", intent)).strip().lower()
    return Localized(en=words) if re.search(r"[^\W\d_]{2}", words) else Localized()
