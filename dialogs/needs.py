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
from dialogs.campaign_actions import (
    AnswerStep,
    Diagnose,
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
from dialogs.catalog import Catalogue
from dialogs.commands import command_of
from dialogs.events import (
    ActionTaken,
    ConversationStarted,
    Event,
    FormAsked,
    FormSubmitted,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Overheard,
    Scope,
)
from dialogs.feedback_actions import (
    AnswerItem,
    AnswerVoice,
    ChoosePause,
    CloseVoice,
    EndImprovement,
    ExportFeedback,
    ListVoices,
    NoteImprovement,
    PausePrompts,
    RateTrace,
    ReadReceipt,
    Say,
    SayExpected,
    SaySolved,
    ShowThemes,
    ShowTraces,
    WriteComment,
)
from dialogs.request_actions import (
    AddToRequest,
    AnswerRequest,
    ApproveWord,
    AskHuman,
    BindChannel,
    ClaimRequest,
    CloseRequest,
    DropWord,
    HandRequest,
    ListRequests,
    MarkExchange,
    NotForThem,
    PhraseRequest,
    ReleaseRequest,
    ReopenRequest,
    SendAgain,
    SetReach,
    ShowRequest,
    UnbindChannel,
    WithdrawRequest,
)
from dialogs.turn import State

INTERVIEW: Final = "interview"  # the dialog that takes the next message as its answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """`rights`: what the person may do. `content`: the newest catalogue, which nobody changes meanwhile, and the drafts. `gaps`: the open ones.

    `requests`: those that the event is about, with the channels, and who stands in for them. Without `rights`, all of that is wanted only where it's
    about one: most messages aren't. `feedback`: the closing that the action names, with its request. `pauses`: the person's. `voices`: the one that
    the action names, else those that the person may read. `readings`: what is published of the functions that the person may read. `stages`: where
    the person stands. `reached`: the step whose message the action goes on from. `campaigning`: the campaigns that the event is about.
    """

    rights: bool = False
    content: bool = False
    gaps: bool = False
    requests: bool = False
    feedback: bool = False
    pauses: bool = False
    voices: bool = False
    readings: bool = False
    stages: bool = False
    reached: bool = False
    campaigning: bool = False


_NOTHING: Final = Needs()
_RIGHTS: Final = Needs(rights=True)
_CONTENT: Final = Needs(rights=True, content=True)
_GAPS: Final = Needs(rights=True, content=True, gaps=True)
_WORDS: Final = Needs(requests=True, stages=True)
_REQUESTS: Final = Needs(rights=True, requests=True)
_REQUEST_CONTENT: Final = Needs(rights=True, content=True, requests=True)
_FEEDBACK: Final = Needs(feedback=True, stages=True)  # the card is shown again
_PAUSES: Final = Needs(pauses=True)
_VOICES: Final = Needs(rights=True, voices=True)
_READINGS: Final = Needs(rights=True, readings=True)
_STAGES: Final = Needs(stages=True)
_REACHED: Final = Needs(stages=True, reached=True)
_REPLIED: Final = Needs(rights=True, requests=True, reached=True)  # for the channels, and who stands in for them
_PLAN: Final = Needs(campaigning=True)
_CAMPAIGNING: Final = Needs(rights=True, campaigning=True)


def needs_of(event: Event, state: State | None, catalogue: Catalogue) -> Needs:
    """Return what to gather for this event."""
    match event:
        case MessageReceived(text=text):
            if event.private and not text.strip():
                return _REQUESTS
            command = command_of(text, catalogue)
            if command is not None:
                return _needs_of_action(command)
            if state is not None and state.dialog == INTERVIEW:
                return _CONTENT
            # somebody's next words may be for the human who helps them; a channel's, for the client in whose thread they are
            return _WORDS if event.reference.scope is Scope.PERSONAL or event.reference.thread else _STAGES
        case Overheard() | MessageEdited() | MessageDeleted():
            return _REQUESTS
        case FormSubmitted(action=Say()):
            return _REQUESTS  # for the channels, and who stands in for them
        case ActionTaken(action=action) | FormAsked(action=action) | FormSubmitted(action=action):
            return _needs_of_action(action)
        case HomeOpened():
            return _REQUESTS
        case ConversationStarted():
            return _NOTHING
        case _:
            assert_never(event)


def _needs_of_action(action: Action) -> Needs:
    match action:
        case Home():
            return _REQUESTS
        case Help():
            return _RIGHTS
        case ShowGaps() | ShowGap() | IgnoreGap() | AddPhrasing() | SendGap():
            return _GAPS
        case WriteSheet(request=str()) | PhraseRequest():
            return _REQUEST_CONTENT
        case WriteSheet(gap=gap):
            return _CONTENT if gap is None else _GAPS
        case (
            AskHuman()
            | ListRequests()
            | ShowRequest()
            | AddToRequest()
            | WithdrawRequest()
            | ReopenRequest()
            | NotForThem()
            | SendAgain()
            | ClaimRequest()
            | ReleaseRequest()
            | AnswerRequest()
            | HandRequest()
            | CloseRequest()
            | ApproveWord()
            | DropWord()
            | BindChannel()
            | UnbindChannel()
        ):
            return _REQUESTS
        case SaySolved() | RateTrace() | AnswerItem() | WriteComment():
            return _FEEDBACK
        case ChoosePause() | PausePrompts() | Preferences() | SetLanguage() | SetReach():
            return _PAUSES
        case ListVoices() | AnswerVoice() | CloseVoice():
            return _VOICES
        case ShowTraces() | ShowThemes() | NoteImprovement() | EndImprovement():
            return _READINGS
        case ExportFeedback():
            return _RIGHTS
        case SayExpected():
            return _REQUESTS
        case AnswerStep() | TakeStep() | RecallStep():
            return _REACHED
        case ReplyStep():
            return _REPLIED
        case Diagnose():
            return _STAGES
        case ShowPlan():
            return _PLAN
        case ListCampaigns() | ShowCampaign() | PreviewStep() | WriteCampaign() | WriteStep() | DropStep() | SteerCampaign():
            return _CAMPAIGNING
        case ListContent() | RemoveSheet() | Interview() | InterviewStep() | EditProfile() | PublishProfile():
            return _CONTENT
        case ShowFunction() | Show() | ForMe() | NotMine() | ReportWrong() | WriteQuestion():
            return _STAGES
        case ListFunctions() | ListServices() | NoneOfThese() | Why() | MarkExchange() | Say() | ReadReceipt():
            return _NOTHING
        case _:
            assert_never(action)
