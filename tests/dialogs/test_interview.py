"""The interview: six questions, one at a time, that draft a function's profile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.actions import EditProfile, Help, Home, Interview, InterviewStep, PublishProfile, Show, WriteQuestion
from dialogs.catalog import Contact, Function, Language, Localized
from dialogs.events import Event
from dialogs.facts import Fact, ProfileDrafted, Refused
from dialogs.interview import ANSWER_LIMIT, LEFT_AFTER
from dialogs.interview_answers import Question
from dialogs.messages import Message, Place, Title
from dialogs.people import Person
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.search.match import Understood
from dialogs.turn import Context, State, Turn
from tests.company import ALICE, CATALOGUE, FINANCE, IT
from tests.conversation import CHANNEL, opens_home, said, starts, submits, taps
from tests.dialogs.told import buttons, context, found, message, words

OWNER = frozenset({Grant(role=Role.OWNER, function="finance")})
AUTHOR = frozenset({Grant(role=Role.AUTHOR, function="finance")})
ADMIN = frozenset({Grant(role=Role.ADMIN)})
START = InterviewStep(slug="finance", move="start")
ANSWERS = {
    Question.CLIENTS: "sales people and site managers",
    Question.MISSED: "nobody would be paid back in time",
    Question.DONE: "we pay back expenses",
    Question.PARTNERS: "IT, our bank",
    Question.POSTURE: "a first answer within a day",
    Question.CONTACTS: "Claire Morel, claire.morel@solane.example",
}


def entitled(
    grants: frozenset[Grant] = OWNER,
    *,
    person: Person = ALICE,
    language: Language = "en",
    understood: Understood | None = None,
    drafts: dict[str, Function] | None = None,
) -> Context:
    return replace(context(person, language=language, understood=understood), grants=grants, drafts=drafts or {})


def title(turn: Turn) -> str:
    return next(block.text for block in message(turn).blocks if isinstance(block, Title))


def step(move: str, question: Question, slug: str = "finance") -> InterviewStep:
    return InterviewStep(slug=slug, move=move, question=question.value)  # type: ignore[arg-type]


def at(question: Question, *, answering: dict[Question, str] | None = None, language: Language = "en") -> State:
    """Lead an interview of Finance to this question."""
    state = decide(None, taps(START), entitled(language=language)).state
    for each in Question:
        if each is question:
            break
        answer = (answering or {}).get(each)
        event = said(answer) if answer else taps(step("skip", each))
        state = decide(state, event, entitled(language=language)).state
    assert state is not None
    return state


def drafted(turn: Turn) -> Function:
    (fact,) = (fact for fact in turn.facts if isinstance(fact, ProfileDrafted))
    assert fact.draft is not None
    return fact.draft


# --- before it starts ----------------------------------------------------------------------------------------------------------------------------


def test_it_says_what_it_is_before_it_starts() -> None:
    turn = decide(None, said("interview"), entitled())
    assert words(turn).startswith("[Finance] For whom do you work?\nSix questions, about five minutes.")
    assert buttons(turn)["Start"].action == START
    assert (turn.state, turn.facts) == (None, ())


@pytest.mark.parametrize("order", ["interview finance", "Interview DAF", "pourquitubosses compta", "#pourquitubosses finance"])
def test_it_can_be_asked_for_by_any_name_of_the_function(order: str) -> None:
    assert "Start" in buttons(decide(None, said(order), entitled(ADMIN)))


def test_who_answers_for_several_functions_chooses_one() -> None:
    turn = decide(None, said("interview"), entitled(ADMIN))
    assert title(turn) == "Whose profile shall we write?"
    assert {label: button.action for label, button in buttons(turn).items()} == {"IT": Interview(slug="it"), "Finance": Interview(slug="finance")}


@pytest.mark.parametrize("grants", [frozenset(), frozenset({Grant(role=Role.EXPERT, function="finance")}), frozenset({Grant(role=Role.AUDITOR)})])
@pytest.mark.parametrize(("event", "slug"), [(said("interview"), None), (said("interview finance"), "finance"), (taps(START), "finance")])
def test_who_does_not_write_for_a_function_is_told_who_does(grants: frozenset[Grant], event: Event, slug: str | None) -> None:
    turn = decide(None, event, entitled(grants))
    assert "You can't draft this profile" in words(turn)
    assert turn.facts == (Refused(act=Act.DRAFT_PROFILE, function=slug, subject=slug),)


@pytest.mark.parametrize("action", [Interview(slug="gone"), InterviewStep(slug="gone", move="start")])
def test_a_function_that_is_gone_has_no_interview(action: Interview | InterviewStep) -> None:
    assert "This is no longer in the catalogue." in words(decide(None, taps(action), entitled(ADMIN)))


def test_offering_an_interview_ends_nothing() -> None:
    state = State(dialog="ask", version=2, kept={})
    assert decide(state, said("interview"), entitled()).state == state


@pytest.mark.parametrize("event", [said("interview", where=CHANNEL), taps(Interview(slug="finance"), where=CHANNEL), taps(START, where=CHANNEL)])
def test_in_a_channel_it_is_offered_in_private_and_does_not_start(event: Event) -> None:
    turn = decide(None, event, entitled())
    assert message(turn).place is Place.PRIVATE
    assert "Start" in buttons(turn)
    assert turn.state is None


def test_a_draft_that_is_there_is_shown_first_with_all_that_can_be_done() -> None:
    draft = replace(FINANCE, posture=Localized(en="We answer within a day."))
    turn = decide(None, said("interview"), entitled(drafts={"finance": draft}))
    assert "We answer within a day." in words(turn)
    assert list(buttons(turn)) == ["Complete", "Publish", "Answer again"]
    assert buttons(turn)["Answer again"].action == START


# --- one question after the other ----------------------------------------------------------------------------------------------------------------


def test_six_questions_each_with_its_number_why_and_an_example() -> None:
    turn = decide(None, taps(START), entitled())
    assert message(turn).place is Place.UPDATE
    asked = []
    for question in Question:
        asked.append(title(turn))
        assert "For example: " in words(turn)
        assert turn.state is not None
        turn = decide(turn.state, said(ANSWERS[question]), entitled())
    assert asked == [
        "1/6 · For whom do we work?",
        "2/6 · What would they miss without us?",
        "3/6 · What do we do for them?",
        "4/6 · With whom do we do it?",
        "5/6 · What do we promise?",
        "6/6 · How can they reach us?",
    ]
    assert words(turn).startswith("Thank you. This is what your answers make.")
    assert turn.state is None


def test_the_answers_become_a_draft_and_nothing_is_public() -> None:
    state = at(Question.CONTACTS, answering=ANSWERS)
    turn = decide(state, said(ANSWERS[Question.CONTACTS]), entitled())
    draft = drafted(turn)
    assert turn.facts == (ProfileDrafted(function="finance", draft=draft),)
    assert draft.purpose == Localized(
        en="We work for sales people and site managers. We pay back expenses. Without us: nobody would be paid back in time."
    )
    assert draft.clients == (Localized(en="Sales people"), Localized(en="Site managers"))
    assert draft.partners == ("it", Localized(en="Our bank"))
    assert draft.contacts == (Contact(name="Claire Morel", email="claire.morel@solane.example"),)
    assert "A draft: nobody else reads it before it's published." in words(turn)


@pytest.mark.parametrize("question", Question)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_question_says_what_is_written_so_far(question: Question, language: Language) -> None:
    state = decide(None, taps(InterviewStep(slug="it", move="start")), entitled(ADMIN, language=language)).state
    turn = None
    for each in Question:
        turn = decide(state, taps(step("skip", each, "it")) if each is not question else said(" "), entitled(ADMIN, language=language))
        if each is question:
            break
        state = turn.state
    assert turn is not None
    expected = {
        Question.CLIENTS: {"fr": "Tous les salariés", "en": "All employees"},
        Question.MISSED: {"fr": "Donner à chacun", "en": "To give everybody"},
        Question.DONE: {"fr": "Donner à chacun", "en": "To give everybody"},
        Question.PARTNERS: {"fr": "DAF, nos opérateurs", "en": "Finance, our carriers"},
        Question.POSTURE: {"fr": "Nous rappelons toujours.", "en": "We always call back."},
        Question.CONTACTS: {"fr": "Malik Benali (malik.benali@", "en": "Malik Benali (malik.benali@"},
    }
    assert expected[question][language] in words(turn)


def test_an_interview_in_french_fills_the_french_fields_whatever_language_the_tool_speaks() -> None:
    french = Understood(question="", language="fr")
    state = at(Question.CLIENTS)
    turn = decide(state, said("tous les commerciaux de la maison"), entitled(language="fr", understood=french))
    short = decide(turn.state, taps(step("skip", Question.MISSED)), entitled(language="fr"))
    short = decide(short.state, taps(step("skip", Question.DONE)), entitled(language="fr"))
    short = decide(short.state, said("DSI"), entitled(language="en", understood=Understood(question="DSI")))
    assert message(short).language == "fr"  # three letters tell no language: one goes on in that of the answers before
    assert drafted(decide(short.state, said("stop"), entitled(language="fr"))).clients == (Localized(fr="Tous les commerciaux de la maison"),)


def test_who_has_chosen_a_language_is_asked_in_it_and_understood_in_both() -> None:
    anglophone = replace(ALICE, language="en")
    turn = decide(at(Question.CLIENTS), said("les chefs de site"), entitled(person=anglophone, understood=Understood(question="", language="fr")))
    assert message(turn).language == "en"
    assert drafted(decide(turn.state, said("stop"), entitled(person=anglophone))).clients == (Localized(fr="Les chefs de site"),)


@pytest.mark.parametrize("typed", ["skip", "Passer.", "je passe", "NEXT"])
def test_a_question_can_be_left_out_by_a_tap_or_a_word(typed: str) -> None:
    tapped = decide(at(Question.MISSED), taps(step("skip", Question.MISSED)), entitled())
    assert title(tapped).startswith("3/6")
    assert message(tapped).place is Place.UPDATE
    by_word = decide(at(Question.MISSED), said(typed), entitled())
    assert title(by_word).startswith("3/6")
    assert message(by_word).place is Place.HERE


def test_back_shows_what_was_said_which_skip_then_keeps() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    back = decide(state, taps(step("back", Question.MISSED)), entitled())
    assert title(back).startswith("1/6")
    assert "You said: “sales people and site managers” Skip to keep it." in words(back)
    assert "Back" not in buttons(back)
    kept = decide(back.state, said("skip"), entitled())
    assert drafted(decide(kept.state, said("stop"), entitled())).clients[0] == Localized(en="Sales people")
    again = decide(back.state, said("the plants"), entitled())
    assert drafted(decide(again.state, said("arrêter"), entitled())).clients == (Localized(en="The plants"),)


def test_before_the_first_question_there_is_none_to_go_back_to() -> None:
    assert title(decide(at(Question.CLIENTS), said("retour"), entitled())).startswith("1/6")


def test_stop_keeps_what_was_said() -> None:
    state = at(Question.POSTURE, answering=ANSWERS)
    turn = decide(state, taps(step("stop", Question.POSTURE)), entitled())
    assert drafted(turn).partners == ("it", Localized(en="Our bank"))
    assert drafted(turn).posture is None
    assert turn.state is None


def test_without_a_word_said_nothing_changes() -> None:
    turn = decide(at(Question.CONTACTS), said("skip"), entitled())
    assert words(turn).startswith("Nothing was said, so nothing changes.")
    assert (turn.facts, turn.state) == ((), None)


def test_another_interview_adds_to_the_draft_of_the_first() -> None:
    first = drafted(decide(at(Question.DONE, answering=ANSWERS), said("stop"), entitled()))
    later = entitled(drafts={"finance": first})
    state = decide(None, taps(START), later).state
    for question in list(Question)[:4]:
        state = decide(state, taps(step("skip", question)), later).state
    turn = decide(decide(state, said("we call back"), later).state, said("stop"), later)
    assert drafted(turn).clients == first.clients
    assert drafted(turn).purpose == first.purpose
    assert drafted(turn).posture == Localized(en="We call back.")


# --- what isn't an answer ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        said("help"),
        said("home"),
        said("interview it"),
        said("my laptop died", private=True),
        taps(Home()),
        taps(Help()),
        taps(Show(id="it_laptop")),
        taps(PublishProfile(slug="finance", base="x")),
        submits(WriteQuestion(), {"question": "laptop"}),
        submits(EditProfile(slug="finance"), {"posture_en": "We call back."}),
        opens_home(),
        starts(),
    ],
)
def test_commands_taps_and_forms_in_between_do_not_lose_it(event: Event) -> None:
    state = at(Question.PARTNERS, answering=ANSWERS)
    assert decide(state, event, entitled(understood=found("sure", "it_laptop"))).state == state


def test_the_command_in_between_shows_the_question_that_waits() -> None:
    state = at(Question.PARTNERS, answering=ANSWERS)
    for order in ("interview", "interview finance"):
        assert title(decide(state, said(order), entitled(ADMIN))).startswith("4/6")


@pytest.mark.parametrize("action", [START, step("skip", Question.CLIENTS), step("stop", Question.MISSED)])
def test_a_button_further_up_moves_nothing_and_shows_where_we_are(action: InterviewStep) -> None:
    turn = decide(at(Question.PARTNERS, answering=ANSWERS), taps(action), entitled())
    assert title(turn).startswith("4/6")
    assert message(turn).place is Place.HERE
    assert turn.facts == ()


def test_a_button_of_an_interview_that_is_over_says_so() -> None:
    turn = decide(None, taps(step("skip", Question.MISSED)), entitled())
    assert words(turn).startswith("This interview is over.")
    assert buttons(turn)["The six questions"].action == Interview(slug="finance")


def test_another_functions_interview_ends_this_one_and_keeps_what_was_said() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    assert decide(state, taps(Interview(slug="it")), entitled(ADMIN)).state == state
    turn = decide(state, taps(InterviewStep(slug="it", move="start")), entitled(ADMIN))
    assert title(turn).startswith("1/6")
    assert drafted(turn).slug == "finance"
    assert turn.state is not None
    assert turn.state.kept["function"] == "it"


def test_an_empty_message_asks_again() -> None:
    turn = decide(at(Question.MISSED), said(" \x00 "), entitled())
    assert words(turn).startswith("Your message reached me without words.")
    assert title(turn).startswith("2/6")


def test_an_answer_too_long_for_a_card_is_asked_for_again() -> None:
    turn = decide(at(Question.MISSED), said("x" * (ANSWER_LIMIT + 1)), entitled())
    assert "This has 901 characters, and 900 fit. Could you say it shorter?" in words(turn)
    assert title(turn).startswith("2/6")
    assert title(decide(at(Question.MISSED), said("x" * ANSWER_LIMIT), entitled())).startswith("3/6")


def test_after_an_hour_what_is_written_is_a_question_and_what_was_said_is_kept() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    question = said("my laptop died")
    understood = found("sure", "it_laptop")
    in_time = decide(state, replace(question, at=question.at + LEFT_AFTER), entitled(understood=understood))
    assert title(in_time).startswith("3/6")
    late = decide(state, replace(question, at=question.at + LEFT_AFTER + timedelta(seconds=1)), entitled(understood=understood))
    note, answer = late.replies
    assert isinstance(note, Message)
    assert isinstance(answer, Message)
    assert "We left the interview (Finance) a while ago, so I take this as a question. What you said is kept in the draft." in str(note)
    assert "Replace a laptop" in str(answer)
    assert drafted(late).clients[0] == Localized(en="Sales people")
    assert late.state is None or late.state.dialog != state.dialog


def test_an_interview_left_before_its_first_answer_leaves_nothing() -> None:
    event = said("my laptop died")
    late = decide(at(Question.MISSED), replace(event, at=event.at + timedelta(days=1)), entitled(understood=found("sure", "it_laptop")))
    assert "Nothing of it is kept." in str(late.replies[0])
    assert not any(isinstance(fact, ProfileDrafted) for fact in late.facts)


def test_what_somebody_said_who_may_write_there_no_more_is_not_kept() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    event = said("my laptop died")
    late = decide(state, replace(event, at=event.at + timedelta(days=1)), entitled(frozenset(), understood=found("sure", "it_laptop")))
    assert "Nothing of it is kept." in str(late.replies[0])
    only_it = frozenset({Grant(role=Role.OWNER, function="it")})
    for turn in (late, decide(state, taps(InterviewStep(slug="it", move="start")), entitled(only_it))):
        assert not any(isinstance(fact, ProfileDrafted) for fact in turn.facts)


def test_one_may_come_back_to_an_interview_after_hours() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    order, answer = said("interview"), said("everything stops")
    later = order.at + timedelta(hours=5)
    back = decide(state, replace(order, at=later), entitled())
    assert title(back).startswith("2/6")
    assert title(decide(back.state, replace(answer, at=later + timedelta(minutes=5)), entitled())).startswith("3/6")


def test_left_and_its_function_gone_the_question_is_just_answered() -> None:
    event = said("my laptop died")
    only_it = replace(CATALOGUE, functions=(IT,))
    late = replace(entitled(understood=found("sure", "it_laptop")), catalogue=only_it)
    turn = decide(at(Question.MISSED, answering=ANSWERS), replace(event, at=event.at + timedelta(days=1)), late)
    assert len(turn.replies) == 1
    assert "Replace a laptop" in words(turn)


# --- what changes meanwhile ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [{"function": "finance"}, {"step": 3}, {"function": "gone"}])
def test_an_interview_that_another_version_began_starts_again_politely(kept: dict[str, object]) -> None:
    turn = decide(State(dialog="interview", version=0, kept=kept), said("the plants"), entitled())
    assert words(turn).startswith("I was updated since we began")
    expected = START if kept.get("function") == "finance" else Interview()
    assert buttons(turn)["Start"].action == expected
    assert turn.state is None
    unreadable = State(dialog="interview", version=1, kept=kept)
    assert "Start" in buttons(decide(unreadable, said("the plants"), entitled()))


def test_who_may_not_write_any_more_is_told_so() -> None:
    turn = decide(at(Question.MISSED), said("everything stops"), entitled(frozenset()))
    facts: tuple[Fact, ...] = (Refused(act=Act.DRAFT_PROFILE, function="finance", subject="finance"),)
    assert (turn.facts, turn.state) == (facts, None)


def test_a_function_that_goes_meanwhile_ends_its_interview() -> None:
    state = at(Question.MISSED, answering=ANSWERS)
    gone = replace(entitled(ADMIN), catalogue=replace(CATALOGUE, functions=(IT,)))
    assert "no longer in the catalogue" in words(decide(state, said("everything stops"), gone))
    other = decide(state, taps(InterviewStep(slug="it", move="start")), gone)
    assert other.facts == ()
