"""Those who answer for a function see what it has written, page by page, and remove what is to go; others are told why not."""

from dataclasses import replace
from datetime import date

import pytest

from dialogs.actions import ListContent, RemoveSheet, WriteSheet
from dialogs.catalog import Catalogue, Localized
from dialogs.commands import command_of
from dialogs.events import Event
from dialogs.facts import CatalogueEdited, Refused
from dialogs.messages import Items, Note, Place, Text
from dialogs.packing import UnreadableActionError, pack, unpack
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.turn import State
from tests.company import ALICE, CATALOGUE, COMPANY, FINANCE, IT, LAPTOP, PASSWORD
from tests.conversation import CHANNEL, asks_form, said, submits, taps
from tests.dialogs.authors import ADMIN, AUTHOR, OWNER, VPN, as_, edited, opened
from tests.dialogs.told import buttons, lines, message, words

# --- the list ------------------------------------------------------------------------------------------------------------------------------------


def test_an_owner_sees_what_their_function_has_written() -> None:
    turn = decide(None, said("content"), as_(OWNER))
    (items,) = (block for block in message(turn).blocks if isinstance(block, Items))
    assert [(item.title, item.detail) for item in items.items] == [
        ("Replace a laptop", "service · for everyone · checked on 1 Sept 2026"),
        ("Demo kit", "service · for Sales teams · never checked"),
        ("Field tablet", "service · for Field technicians, except Managers · checked on 15 Aug 2026"),
        ("How do I change my password?", "question · for everyone · never checked"),
    ]
    assert items.items[0].open == "Correct"
    assert items.items[0].action == WriteSheet(slug="it", id="it_laptop")
    assert buttons(turn)["Write a new answer"].action == WriteSheet(slug="it")


def test_a_review_that_is_due_and_a_missing_language_are_said() -> None:
    late = replace(LAPTOP, review_by=date(2026, 11, 19))
    catalogue = replace(CATALOGUE, functions=(replace(IT, services=(late,), entries=()), FINANCE))
    turn = decide(None, taps(ListContent(slug="it")), as_(ADMIN, catalogue=catalogue))
    assert "to be read again since 19 Nov 2026" in words(turn)
    finances = decide(None, taps(ListContent(slug="finance")), as_(ADMIN))
    assert "question · for everyone · only in French · checked on 1 Jul 2026" in words(finances).replace("July", "Jul")
    in_french = decide(None, taps(ListContent(slug="finance")), as_(ADMIN, language="fr"))
    assert [item.detail for block in message(in_french).blocks if isinstance(block, Items) for item in block.items if item.detail][2].count("·") == 3


def test_with_several_functions_one_is_chosen_first() -> None:
    turn = decide(None, said("contenu"), as_(ADMIN))
    assert {label: button.action for label, button in buttons(turn).items()} == {"IT": ListContent(slug="it"), "Finance": ListContent(slug="finance")}


def test_a_function_may_be_named_at_once() -> None:
    assert lines(decide(None, said("content DAF"), as_(ADMIN)))[0] == "Expense claims"


def test_a_function_that_nobody_has_makes_it_a_question() -> None:
    assert command_of("content nowhere", CATALOGUE) is None
    assert command_of("write", CATALOGUE) == ListContent()


def test_a_card_of_another_version_is_not_taken_for_a_page() -> None:
    with pytest.raises(UnreadableActionError, match="content knows no to 'burn'"):
        unpack(pack(ListContent(slug="it", to="remove")).replace("remove", "burn"))


def test_an_empty_function_says_so_and_offers_to_write() -> None:
    catalogue = replace(CATALOGUE, functions=(replace(IT, services=(), entries=()),))
    turn = decide(None, said("content"), as_(OWNER, catalogue=catalogue))
    assert "Nothing is written here yet." in words(turn)
    assert list(buttons(turn)) == ["Write a new answer"]


def many(number: int) -> Catalogue:
    entries = tuple(replace(PASSWORD, id=f"it_{place}", question=Localized(en=f"Question {place}")) for place in range(number))
    return replace(CATALOGUE, functions=(replace(IT, services=(), entries=entries),))


def test_a_long_list_is_turned_like_pages_in_its_place() -> None:
    at = as_(OWNER, catalogue=many(24))
    first = decide(None, said("content"), at)
    assert lines(first) == [f"Question {place}" for place in range(10)]
    assert "1 to 10 of 24" in words(first)
    assert "Previous page" not in buttons(first)
    second = decide(None, taps(buttons(first)["Next page"].action), at)
    assert lines(second)[0] == "Question 10"
    assert message(second).place is Place.UPDATE
    third = decide(None, taps(buttons(second)["Next page"].action), at)
    assert lines(third) == [f"Question {place}" for place in range(20, 24)]
    assert "Next page" not in buttons(third)
    assert lines(decide(None, taps(buttons(third)["Previous page"].action), at)) == lines(second)
    back = decide(None, taps(buttons(second)["Previous page"].action), at)
    assert lines(back) == lines(first)


def test_a_page_whose_beginning_is_gone_starts_again() -> None:
    assert lines(decide(None, taps(ListContent(slug="it", after="gone")), as_(OWNER, catalogue=many(12))))[0] == "Question 0"


def test_the_same_page_offers_to_remove_and_to_correct_again() -> None:
    at = as_(OWNER, catalogue=many(12))
    page = decide(None, taps(ListContent(slug="it", after="it_9")), at)
    removing = decide(None, taps(buttons(page)["Remove one of these"].action), at)
    assert "What may go?" in words(removing)
    (items,) = (block for block in message(removing).blocks if isinstance(block, Items))
    assert [(item.title, item.open, item.action) for item in items.items] == [
        ("Question 10", "Remove", RemoveSheet(id="it_10")),
        ("Question 11", "Remove", RemoveSheet(id="it_11")),
    ]
    assert lines(decide(None, taps(buttons(removing)["Correct instead"].action), at)) == lines(page)


def test_an_author_corrects_but_does_not_remove() -> None:
    assert "Remove one of these" not in buttons(decide(None, said("content"), as_(AUTHOR)))
    refused = decide(None, taps(ListContent(slug="it", to="remove")), as_(AUTHOR))
    assert refused.facts == (Refused(act=Act.REMOVE_CONTENT, function="it", subject="it"),)


# --- removing ------------------------------------------------------------------------------------------------------------------------------------


def test_removing_asks_first() -> None:
    form = opened(asks_form(RemoveSheet(id="it_password")), as_(OWNER))
    assert (form.title, form.submit) == ("Remove this answer?", "Remove")
    assert form.blocks[0] == Text(text="How do I change my password?", strong=True)
    turn = decide(None, submits(form.action, {}), as_(OWNER))
    assert edited(turn) == CatalogueEdited(
        catalogue=replace(CATALOGUE, functions=(replace(IT, entries=()), FINANCE)), act=Act.REMOVE_CONTENT, function="it", subject="it_password"
    )
    assert "Removed: How do I change my password?" in words(turn)
    assert any(isinstance(block, Note) and "an admin can go back to one" in block.text for block in message(turn).blocks)


# --- who may not, and what is gone ---------------------------------------------------------------------------------------------------------------

NOT_THEIRS = [
    (said("content"), Act.WRITE_CONTENT, None, None),
    (taps(ListContent(slug="it")), Act.WRITE_CONTENT, "it", "it"),
    (asks_form(WriteSheet(slug="it")), Act.WRITE_CONTENT, "it", None),
    (asks_form(WriteSheet(slug="finance", id="it_password")), Act.WRITE_CONTENT, "it", "it_password"),
    (submits(WriteSheet(slug="it"), VPN), Act.WRITE_CONTENT, "it", None),
    (submits(WriteSheet(slug="finance", id="it_password"), VPN), Act.WRITE_CONTENT, "it", "it_password"),
    (asks_form(RemoveSheet(id="it_password")), Act.REMOVE_CONTENT, "it", "it_password"),
    (submits(RemoveSheet(id="it_password"), {}), Act.REMOVE_CONTENT, "it", "it_password"),
]


@pytest.mark.parametrize(("event", "act", "function", "subject"), NOT_THEIRS)
def test_who_may_not_gets_a_reason_and_leaves_a_trace(event: Event, act: Act, function: str | None, subject: str | None) -> None:
    grants = frozenset({Grant(role=Role.OWNER, function="finance")}) if function else frozenset[Grant]()
    turn = decide(None, event, as_(grants, person=ALICE))
    assert turn.facts == (Refused(act=act, function=function, subject=subject),)
    assert "Please ask" in words(turn)


@pytest.mark.parametrize(
    "event",
    [
        taps(ListContent(slug="gone"), where=CHANNEL),
        asks_form(WriteSheet(slug="gone")),
        asks_form(WriteSheet(slug="it", id="gone")),
        submits(WriteSheet(slug="gone"), VPN),
        submits(WriteSheet(slug="gone", id="gone"), VPN),
        asks_form(RemoveSheet(id="gone")),
        submits(RemoveSheet(id="gone"), {}),
    ],
)
def test_what_is_gone_is_said(event: Event) -> None:
    turn = decide(None, event, as_(ADMIN))
    assert "This is no longer in the catalogue." in words(turn)
    assert turn.facts == ()


@pytest.mark.parametrize("event", [said("content", where=CHANNEL), taps(ListContent(slug="it", after=""), where=CHANNEL)])
def test_what_authors_see_is_private_wherever_they_ask(event: Event) -> None:
    assert message(decide(None, event, as_(OWNER))).place is Place.PRIVATE


def test_opening_a_form_forgets_nothing() -> None:
    state = State(dialog="ask", version=1, kept={})
    assert decide(state, asks_form(WriteSheet(slug="it")), as_(OWNER)).state == state


def test_an_admin_of_an_empty_catalogue_is_not_refused() -> None:
    empty = Catalogue(company=COMPANY, functions=())
    turn = decide(None, said("content"), as_(ADMIN, catalogue=empty))
    assert turn.facts == ()
    assert "Nothing is written here yet." in words(turn)
