"""Typed buttons of campaigns: of those whom a message reached, of those who write one, and of whoever reads the plan."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Move: TypeAlias = Literal["test", "submit", "approve", "return", "schedule", "pause", "resume", "cancel", "correct", "recall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStep:
    """Answer a step's question: the option of a quiz (from 1, in the written order), 1 to 5, or the function that one would turn to."""

    campaign: str
    step: str
    answer: str
    kind: Literal["step_answer"] = "step_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallStep:
    """Open the form that asks whom one would turn to, in one's own words."""

    campaign: str
    step: str
    kind: Literal["step_recall"] = "step_recall"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep:
    """Go on from a step's message: read more (of a `sheet`, of the function without one), say that it's done, have it come again later."""

    campaign: str
    step: str
    does: Literal["more", "done", "later"]
    sheet: str | None = None
    kind: Literal["step_take"] = "step_take"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyStep:
    """Open the form that writes back to the function, which reads it as a request."""

    campaign: str
    step: str
    kind: Literal["step_reply"] = "step_reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnose:
    """Place oneself for a function in three questions; `answers` are those so far, one character each."""

    slug: str
    topic: str = ""
    answers: str = ""
    kind: Literal["diagnose"] = "diagnose"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPlan:
    """Show what a function wants to teach: its goals, the messages that were sent, the results. Open to everybody."""

    slug: str | None = None
    kind: Literal["plan"] = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCampaigns:
    """List a function's campaigns, for those who write them; without a function, choose one."""

    slug: str | None = None
    kind: Literal["campaigns"] = "campaigns"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCampaign:
    """Show a campaign to those who write it: its objective, its steps, how it stands, what can be done."""

    name: str
    kind: Literal["campaign"] = "campaign"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewStep:
    """Show a step as it'd be read, in one language and of one variant (the default without one).

    `within` says that the button stands on a preview, which the other one then takes the place of.
    """

    name: str
    step: str
    language: Literal["fr", "en"]
    variant: str | None = None
    within: Literal["preview"] | None = None
    kind: Literal["step_preview"] = "step_preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCampaign:
    """Open the form of a campaign: its objective, whom it's for, its period. Without a `name`, a new one of the function.

    `base` is the version that the form was opened on.
    """

    slug: str
    name: str | None = None
    base: str | None = None
    kind: Literal["campaign_write"] = "campaign_write"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStep:
    """Open the form of one step of a campaign, or of the words of one `variant` of it; without a `step`, a new one at the end.

    `base` is the version that the form was opened on, and what it showed.
    """

    name: str
    step: str | None = None
    variant: str | None = None
    base: str | None = None
    kind: Literal["step_write"] = "step_write"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropStep:
    """Take a step out of a campaign that hasn't started."""

    name: str
    step: str
    base: str
    kind: Literal["step_drop"] = "step_drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class SteerCampaign:
    """Move a campaign on: send it to oneself, ask for an approval, approve, give back, schedule, pause, resume, cancel; correct or recall a `step`.

    `version` is the one that was on the card: what was changed since isn't approved or scheduled unseen.
    """

    name: str
    move: Move
    version: str
    step: str | None = None
    kind: Literal["campaign_steer"] = "campaign_steer"


OfStep = AnswerStep | TakeStep | Diagnose
OfCampaigns = ListCampaigns | ShowCampaign | PreviewStep | DropStep | SteerCampaign
CampaignForm = RecallStep | ReplyStep | WriteCampaign | WriteStep
