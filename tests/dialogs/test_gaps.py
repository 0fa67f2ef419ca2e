"""Gaps: what those who answer for a function see of the questions it couldn't answer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dialogs.actions import Action, AddPhrasing, IgnoreGap, ListContent, SendGap, Show, ShowFunction, ShowGap, ShowGaps, WriteSheet
from dialogs.catalog import Catalogue
from dialogs.events import Event
from dialogs.facts import Refused
from dialogs.gap import Gap, GapKind, GapQuestion
from dialogs.messages import Bullets, Items, Place
from dialogs.people import Person
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import ALICE, BOB, CATALOGUE, COMPANY, DANA, FINANCE, IT, LAPTOP, NOON
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.told import buttons, context, fact, lines, message, words

OWNER = frozenset({Grant(role=Role.OWNER, function="it")})
EXPERT = frozenset({Grant(role=Role.EXPERT, function="it")})
ADMIN = frozenset({Grant(role=Role.ADMIN)})
BOTH = OWNER | {Grant(role=Role.AUTHOR, function="finance")}


def asked(text: str, *, days: int = 0, kind: GapKind = "unanswered", sheet: str | None = None, comment: str | None = None) -> GapQuestion:
    return GapQuestion(text=text, language="fr", kind=kind, asked_at=NOON - timedelta(days=days), sheet=sheet, comment=comment)


def gap(id_: str, *questions: GapQuestion, function: str | None = "it", count: int = 0, sent_by: str | None = None) -> Gap:
    number = count or len(questions)
    return Gap(id=id_, function=function, questions=questions, count=number, kinds=((questions[0].kind, number),), sent_by=sent_by)


SCREEN = gap("g1", asked("mon écran de ⟨name⟩ est noir"), asked("écran noir", days=2), count=7)
PRINTER = gap("g2", asked("l'imprimante est vide", days=1))
TAXI = gap("g3", asked("qui paie mon taxi ?"), function="finance")
WEATHER = gap("g4", asked("quel temps demain ?"), function=None)
GONE = gap("g5", asked("où est la salle de sport ?"), function="wellness")


def seen(
    event: Event, *gaps: Gap, grants: frozenset[Grant] = OWNER, person: Person = ALICE, catalogue: Catalogue = CATALOGUE, language: str = "en"
) -> Turn:
    asks: Context = replace(context(person, language="fr" if language == "fr" else "en", catalogue=catalogue), grants=grants, gaps=gaps)
    return decide(None, event, asks)


def test_an_owner_sees_what_was_asked_in_vain_the_most_asked_first() -> None:
    turn = seen(said("gaps"), SCREEN, PRINTER, TAXI)
    assert words(turn).startswith("[IT · Information Technology] Questions without an answer\n2 questions, asked 8 times")
    assert lines(turn) == ["“mon écran de ⟨name⟩ est noir”", "“l'imprimante est vide”"]
    assert "7 times · nothing found · 20 Nov 2026" in words(turn)
    assert message(turn).place is Place.HERE
    (items,) = [block for block in message(turn).blocks if isinstance(block, Items)]
    assert [(item.open, item.action) for item in items.items] == [("Open", ShowGap(gap="g1")), ("Open", ShowGap(gap="g2"))]


@pytest.mark.parametrize("text", ["lacunes", "gaps", "lacunes DSI", "gaps information technology"])
def test_the_list_is_one_word_away(text: str) -> None:
    assert lines(seen(said(text, private=True), SCREEN)) == ["“mon écran de ⟨name⟩ est noir”"]


def test_in_a_channel_peoples_words_are_shown_in_private() -> None:
    for event in (said("gaps", where=CHANNEL), taps(ShowGap(gap="g1"), where=CHANNEL), taps(ShowGap(gap="gone"), where=CHANNEL)):
        assert message(seen(event, SCREEN)).place is Place.PRIVATE


def test_eight_fit_on_a_card_and_the_next_are_one_tap_away() -> None:
    many = [gap(f"g{number}", asked(f"question {number}")) for number in range(18)]
    first = seen(said("gaps"), *many)
    assert len(lines(first)) == 8
    more = buttons(first)["and 10 more"].action
    assert more == ShowGaps(slug="it", start="8")
    second = seen(taps(more), *many)
    assert lines(second)[0] == "“question 8”"
    last = seen(taps(buttons(second)["and 2 more"].action), *many)
    assert lines(last) == ["“question 16”", "“question 17”"]
    assert buttons(last) == {}


@pytest.mark.parametrize("start", ["80", "-1", "x", "²"])
def test_a_card_that_is_past_the_end_begins_again(start: str) -> None:
    assert lines(seen(taps(ShowGaps(slug="it", start=start)), SCREEN)) == ["“mon écran de ⟨name⟩ est noir”"]


def test_nothing_that_waits_is_said_kindly() -> None:
    assert "Nothing waits here" in words(seen(said("gaps")))
    assert "Nothing waits here" in words(seen(said("gaps"), grants=ADMIN))
    assert "Nothing waits here" in words(seen(taps(ShowGaps(slug="")), grants=ADMIN))


def test_who_answers_for_several_functions_sees_how_much_waits_for_each() -> None:
    turn = seen(said("gaps"), PRINTER, replace(TAXI, count=9), WEATHER, GONE, grants=BOTH)
    assert lines(turn) == ["Finance", "IT · Information Technology", "For no function yet"]
    assert "• Finance (1 question, asked 9 times)" in words(turn)
    assert "• For no function yet (2 questions, asked 2 times)" in words(turn)
    (items,) = [block for block in message(turn).blocks if isinstance(block, Items)]
    assert [item.action for item in items.items] == [ShowGaps(slug="finance"), ShowGaps(slug="it"), ShowGaps(slug="")]


def test_what_is_for_no_function_yet_is_shown_to_every_owner() -> None:
    own = seen(said("gaps"), PRINTER, WEATHER)
    assert buttons(own)["1 question for no function yet"].action == ShowGaps(slug="")
    turn = seen(taps(ShowGaps(slug="")), PRINTER, WEATHER, GONE)
    assert lines(turn) == ["“quel temps demain ?”", "“où est la salle de sport ?”"]
    assert "Nothing that the functions have written comes near these." in words(turn)


def test_answers_past_their_review_are_listed_for_who_may_correct_them() -> None:
    late = tuple(replace(LAPTOP, id=f"it_{number}", review_by=date(2026, 1, 1) + timedelta(days=number)) for number in reversed(range(10)))
    today = replace(LAPTOP, id="it_today", review_by=NOON.date())
    catalogue = Catalogue(company=COMPANY, functions=(replace(IT, services=(*late, today)), FINANCE))
    turn = seen(said("gaps"), catalogue=catalogue)
    assert "To be reviewed" in words(turn)
    assert lines(turn) == ["Replace a laptop"] * 8
    assert "review due on 1 Jan 2026" in words(turn)
    (items,) = [block for block in message(turn).blocks if isinstance(block, Items)]
    assert (items.items[0].open, items.items[0].action) == ("Correct", WriteSheet(slug="it", id="it_0"))
    assert buttons(turn)["2 more to be reviewed"].action == ListContent(slug="it")
    assert "10 answers to be reviewed" in words(seen(said("gaps"), catalogue=catalogue, grants=BOTH))
    assert "To be reviewed" not in words(seen(said("gaps"), catalogue=catalogue, grants=EXPERT))


@pytest.mark.parametrize("action", [ShowGaps(), ShowGaps(slug="it"), ShowGaps(slug="")])
def test_who_answers_for_no_function_reads_nobodys_words(action: ShowGaps) -> None:
    turn = seen(taps(action), SCREEN, WEATHER, grants=frozenset())
    assert fact(turn) == Refused(act=Act.READ_GAPS, function=action.slug or None)
    assert "écran" not in words(turn)


def test_an_owner_does_not_read_another_functions_questions() -> None:
    assert fact(seen(taps(ShowGaps(slug="finance")), TAXI)) == Refused(act=Act.READ_GAPS, function="finance")
    assert fact(seen(taps(ShowGap(gap="g3")), TAXI)) == Refused(act=Act.READ_GAPS, function="finance", subject="g3")


def test_a_function_that_is_gone_is_said_to_be() -> None:
    assert "no longer in the catalogue" in words(seen(taps(ShowGaps(slug="wellness")), grants=ADMIN))


def test_a_gap_shows_its_questions_and_what_can_be_done() -> None:
    again = gap("g1", asked("écran noir"), asked("Écran noir", days=1), asked("plus d'image à l'écran", days=2), count=3)
    turn = seen(taps(ShowGap(gap="g1")), replace(again, nearest=("it_laptop", "gone", "fin_expenses")))
    text = words(turn)
    assert text.startswith("[IT · Information Technology] “écran noir”\nAsked: 3 times\nNothing found: 3")
    (examples,) = [block for block in message(turn).blocks if isinstance(block, Bullets)]
    assert examples.items == ("“écran noir” (French, 20 Nov 2026)", "“plus d'image à l'écran” (French, 18 Nov 2026)")
    (near,) = [block for block in message(turn).blocks if isinstance(block, Items)]
    assert [(item.title, item.detail, item.open, item.action) for item in near.items] == [
        ("Replace a laptop", "IT", "Add as a phrasing", AddPhrasing(gap="g1", id="it_laptop")),
        ("Expense claims", "Finance", "See", Show(id="fin_expenses")),
    ]
    assert {label: button.action for label, button in buttons(turn).items()} == {
        "Write a new answer": WriteSheet(slug="it", gap="g1"),
        "Not for us": SendGap(gap="g1"),
        "Ignore": IgnoreGap(gap="g1"),
    }


def test_one_question_is_not_repeated_below_itself() -> None:
    assert "In people's own words" not in words(seen(taps(ShowGap(gap="g2")), PRINTER))


def test_an_english_question_says_that_it_is() -> None:
    both = gap("g1", asked("écran noir"), replace(asked("black screen", days=1), language="en"))
    assert "“black screen” (English, 19 Nov 2026)" in words(seen(taps(ShowGap(gap="g1")), both))


def test_a_long_question_is_cut() -> None:
    text = words(seen(taps(ShowGap(gap="g1")), gap("g1", asked("très " * 100), asked("x", days=1))))
    assert "très très…" in text
    assert len(text) < 700


def test_what_people_say_is_wrong_stands_with_the_answer_that_they_had() -> None:
    wrong = gap(
        "g1",
        asked("portable cassé", kind="wrong", sheet="it_laptop", comment="C'est ⟨number⟩ semaines"),
        asked("pc cassé", days=1, kind="wrong", sheet="it_laptop", comment="Le lien est mort"),
        asked("kit", days=2, kind="wrong", sheet="gone", comment="Plus de kit"),
    )
    turn = seen(taps(ShowGap(gap="g1")), wrong)
    text = words(turn)
    assert "What people say is wrong or missing\n• “C'est ⟨number⟩ semaines”\n• “Le lien est mort”\nThe answer they had: Replace a laptop" in text
    assert "Your laptop is renewed every four years." in text
    assert "• “Plus de kit”\nThe answer they had is no longer in the catalogue." in text
    assert buttons(turn)["Correct this answer"].action == WriteSheet(slug="it", id="it_laptop", gap="g1")
    elsewhere = gap("g1", asked("portable cassé", kind="wrong", sheet="fin_expenses", comment="faux"))
    assert "Correct this answer" not in buttons(seen(taps(ShowGap(gap="g1")), elsewhere))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("unanswered", "Nothing found"),
        ("none_of_these", "None of those offered"),
        ("not_mine", "Not what was asked"),
        ("wrong", "Wrong or missing"),
    ],
)
def test_how_a_question_came_is_said_in_words(kind: GapKind, expected: str) -> None:
    assert f"{expected}: 1" in words(seen(taps(ShowGap(gap="g1")), gap("g1", asked("écran", kind=kind))))


def test_an_expert_reads_and_others_decide() -> None:
    turn = seen(taps(ShowGap(gap="g1")), replace(SCREEN, nearest=("it_laptop",)), grants=EXPERT)
    assert "You may read this; authors and owners decide." in words(turn)
    assert buttons(turn) == {}
    (near,) = [block for block in message(turn).blocks if isinstance(block, Items)]
    assert near.items[0].action == Show(id="it_laptop")


@pytest.mark.parametrize(("person", "opened"), [(BOB, Show(id="it_tablet")), (ALICE, ShowFunction(slug="it")), (DANA, ShowFunction(slug="it"))])
def test_what_comes_near_opens_where_its_reader_may_see_it(person: Person, opened: Action) -> None:
    turn = seen(taps(ShowGap(gap="g1")), replace(SCREEN, nearest=("it_tablet",)), grants=EXPERT, person=person)
    (near,) = [block for block in message(turn).blocks if isinstance(block, Items)]
    assert near.items[0].action == opened


def test_what_is_for_nobody_yet_is_given_to_a_function() -> None:
    turn = seen(taps(ShowGap(gap="g4")), WEATHER)
    assert words(turn).startswith("[For no function yet] “quel temps demain ?”")
    assert list(buttons(turn)) == ["Give it to a function", "Ignore"]


def test_what_was_settled_meanwhile_is_said_to_be() -> None:
    turn = seen(taps(ShowGap(gap="g1")))
    assert "This one has been settled in the meantime." in words(turn)
    assert buttons(turn)["What else waits"].action == ShowGaps()
    assert message(turn).place is Place.UPDATE
    assert message(seen(taps(ShowGap(gap="g1"), message=None))).place is Place.HERE


def test_who_sent_a_question_on_is_told_where_it_is() -> None:
    sent = gap("g1", asked("mon taxi"), function="finance", sent_by="it")
    turn = seen(taps(ShowGap(gap="g1")), sent)
    assert "This one has been sent to Finance in the meantime." in words(turn)
    assert buttons(turn)["What else waits"].action == ShowGaps(slug="it")
    assert turn.facts == ()
    for other in (replace(sent, sent_by="hr"), replace(sent, sent_by=None)):
        assert fact(seen(taps(ShowGap(gap="g1")), other)) == Refused(act=Act.READ_GAPS, function="finance", subject="g1")
