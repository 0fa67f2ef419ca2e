"""Subjects: what an event names, that has to be looked up before deciding upon it."""

from contextlib import suppress
from datetime import date

from dialogs.actions import Action
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted
from dialogs.feedback_actions import (
    AnswerItem,
    AnswerVoice,
    CloseVoice,
    NoteImprovement,
    RateTrace,
    SaySolved,
    ShowThemes,
    ShowTraces,
    WriteComment,
)


def feedback_of(event: Event) -> str | None:
    """Return the closing that an event responds to."""
    match event:
        case (
            ActionTaken(action=SaySolved(feedback=named) | RateTrace(feedback=named) | AnswerItem(feedback=named))
            | FormAsked(action=WriteComment(feedback=named))
            | FormSubmitted(action=WriteComment(feedback=named))
        ):
            return named
        case _:
            return None


def voice_of(event: Event) -> str | None:
    """Return the voice that an event answers."""
    match event:
        case (
            FormAsked(action=AnswerVoice(voice=named) | CloseVoice(voice=named))
            | FormSubmitted(action=AnswerVoice(voice=named) | CloseVoice(voice=named))
        ):
            return named
        case _:
            return None


def function_read(event: Event, command: Action | None) -> str | None:
    """Return the function whose traces are asked for, or are to be improved, by an action or a `command`; None for every one that one may read."""
    match event:
        case ActionTaken(action=action) | FormAsked(action=action) | FormSubmitted(action=action):
            asked: Action | None = action
        case _:
            asked = command
    match asked:
        case ShowTraces(slug=slug) | ShowThemes(slug=slug) | NoteImprovement(slug=slug):
            return slug
        case _:
            return None


def period_of(event: Event) -> date | None:
    """Return the first day of the period that is asked for, None for none, and for what isn't a day."""
    match event:
        case ActionTaken(action=ShowTraces(begins=str() as begins) | ShowThemes(begins=str() as begins)):
            with suppress(ValueError):
                return date.fromisoformat(begins)
            return None
        case _:
            return None
