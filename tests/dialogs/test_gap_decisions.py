"""What is decided upon a gap: ignored, added as a phrasing, sent to another function; and by nobody else than who may."""

from dataclasses import replace

import pytest

from dialogs.actions import Action, AddPhrasing, FormAction, ForMe, IgnoreGap, SendGap, ShowGaps
from dialogs.catalog import Catalogue
from dialogs.events import Event
from dialogs.facts import CatalogueEdited, GapSettled, Refused
from dialogs.messages import Choice, Form, FormErrors, Input, Place
from dialogs.rights import Act, Grant, Role
from dialogs.turn import Turn
from tests.company import BOB, CATALOGUE, COMPANY, DANA, IT, LAPTOP
from tests.conversation import CHANNEL, asks_form, submits, taps
from tests.dialogs.test_gaps import ADMIN, BOTH, EXPERT, PRINTER, SCREEN, TAXI, WEATHER, asked, gap, seen
from tests.dialogs.told import buttons, fact, message, words

PHRASING = AddPhrasing(gap="g1", id="it_laptop")
SEND = SendGap(gap="g1")


def form(turn: Turn) -> Form:
    (reply,) = turn.replies
    assert isinstance(reply, Form)
    return reply


def errors(turn: Turn) -> dict[str, str]:
    (reply,) = turn.replies
    assert isinstance(reply, FormErrors)
    assert turn.facts == ()
    return {error.input: error.text for error in reply.errors}


def typed(turn: Turn, name: str) -> str | None:
    (reply,) = turn.replies
    assert isinstance(reply, Form | FormErrors)
    shown = reply.form if isinstance(reply, FormErrors) else reply
    (block,) = [block for block in shown.blocks if isinstance(block, Input | Choice) and block.id == name]
    return block.value


def added(phrasing: str = "mon écran est noir", language: str = "fr", action: AddPhrasing = PHRASING) -> Event:
    return submits(action, {"phrasing": phrasing, "language": language})


# --- ignored -------------------------------------------------------------------------------------------------------------------------------------


def test_what_is_ignored_leaves_the_list() -> None:
    turn = seen(taps(IgnoreGap(gap="g1")), SCREEN, PRINTER)
    assert fact(turn) == GapSettled(gap="g1", function="it", decision="ignored")
    assert "Ignored: these questions have left the list. Should somebody ask again, it comes back." in words(turn)
    assert buttons(turn)["What else waits"].action == ShowGaps(slug="it")
    assert message(turn).place is Place.UPDATE


def test_any_owner_may_ignore_what_is_for_nobody_yet() -> None:
    turn = seen(taps(IgnoreGap(gap="g4")), WEATHER)
    assert fact(turn) == GapSettled(gap="g4", function=None, decision="ignored")
    assert buttons(turn)["What else waits"].action == ShowGaps(slug="")


# --- added as a phrasing -------------------------------------------------------------------------------------------------------------------------


def test_the_form_holds_the_question_without_what_was_masked() -> None:
    turn = seen(asks_form(PHRASING), SCREEN)
    assert typed(turn, "phrasing") == "mon écran de est noir"
    assert typed(turn, "language") == "fr"
    assert form(turn).action == PHRASING
    assert form(turn).title == "Add a phrasing"


def test_the_language_is_one_that_the_company_has() -> None:
    english = Catalogue(company=replace(COMPANY, languages=("en",)), functions=CATALOGUE.functions)
    assert typed(seen(asks_form(PHRASING), SCREEN, catalogue=english), "language") == "en"


def test_an_owners_yes_teaches_the_phrasing_and_settles_the_gap() -> None:
    turn = seen(added("  Mon écran\n est noir "), SCREEN)
    edited, done = turn.facts
    assert isinstance(edited, CatalogueEdited)
    assert (edited.act, edited.function, edited.subject) == (Act.WRITE_CONTENT, "it", "it_laptop")
    before, after = LAPTOP.phrasings, edited.catalogue.sheet("it_laptop")
    assert after is not None
    assert after[1] == replace(LAPTOP, phrasings=replace(before, fr=(*before.fr, "Mon écran est noir")))
    assert done == GapSettled(gap="g1", function="it", decision="phrasing", subject="it_laptop")
    assert "Added to “Replace a laptop”: “Mon écran est noir”." in words(turn)
    assert buttons(turn)["Ask it now"].action == ForMe(question="Mon écran est noir")
    assert message(turn).place is Place.UPDATE


def test_english_goes_to_the_english_phrasings() -> None:
    edited = seen(added("black screen", "en"), SCREEN).facts[0]
    assert isinstance(edited, CatalogueEdited)
    found = edited.catalogue.sheet("it_laptop")
    assert found is not None
    assert found[1].phrasings.en[-1] == "black screen"


def test_who_does_not_see_the_answer_is_not_told_to_ask_for_it() -> None:
    for person in (BOB, DANA):
        turn = seen(added(action=AddPhrasing(gap="g1", id="it_demo_kit")), SCREEN, person=person)
        assert "It isn't meant for you, so it wouldn't answer you." in words(turn)
        assert list(buttons(turn)) == ["What else waits"]


def test_a_phrasing_that_another_sheet_has_nearly_is_said_to_be() -> None:
    turn = seen(added("mot de passe oublié !"), SCREEN)
    assert "“How do I change my password?” is asked in nearly the same words" in words(turn)
    assert "nearly the same words" not in words(seen(added(), SCREEN))


def test_two_sheets_that_were_alike_before_are_no_news() -> None:
    twin = replace(LAPTOP, id="it_twin")
    catalogue = Catalogue(company=COMPANY, functions=(replace(IT, services=(LAPTOP, twin)),))
    assert "nearly the same words" not in words(seen(added(), SCREEN, catalogue=catalogue))


@pytest.mark.parametrize(
    ("phrasing", "language", "wrong"),
    [
        ("", "fr", {"phrasing": "Write it as people ask it."}),
        (" \n ", "fr", {"phrasing": "Write it as people ask it."}),
        ("x" * 513, "fr", {"phrasing": "The text has 513 characters, 512 at most. Shorten it."}),
        ("x\x07", "fr", {"phrasing": "A character that can't be shown. Remove it."}),
        ("écran noir", "", {"language": "Choose a language."}),
        ("écran noir", "de", {"language": "Choose a language."}),
        (
            "Changer de pc",
            "fr",
            {"phrasing": "It's one of its phrasings already. Perhaps it isn't meant for those who asked: look at its audience."},
        ),
    ],
)
def test_what_is_not_right_yet_is_said_beside_it_and_nothing_typed_is_lost(phrasing: str, language: str, wrong: dict[str, str]) -> None:
    turn = seen(added(phrasing, language), SCREEN)
    assert errors(turn) == wrong
    assert typed(turn, "phrasing") == phrasing


def test_a_form_that_comes_back_empty_asks_again() -> None:
    assert errors(seen(submits(PHRASING, {}), SCREEN)) == {"phrasing": "Write it as people ask it."}


def test_a_sheet_that_is_gone_is_said_to_be() -> None:
    gone = AddPhrasing(gap="g1", id="gone")
    for event in (asks_form(gone), added(action=gone)):
        assert "no longer in the catalogue" in words(seen(event, SCREEN))


def test_a_phrasing_of_another_functions_sheet_is_its_own_authors_to_add() -> None:
    other = AddPhrasing(gap="g1", id="fin_expenses")
    assert fact(seen(added(action=other), SCREEN)) == Refused(act=Act.WRITE_CONTENT, function="finance", subject="fin_expenses")
    assert len(seen(added(action=other), SCREEN, grants=BOTH).facts) == 2


def test_what_is_for_nobody_yet_may_become_ones_own_phrasing() -> None:
    turn = seen(added(action=AddPhrasing(gap="g4", id="it_laptop")), WEATHER)
    assert turn.facts[1] == GapSettled(gap="g4", function=None, decision="phrasing", subject="it_laptop")


# --- sent to another function ---------------------------------------------------------------------------------------------------------------------


def test_the_other_functions_are_offered() -> None:
    turn = seen(asks_form(SEND), SCREEN)
    (choice,) = [block for block in form(turn).blocks if isinstance(block, Choice)]
    assert [(option.value, option.label) for option in choice.options] == [("finance", "Finance")]
    assert choice.value is None
    nobodys = form(seen(asks_form(SendGap(gap="g4")), WEATHER))
    assert [[option.value for option in block.options] for block in nobodys.blocks if isinstance(block, Choice)] == [["it", "finance"]]


def test_what_is_sent_is_the_other_functions_from_now_on() -> None:
    turn = seen(submits(SEND, {"function": "finance"}), SCREEN)
    assert fact(turn) == GapSettled(gap="g1", function="it", decision="sent", subject="finance")
    assert "Sent to Finance: it's among their questions now." in words(turn)


@pytest.mark.parametrize("values", [{}, {"function": ""}, {"function": "it"}, {"function": "gone"}])
def test_no_choice_is_asked_again(values: dict[str, str]) -> None:
    assert errors(seen(submits(SEND, values), SCREEN)) == {"function": "Choose the function that this is for."}


def test_where_there_is_no_other_function_nothing_can_be_sent() -> None:
    alone = Catalogue(company=COMPANY, functions=(IT,))
    turn = seen(asks_form(SEND), SCREEN, catalogue=alone)
    assert "There's no other function in the catalogue." in words(turn)
    assert turn.facts == ()


# --- who, and when --------------------------------------------------------------------------------------------------------------------------------

DECISIONS: tuple[Event, ...] = (taps(IgnoreGap(gap="g1")), asks_form(PHRASING), added(), asks_form(SEND), submits(SEND, {"function": "finance"}))


@pytest.mark.parametrize("event", DECISIONS, ids=lambda event: f"{type(event).__name__}-{event.action.kind}")
def test_nobody_else_decides(event: Event) -> None:
    for grants in (frozenset[Grant](), EXPERT, frozenset({Grant(role=Role.OWNER, function="finance")})):
        turn = seen(event, SCREEN, grants=grants)
        assert fact(turn) == Refused(act=Act.SETTLE_GAPS, function="it", subject="g1")
    assert not any(isinstance(each, Refused) for each in seen(event, SCREEN, grants=ADMIN).facts)


@pytest.mark.parametrize("event", DECISIONS, ids=lambda event: f"{type(event).__name__}-{event.action.kind}")
def test_what_was_settled_by_somebody_else_changes_nothing(event: Event) -> None:
    turn = seen(event, PRINTER)
    assert "This one has been settled in the meantime." in words(turn)
    assert turn.facts == ()


@pytest.mark.parametrize("event", DECISIONS, ids=lambda event: f"{type(event).__name__}-{event.action.kind}")
def test_what_was_sent_on_by_oneself_is_said_to_be(event: Event) -> None:
    turn = seen(event, gap("g1", asked("taxi"), function="finance", sent_by="it"))
    assert "This one has been sent to Finance in the meantime." in words(turn)
    assert turn.facts == ()


@pytest.mark.parametrize("action", [PHRASING, SEND])
def test_a_tap_opens_the_form_too(action: FormAction) -> None:
    assert form(seen(taps(action), SCREEN)).action == action


@pytest.mark.parametrize("action", [IgnoreGap(gap="g1"), IgnoreGap(gap="gone")])
def test_in_a_channel_what_is_decided_is_said_in_private(action: Action) -> None:
    assert message(seen(taps(action, where=CHANNEL), SCREEN)).place is Place.PRIVATE


def test_an_admin_decides_for_any_function() -> None:
    assert fact(seen(taps(IgnoreGap(gap="g3")), TAXI, grants=ADMIN)) == GapSettled(gap="g3", function="finance", decision="ignored")
