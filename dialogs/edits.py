"""Edits: a catalogue with one thing changed; all the rest is the very same, in the same order.

What is to be edited may be gone since a card was sent: then the catalogue comes back as it was.
"""

from dataclasses import replace

from dialogs.catalog import Catalogue, Entry, Function, Language, Service, Sheet
from dialogs.search.text import folded


def with_sheet(catalogue: Catalogue, slug: str, sheet: Sheet) -> Catalogue:
    """Return the catalogue with this service or entry in the function `slug`: in the place of the one of its id and kind, else after the last."""
    function = catalogue.function(slug)
    if function is None:
        return catalogue
    if isinstance(sheet, Service):
        return _with_function(catalogue, replace(function, services=_services_with(function, sheet)))
    return _with_function(catalogue, replace(function, entries=_entries_with(function, sheet)))


def without_sheet(catalogue: Catalogue, sheet_id: str) -> Catalogue:
    """Return the catalogue without the service or entry of this id."""
    found = catalogue.sheet(sheet_id)
    if found is None:
        return catalogue
    function, _ = found
    services = tuple(service for service in function.services if service.id != sheet_id)
    entries = tuple(entry for entry in function.entries if entry.id != sheet_id)
    return _with_function(catalogue, replace(function, services=services, entries=entries))


def with_phrasing(catalogue: Catalogue, sheet_id: str, language: Language, text: str) -> Catalogue:
    """Return the catalogue with one more way to ask for this service or entry; one that it has already, but for case and accents, changes nothing."""
    found = catalogue.sheet(sheet_id)
    phrasing = " ".join(text.split())
    if found is None or not phrasing:
        return catalogue
    function, sheet = found
    known = sheet.phrasings.fr if language == "fr" else sheet.phrasings.en
    if folded(phrasing) in {folded(each) for each in known}:
        return catalogue
    more = (*known, phrasing)
    phrasings = replace(sheet.phrasings, fr=more) if language == "fr" else replace(sheet.phrasings, en=more)
    return with_sheet(catalogue, function.slug, replace(sheet, phrasings=phrasings))


def with_profile(catalogue: Catalogue, function: Function) -> Catalogue:
    """Return the catalogue with this profile; the function's services and entries stay those that the catalogue holds."""
    known = catalogue.function(function.slug)
    if known is None:
        return catalogue
    return _with_function(catalogue, replace(function, services=known.services, entries=known.entries))


def _services_with(function: Function, sheet: Service) -> tuple[Service, ...]:
    if all(service.id != sheet.id for service in function.services):
        return (*function.services, sheet)
    return tuple(sheet if service.id == sheet.id else service for service in function.services)


def _entries_with(function: Function, sheet: Entry) -> tuple[Entry, ...]:
    if all(entry.id != sheet.id for entry in function.entries):
        return (*function.entries, sheet)
    return tuple(sheet if entry.id == sheet.id else entry for entry in function.entries)


def _with_function(catalogue: Catalogue, function: Function) -> Catalogue:
    functions = tuple(function if each.slug == function.slug else each for each in catalogue.functions)
    return replace(catalogue, functions=functions)
