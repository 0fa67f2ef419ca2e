"""A closing in a test's words: the bot answered alice's question about her laptop, or Malik of IT closed her request; and she responds."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dialogs.actions import Action
from dialogs.catalog import Language
from dialogs.events import Reference
from dialogs.facts import FeedbackGiven
from dialogs.feedback import EXPIRES, Feedback, Given, Occasion
from dialogs.feedback_closing import request_closing_id
from dialogs.feedback_row import feedback_id
from dialogs.messages import Block, Buttons, Message, Rating
from dialogs.people import Person
from dialogs.request import Outcome, Request, RequestStatus
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import ALICE, NOON
from tests.conversation import DIRECT, taps
from tests.dialogs.experts import MALIKS, asked
from tests.dialogs.told import context

ASKED = NOON - timedelta(hours=1)
CLOSED = asked(status=RequestStatus.CLOSED, expert=MALIKS, claimed_at=ASKED, closed_at=ASKED, outcome=Outcome.SOLVED)


def answered(**changes: Any) -> Feedback:
    """The closing of an answer, an hour ago."""
    first = Feedback(
        id=feedback_id("e1", Occasion.ANSWER),
        exchange="e1",
        occasion=Occasion.ANSWER,
        function="it",
        service="it_laptop",
        client="alice",
        question="my laptop died",
        language="en",
        platform="slack",
        channel="personal",
        opened_at=ASKED,
        asked_at=ASKED,
        expires_at=ASKED + EXPIRES,
    )
    return replace(first, **changes)


def helped(request: Request = CLOSED, **changes: Any) -> Feedback:
    """The closing of a request, an hour ago."""
    first = answered(
        id=request_closing_id(request),
        occasion=Occasion.REQUEST,
        request="r1",
        helper="malik",
        service=None,
        question=request.question,
        platform=None,
    )
    return replace(first, **changes)


def asking(
    feedback: Feedback | None,
    *requests: Request,
    person: Person = ALICE,
    language: Language = "en",
    recommended_at: datetime | None = None,
) -> Context:
    """What a decision about a response looks at."""
    return replace(context(person, language=language), feedback=feedback, requests=requests, recommended_at=recommended_at)


def responds(
    action: Action,
    feedback: Feedback | None,
    *requests: Request,
    where: Reference = DIRECT,
    at: datetime = NOON,
    message: str | None = "m1",
    person: Person = ALICE,
) -> Turn:
    """What comes of a tap on a closing's row, or on a step of the response."""
    return decide(None, replace(taps(action, where=where, message=message), at=at), asking(feedback, *requests, person=person))


def given(turn: Turn) -> Given:
    """What a turn keeps of a response."""
    (fact,) = turn.facts
    assert isinstance(fact, FeedbackGiven)
    return fact.given


def scale(turn: Turn) -> Rating | None:
    """The scale that a turn shows, None for none."""
    (reply,) = turn.replies
    assert isinstance(reply, Message)
    return next((block for block in reply.blocks if isinstance(block, Rating)), None)


def labels(blocks: tuple[Block, ...]) -> list[str]:
    """What is written on the buttons beside the scales, in reading order."""
    return [button.label for block in blocks if isinstance(block, Buttons) for button in block.buttons]
