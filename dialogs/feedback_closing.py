"""Closings: what is recorded when a closing message leaves, and when it turns out that it closed nothing."""

from datetime import datetime
from typing import Final

from dialogs.events import Event
from dialogs.facts import FeedbackAsked, FeedbackVoided
from dialogs.feedback import EXPIRES, QUESTION, Feedback, Occasion
from dialogs.feedback_row import feedback_id
from dialogs.messages import clipped
from dialogs.request import Outcome, Request
from dialogs.turn import Context

HELPED: Final = (Outcome.SOLVED, Outcome.PARTLY, Outcome.NOT_SOLVED)  # of what was nobody's, or was withdrawn, there's no help to speak of


def answered(event: Event, context: Context, *, exchange: str, function: str, sheet: str, question: str) -> FeedbackAsked:
    """Record that an answer leaves with its row: the exchange is over unless somebody goes on from it."""
    person, reference = context.person, event.reference
    return FeedbackAsked(
        feedback=Feedback(
            id=feedback_id(exchange, Occasion.ANSWER),
            exchange=exchange,
            occasion=Occasion.ANSWER,
            function=function,
            service=sheet,
            client=person.id,
            site=person.site,
            department=person.department,
            question=clipped(question, QUESTION),
            language=context.language,
            platform=reference.platform,
            channel=reference.scope.value,
            opened_at=event.at,
            asked_at=event.at,
            expires_at=event.at + EXPIRES,
        )
    )


def request_closing_id(request: Request) -> str:
    """Return the id of a request's present closing: each time that it's closed again has its own."""
    return feedback_id(request.id, Occasion.REQUEST, request.reopened)


def closed(request: Request, at: datetime) -> tuple[FeedbackAsked, ...]:
    """Record that a human's closing message leaves with its row, if they helped."""
    if request.outcome not in HELPED:
        return ()
    return (
        FeedbackAsked(
            feedback=Feedback(
                id=request_closing_id(request),
                exchange=request.exchange,
                occasion=Occasion.REQUEST,
                function=request.function,
                service=request.sheet,
                request=request.id,
                helper=request.expert.id if request.expert else None,
                client=request.client.id,
                site=request.client.site,
                department=request.client.department,
                question=clipped(request.question, QUESTION),
                language=request.language,
                channel="personal",
                opened_at=request.opened_at,
                asked_at=at,
                expires_at=at + EXPIRES,
                due_at=request.due_at,
                first_word_at=request.first_word_at,
                hops=request.hops,
                outcome=request.outcome.value,
            )
        ),
    )


def gone_on(exchange: str, client: str, at: datetime) -> FeedbackVoided:
    """Record that an exchange of a `client` (a person's id) isn't over after all: nobody is asked about a closing that closed nothing."""
    return FeedbackVoided(exchange=exchange, client=client, at=at)
