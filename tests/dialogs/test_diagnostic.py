"""The diagnostic: three taps that place a newcomer, without any right or wrong."""

from dataclasses import replace
from typing import Any

import pytest

from dialogs.actions import ListFunctions, ShowFunction
from dialogs.campaign_actions import Diagnose
from dialogs.catalog import Catalogue, Function, Localized
from dialogs.diagnostic import DIAGNOSTIC
from dialogs.events import ActionTaken
from dialogs.facts import EvidenceLeft
from dialogs.ladder import EvidenceKind, Stage, quiz_weight
from dialogs.messages import Button, Buttons, Items, Place
from dialogs.packing import pack, unpack
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import ALICE, BOB, CATALOGUE, COMPANY, EXPENSES, FINANCE, IT, LAPTOP, TABLET
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.told import buttons, context, lines, message, words


def company(*functions: Function) -> Catalogue:
    return Catalogue(company=COMPANY, functions=functions)


def numbered(slug: str, number: int) -> Function:
    """Make a function of one service of its own."""
    service = replace(EXPENSES, id=f"{slug}_s", title=Localized(fr=f"Service {number}", en=f"Service {number}"))
    return Function(slug=slug, names=Localized(fr=slug.upper(), en=slug.upper()), services=(service,))


LARGE = company(IT, FINANCE, *(numbered(f"f{number}", number) for number in range(5)))


def there(catalogue: Catalogue = LARGE, **more: Any) -> Context:
    return replace(context(language="en", catalogue=catalogue), **more)


def answers(turn: Turn) -> dict[str, str]:
    """What each answer offered would say, by its words."""
    offered = {label: button.action for label, button in buttons(turn).items()}
    offered |= {item.title: item.action for block in message(turn).blocks if isinstance(block, Items) for item in block.items}
    return {label: action.answers for label, action in offered.items() if isinstance(action, Diagnose)}


def left(turn: Turn) -> dict[EvidenceKind, float]:
    found = [fact.evidence for fact in turn.facts if isinstance(fact, EvidenceLeft)]
    assert all((piece.source, piece.person, piece.function) == (DIAGNOSTIC, "alice", "it") for piece in found)
    return {piece.kind: round(piece.weight, 6) for piece in found}


def test_three_questions_follow_one_another_in_one_card() -> None:
    first = decide(None, said("diagnostic IT"), there())
    assert message(first).place is Place.HERE
    assert "Where you stand: 1 of 3" in words(first)
    assert len(answers(first)) == 5
    assert sorted(answers(first).values()) == ["-", "n", "n", "n", "y"]
    second = decide(None, taps(Diagnose(slug="it", answers="y")), there())
    assert message(second).place is Place.UPDATE
    assert "Which of these does IT do for you?" in words(second)
    assert sorted(answers(second).values()) == ["y-", "yn", "yn", "yn", "yy"]
    (right,) = (label for label, answer in answers(second).items() if answer == "yy")
    assert right in {service.title.to("en") for service in IT.services}
    third = decide(None, taps(Diagnose(slug="it", answers="yy")), there())
    assert answers(third) == {"Yes": "yyy", "No": "yyn"}
    assert [turn.facts for turn in (first, second, third)] == [(), (), ()]


def test_each_person_gets_an_order_of_their_own_and_the_same_each_time() -> None:
    asked = [decide(None, taps(Diagnose(slug="it", answers="y")), there(person=replace(ALICE, id=f"p{number}"))) for number in range(20)]
    again = [decide(None, taps(Diagnose(slug="it", answers="y")), there(person=replace(ALICE, id=f"p{number}"))) for number in range(20)]
    assert [lines(turn) for turn in asked] == [lines(turn) for turn in again]
    assert len({tuple(lines(turn)) for turn in asked}) > 10
    places = {list(answers(turn).values()).index("yy") for turn in asked}
    assert places == {1, 2, 3, 4}  # after the one who doesn't know


@pytest.mark.parametrize(
    ("given", "said_of_it"),
    [
        ("nnn", "this is a good day to begin"),
        ("---", "this is a good day to begin"),
        ("ynn", "is there for you"),
        ("nyn", "You know what IT does"),
        ("yyy", "You already work with IT"),
        ("nny", "You already work with IT"),
    ],
)
def test_the_answers_place_somebody_in_warm_words(given: str, said_of_it: str) -> None:
    turn = decide(None, taps(Diagnose(slug="it", answers=given)), there())
    assert said_of_it in words(turn)
    assert not {"wrong", "mistake", "incorrect"} & set(words(turn).lower().split())
    assert buttons(turn)["What IT does for you"].action == ShowFunction(slug="it")
    weights = {"y": 0.75, "n": -0.25, "-": 0.0}
    assert left(turn) == {
        EvidenceKind.RECALL_AIDED: weights[given[0]],
        EvidenceKind.QUIZ: weights[given[1]],
        EvidenceKind.GESTURE: 1.0 if given[2] == "y" else 0.0,
    }


def test_what_somebody_did_before_counts_too() -> None:
    turn = decide(None, taps(Diagnose(slug="it", answers="nnn")), there(stages={"it": Stage.CONVICTION}))
    assert "you count on it" in words(turn)


def test_a_topic_goes_with_it() -> None:
    turn = decide(None, taps(Diagnose(slug="it", topic="passwords", answers="yyn")), there())
    assert {fact.evidence.topic for fact in turn.facts if isinstance(fact, EvidenceLeft)} == {"passwords"}


def test_fewer_options_weigh_less() -> None:
    turn = decide(None, taps(Diagnose(slug="it", answers="yyn")), there(CATALOGUE))
    assert left(turn)[EvidenceKind.QUIZ] == left(turn)[EvidenceKind.RECALL_AIDED] == quiz_weight(True, 2)
    assert "this is a good day to begin" in words(turn)  # one of two may be luck


@pytest.mark.parametrize("answer", ["yyyy", "x", "y?", "oui"])
def test_a_forged_answer_begins_again(answer: str) -> None:
    turn = decide(None, taps(Diagnose(slug="it", answers=answer)), there())
    assert ("Where you stand: 1 of 3" in words(turn), turn.facts) == (True, ())


@pytest.mark.parametrize(
    ("catalogue", "asked"),
    [(company(replace(IT, services=()), FINANCE), "it"), (company(IT), "it"), (company(IT, replace(FINANCE, services=(LAPTOP, TABLET))), "it")],
)
def test_a_function_of_which_too_little_is_written_says_so(catalogue: Catalogue, asked: str) -> None:
    turn = decide(None, taps(Diagnose(slug=asked)), there(catalogue))
    assert "too few services are written down" in words(turn)
    assert buttons(turn)["See all functions"].action == ListFunctions()
    assert turn.facts == ()


def test_a_function_that_is_gone_says_so() -> None:
    assert "no longer in the catalogue" in words(decide(None, taps(Diagnose(slug="gone")), there()))


def test_nobody_else_reads_where_somebody_stands() -> None:
    for given in ("", "y", "yy", "yyy"):
        event: ActionTaken = taps(Diagnose(slug="it", answers=given), where=CHANNEL)
        assert message(decide(None, event, there())).place is Place.PRIVATE


def test_only_services_for_the_person_are_asked_about() -> None:
    theirs = decide(None, taps(Diagnose(slug="it", answers="yy")), there(person=BOB))
    assert "demo" not in words(theirs).lower()


def test_every_answer_fits_in_a_button() -> None:
    for given in ("", "y", "yy", "yyy"):
        turn = decide(None, taps(Diagnose(slug="it", answers=given)), there())
        offered = [button for block in message(turn).blocks if isinstance(block, Buttons) for button in block.buttons if isinstance(button, Button)]
        assert [unpack(pack(button.action)) for button in offered] == [button.action for button in offered]
