"""Typed buttons: each action carries all that its tap needs, so a card a month old still works."""

from dataclasses import dataclass
from typing import Literal

from dialogs.campaign_actions import CampaignForm, OfCampaigns, OfStep, ShowPlan
from dialogs.feedback_actions import (
    ChoosePause,
    FeedbackForm,
    ListVoices,
    OfFeedback,
    PausePrompts,
    ReadReceipt,
    ShowThemes,
    ShowTraces,
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

QUESTION_LIMIT = 512  # characters of a question that an action carries along


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Show the home card."""

    kind: Literal["home"] = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Say what the bot can do."""

    kind: Literal["help"] = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFunctions:
    """List every function."""

    kind: Literal["functions"] = "functions"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFunction:
    """Show a function's profile."""

    slug: str
    kind: Literal["function"] = "function"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListServices:
    """List every service that a function has for this person."""

    slug: str
    kind: Literal["services"] = "services"


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Show a service or an entry; `exchange` is the exchange that offered it, if any. `whole` shows all of it to whoever would get it short."""

    id: str
    exchange: str | None = None
    whole: Literal["yes"] | None = None
    kind: Literal["show"] = "show"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOfThese:
    """None of the questions offered was mine; `slug` and `other` are the functions they were of, the nearest first."""

    exchange: str
    question: str = ""
    slug: str | None = None
    other: str | None = None
    kind: Literal["none"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMine:
    """The answer shown isn't what I asked."""

    id: str
    exchange: str
    kind: Literal["not_mine"] = "not_mine"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForMe:
    """Answer this question again, in private, for the person who taps."""

    question: str
    kind: Literal["for_me"] = "for_me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Show the preferences and what the bot knows about the person."""

    kind: Literal["preferences"] = "preferences"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    """Choose the language of the replies; None follows the messages again."""

    language: Literal["fr", "en"] | None
    kind: Literal["language"] = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWrong:
    """Open the form that says what is wrong or missing in an answer."""

    id: str
    exchange: str
    kind: Literal["wrong"] = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteQuestion:
    """Open the form in which to write a question, to one function or (None) to all."""

    slug: str | None = None
    kind: Literal["write"] = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Say why this sheet answered this question."""

    id: str
    exchange: str
    question: str
    kind: Literal["why"] = "why"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGaps:
    """Show the questions that a function couldn't answer; without a function, those of every function that the person may read.

    The empty slug stands for the questions of no function yet. `start` is how many of the most asked are left out, in digits: the next card.
    """

    slug: str | None = None
    start: str | None = None
    kind: Literal["gaps"] = "gaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGap:
    """Show one gap: its questions, what is nearest, what can be done."""

    gap: str
    kind: Literal["gap"] = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreGap:
    """Settle a gap without doing anything about it."""

    gap: str
    kind: Literal["gap_ignore"] = "gap_ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPhrasing:
    """Open the form that adds a gap's question to a sheet, as one of its phrasings."""

    gap: str
    id: str
    kind: Literal["gap_phrasing"] = "gap_phrasing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGap:
    """Open the form that sends a gap to another function."""

    gap: str
    kind: Literal["gap_send"] = "gap_send"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSheet:
    """Open the form of a service or an entry: to correct the one of this id, or to write a new entry for a function.

    A new one may be for a `gap`, or be made of a `request` that an expert answered. `base` is a digest of the sheet that the form was opened on: two
    people who correct it at once don't undo each other's work unseen.
    """

    slug: str
    id: str | None = None
    gap: str | None = None
    request: str | None = None
    base: str | None = None
    kind: Literal["sheet"] = "sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContent:
    """List what a function has written, for those who may correct or remove it; without a function, choose one.

    `after` is the sheet that comes before the first line, "" the beginning: the list is then turned like a page, in its place.
    """

    slug: str | None = None
    after: str | None = None
    to: Literal["correct", "remove"] = "correct"
    kind: Literal["content"] = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSheet:
    """Open the form that asks whether a service or an entry is really to go."""

    id: str
    kind: Literal["sheet_remove"] = "sheet_remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """Begin the interview that drafts a function's profile; without a function, choose one."""

    slug: str | None = None
    kind: Literal["interview"] = "interview"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewStep:
    """Move in an interview: start it, leave a question out, go back to the one before, or stop (what was said is kept).

    `question` is the one that the button stands below: a button further up in the conversation, or a second tap, moves nothing unseen.
    """

    slug: str
    move: Literal["start", "skip", "back", "stop"]
    question: str = ""
    kind: Literal["interview_step"] = "interview_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProfile:
    """Open the form of a function's drafted profile, both languages side by side; `base` tells what it was opened on."""

    slug: str
    base: str | None = None
    kind: Literal["profile_edit"] = "profile_edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishProfile:
    """Make a function's drafted profile the one that everybody reads, if it still is the one of this digest, which was read."""

    slug: str
    base: str
    kind: Literal["profile_publish"] = "profile_publish"


FormAction = (
    ReportWrong
    | WriteQuestion
    | AddPhrasing
    | SendGap
    | WriteSheet
    | RemoveSheet
    | EditProfile
    | AskHuman
    | AddToRequest
    | AnswerRequest
    | HandRequest
    | CloseRequest
    | PhraseRequest
    | MarkExchange
    | FeedbackForm
    | CampaignForm
)
Action = (
    Home
    | Help
    | ListFunctions
    | ShowFunction
    | ListServices
    | Show
    | NoneOfThese
    | NotMine
    | ForMe
    | Preferences
    | SetLanguage
    | Why
    | ShowGaps
    | ShowGap
    | IgnoreGap
    | ListContent
    | Interview
    | InterviewStep
    | PublishProfile
    | ListRequests
    | ShowRequest
    | WithdrawRequest
    | ReopenRequest
    | NotForThem
    | SendAgain
    | ClaimRequest
    | ReleaseRequest
    | ApproveWord
    | DropWord
    | BindChannel
    | UnbindChannel
    | SetReach
    | OfFeedback
    | ChoosePause
    | PausePrompts
    | ListVoices
    | ReadReceipt
    | ShowTraces
    | ShowThemes
    | OfStep
    | OfCampaigns
    | ShowPlan
    | FormAction
)
# what is done to one request, or with several, by a tap that opens no form
OfRequest = ListRequests | ShowRequest | WithdrawRequest | ReopenRequest | SendAgain | ClaimRequest | ReleaseRequest | ApproveWord | DropWord
