"""Recipients: which functions can be told something of their traces, and where."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime

from dialogs.catalog import Catalogue, Function, Language
from dialogs.events import Reference
from dialogs.relay import route
from dialogs.scores import Reading
from storage import Session, bindings, readings, roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A function, the conversation or the person (`to`) that hears for it, in which language, and what may be read of it."""

    function: Function
    to: str | Reference
    language: Language
    reading: Reading


def recipients(session: Session, catalogue: Catalogue, admins: Set[str], language: Language, at: datetime) -> Iterator[Recipient]:
    """Yield every function that has a channel, or a keeper who can be reached; `language` is for keepers who read none that we know."""
    desks, keepers = bindings.desks(session), roles.keepers(session, catalogue, admins)
    read = readings.readings(session, [function.slug for function in catalogue.functions], at)
    for function in catalogue.functions:
        # not the admins: they stand in where somebody waits, which nobody does here
        way = route(desks, {function.slug: keepers.get(function.slug, ())}, function.slug, None, language)
        to = way.desk or way.keeper
        if to is not None:
            yield Recipient(function=function, to=to, language=way.language, reading=read.get(function.slug, Reading(function=function.slug)))
