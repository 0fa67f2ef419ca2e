"""Every card of a response and of a pause, in French and in English, to one person and from a channel, is one that Slack and Teams take, uncut."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.catalog import Language
from dialogs.events import Event, Reference
from dialogs.feedback import QUESTION, Feedback, Item, Occasion, Pause
from dialogs.feedback_actions import AnswerItem, ChoosePause, On, PausePrompts, RateTrace, SayExpected, SaySolved, WriteComment
from dialogs.feedback_comment import LIMIT
from dialogs.messages import Button, Buttons, Message, Rating, Reply
from dialogs.router import decide
from dialogs.turn import Context
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, asks_form, submits, taps
from tests.dialogs.alice_asked import about, asked
from tests.dialogs.experts import word
from tests.dialogs.responses import ASKED, CLOSED, answered, asking, helped
from tests.dialogs.told import context
from tests.stories.shown_whole import problems

LONG = ("Bonjour, où en est le remplacement du câble réseau de la salle de réunion ? " * 60)[:3000]
SAID = replace(CLOSED, question=LONG[:2000], words=(replace(word("expert", LONG), at=ASKED),))
ANSWER = answered(question=LONG[:QUESTION])
CLOSINGS = (
    ANSWER,
    replace(ANSWER, service="it_password"),
    replace(ANSWER, service="gone", function="gone"),
    helped(SAID),
    replace(ANSWER, occasion=Occasion.OUTSIDE, question="", service=None),
)
REFUSED = (
    replace(ANSWER, client="bob"),
    replace(ANSWER, expires_at=ASKED),
    replace(ANSWER, client=None, function="gone"),
)


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    """The language of the replies."""
    return "fr" if request.param == "fr" else "en"


@pytest.fixture(params=[DIRECT, CHANNEL], ids=["private", "channel"])
def where(request: pytest.FixtureRequest) -> Reference:
    """From one's own conversation, or from a channel."""
    return DIRECT if request.param is DIRECT else CHANNEL


def replies(at: Context, events: list[Event]) -> list[tuple[Event, Reply]]:
    return [(event, reply) for event in events for reply in decide(None, event, at).replies]


@pytest.mark.parametrize("on", ["card", "prompt"])
@pytest.mark.parametrize("closing", CLOSINGS, ids=lambda one: f"{one.occasion}-{one.service}")
def test_every_step(language: Language, where: Reference, closing: Feedback, on: On) -> None:
    events: list[Event] = [taps(SaySolved(feedback=closing.id, solved=solved, on=on), where=where) for solved in ("yes", "partly", "no")]
    events += [
        taps(AnswerItem(feedback=closing.id, item=item, value=value, on=on), where=where) for item, value in (("reason", "tone"), ("no", "such"))
    ]
    assert problems(replies(asking(closing, SAID, language=language), events)) == []


def test_every_question_more(language: Language) -> None:
    seen: set[str] = set()
    for number in range(60):  # each is drawn among so many
        closing = replace(CLOSINGS[3 * (number % 2)], id=f"f{number}", solved="no")
        turn = decide(None, event := taps(RateTrace(feedback=closing.id, trace="5" if number % 3 else "1")), asking(closing, SAID, language=language))
        (reply,) = turn.replies
        assert isinstance(reply, Message)
        buttons = [button for block in reply.blocks if isinstance(block, Buttons | Rating) for button in block.buttons if isinstance(button, Button)]
        drawn = {button.action.item for button in buttons if isinstance(button.action, AnswerItem)}
        if not drawn <= seen:
            assert problems([(event, reply)]) == []
        seen |= drawn
    assert seen == set(Item)


@pytest.mark.parametrize("closing", [None, *REFUSED], ids=str)
def test_every_refusal(language: Language, where: Reference, closing: Feedback | None) -> None:
    comment = WriteComment(feedback="f")
    events: list[Event] = [taps(SaySolved(feedback="f", solved="yes"), where=where), asks_form(comment, where=where)]
    events += [submits(comment, {"comment": LONG, "way": "attached"}, where=where)]
    assert problems(replies(asking(closing, language=language), events)) == []


@pytest.mark.parametrize("closing", CLOSINGS, ids=lambda one: f"{one.occasion}-{one.service}")
def test_every_comment(language: Language, where: Reference, closing: Feedback) -> None:
    for trace in (None, 2, 5):
        rated = replace(closing, trace=trace, comment=LONG[:LIMIT])
        comment = WriteComment(feedback=closing.id)
        events: list[Event] = [asks_form(comment, where=where)]
        events += [submits(comment, {"comment": text, "way": "attached"}, where=where) for text in ("", "x", LONG, "x" * 100_000)]
        events += [submits(comment, {"comment": "x", "way": "attached", "shared": shared}, where=where) for shared in ("no", "unnamed", "named")]
        events += [submits(comment, {"comment": LONG}, where=where)]
        assert problems(replies(asking(rated, SAID, language=language), events)) == []


def test_every_pause(language: Language, where: Reference) -> None:
    events: list[Event] = [taps(ChoosePause(slug=slug), where=where) for slug in (None, "it", "gone")]
    events += [
        taps(PausePrompts(length=length, slug=slug), where=where)
        for length in ("two_weeks", "three_months", "for_good", "over")
        for slug in (None, "it", "gone")
    ]
    for pauses in ((), (Pause(function=None, until=None), *(Pause(function=f"f{n}", until=NOON + timedelta(days=n)) for n in range(12)))):
        assert problems(replies(replace(context(language=language), pauses=pauses), events)) == []


def test_what_is_expected(language: Language, where: Reference) -> None:
    events: list[Event] = [taps(SayExpected(request="r1", value="3"), where=where)]
    for request in (asked(question=LONG[:2000]), asked(first_word_at=NOON), replace(SAID), asked(function="gone")):
        assert problems(replies(about(request, language=language), events)) == []
    assert problems(replies(about(language=language), events)) == []
