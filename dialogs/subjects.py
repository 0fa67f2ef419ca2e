"""Subjects: what an event names, that has to be looked up before deciding upon it."""

from contextlib import suppress
from datetime import date

from dialogs.actions import Action
from dialogs.campaign_actions import (
    AnswerStep,
    DropStep,
    ListCampaigns,
    PreviewStep,
    RecallStep,
    ReplyStep,
    ShowCampaign,
    ShowPlan,
    SteerCampaign,
    TakeStep,
    WriteCampaign,
    WriteStep,
)
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


def step_of(event: Event) -> tuple[str, str] | None:
    """Return the campaign and the step whose message an event goes on from."""
    match event:
        case (
            ActionTaken(action=AnswerStep(campaign=campaign, step=step) | TakeStep(campaign=campaign, step=step))
            | FormAsked(action=RecallStep(campaign=campaign, step=step) | ReplyStep(campaign=campaign, step=step))
            | FormSubmitted(action=RecallStep(campaign=campaign, step=step) | ReplyStep(campaign=campaign, step=step))
        ):
            return campaign, step
        case _:
            return None


def campaign_of(event: Event, command: Action | None) -> tuple[str | None, str | None]:
    """Return the campaign that an event (or a `command`) names, and the function of which it wants all campaigns; None for what isn't named."""
    match event:
        case ActionTaken(action=action) | FormAsked(action=action) | FormSubmitted(action=action):
            asked: Action | None = action
        case _:
            asked = command
    match asked:
        case ShowCampaign(name=name) | PreviewStep(name=name) | WriteStep(name=name) | DropStep(name=name) | SteerCampaign(name=name):
            return name, None
        case WriteCampaign(slug=slug, name=named):
            return named, slug
        case ListCampaigns(slug=wanted) | ShowPlan(slug=wanted):
            return None, wanted
        case _:
            return None, None
