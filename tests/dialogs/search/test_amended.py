"""An edit is searchable at once: the index is amended before it's built again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.catalog import Catalogue, Entry, Localized, Phrasings, Sheet
from dialogs.search.index import Index
from tests.dialogs.search.conftest import BADGE, CATALOGUE, EVERYBODY, MANAGERS, PASSWORD, Encoding
from tests.dialogs.search.test_index import catalogue_of, found

QUESTIONS = ("j'ai perdu mon badge", "my laptop is slow", "une histoire d'argent", "préparer l'entretien de mon équipe", "rien à voir", "")
CANTEEN = Entry(
    id="fac_canteen",
    question=Localized(fr="Menu de la cantine", en="Canteen menu"),
    reply=Localized(fr="Le menu de la semaine est affiché le lundi.", en="The week's menu is put up on Monday."),
    phrasings=Phrasings(fr=("qu'est-ce qu'on mange à midi",), en=("what's for lunch today",)),
)


def edited(sheets: tuple[Sheet, ...]) -> Catalogue:
    """Return the catalogue with only these sheets in it, as they are given."""
    given = {sheet.id: sheet for sheet in sheets}
    functions = tuple(
        replace(
            function,
            services=tuple(replace(each, phrasings=given[each.id].phrasings) for each in function.services if each.id in given),
            entries=tuple(replace(each, phrasings=given[each.id].phrasings) for each in function.entries if each.id in given),
        )
        for function in CATALOGUE.functions
    )
    return replace(CATALOGUE, functions=functions)


def amended(index: Index, catalogue: Catalogue, encode: Encoding) -> Index:
    return index.amended(catalogue, encode.vectors_of(catalogue))


def test_an_index_amended_with_its_own_catalogue_answers_alike(index: Index, encode: Encoding) -> None:
    again = amended(index, CATALOGUE, encode)
    for question in QUESTIONS:
        assert found(again, question, encode, MANAGERS) == found(index, question, encode, MANAGERS)


def test_a_new_phrasing_is_found_at_once(index: Index, encode: Encoding) -> None:
    question = "le tourniquet me refuse l'entrée"
    assert found(index, question, encode).outcome != "sure"
    told = replace(BADGE, phrasings=replace(BADGE.phrasings, fr=(*BADGE.phrasings.fr, question)))
    sheets = tuple(told if sheet.id == BADGE.id else sheet for _, sheet in CATALOGUE.sheets())
    match = found(amended(index, edited(sheets), encode), question, encode)
    assert (match.outcome, match.candidates[0].id) == ("sure", "fac_badge")


@pytest.mark.parametrize("question", ["qu'est-ce qu'on mange à midi ?", "Menu de la cantine", "what is for lunch?"])
def test_a_new_sheet_is_found_at_once(question: str, index: Index, encode: Encoding) -> None:
    facilities = replace(CATALOGUE.functions[3], entries=(BADGE, CANTEEN))
    catalogue = replace(CATALOGUE, functions=(*CATALOGUE.functions[:3], facilities, *CATALOGUE.functions[4:]))
    newer = amended(index, catalogue, encode)
    assert found(newer, question, encode).candidates[0].id == "fac_canteen"
    assert found(newer, "j'ai perdu mon badge", encode).candidates[0].id == "fac_badge"
    assert found(amended(newer, CATALOGUE, encode), question, encode).candidates[0].id != "fac_canteen"


def test_a_sheet_that_gets_its_first_text_is_found(encode: Encoding) -> None:
    silent = Entry(id="silent", question=Localized(), reply=Localized())
    before = catalogue_of(BADGE, silent)
    index = Index.build(before, encode.vectors_of(before))
    after = catalogue_of(BADGE, replace(silent, phrasings=CANTEEN.phrasings))
    assert found(amended(index, after, encode), "what's for lunch today?", encode).candidates[0].id == "silent"


def test_an_empty_index_is_built(encode: Encoding) -> None:
    nothing = Index.build(catalogue_of(), {})
    assert found(amended(nothing, catalogue_of(BADGE, PASSWORD), encode), "j'ai perdu mon badge", encode).candidates[0].id == "fac_badge"


def test_a_catalogue_that_is_emptied_answers_nothing(index: Index, encode: Encoding) -> None:
    assert found(amended(index, catalogue_of(), encode), "j'ai perdu mon badge", encode).outcome == "none"


def test_a_new_text_without_its_vector_is_an_error(index: Index) -> None:
    with pytest.raises(KeyError):
        index.amended(catalogue_of(BADGE, CANTEEN), {})


@given(kept=st.sets(st.sampled_from([sheet.id for _, sheet in CATALOGUE.sheets()])), question=st.sampled_from(QUESTIONS))
def test_what_is_gone_is_never_returned(kept: set[str], question: str, index: Index, encode: Encoding) -> None:
    left = amended(index, edited(tuple(sheet for _, sheet in CATALOGUE.sheets() if sheet.id in kept)), encode)
    ranked = left.ranked(question, encode.one(question), MANAGERS, most=99)
    assert {candidate.id for candidate in ranked} == kept
    assert {candidate.id for candidate in found(left, question, encode).candidates} <= kept


@given(gone=st.lists(st.integers(0, 4), max_size=4))
def test_a_phrasing_that_is_gone_is_no_grounds_any_more(gone: list[int], index: Index, encode: Encoding) -> None:
    left = tuple(text for place, text in enumerate(BADGE.phrasings.fr) if place not in gone)
    told = replace(BADGE, phrasings=replace(BADGE.phrasings, fr=left))
    newer = amended(index, edited(tuple(told if sheet.id == BADGE.id else sheet for _, sheet in CATALOGUE.sheets())), encode)
    for text in BADGE.phrasings.fr:
        grounds = newer.grounds(text, encode.one(text), EVERYBODY, BADGE.id)
        assert grounds is not None
        assert (grounds.nearest == text) == (text in left)


@pytest.mark.parametrize("question", ["Quel est le sens de la vie ?", "the thing with the thing", "où", "xyzzy 4000"])
def test_a_phrasing_asked_word_for_word_is_sure_whatever_it_is_about(question: str, index: Index, encode: Encoding) -> None:
    told = replace(BADGE, phrasings=replace(BADGE.phrasings, fr=(*BADGE.phrasings.fr, question)))
    catalogue = edited(tuple(told if sheet.id == BADGE.id else sheet for _, sheet in CATALOGUE.sheets()))
    for newer in (amended(index, catalogue, encode), Index.build(catalogue, encode.vectors_of(catalogue))):
        match = found(newer, question.upper(), encode)
        assert (match.outcome, match.candidates[0].id) == ("sure", "fac_badge")


def test_a_phrasing_that_two_sheets_have_offers_both(encode: Encoding) -> None:
    both = (BADGE, replace(PASSWORD, phrasings=replace(PASSWORD.phrasings, fr=("ça ne marche plus",))), CANTEEN)
    catalogue = catalogue_of(replace(both[0], phrasings=replace(BADGE.phrasings, fr=("Ça ne marche plus !",))), *both[1:])
    match = found(Index.build(catalogue, encode.vectors_of(catalogue)), "ca ne marche plus", encode)
    assert match.outcome == "likely"
    assert {candidate.id for candidate in match.candidates[:2]} == {"fac_badge", PASSWORD.id}
