"""Every closing message carries the one-tap row, and says when it leaves who helped, with what, where."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.actions import NoneOfThese, NotMine, ReportWrong, Show, ShowFunction
from dialogs.catalog import LANGUAGES, Language
from dialogs.events import Event, MessageReceived, Reference, Scope
from dialogs.facts import Chosen, FeedbackAsked, FeedbackVoided
from dialogs.feedback import EXPIRES, QUESTION, Feedback, Occasion
from dialogs.feedback_actions import SaySolved
from dialogs.feedback_row import about, feedback_id, solved_row
from dialogs.messages import Buttons, Note, Text
from dialogs.people import Person
from dialogs.request import Outcome, RequestStatus
from dialogs.request_actions import AskHuman, CloseRequest, ReopenRequest, WithdrawRequest
from dialogs.router import decide
from dialogs.search.match import Detail
from dialogs.turn import Context, Turn, exchange_id
from tests.company import ALICE, DANA, NOON
from tests.conversation import CHANNEL, DIRECT, TEAMS_DIRECT, said, submits, taps
from tests.dialogs.alice_asked import about as about_requests
from tests.dialogs.alice_asked import asked
from tests.dialogs.experts import MALIKS, filled, read, tapped, to_client
from tests.dialogs.experts import asked as to_experts
from tests.dialogs.responses import answered, labels
from tests.dialogs.told import TEXTS, buttons, context, found, message, profile_of, words

GROUP = Reference(platform="teams", tenant="tenant-1", conversation="19:group", scope=Scope.GROUP, service_url="http://127.0.0.1/")
ROW = ["Yes", "Partly", "No"]
CLOSE = CloseRequest(request="r1")


def asked_about(turn: Turn) -> Feedback:
    """What a turn asks about."""
    (fact,) = (fact for fact in turn.facts if isinstance(fact, FeedbackAsked))
    assert fact.prompt
    return fact.feedback


def is_asked(turn: Turn) -> bool:
    return any(isinstance(fact, FeedbackAsked) for fact in turn.facts)


def answers(event: MessageReceived, *, detail: Detail | None = None, sheet: str = "it_laptop", at: Context | None = None) -> Turn:
    understood = replace(found("sure", sheet, question=event.text), detail=detail)
    return decide(None, event, replace(at or context(language="en"), understood=understood))


def row(turn: Turn) -> list[str]:
    """The row of a card, between its main buttons and the quiet ones."""
    rows = [block for block in message(turn).blocks if isinstance(block, Buttons)]
    (place,) = [number for number, each in enumerate(rows) if labels((each,)) == ROW]
    assert not rows[place].quiet
    assert all(each.quiet for each in rows[place + 1 :])
    assert not any(each.quiet for each in rows[:place])
    blocks = message(turn).blocks
    assert blocks[blocks.index(rows[place]) - 1] == Note(text="Is it solved?")
    return labels((rows[place],))


# --- answers -------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [DIRECT, CHANNEL, GROUP, TEAMS_DIRECT])
@pytest.mark.parametrize("sheet", ["it_laptop", "it_password", "fin_expenses", "fin_closing"])
@pytest.mark.parametrize("person", [ALICE, DANA])
@pytest.mark.parametrize("detail", [None, *Detail])
def test_every_answer_carries_the_row_and_never_ten_buttons(where: Reference, sheet: str, person: Person, detail: Detail | None) -> None:
    first = answers(said("my laptop died", where=where), detail=detail, sheet=sheet, at=context(person, language="en"))
    assert row(first) == ROW
    assert len(labels(message(first).blocks)) < 10
    more = replace(found("sure", sheet, question="how?"), detail=detail, follows=True)
    second = decide(first.state, said("how?", where=where), context(person, language="en", understood=more))
    assert row(second) == ROW
    assert len(labels(message(second).blocks)) < 10
    for opened in (Show(id=sheet), Show(id=sheet, exchange="e1")):
        shown = decide(first.state, taps(opened, where=where), context(person, language="en"))
        assert row(shown) == ROW
        assert len(labels(message(shown).blocks)) < 10


@pytest.mark.parametrize("where", [DIRECT, CHANNEL, TEAMS_DIRECT])
def test_an_answer_that_leaves_says_what_it_is_about(where: Reference) -> None:
    event = said("my laptop died", where=where)
    turn = answers(event)
    assert asked_about(turn) == Feedback(
        id=feedback_id(exchange_id(event), Occasion.ANSWER),
        exchange=exchange_id(event),
        occasion=Occasion.ANSWER,
        function="it",
        service="it_laptop",
        client="alice",
        site="Lyon",
        department="Ventes",
        question="my laptop died",
        language="en",
        platform=where.platform,
        channel=where.scope.value,
        opened_at=NOON,
        asked_at=NOON,
        expires_at=NOON + EXPIRES,
    )
    assert [button.action for label, button in buttons(turn).items() if label in ROW] == [
        SaySolved(feedback=asked_about(turn).id, solved="yes"),
        SaySolved(feedback=asked_about(turn).id, solved="partly"),
        SaySolved(feedback=asked_about(turn).id, solved="no"),
    ]


def test_a_question_is_kept_short() -> None:
    assert len(asked_about(answers(said("laptop " * 200))).question) == QUESTION


def test_a_chosen_answer_closes_the_exchange_of_the_choice() -> None:
    event = said("pc")
    offered = decide(None, event, context(language="en", understood=found("likely", "it_laptop", "it_password", question="my pc")))
    assert not is_asked(offered)
    turn = decide(offered.state, taps(Show(id="it_password", exchange=exchange_id(event))), context(language="en"))
    assert turn.facts[0] == Chosen(exchange=exchange_id(event), id="it_password")
    closing = asked_about(turn)
    assert (closing.exchange, closing.service, closing.question) == (exchange_id(event), "it_password", "my pc")
    assert closing.id == feedback_id(exchange_id(event), Occasion.ANSWER)


def test_an_answer_opened_from_a_list_is_an_exchange_too() -> None:
    event = taps(Show(id="it_password"))
    closing = asked_about(decide(None, event, context(language="en")))
    assert (closing.exchange, closing.question) == (exchange_id(event), "How do I change my password?")


def test_what_closes_nothing_carries_no_row() -> None:
    events: list[tuple[Event, Context]] = [
        (said("gold?"), context(language="en", understood=found("none", "it_laptop"))),
        (said("pc"), context(language="en", understood=found("likely", "it_laptop"))),
        (said("what is it for?"), context(language="en", understood=profile_of("it"))),
        (taps(ShowFunction(slug="it")), context(language="en")),
        (taps(NoneOfThese(exchange="e1", question="pc")), context(language="en")),
    ]
    for event, at in events:
        turn = decide(None, event, at)
        assert not set(ROW).intersection(labels(message(turn).blocks))
        assert not is_asked(turn)


def test_an_answer_that_was_not_the_one_ends_nothing() -> None:
    turn = decide(None, taps(NotMine(id="it_laptop", exchange="e1")), context(language="en"))
    assert not set(ROW).intersection(labels(message(turn).blocks))
    assert turn.facts[1:] == (FeedbackVoided(exchange="e1", client=ALICE.id, at=NOON),)
    assert FeedbackVoided(exchange="e1", client=ALICE.id, at=NOON) in decide(None, taps(NotMine(id="gone", exchange="e1")), context()).facts


def test_an_answer_that_is_wrong_is_still_one() -> None:
    turn = decide(None, submits(ReportWrong(id="it_laptop", exchange="e1"), {"comment": "two weeks"}), context(language="en"))
    assert labels(message(turn).blocks) == ["Make the request", *ROW, "Ask a human"]
    assert buttons(turn)["No"].action == SaySolved(feedback=feedback_id("e1", Occasion.ANSWER), solved="no")


# --- humans --------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["solved", "partly", "not_solved"])
def test_a_human_who_closes_leaves_the_row_and_who_helped(outcome: str) -> None:
    hour = NOON - timedelta(hours=1)
    request = to_experts(status=RequestStatus.CLAIMED, expert=MALIKS, claimed_at=NOON, sheet="it_laptop", hops=2, first_word_at=hour)
    turn = filled(CLOSE, {"outcome": outcome}, request)
    (told,) = to_client(turn)
    assert labels(told.message.blocks) == [*ROW, "It isn't over"]
    assert asked_about(turn) == Feedback(
        id=feedback_id("r1", Occasion.REQUEST),
        exchange="e1",
        occasion=Occasion.REQUEST,
        request="r1",
        function="it",
        service="it_laptop",
        helper="malik",
        client="alice",
        site="Lyon",
        department="Ventes",
        question="Who has my cable?",
        language="en",
        channel="personal",
        opened_at=request.opened_at,
        asked_at=NOON,
        expires_at=NOON + EXPIRES,
        due_at=request.due_at,
        first_word_at=hour,
        hops=2,
        outcome=outcome,
    )


def test_each_closing_of_a_request_is_one_of_its_own() -> None:
    first, again = (asked_about(filled(CLOSE, {"outcome": "solved"}, to_experts(reopened=times))) for times in (0, 1))
    assert first.id != again.id
    assert again.id == feedback_id("r1", Occasion.REQUEST, 1)


def test_where_nobody_helped_nothing_is_asked() -> None:
    turn = filled(CLOSE, {"outcome": "not_ours"}, to_experts())
    (told,) = to_client(turn)
    assert "Is it solved?" not in read(told)
    assert not is_asked(turn)
    assert not is_asked(decide(None, taps(WithdrawRequest(request="r1")), about_requests(asked())))


def test_what_is_reopened_is_not_asked_about() -> None:
    shut = asked(status=RequestStatus.CLOSED, closed_at=NOON, outcome=Outcome.SOLVED)
    by_client = decide(None, taps(ReopenRequest(request="r1")), about_requests(shut))
    by_expert = tapped(ReopenRequest(request="r1"), to_experts(status=RequestStatus.CLOSED, closed_at=NOON, outcome=Outcome.SOLVED))
    for turn in (by_client, by_expert):
        assert FeedbackVoided(exchange="e1", client=ALICE.id, at=NOON) in turn.facts, "whoever reopens it, it's the client's"


def test_an_answer_from_which_a_human_is_asked_was_not_the_end() -> None:
    values = {"question": "Who has my cable?", "way": "named"}
    event = submits(AskHuman(question="?", slug="it", exchange="e1"), values)
    assert FeedbackVoided(exchange="e1", client=ALICE.id, at=NOON) in decide(None, event, about_requests()).facts
    theirs = replace(about_requests(), shown=None)
    assert not any(isinstance(fact, FeedbackVoided) for fact in decide(None, event, theirs).facts), "somebody else's exchange goes on for them alone"
    anew = decide(None, submits(AskHuman(question="?", slug="it"), values), about_requests())
    assert not any(isinstance(fact, FeedbackVoided) for fact in anew.facts)


# --- its words -----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_row_stands_on_a_message_of_its_own_too(language: Language) -> None:
    blocks = solved_row(TEXTS[language], "f1", "prompt")
    (only,) = [block for block in blocks if isinstance(block, Buttons)]
    assert [button.action for button in only.buttons if not hasattr(button, "url")] == [
        SaySolved(feedback="f1", solved=solved, on="prompt") for solved in ("yes", "partly", "no")
    ]


def test_what_is_asked_about_is_said_in_ones_own_words() -> None:
    t = TEXTS["en"]
    assert about(t, answered(question="my\n laptop  died")) == Text(text="About your question “my laptop died”", strong=True)
    assert len(about(t, answered(question="laptop " * 40)).text) < 130
    assert about(t, answered(question=" ")) == Text(text="About the help that you had on 20 Nov 2026", strong=True)


def test_one_closing_is_not_another() -> None:
    ids = {feedback_id(cause, occasion, n) for cause in ("a", "b") for occasion in Occasion for n in (0, 1)}
    assert len(ids) == 16
    assert feedback_id("a", Occasion.ANSWER) == feedback_id("a", Occasion.ANSWER)
    assert words(answers(said("my laptop died"))).count("Is it solved?") == 1
