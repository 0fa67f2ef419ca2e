"""What has to be gathered before deciding upon an event, besides the person and the catalogue that answers."""

from dataclasses import dataclass
from typing import Final, assert_never

from dialogs.actions import (
    Action,
    AddPhrasing,
    EditProfile,
    ForMe,
    Help,
    Home,
    IgnoreGap,
    Interview,
    InterviewStep,
    ListContent,
    ListFunctions,
    ListServices,
    NoneOfThese,
    NotMine,
    Preferences,
    PublishProfile,
    RemoveSheet,
    ReportWrong,
    SendGap,
    SetLanguage,
    Show,
    ShowFunction,
    ShowGap,
    ShowGaps,
    Why,
    WriteQuestion,
    WriteSheet,
)
from dialogs.catalog import Catalogue
from dialogs.commands import command_of
from dialogs.events import ActionTaken, ConversationStarted, Event, FormAsked, FormSubmitted, HomeOpened, MessageReceived
from dialogs.turn import State

INTERVIEW: Final = "interview"  # the dialog that takes the next message as its answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """`rights`: what the person may do. `content`: the newest catalogue, which nobody changes meanwhile, and the drafts. `gaps`: the open ones."""

    rights: bool = False
    content: bool = False
    gaps: bool = False


_NOTHING: Final = Needs()
_RIGHTS: Final = Needs(rights=True)
_CONTENT: Final = Needs(rights=True, content=True)
_GAPS: Final = Needs(rights=True, content=True, gaps=True)


def needs_of(event: Event, state: State | None, catalogue: Catalogue) -> Needs:
    """Return what to gather for this event."""
    match event:
        case MessageReceived(text=text):
            if event.private and not text.strip():
                return _RIGHTS
            command = command_of(text, catalogue)
            if command is not None:
                return _needs_of_action(command)
            return _CONTENT if state is not None and state.dialog == INTERVIEW else _NOTHING
        case ActionTaken(action=action) | FormAsked(action=action) | FormSubmitted(action=action):
            return _needs_of_action(action)
        case HomeOpened():
            return _RIGHTS
        case ConversationStarted():
            return _NOTHING
        case _:
            assert_never(event)


def _needs_of_action(action: Action) -> Needs:
    match action:
        case Home() | Help():
            return _RIGHTS
        case ShowGaps() | ShowGap() | IgnoreGap() | AddPhrasing() | SendGap():
            return _GAPS
        case WriteSheet(gap=gap):
            return _CONTENT if gap is None else _GAPS
        case ListContent() | RemoveSheet() | Interview() | InterviewStep() | EditProfile() | PublishProfile():
            return _CONTENT
        case (
            ListFunctions()
            | ShowFunction()
            | ListServices()
            | Show()
            | NoneOfThese()
            | NotMine()
            | ForMe()
            | Preferences()
            | SetLanguage()
            | Why()
            | ReportWrong()
            | WriteQuestion()
        ):
            return _NOTHING
        case _:
            assert_never(action)
