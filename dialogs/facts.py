"""What a turn leaves behind, besides its replies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from dialogs.campaign import Campaign
from dialogs.campaign_actions import Move
from dialogs.catalog import Catalogue, Function, Language
from dialogs.delivery import Delivery
from dialogs.events import Platform
from dialogs.export import Export
from dialogs.feedback import Feedback, Given
from dialogs.improvement import Improvement
from dialogs.ladder import Evidence
from dialogs.messages import Message
from dialogs.reached import Response
from dialogs.request import Desk, Outcome, Request, Step, Word
from dialogs.rights import Act
from dialogs.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeOpened:
    """A question was asked and this is what it got; `ids` are the sheets shown, the best first."""

    exchange: str
    question: str
    language: Language
    outcome: Literal["profile", "answer", "choice", "none"]
    function: str | None
    ids: tuple[str, ...]
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One of the sheets offered was opened; None says that none of them was the question."""

    exchange: str
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMineSaid:
    """The answer shown wasn't what was asked."""

    exchange: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongSaid:
    """Something in an answer is wrong or missing, in the person's own words."""

    exchange: str
    id: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen:
    """The person chose the language of the replies; None follows the messages again."""

    language: Language | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSpoken:
    """The person wrote in this language, another than the time before: what they tap from now on answers in it."""

    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """The bot introduced itself to this person, which it does once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEdited:
    """Somebody changed what is answered: the whole catalogue as it is from now on, with what was done, to which function and sheet."""

    catalogue: Catalogue
    act: Act
    function: str | None
    subject: str  # a sheet's id, or a function's slug


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDrafted:
    """An interview, or the form after it, wrote a function's profile down; it's a draft until its owner publishes it. None drops the draft."""

    function: str
    draft: Function | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSettled:
    """An owner decided upon a gap of `function`, or of none yet.

    `subject` is the sheet that answers now (phrasing, written) or the function it was sent to (sent).
    """

    gap: str
    function: str | None
    decision: Literal["phrasing", "written", "sent", "ignored"]
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Somebody tried what they have no right to; it's audited."""

    act: Act
    function: str | None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKept:
    """A request as it is from now on (its words apart), with what was done to it; the first time opens it.

    `by` is the person who did it, None for the clock. `function` is whom it was handed from, for a hand-over.
    """

    request: Request
    step: Step
    by: str | None
    function: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordKept:
    """A word of a request as it is from now on; the first time says it."""

    word: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPlanned:
    """The bot will say something on its own initiative. Planning one again, by its key, changes nothing."""

    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEdited:
    """What a delivery says is changed: before it's sent, or in place once it is."""

    key: UUID
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecalled:
    """A delivery is taken back: not sent, or deleted where it was."""

    key: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBound:
    """A conversation was bound to a function, or to one of its services: their requests come there from now on."""

    desk: Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelUnbound:
    """A function, or one of its services, has no channel any more."""

    function: str
    service: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeMarked:
    """A conversation between humans was a support exchange. Nothing of what was said is kept.

    `place` is the conversation key, `message_id` the platform's id of the message it was marked on, `user` the platform's id of its author.
    `helped` says who was the client: that author, or the one who marks (`by`, a person's id).
    """

    exchange: str
    function: str
    place: str
    message_id: str
    user: str
    helped: Literal["author", "self"]
    by: str
    outcome: Outcome
    language: Language
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachChosen:
    """The person chose where the bot writes to them of its own accord; None is where they last spoke to it."""

    platform: Platform | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackAsked:
    """A closing message leaves with its row: who helped, with what, where, as it is now. `prompt` says that it may be asked for apart, later."""

    feedback: Feedback
    prompt: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackGiven:
    """The client responded, or changed their mind."""

    feedback: str
    given: Given
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackVoided:
    """An exchange isn't over after all: those of its closings that nobody responded to aren't asked any more.

    `client` is whose it has to be, by a person's id: a button may name any exchange. Where it's somebody else's, nothing changes.
    """

    exchange: str
    client: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationSaid:
    """What the client expects of a human's help, from 1 to 5, before it begins."""

    request: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseChosen:
    """The person wants to be left in peace by a function, or (None) by all, until then (None for good); or, `over`, not any more."""

    function: str | None
    until: datetime | None = None
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceKept:
    """A voice as it is from now on; the first time says it. One without a name is only ever changed by this, never said."""

    voice: Voice
    step: Literal["said", "answered", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovementKept:
    """An improvement as it is from now on; the first time notes it."""

    improvement: Improvement


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAsked:
    """Somebody who may asked for an export; it's audited."""

    export: Export


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLeft:
    """Somebody left evidence of where they are."""

    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """Somebody did something with a step's message."""

    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEdited:
    """Somebody wrote a campaign: its content as it is from now on, a version of its own; the first time makes a draft of it.

    `base` is the version that it was written on: where there's a later one by then, nothing changes, and the turn's reply has said so.
    """

    campaign: Campaign
    base: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSteered:
    """Somebody moved a campaign on; `version` is the one they saw. `step` is the one that's corrected or recalled where it was delivered.

    `messages` are what it says from now on where it's corrected: each with its variant, empty for the default.
    """

    name: str
    move: Move
    version: int
    step: str | None = None
    messages: tuple[tuple[str, Message], ...] = ()


# what needs nobody's gesture: the clock, or what a delivery came to, leaves it too
Initiative = RequestKept | WordKept | DeliveryPlanned | DeliveryEdited | DeliveryRecalled | ExchangeMarked | FeedbackAsked | FeedbackVoided
Fact = (
    ExchangeOpened
    | Chosen
    | NotMineSaid
    | WrongSaid
    | LanguageChosen
    | LanguageSpoken
    | Greeted
    | CatalogueEdited
    | ProfileDrafted
    | GapSettled
    | Refused
    | ChannelBound
    | ChannelUnbound
    | ReachChosen
    | FeedbackGiven
    | ExpectationSaid
    | PauseChosen
    | VoiceKept
    | ImprovementKept
    | ExportAsked
    | EvidenceLeft
    | StepTaken
    | CampaignEdited
    | CampaignSteered
    | Initiative
)
