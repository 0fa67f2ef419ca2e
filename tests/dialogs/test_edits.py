"""An edit changes one thing of the catalogue, and leaves all the rest as it was."""

from dataclasses import replace

import pytest

from dialogs.catalog import Catalogue, Entry, Function, Language, Localized, Phrasings
from dialogs.edits import with_phrasing, with_profile, with_sheet, without_sheet
from tests.company import CATALOGUE, EXPENSES, FINANCE, IT, LAPTOP, PASSWORD

NEW = Entry(id="it_vpn", question=Localized(en="How do I start the VPN?"), reply=Localized(en="From the tray."))


def it(catalogue: Catalogue) -> Function:
    function = catalogue.function("it")
    assert function is not None
    return function


def test_a_corrected_service_keeps_its_place() -> None:
    corrected = replace(LAPTOP, title=Localized(fr="Un nouveau portable", en="A new laptop"))
    edited = with_sheet(CATALOGUE, "it", corrected)
    assert it(edited) == replace(IT, services=(corrected, *IT.services[1:]))
    assert edited.functions[1] is FINANCE


def test_a_corrected_entry_keeps_its_place() -> None:
    corrected = replace(PASSWORD, reply=Localized(en="On the portal."))
    assert it(with_sheet(CATALOGUE, "it", corrected)) == replace(IT, entries=(corrected,))


def test_what_is_new_comes_last() -> None:
    service = replace(LAPTOP, id="it_phone")
    assert it(with_sheet(CATALOGUE, "it", NEW)).entries == (PASSWORD, NEW)
    assert it(with_sheet(CATALOGUE, "it", service)).services == (*IT.services, service)


def test_a_sheet_goes_and_its_neighbours_stay() -> None:
    assert it(without_sheet(CATALOGUE, LAPTOP.id)).services == IT.services[1:]
    assert it(without_sheet(CATALOGUE, PASSWORD.id)) == replace(IT, entries=())


@pytest.mark.parametrize(("language", "expected"), [("fr", Phrasings(fr=("prêt d'un écran",))), ("en", Phrasings(en=("prêt d'un écran",)))])
def test_a_phrasing_is_added_to_those_of_its_language(language: Language, expected: Phrasings) -> None:
    before = with_sheet(CATALOGUE, "it", NEW)
    found = with_phrasing(before, NEW.id, language, "  prêt d'un\n écran ").sheet(NEW.id)
    assert found is not None
    assert found[1].phrasings == expected


@pytest.mark.parametrize("text", ["NOTE de Frâis", " ", ""])
def test_a_phrasing_that_is_there_already_or_empty_changes_nothing(text: str) -> None:
    assert with_phrasing(CATALOGUE, EXPENSES.id, "fr", text) is CATALOGUE


def test_a_profile_is_published_without_touching_what_the_function_has_written() -> None:
    draft = replace(IT, purpose=Localized(fr="Des outils qui marchent."), services=(), entries=())
    assert it(with_profile(CATALOGUE, draft)) == replace(IT, purpose=Localized(fr="Des outils qui marchent."))


def test_what_is_gone_since_changes_nothing() -> None:
    assert with_sheet(CATALOGUE, "gone", NEW) is CATALOGUE
    assert without_sheet(CATALOGUE, "gone") is CATALOGUE
    assert with_phrasing(CATALOGUE, "gone", "fr", "écran") is CATALOGUE
    assert with_profile(CATALOGUE, replace(IT, slug="gone")) is CATALOGUE
