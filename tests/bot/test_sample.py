"""Solane, the sample company: complete in both languages, for everybody and for each, asked about in truly different words."""

import re
from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from bot.packs import PackReading, read_pack, sample_folder
from dialogs.catalog import ALL, Catalogue, Function, Language, Sheet
from dialogs.search.likeness import plain

WRITTEN = date(2026, 11, 1)


@pytest.fixture(scope="module")
def solane() -> PackReading:
    return read_pack(sample_folder(), today=WRITTEN)


@pytest.fixture(scope="module")
def catalogue(solane: PackReading) -> Catalogue:
    assert solane.catalogue is not None
    return solane.catalogue


def _phrasings(sheet: Sheet, language: Language) -> tuple[str, ...]:
    return sheet.phrasings.fr if language == "fr" else sheet.phrasings.en


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", plain(text)))


def test_it_has_no_mistake_and_one_review_to_show_as_due(solane: PackReading) -> None:
    assert [str(mistake) for mistake in solane.mistakes] == []
    assert [warning.what for warning in solane.warnings] == ["the review was due on 1 Oct 2026"]


def test_it_is_large_enough(catalogue: Catalogue, solane: PackReading) -> None:
    assert len(catalogue.functions) >= 10
    assert len(list(catalogue.sheets())) >= 90
    assert len(solane.people) >= 60


def test_its_people_are_at_four_sites_each_with_a_segment(solane: PackReading) -> None:
    sites = Counter(person.site for person in solane.people)
    assert set(sites) == {"Nantes", "Lyon", "Lille", "Toulouse"}
    assert [person.id for person in solane.people if plain(person.site or "") not in person.segments] == []


def test_every_segment_has_people(catalogue: Catalogue, solane: PackReading) -> None:
    assert set(catalogue.company.segments) == {segment for person in solane.people for segment in person.segments}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everything_is_asked_in_five_ways(catalogue: Catalogue, language: Language) -> None:
    assert [sheet.id for _, sheet in catalogue.sheets() if len(_phrasings(sheet, language)) < 5] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_two_phrasings_of_a_sheet_share_more_than_half_of_their_words(catalogue: Catalogue, language: Language) -> None:
    alike = [
        (sheet.id, one, other)
        for _, sheet in catalogue.sheets()
        for one, other in combinations(_phrasings(sheet, language), 2)
        if 2 * len(_words(one) & _words(other)) > min(len(_words(one)), len(_words(other)))
    ]
    assert alike == []


def test_every_contact_and_owner_works_there(catalogue: Catalogue, solane: PackReading) -> None:
    directory = {person.email: person.name for person in solane.people}
    assert [contact.email for function in catalogue.functions for contact in function.contacts if directory.get(contact.email) != contact.name] == []
    assert [sheet.id for _, sheet in catalogue.sheets() if sheet.owner not in directory] == []


def _audiences(function: Function) -> set[bool]:
    return {ALL in sheet.audience for sheet in function.sheets}


def test_every_function_has_something_for_all_and_something_for_some(catalogue: Catalogue) -> None:
    assert [function.slug for function in catalogue.functions if _audiences(function) != {True, False}] == []


def test_every_function_tells_who_it_is(catalogue: Catalogue) -> None:
    def untold(function: Function) -> bool:
        return not (
            function.also
            and function.purpose
            and function.clients
            and function.partners
            and function.posture
            and function.proof
            and function.contacts
        )

    assert [function.slug for function in catalogue.functions if untold(function)] == []
